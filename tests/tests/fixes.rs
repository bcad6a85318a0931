//! Invariant 4: every fix leaves parseable YAML, removes its own finding and keeps comments and line endings outside its
//! span; a safe one adds no finding and matches exactly the same events; fixing twice equals fixing once.

use std::collections::{BTreeMap, BTreeSet};

use sigwise_lint::diagnostic::Applicability;
use sigwise_lint::fix::{Fill, apply};
use sigwise_lint::{Diagnostic, Fix, Settings};
use sigwise_sigma::{File, ProblemKind};
use sigwise_tests::markdown::blocks;
use sigwise_tests::markers;
use sigwise_tests::matcher::difference;
use sigwise_tests::setup::{Setup, shared};

fn setup() -> Setup {
    Setup::new(Settings::everything())
}

fn broken(file: &File) -> usize {
    file.problems
        .iter()
        .filter(|problem| matches!(problem.kind, ProblemKind::Syntax | ProblemKind::Tab | ProblemKind::NotAMap))
        .count()
}

fn comments(file: &File) -> Vec<&str> {
    file.comments.iter().map(|comment| file.source.slice(comment.span)).collect()
}

fn counts(found: &[Diagnostic]) -> BTreeMap<&'static str, usize> {
    found.iter().fold(BTreeMap::new(), |mut counts, diagnostic| {
        *counts.entry(diagnostic.check.id).or_default() += 1;
        counts
    })
}

/// What is wrong with a fix, in words; nothing where it keeps the invariant.
fn faults(
    setup: &Setup,
    text: &str,
    file: &File,
    found: &[Diagnostic],
    diagnostic: &Diagnostic,
    fix: &Fix,
) -> Vec<String> {
    let mut out = Vec::new();
    let mut fresh_id = || "00000000-0000-4000-8000-000000000001".to_owned();
    let mut fill = Fill { fresh_id: &mut fresh_id, today: "2026-11-24".to_owned() };
    let Some(fixed) = apply(text, &[fix], &mut fill) else {
        return vec!["the edits overlap or lie outside".to_owned()];
    };
    let (after, left) = setup.lint(&fixed);
    if broken(&after) > broken(file) {
        out.push("breaks the YAML".to_owned());
    }
    let (before_counts, after_counts) = (counts(found), counts(&left));
    let id = diagnostic.check.id;
    if after_counts.get(id).copied().unwrap_or(0) >= before_counts[id] {
        out.push("does not remove its finding".to_owned());
    }
    let edited =
        |span: sigwise_sigma::Span| fix.edits.iter().any(|edit| edit.span.contains(span) && !edit.span.is_empty());
    let kept =
        file.comments.iter().filter(|comment| !edited(comment.span)).map(|comment| file.source.slice(comment.span));
    let now: BTreeSet<&str> = comments(&after).into_iter().collect();
    // Broken text can hide comments from the parser, before or after.
    if broken(file) == 0 && kept.into_iter().any(|comment| !now.contains(comment)) {
        out.push("loses a comment".to_owned());
    }
    if !text.contains('\r') && fixed.contains('\r')
        || text.contains("\r\n") && fixed.replace("\r\n", "").contains('\n') && !text.replace("\r\n", "").contains('\n')
    {
        out.push("mixes line endings".to_owned());
    }
    if fix.applicability == Applicability::Safe {
        let added: Vec<_> =
            after_counts.iter().filter(|(id, count)| before_counts.get(*id).copied().unwrap_or(0) < **count).collect();
        if !added.is_empty() && broken(file) == 0 {
            out.push(format!("is safe but adds {added:?}"));
        }
        if diagnostic.severity < sigwise_lint::Severity::Error {
            for (old, new) in file.documents.iter().zip(&after.documents) {
                if let (Some(old), Some(new)) = (old.detection(), new.detection())
                    && let Some(event) = difference(old, new, 60)
                {
                    out.push(format!("is safe but changes what matches: {event:?}"));
                }
            }
        }
    }
    out
}

fn run(texts: &[(String, String)]) {
    let setup = setup();
    let mut failures: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut tried: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (name, text) in texts {
        let (file, found) = setup.lint(text);
        for diagnostic in &found {
            for fix in &diagnostic.fixes {
                *tried.entry(diagnostic.check.id).or_default() += 1;
                for fault in faults(&setup, text, &file, &found, diagnostic, fix) {
                    let key = format!(
                        "{}: `{}` {fault}",
                        diagnostic.check.id,
                        fix.title.split('`').next().unwrap_or_default()
                    );
                    let entry = failures
                        .entry(key.chars().take(120).collect())
                        .or_insert_with(|| (0, format!("{name}: {}", fix.title)));
                    entry.0 += 1;
                }
            }
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
