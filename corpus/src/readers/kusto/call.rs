//! Conditions: calls that are true or false.

use super::super::logic::Logic;
use super::super::query::Test;
use super::columns::Columns;
use super::condition::{Leaf, alternatives, comparison, leaf, opposite};
use super::read::Reader;
use super::scope::{Bound, Env};
use super::syntax::{Assign, Binary, Expr, Statement};
use super::value::Value;
use crate::normal::Part;

/// The networks that nobody routes.
const PRIVATE: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/// A choice between more than this is followed no further.
const MAX_BRANCHES: usize = 50;

/// What a branch of a choice asks for.
enum Branch {
    /// It is taken, or not, whatever the event says.
    Fixed(bool),
    /// Nothing that the event says.
    Nothing,
    When(Leaf),
}

impl<'q> Reader<'q> {
    /// What a call that is a condition asks for.
    pub(super) fn call_condition(
        &mut self,
        name: &'q str,
        arguments: &'q [Assign],
        env: Env,
        columns: &Columns,
        wanted: bool,
    ) -> Option<Leaf> {
        let argument = |at: usize| arguments.get(at).map(|argument| &argument.value);
        let first = argument(0);
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "isempty" | "isnull" => {
                let target = self.column_of(first?, env, columns);
                leaf(&target, Test::Missing, "")
            }
            "isnotempty" | "isnotnull" | "notempty" | "notnull" => {
                let target = self.column_of(first?, env, columns);
                leaf(&target, Test::Exists, "")
            }
            "tobool" | "toboolean" | "bool" => self.condition(first?, env, columns, wanted),
            "iff" | "iif" | "case" => self.choice(arguments, env, columns, wanted),
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
                // `ipv4_is_match("10.1.2.3", column)`
                let flipped = lower.ends_with("_is_match") && self.constant(first?, env, columns).is_some();
                let (target, others) = match (flipped, arguments) {
                    (true, [net, column, ..]) => (&column.value, std::slice::from_ref(net)),
                    (_, [column, nets @ ..]) => (&column.value, nets),
                    _ => return None,
                };
                let target = self.target(target, env, columns);
                let mut found = Vec::new();
                for Assign { value, .. } in others {
                    match self.constant(value, env, columns) {
                        // The third argument of `ipv4_is_match` is the length of the network.
                        Some(values) => {
                            let nets = values.iter().filter_map(Value::text).filter(|net| net.contains(['.', ':']));
                            found.extend(nets.filter_map(|net| leaf(&target, Test::Cidr(net.to_owned()), net)));
                        }
                        None => {
                            let list = self.list_elsewhere(value, env);
                            found.extend(list.and_then(|name| leaf(&target, Test::Lookup(name.clone()), &name)));
                        }
                    }
                }
                alternatives(found.into_iter())
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
                    Some(_) => self.compare(Binary::In, (element, list), env, columns, wanted),
                    None => self.compare(Binary::Equal, (list, element), env, columns, wanted),
                }
            }
            _ => {
                if let Some((_, binding)) = self.scopes.find(env, name)
                    && let Bound::Function(function) = binding.value
                {
                    let Some(Statement::Query(body)) = function.body.last() else { return None };
                    let inner = self.bind(function, binding.outer, arguments, env);
                    return self.condition(body.expression()?, inner, columns, wanted);
                }
                let target = self.derived(arguments, name, env, columns);
                leaf(&target, Test::Pattern(vec![Part::Text("true".to_owned())]), "true")
            }
        }
    }

    /// `iff(condition, one, other)`, `case(condition, value, condition, value, …, other)`. That no earlier condition holds
    /// is not said again of a later branch.
    fn choice(&mut self, arguments: &'q [Assign], env: Env, columns: &Columns, wanted: bool) -> Option<Leaf> {
        let branch = |reader: &mut Self, expr: &'q Expr, wanted| match expr {
            Expr::Bool(truth) => Branch::Fixed(*truth),
            _ => reader.condition(expr, env, columns, wanted).map_or(Branch::Nothing, Branch::When),
        };
        let followed = arguments.get(..2 * MAX_BRANCHES).unwrap_or(arguments);
        if followed.len() < arguments.len() {
            self.reason("a choice has too many branches to be followed");
        }
        let pairs = followed.chunks_exact(2);
        let mut rest = match pairs.remainder() {
            [other] => branch(self, &other.value, wanted),
            _ => Branch::Nothing,
        };
        for pair in pairs.rev() {
            let [condition, value] = pair else { continue };
            let value = branch(self, &value.value, wanted);
            // Where it is the other branch that is looked for, what leads there must not hold.
            let unless = matches!((&value, &rest), (Branch::Fixed(false), _) | (Branch::When(_), Branch::Fixed(true)));
            let condition = match branch(self, &condition.value, wanted != unless) {
                Branch::When(leaf) if unless => Some(opposite(leaf)),
                Branch::When(leaf) => Some(leaf),
                Branch::Fixed(_) | Branch::Nothing => None,
            };
            rest = match (condition, value, rest) {
                (_, Branch::Fixed(one), Branch::Fixed(other)) if one == other => Branch::Fixed(one),
                (None, Branch::When(value), Branch::When(rest)) => Branch::When(either(value, rest)),
                (None, Branch::When(value), _) => Branch::When(value),
                (None, _, rest) => rest,
                (Some(condition), Branch::Fixed(false), Branch::When(rest)) => Branch::When(condition.and(rest)),
                (Some(condition), Branch::When(value), Branch::Fixed(true)) => Branch::When(either(condition, value)),
                (Some(condition), Branch::When(value), Branch::When(rest)) => {
                    Branch::When(either(condition.and(value), rest))
                }
                (Some(condition), Branch::When(value), _) => Branch::When(condition.and(value)),
                (Some(condition), _, Branch::When(rest)) => Branch::When(either(condition, rest)),
                (Some(condition), ..) => Branch::When(condition),
            };
        }
        match rest {
            Branch::When(leaf) => Some(leaf),
            Branch::Fixed(_) | Branch::Nothing => None,
        }
    }
}

/// `first` or `others`, as one chain.
fn either(first: Leaf, others: Leaf) -> Leaf {
    match others {
        Logic::Or(mut nodes) => {
            nodes.insert(0, first);
            Logic::Or(nodes)
        }
        other => first.or(other),
    }
}

/// Whether an expression is true or false by its form.
pub(super) fn is_condition(expr: &Expr) -> bool {
    match expr {
        Expr::And(_) | Expr::Or(_) | Expr::Not(_) | Expr::Between(..) => true,
        Expr::Binary(operator, ..) => !matches!(operator, Binary::Arithmetic(_)),
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
