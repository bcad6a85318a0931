//! Conditions: expressions over columns and constants become comparisons.

use super::super::logic::Logic;
use super::super::query::{Comparison, Test};
use super::columns::Columns;
use super::read::Reader;
use super::scope::{Bound, Env};
use super::syntax::{Assign, Binary, Expr, Statement};
use super::target::Target;
use super::value::Value;
use crate::normal::Part;
use crate::op::Base;

/// The networks that nobody routes.
const PRIVATE: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

type Leaf = Logic<Comparison>;

impl<'q> Reader<'q> {
    /// What a condition asks for; `None` where it asks for nothing that the event says. In a `search`, bare texts are
    /// keywords. `wanted` is false below an odd number of negations.
    pub(super) fn condition(
        &mut self,
        expr: &'q Expr,
        env: Env,
        columns: &Columns,
        search: bool,
        wanted: bool,
    ) -> Option<Leaf> {
        self.deeper(|reader| match expr {
            Expr::And(operands) | Expr::Or(operands) => {
                let read: Vec<_> =
                    operands.iter().filter_map(|e| reader.condition(e, env, columns, search, wanted)).collect();
                match expr {
                    _ if read.is_empty() => None,
                    Expr::And(_) => Some(Logic::And(read)),
                    _ => Some(Logic::Or(read)),
                }
            }
            Expr::Not(inner) => reader.condition(inner, env, columns, search, !wanted).map(opposite),
            Expr::Binary(Binary::Arithmetic, ..) => None,
            Expr::Binary(operator, left, right) => {
                reader.compare(*operator, (left, right), env, columns, search, wanted)
            }
            Expr::Between(value, from, to) => {
                let from = reader.compare(Binary::GreaterEqual, (value, from), env, columns, search, wanted);
                let to = reader.compare(Binary::LessEqual, (value, to), env, columns, search, wanted);
                match (from, to) {
                    (Some(from), Some(to)) => Some(from.and(to)),
                    (one, other) => one.or(other),
                }
            }
            Expr::Text(text) if search => Some(keyword(text)),
            Expr::Call(name, arguments) => reader.call_condition(name, arguments, env, columns, search, wanted),
            Expr::Name(name) => match reader.scopes.find(env, name).filter(|_| !columns.knows(name)) {
                Some((_, binding)) => match binding.value {
                    Bound::Value(value) => {
                        let none = Columns::default();
                        let expr = value.expression().filter(|expr| !matches!(expr, Expr::Bool(_)))?;
                        reader.condition(expr, binding.outer, &none, search, wanted)
                    }
                    Bound::Argument(expr, env) => reader.condition(expr, env, columns, search, wanted),
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

    fn call_condition(
        &mut self,
        name: &'q str,
        arguments: &'q [Assign],
        env: Env,
        columns: &Columns,
        search: bool,
        wanted: bool,
    ) -> Option<Leaf> {
        let argument = |at: usize| arguments.get(at).map(|argument| &argument.value);
        let first = argument(0);
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "isempty" | "isnull" => {
                let target = self.target(first?, env, columns);
                leaf(&target, Test::Missing, "")
            }
            "isnotempty" | "isnotnull" | "notempty" | "notnull" => {
                let target = self.target(first?, env, columns);
                leaf(&target, Test::Exists, "")
            }
            "tobool" | "toboolean" | "bool" => self.condition(first?, env, columns, search, wanted),
            "ipv4_is_private" => {
                let target = self.target(first?, env, columns);
                alternatives(PRIVATE.iter().filter_map(|net| leaf(&target, Test::Cidr((*net).to_owned()), net)))
            }
            "ipv4_is_in_range"
            | "ipv4_is_match"
            | "ipv6_is_in_range"
            | "ipv6_is_match"
            | "ipv4_is_in_any_range"
            | "ipv6_is_in_any_range" => {
                let target = self.target(first?, env, columns);
                let mut nets = Vec::new();
                for argument in arguments.get(1..)? {
                    // The third argument of `ipv4_is_match` is the length of the network.
                    let values = self.constant(&argument.value, env, columns).unwrap_or_default();
                    nets.extend(values.iter().filter_map(Value::text).map(str::to_owned));
                }
                let nets = nets.iter().filter(|net| net.contains(['.', ':']));
                alternatives(nets.filter_map(|net| leaf(&target, Test::Cidr(net.clone()), net)))
            }
            "has_ipv4" | "has_any_ipv4" | "has_ipv4_prefix" | "has_any_ipv4_prefix" => {
                let target = self.target(first?, env, columns);
                let mut texts = Vec::new();
                for argument in arguments.get(1..)? {
                    texts.extend(self.constant(&argument.value, env, columns).unwrap_or_default());
                }
                alternatives(texts.iter().filter_map(|value| comparison(Binary::Contains, &target, value)))
            }
            "set_has_element" | "array_has_element" => {
                let (list, element) = (first?, argument(1)?);
                match self.constant(list, env, columns) {
                    Some(_) => self.compare(Binary::In, (element, list), env, columns, search, wanted),
                    None => self.compare(Binary::Equal, (list, element), env, columns, search, wanted),
                }
            }
            _ => {
                if let Some((_, binding)) = self.scopes.find(env, name)
                    && let Bound::Function(function) = binding.value
                {
                    let Some(Statement::Query(body)) = function.body.last() else { return None };
                    let inner = self.bind(function, binding.outer, arguments, env);
                    return self.condition(body.expression()?, inner, columns, search, wanted);
                }
                let target = self.derived(arguments, name, env, columns);
                leaf(&target, Test::Pattern(vec![Part::Text("true".to_owned())]), "true")
            }
        }
    }

    fn compare(
        &mut self,
        operator: Binary,
        (left, right): (&'q Expr, &'q Expr),
        env: Env,
        columns: &Columns,
        search: bool,
        wanted: bool,
    ) -> Option<Leaf> {
        let values = self.constant(right, env, columns);
        let Some(values) = values else {
            if operator != Binary::In
                && let Some(values) = self.constant(left, env, columns)
            {
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
            let condition = self.condition(left, env, columns, search, wanted == truth)?;
            return Some(if truth { condition } else { opposite(condition) });
        }
        let mut target = self.target(left, env, columns);
        if let (Target::Nothing, Expr::Name(name)) = (&target, left) {
            // A column that has the name of a constant.
            target = Target::Field(name.clone());
        }
        let leaves = values.iter().filter_map(|value| comparison(operator, &target, value));
        match operator {
            Binary::HasAll => {
                let all: Vec<_> = leaves.collect();
                (!all.is_empty()).then_some(Logic::And(all))
            }
            _ => alternatives(leaves),
        }
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

/// Whether an expression is true or false by its form.
fn is_condition(expr: &Expr) -> bool {
    match expr {
        Expr::And(_) | Expr::Or(_) | Expr::Not(_) | Expr::Between(..) => true,
        Expr::Binary(operator, ..) => *operator != Binary::Arithmetic,
        Expr::Call(name, _) => {
            let lower = name.to_ascii_lowercase();
            ["is", "ipv4_is_", "ipv6_is_", "has_", "set_has_", "array_has_"]
                .iter()
                .any(|start| lower.starts_with(start))
                && !lower.ends_with("_index")
        }
        _ => false,
    }
}

/// The opposite: that something is missing is the opposite of that it is there, and no exclusion.
fn opposite(logic: Leaf) -> Leaf {
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
fn alternatives(leaves: impl Iterator<Item = Leaf>) -> Option<Leaf> {
    let mut leaves: Vec<_> = leaves.collect();
    match leaves.len() {
        0 => None,
        1 => leaves.pop(),
        _ => Some(Logic::Alternatives(leaves)),
    }
}

fn leaf(target: &Target, test: Test, raw: &str) -> Option<Leaf> {
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
fn comparison(operator: Binary, target: &Target, value: &Value) -> Option<Leaf> {
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
        Binary::Arithmetic => return None,
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
