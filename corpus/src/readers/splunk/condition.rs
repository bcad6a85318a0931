//! Expressions as conditions of a search, such as those of `where`.

use super::eval::{Expr, expression};
use super::pipeline::{Reader, Tree};
use super::scope::{Origin, Scope};
use super::search::single;
use crate::normal::Part;
use crate::op::Base;
use crate::readers::logic::Logic;
use crate::readers::query::{Comparison, Pattern, Test, derived};

/// Reads a condition, as far as it goes. `None` where it says nothing about fields.
pub(super) fn condition(text: &str, scope: &Scope, reader: &mut Reader<'_>) -> Option<Tree> {
    expression(text, reader)?.condition(scope, reader)
}

impl Expr<'_> {
    /// As a condition. `None` where it says nothing about fields.
    fn condition(&self, scope: &Scope, reader: &mut Reader<'_>) -> Option<Tree> {
        match self {
            Self::Not(inner) => inner.condition(scope, reader).map(Logic::negated),
            Self::And(list) => joined_by(list, Logic::and, scope, reader),
            Self::Or(list) => joined_by(list, Logic::or, scope, reader),
            Self::Compare(operator, left, right) => compare(operator, left, right, scope),
            Self::Call(function, arguments) => call(function, arguments, scope, reader),
            Self::Field(_) | Self::Text(_) | Self::Number(_) | Self::Computed(_) => {
                reader.problem("a condition that compares nothing");
                None
            }
        }
    }
}

fn joined_by(list: &[Expr<'_>], by: fn(Tree, Tree) -> Tree, scope: &Scope, reader: &mut Reader<'_>) -> Option<Tree> {
    let mut all = None;
    for condition in list.iter().filter_map(|expr| expr.condition(scope, reader)) {
        all = Some(match all {
            Some(all) => by(all, condition),
            None => condition,
        });
    }
    all
}

fn compare(operator: &str, left: &Expr<'_>, right: &Expr<'_>, scope: &Scope) -> Option<Tree> {
    if left.any_field().is_none() || left.is_null() {
        let turned = match operator {
            "<" => ">",
            "<=" => ">=",
            ">" => "<",
            ">=" => "<=",
            same => same,
        };
        return if right.any_field().is_none() { None } else { compare(turned, right, left, scope) };
    }
    let equality = matches!(operator, "=" | "==" | "!=");
    let tree = if equality && right.is_null() {
        // `x != null` looks for what is there.
        if operator == "!=" {
            return test(left, Test::Exists, "", scope);
        }
        test(left, Test::Missing, "", scope)?
    } else if let Some(value) = right.constant() {
        let test_of = match operator {
            "<" => Test::Order(Base::Lt, value.clone()),
            "<=" => Test::Order(Base::Lte, value.clone()),
            ">" => Test::Order(Base::Gt, value.clone()),
            ">=" => Test::Order(Base::Gte, value.clone()),
            _ => Test::Pattern(plain(&value)),
        };
        test(left, test_of, &value, scope)?
    } else {
        let other = right.any_field()?;
        match right.same_field() {
            Some(name) if equality => {
                let (other, made) = match scope.of(name) {
                    Origin::Event(field) => (field, false),
                    _ => (other.to_owned(), true),
                };
                let tree = test(left, Test::FieldRef(other), name, scope)?;
                if made { derived(tree) } else { tree }
            }
            // Compared with what is computed.
            _ => {
                let field = left.any_field()?;
                let test = Test::FieldRef(other.to_owned());
                Logic::Leaf(Comparison { derived: true, ..Comparison::new(field, test, other) })
            }
        }
    };
    Some(if operator == "!=" { tree.negated() } else { tree })
}

/// A part of an expression compared with something: the field that it is, one of several, or something computed.
fn test(subject: &Expr<'_>, test: Test, raw: &str, scope: &Scope) -> Option<Tree> {
    if let Some(field) = subject.same_field() {
        return Some(scope.compare(field, test, raw));
    }
    if let Expr::Call(function, arguments) = subject
        && function == "coalesce"
        && arguments.iter().any(|argument| argument.same_field().is_some())
    {
        let fields = arguments.iter().filter_map(Expr::same_field);
        return Some(Logic::Alternatives(fields.map(|field| scope.compare(field, test.clone(), raw)).collect()));
    }
    let field = subject.any_field()?;
    Some(Logic::Leaf(Comparison { derived: true, ..Comparison::new(super::scope::plain(field), test, raw) }))
}

fn call(function: &str, arguments: &[Expr<'_>], scope: &Scope, reader: &mut Reader<'_>) -> Option<Tree> {
    match (function, arguments) {
        ("like", [subject, pattern]) => match pattern.constant() {
            Some(pattern) => test(subject, Test::Pattern(like(&pattern)), &pattern, scope),
            None => computed(subject, pattern),
        },
        ("match", [subject, regex]) => match regex.constant() {
            Some(regex) => test(subject, Test::Regex(regex.clone(), Vec::new()), &regex, scope),
            None => computed(subject, regex),
        },
        ("cidrmatch", [network, subject]) => match network.constant() {
            Some(network) => test(subject, Test::Cidr(network.clone()), &network, scope),
            None => computed(subject, network),
        },
        // `mvfind` gives the place of the first value that matches, null if none does.
        ("isnotnull", [Expr::Call(inner, arguments)]) if inner == "mvfind" => call("match", arguments, scope, reader),
        ("isnull", [Expr::Call(inner, arguments)]) if inner == "mvfind" => {
            call("match", arguments, scope, reader).map(Logic::negated)
        }
        ("isnotnull", [subject]) => test(subject, Test::Exists, "", scope),
        ("isnull", [subject]) => test(subject, Test::Missing, "", scope),
        ("in", [subject, values @ ..]) => {
            let values = values.iter().filter_map(|value| compare("=", subject, value, scope));
            Some(Logic::Alternatives(values.collect()))
        }
        ("searchmatch", [search]) => {
            search.constant().and_then(|text| super::search::parse(&text, false, scope, reader).0)
        }
        ("true" | "false", []) => None,
        _ => {
            reader.problem(&format!("unknown condition `{function}`"));
            None
        }
    }
}

/// Compared with a pattern that is computed.
fn computed(subject: &Expr<'_>, pattern: &Expr<'_>) -> Option<Tree> {
    let (field, other) = (subject.any_field()?, pattern.any_field()?);
    let test = Test::FieldRef(other.to_owned());
    Some(Logic::Leaf(Comparison { derived: true, ..Comparison::new(field, test, other) }))
}

/// The parts of a pattern of `like`: `%` is any text, `_` one character. Between letters or digits it is meant as it stands:
/// who looks for `id_rsa` looks for no other name.
fn like(pattern: &str) -> Vec<Part> {
    let mut parts = Pattern::default();
    let mut chars = pattern.chars().peekable();
    let mut after_word = false;
    while let Some(c) = chars.next() {
        match c {
            '%' => parts.wildcard(Part::Star),
            '_' if !(after_word && chars.peek().is_some_and(|next| next.is_alphanumeric())) => {
                parts.wildcard(Part::Question);
            }
            c => parts.push(c),
        }
        after_word = c.is_alphanumeric();
    }
    let single = |(at, part)| match part {
        Part::Text(text) => Part::Text(single(&text, at == 0)),
        wildcard => wildcard,
    };
    parts.into_parts().into_iter().enumerate().map(single).collect()
}

/// A text in which nothing is a wildcard.
fn plain(text: &str) -> Vec<Part> {
    if text.is_empty() { Vec::new() } else { vec![Part::Text(single(text, true))] }
}
