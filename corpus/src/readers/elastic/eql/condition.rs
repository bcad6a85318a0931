//! Conditions: a Pratt parser. Who waits for `and`, `or` or a closing bracket and finds something else, skips to it.

use super::operand::{Operand, Relation, call, compare, group};
use super::token::{Kind, unescaped, unquoted};
use super::{MAX_DEPTH, Parser};
use crate::readers::logic::Logic;
use crate::readers::query::Comparison;

/// How strongly an operator binds its operands, weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Power {
    Any,
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Sign,
}

/// What stands between two operands.
enum Infix {
    Or,
    And,
    /// With `not` before it or without.
    Relation(Relation, bool),
    Sum,
    Product,
}

impl Infix {
    fn power(&self) -> Power {
        match self {
            Self::Or => Power::Or,
            Self::And => Power::And,
            Self::Relation(..) => Power::Comparison,
            Self::Sum => Power::Sum,
            Self::Product => Power::Product,
        }
    }
}

impl Parser<'_> {
    /// The condition at hand, to the end of its step; `None` if nothing of it can be read.
    pub(super) fn condition(&mut self) -> Option<Logic<Comparison>> {
        let mut whole: Option<Logic<Comparison>> = None;
        loop {
            let part = self.operand(Power::Any).and_then(|operand| self.logic(operand));
            whole = match (whole, part) {
                (Some(whole), Some(part)) => Some(whole.and(part)),
                (whole, part) => whole.or(part),
            };
            // One bracket or comma too many ends nothing.
            if !matches!(self.peek(), Some(Kind::Close | Kind::Comma)) {
                return whole;
            }
            self.unexpected();
            while self.eat(Kind::Close) || self.eat(Kind::Comma) || self.eat_word("and") || self.eat_word("or") {}
            if self.peek().is_none_or(ends) {
                return whole;
            }
        }
    }

    /// An operand with all operators after it that bind more strongly than `least`.
    fn operand(&mut self, least: Power) -> Option<Operand> {
        let start = self.at;
        let mut left = self.prefix();
        loop {
            let before = self.at;
            let Some(infix) = self.infix() else {
                if self.peek().is_none_or(|kind| ends(kind) || matches!(kind, Kind::Close | Kind::Comma)) {
                    return left;
                }
                self.unexpected();
                self.recover();
                continue;
            };
            if infix.power() <= least {
                self.at = before;
                return left;
            }
            left = match infix {
                Infix::And | Infix::Or => {
                    let right = self.operand(infix.power());
                    match (left.and_then(|l| self.logic(l)), right.and_then(|r| self.logic(r))) {
                        (Some(l), Some(r)) if matches!(infix, Infix::And) => Some(l.and(r)),
                        (Some(l), Some(r)) => Some(l.or(r)),
                        (l, r) => l.or(r),
                    }
                    .map(Operand::Condition)
                }
                Infix::Relation(relation, negated) => {
                    let compared = self.relation(left, relation);
                    if negated { compared.map(Logic::negated) } else { compared }.map(Operand::Condition)
                }
                Infix::Sum | Infix::Product => {
                    let right = self.operand(infix.power());
                    left.zip(right).map(|(l, r)| self.computed(start, &[l, r]))
                }
            };
        }
    }

    /// Reads the operator at hand, if there is one.
    fn infix(&mut self) -> Option<Infix> {
        let infix = match self.peek()? {
            Kind::Plus | Kind::Minus => Infix::Sum,
            Kind::Times | Kind::Slash | Kind::Percent => Infix::Product,
            Kind::Word if self.is("and") => Infix::And,
            Kind::Word if self.is("or") => Infix::Or,
            Kind::Word if self.is("not") => {
                let token = self.tokens.get(self.at + 1)?;
                let relation = relation(token.kind, self.text.get(token.start..token.end)?)?;
                self.at += 1;
                Infix::Relation(relation, true)
            }
            kind => Infix::Relation(relation(kind, self.slice())?, false),
        };
        self.at += 1;
        Some(infix)
    }

    /// `left` compared with what stands here: a value, or a list of them in brackets.
    fn relation(&mut self, left: Option<Operand>, relation: Relation) -> Option<Logic<Comparison>> {
        if relation.takes_list() && self.peek() == Some(Kind::Open) {
            let values = self.list();
            let left = left?;
            return group(values.into_iter().filter_map(|value| compare(self.text, &left, relation, value)).collect());
        }
        let right = self.operand(Power::Comparison);
        let (left, right) = (left?, right?);
        let compared = compare(self.text, &left, relation, right);
        if compared.is_none() {
            self.reason("two values are compared, neither of which is a field".to_owned());
        }
        compared
    }

    /// What stands in brackets, separated by commas.
    fn list(&mut self) -> Vec<Operand> {
        let mut values = Vec::new();
        if !self.nest() {
            return values;
        }
        self.at += 1;
        while self.peek().is_some_and(|kind| kind != Kind::Close && !ends(kind)) {
            // Where a bracket is missing, the condition goes on with `and` or `or`.
            values.extend(self.operand(Power::And));
            if !self.eat(Kind::Comma) {
                break;
            }
        }
        self.close();
        values
    }

    /// An operand without operators after it.
    fn prefix(&mut self) -> Option<Operand> {
        let start = self.at;
        let kind = self.peek();
        let slice = self.slice();
        match kind {
            Some(Kind::Word) if self.is("not") => self.not(),
            Some(Kind::Word) if !self.is("and") && !self.is("or") => {
                self.at += 1;
                if self.peek() == Some(Kind::Open) {
                    let arguments = self.list();
                    return Some(call(self.text, slice, arguments, self.span(start)));
                }
                Some(match slice {
                    "null" => Operand::Null,
                    "true" | "false" => Operand::value(slice, slice.to_owned()),
                    field => Operand::field(field),
                })
            }
            Some(Kind::Text | Kind::Raw) => {
                self.at += 1;
                let (raw, closed) = unquoted(slice);
                if !closed {
                    self.reason("a text does not end".to_owned());
                }
                let text = if kind == Some(Kind::Raw) { raw.to_owned() } else { unescaped(raw) };
                Some(Operand::value(raw, text))
            }
            Some(Kind::Number) => {
                self.at += 1;
                Some(Operand::value(slice, slice.to_owned()))
            }
            Some(Kind::Plus | Kind::Minus) => {
                if !self.nest() {
                    return None;
                }
                self.at += 1;
                let operand = self.operand(Power::Sign);
                self.depth -= 1;
                Some(match operand? {
                    Operand::Value { raw, text } if kind == Some(Kind::Minus) => {
                        Operand::Value { raw: format!("-{raw}"), text: format!("-{text}") }
                    }
                    value @ Operand::Value { .. } => value,
                    operand => self.computed(start, &[operand]),
                })
            }
            Some(Kind::Open) => {
                if !self.nest() {
                    return None;
                }
                self.at += 1;
                let operand = self.operand(Power::Any);
                self.close();
                operand
            }
            _ => {
                self.unexpected();
                None
            }
        }
    }

    /// One `not` or many of them, and what they negate.
    fn not(&mut self) -> Option<Operand> {
        if !self.nest() {
            return None;
        }
        let mut negated = false;
        while self.eat_word("not") {
            negated = !negated;
        }
        let operand = self.operand(Power::Not);
        self.depth -= 1;
        let logic = operand.and_then(|operand| self.logic(operand))?;
        Some(Operand::Condition(if negated { logic.negated() } else { logic }))
    }

    /// One level deeper, unless that is too deep: then what stands in the brackets at hand is skipped.
    fn nest(&mut self) -> bool {
        if self.depth == MAX_DEPTH {
            self.reason("conditions are nested too deeply".to_owned());
            self.at += usize::from(self.peek() != Some(Kind::Open));
            self.recover();
            return false;
        }
        self.depth += 1;
        true
    }

    /// The end of what [`Self::nest`] began, with its bracket.
    fn close(&mut self) {
        self.depth -= 1;
        if self.peek() == Some(Kind::Comma) {
            self.unexpected();
            self.recover_to(true);
        }
        if !self.eat(Kind::Close) {
            self.unexpected();
        }
    }

    /// Skips to what can follow an operand, brackets and all that stands in them included.
    fn recover(&mut self) {
        self.recover_to(false);
    }

    fn recover_to(&mut self, close_only: bool) {
        let mut open = 0_usize;
        while let Some(kind) = self.peek() {
            match kind {
                Kind::Open => open += 1,
                Kind::Close if open > 0 => open -= 1,
                _ if ends(kind) => return,
                Kind::Close => return,
                Kind::Comma if open == 0 && !close_only => return,
                Kind::Word if open == 0 && !close_only && (self.is("and") || self.is("or")) => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// A condition of an operand: a field alone asks whether it is true.
    fn logic(&mut self, operand: Operand) -> Option<Logic<Comparison>> {
        if matches!(&operand, Operand::Value { text, .. } if text != "true") || matches!(operand, Operand::Null) {
            self.reason("a value stands where a condition is expected".to_owned());
        }
        operand.into_logic(self.text)
    }

    /// What is made of `parts` by the tokens from `start` to here.
    fn computed(&self, start: usize, parts: &[Operand]) -> Operand {
        let span = self.span(start);
        if parts.iter().all(|part| matches!(part, Operand::Value { .. })) {
            let text = self.text.get(span).unwrap_or_default();
            return Operand::value(text, text.to_owned());
        }
        Operand::Computed(span)
    }

    /// The bytes from the token `start` to the one before this.
    fn span(&self, start: usize) -> std::ops::Range<usize> {
        let from = self.tokens.get(start).map_or(0, |token| token.start);
        let last = self.at.checked_sub(1).and_then(|last| self.tokens.get(last));
        from..last.map_or(from, |token| token.end.max(from))
    }
}

/// What ends a condition wherever it stands.
fn ends(kind: Kind) -> bool {
    matches!(kind, Kind::OpenStep | Kind::CloseStep | Kind::Pipe)
}

fn relation(kind: Kind, text: &str) -> Option<Relation> {
    Some(match kind {
        Kind::Equal => Relation::Equal,
        Kind::Unequal => Relation::Unequal,
        Kind::Colon => Relation::Wildcards,
        Kind::Less => Relation::Less,
        Kind::LessEqual => Relation::LessEqual,
        Kind::Greater => Relation::Greater,
        Kind::GreaterEqual => Relation::GreaterEqual,
        Kind::Word => match text.strip_suffix('~').unwrap_or(text) {
            "in" => Relation::Equal,
            "like" => Relation::Wildcards,
            "regex" => Relation::Regex,
            _ => return None,
        },
        _ => return None,
    })
}
