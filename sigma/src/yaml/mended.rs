//! Text with edits that make it readable, and the way back from its offsets to those of the file.

use crate::source::Span;

/// Bytes of the file that are read as something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// Where, in bytes of the file.
    pub(super) span: Span,
    /// What is read there.
    pub(super) with: String,
    /// The bytes are given up: what stands there is in no tree.
    pub(super) mask: bool,
}

impl Edit {
    pub(super) fn replace(span: Span, with: impl Into<String>) -> Self {
        Self { span, with: with.into(), mask: false }
    }

    /// Blanks of equal length; line breaks stay.
    pub(super) fn mask(text: &str, span: Span) -> Self {
        let bytes = text.get(span.range()).unwrap_or_default().bytes();
        let with = bytes.map(|b| if matches!(b, b'\n' | b'\r') { b as char } else { ' ' }).collect();
        Self { span, with, mask: true }
    }
}

/// The edited text.
#[derive(Clone, Debug, Default)]
pub(super) struct Mended {
    pub(super) text: String,
    /// Sorted, without overlaps.
    pub(super) edits: Vec<Edit>,
    /// Where each edit starts in the edited text.
    starts: Vec<usize>,
}

impl Mended {
    pub(super) fn new(original: &str, mut edits: Vec<Edit>) -> Self {
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let mut text = String::with_capacity(original.len() + 64);
        let mut starts = Vec::with_capacity(edits.len());
        let mut done = 0;
        edits.retain(|edit| {
            let range = edit.span.range();
            let Some(before) = original.get(done..range.start) else { return false };
            text.push_str(before);
            starts.push(text.len());
            text.push_str(&edit.with);
            done = range.end;
            true
        });
        text.push_str(original.get(done..).unwrap_or_default());
        Self { text, edits, starts }
    }

    /// With further edits; a mask takes the place of what lies under it. `None` where another edit is in the way.
    pub(super) fn with(&self, original: &str, more: &[Edit]) -> Option<Self> {
        let mut edits = self.edits.clone();
        for new in more {
            if new.mask {
                edits.retain(|old| old.span.end <= new.span.start || new.span.end <= old.span.start);
            } else if edits.iter().any(|old| old.span.start < new.span.end && new.span.start < old.span.end) {
                return None;
            }
            edits.push(new.clone());
        }
        Some(Self::new(original, edits))
    }

    /// Whether offsets differ from those of the file.
    pub(super) fn moves(&self) -> bool {
        self.edits.iter().any(|edit| edit.with.len() != edit.span.len())
    }

    /// The byte of the file for an offset of the edited text. Within an edit that changes the length only its two ends
    /// have a counterpart; all else maps to its end.
    pub(super) fn back(&self, offset: usize) -> usize {
        let index = self.starts.partition_point(|&start| start <= offset);
        let Some(index) = index.checked_sub(1) else { return offset };
        let (edit, start) = (&self.edits[index], self.starts[index]);
        let (at, end) = (edit.span.start as usize, edit.span.end as usize);
        let within = offset - start;
        if within >= edit.with.len() {
            end + within - edit.with.len()
        } else if within == 0 || edit.with.len() == edit.span.len() {
            at + within
        } else {
            end
        }
    }

    pub(super) fn back_span(&self, span: Span) -> Span {
        let start = self.back(span.start as usize);
        Span::new(start, self.back(span.end as usize).max(start))
    }

    /// The file with nothing but the masks: same length as the file.
    pub(super) fn masked(&self, original: &str) -> String {
        let masks = self.edits.iter().filter(|edit| edit.with.len() == edit.span.len()).cloned().collect();
        Self::new(original, masks).text
    }
}

/// The line around a byte offset, without its break; LF, CRLF and a lone CR end lines.
pub(super) fn line_at(text: &str, offset: usize) -> Span {
    let bytes = text.as_bytes();
    let offset = offset.min(bytes.len());
    // An offset between CR and LF belongs to the line that they end.
    let from =
        if offset > 0 && bytes[offset - 1] == b'\r' && bytes.get(offset) == Some(&b'\n') { offset - 1 } else { offset };
    let start = memchr::memrchr2(b'\n', b'\r', &bytes[..from]).map_or(0, |at| at + 1);
    let end = memchr::memchr2(b'\n', b'\r', &bytes[from..]).map_or(bytes.len(), |at| from + at);
    Span::new(start, end)
}

/// The line after `line`, if there is one.
pub(super) fn next_line(text: &str, line: Span) -> Option<Span> {
    let rest = text.as_bytes().get(line.end as usize..)?;
    let skip = match rest {
        [b'\r', b'\n', ..] => 2,
        [_, ..] => 1,
        [] => return None,
    };
    Some(line_at(text, line.end as usize + skip))
}

/// The line before `line`, if there is one.
pub(super) fn previous_line(text: &str, line: Span) -> Option<Span> {
    (line.start > 0).then(|| line_at(text, line.start as usize - 1))
}
