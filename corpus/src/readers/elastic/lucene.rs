//! Lucene's query syntax: `field:value`, `field:(a OR b)`, joined by `AND`, `OR`, `NOT` or by signs (`+a -b`).
//!
//! What cannot be read is skipped, and the reason noted.

use logos::Logos;

use super::super::cursor::Cursor;
use super::super::logic::Logic;
use super::super::query::{Comparison, Pattern, Query, Test};
use super::kql::network;
use crate::normal::Part;
use crate::op::Base;

/// Reads a query, as far as it can be read.
pub(super) fn parse(query: &str) -> Query {
    let mut parser = Parser { cursor: Cursor::new(query, Kind::Wrong) };
    let mut trees = Vec::new();
    while parser.cursor.peek().is_some() {
        trees.extend(parser.either(""));
        // An expression ends early at a bracket that nothing opened.
        if parser.cursor.peek().is_some() {
            parser.cursor.unexpected();
            parser.cursor.bump();
        }
    }
    let parts = trees.into_iter().reduce(Logic::and).map(|tree| (String::new(), tree)).into_iter().collect();
    Query { parts, unread: parser.cursor.into_reasons() }
}

type Tree = Logic<Comparison>;

/// What a token is.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[ \t\r\n\u{3000}]+")]
enum Kind {
    /// A term without quotes, or the name of a field.
    #[regex(r#"([^ \t\r\n\u{3000}\\():<>="{}\[\]^~!+/&|-]|\\(?s:.)|[&|][^ \t\r\n\u{3000}&|():])([^ \t\r\n\u{3000}\\():"{}\[\]^~]|\\(?s:.))*"#)]
    Word,
    /// A phrase.
    #[regex(r#""([^"\\]|\\(?s:.))*""#)]
    Text,
    /// A phrase whose closing quote is missing.
    #[regex(r#""([^"\\]|\\(?s:.))*\\?"#)]
    Unclosed,
    /// A regular expression.
    #[regex(r"/([^/\\\n]|\\[^\n])*/")]
    Regex,
    #[token("(")]
    Open,
    #[token(")")]
    Close,
    #[token("[")]
    OpenRange,
    #[token("{")]
    OpenRangeBeyond,
    #[token("]")]
    CloseRange,
    #[token("}")]
    CloseRangeBeyond,
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
    #[token("&&")]
    And,
    #[token("||")]
    Or,
    #[token("!")]
    Bang,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    /// How much a clause counts (`^2`), or how near to it is near enough (`~1`).
    #[regex(r"[\^~][0-9.]*")]
    Weight,
    /// What is no token.
    Wrong,
}

/// Whether a clause must, may or must not hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Occurs {
    Must,
    May,
    Not,
}

struct Parser<'q> {
    cursor: Cursor<'q, Kind>,
}

impl<'q> Parser<'q> {
    /// `a OR b`. Clauses without a field are values of `field`, or keywords if it is empty.
    fn either(&mut self, field: &str) -> Option<Tree> {
        let mut nodes: Vec<Tree> = self.both(field).into_iter().collect();
        while self.is("OR") || self.cursor.peek() == Some(Kind::Or) {
            self.cursor.bump();
            nodes.extend(self.both(field));
        }
        match nodes.len() {
            0 | 1 => nodes.pop(),
            _ if field.is_empty() => Some(Logic::Or(nodes)),
            _ => Some(Logic::Alternatives(nodes)),
        }
    }

    /// `a AND b`
    fn both(&mut self, field: &str) -> Option<Tree> {
        let mut nodes: Vec<Tree> = self.series(field).into_iter().collect();
        while self.is("AND") || self.cursor.peek() == Some(Kind::And) {
            self.cursor.bump();
            nodes.extend(self.series(field));
        }
        nodes.into_iter().reduce(Logic::and)
    }

    /// Clauses without a word between them: what must hold and what must not; if nothing must, one of those that may.
    fn series(&mut self, field: &str) -> Option<Tree> {
        let (mut all, mut any) = (Vec::new(), Vec::new());
        while !self.at_series_end() {
            let (occurs, tree) = self.clause(field);
            match (occurs, tree) {
                (_, None) => {}
                (Occurs::Must, Some(tree)) => all.push(tree),
                (Occurs::Not, Some(tree)) => all.push(tree.negated()),
                (Occurs::May, Some(tree)) => any.push(tree),
            }
        }
        if !all.iter().any(|tree| !matches!(tree, Logic::Not(_))) {
            // Before what is excluded, as it is looked for.
            let any = if any.len() > 1 { Some(Logic::Alternatives(any)) } else { any.pop() };
            all.splice(0..0, any);
        }
        all.into_iter().reduce(Logic::and)
    }

    fn at_series_end(&self) -> bool {
        let joined = self.is("AND") || self.is("OR");
        joined || matches!(self.cursor.peek(), None | Some(Kind::Close | Kind::And | Kind::Or))
    }

    /// A clause with its sign.
    fn clause(&mut self, field: &str) -> (Occurs, Option<Tree>) {
        let (mut occurs, mut negated) = (Occurs::May, false);
        loop {
            match self.cursor.peek() {
                Some(Kind::Plus) => occurs = Occurs::Must,
                Some(Kind::Minus | Kind::Bang) => negated = !negated,
                Some(Kind::Word) if self.is("NOT") => negated = !negated,
                _ => break,
            }
            self.cursor.bump();
        }
        let tree = self.operand(field);
        while self.cursor.eat(Kind::Weight) {}
        (if negated { Occurs::Not } else { occurs }, tree)
    }

    fn operand(&mut self, field: &str) -> Option<Tree> {
        let slice = self.cursor.slice();
        match self.cursor.peek() {
            Some(Kind::Open) => self.brackets(field),
            Some(Kind::Word) if self.cursor.peek_at(1) == Some(Kind::Colon) => {
                self.cursor.bump();
                self.cursor.bump();
                let name = text(slice);
                match name.as_str() {
                    "_exists_" => self.present(Test::Exists),
                    "_missing_" => self.present(Test::Missing),
                    // No value, or the next field instead of one.
                    _ if self.at_series_end() || self.cursor.peek_at(1) == Some(Kind::Colon) => {
                        self.cursor.unexpected();
                        None
                    }
                    _ => self.operand(&name),
                }
            }
            Some(Kind::Word) if !self.at_series_end() => {
                self.cursor.bump();
                let parts = pattern(slice);
                let plain = text(slice);
                let test = if network(field, &plain) { Test::Cidr(plain) } else { Test::Pattern(parts) };
                leaf(field, test, slice)
            }
            Some(Kind::Text | Kind::Unclosed) => {
                if self.cursor.peek() == Some(Kind::Unclosed) {
                    self.cursor.reason("a quote is not closed".to_owned());
                }
                self.cursor.bump();
                let inner = slice.strip_prefix('"').unwrap_or(slice);
                let inner = inner.strip_suffix('"').unwrap_or(inner);
                let plain = text(inner);
                leaf(
                    field,
                    if network(field, &plain) { Test::Cidr(plain) } else { Test::Pattern(vec![Part::Text(plain)]) },
                    inner,
                )
            }
            Some(Kind::Regex) => {
                self.cursor.bump();
                let inner = slice.get(1..slice.len() - 1).unwrap_or_default();
                leaf(field, Test::Regex(inner.replace("\\/", "/"), Vec::new()), inner)
            }
            Some(Kind::Less) => self.order(field, Base::Lt),
            Some(Kind::LessEqual) => self.order(field, Base::Lte),
            Some(Kind::Greater) => self.order(field, Base::Gt),
            Some(Kind::GreaterEqual) => self.order(field, Base::Gte),
            Some(Kind::OpenRange) => self.range(field, Base::Gte),
            Some(Kind::OpenRangeBeyond) => self.range(field, Base::Gt),
            _ => {
                self.cursor.unexpected();
                // What ends the series is not passed here.
                if !self.at_series_end() {
                    self.cursor.bump();
                }
                None
            }
        }
    }

    fn brackets(&mut self, field: &str) -> Option<Tree> {
        self.cursor.bump();
        if !self.cursor.enter() {
            self.cursor.skip_bracket(Kind::Open, Kind::Close);
            return None;
        }
        let tree = self.either(field);
        self.cursor.leave();
        if !self.cursor.eat(Kind::Close) {
            self.cursor.unexpected();
        }
        tree
    }

    /// The field after `_exists_:`.
    fn present(&mut self, test: Test) -> Option<Tree> {
        if !matches!(self.cursor.peek(), Some(Kind::Word | Kind::Text)) {
            self.cursor.unexpected();
            return None;
        }
        let name = text(self.cursor.slice().trim_matches('"'));
        self.cursor.bump();
        Some(Logic::Leaf(Comparison::new(name, test, "")))
    }

    /// `>= value`
    fn order(&mut self, field: &str, base: Base) -> Option<Tree> {
        self.cursor.bump();
        let raw = self.bound()?;
        leaf(field, Test::Order(base, text(raw)), raw)
    }

    /// `[from TO to}`, of which `*` is no bound.
    fn range(&mut self, field: &str, low: Base) -> Option<Tree> {
        self.cursor.bump();
        let from = self.bound();
        if self.is("TO") {
            self.cursor.bump();
        } else {
            self.cursor.unexpected();
        }
        let to = self.bound();
        let high = match self.cursor.peek() {
            Some(Kind::CloseRange) => Base::Lte,
            Some(Kind::CloseRangeBeyond) => Base::Lt,
            _ => {
                self.cursor.unexpected();
                return None;
            }
        };
        self.cursor.bump();
        let side = |base: Base, raw: Option<&str>| {
            let raw = raw.filter(|raw| *raw != "*")?;
            leaf(field, Test::Order(base, text(raw)), raw)
        };
        let sides: Vec<_> = [side(low, from), side(high, to)].into_iter().flatten().collect();
        sides.into_iter().reduce(Logic::and).or_else(|| leaf(field, Test::Exists, ""))
    }

    /// The value of a bound, which may have a sign.
    fn bound(&mut self) -> Option<&'q str> {
        let start = self.cursor.place();
        if matches!(self.cursor.peek(), Some(Kind::Minus | Kind::Plus)) {
            self.cursor.bump();
        }
        if !matches!(self.cursor.peek(), Some(Kind::Word | Kind::Text)) || self.is("TO") {
            self.cursor.unexpected();
            return None;
        }
        self.cursor.bump();
        Some(self.cursor.since(start).trim_matches('"'))
    }

    /// Whether this operator is at hand. To Lucene it is one in capitals only; who writes it small means it too.
    fn is(&self, operator: &str) -> bool {
        let word = self.cursor.peek() == Some(Kind::Word) && self.cursor.slice().eq_ignore_ascii_case(operator);
        word && self.cursor.peek_at(1) != Some(Kind::Colon)
    }
}

/// What is asked of a field, or of anything in the event; `None` for `*` and `*:*`, which every event is.
fn leaf(field: &str, test: Test, raw: &str) -> Option<Tree> {
    if !field.is_empty() && field != "*" {
        return Some(Logic::Leaf(Comparison::new(field, test, raw)));
    }
    let test = match test {
        Test::Pattern(parts) if parts.iter().all(|part| *part == Part::Star) => return None,
        Test::Pattern(parts) => Test::Keyword(parts),
        other => other,
    };
    Some(Logic::Leaf(Comparison::new("", test, raw)))
}

/// What a term means, a backslash before a character gone.
fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    each(raw, |c, _| out.push(c));
    out
}

/// The pattern of a term: `*` and `?` where they are not escaped.
fn pattern(raw: &str) -> Vec<Part> {
    let mut pattern = Pattern::default();
    each(raw, |c, escaped| match c {
        '*' if !escaped => pattern.wildcard(Part::Star),
        '?' if !escaped => pattern.wildcard(Part::Question),
        c => pattern.push(c),
    });
    pattern.into_parts()
}

/// Tells every character, and whether it was escaped.
fn each(raw: &str, mut tell: impl FnMut(char, bool)) {
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match (c, chars.as_str().chars().next()) {
            ('\\', Some(next)) => {
                chars.next();
                tell(next, true);
            }
            _ => tell(c, false),
        }
    }
}

#[cfg(test)]
mod tests;
