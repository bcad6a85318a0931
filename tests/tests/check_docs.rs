//! Every check's documentation holds at least one firing and one quiet example; both are executed.

use std::fmt::Write as _;

use sigwise_lint::{Settings, checks, docs};
use sigwise_tests::markdown::blocks;
use sigwise_tests::markers;
use sigwise_tests::setup::Setup;

#[test]
fn examples_in_check_docs_do_what_they_say() {
    let mut failures = String::new();
    for check in checks::ALL {
        let setup = Setup::new(Settings::everything());
        let examples = blocks(&docs::body(check));
        for wanted in ["Fires", "Quiet"] {
            if !examples.iter().any(|block| block.heading == wanted && block.info.starts_with("yaml")) {
                let _ = writeln!(failures, "{}: no example under `## {wanted}`", check.id);
            }
        }
        for block in examples.iter().filter(|block| block.info.starts_with("yaml")) {
            let (text, expected) = markers::split(&block.text);
            let (file, mut found) = setup.lint(bytes(&block.info, &text));
            found.retain(|diagnostic| diagnostic.check == *check);
            let actual = markers::actual(&file.source, &found);
            if actual != expected || (block.heading == "Fires") == expected.is_empty() {
                let _ = writeln!(
                    failures,
                    "{} ({}):\n  expected {expected:?}\n  found    {actual:?}\n{text}",
                    check.id, block.heading
                );
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The bytes of an example: UTF-8 unless it is about files that no page of documentation can hold.
fn bytes(info: &str, text: &str) -> Vec<u8> {
    match info {
        "yaml windows-1252" => text.chars().map(|c| c as u8).collect(),
        "yaml 17 MiB" => format!("{text}{}", "#\n".repeat(17 << 19)).into_bytes(),
        _ => text.as_bytes().to_vec(),
    }
}

#[test]
fn checks_are_sorted_and_named_once() {
    let ids: Vec<&str> = checks::ALL.iter().map(|check| check.id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted);
}
