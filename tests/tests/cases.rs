//! The case files of `cases/`: one per check, prose and rules with markers.
//!
//! A `yaml` block is linted with the check of the file's name alone; a `yaml fixed` block after it is what all its fixes
//! make of it; a `toml` block before it is its configuration; a `yaml other PATH` block before it is another file.

use std::fmt::Write as _;
use std::path::Path;

use sigwise_lint::config::{Config, Flags};
use sigwise_lint::diagnostic::Applicability;
use sigwise_tests::markdown::{Block, blocks};
use sigwise_tests::markers;
use sigwise_tests::setup::Setup;

#[test]
fn cases_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut failures = String::new();
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for path in files {
        let check = path.file_stem().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        run(check, &blocks(&text), &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

fn run(check: &str, cases: &[Block], failures: &mut String) {
    let mut config = String::new();
    let mut others = Vec::new();
    let mut last: Option<(Setup, String)> = None;
    for block in cases {
        if block.info == "toml" {
            config.clone_from(&block.text);
            continue;
        }
        if let Some(path) = block.info.strip_prefix("yaml other ") {
            others.push((path.to_owned(), block.text.clone()));
            continue;
        }
        if block.info == "yaml fixed" {
            // With what the block before it was linted with.
            let (setup, last) = last.as_ref().unwrap_or_else(|| panic!("{check}.md:{}: fixes nothing", block.line));
            let fixed = setup.fix(last, Applicability::Unsafe);
            let text = fixed.text.unwrap_or_else(|| last.clone());
            if text != block.text {
                let _ = writeln!(failures, "{check}.md:{}: fixed text is\n{text}", block.line);
            }
            // Line endings stay what they are. A check of line endings has cases about just that.
            let windows = |text: &str| text.replace('\n', "\r\n");
            let fixed = setup.fix(&windows(last), Applicability::Unsafe).text;
            let expected = (text != *last).then(|| windows(&block.text));
            if !check.contains("line") && fixed != expected && !block.text.contains('\r') {
                let _ = writeln!(failures, "{check}.md:{}: with CRLF, fixed text is\n{fixed:?}", block.line);
            }
            continue;
        }
        if block.info != "yaml" {
            continue;
        }
        let flags = Flags { select: vec![check.to_owned()], ..Flags::default() };
        let config_text = format!("ignore = [\"all\"]\n{config}");
        let parsed = Config::from_toml(&config_text, &flags).unwrap_or_else(|errors| panic!("{check}: {errors:?}"));
        let mut setup = Setup::new(parsed.settings_for(sigwise_tests::setup::PATH).into_owned());
        setup.others.clone_from(&others);
        let (text, expected) = markers::split(&block.text);
        let (file, found) = setup.lint(text.as_str());
        let actual = markers::actual(&file.source, &found);
        if actual != expected {
            let _ = writeln!(failures, "{check}.md:{}:\n  expected {expected:?}\n  found    {actual:?}", block.line);
        }
        last = Some((setup, text));
        config.clear();
        others.clear();
    }
}
