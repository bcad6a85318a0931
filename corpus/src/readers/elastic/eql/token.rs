//! EQL in tokens: fields and keywords alike are words, texts keep their quotes.

use logos::{FilterResult, Lexer, Logos};

/// What a token is.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[ \t\r\n\f]+")]
#[logos(skip(r"//[^\n]*", allow_greedy = true))]
pub(super) enum Kind {
    /// A field with its path (`?process.parent.name`, `` a.`0`.b ``, `a.b[0]`), a keyword or the name of a function, where
    /// `~` belongs to it.
    #[regex(r"\??([A-Za-z_@][A-Za-z0-9_@]*|`[^`\n]*`)(\.([A-Za-z0-9_@]+|`[^`\n]*`)|\[[0-9]+\])*~?")]
    Word,
    /// A text in quotes of one sort or the other, with its escapes.
    #[token("\"", quoted)]
    #[token("'", quoted)]
    Text,
    /// A text in triple quotes, without escapes.
    #[token("\"\"\"", raw)]
    Raw,
    /// A number, perhaps with a unit of time.
    #[regex(r"[0-9]+(\.[0-9]+)?[A-Za-z]*")]
    Number,
    #[token("==")]
    #[token("=")]
    Equal,
    #[token("!=")]
    Unequal,
    /// `:`, which is `==` with wildcards.
    #[token(":")]
    Colon,
    #[token("<")]
    Less,
    #[token("<=")]
    LessEqual,
    #[token(">")]
    Greater,
    #[token(">=")]
    GreaterEqual,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Times,
    #[token("/")]
    Slash,
    #[token("%")]
    Percent,
    #[token("(")]
    Open,
    #[token(")")]
    Close,
    #[token("[")]
    OpenStep,
    #[token("]")]
    CloseStep,
    #[token(",")]
    Comma,
    #[token("|")]
    Pipe,
    #[token("!")]
    Bang,
    /// A comment that never ends; others are left out.
    #[token("/*", comment)]
    Comment,
    /// What cannot stand in a query.
    Wrong,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// Where it begins, in bytes.
    pub(super) start: usize,
    /// Where it ends, in bytes.
    pub(super) end: usize,
}

/// All tokens of a query.
pub(super) fn tokens(query: &str) -> Vec<Token> {
    Kind::lexer(query)
        .spanned()
        .map(|(kind, span)| Token { kind: kind.unwrap_or(Kind::Wrong), start: span.start, end: span.end })
        .collect()
}

/// To the same quote again, or to the end of the line if there is none.
fn quoted(lexer: &mut Lexer<'_, Kind>) {
    let quote = lexer.slice().as_bytes().first().copied();
    let rest = lexer.remainder().as_bytes();
    let mut at = 0;
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'\n' => break,
            b'\\' if rest.get(at + 1).is_some_and(|next| next.is_ascii() && *next != b'\n') => at += 2,
            _ => at += 1,
        }
        if Some(byte) == quote {
            break;
        }
    }
    lexer.bump(at);
}

/// To the next three quotes (two more may stand before them), or to the end of the line.
fn raw(lexer: &mut Lexer<'_, Kind>) {
    let rest = lexer.remainder();
    let line = rest.find('\n').map_or(rest, |end| rest.get(..end).unwrap_or_default());
    let Some(end) = line.find("\"\"\"") else { return lexer.bump(line.len()) };
    let more = line.get(end + 3..).unwrap_or_default().bytes().take(2).take_while(|byte| *byte == b'"').count();
    lexer.bump(end + 3 + more);
}

fn comment(lexer: &mut Lexer<'_, Kind>) -> FilterResult<(), ()> {
    let rest = lexer.remainder();
    match rest.find("*/") {
        Some(end) => {
            lexer.bump(end + 2);
            FilterResult::Skip
        }
        None => {
            lexer.bump(rest.len());
            FilterResult::Emit(())
        }
    }
}

/// The text between quotes and whether the closing ones are there.
pub(super) fn unquoted(token: &str) -> (&str, bool) {
    let quotes = if token.starts_with("\"\"\"") { 3 } else { 1 };
    let inner = token.get(quotes..).unwrap_or_default();
    let closing = token.get(..quotes).unwrap_or_default();
    // A backslash before the last quote makes it a part of the text.
    let escaped = quotes == 1 && inner.bytes().rev().skip(1).take_while(|byte| *byte == b'\\').count() % 2 == 1;
    match inner.strip_suffix(closing) {
        Some(inner) if !escaped => (inner, true),
        _ => (inner, false),
    }
}

/// What a text in simple quotes means: escapes resolved, those that there are none of kept as they are.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
        let Some(escape) = rest.chars().next() else {
            out.push('\\');
            break;
        };
        rest = rest.get(escape.len_utf8()..).unwrap_or_default();
        match escape {
            '\\' | '"' | '\'' => out.push(escape),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'u' => match character(rest) {
                Some((c, after)) => {
                    out.push(c);
                    rest = after;
                }
                None => out.push_str("\\u"),
            },
            other => {
                out.push('\\');
                out.push(other);
            }
        }
    }
    out.push_str(rest);
    out
}

/// `{200f}` and what stands after it.
fn character(text: &str) -> Option<(char, &str)> {
    let (digits, rest) = text.strip_prefix('{')?.split_once('}')?;
    let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    Some((c, rest))
}
