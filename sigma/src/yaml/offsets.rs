//! From places in an unquoted text back to places in the file, worked out when asked for.

use std::ops::Range;

use super::{Node, Style, Value};
use crate::source::{Source, Span};

/// Maps byte ranges of [`super::Scalar::text`] to bytes of the file.
///
/// Exact for every style: plain and quoted scalars over several lines, escapes, block scalars. Where the text cannot be
/// derived from the file (an unquoted text that was read as quoted, a tab read as blanks), everything is the whole
/// token.
#[derive(Clone, Debug)]
pub struct OffsetMap {
    token: Span,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// The text stands in the file as it is, from this offset on.
    Linear(u32),
    /// Stretches in the order of the text, without gaps.
    Pieces(Vec<Piece>),
    /// No telling.
    Whole,
}

/// A stretch of the text and the bytes of the file that it comes from. Of the same length: the same bytes; else one
/// thing, such as an escape or a fold.
#[derive(Clone, Copy, Debug)]
struct Piece {
    text: usize,
    text_len: usize,
    file: usize,
    file_len: usize,
    same: bool,
}

impl OffsetMap {
    /// For a scalar node; any other node gives its whole span.
    pub fn new(source: &Source, node: &Node) -> Self {
        match &node.value {
            Value::Scalar(scalar) => Self::of(source.text(), node.span, scalar.style, &scalar.text),
            _ => Self { token: node.span, kind: Kind::Whole },
        }
    }

    /// For the scalar whose token is `token` (quotes included) and whose unquoted text is `unquoted`; `text` is the
    /// file.
    pub fn of(text: &str, token: Span, style: Style, unquoted: &str) -> Self {
        let range = token.range();
        let inner = match style {
            Style::SingleQuoted | Style::DoubleQuoted => range.start + 1..range.end.saturating_sub(1),
            _ => range.clone(),
        };
        let kind = match text.get(inner.clone()) {
            Some(raw) if raw == unquoted => Kind::Linear(inner.start as u32),
            Some(raw) => match style {
                Style::Literal | Style::Folded => block(text, range, style == Style::Folded, unquoted),
                _ => flow(raw, inner.start, style, unquoted),
            }
            .map_or(Kind::Whole, Kind::Pieces),
            None => Kind::Whole,
        };
        Self { token, kind }
    }

    /// The bytes of the file that a byte range of the text comes from. What is one thing in the file, such as an
    /// escape, is never split.
    pub fn span(&self, range: Range<usize>) -> Span {
        match &self.kind {
            Kind::Linear(base) => Span::new(*base as usize + range.start, *base as usize + range.end.max(range.start)),
            Kind::Pieces(pieces) => {
                let start = first(pieces, range.start).map_or(self.token.end as usize, |piece| {
                    piece.file + if piece.same { range.start - piece.text } else { 0 }
                });
                if range.end <= range.start {
                    return Span::at(start);
                }
                let end = first(pieces, range.end - 1).map_or(self.token.end as usize, |piece| {
                    piece.file + if piece.same { range.end - piece.text } else { piece.file_len }
                });
                Span::new(start, end.max(start))
            }
            Kind::Whole => self.token,
        }
    }

    /// The byte of the text at a byte of the file, for what lies within the text.
    pub fn text_offset(&self, offset: usize) -> Option<usize> {
        let token = self.token.range();
        if offset < token.start || offset > token.end {
            return None;
        }
        match &self.kind {
            Kind::Linear(base) => offset.checked_sub(*base as usize),
            Kind::Pieces(pieces) => {
                let piece = &pieces[pieces.partition_point(|piece| piece.file <= offset).checked_sub(1)?];
                let within = offset - piece.file;
                if piece.same {
                    Some(piece.text + within.min(piece.text_len))
                } else {
                    Some(piece.text + if within < piece.file_len { 0 } else { piece.text_len })
                }
            }
            Kind::Whole => None,
        }
    }

    /// Whether places are known; if not, every span is the whole token.
    pub fn is_exact(&self) -> bool {
        !matches!(self.kind, Kind::Whole)
    }
}

/// The piece that holds the byte `at` of the text.
fn first(pieces: &[Piece], at: usize) -> Option<&Piece> {
    let piece = pieces.get(pieces.partition_point(|piece| piece.text <= at).checked_sub(1)?)?;
    (at < piece.text + piece.text_len).then_some(piece)
}

/// Derives the text again, piece by piece, and stops as soon as it differs from what it should be.
struct Weaver<'a> {
    unquoted: &'a str,
    done: usize,
    pieces: Vec<Piece>,
}

impl<'a> Weaver<'a> {
    fn new(unquoted: &'a str) -> Self {
        Self { unquoted, done: 0, pieces: Vec::new() }
    }

    /// `part` comes from the bytes `file` of the file.
    fn put(&mut self, part: &str, file: Range<usize>, same: bool) -> Option<()> {
        if part.is_empty() {
            return Some(());
        }
        if !self.unquoted.get(self.done..)?.starts_with(part) {
            return None;
        }
        self.pieces.push(Piece { text: self.done, text_len: part.len(), file: file.start, file_len: file.len(), same });
        self.done += part.len();
        Some(())
    }

    fn same(&mut self, part: &str, file: usize) -> Option<()> {
        self.put(part, file..file + part.len(), true)
    }

    /// `count` line feeds.
    fn feeds(&mut self, count: usize, file: Range<usize>) -> Option<()> {
        self.put(&"\n".repeat(count), file, false)
    }

    fn finish(self) -> Option<Vec<Piece>> {
        (self.done == self.unquoted.len()).then_some(self.pieces)
    }
}

/// The length of the line break at the start of `text`, 0 where there is none.
fn line_break(text: &str) -> usize {
    match text.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

fn blanks(text: &str) -> usize {
    text.bytes().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// From a line break on: its length with all blank lines and blanks behind it, and how many breaks it holds.
fn fold(text: &str) -> (usize, usize) {
    let (mut at, mut breaks) = (0, 0);
    loop {
        let length = line_break(&text[at..]);
        if length == 0 {
            return (at, breaks);
        }
        at += length;
        breaks += 1;
        at += blanks(&text[at..]);
    }
}

/// Plain and quoted scalars; `raw` is what stands between the quotes, from `base` on.
fn flow(raw: &str, base: usize, style: Style, unquoted: &str) -> Option<Vec<Piece>> {
    let mut weaver = Weaver::new(unquoted);
    let special = |c: char| match c {
        '\n' | '\r' => true,
        '\'' => style == Style::SingleQuoted,
        '\\' => style == Style::DoubleQuoted,
        _ => false,
    };
    let mut at = 0;
    while let Some(found) = raw[at..].find(special) {
        let end = at + found;
        let run = &raw[at..end];
        match raw.as_bytes()[end] {
            b'\'' => {
                weaver.same(run, base + at)?;
                if !raw[end + 1..].starts_with('\'') {
                    return None;
                }
                weaver.put("'", base + end..base + end + 2, false)?;
                at = end + 2;
            }
            b'\\' if line_break(&raw[end + 1..]) > 0 => {
                // The break does not count, blank lines behind it do.
                weaver.same(run, base + at)?;
                let (length, breaks) = fold(&raw[end + 1..]);
                let next = end + 1 + length;
                weaver.feeds(breaks - 1, base + end..base + next)?;
                at = next;
            }
            b'\\' => {
                weaver.same(run, base + at)?;
                let (c, length) = escape(&raw[end..])?;
                weaver.put(c.encode_utf8(&mut [0; 4]), base + end..base + end + length, false)?;
                at = end + length;
            }
            _ => {
                let kept = run.trim_end_matches([' ', '\t']);
                weaver.same(kept, base + at)?;
                let (length, breaks) = fold(&raw[end..]);
                let file = base + at + kept.len()..base + end + length;
                if breaks == 1 {
                    weaver.put(" ", file, false)?;
                } else {
                    weaver.feeds(breaks - 1, file)?;
                }
                at = end + length;
            }
        }
    }
    weaver.same(&raw[at..], base + at)?;
    weaver.finish()
}

/// The character of the escape that `text` begins with, and the length of the escape.
fn escape(text: &str) -> Option<(char, usize)> {
    let letter = text[1..].chars().next()?;
    let c = match letter {
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\x0B',
        'f' => '\x0C',
        'r' => '\r',
        'e' => '\x1B',
        ' ' | '"' | '/' | '\\' => letter,
        'N' => '\u{85}',
        '_' => '\u{A0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' => return hex(text, 2),
        'u' => return hex(text, 4),
        'U' => return hex(text, 8),
        _ => return None,
    };
    Some((c, 1 + letter.len_utf8()))
}

fn hex(text: &str, digits: usize) -> Option<(char, usize)> {
    let read = |from: usize| u32::from_str_radix(text.get(from..from + digits)?, 16).ok();
    let code = read(2)?;
    if (0xD800..0xDC00).contains(&code) && text.get(2 + digits..)?.starts_with("\\u") {
        // Two halves of one character, as in JSON.
        let low = read(4 + digits)?.checked_sub(0xDC00)?;
        return Some((char::from_u32(0x10000 + ((code - 0xD800) << 10) + low)?, 4 + 2 * digits));
    }
    Some((char::from_u32(code)?, 2 + digits))
}

/// Block scalars; `range` begins at the `|` or `>`.
fn block(text: &str, range: Range<usize>, folded: bool, unquoted: &str) -> Option<Vec<Piece>> {
    let header = text.get(range.clone())?;
    let body = header.find(['\n', '\r']).unwrap_or(header.len());
    let start = range.start + body + line_break(&header[body..]);
    let mut lines: Vec<&str> = Vec::new();
    let mut at = start;
    while at < range.end {
        let line = &text[at..range.end];
        let line = &line[..line.find(['\n', '\r']).unwrap_or(line.len())];
        lines.push(line);
        at += line.len() + line_break(&text[at + line.len()..]);
    }
    let spaces = |line: &&str| line.bytes().take_while(|b| *b == b' ').count();
    let filled = |line: &&&str| !line.trim_start_matches(' ').is_empty();
    let detected = lines.iter().find(filled).map_or(0, spaces);
    if let Some(pieces) = lines_at(text, start..range.end, &lines, detected, folded, unquoted) {
        return Some(pieces);
    }
    // With a digit in the header the first lines may be indented further than the text is.
    let digit = header[..body].bytes().take_while(|b| *b != b'#').any(|b| b.is_ascii_digit());
    let least = lines.iter().filter(filled).map(spaces).min().unwrap_or(0);
    let mut tries = (0..=least).rev().take(if digit { 16 } else { 0 });
    tries.find_map(|indent| lines_at(text, start..range.end, &lines, indent, folded, unquoted))
}

/// The lines of a block scalar without their indentation.
fn lines_at(
    text: &str,
    range: Range<usize>,
    lines: &[&str],
    indent: usize,
    folded: bool,
    unquoted: &str,
) -> Option<Vec<Piece>> {
    let mut weaver = Weaver::new(unquoted);
    // End of the last line with content, whether it begins with a blank, and the breaks since.
    let mut last: Option<(usize, bool)> = None;
    let mut breaks = 0;
    let mut at = range.start;
    let mut pending = range.start;
    for line in lines {
        let content = line.get(indent..).unwrap_or_default();
        let begin = at + line.len() - content.len();
        if !content.is_empty() {
            let inset = content.starts_with([' ', '\t']);
            match last {
                Some((_, before)) if folded && !before && !inset => {
                    if breaks == 1 {
                        weaver.put(" ", pending..begin, false)?;
                    } else {
                        weaver.feeds(breaks - 1, pending..begin)?;
                    }
                }
                _ => weaver.feeds(breaks, pending..begin)?,
            }
            weaver.same(content, begin)?;
            pending = at + line.len();
            last = Some((pending, inset));
            breaks = 0;
        }
        at += line.len() + line_break(&text[at + line.len()..]);
        breaks += 1;
    }
    // What is left are the breaks at the end, as many as chomping has kept.
    let rest = unquoted.len() - weaver.done;
    let end = pending + line_break(&text[pending.min(text.len())..]);
    weaver.feeds(rest, pending..end)?;
    weaver.finish()
}
