//! The one way in: bytes of a file become text with byte spans, lines and columns.

use std::ops::Range;

/// A half-open range of bytes of one file, a byte order mark included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte, 0-based.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of `start..end`, in bytes. Files are capped at [`Source::MAX_BYTES`], so 32 bits always suffice.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// The empty span at `offset`.
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// As a range for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span covers no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that covers both.
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies within this span.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a byte, or one is empty and touches the other.
    pub fn touches(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }
}

/// A place as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// 1-based line; LF, CRLF and a lone CR end a line, as in LSP.
    pub line: u32,
    /// 1-based column in characters (Unicode scalar values); a byte order mark is not counted.
    pub column: u32,
    /// 0-based column in UTF-16 units, for LSP; a byte order mark is not counted.
    pub utf16: u32,
}

/// The text of one file.
#[derive(Clone, Debug)]
pub struct Source {
    text: String,
    /// Byte offset at which each line starts; the first is 0.
    line_starts: Vec<u32>,
    /// Spans of the bytes that were not UTF-8, each replaced by `?` in the text.
    invalid: Vec<Span>,
    /// Size of the file where it was larger than [`Source::MAX_BYTES`] and therefore not kept.
    oversize: Option<usize>,
}
