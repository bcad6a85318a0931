//! A Sigma string: text with wildcards (`*`, `?`), escapes (`\*`, `\?`, `\\`) and placeholders (`%name%`).
//!
//! Read as pySigma reads it: a backslash before anything else than `*`, `?` or `\` is a backslash. Most strings of real
//! rules have nothing special, so [`is_literal`] and [`scan`] answer without allocating; [`Pattern`] owns its pieces.

use std::borrow::Cow;
use std::ops::Range;

/// A piece of a Sigma string with its byte range in the *unquoted* text ([`crate::yaml::Scalar::text`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// 0-based byte range in the unquoted text.
    pub range: Range<usize>,
}

/// What a piece of a Sigma string is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// Plain text, escapes resolved.
    Text(String),
    /// `*`: any number of characters.
    Star,
    /// `?`: one character.
    Question,
}

/// A Sigma string taken apart. Neighbouring texts are one piece, so a string without wildcards has at most one.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Pattern {
    /// The pieces in order.
    pub pieces: Vec<Piece>,
}

impl Pattern {
    /// Takes `text` (unquoted) apart. Never fails: every text is a Sigma string.
    pub fn parse(text: &str) -> Self {
        let pieces = scan(text).map(|raw| Piece {
            kind: match raw.kind {
                RawKind::Text => PieceKind::Text(unescape(&text[raw.range.clone()]).into_owned()),
                RawKind::Star => PieceKind::Star,
                RawKind::Question => PieceKind::Question,
            },
            range: raw.range,
        });
        Self { pieces: pieces.collect() }
    }

    /// Whether a `*` or `?` that is not escaped is in it.
    pub fn has_wildcards(&self) -> bool {
        self.pieces.iter().any(|piece| !matches!(piece.kind, PieceKind::Text(_)))
    }

    /// The text it stands for, escapes resolved, where it has no wildcard.
    pub fn plain(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece { kind: PieceKind::Text(text), .. }] => Some(text),
            _ => None,
        }
    }

    /// The shortest spelling that [`Pattern::parse`] reads as these pieces again.
    pub fn to_source(&self) -> String {
        let mut out = String::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            match &piece.kind {
                PieceKind::Text(text) => {
                    let end = match self.pieces.get(index + 1).map(|next| &next.kind) {
                        None => After::End,
                        Some(PieceKind::Text(next)) => After::Text(next),
                        Some(_) => After::Wildcard,
                    };
                    push_escaped(&mut out, text, end);
                }
                PieceKind::Star => out.push('*'),
                PieceKind::Question => out.push('?'),
            }
        }
        out
    }
}

/// A piece that borrows nothing: what it is and where, escapes unresolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawPiece {
    /// What it is.
    pub kind: RawKind,
    /// 0-based byte range in the unquoted text.
    pub range: Range<usize>,
}

/// The kinds of [`RawPiece`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawKind {
    /// Text, escapes unresolved; see [`unescape`].
    Text,
    /// `*`
    Star,
    /// `?`
    Question,
}

/// The pieces of `text`, found on the way and without allocating.
pub fn scan(text: &str) -> Scan<'_> {
    Scan { text, at: 0 }
}

/// The iterator of [`scan`].
#[derive(Clone, Debug)]
pub struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Scan<'_> {
    type Item = RawPiece;

    fn next(&mut self) -> Option<RawPiece> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let kind = match bytes.get(start)? {
            b'*' => RawKind::Star,
            b'?' => RawKind::Question,
            _ => RawKind::Text,
        };
        self.at = match kind {
            RawKind::Text => end_of_text(bytes, start),
            _ => start + 1,
        };
        Some(RawPiece { kind, range: start..self.at })
    }
}

/// Where the text that begins at `start` ends: at the next wildcard that is not escaped.
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(offset) = memchr::memchr3(b'*', b'?', b'\\', &bytes[at..]) {
        at += offset;
        match (bytes[at], bytes.get(at + 1)) {
            (b'\\', Some(b'*' | b'?' | b'\\')) => at += 2,
            (b'\\', _) => at += 1,
            _ => return at,
        }
    }
    bytes.len()
}

/// One character or wildcard of a Sigma string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A character, escapes resolved.
    Char(char),
    /// `*`
    Star,
    /// `?`
    Question,
}

/// The characters and wildcards of `text`, found on the way and without allocating.
pub fn units(text: &str) -> impl Iterator<Item = Unit> {
    let mut chars = text.chars();
    std::iter::from_fn(move || {
        Some(match chars.next()? {
            '*' => Unit::Star,
            '?' => Unit::Question,
            '\\' => match chars.as_str().chars().next() {
                Some(escaped @ ('*' | '?' | '\\')) => {
                    chars.next();
                    Unit::Char(escaped)
                }
                _ => Unit::Char('\\'),
            },
            other => Unit::Char(other),
        })
    })
}

/// Whether `text` stands for itself: no wildcard and nothing that an escape could change.
pub fn is_literal(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(offset) = memchr::memchr3(b'*', b'?', b'\\', &bytes[at..]) {
        at += offset;
        if bytes[at] != b'\\' || matches!(bytes.get(at + 1), Some(b'*' | b'?' | b'\\')) {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether `text` holds a `*` or `?` that is not escaped.
pub fn has_wildcards(text: &str) -> bool {
    end_of_text(text.as_bytes(), 0) < text.len()
}

/// Resolves `\*`, `\?` and `\\` in a text that has no wildcard (a wildcard is kept as it is).
pub fn unescape(text: &str) -> Cow<'_, str> {
    if is_literal(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(&next @ ('*' | '?' | '\\'))) => {
                out.push(next);
                chars.next();
            }
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The Sigma string that matches exactly `literal`: wildcards escaped, backslashes doubled only where a single one would
/// mean something else. It may be put before a wildcard only with [`escape_before_wildcard`].
pub fn escape(literal: &str) -> String {
    let mut out = String::with_capacity(literal.len());
    push_escaped(&mut out, literal, After::End);
    out
}

/// As [`escape`], for a text that a wildcard follows: a backslash at its end would escape that wildcard.
pub fn escape_before_wildcard(literal: &str) -> String {
    let mut out = String::with_capacity(literal.len());
    push_escaped(&mut out, literal, After::Wildcard);
    out
}

/// What follows a text: decides how a backslash at its end is written.
enum After<'a> {
    End,
    Wildcard,
    Text(&'a str),
}

fn push_escaped(out: &mut String, literal: &str, after: After<'_>) {
    let bytes = literal.as_bytes();
    let mut copied = 0;
    let mut at = 0;
    while let Some(offset) = memchr::memchr3(b'*', b'?', b'\\', &bytes[at..]) {
        at += offset;
        if bytes[at] != b'\\' {
            out.push_str(&literal[copied..at]);
            out.push('\\');
            copied = at;
            at += 1;
            continue;
        }
        let run = bytes[at..].iter().take_while(|&&b| b == b'\\').count();
        let special_follows = match bytes.get(at + run) {
            Some(next) => matches!(next, b'*' | b'?'),
            None => match &after {
                After::End => false,
                After::Wildcard => true,
                After::Text(next) => next.starts_with(['*', '?', '\\']),
            },
        };
        if run > 1 || special_follows {
            out.push_str(&literal[copied..at]);
            out.extend(std::iter::repeat_n('\\', run * 2));
            copied = at + run;
        }
        at += run;
    }
    out.push_str(&literal[copied..]);
}

/// A placeholder such as `%Administrators%`; it means something only with the modifier `expand`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder<'a> {
    /// The name between the percent signs.
    pub name: &'a str,
    /// 0-based byte range in the unquoted text, percent signs included.
    pub range: Range<usize>,
}

/// The placeholders of `text`. `\%` is a plain percent sign; a wildcard ends a name, as in pySigma.
pub fn placeholders(text: &str) -> impl Iterator<Item = Placeholder<'_>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(offset) = memchr::memchr(b'%', &bytes[at..]) {
            let start = at + offset;
            at = start + 1;
            if start > 0 && bytes[start - 1] == b'\\' {
                continue;
            }
            let length = memchr::memchr3(b'%', b'*', b'?', &bytes[at..])?;
            if length == 0 || bytes[at + length] != b'%' {
                continue;
            }
            let end = at + length;
            let name = &text[at..end];
            at = end + 1;
            return Some(Placeholder { name, range: start..end + 1 });
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> String {
        let pattern = Pattern::parse(text);
        let mut previous = 0;
        let mut out = String::new();
        for piece in &pattern.pieces {
            assert_eq!(piece.range.start, previous, "pieces of {text:?} leave no gap");
            previous = piece.range.end;
            match &piece.kind {
                PieceKind::Text(text) => {
                    out.push('<');
                    out.push_str(text);
                    out.push('>');
                }
                PieceKind::Star => out.push('S'),
                PieceKind::Question => out.push('Q'),
            }
        }
        assert_eq!(previous, text.len());
        assert_eq!(pattern.has_wildcards(), has_wildcards(text));
        out
    }

    #[test]
    fn units_say_the_same_as_pieces() {
        for text in ["", "abc", r"a\*b\*?\", r"\\*", r"a\\\*", r"\b", "é*ü", r"\é\?"] {
            let mut expected = Vec::new();
            for piece in Pattern::parse(text).pieces {
                match piece.kind {
                    PieceKind::Text(text) => expected.extend(text.chars().map(Unit::Char)),
                    PieceKind::Star => expected.push(Unit::Star),
                    PieceKind::Question => expected.push(Unit::Question),
                }
            }
            assert_eq!(units(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    /// The table of the specification, section "Escape Character", and pySigma's reading of the rest.
    #[test]
    fn escapes() {
        for (text, expected) in [
            ("", ""),
            ("abc", "<abc>"),
            (r"a\b", r"<a\b>"),
            (r"a\\b", r"<a\b>"),
            (r"a\*", "<a*>"),
            (r"a\?b", "<a?b>"),
            (r"a\\*", r"<a\>S"),
            (r"a\\\*", r"<a\*>"),
            (r"a\\\b", r"<a\\b>"),
            (r"a\\\\b", r"<a\\b>"),
            (r"a\", r"<a\>"),
            (r"\*\", r"<*\>"),
            ("*", "S"),
            ("**", "SS"),
            ("*a?b*", "S<a>Q<b>S"),
            (r"*\cmd.exe", r"S<\cmd.exe>"),
            ("é*ü", "<é>S<ü>"),
            (r"\é", r"<\é>"),
        ] {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn plain_text_only_without_wildcards() {
        assert_eq!(Pattern::parse("").plain(), Some(""));
        assert_eq!(Pattern::parse(r"C:\x\*").plain(), Some(r"C:\x*"));
        assert_eq!(Pattern::parse("a*").plain(), None);
        assert!(is_literal(r"C:\Windows\x.exe"));
        assert!(!is_literal(r"\\host"));
        assert!(!is_literal(r"a\*"));
        assert!(matches!(unescape(r"C:\Windows"), Cow::Borrowed(_)));
    }

    #[test]
    fn escape_is_the_inverse_of_parse() {
        for literal in ["", "a", r"\", r"\\", r"\\\", "*", "?", r"\*", r"\\?", r"a\b", r"\\host\c$", r"x\", r"é\*ü\\"]
        {
            let source = escape(literal);
            assert_eq!(Pattern::parse(&source).plain(), Some(literal), "{source}");
            let source = escape_before_wildcard(literal) + "*";
            let pattern = Pattern::parse(&source);
            assert_eq!(pattern.pieces.last().map(|piece| &piece.kind), Some(&PieceKind::Star), "{source}");
            assert_eq!(pattern.to_source(), source);
        }
        assert_eq!(escape(r"a\b"), r"a\b");
        assert_eq!(escape(r"\\host"), r"\\\\host");
    }

    #[test]
    fn every_short_string_survives() {
        let alphabet = ['a', '*', '?', '\\', 'é'];
        for number in 0..5usize.pow(6) {
            let mut rest = number;
            let text: String = std::iter::from_fn(|| {
                let c = alphabet[rest % 5];
                rest /= 5;
                Some(c)
            })
            .take(6)
            .collect();
            let pattern = Pattern::parse(&text);
            let again = Pattern::parse(&pattern.to_source());
            let kinds = |p: &Pattern| p.pieces.iter().map(|piece| piece.kind.clone()).collect::<Vec<_>>();
            assert_eq!(kinds(&pattern), kinds(&again), "{text}");
            assert_eq!(Pattern::parse(&escape(&text)).plain(), Some(text.as_str()));
        }
    }

    #[test]
    fn placeholders_as_pysigma_finds_them() {
        let names = |text: &'static str| placeholders(text).map(|p| p.name).collect::<Vec<_>>();
        assert_eq!(names("%name%"), ["name"]);
        assert_eq!(names(r"\%plain%name%"), ["name"]);
        assert_eq!(names("a%b%c%d%"), ["b", "d"]);
        assert_eq!(names("%%x%"), ["x"]);
        assert!(names("%a*b%").is_empty());
        assert!(names("100%").is_empty());
        assert_eq!(placeholders("a%b%").next().map(|p| p.range), Some(1..4));
    }
}
