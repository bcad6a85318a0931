//! Operands, functions of them, and what comparing two of them says.

use std::ops::Range;

use crate::normal::Part;
use crate::op::Base;
use crate::readers::logic::Logic;
use crate::readers::query::{Comparison, Pattern, Test};

/// What stands on a side of an operator.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// A field, without the marks of an optional or quoted one.
    Field(String),
    /// `length(field)`
    Length { field: String, span: Range<usize> },
    /// A text, number or boolean: as written and as meant.
    Value { raw: String, text: String },
    /// `null`
    Null,
    /// Something that is worked out, where it stands in the query.
    Computed(Range<usize>),
    /// A condition.
    Condition(Logic<Comparison>),
}

/// How two operands are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    Unequal,
    /// Equal, with `*` and `?` as wildcards.
    Wildcards,
    Regex,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Relation {
    /// Whether brackets after it hold a list of values, one of which is enough.
    pub(super) fn takes_list(self) -> bool {
        matches!(self, Self::Equal | Self::Wildcards | Self::Regex)
    }

    /// The relation of the right side to the left one.
    fn flipped(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
            other => other,
        }
    }

    /// The test of a field against a value.
    fn test(self, text: String) -> Test {
        match self {
            Self::Equal | Self::Unequal => Test::Pattern(vec![Part::Text(text)]),
            Self::Wildcards => Test::Pattern(wildcards(&text)),
            Self::Regex => Test::Regex(text, Vec::new()),
            Self::Less => Test::Order(Base::Lt, text),
            Self::LessEqual => Test::Order(Base::Lte, text),
            Self::Greater => Test::Order(Base::Gt, text),
            Self::GreaterEqual => Test::Order(Base::Gte, text),
        }
    }
}

impl Operand {
    /// A field as the query spells it.
    pub(super) fn field(word: &str) -> Self {
        Self::Field(word.strip_prefix('?').unwrap_or(word).replace('`', ""))
    }

    /// A value.
    pub(super) fn value(raw: &str, text: String) -> Self {
        Self::Value { raw: raw.to_owned(), text }
    }

    /// As a condition; `true` asks for nothing.
    pub(super) fn into_logic(self, query: &str) -> Option<Logic<Comparison>> {
        match self {
            Self::Condition(logic) => Some(logic),
            Self::Value { .. } | Self::Null => None,
            subject => compare(query, &subject, Relation::Equal, Self::value("true", "true".to_owned())),
        }
    }

    /// Its name as the field of a comparison, and whether it is derived.
    fn subject(&self, query: &str) -> Option<(String, bool)> {
        match self {
            Self::Field(field) => Some((field.clone(), false)),
            Self::Length { span, .. } | Self::Computed(span) => {
                let text = query.get(span.clone()).unwrap_or_default();
                Some((text.split_whitespace().collect::<Vec<_>>().join(" "), true))
            }
            Self::Value { .. } | Self::Null | Self::Condition(_) => None,
        }
    }
}

/// What a function makes of its arguments: a condition where it says something of a field, the field where it only turns
/// it into another type. `span` is the whole call.
pub(super) fn call(query: &str, name: &str, mut arguments: Vec<Operand>, span: Range<usize>) -> Operand {
    let name = name.strip_suffix('~').unwrap_or(name).to_ascii_lowercase();
    let shape: fn(String) -> Test = match name.as_str() {
        "string" | "number" if matches!(arguments.as_slice(), [Operand::Field(_) | Operand::Value { .. }]) => {
            return arguments.swap_remove(0);
        }
        "length" => {
            return match arguments.into_iter().next() {
                Some(Operand::Field(field)) => Operand::Length { field, span },
                _ => Operand::Computed(span),
            };
        }
        "stringcontains" => |text| Test::Pattern(vec![Part::Star, Part::Text(text), Part::Star]),
        "startswith" => |text| Test::Pattern(vec![Part::Text(text), Part::Star]),
        "endswith" => |text| Test::Pattern(vec![Part::Star, Part::Text(text)]),
        "wildcard" => |text| Test::Pattern(wildcards(&text)),
        "match" => |text| Test::Regex(text, Vec::new()),
        "cidrmatch" => Test::Cidr,
        _ => return Operand::Computed(span),
    };
    let mut arguments = arguments.into_iter();
    let Some((field, derived)) = arguments.next().and_then(|first| first.subject(query)) else {
        return Operand::Computed(span);
    };
    let leaf = |argument: Operand| {
        let (test, raw, computed) = match argument {
            Operand::Value { raw, text } => (shape(text), raw, false),
            other => {
                let (name, computed) = other.subject(query)?;
                (Test::FieldRef(name.clone()), name, computed)
            }
        };
        Some(Logic::Leaf(Comparison { field: field.clone(), test, raw, derived: derived || computed }))
    };
    match group(arguments.filter_map(leaf).collect()) {
        Some(logic) => Operand::Condition(logic),
        None => Operand::Computed(span),
    }
}

/// One of them, which are the values of one list.
pub(super) fn group(mut values: Vec<Logic<Comparison>>) -> Option<Logic<Comparison>> {
    match values.len() {
        0 | 1 => values.pop(),
        _ => Some(Logic::Alternatives(values)),
    }
}

/// `left` compared with `right`; `None` if no field is compared.
pub(super) fn compare(query: &str, left: &Operand, relation: Relation, right: Operand) -> Option<Logic<Comparison>> {
    match (left, &right) {
        (Operand::Value { .. } | Operand::Null, Operand::Value { .. } | Operand::Null) => return None,
        (Operand::Value { .. } | Operand::Null, _) => {
            return compare(query, &right, relation.flipped(), left.clone());
        }
        (Operand::Condition(condition), Operand::Value { text, .. }) => {
            let holds = (text == "true") == (relation != Relation::Unequal);
            return Some(if holds { condition.clone() } else { condition.clone().negated() });
        }
        _ => {}
    }
    let (field, derived) = left.subject(query)?;
    let presence = |exists: bool| if exists { Test::Exists } else { Test::Missing };
    let leaf = |test, raw: String, derived| Logic::Leaf(Comparison { field: field.clone(), test, raw, derived });
    let logic = match right {
        Operand::Null => return Some(leaf(presence(relation == Relation::Unequal), "null".to_owned(), derived)),
        Operand::Value { raw, text } => {
            if let (Operand::Length { field, .. }, Some(exists)) = (left, filled(relation, &text)) {
                return Some(Logic::Leaf(Comparison::new(field.clone(), presence(exists), raw)));
            }
            leaf(relation.test(text), raw, derived)
        }
        Operand::Field(other) => match relation.test(other.clone()) {
            order @ Test::Order(..) => leaf(order, other, true),
            _ => leaf(Test::FieldRef(other.clone()), other, derived),
        },
        Operand::Length { .. } | Operand::Computed(_) => {
            let (name, _) = right.subject(query)?;
            leaf(Test::FieldRef(name.clone()), name, true)
        }
        Operand::Condition(_) => return None,
    };
    Some(if relation == Relation::Unequal { logic.negated() } else { logic })
}

/// Whether a length that stands in this relation to `number` says no more than that there is something (`> 0`), or nothing.
fn filled(relation: Relation, number: &str) -> Option<bool> {
    match (relation, number) {
        (Relation::Greater | Relation::Unequal, "0") | (Relation::GreaterEqual, "1") => Some(true),
        (Relation::Equal | Relation::LessEqual, "0") | (Relation::Less, "1") => Some(false),
        _ => None,
    }
}

/// A text with `*` and `?` as wildcards, which cannot be escaped.
fn wildcards(text: &str) -> Vec<Part> {
    let mut pattern = Pattern::default();
    for c in text.chars() {
        match c {
            '*' => pattern.wildcard(Part::Star),
            '?' => pattern.wildcard(Part::Question),
            c => pattern.push(c),
        }
    }
    pattern.into_parts()
}
