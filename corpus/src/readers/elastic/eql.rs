//! Elastic's event query language: event queries, and the steps of sequences and samples.
//!
//! What cannot be read is skipped up to the next `and`, `or` or closing bracket, and the reason noted.

mod condition;
mod operand;
mod token;

use self::token::{Kind, Token, tokens, unquoted};
use super::super::logic::Logic;
use super::super::query::{Comparison, Query};

/// Conditions nested more deeply than any rule's are not followed.
const MAX_DEPTH: usize = 64;

/// Of a query that is none, so many reasons say enough.
const MAX_REASONS: usize = 8;

/// What a query says.
#[derive(Clone, Debug, Default)]
pub(super) struct Parsed {
    /// Its conditions: one, or one per step that is looked for.
    pub(super) query: Query,
    /// The word before `where` of each of them, such as `process` or `any`; empty where it is missing.
    pub(super) categories: Vec<String>,
}

/// Reads a query, as far as it can be read.
pub(super) fn parse(query: &str) -> Parsed {
    let mut parser = Parser { text: query, tokens: tokens(query), at: 0, depth: 0, reasons: Vec::new() };
    let mut parsed = Parsed::default();
    match parser.word() {
        Some("sequence" | "sample") if !parser.next_is("where") => parser.sequence(&mut parsed),
        _ => {
            if let Some((category, logic)) = parser.event() {
                parsed.categories.push(category);
                parsed.query.parts.push((String::new(), logic));
            }
        }
    }
    parser.pipes();
    parsed.query.unread = parser.reasons;
    parsed
}

struct Parser<'q> {
    text: &'q str,
    tokens: Vec<Token>,
    at: usize,
    /// How many brackets and negations are open.
    depth: usize,
    reasons: Vec<String>,
}

impl<'q> Parser<'q> {
    fn peek(&self) -> Option<Kind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    /// The text of the token at hand; empty at the end.
    fn slice(&self) -> &'q str {
        self.tokens.get(self.at).map_or("", |token| self.text.get(token.start..token.end).unwrap_or_default())
    }

    /// The word at hand.
    fn word(&self) -> Option<&'q str> {
        (self.peek() == Some(Kind::Word)).then(|| self.slice())
    }

    fn is(&self, word: &str) -> bool {
        self.word().is_some_and(|found| found.eq_ignore_ascii_case(word))
    }

    /// Whether `word` stands after the token at hand.
    fn next_is(&self, word: &str) -> bool {
        let Some(token) = self.tokens.get(self.at + 1) else { return false };
        self.text.get(token.start..token.end).is_some_and(|found| found.eq_ignore_ascii_case(word))
    }

    fn eat(&mut self, kind: Kind) -> bool {
        let found = self.peek() == Some(kind);
        self.at += usize::from(found);
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is(word);
        self.at += usize::from(found);
        found
    }

    /// Notes that the token at hand cannot stand here.
    fn unexpected(&mut self) {
        let reason = match self.peek() {
            None => "the query ends too early".to_owned(),
            Some(Kind::Comment) => "a comment does not end".to_owned(),
            Some(_) => format!("`{}` cannot stand there", self.slice().chars().take(40).collect::<String>()),
        };
        self.reason(reason);
    }

    fn reason(&mut self, reason: String) {
        if self.reasons.len() < MAX_REASONS && !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    /// `sequence by … with maxspan=… [step] … until [step]`
    fn sequence(&mut self, parsed: &mut Parsed) {
        self.at += 1;
        self.options();
        let (mut number, mut last) = (0, false);
        loop {
            match self.peek() {
                None | Some(Kind::Pipe) if number > 0 => return,
                None | Some(Kind::Pipe) => return self.reason("a sequence without steps".to_owned()),
                Some(Kind::Bang | Kind::OpenStep) => {
                    // A step that must not come says nothing of what does, and neither does the one that ends it all.
                    let ignored = self.eat(Kind::Bang) || last;
                    if !self.eat(Kind::OpenStep) {
                        self.unexpected();
                        continue;
                    }
                    number += 1;
                    let event = self.event();
                    if !self.eat(Kind::CloseStep) {
                        self.unexpected();
                    }
                    self.options();
                    if let (Some((category, logic)), false) = (event, ignored) {
                        parsed.categories.push(category);
                        parsed.query.parts.push((format!("step {number}: "), logic));
                    }
                }
                Some(_) if self.eat_word("until") => last = true,
                Some(_) => {
                    self.unexpected();
                    self.skip_to(|kind| matches!(kind, Kind::OpenStep | Kind::Bang | Kind::Pipe));
                }
            }
        }
    }

    /// `by a, b`, `with maxspan=5m`, `with runs=3`: how events are put together.
    fn options(&mut self) {
        loop {
            if self.eat_word("by") {
                while self.eat(Kind::Word) && self.eat(Kind::Comma) {}
            } else if self.eat_word("with") {
                self.eat(Kind::Word);
                self.eat(Kind::Equal);
                self.eat(Kind::Number);
            } else {
                return;
            }
        }
    }

    /// `category where condition`
    fn event(&mut self) -> Option<(String, Logic<Comparison>)> {
        let category = match self.peek() {
            Some(Kind::Word | Kind::Text | Kind::Raw) if self.next_is("where") => {
                let category = match self.peek() {
                    Some(Kind::Word) => self.slice().trim_matches('`'),
                    _ => unquoted(self.slice()).0,
                };
                self.at += 2;
                category.to_lowercase()
            }
            Some(Kind::Word) if self.is("where") => {
                self.reason("no category before `where`".to_owned());
                self.at += 1;
                String::new()
            }
            _ => {
                self.reason("no category and `where` before the condition".to_owned());
                String::new()
            }
        };
        let logic = self.condition()?;
        Some((category, logic))
    }

    /// What comes after the condition: pipes, which look for nothing.
    fn pipes(&mut self) {
        while self.eat(Kind::Pipe) {
            if !self.is("head") && !self.is("tail") {
                self.unexpected();
            }
            self.skip_to(|kind| kind == Kind::Pipe);
        }
        if self.peek().is_some() {
            self.unexpected();
        }
    }

    fn skip_to(&mut self, stop: impl Fn(Kind) -> bool) {
        while self.peek().is_some_and(|kind| !stop(kind)) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests;
