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
    /// 0-based column in bytes, for LSP; a byte order mark is not counted.
    pub utf8: u32,
}

/// What ends a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineEnding {
    /// `\n`
    Lf,
    /// `\r\n`
    CrLf,
    /// `\r`
    Cr,
}

impl LineEnding {
    /// The bytes themselves.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
            Self::Cr => "\r",
        }
    }
}

/// The text of one file.
#[derive(Clone, Debug)]
pub struct Source {
    text: String,
    /// Byte offset at which each line starts; the first is 0.
    line_starts: Vec<u32>,
    /// Spans of the bytes that were not UTF-8, each replaced by `?` in the text.
    invalid: Vec<Span>,
    /// What is known of the file where it was larger than [`Source::MAX_BYTES`] and therefore not kept.
    oversize: Option<Oversize>,
}

/// A file that was not kept.
#[derive(Clone, Copy, Debug)]
struct Oversize {
    bytes: usize,
    /// Whether it begins like a file of rules.
    is_sigma: bool,
}

const BOM: &str = "\u{feff}";

impl Source {
    /// The largest file that is read, in bytes: 16 MiB. A larger one leaves an empty text.
    pub const MAX_BYTES: usize = 16 << 20;

    /// The text of a file. Each byte that is not UTF-8 becomes one `?`, so that offsets stay those of the file.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        if bytes.len() > Self::MAX_BYTES {
            return Self::too_large(&bytes, bytes.len());
        }
        match String::from_utf8(bytes) {
            Ok(text) => Self::from_text(text),
            Err(error) => {
                let (text, invalid) = replace_invalid(error.as_bytes());
                Self { invalid, ..Self::from_text(text) }
            }
        }
    }

    fn from_text(text: String) -> Self {
        if text.len() > Self::MAX_BYTES {
            return Self::too_large(text.as_bytes(), text.len());
        }
        let line_starts = line_starts(text.as_bytes());
        Self { text, line_starts, invalid: Vec::new(), oversize: None }
    }

    /// A file of so many `bytes`, more than [`Source::MAX_BYTES`], of which only the head needs to be read: 64 KiB suffice.
    pub fn too_large(head: &[u8], bytes: usize) -> Self {
        let head = String::from_utf8_lossy(&head[..head.len().min(1 << 16)]);
        let oversize = Oversize { bytes, is_sigma: crate::document::sniff(&head) };
        Self { oversize: Some(oversize), ..Self::from_text(String::new()) }
    }

    /// The text, a byte order mark included; empty where the file was too large.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text under a span. A span that is out of bounds or splits a character yields nothing.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The bytes that were not UTF-8, in order; neighbours are joined.
    pub fn invalid(&self) -> &[Span] {
        &self.invalid
    }

    /// The size of the file in bytes, if it was larger than [`Source::MAX_BYTES`] and so was not kept.
    pub fn oversize(&self) -> Option<usize> {
        self.oversize.map(|file| file.bytes)
    }

    /// Whether a file that was too large to be kept begins like a file of rules.
    pub(crate) fn oversize_is_sigma(&self) -> bool {
        self.oversize.is_some_and(|file| file.is_sigma)
    }

    /// Whether the text begins with a byte order mark.
    pub fn has_bom(&self) -> bool {
        self.text.starts_with(BOM)
    }

    /// How many lines there are; at least one. A line break at the very end starts another, empty line.
    pub fn line_count(&self) -> u32 {
        self.line_starts.len() as u32
    }

    /// The place of a byte offset. An offset past the end means the end, one within a character its start.
    pub fn position(&self, offset: usize) -> Position {
        let offset = floor_boundary(&self.text, offset);
        let line = self.line_starts.partition_point(|&start| start as usize <= offset).max(1);
        let start = self.content_start(line - 1).min(offset);
        let (mut column, mut utf16) = (1, 0);
        let before = &self.text[start..offset];
        if before.is_ascii() {
            (column, utf16) = (column + before.len() as u32, before.len() as u32);
        } else {
            for c in before.chars() {
                column += 1;
                utf16 += c.len_utf16() as u32;
            }
        }
        Position { line: line as u32, column, utf16, utf8: before.len() as u32 }
    }

    /// The text of a 1-based line, without its line break and without a byte order mark. A line that does not exist is
    /// empty and stands at the end of the text.
    pub fn line_span(&self, line: u32) -> Span {
        let index = (line as usize).wrapping_sub(1);
        if index >= self.line_starts.len() {
            return Span::at(self.text.len());
        }
        let start = self.content_start(index);
        let next = self.line_starts.get(index + 1).map_or(self.text.len(), |&next| next as usize);
        let line = &self.text[start..next];
        let content = line.strip_suffix('\n').unwrap_or(line);
        let content = content.strip_suffix('\r').unwrap_or(content);
        Span::new(start, start + content.len())
    }

    /// The byte offset of a 1-based line and a 1-based column in characters. A column past the end of the line means
    /// its end, a line past the end of the file the end of the text.
    pub fn offset_of(&self, line: u32, column: u32) -> usize {
        let span = self.line_span(line);
        let text = self.slice(span);
        let within = text.char_indices().nth((column as usize).saturating_sub(1)).map_or(text.len(), |(at, _)| at);
        span.start as usize + within
    }

    /// The line ending that most lines have; LF where there is none or on a tie.
    pub fn line_ending(&self) -> LineEnding {
        let bytes = self.text.as_bytes();
        let (mut lf, mut crlf, mut cr) = (0, 0, 0);
        for &start in self.line_starts.iter().skip(1) {
            let start = start as usize;
            match (start.checked_sub(2).map(|at| bytes[at]), bytes[start - 1]) {
                (Some(b'\r'), b'\n') => crlf += 1,
                (_, b'\n') => lf += 1,
                _ => cr += 1,
            }
        }
        if crlf > lf && crlf >= cr {
            LineEnding::CrLf
        } else if cr > lf {
            LineEnding::Cr
        } else {
            LineEnding::Lf
        }
    }

    /// Where the text of a 0-based line starts: behind the byte order mark on the first.
    fn content_start(&self, index: usize) -> usize {
        if index == 0 && self.has_bom() { BOM.len() } else { self.line_starts[index] as usize }
    }
}

impl From<&str> for Source {
    fn from(text: &str) -> Self {
        Self::from_text(text.to_owned())
    }
}

impl From<String> for Source {
    fn from(text: String) -> Self {
        Self::from_text(text)
    }
}

/// The largest character boundary that is not past `offset`.
pub(crate) fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn line_starts(bytes: &[u8]) -> Vec<u32> {
    // Rules have short lines: this is enough room for nearly all of them.
    let mut starts = Vec::with_capacity(bytes.len() / 24 + 1);
    starts.push(0);
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
            starts.push(at as u32 + 1);
        }
    }
    starts
}

/// The text with `?` for every byte that is not UTF-8, and where those are.
fn replace_invalid(bytes: &[u8]) -> (String, Vec<Span>) {
    let mut text = String::with_capacity(bytes.len());
    let mut invalid: Vec<Span> = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            let span = Span::new(text.len(), text.len() + 1);
            text.push('?');
            match invalid.last_mut() {
                Some(last) if last.end == span.start => last.end = span.end,
                _ => invalid.push(span),
            }
        }
    }
    (text, invalid)
}
