//! Characters that PyYAML refuses although the parser would take them: tabs between tokens, control characters.

use super::line::Line;
use super::mended::{Edit, line_at, next_line};
use super::{Comment, Node, Problem, ProblemKind, Style, Tree, Value};
use crate::source::Span;

/// Columns of a tab in a file that is indented by tabs alone; Sigma's own rules indent by four.
const WIDTH: usize = 4;

/// Ways to read the tabs of the indentation as blanks, at most `most` lines of them: by the file's own step, or as wide as
/// editors show them.
pub(super) fn expansions(text: &str, most: usize) -> Vec<Vec<Edit>> {
    let mut widths = vec![width(text), 4, 8, 2];
    let mut all: Vec<Vec<Edit>> = Vec::new();
    while let Some(width) = (!widths.is_empty()).then(|| widths.remove(0)) {
        widths.retain(|other| *other != width);
        let edits = expand(text, width, most + 1);
        if edits.is_empty() || edits.len() > most {
            break;
        }
        all.push(edits);
    }
    all
}

/// Blanks for the tabs in the indentation of every line, except where they are the content of a block scalar; stops
/// after `most` edits.
fn expand(text: &str, width: usize, most: usize) -> Vec<Edit> {
    let mut edits = Vec::new();
    // Columns up to which the indentation of the current block scalar's header goes.
    let mut block: Option<usize> = None;
    let mut line = Some(line_at(text, 0));
    while let Some(span) = line.filter(|_| edits.len() < most) {
        line = next_line(text, span);
        let parts = Line::new(text, span);
        if parts.content.is_empty() {
            continue;
        }
        let indent = text.get(parts.indent.range()).unwrap_or_default();
        let columns =
            indent.bytes().fold(0, |column, b| if b == b'\t' { (column / width + 1) * width } else { column + 1 });
        if block.is_some_and(|header| columns <= header) {
            block = None;
        }
        let blanks = indent.find('\t');
        let content = block.is_some_and(|header| blanks.is_some_and(|blanks| blanks > header));
        if blanks.is_some() && !content {
            edits.push(Edit::replace(parts.indent, " ".repeat(columns)));
        }
        if block.is_none() && is_block_header(text.get(parts.value.range()).unwrap_or_default()) {
            block = Some(columns);
        }
    }
    edits
}

/// The smallest indentation by blanks alone, as far as the first thousand lines tell.
fn width(text: &str) -> usize {
    let mut least = usize::MAX;
    let mut line = Some(line_at(text, 0));
    for _ in 0..1000 {
        let Some(span) = line else { break };
        let parts = Line::new(text, span);
        let indent = text.get(parts.indent.range()).unwrap_or_default();
        if !parts.is_idle(text) && !indent.is_empty() && !indent.contains('\t') {
            least = least.min(indent.len());
        }
        line = next_line(text, span);
    }
    if least == usize::MAX { WIDTH } else { least.clamp(1, 8) }
}

fn is_block_header(value: &str) -> bool {
    value
        .strip_prefix(['|', '>'])
        .is_some_and(|rest| rest.len() <= 2 && rest.bytes().all(|b| matches!(b, b'+' | b'-' | b'1'..=b'9')))
}

/// Reports every tab that stands outside quotes, block scalars and comments: PyYAML takes none there.
pub(super) fn report(text: &str, trees: &[Tree], comments: &[Comment], edits: &[Edit], problems: &mut Vec<Problem>) {
    if memchr::memchr(b'\t', text.as_bytes()).is_none() {
        return;
    }
    let mut harmless: Vec<Span> = comments.iter().map(|comment| comment.span).collect();
    harmless.extend(edits.iter().filter(|edit| edit.mask).map(|edit| edit.span));
    for root in trees.iter().filter_map(|tree| tree.root.as_ref()) {
        collect(root, &mut harmless);
    }
    harmless.sort_unstable();
    let width = width(text);
    let mut at = 0;
    let mut next = 0;
    while let Some(offset) = text.as_bytes().get(at..).and_then(|rest| memchr::memchr(b'\t', rest)) {
        let start = at + offset;
        while harmless.get(next).is_some_and(|span| span.end as usize <= start) {
            next += 1;
        }
        if let Some(span) = harmless.get(next).filter(|span| span.start as usize <= start) {
            at = span.end as usize;
            continue;
        }
        let run = text[start..].bytes().take_while(|b| *b == b'\t').count();
        let span = Span::new(start, start + run);
        let line = Line::new(text, line_at(text, start));
        let leading = line.indent.contains(span);
        let (message, fix) = if leading {
            // As it was read, if it had to be read otherwise.
            let read = edits.iter().find(|edit| !edit.mask && edit.span.contains(span));
            let fix = read.map_or((span, " ".repeat(width * run)), |edit| (edit.span, edit.with.clone()));
            ("a tab in the indentation", fix)
        } else if line.content.end <= span.start {
            ("a tab at the end of the line", (span, String::new()))
        } else {
            ("a tab outside quotes", (span, " ".to_owned()))
        };
        let mut problem = Problem::new(ProblemKind::Tab, span, message).with_help("YAML wants blanks here");
        problem.fix = Some(fix);
        problems.push(problem);
        if problems.len() >= super::MAX_PROBLEMS {
            break;
        }
        // One report per indentation, as one edit mends all of it.
        at = if leading { line.indent.end as usize } else { start + run };
    }
}

/// The spans of scalars that may hold tabs.
fn collect(node: &Node, spans: &mut Vec<Span>) {
    match &node.value {
        Value::Scalar(scalar) => {
            if scalar.style != Style::Plain {
                spans.push(node.span);
            }
        }
        Value::Sequence(list) => list.items.iter().for_each(|item| collect(item, spans)),
        Value::Mapping(map) => map.entries.iter().for_each(|entry| {
            collect(&entry.key, spans);
            collect(&entry.value, spans);
        }),
    }
}

/// Reports control characters, which PyYAML's reader refuses wherever they stand, and gives edits that read them as
/// question marks.
pub(super) fn controls(text: &str, problems: &mut Vec<Problem>) -> Vec<Edit> {
    let suspicious = |b: u8| (b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r')) || b == 0x7F;
    // In UTF-8 the second group of control characters begins with C2, U+FFFE and U+FFFF with EF BF.
    let quick = text.bytes().fold(false, |found, b| found | suspicious(b) | (b == 0xC2) | (b == 0xEF));
    let mut edits: Vec<Edit> = Vec::new();
    if !quick {
        return edits;
    }
    for (at, c) in text.char_indices() {
        let refused =
            (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')) || matches!(c, '\u{fffe}' | '\u{ffff}');
        if !refused {
            continue;
        }
        let span = Span::new(at, at + c.len_utf8());
        let with = "?".repeat(c.len_utf8());
        match (edits.last_mut(), problems.last_mut()) {
            (Some(edit), Some(problem)) if edit.span.end == span.start => {
                edit.span.end = span.end;
                edit.with.push_str(&with);
                problem.span.end = span.end;
            }
            _ => {
                edits.push(Edit::replace(span, with));
                let message = format!("YAML allows no control character such as U+{:04X}", c as u32);
                problems.push(Problem::new(ProblemKind::Syntax, span, message).with_help("remove it"));
            }
        }
        if edits.len() >= super::MAX_PROBLEMS {
            break;
        }
    }
    edits
}
