//! One line of YAML, taken apart by sight: the parser has given up on it.

use crate::source::Span;

/// The parts of a line, in bytes of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// The whole line, without its break.
    pub(super) span: Span,
    /// Blanks and tabs at its start.
    pub(super) indent: Span,
    /// All but blanks at both ends.
    pub(super) content: Span,
    /// Whether the content begins with `- `.
    pub(super) item: bool,
    /// The content behind the dashes, without a comment.
    pub(super) body: Span,
    /// The key, where the body has one.
    pub(super) key: Option<Span>,
    /// What stands behind the key, or the whole body where there is none; without a comment.
    pub(super) value: Span,
}

impl Line {
    pub(super) fn new(text: &str, span: Span) -> Self {
        let line = text.get(span.range()).unwrap_or_default();
        let mark = if span.start == 0 && line.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let (line, base) = (&line[mark..], span.start as usize + mark);
        let at = |from: usize, to: usize| Span::new(base + from, base + to.max(from));
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let end = line.trim_end_matches([' ', '\t']).len();
        let mut start = indent;
        while line[start..].starts_with("- ") || line[start..].starts_with("-\t") {
            start += 2;
            start += blanks(&line[start..]);
        }
        let body = &line[start.min(end)..end];
        let split = separator(body);
        let value = split.map_or(0, |colon| colon + 1 + blanks(&body[colon + 1..]));
        let stop = comment(&body[value..]).map_or(body.len(), |at| value + at);
        let stop = value + body[value..stop].trim_end_matches([' ', '\t']).len();
        Self {
            span: at(0, line.len()),
            indent: at(0, indent),
            content: at(indent.min(end), end),
            item: start > indent,
            body: at(start, start + stop),
            key: split.map(|colon| at(start, start + body[..colon].trim_end().len())),
            value: at(start + value, start + stop),
        }
    }

    /// Nothing on it but blanks or a comment.
    pub(super) fn is_idle(&self, text: &str) -> bool {
        self.content.is_empty() || text.as_bytes().get(self.content.start as usize) == Some(&b'#')
    }

    /// How far the content is indented, in characters.
    pub(super) fn depth(&self) -> usize {
        self.indent.len()
    }
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

/// The colon that ends the key of `body`.
fn separator(body: &str) -> Option<usize> {
    let bytes = body.as_bytes();
    let first = *bytes.first()?;
    let from = match first {
        b'\'' | b'"' => closing(body)? + 1,
        b'[' | b'{' | b'*' | b'&' | b'!' | b'|' | b'>' | b'%' | b'@' | b'`' | b'#' | b',' => return None,
        _ => 0,
    };
    let quoted = from > 0;
    let mut colons = memchr::memchr_iter(b':', &bytes[from..]).map(|at| from + at);
    let colon = colons.find(|&at| matches!(bytes.get(at + 1), None | Some(b' ' | b'\t')))?;
    let between = &body[from..colon];
    let good = if quoted { between.trim().is_empty() } else { comment(between).is_none() };
    good.then_some(colon)
}

/// Where the quote that `text` begins with is closed.
pub(super) fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.first()?;
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        if quote == b'"' && byte == b'\\' {
            at += 1;
        } else if byte == quote {
            if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') {
                at += 1;
            } else {
                return Some(at);
            }
        }
        at += 1;
    }
    None
}

/// Where a comment begins: a `#` at the start or behind a blank, of a quoted value only behind its last quote.
fn comment(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let from = match bytes.first() {
        Some(&quote @ (b'\'' | b'"')) => memchr::memrchr(quote, bytes).unwrap_or(0) + 1,
        _ => 0,
    };
    memchr::memchr_iter(b'#', bytes.get(from..)?)
        .map(|at| from + at)
        .find(|&at| at == 0 || matches!(bytes[at - 1], b' ' | b'\t'))
}

/// A value in single quotes. Quotes that it is already in, or an opening one without its end, are dropped.
pub(super) fn quoted(value: &str) -> String {
    let mut inner = value;
    if let Some(quote @ ('\'' | '"')) = value.chars().next() {
        let rest = &value[1..];
        if let Some(middle) = rest.strip_suffix(quote) {
            inner = middle;
        } else if !rest.contains(quote) {
            inner = rest;
        }
    }
    format!("'{}'", inner.replace("''", "'").replace('\'', "''"))
}
