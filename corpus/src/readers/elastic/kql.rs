//! Kibana's query language, KQL: `field: value` and `field: (a or b and not c)`, joined by `and`, `or` and `not`.
//!
//! What cannot be read is skipped, and the reason noted; clauses without a word between them count as joined by `and`.

use logos::Logos;

use super::super::cursor::Cursor;
use super::super::logic::Logic;
use super::super::query::{Comparison, Pattern, Query, Test};
use crate::normal::Part;
use crate::op::Base;

/// Reads a query, as far as it can be read.
pub(super) fn parse(query: &str) -> Query {
    let mut parser = Parser { cursor: Cursor::new(query, Kind::Wrong) };
    if parser.cursor.peek().is_none() {
        return Query::default();
    }
    let mut whole = parser.expression(Power::Or, Level::Clauses(""));
    // It ends early at a bracket that nothing opened.
    while parser.cursor.peek().is_some() {
        parser.cursor.unexpected();
        parser.cursor.bump();
        if parser.is("and") || parser.is("or") {
            parser.cursor.bump();
        }
        if parser.cursor.peek().is_some() {
            whole = join(whole, parser.expression(Power::Or, Level::Clauses("")), Logic::and);
        }
    }
    let parts = whole.map(|tree| (String::new(), tree)).into_iter().collect();
    Query { parts, unread: parser.cursor.into_reasons() }
}

type Tree = Logic<Comparison>;

/// What a token is.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[\s\u{a0}]+")]
enum Kind {
    /// Anything without quotes: a field, a word of a value, `and`, `or` or `not`.
    #[regex(r#"([^\s\u{a0}\\():<>"{}]|\\(?s:.))+"#)]
    Word,
    /// A text in quotes.
    #[regex(r#""([^"\\]|\\(?s:.))*""#)]
    Text,
    /// A text whose closing quote is missing.
    #[regex(r#""([^"\\]|\\(?s:.))*\\?"#)]
    Unclosed,
    #[token("(")]
    Open,
    #[token(")")]
    Close,
    #[token("{")]
    OpenBrace,
    #[token("}")]
    CloseBrace,
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
    /// What is no token: a backslash at the end.
    Wrong,
}

/// How strongly an operator binds; `not` binds to the operand after it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Power {
    Or,
    And,
    Operand,
}

/// Of what an expression is made.
#[derive(Clone, Copy)]
enum Level<'a> {
    /// Clauses; their fields lie in this nested one, if it is not empty.
    Clauses(&'a str),
    /// Values of this field.
    Values(&'a str),
}

/// A field or value as it stands in the query.
#[derive(Clone, Copy)]
struct Literal<'q> {
    raw: &'q str,
    quoted: bool,
}

struct Parser<'q> {
    cursor: Cursor<'q, Kind>,
}

impl<'q> Parser<'q> {
    /// Operands and operators that bind at least as strongly as `least`; `None` if nothing in it can be read, or if it
    /// says nothing.
    fn expression(&mut self, least: Power, level: Level<'_>) -> Option<Tree> {
        let mut left = self.operand(level);
        loop {
            let power = match self.cursor.peek() {
                None | Some(Kind::Close | Kind::CloseBrace) => return left,
                Some(_) if self.is("or") => Power::Or,
                Some(_) => Power::And,
            };
            if power < least {
                return left;
            }
            if self.is("or") || self.is("and") {
                self.cursor.bump();
            } else {
                self.cursor.unexpected();
            }
            let (next, merge): (_, fn(Tree, Tree) -> Tree) = match (power, level) {
                (Power::Or, Level::Values(_)) => (Power::And, alternative),
                (Power::Or, Level::Clauses(_)) => (Power::And, Logic::or),
                _ => (Power::Operand, Logic::and),
            };
            let right = self.expression(next, level);
            left = join(left, right, merge);
        }
    }

    /// A clause or value, with any number of `not` before it.
    fn operand(&mut self, level: Level<'_>) -> Option<Tree> {
        let mut negated = false;
        while self.is("not") && (matches!(level, Level::Values(_)) || !self.names_field()) {
            self.cursor.bump();
            negated = !negated;
        }
        let tree = match self.cursor.peek() {
            Some(Kind::Open) => self.brackets(Kind::Open, Kind::Close, level),
            Some(Kind::Word | Kind::Text | Kind::Unclosed) if !self.is("and") && !self.is("or") => match level {
                Level::Clauses(prefix) => self.clause(prefix),
                Level::Values(field) => self.literal(true).and_then(|value| equal(field, value)),
            },
            // What ends the expression or goes on with it is not passed here.
            Some(Kind::Close | Kind::CloseBrace) | None => {
                self.cursor.unexpected();
                None
            }
            Some(_) => {
                self.cursor.unexpected();
                if !self.is("and") && !self.is("or") {
                    self.cursor.bump();
                }
                None
            }
        };
        tree.map(|tree| if negated { tree.negated() } else { tree })
    }

    /// What stands in brackets that open with the token at hand.
    fn brackets(&mut self, open: Kind, close: Kind, level: Level<'_>) -> Option<Tree> {
        self.cursor.bump();
        if !self.cursor.enter() {
            self.cursor.skip_bracket(open, close);
            return None;
        }
        let tree = self.expression(Power::Or, level);
        self.cursor.leave();
        if !self.cursor.eat(close) {
            self.cursor.unexpected();
        }
        tree
    }

    /// `field: …`, `field >= value`, or a keyword.
    fn clause(&mut self, prefix: &str) -> Option<Tree> {
        let literal = self.literal(false)?;
        let order = match self.cursor.peek() {
            Some(Kind::Colon) => None,
            Some(Kind::Less) => Some(Base::Lt),
            Some(Kind::LessEqual) => Some(Base::Lte),
            Some(Kind::Greater) => Some(Base::Gt),
            Some(Kind::GreaterEqual) => Some(Base::Gte),
            _ => return keyword(literal),
        };
        self.cursor.bump();
        let name = literal.text();
        let field = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        if let Some(order) = order {
            let value = self.literal(true)?;
            let test = Test::Order(order, value.text());
            return Some(Logic::Leaf(Comparison::new(field, test, value.raw)));
        }
        match self.cursor.peek() {
            Some(Kind::OpenBrace) => self.brackets(Kind::OpenBrace, Kind::CloseBrace, Level::Clauses(&field)),
            _ => self.operand(Level::Values(&field)),
        }
    }

    /// A text in quotes, or words up to the next keyword. With `value`, a last word that begins the next clause is left.
    fn literal(&mut self, value: bool) -> Option<Literal<'q>> {
        let raw = self.cursor.slice();
        match self.cursor.peek() {
            Some(Kind::Text) => {
                self.cursor.bump();
                return Some(Literal { raw: raw.get(1..raw.len() - 1).unwrap_or_default(), quoted: true });
            }
            Some(Kind::Unclosed) => {
                self.cursor.reason("a quote is not closed".to_owned());
                self.cursor.bump();
                return Some(Literal { raw: raw.get(1..).unwrap_or_default(), quoted: true });
            }
            Some(Kind::Word) => {}
            _ => {
                self.cursor.unexpected();
                return None;
            }
        }
        if self.is_operator() && (value || !self.names_field()) {
            self.cursor.unexpected();
            return None;
        }
        let start = self.cursor.place();
        self.cursor.bump();
        while self.cursor.peek() == Some(Kind::Word) && !self.is_operator() && !(value && self.names_field()) {
            self.cursor.bump();
        }
        Some(Literal { raw: self.cursor.since(start), quoted: false })
    }

    /// Whether the token at hand is followed by what only follows a field.
    fn names_field(&self) -> bool {
        use Kind::{Colon, Greater, GreaterEqual, Less, LessEqual};
        matches!(self.cursor.peek_at(1), Some(Colon | Less | LessEqual | Greater | GreaterEqual))
    }

    fn is_operator(&self) -> bool {
        ["and", "or", "not"].into_iter().any(|word| self.is(word))
    }

    /// Whether this keyword is at hand.
    fn is(&self, keyword: &str) -> bool {
        self.cursor.peek() == Some(Kind::Word) && self.cursor.slice().eq_ignore_ascii_case(keyword)
    }
}

fn join(left: Option<Tree>, right: Option<Tree>, merge: fn(Tree, Tree) -> Tree) -> Option<Tree> {
    match (left, right) {
        (Some(left), Some(right)) => Some(merge(left, right)),
        (left, right) => left.or(right),
    }
}

/// One value more of a list.
fn alternative(left: Tree, right: Tree) -> Tree {
    match left {
        Logic::Alternatives(mut nodes) => {
            nodes.push(right);
            Logic::Alternatives(nodes)
        }
        node => Logic::Alternatives(vec![node, right]),
    }
}

/// `field: value`; `None` for `*: *`, which every event is.
fn equal(field: &str, value: Literal<'_>) -> Option<Tree> {
    if field == "*" {
        return keyword(value);
    }
    let text = value.text();
    let test = if network(field, &text) { Test::Cidr(text) } else { Test::Pattern(value.parts()) };
    Some(Logic::Leaf(Comparison::new(field, test, value.raw)))
}

/// A value without a field; `None` for `*`, which every event has.
fn keyword(value: Literal<'_>) -> Option<Tree> {
    let parts = value.parts();
    let all = parts.iter().all(|part| *part == Part::Star);
    (!all).then(|| Logic::Leaf(Comparison::new("", Test::Keyword(parts), value.raw)))
}

impl Literal<'_> {
    /// What it means, `*` not told from a star.
    fn text(self) -> String {
        let mut text = String::with_capacity(self.raw.len());
        self.each(|c, _| text.push(c));
        text
    }

    /// What it means. Between quotes nothing is a wildcard.
    fn parts(self) -> Vec<Part> {
        let mut pattern = Pattern::default();
        // Kibana sends a value with a star to fields of keywords as a wildcard query, where `?` is one too.
        let has_star = !self.quoted && self.raw.contains('*');
        self.each(|c, escaped| match c {
            '*' if has_star && !escaped => pattern.wildcard(Part::Star),
            '?' if has_star && !escaped => pattern.wildcard(Part::Question),
            c => pattern.push(c),
        });
        pattern.into_parts()
    }

    /// Tells every character, and whether it was escaped. A backslash that escapes nothing is one: paths are often written
    /// with single ones. So are `\t`, `\r` and `\n`, in which Kibana sees white space: in rules they begin a folder's name.
    fn each(self, mut tell: impl FnMut(char, bool)) {
        let mut chars = self.raw.char_indices();
        while let Some((at, c)) = chars.next() {
            let after = self.raw.get(at + c.len_utf8()..).unwrap_or_default();
            match after.chars().next().filter(|_| c == '\\' && self.escapes(after)) {
                Some(next) => {
                    chars.next();
                    tell(next, true);
                }
                None => tell(c, false),
            }
        }
    }

    /// Whether a backslash before this escapes its first character.
    fn escapes(self, after: &str) -> bool {
        if after.starts_with(['"', '\\']) || self.quoted {
            return after.starts_with(['"', '\\']);
        }
        let word = after.split(|c: char| c.is_whitespace() || c == '\\').next().unwrap_or_default();
        after.starts_with([':', '(', ')', '<', '>', '{', '}', '*', '?'])
            || after.starts_with(char::is_whitespace)
            || ["and", "or", "not"].into_iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
    }
}

/// Whether a value is a network (an address, `/` and the length of the prefix) and this field holds addresses.
pub(super) fn network(field: &str, text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let Ok(address) = address.parse::<std::net::IpAddr>() else { return false };
    let holds = field.rsplit('.').next().is_some_and(|name| name == "ip" || name.ends_with("_ip"));
    holds && length.parse::<u8>().is_ok_and(|length| length <= if address.is_ipv4() { 32 } else { 128 })
}

#[cfg(test)]
mod tests;
