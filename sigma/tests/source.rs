//! Bytes, lines and columns.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail loudly, like tests")]

use sigwise_sigma::source::{LineEnding, Position};
use sigwise_sigma::{Source, Span};

fn position(line: u32, column: u32, utf16: u32, utf8: u32) -> Position {
    Position { line, column, utf16, utf8 }
}

#[test]
fn every_line_ending() {
    let source = Source::from("a\nbb\r\nccc\rd\r\n\r\r\n");
    let lines: Vec<_> = (1..=source.line_count()).map(|line| source.slice(source.line_span(line))).collect();
    assert_eq!(lines, ["a", "bb", "ccc", "d", "", "", ""]);
    assert_eq!(source.position(2), position(2, 1, 0, 0));
    assert_eq!(source.position(5), position(2, 4, 3, 3));
    assert_eq!(source.position(6), position(3, 1, 0, 0));
    assert_eq!(source.position(1000), position(7, 1, 0, 0));
}

#[test]
fn characters_and_utf16() {
    let source = Source::from("日本 😀x\né");
    assert_eq!(source.position(6), position(1, 3, 2, 6));
    assert_eq!(source.position(11), position(1, 5, 5, 11));
    assert_eq!(source.position(9), position(1, 4, 3, 7), "within a character: its start");
    assert_eq!(source.position(13), position(2, 1, 0, 0));
    assert_eq!(source.offset_of(1, 5), 11);
    assert_eq!(source.offset_of(1, 99), 12);
    assert_eq!(source.offset_of(9, 1), source.text().len());
    assert_eq!(source.offset_of(0, 0), source.text().len());
}

#[test]
fn the_byte_order_mark_is_in_spans_but_in_no_column() {
    let source = Source::from_bytes("\u{feff}ab\ncd");
    assert!(source.has_bom());
    assert_eq!(source.position(0), position(1, 1, 0, 0));
    assert_eq!(source.position(3), position(1, 1, 0, 0));
    assert_eq!(source.position(4), position(1, 2, 1, 1));
    assert_eq!(source.offset_of(1, 1), 3);
    assert_eq!(source.line_span(1), Span::new(3, 5));
    assert_eq!(source.position(6), position(2, 1, 0, 0));
}

#[test]
fn offsets_and_positions_are_inverse() {
    let source = Source::from("\u{feff}日a\r\n\r\n😀b\rc\n");
    for (offset, _) in source.text().char_indices().skip(1) {
        let Position { line, column, .. } = source.position(offset);
        // The break itself counts as columns past the end of the line.
        let end = source.line_span(line).end as usize;
        assert_eq!(source.offset_of(line, column), offset.min(end));
    }
}

#[test]
fn invalid_bytes_keep_their_place() {
    let source = Source::from_bytes(b"a\xffb\xc3(\xf0\x9f\x98\n\xe2\x82\xac".to_vec());
    assert_eq!(source.text(), "a?b?(???\n€");
    assert_eq!(source.invalid(), [Span::new(1, 2), Span::new(3, 4), Span::new(5, 8)]);
    assert!(Source::from("ä").invalid().is_empty());
}

#[test]
fn endings_by_majority() {
    for (text, ending) in [
        ("", LineEnding::Lf),
        ("a\nb\r\n", LineEnding::Lf),
        ("a\r\nb\r\nc\n", LineEnding::CrLf),
        ("a\rb\rc\n", LineEnding::Cr),
        ("\n", LineEnding::Lf),
        ("\r\n", LineEnding::CrLf),
    ] {
        assert_eq!(Source::from(text).line_ending(), ending, "{text:?}");
    }
}

#[test]
fn too_large() {
    let source = Source::from_bytes(vec![b'x'; Source::MAX_BYTES + 1]);
    assert_eq!((source.text(), source.oversize()), ("", Some(Source::MAX_BYTES + 1)));
    assert_eq!(source.position(7), position(1, 1, 0, 0));
    assert!(Source::from_bytes(vec![b'x'; Source::MAX_BYTES]).oversize().is_none());
}

#[test]
fn slices_never_panic() {
    let source = Source::from("ä");
    assert_eq!(source.slice(Span::new(0, 1)), "");
    assert_eq!(source.slice(Span::new(0, 99)), "");
    assert_eq!(source.slice(Span { start: 2, end: 1 }), "");
}
