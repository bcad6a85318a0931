//! The whole of SigmaHQ through the parser. Needs the folder that `SIGWISE_SHARED` names.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a test")]

use std::path::{Path, PathBuf};

use sigwise_sigma::condition::{Condition, Expr};
use sigwise_sigma::detection::Spanned;
use sigwise_sigma::{Body, File, Source, Span};

fn shared() -> PathBuf {
    PathBuf::from(std::env::var("SIGWISE_SHARED").expect("SIGWISE_SHARED names the shared folder"))
}

fn rules(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rules(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            found.push(path);
        }
    }
    found.sort();
}

/// Every span in bounds, on character boundaries, and over the text that it claims.
fn check(file: &File, at: &dyn std::fmt::Display) {
    let text = file.source.text();
    let bounds = |span: Span| {
        assert!(text.get(span.range()).is_some(), "{at}: {span:?} is no span of the text");
    };
    let same = |spanned: &Spanned| {
        bounds(spanned.span);
        assert_eq!(file.source.slice(spanned.span), &*spanned.text, "{at}: {:?}", spanned.span);
    };
    for problem in &file.problems {
        bounds(problem.span);
        problem.related.iter().for_each(|(span, _)| bounds(*span));
    }
    for document in &file.documents {
        bounds(document.span);
        document.title().iter().for_each(|title| bounds(title.span));
        document.tags().for_each(|tag| bounds(tag.span));
        for (_, part) in document.logsource().iter().flat_map(|logsource| logsource.parts()) {
            part.into_iter().for_each(|part| bounds(part.span));
        }
        let Some(detection) = document.detection() else { continue };
        for selection in &detection.selections {
            same(&selection.name);
            [selection.entry, selection.span, selection.group.span].into_iter().for_each(bounds);
            assert!(selection.inherited || selection.entry.contains(selection.name.span), "{at}");
        }
        for (_, item) in detection.items() {
            bounds(item.value_span);
            bounds(item.span());
            for value in &item.values {
                bounds(value.span);
                if let Some(text) = value.text() {
                    let places = value.places(&file.source);
                    sigwise_sigma::pattern::scan(text).for_each(|piece| bounds(places.span(piece.range)));
                }
            }
            if let Some(key) = &item.key {
                bounds(key.span);
                same(&key.field);
                key.modifiers.iter().for_each(|used| same(&used.word));
            }
        }
        detection.conditions.iter().for_each(|condition| check_condition(condition, text, at));
    }
}

fn check_condition(condition: &Condition, text: &str, at: &dyn std::fmt::Display) {
    let bounds = |span: Span| assert!(text.get(span.range()).is_some(), "{at}: {span:?}");
    bounds(condition.span);
    condition.errors.iter().for_each(|error| bounds(error.span));
    for token in &condition.tokens {
        assert_eq!(text.get(token.span.range()), Some(&*token.text), "{at}: {token:?}");
    }
    if let Some(expr) = &condition.expr {
        expr.walk(&mut |expr: &Expr, _| {
            bounds(expr.span());
            let span = condition.span_of(expr);
            let slice = &text[span.range()];
            assert!(!condition.errors.is_empty() || slice.matches('(').count() == slice.matches(')').count(), "{at}");
        });
    }
}

fn paths() -> Vec<PathBuf> {
    let mut paths = Vec::new();
    rules(&shared().join("corpora/sigmahq"), &mut paths);
    assert!(paths.len() > 4000);
    paths
}

fn parse(text: impl Into<Vec<u8>>) -> File {
    sigwise_sigma::parse(Source::from_bytes(text))
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn every_rule_is_read() {
    let paths = paths();
    let mut active = 0;
    for path in &paths {
        let file = parse(std::fs::read(path).unwrap());
        check(&file, &path.display());
        let rules = path.components().any(|part| part.as_os_str().to_string_lossy().starts_with("rules"));
        for document in file.documents.iter().filter(|_| rules && file.is_sigma) {
            let Body::Detection { detection: Some(detection), logsource: Some(_) } = &document.body else {
                panic!("{}: {:?}", path.display(), document.body);
            };
            active += 1;
            assert!(!detection.selections.is_empty(), "{}", path.display());
            assert!(!detection.conditions.is_empty(), "{}", path.display());
            for condition in &detection.conditions {
                assert!(condition.expr.is_some(), "{}", path.display());
                assert_eq!(condition.errors, [], "{}", path.display());
            }
        }
    }
    println!("{} files, {active} active rules", paths.len());
    assert!(active > 3700);
}

/// As while typing: the rule ends anywhere, also within a character.
#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn cut_rules_are_read() {
    for (number, path) in paths().iter().enumerate() {
        let bytes = std::fs::read(path).unwrap();
        for end in (number % 64..bytes.len()).step_by(64) {
            check(&parse(&bytes[..end]), &format_args!("{} cut at {end}", path.display()));
        }
    }
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn changed_rules_are_read() {
    for (number, path) in paths().iter().enumerate() {
        let text = std::fs::read_to_string(path).unwrap();
        let count = |file: &File| {
            let detections = file.documents.iter().filter_map(|document| document.detection());
            detections
                .map(|detection| detection.items().map(|(_, item)| item.values.len()).sum::<usize>())
                .sum::<usize>()
        };
        let plain = count(&parse(text.as_str()));
        for (what, changed) in [
            ("with CRLF", text.replace('\n', "\r\n")),
            ("with a byte order mark", format!("\u{feff}{text}")),
            ("with emoji in values", text.replace("\n            - '", "\n            - '🦀é\u{301}漢")),
        ] {
            let file = parse(changed);
            check(&file, &format_args!("{} {what}", path.display()));
            assert_eq!(count(&file), plain, "{} {what}", path.display());
        }
        // Anywhere, where it may well break the YAML.
        for offset in (number % 389..text.len()).step_by(389).filter(|offset| text.is_char_boundary(*offset)) {
            let changed = format!("{}🦀{}", &text[..offset], &text[offset..]);
            check(&parse(changed), &format_args!("{} with an emoji at {offset}", path.display()));
        }
    }
}
