//! The language of `where` and `eval`: expressions over fields, in which *not* binds tighter than *and*, *and* than *or*.

use logos::Logos;

use super::lexer::{unescaped, unquoted};
use super::pipeline::Reader;

/// Expressions within expressions deeper than this are not followed.
const MAX_DEPTH: usize = 60;

#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"\s+")]
enum Kind {
    #[regex(r#""(?:[^"\\]|\\(?s:.))*""#)]
    Text,
    #[regex(r"'[^']*'")]
    #[regex(r"[A-Za-z_][A-Za-z0-9_:]*(?:(?:\.|\{\}\.?)[A-Za-z0-9_:]+)*(?:\{\})?")]
    Name,
    #[regex(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")]
    Number,
    #[regex(r"==?|!=|<=?|>=?")]
    Compare,
    #[regex(r"[.+*/%-]")]
    Arithmetic,
    #[token("(")]
    Open,
    #[token(")")]
    Close,
    #[token(",")]
    Comma,
    Other,
}

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr<'a> {
    /// A field, without quotes.
    Field(&'a str),
    /// A text, without quotes and escapes.
    Text(String),
    /// A number, as written.
    Number(String),
    /// A function in lower case, and what it is given.
    Call(String, Vec<Self>),
    /// Two sides compared.
    Compare(&'a str, Box<Self>, Box<Self>),
    /// Computed from these.
    Computed(Vec<Self>),
    /// Not that.
    Not(Box<Self>),
    /// All of them.
    And(Vec<Self>),
    /// One of them.
    Or(Vec<Self>),
}

/// Reads an expression, as far as it goes.
pub(super) fn expression<'a>(text: &'a str, reader: &mut Reader<'_>) -> Option<Expr<'a>> {
    let mut parser = Parser::new(text, reader);
    let expr = parser.binary(0, 0);
    if let Some((_, token)) = parser.peek() {
        let token: String = token.chars().take(20).collect();
        reader.problem(&format!("unexpected `{token}` in an expression"));
    }
    expr
}

/// Reads `name = expression, …`. What cannot be read computes a name all the same.
pub(super) fn assignments<'a>(text: &'a str, reader: &mut Reader<'_>) -> Vec<(&'a str, Option<Expr<'a>>)> {
    let mut parser = Parser::new(text, reader);
    let mut out = Vec::new();
    while let Some((kind, token)) = parser.peek() {
        parser.at += 1;
        if matches!(kind, Kind::Name | Kind::Text) && parser.peek() == Some((Kind::Compare, "=")) {
            parser.at += 1;
            out.push((unquoted(token), parser.binary(0, 0)));
        }
    }
    out
}

struct Parser<'a, 'r, 'm> {
    tokens: Vec<(Kind, &'a str)>,
    at: usize,
    reader: &'r mut Reader<'m>,
}

/// How tight an operator binds; the tighter, the more. What is one in words is one in any case.
fn binding(kind: Kind, text: &str) -> Option<u8> {
    let word = |word: &str| kind == Kind::Name && text.eq_ignore_ascii_case(word);
    match kind {
        Kind::Compare => Some(4),
        Kind::Arithmetic if matches!(text, "*" | "/" | "%") => Some(6),
        Kind::Arithmetic => Some(5),
        _ if word("or") || word("xor") => Some(1),
        _ if word("and") => Some(2),
        _ if word("like") || word("in") || word("not") => Some(4),
        _ => None,
    }
}

impl<'a, 'r, 'm> Parser<'a, 'r, 'm> {
    fn new(text: &'a str, reader: &'r mut Reader<'m>) -> Self {
        let token = |(kind, span): (Result<Kind, ()>, _)| (kind.unwrap_or(Kind::Other), text.get(span).unwrap_or(""));
        Self { tokens: Kind::lexer(text).spanned().map(token).collect(), at: 0, reader }
    }

    fn peek(&self) -> Option<(Kind, &'a str)> {
        self.tokens.get(self.at).copied()
    }

    fn is(&self, ahead: usize, kind: Kind) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| token.0 == kind)
    }

    fn word(&self, ahead: usize, word: &str) -> bool {
        self.tokens
            .get(self.at + ahead)
            .is_some_and(|(kind, text)| *kind == Kind::Name && text.eq_ignore_ascii_case(word))
    }

    /// Operators that bind at least as tight as `least`, and what they join.
    fn binary(&mut self, least: u8, depth: usize) -> Option<Expr<'a>> {
        let mut left = self.unary(depth)?;
        while let Some((kind, text)) = self.peek() {
            let Some(binds) = binding(kind, text).filter(|binds| *binds >= least) else { break };
            let negated = self.word(0, "not");
            if negated && !self.word(1, "in") && !self.word(1, "like") {
                break;
            }
            self.at += 1 + usize::from(negated);
            let operator = if negated { self.tokens.get(self.at - 1).map_or("", |token| token.1) } else { text };
            if operator.eq_ignore_ascii_case("in") {
                let mut arguments = vec![left];
                arguments.extend(self.arguments(depth));
                left = Expr::Call("in".to_owned(), arguments);
            } else {
                let right = self.binary(binds + 1, depth)?;
                left = joined(operator, left, right);
            }
            if negated {
                left = Expr::Not(Box::new(left));
            }
        }
        Some(left)
    }

    fn unary(&mut self, depth: usize) -> Option<Expr<'a>> {
        let mut odd = false;
        while self.word(0, "not") {
            self.at += 1;
            odd = !odd;
        }
        if odd {
            // Of what stands beside it, it takes a comparison, but no *and*.
            return self.binary(3, depth + 1).map(|inner| Expr::Not(Box::new(inner)));
        }
        if depth > MAX_DEPTH {
            self.reader.problem("nested too deeply");
            self.at = self.tokens.len();
            return None;
        }
        let (kind, text) = self.peek()?;
        if matches!(kind, Kind::Close | Kind::Comma) {
            return None;
        }
        self.at += 1;
        match kind {
            Kind::Text => Some(Expr::Text(unescaped(unquoted(text)))),
            Kind::Number => Some(Expr::Number(text.to_owned())),
            Kind::Name if self.is(0, Kind::Open) && !text.starts_with('\'') => {
                Some(Expr::Call(text.to_lowercase(), self.arguments(depth)))
            }
            Kind::Name => Some(Expr::Field(unquoted(text))),
            Kind::Open => {
                let inner = self.binary(0, depth + 1);
                if self.is(0, Kind::Close) {
                    self.at += 1;
                }
                inner
            }
            Kind::Arithmetic if text == "-" && self.is(0, Kind::Number) => {
                let number = self.peek().map_or("", |token| token.1);
                self.at += 1;
                Some(Expr::Number(format!("-{number}")))
            }
            _ => {
                self.at -= 1;
                None
            }
        }
    }

    /// What stands in parentheses, separated by commas.
    fn arguments(&mut self, depth: usize) -> Vec<Expr<'a>> {
        let mut out = Vec::new();
        if !self.is(0, Kind::Open) {
            return out;
        }
        self.at += 1;
        while let Some((kind, _)) = self.peek() {
            match kind {
                Kind::Close => {
                    self.at += 1;
                    break;
                }
                Kind::Comma => self.at += 1,
                _ => {
                    let before = self.at;
                    out.extend(self.binary(0, depth + 1));
                    if self.at == before {
                        self.at += 1;
                    }
                }
            }
        }
        out
    }
}

fn joined<'a>(operator: &'a str, left: Expr<'a>, right: Expr<'a>) -> Expr<'a> {
    let word = |word: &str| operator.eq_ignore_ascii_case(word);
    match (left, right) {
        (Expr::And(mut all), right) if word("and") => {
            all.push(right);
            Expr::And(all)
        }
        (Expr::Or(mut any), right) if word("or") => {
            any.push(right);
            Expr::Or(any)
        }
        (left, right) if word("and") => Expr::And(vec![left, right]),
        (left, right) if word("or") || word("xor") => Expr::Or(vec![left, right]),
        (left, right) if word("like") => Expr::Call("like".to_owned(), vec![left, right]),
        (left, right) if operator.starts_with(['=', '!', '<', '>']) => {
            Expr::Compare(operator, Box::new(left), Box::new(right))
        }
        (left, right) => Expr::Computed(vec![left, right]),
    }
}

impl Expr<'_> {
    /// The field whose values these are, if need be in another case or without blanks.
    pub(super) fn same_field(&self) -> Option<&str> {
        match self {
            Self::Field(name) => Some(name),
            Self::Call(function, arguments) => match (function.as_str(), arguments.as_slice()) {
                (
                    "lower" | "upper" | "trim" | "ltrim" | "rtrim" | "tostring" | "tonumber" | "urldecode",
                    [first, ..],
                ) => first.same_field(),
                _ => None,
            },
            _ => None,
        }
    }

    /// The first field in it.
    pub(super) fn any_field(&self) -> Option<&str> {
        match self {
            Self::Field(name) => Some(name),
            Self::Text(_) | Self::Number(_) => None,
            Self::Compare(_, a, b) => a.any_field().or_else(|| b.any_field()),
            Self::Not(inner) => inner.any_field(),
            Self::Call(_, list) | Self::Computed(list) | Self::And(list) | Self::Or(list) => {
                list.iter().find_map(Self::any_field)
            }
        }
    }

    /// What it is where it is a constant.
    pub(super) fn constant(&self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text.clone()),
            Self::Call(function, arguments)
                if arguments.is_empty() && matches!(function.as_str(), "true" | "false") =>
            {
                Some(function.clone())
            }
            _ => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        match self {
            Self::Call(function, arguments) => function == "null" && arguments.is_empty(),
            Self::Field(name) => name.eq_ignore_ascii_case("null"),
            _ => false,
        }
    }
}
