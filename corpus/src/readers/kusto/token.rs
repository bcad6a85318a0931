//! Tokens of the Kusto query language, each with the bracket that closes it.

use logos::Logos;

/// What a token is.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[ \t\r\f\u{a0}\u{200b}\u{feff}]+")]
#[logos(skip(r"//[^\n]*", allow_greedy = true))]
pub(super) enum Kind {
    #[token("\n")]
    Newline,
    #[regex(r#"[hH]?"([^"\\\n]|\\[^\n])*""#)]
    #[regex(r"[hH]?'([^'\\\n]|\\[^\n])*'")]
    #[regex(r#"([hH]?@|@[hH])"([^"]|"")*""#)]
    #[regex(r"([hH]?@|@[hH])'([^']|'')*'")]
    #[regex(r"[hH]?```([^`]|`[^`]|``[^`])*```")]
    #[regex(r"[hH]?~~~([^~]|~[^~]|~~[^~])*~~~")]
    Text,
    #[regex(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")]
    #[regex(r"0[xX][0-9a-fA-F]+")]
    Number,
    #[regex(r"[0-9]+(\.[0-9]+)?(microseconds?|milliseconds?|ms|seconds?|sec|s|minutes?|min|m|hours?|hrs?|hr|h|days?|d|ticks?)")]
    Timespan,
    #[regex(r"[\p{L}_$][\p{L}\p{Nd}_]*")]
    #[regex(r"(?i)project-(away|keep|rename|reorder|smart|by-names)")]
    #[regex(r"(?i)mv-(expand|apply)|make-series|make-graph|parse-(where|kv)|top-(nested|hitters)|sample-distinct")]
    #[regex(r"(?i)graph-[a-z]+(-[a-z]+)*|execute-and-cache|macro-expand|print-smart")]
    Name,
    /// An operator that is a word: `!has`, `!in~`, `in~`.
    #[regex(r"![\p{L}_]+~?", priority = 5)]
    #[regex(r"(?i)in~", priority = 5)]
    Word,
    #[token("==")]
    #[token("!=")]
    #[token("<>")]
    #[token("=~")]
    #[token("!~")]
    #[token("<")]
    #[token("<=")]
    #[token(">")]
    #[token(">=")]
    Compare,
    #[token("=")]
    Assign,
    #[token("=>")]
    Arrow,
    #[token("|")]
    Pipe,
    #[token(",")]
    Comma,
    #[token(";")]
    Semicolon,
    #[token(":")]
    Colon,
    #[token(".")]
    Dot,
    #[token("..")]
    Range,
    #[token("+")]
    #[token("-")]
    #[token("/")]
    #[token("%")]
    Arithmetic,
    #[token("*")]
    Star,
    #[token("(")]
    Open,
    #[token("[")]
    OpenList,
    #[token("{")]
    OpenBlock,
    #[token(")")]
    Close,
    #[token("]")]
    CloseList,
    #[token("}")]
    CloseBlock,
    /// Anything that the language does not have.
    Other,
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'q> {
    pub(super) kind: Kind,
    /// As written.
    pub(super) text: &'q str,
    /// It is the first one of its line.
    pub(super) first: bool,
    /// An empty line stands before it.
    pub(super) apart: bool,
    /// Of an opening bracket: the index of its closing one, or the number of tokens where it has none. Else its own index.
    pub(super) close: usize,
}

/// The tokens of a query, without blanks and comments.
pub(super) fn tokens(query: &str) -> Vec<Token<'_>> {
    let mut out: Vec<Token<'_>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut lines = 0;
    for (kind, span) in Kind::lexer(query).spanned() {
        let kind = kind.unwrap_or(Kind::Other);
        if kind == Kind::Newline {
            lines += 1;
            continue;
        }
        let at = out.len();
        let text = query.get(span).unwrap_or_default();
        out.push(Token { kind, text, first: lines > 0 || at == 0, apart: lines > 1, close: at });
        lines = 0;
        let opening = match kind {
            Kind::Open | Kind::OpenList | Kind::OpenBlock => {
                open.push(at);
                continue;
            }
            Kind::Close => Kind::Open,
            Kind::CloseList => Kind::OpenList,
            Kind::CloseBlock => Kind::OpenBlock,
            _ => continue,
        };
        // A bracket of another kind that is still open was forgotten; but a closing one too many closes nothing.
        let kind_of = |open: &usize| out.get(*open).map(|token| token.kind);
        if let Some(found) = open.iter().rev().take(MAX_FORGOTTEN).position(|open| kind_of(open) == Some(opening)) {
            open.truncate(open.len() - found);
            if let Some(token) = open.pop().and_then(|open| out.get_mut(open)) {
                token.close = at;
            }
        }
    }
    let end = out.len();
    for at in 0..end {
        if let Some(token) = out.get_mut(at)
            && matches!(token.kind, Kind::Open | Kind::OpenList | Kind::OpenBlock)
            && token.close == at
        {
            token.close = end;
        }
    }
    out
}

/// So many brackets that were not closed are looked past for one that a closing bracket belongs to.
const MAX_FORGOTTEN: usize = 8;

/// The text of a string token, its quotes taken away and its escapes resolved.
///
/// A backslash that escapes nothing stays: queries with `"C:\Users"` are not valid, but what they mean is clear.
pub(super) fn unquoted(token: &str) -> String {
    let verbatim = token.get(..2).is_some_and(|start| start.contains('@'));
    let body = token.trim_start_matches(['h', 'H', '@']);
    for fence in ["```", "~~~"] {
        if let Some(inner) = body.strip_prefix(fence).and_then(|body| body.strip_suffix(fence)) {
            return inner.to_owned();
        }
    }
    let inner = body.get(1..body.len().saturating_sub(1)).unwrap_or_default();
    if verbatim {
        let quote = body.get(..1).unwrap_or_default();
        return inner.replace(&quote.repeat(2), quote);
    }
    if !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut chars = after.chars();
        let escaped = match chars.next() {
            Some(c @ ('\\' | '"' | '\'')) => Some(c),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some(c @ ('u' | 'x')) => {
                let digits = if c == 'u' { 4 } else { 2 };
                let code = after.get(1..=digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                match code.and_then(char::from_u32) {
                    Some(c) => {
                        out.push(c);
                        rest = after.get(1 + digits..).unwrap_or_default();
                        continue;
                    }
                    None => None,
                }
            }
            _ => None,
        };
        match escaped {
            Some(c) => {
                out.push(c);
                rest = chars.as_str();
            }
            None => {
                out.push('\\');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings() {
        let cases = [
            (r#""a\\b\"c""#, r#"a\b"c"#),
            (r#"@"a\b""c""#, r#"a\b"c"#),
            (r"h'x'", "x"),
            (r#"h@"\x""#, r"\x"),
            (r#"@h'a''b'"#, "a'b"),
            (r#""C:\Users\x.exe""#, r"C:\Users\x.exe"),
            (r#""\x41\u0042\q""#, r"AB\q"),
            ("```a\nb```", "a\nb"),
        ];
        for (token, text) in cases {
            let [only] = tokens(token)[..] else { panic!("{token} is not one token: {:?}", tokens(token)) };
            assert_eq!((only.kind, unquoted(only.text).as_str()), (Kind::Text, text), "{token}");
        }
    }

    #[test]
    fn words_numbers_and_brackets() {
        let query = "T | where a !in~ (1h, 0x1f, 1..2) // x\n\n| project-away b, c-d, $left.e ]";
        let show = |t: &Token<'_>| (t.kind, t.text.to_owned());
        let tokens = tokens(query);
        let words: Vec<_> = tokens.iter().map(|t| t.text).collect();
        assert_eq!(words.join(" "), "T | where a !in~ ( 1h , 0x1f , 1 .. 2 ) | project-away b , c - d , $left . e ]");
        assert_eq!(show(&tokens[4]), (Kind::Word, "!in~".into()));
        assert_eq!(show(&tokens[6]), (Kind::Timespan, "1h".into()));
        assert_eq!((tokens[5].close, tokens[13].kind), (13, Kind::Close));
        assert!(tokens[14].apart && tokens[14].first && !tokens[15].first);
    }
}
