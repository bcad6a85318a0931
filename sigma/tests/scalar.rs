//! Scalar resolution against a table that PyYAML wrote (`data/scalars.py`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests may"
)]

use sigwise_sigma::scalar::{Type, resolve};
use sigwise_sigma::yaml::Style;

fn name(ty: Type) -> String {
    match ty {
        Type::Str => "str".into(),
        Type::Null => "null".into(),
        Type::Bool(value) => format!("bool {value}"),
        Type::Int(Some(value)) => format!("int {value}"),
        Type::Int(None) => "int none".into(),
        Type::Float(value) if value.is_infinite() => format!("float {}inf", if value < 0.0 { "-" } else { "" }),
        Type::Float(value) if value.is_nan() => "float nan".into(),
        Type::Float(value) => format!("float {value:?}"),
        Type::Timestamp => "timestamp".into(),
        Type::InvalidTimestamp => "invalid-timestamp".into(),
    }
}

#[test]
fn resolves_as_pyyaml() {
    let mut wrong = Vec::new();
    for row in include_str!("data/scalars.tsv").lines() {
        let mut cells = row.split('\t');
        let (tag, text, expected) = (cells.next().unwrap(), cells.next().unwrap(), cells.next().unwrap());
        let found = name(resolve(text, Style::Plain, (!tag.is_empty()).then_some(tag)));
        // A plain `=` or `<<` stops PyYAML: a problem of the document, no type.
        let expected = if expected == "unloadable" { "str" } else { expected };
        if found != expected {
            wrong.push(format!("{tag} {text:?}: PyYAML {expected}, here {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn quoted_scalars_are_text() {
    for style in [Style::SingleQuoted, Style::DoubleQuoted, Style::Literal, Style::Folded] {
        for text in ["", "~", "5", "yes", "2024-01-01", "1.5"] {
            assert_eq!(resolve(text, style, None), Type::Str);
        }
    }
    assert_eq!(resolve("5", Style::DoubleQuoted, Some("!!int")), Type::Int(Some(5)));
}
