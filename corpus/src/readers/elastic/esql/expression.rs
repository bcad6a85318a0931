//! Expressions of ES|QL: a Pratt parser that ends at the next stage of the pipe, whatever brackets are open.

use super::super::super::logic::Logic;
use super::super::super::query::{Query, Test};
use super::super::{kql, lucene};
use super::Parser;
use super::token::{self, Kind as Token};
use super::value::{self, Kind, Literal, Relation, Value, all, any};
use crate::normal::Part;
use crate::op::Base;

/// How strongly an operator binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Power {
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Operand,
}

/// Functions that give the value they are given, as far as comparisons go: in another case or type, or one of several.
const TRANSPARENT: [&str; 29] = [
    "ltrim",
    "mv_dedupe",
    "mv_first",
    "mv_last",
    "mv_max",
    "mv_min",
    "mv_sort",
    "rtrim",
    "to_bool",
    "to_boolean",
    "to_date_nanos",
    "to_datetime",
    "to_dbl",
    "to_double",
    "to_dt",
    "to_int",
    "to_integer",
    "to_ip",
    "to_long",
    "to_lower",
    "to_str",
    "to_string",
    "to_ul",
    "to_ulong",
    "to_unsigned_long",
    "to_upper",
    "to_ver",
    "to_version",
    "trim",
];

/// Each column of `coalesce` is compared with each value of a list: more of them than any rule's are not taken apart.
const MAX_COALESCED: usize = 8;

/// Words that no column is called without backticks.
const KEYWORDS: [&str; 10] = ["and", "by", "false", "in", "is", "like", "not", "null", "or", "rlike"];

impl<'q> Parser<'q> {
    /// The condition that begins here; `None` if it cannot be read, or says nothing.
    pub(super) fn condition(&mut self) -> Option<value::Tree> {
        self.expression(Power::Or).condition()
    }

    /// Operands and operators that bind at least as strongly as `least`.
    pub(super) fn expression(&mut self, least: Power) -> Value<'q> {
        if !self.cursor.enter() {
            self.skip();
            return Value::nothing();
        }
        let start = self.cursor.place();
        let mut left = self.operand();
        while let Some(power) = self.power().filter(|power| *power >= least) {
            left = match power {
                Power::Or | Power::And => self.joined(left, power),
                Power::Comparison => self.compared(left),
                Power::Sum | Power::Product | Power::Operand => {
                    self.cursor.bump();
                    let right = self.expression(if power == Power::Sum { Power::Product } else { Power::Operand });
                    Value { raw: "", kind: Kind::Computed { columns: left.has_columns() || right.has_columns() } }
                }
            };
            if !matches!(left.kind, Kind::Condition(_)) {
                left.raw = self.cursor.since(start);
            }
        }
        self.cursor.leave();
        left
    }

    /// How strongly the operator at hand binds; `None` if it is none.
    fn power(&self) -> Option<Power> {
        use Token::{
            Colon, Equal, Greater, GreaterEqual, Less, LessEqual, Minus, Percent, Plus, Similar, Slash, Times, Unequal,
        };
        match self.cursor.peek()? {
            Token::Word if self.is("or") => Some(Power::Or),
            Token::Word if self.is("and") => Some(Power::And),
            Token::Word if ["in", "is", "like", "not", "rlike"].into_iter().any(|word| self.is(word)) => {
                Some(Power::Comparison)
            }
            Equal | Similar | Unequal | Less | LessEqual | Greater | GreaterEqual | Colon => Some(Power::Comparison),
            Plus | Minus => Some(Power::Sum),
            Times | Slash | Percent => Some(Power::Product),
            _ => None,
        }
    }

    /// `left and …`, `left or …`
    fn joined(&mut self, left: Value<'q>, power: Power) -> Value<'q> {
        self.cursor.bump();
        let (next, merge): (_, fn(value::Tree, value::Tree) -> value::Tree) =
            if power == Power::Or { (Power::And, Logic::or) } else { (Power::Comparison, Logic::and) };
        let right = self.expression(next).condition();
        let tree = match (left.condition(), right) {
            (Some(left), Some(right)) => Some(merge(left, right)),
            (left, right) => left.or(right),
        };
        Value { raw: "", kind: Kind::Condition(tree) }
    }

    /// `left == …`, `left not in …` and the like, from the operator on.
    fn compared(&mut self, left: Value<'q>) -> Value<'q> {
        let relation = match self.cursor.peek() {
            Some(Token::Unequal) => Relation::Unequal,
            Some(Token::Less) => Relation::Order(Base::Lt),
            Some(Token::LessEqual) => Relation::Order(Base::Lte),
            Some(Token::Greater) => Relation::Order(Base::Gt),
            Some(Token::GreaterEqual) => Relation::Order(Base::Gte),
            Some(Token::Word) => return self.predicate(left),
            _ => Relation::Equal,
        };
        self.cursor.bump();
        let right = self.expression(Power::Sum);
        Value { raw: "", kind: Kind::Condition(left.compared(relation, &right)) }
    }

    /// `left is null`, `left in (…)`, `left like …` and their opposites.
    fn predicate(&mut self, left: Value<'q>) -> Value<'q> {
        let is = self.eat("is");
        let negated = self.eat("not");
        let tree = if is {
            if !self.eat("null") {
                self.cursor.unexpected();
            }
            return Value {
                raw: "",
                kind: Kind::Condition(left.test(if negated { &Test::Exists } else { &Test::Missing }, "")),
            };
        } else if self.eat("in") {
            self.contained(&left)
        } else if self.eat("like") {
            let patterns = self.patterns();
            any(patterns.iter().filter_map(|pattern| left.like(pattern)).collect())
        } else if self.eat("rlike") {
            let patterns = self.patterns();
            any(patterns.iter().filter_map(|pattern| left.rlike(pattern)).collect())
        } else {
            self.cursor.unexpected();
            return left;
        };
        Value { raw: "", kind: Kind::Condition(tree.map(|tree| if negated { tree.negated() } else { tree })) }
    }

    /// The list after `left in`.
    fn contained(&mut self, left: &Value<'q>) -> Option<value::Tree> {
        if self.cursor.peek() != Some(Token::Open) {
            self.cursor.unexpected();
            return None;
        }
        let values = self.list(Token::Close);
        let one = |value: Value<'_>| match (&left.kind, &value.kind) {
            (Kind::List(_) | Kind::Condition(_), _) => None,
            // `true in (a == 1, b == 2)`
            (Kind::Literal(_), Kind::Condition(_)) => value.compared(Relation::Equal, left),
            _ => left.related(Relation::Equal, &value),
        };
        any(values.into_iter().filter_map(one).collect())
    }

    /// What stands after `like`: a text, or several in brackets.
    fn patterns(&mut self) -> Vec<Literal> {
        let values = match self.cursor.peek() {
            Some(Token::Open) => self.list(Token::Close),
            _ => vec![self.expression(Power::Sum)],
        };
        values.iter().flat_map(Value::literals).collect()
    }

    /// Expressions with commas between them, in brackets of which the first is at hand.
    fn list(&mut self, close: Token) -> Vec<Value<'q>> {
        self.cursor.bump();
        let mut values = Vec::new();
        while !self.cursor.eat(close) {
            match self.cursor.peek() {
                None | Some(Token::Pipe) => {
                    self.cursor.unexpected();
                    break;
                }
                Some(Token::Comma) => self.cursor.bump(),
                Some(Token::OpenMap) => {
                    self.cursor.bump();
                    self.cursor.skip_bracket(Token::OpenMap, Token::CloseMap);
                }
                // `count(*)`
                Some(Token::Times) if values.is_empty() => self.cursor.bump(),
                Some(Token::Close | Token::CloseList | Token::CloseMap | Token::Wrong) => {
                    self.cursor.unexpected();
                    self.cursor.bump();
                }
                Some(_) => {
                    let place = self.cursor.place();
                    values.push(self.expression(Power::Or));
                    if self.cursor.place() == place {
                        self.cursor.bump();
                    }
                }
            }
        }
        values
    }

    /// An operand, with the casts behind it.
    fn operand(&mut self) -> Value<'q> {
        let mut negated = false;
        while self.eat("not") {
            negated = !negated;
        }
        if negated {
            let tree = self.expression(Power::Comparison).condition();
            return Value { raw: "", kind: Kind::Condition(tree.map(Logic::negated)) };
        }
        let start = self.cursor.place();
        let mut value = match self.cursor.peek() {
            Some(Token::Open) => self.brackets(),
            Some(Token::OpenList) => {
                let values = self.list(Token::CloseList);
                Value { raw: "", kind: Kind::List(values.iter().flat_map(Value::literals).collect()) }
            }
            Some(Token::Text | Token::Raw | Token::Unclosed) => self.text(),
            Some(Token::Number) => self.number(),
            Some(Token::Minus | Token::Plus) => {
                self.cursor.bump();
                match self.expression(Power::Operand) {
                    Value { kind: Kind::Literal(_), .. } => literal(self.cursor.since(start)),
                    other => Value { raw: "", kind: Kind::Computed { columns: other.has_columns() } },
                }
            }
            Some(Token::Word) if self.cursor.peek_at(1) == Some(Token::Open) && !self.is_keyword() => self.call(),
            Some(Token::Word) if self.is("true") || self.is("false") => {
                let text = self.cursor.slice();
                self.cursor.bump();
                Value { raw: text, kind: Kind::Literal(text.to_lowercase()) }
            }
            Some(Token::Word) if self.eat("null") => Value { raw: "null", kind: Kind::Null },
            Some(Token::Word) if !self.is_keyword() => {
                let column = self.columns.get(&token::name(self.cursor.slice()));
                self.cursor.bump();
                Value { raw: "", kind: Kind::Columns(vec![column]) }
            }
            _ => {
                self.cursor.unexpected();
                return Value::nothing();
            }
        };
        if value.raw.is_empty() && !matches!(value.kind, Kind::Literal(_)) {
            value.raw = self.cursor.since(start);
        }
        while self.cursor.eat(Token::Cast) {
            self.cursor.eat(Token::Word);
        }
        value
    }

    fn brackets(&mut self) -> Value<'q> {
        self.cursor.bump();
        let value = self.expression(Power::Or);
        if !self.cursor.eat(Token::Close) {
            self.cursor.unexpected();
            self.skip();
            self.cursor.eat(Token::Close);
        }
        value
    }

    fn text(&mut self) -> Value<'q> {
        let slice = self.cursor.slice();
        let closed = match self.cursor.peek() {
            Some(Token::Raw) => slice.len() >= 6 && slice.ends_with("\"\"\""),
            kind => kind == Some(Token::Text),
        };
        if !closed {
            self.cursor.reason("a quote is not closed".to_owned());
        }
        self.cursor.bump();
        let (raw, text) = token::text(slice);
        Value { raw, kind: Kind::Literal(text) }
    }

    /// A number, or with the unit that follows it a span of time.
    fn number(&mut self) -> Value<'q> {
        let start = self.cursor.place();
        self.cursor.bump();
        let unit = self.cursor.slice().to_lowercase();
        let unit = unit.strip_suffix('s').unwrap_or(&unit);
        if ["millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"].contains(&unit) {
            self.cursor.bump();
        }
        literal(self.cursor.since(start))
    }

    /// The call of a function.
    fn call(&mut self) -> Value<'q> {
        let start = self.cursor.place();
        let name = self.cursor.slice().to_lowercase();
        self.cursor.bump();
        let mut values = self.list(Token::Close);
        let raw = self.cursor.since(start);
        let tree = match (name.as_str(), values.as_slice()) {
            ("starts_with", [value, rest, ..]) => affixed(value, rest, false, true),
            ("ends_with", [value, rest, ..]) => affixed(value, rest, true, false),
            ("contains", [value, rest, ..]) => affixed(value, rest, true, true),
            ("match" | "match_phrase" | "term", [value, rest, ..]) => {
                value.has_columns().then(|| any(rest.literals().iter().filter_map(|one| value.is(one)).collect()))
            }
            ("mv_contains", [value @ Value { kind: Kind::Columns(_), .. }, rest, ..]) if !rest.has_columns() => {
                Some(all(rest.literals().iter().filter_map(|one| value.is(one)).collect()))
            }
            ("mv_intersects", [value @ Value { kind: Kind::Columns(_), .. }, rest, ..]) if !rest.has_columns() => {
                Some(any(rest.literals().iter().filter_map(|one| value.is(one)).collect()))
            }
            ("cidr_match", [value, networks @ ..]) => {
                let networks = networks.iter().flat_map(Value::literals);
                Some(any(networks.filter_map(|one| value.test(&Test::Cidr(one.text), &one.raw)).collect()))
            }
            ("kql", [query, ..]) => query.literals().first().map(|query| self.inner(kql::parse(&query.text))),
            ("qstr", [query, ..]) => query.literals().first().map(|query| self.inner(lucene::parse(&query.text))),
            _ => None,
        };
        let kind = match tree {
            Some(tree) => Kind::Condition(tree),
            None if TRANSPARENT.contains(&name.as_str()) && !values.is_empty() => {
                let value = values.swap_remove(0);
                return Value { raw: if matches!(value.kind, Kind::Literal(_)) { value.raw } else { raw }, ..value };
            }
            None if name == "coalesce" => coalesced(values),
            None => Kind::Computed { columns: values.iter().any(Value::has_columns) },
        };
        Value { raw, kind }
    }

    /// The condition of a query in another language.
    fn inner(&mut self, query: Query) -> Option<value::Tree> {
        query.unread.into_iter().for_each(|reason| self.cursor.reason(reason));
        all(query.parts.into_iter().map(|(_, tree)| tree).collect())
    }

    fn is_keyword(&self) -> bool {
        KEYWORDS.into_iter().any(|word| self.is(word))
    }
}

fn literal(raw: &str) -> Value<'_> {
    Value { raw, kind: Kind::Literal(raw.to_owned()) }
}

/// The first of these that is there. A constant at the end stands for what is not there.
fn coalesced(values: Vec<Value<'_>>) -> Kind {
    let mut columns = Vec::new();
    for value in values {
        match value.kind {
            Kind::Columns(more) => columns.extend(more),
            Kind::Literal(_) | Kind::Null => {}
            _ => return Kind::Computed { columns: true },
        }
    }
    match columns.len() {
        0 => Kind::Computed { columns: false },
        1..=MAX_COALESCED => Kind::Columns(columns),
        _ => Kind::Computed { columns: true },
    }
}

/// The condition that a value is a text with anything before or after it; `None` if the text is computed.
fn affixed(value: &Value<'_>, text: &Value<'_>, before: bool, after: bool) -> Option<Option<value::Tree>> {
    let literals = text.literals();
    let [literal] = literals.as_slice() else { return None };
    let star = |there: bool| there.then_some(Part::Star);
    let plain = (!literal.text.is_empty()).then(|| Part::Text(literal.text.clone()));
    let parts = [star(before), plain, star(after)].into_iter().flatten().collect();
    value.has_columns().then(|| value.test(&Test::Pattern(parts), &literal.raw))
}
