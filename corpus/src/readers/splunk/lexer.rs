//! The tokens of SPL outside of expressions, and how a search falls into commands.

use logos::Logos;

/// What a token is.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"\s+")]
pub(super) enum Kind {
    /// A text in double quotes.
    #[regex(r#""(?:[^"\\]|\\(?s:.))*""#)]
    Quoted,
    /// Anything up to a blank or another token. A backslash before a token makes it a part of the word.
    #[regex(r#"(?:[^\s()\[\]",=<>!|\\]|\\["\\,=<>!(\[|]|\\)+"#)]
    #[token("!")]
    Word,
    /// `=`, `==`, `!=`, `<`, `<=`, `>`, `>=`
    #[regex("==?|!=|<=?|>=?")]
    Operator,
    /// `(`
    #[token("(")]
    Open,
    /// `)`
    #[token(")")]
    Close,
    /// `[`
    #[token("[")]
    Begin,
    /// `]`
    #[token("]")]
    End,
    /// `,`
    #[token(",")]
    Comma,
    /// `|`
    #[token("|")]
    Pipe,
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// What it is.
    pub(super) kind: Kind,
    /// As written.
    pub(super) text: &'a str,
    /// Where it starts in the text, in bytes.
    pub(super) start: usize,
}

impl<'a> Token<'a> {
    /// One past its last byte.
    pub(super) fn end(self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this word, whatever the case.
    pub(super) fn is(self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Without quotes: a name, or the beginning of a value.
    pub(super) fn bare(self) -> &'a str {
        unquoted(self.text)
    }
}

/// Without the quotes round it, single or double.
pub(super) fn unquoted(text: &str) -> &str {
    let bare = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    bare('"').or_else(|| bare('\'')).unwrap_or(text)
}

/// A quote that is never closed: a word of its own.
const OPEN_QUOTE: &str = "\"";

/// The tokens of a text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut lexer = Kind::lexer(text);
    let mut base = 0;
    while let Some(kind) = lexer.next() {
        let start = base + lexer.span().start;
        match kind {
            Ok(kind) => out.push(Token { kind, text: lexer.slice(), start }),
            // The rest of the text could be in the quotes: it is read as if they were not there.
            Err(()) => {
                out.push(Token { kind: Kind::Word, text: OPEN_QUOTE, start });
                base = start + OPEN_QUOTE.len();
                lexer = Kind::lexer(text.get(base..).unwrap_or_default());
            }
        }
    }
    out
}

/// The index of the token that closes the bracket or parenthesis at `open`; the number of tokens if none does.
pub(super) fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Open | Kind::Begin => depth += 1,
            Kind::Close | Kind::End => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len()
}

/// The commands of a search: what stands between pipes, outside of brackets and quotes. Blank ones are left out.
/// The second result tells whether every quote is closed.
pub(super) fn commands(text: &str) -> (Vec<&str>, bool) {
    let mut out = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    let mut closed = true;
    for token in tokens(text) {
        closed &= token.text != OPEN_QUOTE;
        match token.kind {
            Kind::Begin => depth += 1,
            Kind::End => depth = depth.saturating_sub(1),
            Kind::Pipe if depth == 0 => {
                out.push(text.get(start..token.start).unwrap_or_default());
                start = token.end();
            }
            _ => {}
        }
    }
    out.push(text.get(start..).unwrap_or_default());
    (out.into_iter().map(str::trim).filter(|command| !command.is_empty()).collect(), closed)
}

/// What a quoted text means: a backslash makes a backslash or a quote after it plain, and stays before anything else.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
        if let Some(c @ ('\\' | '"')) = rest.chars().next() {
            out.push(c);
            rest = rest.get(1..).unwrap_or_default();
        } else {
            out.push('\\');
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipes_in_quotes_and_brackets_separate_nothing() {
        let search = r#"a="x|y\"|" | join b [| tstats c | d] | rex "(e|f)" | | g"#;
        let (found, closed) = commands(search);
        assert_eq!(found, [r#"a="x|y\"|""#, "join b [| tstats c | d]", r#"rex "(e|f)""#, "g"]);
        assert!(closed);
        assert_eq!(commands(r#"a | b "c | d"#), (vec!["a", r#"b "c"#, "d"], false));
    }

    #[test]
    fn backslashes_escape_what_would_end_a_word() {
        let words = |text| tokens(text).iter().map(|t| t.text.to_owned()).collect::<Vec<_>>();
        assert_eq!(words(r#"a=*\"b\,c* d"#), ["a", "=", r#"*\"b\,c*"#, "d"]);
        assert_eq!(words(r"a IN (*\b\*, *\c\)"), ["a", "IN", "(", r"*\b\*", ",", r"*\c\", ")"]);
        assert_eq!(words("a!=b!c<=1"), ["a", "!=", "b", "!", "c", "<=", "1"]);
        assert_eq!(unescaped(r#"a\\b\"c\d"#), r#"a\b"c\d"#);
    }
}
