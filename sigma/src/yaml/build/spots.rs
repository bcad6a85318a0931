//! Places that the parser does not report as they are wanted.

use super::super::{Mapping, Node, Value};
use super::{Builder, Frame};
use crate::source::Span;

impl Builder<'_> {
    /// From the end of the last token on, skips blanks, breaks, comments, indicators, tags and anchors up to a byte
    /// that is wanted; looks no further than `limit`.
    pub(super) fn seek(&self, limit: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let limit = limit.min(bytes.len());
        let mut at = self.last;
        while at < limit {
            let byte = bytes[at];
            if wanted(byte) {
                return Some(at);
            }
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b':' | b'-' | b'?' | b',' => at += 1,
                b'#' => at += memchr::memchr2(b'\n', b'\r', &bytes[at..limit])?,
                b'&' | b'!' => {
                    at += bytes[at..limit].iter().position(|b| b.is_ascii_whitespace()).unwrap_or(limit - at);
                }
                _ => return None,
            }
        }
        None
    }

    /// Where a null without text stands: behind the colon or dash that it belongs to.
    pub(super) fn null_position(&self, found: usize) -> usize {
        let (indicator, limit) = match self.open.last() {
            Some(Frame { node: Node { value: Value::Sequence(_), .. }, .. }) => (b'-', found),
            Some(Frame { key: Some(_), .. }) => (b':', self.text.len()),
            _ => return found,
        };
        match self.seek(limit, |b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'#')) {
            Some(at) if self.byte(at) == Some(indicator) => at + 1,
            _ if indicator == b':' => self.last,
            _ => found,
        }
    }

    /// Whether the null at `span` is the key of a `: value` without a key, which PyYAML refuses in block style.
    pub(super) fn is_missing_key(&self, span: Span) -> bool {
        match self.open.last() {
            Some(Frame {
                node: Node { value: Value::Mapping(Mapping { flow: false, .. }), .. }, key: None, ..
            }) => self.byte(span.start as usize) == Some(b':'),
            _ => false,
        }
    }

    /// The parser gives the content of a block scalar with the breaks behind it; wanted is the indicator up to the end
    /// of the content.
    pub(super) fn block_scalar_span(&self, content: Span, empty: bool) -> Span {
        let start = self.seek(content.end as usize, |b| matches!(b, b'|' | b'>')).unwrap_or(content.start as usize);
        let end = content.end.max(start as u32) as usize;
        let bytes = self.text.as_bytes();
        if empty {
            let header = memchr::memchr2(b'\n', b'\r', &bytes[start..end]).map_or(end, |at| start + at);
            return Span::new(start, header);
        }
        // The column where the text begins is how far it is indented.
        let begin = content.start as usize;
        let indent = bytes[..begin].iter().rev().take_while(|b| **b == b' ').count();
        let mut stop = end;
        loop {
            let line =
                bytes[start..stop].iter().rposition(|b| matches!(b, b'\n' | b'\r')).map_or(start, |at| start + at + 1);
            // Blanks behind the indentation are content, fewer are an empty line.
            let blank = bytes[line..stop].iter().all(|b| *b == b' ') && stop - line <= indent;
            if line == start || !blank {
                return Span::new(start, stop);
            }
            stop = line - if bytes[..line].ends_with(b"\r\n") { 2 } else { 1 };
        }
    }
}
