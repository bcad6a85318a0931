//! Conditions: expressions over columns and constants become comparisons.

use super::super::logic::Logic;
use super::super::query::{Comparison, Test};
use super::call::is_condition;
use super::columns::Columns;
use super::read::Reader;
use super::scope::{Bound, Env};
use super::syntax::{Binary, Expr};
use super::target::Target;
use super::value::{Value, is_placeholder};
use crate::normal::Part;
use crate::op::Base;

pub(super) type Leaf = Logic<Comparison>;

impl<'q> Reader<'q> {
    /// What a condition asks for; `None` where it asks for nothing that the event says. A bare text is a keyword: in a
    /// `search`, and where a converter from another language put one. `wanted` is false below an odd number of negations.
    pub(super) fn condition(&mut self, expr: &'q Expr, env: Env, columns: &Columns, wanted: bool) -> Option<Leaf> {
        self.deeper(|reader| match expr {
            Expr::And(operands) | Expr::Or(operands) => {
                let mut read: Vec<_> = operands.iter().map(|e| reader.condition(e, env, columns, wanted)).collect();
                if matches!(expr, Expr::Or(_)) == wanted && read.iter().any(Option::is_some) {
                    for (operand, read) in operands.iter().zip(&mut read).filter(|(_, read)| read.is_none()) {
                        *read = reader.membership(operand, env, columns);
                    }
                }
                let read: Vec<_> = read.into_iter().flatten().collect();
                match expr {
                    _ if read.is_empty() => None,
                    Expr::And(_) => Some(Logic::And(read)),
                    _ => Some(Logic::Or(read)),
                }
            }
            Expr::Not(inner) => reader.condition(inner, env, columns, !wanted).map(opposite),
            Expr::Binary(Binary::Arithmetic(_), ..) => None,
            Expr::Binary(operator, left, right) => reader.compare(*operator, (left, right), env, columns, wanted),
            Expr::Between(value, from, to) => {
                let from = reader.compare(Binary::GreaterEqual, (value, from), env, columns, wanted);
                let to = reader.compare(Binary::LessEqual, (value, to), env, columns, wanted);
                match (from, to) {
                    (Some(from), Some(to)) => Some(from.and(to)),
                    (one, other) => one.or(other),
                }
            }
            Expr::Text(text) if !text.is_empty() && !is_placeholder(text) => Some(keyword(text)),
            Expr::Call(name, arguments) => reader.call_condition(name, arguments, env, columns, wanted),
            Expr::Name(name) => match reader.scopes.find(env, name).filter(|_| !columns.knows(name)) {
                Some((_, binding)) => match binding.value {
                    Bound::Value(value) => {
                        let none = Columns::default();
                        let expr = value.expression().filter(|expr| !matches!(expr, Expr::Bool(_)))?;
                        reader.condition(expr, binding.outer, &none, wanted)
                    }
                    Bound::Argument(expr, env) => reader.condition(expr, env, columns, wanted),
                    Bound::Function(_) | Bound::Nothing => None,
                },
                None => reader.truth(expr, env, columns),
            },
            Expr::Path(..) => reader.truth(expr, env, columns),
            _ => None,
        })
    }

    /// A value that is a condition itself.
    fn truth(&mut self, expr: &'q Expr, env: Env, columns: &Columns) -> Option<Leaf> {
        let target = self.target(expr, env, columns);
        leaf(&target, Test::Pattern(vec![Part::Text("true".to_owned())]), "true")
    }

    pub(super) fn compare(
        &mut self,
        operator: Binary,
        (left, right): (&'q Expr, &'q Expr),
        env: Env,
        columns: &Columns,
        wanted: bool,
    ) -> Option<Leaf> {
        let values = self.constant(right, env, columns);
        let Some(values) = values else {
            if let Some(values) = self.constant(left, env, columns) {
                // `"x" in (column, column)`
                if let (Binary::In, Expr::List(names)) = (operator, right) {
                    let targets: Vec<_> = names.iter().map(|name| self.target(name, env, columns)).collect();
                    let any = |target| alternatives(values.iter().filter_map(|v| comparison(Binary::Equal, target, v)));
                    return one_or(targets.iter().filter_map(any).collect());
                }
                // `"x" == column`; `4 < column`
                let flipped = match operator {
                    Binary::Equal => Binary::Equal,
                    Binary::Less => Binary::Greater,
                    Binary::LessEqual => Binary::GreaterEqual,
                    Binary::Greater => Binary::Less,
                    Binary::GreaterEqual => Binary::LessEqual,
                    _ => return None,
                };
                let target = self.target(right, env, columns);
                return alternatives(values.iter().filter_map(|value| comparison(flipped, &target, value)));
            }
            return self.compare_columns(left, right, env, columns, wanted);
        };
        // `isempty(x) == false`
        if let ([Value::Bool(truth)], Binary::Equal, true) = (values.as_slice(), operator, is_condition(left)) {
            let truth = *truth;
            let condition = self.condition(left, env, columns, wanted == truth)?;
            return Some(if truth { condition } else { opposite(condition) });
        }
        let target = match (self.column_of(left, env, columns), left) {
            // `let on = "on"; … on == "on"` is no question.
            (Target::Nothing, _) if self.constant(left, env, columns).as_ref() == Some(&values) => return None,
            // A column that has the name of a constant.
            (Target::Nothing, Expr::Name(name)) if !self.is_parameter(env, name) => Target::Field(name.clone()),
            (target, _) => target,
        };
        let leaves = values.iter().filter_map(|value| comparison(operator, &target, value));
        match operator {
            Binary::HasAll => {
                let all: Vec<_> = leaves.collect();
                (!all.is_empty()).then_some(Logic::And(all))
            }
            _ => alternatives(leaves),
        }
    }

    /// What an operand is; a name in quotes, as converters from other languages write those with dots, is a column.
    pub(super) fn column_of(&mut self, expr: &'q Expr, env: Env, columns: &Columns) -> Target {
        match expr {
            Expr::Text(name) if is_name(name) => Target::Field(name.clone()),
            _ => self.target(expr, env, columns),
        }
    }

    fn is_parameter(&self, env: Env, name: &str) -> bool {
        let binding = self.scopes.find(env, name);
        binding.is_some_and(|(_, binding)| matches!(binding.value, Bound::Argument(..) | Bound::Nothing))
    }

    /// A column against a list kept elsewhere, a query or another column.
    fn compare_columns(
        &mut self,
        left: &'q Expr,
        right: &'q Expr,
        env: Env,
        columns: &Columns,
        wanted: bool,
    ) -> Option<Leaf> {
        let target = self.target(left, env, columns);
        if let Some(name) = self.list_elsewhere(right, env) {
            return leaf(&target, Test::Lookup(name.clone()), &name);
        }
        if self.is_table(right, env, columns) {
            if wanted {
                self.subquery(right, env);
            }
            return None;
        }
        match (self.target(right, env, columns), &target) {
            (Target::Nothing | Target::Any, _) | (_, Target::Nothing) => None,
            (Target::Time, _) => None,
            (Target::Field(other), _) => leaf(&target, Test::FieldRef(other.clone()), &other),
            (Target::Derived(other), Target::Field(name) | Target::Derived(name)) => {
                leaf(&Target::Derived(name.clone()), Test::FieldRef(other.clone()), &other)
            }
            (Target::Derived(_), _) => None,
        }
    }

    /// That a column's value is among the results of a query: what the event says does not decide it, but without it an
    /// exclusion beside it would seem to hold on its own.
    fn membership(&mut self, expr: &'q Expr, env: Env, columns: &Columns) -> Option<Leaf> {
        match expr {
            Expr::Not(inner) => self.membership(inner, env, columns).map(opposite),
            Expr::Binary(Binary::In, column, table) if self.is_table(table, env, columns) => {
                match self.target(column, env, columns) {
                    Target::Field(name) | Target::Derived(name) => {
                        let table = if let Expr::Name(table) = &**table { table } else { "query" };
                        leaf(&Target::Derived(name), Test::Lookup(table.to_owned()), table)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether an expression is a query and not a value.
    fn is_table(&self, expr: &'q Expr, env: Env, columns: &Columns) -> bool {
        match expr {
            Expr::Query(_) => true,
            Expr::Name(name) if !columns.knows(name) => match self.scopes.find(env, name) {
                Some((_, binding)) => match binding.value {
                    Bound::Value(value) => match value.expression() {
                        Some(Expr::Call(name, _)) => name.eq_ignore_ascii_case("materialize"),
                        Some(Expr::Query(_)) => true,
                        Some(_) => false,
                        None => true,
                    },
                    Bound::Argument(Expr::Query(_), _) | Bound::Function(_) => true,
                    Bound::Argument(..) | Bound::Nothing => false,
                },
                None => false,
            },
            Expr::Call(name, _) => {
                name.eq_ignore_ascii_case("toscalar")
                    || name.eq_ignore_ascii_case("materialize")
                    || self.scopes.find(env, name).is_some()
            }
            _ => false,
        }
    }
}

/// The opposite: that something is missing is the opposite of that it is there, and no exclusion.
pub(super) fn opposite(logic: Leaf) -> Leaf {
    match logic {
        Logic::Leaf(leaf) if matches!(leaf.test, Test::Missing) => {
            Logic::Leaf(Comparison { test: Test::Exists, ..leaf })
        }
        Logic::Leaf(leaf) if matches!(leaf.test, Test::Exists) => {
            Logic::Leaf(Comparison { test: Test::Missing, ..leaf })
        }
        other => other.negated(),
    }
}

/// One of them, as the values of one list.
pub(super) fn alternatives(leaves: impl Iterator<Item = Leaf>) -> Option<Leaf> {
    let mut leaves: Vec<_> = leaves.collect();
    match leaves.len() {
        0 => None,
        1 => leaves.pop(),
        _ => Some(Logic::Alternatives(leaves)),
    }
}

/// One of them, each on its own terms.
fn one_or(mut nodes: Vec<Leaf>) -> Option<Leaf> {
    match nodes.len() {
        0 | 1 => nodes.pop(),
        _ => Some(Logic::Or(nodes)),
    }
}

/// Whether a text can be the name of a column: letters, digits, and what parts of a name stand between.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

pub(super) fn leaf(target: &Target, test: Test, raw: &str) -> Option<Leaf> {
    let comparison = match target {
        Target::Field(field) => Comparison::new(field.clone(), test, raw),
        Target::Derived(name) => Comparison { derived: true, ..Comparison::new(name.clone(), test, raw) },
        Target::Any => match test {
            Test::Pattern(parts) => Comparison::new("", Test::Keyword(parts), raw),
            _ => return None,
        },
        Target::Time | Target::Nothing => return None,
    };
    Some(Logic::Leaf(comparison))
}

/// A text of a `search`; its stars are wildcards.
fn keyword(text: &str) -> Leaf {
    let mut parts = Vec::new();
    for (i, piece) in text.split('*').enumerate() {
        if i > 0 {
            parts.push(Part::Star);
        }
        if !piece.is_empty() {
            parts.push(Part::Text(piece.to_owned()));
        }
    }
    Logic::Leaf(Comparison::new("", Test::Keyword(parts), text))
}

/// A column against one value.
pub(super) fn comparison(operator: Binary, target: &Target, value: &Value) -> Option<Leaf> {
    let raw = match value {
        Value::Text(text) | Value::Number(text) => text.as_str(),
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Null => "",
        Value::Time => return None,
    };
    let text = || Part::Text(raw.to_owned());
    let order = |base| Test::Order(base, raw.to_owned());
    let test = match operator {
        // An empty text is what Kusto has for one that is not there.
        Binary::Equal | Binary::In if raw.is_empty() => Test::Missing,
        Binary::Equal | Binary::In => Test::Pattern(vec![text()]),
        // Every text contains the empty one.
        Binary::Contains | Binary::StartsWith | Binary::EndsWith | Binary::HasAny | Binary::HasAll
            if raw.is_empty() =>
        {
            return None;
        }
        Binary::Contains | Binary::HasAny | Binary::HasAll => Test::Pattern(vec![Part::Star, text(), Part::Star]),
        Binary::StartsWith => Test::Pattern(vec![text(), Part::Star]),
        Binary::EndsWith => Test::Pattern(vec![Part::Star, text()]),
        Binary::Regex => Test::Regex(raw.to_owned(), Vec::new()),
        Binary::Less => order(Base::Lt),
        Binary::LessEqual => order(Base::Lte),
        Binary::Greater => order(Base::Gt),
        Binary::GreaterEqual => order(Base::Gte),
        Binary::Arithmetic(_) => return None,
    };
    leaf(target, test, raw)
}

/// A parameter of a parser of Sentinel's common schema, as the condition that it stands for: the name of a field, with
/// `_has_any` and the like behind it where it does not mean the whole value.
pub(super) fn parameter(name: &str, values: Vec<Value>) -> Option<Leaf> {
    let endings = [
        ("_has_any_prefix", Binary::StartsWith),
        ("_has_any", Binary::Contains),
        ("_has_all", Binary::HasAll),
        ("_has", Binary::Contains),
        ("_in", Binary::Equal),
        ("_prefix", Binary::StartsWith),
    ];
    let lower = name.to_ascii_lowercase();
    if matches!(lower.as_str(), "starttime" | "endtime" | "disabled" | "pack") {
        return None;
    }
    let (field, operator) = endings
        .iter()
        .find_map(|(ending, operator)| lower.strip_suffix(ending).map(|field| (field.to_owned(), *operator)))
        .unwrap_or((lower, Binary::Equal));
    let target = Target::Field(field);
    alternatives(
        values.iter().filter(|value| value.text() != Some("*")).filter_map(|v| comparison(operator, &target, v)),
    )
}
