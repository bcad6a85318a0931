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
        let mut others = Vec::new();
        let examples = blocks(&docs::body(check));
        for wanted in ["Fires", "Quiet"] {
            if !examples.iter().any(|block| block.heading == wanted && block.info.starts_with("yaml")) {
                let _ = writeln!(failures, "{}: no example under `## {wanted}`", check.id);
            }
        }
        for block in examples.iter().filter(|block| block.info.starts_with("yaml")) {
            if let Some(path) = block.info.strip_prefix("yaml other ") {
                others.push((path.to_owned(), block.text.clone()));
                continue;
            }
            let mut setup = Setup::new(Settings::everything());
            setup.others = std::mem::take(&mut others);
            if let Some(path) = block.info.strip_prefix("yaml ").filter(|path| path.ends_with(".yml")) {
                setup.path = path.to_owned();
            }
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

/// The bytes of an example (`yaml other PATH` before it is another file, `yaml PATH` says where it stands): UTF-8 unless it is about files that no page of documentation can hold.
fn bytes(info: &str, text: &str) -> Vec<u8> {
    match info {
        "yaml windows-1252" => text.chars().map(|c| c as u8).collect(),
        "yaml dots for blanks" => text.replace('·', " ").into_bytes(),
        "yaml CRLF" => text.replace('\n', "\r\n").into_bytes(),
        "yaml unfinished" => text.trim_end().as_bytes().to_vec(),
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
