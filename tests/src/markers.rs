//! Expected findings written under the text they are about:
//!
//! ```yaml
//! status: experimentall
//! #       ^^^^^^^^^^^^^ invalid-status
//! ```
//!
//! The carets stand under the token. A run of carets right behind the `#` covers the first column as well, since the `#`
//! itself stands there. A `|` instead of carets marks an empty place in front of the character above it (`#|`: the start of
//! the line). Marker lines are taken out before the text is linted.

use sigwise_lint::Diagnostic;
use sigwise_sigma::Source;

/// A finding as the markers describe it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// 1-based line in the text without markers.
    pub line: u32,
    /// 1-based first column, in characters.
    pub column: u32,
    /// Column behind the last character; of a finding over several lines, behind the first line's last one.
    pub end: u32,
    /// The check.
    pub check: String,
}

/// Splits a marked text into the text and what is expected of it.
pub fn split(marked: &str) -> (String, Vec<Expected>) {
    let mut text = String::new();
    let mut expected = Vec::new();
    let mut line = 0;
    for raw in marked.split_inclusive('\n') {
        match marker(raw.trim_end()) {
            Some((column, end, check)) => expected.push(Expected { line, column, end, check: check.to_owned() }),
            None => {
                text.push_str(raw);
                line += 1;
            }
        }
    }
    expected.sort();
    (text, expected)
}

fn marker(line: &str) -> Option<(u32, u32, &str)> {
    let rest = line.strip_prefix('#')?;
    let blanks = rest.len() - rest.trim_start_matches(' ').len();
    let carets = rest[blanks..].len() - rest[blanks..].trim_start_matches('^').len();
    let empty = carets == 0 && rest[blanks..].starts_with("| ");
    let check = rest[blanks + carets + usize::from(empty)..].trim();
    let is_name = !check.is_empty()
        && check.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit());
    if !is_name {
        return None;
    }
    let start = if blanks == 0 { 1 } else { blanks as u32 + 2 };
    match (carets, empty) {
        (0, true) => Some((start, start, check)),
        (0, false) => None,
        _ => Some((start, (blanks + carets) as u32 + 2, check)),
    }
}

/// The findings in the form of [`Expected`], sorted.
pub fn actual(source: &Source, found: &[Diagnostic]) -> Vec<Expected> {
    let mut out: Vec<Expected> = found
        .iter()
        .map(|diagnostic| {
            let start = source.position(diagnostic.span.start as usize);
            let mut end = source.position(diagnostic.span.end as usize);
            if end.line != start.line {
                end = source.position(source.line_span(start.line).end as usize);
            }
            Expected { line: start.line, column: start.column, end: end.column, check: diagnostic.check.id.to_owned() }
        })
        .collect();
    out.sort();
    out
}
