//! Invariant 4: every fix leaves parseable YAML, removes its own finding and keeps comments and line endings outside its
//! span; a safe one adds no finding and matches exactly the same events; fixing twice equals fixing once.

use std::collections::BTreeMap;

use sigwise_lint::Settings;
use sigwise_lint::diagnostic::Applicability;
use sigwise_tests::fixes::faults;
use sigwise_tests::markdown::blocks;
use sigwise_tests::markers;
use sigwise_tests::setup::{Setup, shared};

fn setup() -> Setup {
    Setup::new(Settings::everything())
}

fn run(texts: &[(String, String)]) {
    let setup = setup();
    let mut failures: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut tried: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (name, text) in texts {
        let (file, found) = setup.lint(text.as_str());
        for diagnostic in &found {
            *tried.entry(diagnostic.check.id).or_default() += diagnostic.fixes.len();
        }
        for fault in faults(&file, &found, |file| setup.lint_file(file)) {
            let check = fault.split(':').next().unwrap_or_default().to_owned();
            failures.entry(check).or_insert_with(|| (0, format!("{name}: {fault}"))).0 += 1;
        }
        for limit in [Applicability::Safe, Applicability::Unsafe] {
            let once = setup.fix(text, limit);
            let text_once = once.text.as_deref().unwrap_or(text);
            let twice = setup.fix(text_once, limit);
            if twice.text.is_some_and(|twice| twice != text_once) {
                let entry = failures
                    .entry(format!("{limit:?}: fixing twice changes more"))
                    .or_insert_with(|| (0, name.clone()));
                entry.0 += 1;
            }
        }
    }
    println!("fixes tried per check: {tried:?}");
    let report: Vec<String> =
        failures.iter().map(|(what, (count, example))| format!("{count} × {what}\n    first: {example}")).collect();
    assert!(report.is_empty(), "{}", report.join("\n"));
}

#[test]
fn fixes_of_the_documentation_examples() {
    let mut texts = Vec::new();
    for check in sigwise_lint::checks::ALL {
        for block in blocks(&sigwise_lint::docs::body(check)).iter().filter(|block| block.info.starts_with("yaml")) {
            texts.push((check.id.to_owned(), markers::split(&block.text).0));
        }
    }
    run(&texts);
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn fixes_of_the_conformance_cases() {
    let cases = std::fs::read_to_string(shared().join("conformance/cases.jsonl")).unwrap();
    let text = |line: &str| {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        (case["id"].as_str().unwrap().to_owned(), case["rule_yaml"].as_str().unwrap().to_owned())
    };
    run(&cases.lines().map(text).collect::<Vec<_>>());
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn fixes_of_first_submissions() {
    let mut texts = Vec::new();
    let mut folders = vec![shared().join("prs/first")];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                texts.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
    }
    assert!(texts.len() >= 1000);
    run(&texts);
}
