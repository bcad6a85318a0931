//! Tokenizer and parser of conditions. Every error is noted and read past, so that one slip hides nothing behind it.

use std::ops::Range;

use super::{Condition, Error, ErrorKind, Expr, MAX_DEPTH, MAX_ERRORS, Quantifier, Token, TokenKind, is_them};
use crate::detection::Spanned;
use crate::source::Span;
use crate::yaml::OffsetMap;

/// Which names a condition is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    /// Selections, with `1 of` and `all of`.
    Selections,
    /// Rules, in the extended condition of a correlation: names are `[A-Za-z_][A-Za-z0-9_]*`, and there is no `of`.
    Rules,
}

/// Reads `text`, the unquoted text of the scalar at `span`.
pub(crate) fn parse(text: &str, span: Span, places: &OffsetMap, grammar: Grammar) -> Condition {
    let (tokens, aggregation) = tokenize(text, places);
    let mut parser = Parser {
        tokens,
        at: 0,
        errors: Vec::new(),
        grammar,
        open: 0,
        stopped: false,
        cut: aggregation.is_some(),
        span,
    };
    let expr = if parser.tokens.is_empty() {
        parser.error(span, ErrorKind::Empty);
        None
    } else {
        parser.any_of(0)
    };
    if let Some(rest) = aggregation {
        parser.error(places.span(rest), ErrorKind::Aggregation);
    }
    parser.errors.sort_by_key(|error| error.span);
    Condition { span, text: text.into(), expr, errors: parser.errors, tokens: parser.tokens, not_text: false }
}

/// The tokens, and from where to where an aggregation stands. Words that are something only in their place (`of`,
/// `them`, quantifiers) are names until the parser knows better.
fn tokenize(text: &str, places: &OffsetMap) -> (Vec<Token>, Option<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    let run = |from: usize, wanted: fn(u8) -> bool| {
        bytes[from..].iter().position(|&byte| !wanted(byte)).map_or(bytes.len(), |length| from + length)
    };
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let kind = match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            b'(' | b')' => {
                at += 1;
                if byte == b'(' { TokenKind::Open } else { TokenKind::Close }
            }
            b'|' if bytes.get(at + 1) == Some(&b'|') => {
                at += 2;
                TokenKind::Unknown
            }
            b'|' => {
                at += 1;
                TokenKind::Pipe
            }
            _ if is_word(byte) => {
                at = run(at, is_word);
                word_kind(&text[start..at])
            }
            _ => {
                at = run(at, is_unknown);
                TokenKind::Unknown
            }
        };
        tokens.push(Token { kind, text: text[start..at].into(), span: places.span(start..at) });
        if kind == TokenKind::Pipe {
            return (tokens, Some(start..text.trim_end().len().max(at)));
        }
    }
    (tokens, None)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'*')
}

fn is_unknown(byte: u8) -> bool {
    !is_word(byte) && !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'(' | b')' | b'|')
}

fn word_kind(word: &str) -> TokenKind {
    match word {
        "and" => TokenKind::And,
        "or" => TokenKind::Or,
        "not" => TokenKind::Not,
        _ if word.contains('*') => TokenKind::Pattern,
        _ => TokenKind::Name,
    }
}

/// What a token may serve as where an operator is expected.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    And,
    Or,
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    errors: Vec<Error>,
    grammar: Grammar,
    /// Parentheses that are open.
    open: usize,
    /// Nested too deeply: nothing more is read.
    stopped: bool,
    /// The text ends with an aggregation, so that a missing operand at the end is no finding of its own.
    cut: bool,
    /// The scalar.
    span: Span,
}

impl Parser {
    fn error(&mut self, span: Span, kind: ErrorKind) {
        let error = Error { span, kind };
        // An operator alone lacks both operands: once is enough.
        if self.errors.len() < MAX_ERRORS && !self.stopped && self.errors.last() != Some(&error) {
            self.errors.push(error);
        }
    }

    /// The token `ahead` places on; a pipe is the end.
    fn peek(&self, ahead: usize) -> Option<&Token> {
        if self.stopped {
            return None;
        }
        self.tokens.get(self.at + ahead).filter(|token| token.kind != TokenKind::Pipe)
    }

    /// Takes the next token as `kind`, and notes where it should have been lower case.
    fn take(&mut self, kind: TokenKind, word: &str) -> Span {
        let Some(token) = self.tokens.get_mut(self.at) else { return self.span };
        self.at += 1;
        let (span, unknown) = (token.span, token.kind == TokenKind::Unknown);
        let uppercase = !unknown && *token.text != *word;
        if unknown {
            self.error(span, ErrorKind::UnknownCharacter);
        } else {
            token.kind = kind;
            if uppercase {
                self.error(span, ErrorKind::Uppercase);
            }
        }
        span
    }

    /// `or`: lowest.
    fn any_of(&mut self, depth: usize) -> Option<Expr> {
        let mut operands = Vec::new();
        operands.extend(self.all_of(depth));
        while self.operator() == Some(Operator::Or) {
            self.take(TokenKind::Or, "or");
            operands.extend(self.all_of(depth));
        }
        join(operands, Expr::Or)
    }

    /// `and`.
    fn all_of(&mut self, depth: usize) -> Option<Expr> {
        let mut operands = Vec::new();
        let mut failed = self.operand(depth).map(|operand| operands.push(operand)).is_none();
        loop {
            match self.operator() {
                Some(Operator::Or) => break,
                Some(Operator::And) => {
                    self.take(TokenKind::And, "and");
                }
                None => {
                    let Some(token) = self.peek(0) else { break };
                    let span = token.span;
                    match token.kind {
                        TokenKind::Close if self.open > 0 => break,
                        TokenKind::Close => {
                            self.at += 1;
                            self.error(span, ErrorKind::Unopened);
                            continue;
                        }
                        TokenKind::Unknown if *token.text != *"!" => {
                            self.at += 1;
                            self.error(span, ErrorKind::UnknownCharacter);
                            failed = true;
                            continue;
                        }
                        // What went wrong just before is told already.
                        _ if failed => {}
                        _ => self.error(span, ErrorKind::ExpectedOperator),
                    }
                }
            }
            failed = self.operand(depth).map(|operand| operands.push(operand)).is_none();
        }
        join(operands, Expr::And)
    }

    /// The operator that stands here, be it in capitals or from another language.
    fn operator(&self) -> Option<Operator> {
        self.operator_at(0)
    }

    fn operator_at(&self, ahead: usize) -> Option<Operator> {
        let token = self.peek(ahead)?;
        match (token.kind, &*token.text) {
            (TokenKind::And, _) | (TokenKind::Unknown, "&" | "&&") => Some(Operator::And),
            (TokenKind::Or, _) | (TokenKind::Unknown, "||") => Some(Operator::Or),
            (TokenKind::Name, word) if word.eq_ignore_ascii_case("and") => Some(Operator::And),
            (TokenKind::Name, word) if word.eq_ignore_ascii_case("or") => Some(Operator::Or),
            _ => None,
        }
    }

    /// Whether the token `ahead` can begin an operand: what makes a `NOT` or `AND` before it an operator and no name.
    fn begins_operand(&self, ahead: usize) -> bool {
        self.peek(ahead).is_some_and(|token| match token.kind {
            TokenKind::Name | TokenKind::Pattern => self.operator_at(ahead).is_none(),
            TokenKind::Not | TokenKind::Open => true,
            _ => false,
        })
    }

    /// A name, a quantified pattern, a parenthesis, each with any number of `not` before it.
    fn operand(&mut self, depth: usize) -> Option<Expr> {
        if depth > MAX_DEPTH {
            let span = self.peek(0).map_or(self.span, |token| token.span);
            self.error(span, ErrorKind::TooDeep);
            self.stopped = true;
            return None;
        }
        loop {
            let Some(token) = self.peek(0) else {
                if !self.cut {
                    let span = self.tokens.last().map_or(self.span, |token| token.span);
                    self.error(span, ErrorKind::ExpectedOperand);
                }
                return None;
            };
            let span = token.span;
            let word: &str = &token.text;
            match token.kind {
                TokenKind::Not => return self.negation(depth),
                TokenKind::Unknown if word == "!" => return self.negation(depth),
                TokenKind::Name if word.eq_ignore_ascii_case("not") && self.begins_operand(1) => {
                    return self.negation(depth);
                }
                TokenKind::Open => return self.parenthesis(depth),
                TokenKind::Close if self.open == 0 => {
                    self.at += 1;
                    self.error(span, ErrorKind::Unopened);
                }
                TokenKind::Close | TokenKind::And | TokenKind::Or => {
                    self.error(span, ErrorKind::ExpectedOperand);
                    return None;
                }
                TokenKind::Unknown if self.operator().is_some() => {
                    self.error(span, ErrorKind::ExpectedOperand);
                    return None;
                }
                TokenKind::Name if self.operator().is_some() && self.begins_operand(1) => {
                    self.error(span, ErrorKind::ExpectedOperand);
                    return None;
                }
                TokenKind::Name | TokenKind::Pattern => return self.name(),
                _ => {
                    self.at += 1;
                    self.error(span, ErrorKind::UnknownCharacter);
                }
            }
        }
    }

    fn negation(&mut self, depth: usize) -> Option<Expr> {
        let word = self.take(TokenKind::Not, "not");
        let inner = self.operand(depth + 1)?;
        Some(Expr::Not(word, Box::new(inner)))
    }

    fn parenthesis(&mut self, depth: usize) -> Option<Expr> {
        let opening = self.peek(0).map_or(self.span, |token| token.span);
        self.at += 1;
        self.open += 1;
        let inner = self.any_of(depth + 1);
        self.open -= 1;
        if self.peek(0).is_some_and(|token| token.kind == TokenKind::Close) {
            self.at += 1;
        } else {
            self.error(opening, ErrorKind::Unclosed);
        }
        inner
    }

    /// A name, or `1 of` with its pattern.
    fn name(&mut self) -> Option<Expr> {
        let token = self.peek(0)?;
        let (span, word) = (token.span, token.text.clone());
        if self.grammar == Grammar::Rules {
            self.at += 1;
            let bad = word.bytes().enumerate().any(|(index, byte)| match byte {
                b'0'..=b'9' => index == 0,
                _ => matches!(byte, b'-' | b'*'),
            });
            if bad {
                self.error(span, ErrorKind::UnknownCharacter);
            }
            return Some(Expr::Name(Spanned { text: word, span }));
        }
        if let Some(quantifier) = quantifier(&word) {
            let next = self.peek(1);
            let of = next.is_some_and(|next| next.kind == TokenKind::Name && next.text.eq_ignore_ascii_case("of"));
            if of {
                return self.quantified(quantifier);
            }
            if next.is_some_and(|next| next.kind == TokenKind::Pattern || *next.text == *"them") {
                self.take(TokenKind::Quantifier, &word.to_ascii_lowercase());
                self.error(span, ErrorKind::ExpectedOf);
                return self.pattern(quantifier, span);
            }
        }
        if token_is_pattern(&word) {
            self.error(span, ErrorKind::ExpectedQuantifier);
            let nowhere = Span { start: span.start, end: span.start };
            return self.pattern(Quantifier::Any, nowhere);
        }
        self.at += 1;
        Some(Expr::Name(Spanned { text: word, span }))
    }

    /// `1 of …`
    fn quantified(&mut self, quantifier: Quantifier) -> Option<Expr> {
        let word = self.peek(0).map(|token| token.text.to_ascii_lowercase()).unwrap_or_default();
        let quantifier_span = self.take(TokenKind::Quantifier, &word);
        if matches!(quantifier, Quantifier::Count(_)) {
            self.error(quantifier_span, ErrorKind::UnsupportedCount);
        }
        let of = self.take(TokenKind::Of, "of");
        match self.peek(0).map(|token| token.kind) {
            Some(TokenKind::Name | TokenKind::Pattern) if self.operator().is_none() => {
                self.pattern(quantifier, quantifier_span)
            }
            _ => {
                self.error(of, ErrorKind::ExpectedPattern);
                None
            }
        }
    }

    fn pattern(&mut self, quantifier: Quantifier, quantifier_span: Span) -> Option<Expr> {
        let token = self.peek(0)?;
        let (text, span) = (token.text.clone(), token.span);
        let them = is_them(&text);
        if text.contains('-') {
            self.error(span, ErrorKind::DashInPattern);
        }
        let span =
            self.take(if them { TokenKind::Them } else { TokenKind::Pattern }, if them { "them" } else { &text });
        Some(Expr::Of { quantifier, quantifier_span, pattern: Spanned { text, span } })
    }
}

fn token_is_pattern(word: &str) -> bool {
    word.contains('*')
}

fn quantifier(word: &str) -> Option<Quantifier> {
    if word == "1" || word.eq_ignore_ascii_case("any") {
        Some(Quantifier::Any)
    } else if word.eq_ignore_ascii_case("all") {
        Some(Quantifier::All)
    } else if word.bytes().all(|byte| byte.is_ascii_digit()) {
        Some(Quantifier::Count(word.parse().unwrap_or(u32::MAX)))
    } else {
        None
    }
}

fn join(mut operands: Vec<Expr>, chain: fn(Vec<Expr>) -> Expr) -> Option<Expr> {
    if operands.len() > 1 { Some(chain(operands)) } else { operands.pop() }
}
