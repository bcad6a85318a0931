//! Places in unquoted texts mapped back to the file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests may"
)]

use sigwise_sigma::Source;
use sigwise_sigma::yaml::{self, Node, OffsetMap, Value};

/// The scalars of a text, keys included.
fn scalars(node: &Node, found: &mut Vec<Node>) {
    match &node.value {
        Value::Scalar(_) => found.push(node.clone()),
        Value::Sequence(list) => list.items.iter().for_each(|item| scalars(item, found)),
        Value::Mapping(map) => map.entries.iter().for_each(|entry| {
            scalars(&entry.key, found);
            scalars(&entry.value, found);
        }),
    }
}

fn read(text: &str) -> (Source, Vec<Node>) {
    let source = Source::from(text);
    let mut found = Vec::new();
    for tree in &yaml::parse(&source).documents {
        scalars(tree.root.as_ref().unwrap(), &mut found);
    }
    (source, found)
}

/// Every character of every scalar comes from the same character, or from an escape or a line break; places ascend.
fn check(source: &Source, node: &Node) {
    let Value::Scalar(scalar) = &node.value else { panic!() };
    let map = OffsetMap::new(source, node);
    let context = format!("{:?} of {:?}", scalar.text, source.slice(node.span));
    assert!(map.is_exact(), "{context}");
    let mut last = node.span.start;
    for (at, c) in scalar.text.char_indices() {
        let span = map.span(at..at + c.len_utf8());
        let raw = source.slice(span);
        let folded = |raw: &str| raw.trim_matches([' ', '\t', '\\']).starts_with(['\n', '\r']);
        let good = raw.starts_with(c)
            || raw.starts_with('\\')
            || raw == "''"
            || (c == ' ' && folded(raw))
            || (c == '\n' && (folded(raw) || raw.is_empty()));
        assert!(good, "{c:?} from {raw:?} in {context}");
        assert!(span.start >= last || c == '\n' || c == ' ', "{c:?} at {span:?} in {context}");
        last = span.start;
        if raw.starts_with(c) && c != '\n' {
            assert_eq!(map.text_offset(span.start as usize), Some(at), "{context}");
        }
    }
}

#[track_caller]
fn token(text: &str, word: &str, expected: &str) {
    let (source, found) = read(text);
    let node = found.iter().find(|node| matches!(&node.value, Value::Scalar(s) if s.text.contains(word))).unwrap();
    check(&source, node);
    let Value::Scalar(scalar) = &node.value else { panic!() };
    let at = scalar.text.find(word).unwrap();
    let span = OffsetMap::new(&source, node).span(at..at + word.len());
    assert_eq!(source.slice(span), expected);
    assert_eq!(span.start as usize, text.find(expected).unwrap());
}

#[test]
fn words_in_every_style() {
    for ending in ["\n", "\r\n", "\r"] {
        for text in [
            "k: one word more",
            "k: one\n   word\n   more",
            "k: one  \n\n   word   more",
            "k: 'it''s word'",
            "k: 'it''s \n\n  word'",
            "k: \"\\t\\u00e4 word\"",
            "k: \"a \\\n    word\"",
            "k: \"  a\n\n    word\"",
            "k: |\n    one\n    word\n",
            "k: |-\n    one\n\n    word\n\n\n",
            "k: |+\n\n    one\n      word\n\n\n",
            "k: >\n    one\n    word\n",
            "k: >-\n\n    one\n\n\n    more\n      word\n    more\nl: x",
            "k: |2\n    one\n   word\n",
            "- - >1\n      one\n     word",
            "\u{feff}k: '日本 😀''s word'",
            "k: [a, 'one''s word', c]",
            "one word: x",
            "'one''s word': x",
            "k: |  # comment\n    one word",
        ] {
            token(&text.replace('\n', ending), "word", "word");
        }
    }
}

#[test]
fn escapes_are_one_thing() {
    token(r#"k: "a\u00e4b""#, "ä", "\\u00e4");
    token(r#"k: "a\\b""#, "\\", "\\\\");
    token("k: 'a''b'", "'", "''");
    token(r#"k: "\ud83d\ude00""#, "😀", "\\ud83d\\ude00");
    token("k: 'a\n   b'", " ", "\n   ");
    token("k: 'one''s two'", "one's two", "one''s two");
}

#[test]
fn unknown_texts_give_the_token() {
    let source = Source::from("k: 'abc'");
    let map = OffsetMap::of(source.text(), sigwise_sigma::Span::new(3, 8), yaml::Style::SingleQuoted, "else");
    assert!(!map.is_exact());
    assert_eq!(map.span(0..2), sigwise_sigma::Span::new(3, 8));
    assert_eq!(map.text_offset(4), None);
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn every_scalar_of_the_corpora() {
    let root = std::env::var("SIGWISE_SHARED").unwrap();
    let mut folders = vec![std::path::PathBuf::from(root).join("corpora")];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "yml" || e == "yaml") {
                let text = std::fs::read_to_string(&path).unwrap();
                for text in [text.clone(), text.replace('\n', "\r\n"), text.replace('\n', "\r")] {
                    let source = Source::from(text);
                    let mut found = Vec::new();
                    for tree in &yaml::parse(&source).documents {
                        tree.root.iter().for_each(|root| scalars(root, &mut found));
                    }
                    found.iter().for_each(|node| check(&source, node));
                    count += found.len();
                }
            }
        }
    }
    assert!(count > 100_000, "{count}");
}
