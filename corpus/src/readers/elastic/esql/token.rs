//! ES|QL in tokens: columns and keywords alike are words, texts keep their quotes.

use logos::{Lexer, Logos};

/// What a token is.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[\s\u{a0}]+")]
#[logos(skip(r"//[^\n]*", allow_greedy = true))]
#[logos(skip r"/\*([^*]|\*+[^*/])*\*+/")]
pub(super) enum Kind {
    /// A column with its path (`process.name`, `` a.`b-c` ``), a keyword or the name of a function or command.
    #[regex(r"([A-Za-z_@][A-Za-z0-9_@]*|`([^`\n]|``)+`)(\.([A-Za-z0-9_@]+|`([^`\n]|``)+`))*")]
    Word,
    /// A text in quotes.
    #[regex(r#""([^"\\\n]|\\[^\n])*""#)]
    Text,
    /// A text in triple quotes, without escapes. Without closing ones it ends with its line.
    #[token("\"\"\"", raw)]
    Raw,
    /// A text whose closing quote is missing; it ends with its line.
    #[regex(r#""([^"\\\n]|\\[^\n])*"#)]
    Unclosed,
    /// A number, perhaps with a unit of time.
    #[regex(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?[A-Za-z]*")]
    Number,
    #[token("==")]
    Equal,
    /// `=~`, which is `==` without regard to case.
    #[token("=~")]
    Similar,
    #[token("!=")]
    Unequal,
    #[token("<")]
    Less,
    #[token("<=")]
    LessEqual,
    #[token(">")]
    Greater,
    #[token(">=")]
    GreaterEqual,
    #[token("=")]
    Assign,
    /// `:`, which is `match`.
    #[token(":")]
    Colon,
    #[token("::")]
    Cast,
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
    OpenList,
    #[token("]")]
    CloseList,
    #[token("{")]
    OpenMap,
    #[token("}")]
    CloseMap,
    #[token(",")]
    Comma,
    #[token("|")]
    Pipe,
    /// What cannot stand in a query, such as a comment that does not end.
    #[regex(r"/\*([^*]|\*+[^*/])*\**")]
    Wrong,
}

/// To the next three quotes (two more may stand before them), or to the end of the line.
fn raw(lexer: &mut Lexer<'_, Kind>) {
    let rest = lexer.remainder();
    let line = rest.find('\n').map_or(rest, |end| rest.get(..end).unwrap_or_default());
    let Some(end) = line.find("\"\"\"") else { return lexer.bump(line.len()) };
    let more = line.get(end + 3..).unwrap_or_default().bytes().take(2).take_while(|byte| *byte == b'"').count();
    lexer.bump(end + 3 + more);
}

/// What stands between the quotes of a text, whichever they are, and what it means.
pub(super) fn text(token: &str) -> (&str, String) {
    if let Some(inner) = token.strip_prefix("\"\"\"") {
        let inner = inner.strip_suffix("\"\"\"").unwrap_or(inner);
        return (inner, inner.to_owned());
    }
    let inner = token.strip_prefix('"').unwrap_or(token);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match (c, chars.as_str().chars().next()) {
            ('\\', Some(escaped @ ('"' | '\\' | 'n' | 'r' | 't'))) => {
                out.push(match escaped {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    other => other,
                });
                chars.next();
            }
            _ => out.push(c),
        }
    }
    (inner, out)
}

/// A name without the backticks around its parts.
pub(super) fn name(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        // Two of them are one that is meant.
        if c != '`' {
            out.push(c);
        } else if chars.next_if_eq(&'`').is_some() {
            out.push('`');
        }
    }
    out
}
