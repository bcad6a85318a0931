//! What an expression of ES|QL is worth, and what it says when it is compared.

use super::super::super::logic::Logic;
use super::super::super::query::{Comparison, Test, derived, wildcards};
use crate::normal::Part;
use crate::op::Base;

/// What is computed is called as it is written, up to so many characters: every value of a list names it again.
const MAX_NAME: usize = 200;

/// A condition.
pub(super) type Tree = Logic<Comparison>;

/// An expression, read.
#[derive(Clone, Debug)]
pub(super) struct Value<'q> {
    /// As it stands in the query; of a text, without its quotes.
    pub(super) raw: &'q str,
    /// What it is.
    pub(super) kind: Kind,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A column or, through `coalesce`, the first one of several that is there.
    Columns(Vec<Column>),
    /// A text, number, or truth value.
    Literal(String),
    /// `null`
    Null,
    /// Values in brackets.
    List(Vec<Literal>),
    /// What is computed, from columns or not.
    Computed { columns: bool },
    /// A condition; without a tree, one that says nothing.
    Condition(Option<Tree>),
}

/// A column of the table at this place of the query.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// The field it is, or its own name.
    pub(super) name: String,
    /// It is a result of the query.
    pub(super) derived: bool,
}

/// A constant value.
#[derive(Clone, Debug)]
pub(super) struct Literal {
    /// As written.
    pub(super) raw: String,
    /// What it means.
    pub(super) text: String,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// `==`, `=~`, `:`
    Equal,
    /// `!=`
    Unequal,
    /// [`Base::Lt`], [`Base::Lte`], [`Base::Gt`] or [`Base::Gte`].
    Order(Base),
}

impl Relation {
    /// The relation of `b` to `a`, where this is that of `a` to `b`.
    fn turned(self) -> Self {
        match self {
            Self::Order(Base::Lt) => Self::Order(Base::Gt),
            Self::Order(Base::Lte) => Self::Order(Base::Gte),
            Self::Order(Base::Gt) => Self::Order(Base::Lt),
            Self::Order(Base::Gte) => Self::Order(Base::Lte),
            other => other,
        }
    }
}

impl Value<'_> {
    /// What cannot be read, or says nothing.
    pub(super) fn nothing() -> Self {
        Self { raw: "", kind: Kind::Condition(None) }
    }

    /// The value as a condition: a column that holds a truth value is one.
    pub(super) fn condition(self) -> Option<Tree> {
        match self.kind {
            Kind::Condition(tree) => tree,
            Kind::Columns(_) | Kind::Computed { .. } => {
                self.test(&Test::Pattern(vec![Part::Text("true".into())]), "true")
            }
            // `where true`
            Kind::Literal(_) | Kind::Null | Kind::List(_) => None,
        }
    }

    /// The condition that a test of this value is.
    pub(super) fn test(&self, test: &Test, raw: &str) -> Option<Tree> {
        let leaf =
            |name: &str, derived: bool| Logic::Leaf(Comparison { derived, ..Comparison::new(name, test.clone(), raw) });
        match &self.kind {
            Kind::Columns(columns) => {
                let mut nodes: Vec<_> = columns.iter().map(|column| leaf(&column.name, column.derived)).collect();
                match nodes.len() {
                    1 => nodes.pop(),
                    // The first one that is there is not there if none is.
                    _ if *test == Test::Missing => Some(Logic::And(nodes)),
                    _ => Some(Logic::Alternatives(nodes)),
                }
            }
            Kind::Computed { .. } => {
                let end = self.raw.char_indices().nth(MAX_NAME).map_or(self.raw.len(), |(end, _)| end);
                Some(leaf(self.raw.get(..end).unwrap_or_default(), true))
            }
            _ => None,
        }
    }

    /// `self` in `relation` to `other`.
    pub(super) fn compared(self, relation: Relation, other: &Self) -> Option<Tree> {
        match (self.kind, &other.kind) {
            (Kind::Condition(tree), Kind::Literal(text)) if (text == "true") == (relation == Relation::Unequal) => {
                tree.map(Logic::negated)
            }
            (Kind::Condition(tree), _) => tree,
            (kind, _) => Self { kind, ..self }.related(relation, other),
        }
    }

    /// `self` in `relation` to `other`, where it is no condition.
    pub(super) fn related(&self, relation: Relation, other: &Self) -> Option<Tree> {
        let constant = |value: &Self| matches!(value.kind, Kind::Literal(_) | Kind::Null | Kind::List(_));
        if constant(self) {
            return if constant(other) { None } else { other.related(relation.turned(), self) };
        }
        let unequal = relation == Relation::Unequal;
        let equal = matches!(relation, Relation::Equal | Relation::Unequal);
        let test = match &other.kind {
            Kind::Null if unequal => return self.test(&Test::Exists, ""),
            Kind::Null => Test::Missing,
            Kind::Columns(columns) => Test::FieldRef(columns.first().map(|c| c.name.clone()).unwrap_or_default()),
            Kind::Computed { columns: true } => Test::FieldRef(other.raw.to_owned()),
            Kind::List(values) if equal => {
                let values = values.iter().filter_map(|value| self.is(value));
                return all(values.collect()).map(|tree| if unequal { tree.negated() } else { tree });
            }
            Kind::Literal(text) => match relation {
                Relation::Order(base) => Test::Order(base, text.clone()),
                _ => Test::Pattern(vec![Part::Text(text.clone())]),
            },
            Kind::Computed { columns: false } | Kind::List(_) => match relation {
                Relation::Order(base) => Test::Order(base, other.raw.to_owned()),
                _ => Test::Pattern(vec![Part::Text(other.raw.to_owned())]),
            },
            Kind::Condition(_) => return None,
        };
        let computed = match &other.kind {
            Kind::Columns(columns) => columns.iter().any(|column| column.derived),
            // Of the event or not: `now() - 1 day` is no value that events are looked for by.
            Kind::Computed { .. } => true,
            _ => false,
        };
        let tree = self.test(&test, other.raw).map(|tree| if computed { derived(tree) } else { tree });
        tree.map(|tree| if unequal { tree.negated() } else { tree })
    }

    /// `self == literal`
    pub(super) fn is(&self, literal: &Literal) -> Option<Tree> {
        self.test(&Test::Pattern(vec![Part::Text(literal.text.clone())]), &literal.raw)
    }

    /// `self like literal`
    pub(super) fn like(&self, literal: &Literal) -> Option<Tree> {
        self.test(&Test::Pattern(wildcards(&literal.text)), &literal.raw)
    }

    /// `self rlike literal`
    pub(super) fn rlike(&self, literal: &Literal) -> Option<Tree> {
        self.test(&Test::Regex(literal.text.clone(), Vec::new()), &literal.raw)
    }

    /// The constants that this is or lists.
    pub(super) fn literals(&self) -> Vec<Literal> {
        match &self.kind {
            Kind::Literal(text) => vec![Literal { raw: self.raw.to_owned(), text: text.clone() }],
            Kind::List(values) => values.clone(),
            _ => Vec::new(),
        }
    }

    /// Whether it depends on the event.
    pub(super) fn has_columns(&self) -> bool {
        matches!(self.kind, Kind::Columns(_) | Kind::Computed { columns: true } | Kind::Condition(_))
    }
}

/// All of them; `None` of none.
pub(super) fn all(mut nodes: Vec<Tree>) -> Option<Tree> {
    if nodes.len() > 1 { Some(Logic::And(nodes)) } else { nodes.pop() }
}

/// One of them, as the values of a list; `None` of none.
pub(super) fn any(mut nodes: Vec<Tree>) -> Option<Tree> {
    if nodes.len() > 1 { Some(Logic::Alternatives(nodes)) } else { nodes.pop() }
}
