//! What an operand is: a part of the event, a result of the query, or a time.

use super::columns::{Column, Columns};
use super::read::Reader;
use super::scope::{Bound, Env};
use super::syntax::{Assign, Expr};

/// What stands on the left of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A part of the event.
    Field(String),
    /// A result of the query, by the name of the column that it is, or of the first one that it is made of.
    Derived(String),
    /// Any column.
    Any,
    /// When something happened: no predicate.
    Time,
    /// No column at all.
    Nothing,
}

/// Functions that give the text, number or object that their argument is.
const CONVERSIONS: [&str; 26] = [
    "tolower",
    "toupper",
    "tostring",
    "toint",
    "tolong",
    "todouble",
    "toreal",
    "todecimal",
    "tobool",
    "toboolean",
    "todynamic",
    "toobject",
    "toguid",
    "parse_json",
    "parsejson",
    "parse_xml",
    "coalesce",
    "trim_start",
    "trim_end",
    "trim",
    "column_ifexists",
    "columnifexists",
    "materialize",
    "assert",
    "dynamic_to_json",
    "tohex",
];

/// Functions about when something happened.
const TIMES: [&str; 24] = [
    "ago",
    "now",
    "datetime_diff",
    "datetime_add",
    "datetime_part",
    "ingestion_time",
    "todatetime",
    "totimespan",
    "hourofday",
    "dayofweek",
    "dayofmonth",
    "dayofyear",
    "monthofyear",
    "getmonth",
    "getyear",
    "startofday",
    "endofday",
    "startofweek",
    "startofmonth",
    "startofyear",
    "format_datetime",
    "format_timespan",
    "unixtime_seconds_todatetime",
    "make_datetime",
];

/// Columns that say when something happened.
const TIME_COLUMNS: [&str; 3] = ["Timestamp", "TimeGenerated", "$IngestionTime"];

impl<'q> Reader<'q> {
    /// What an expression says of the event.
    pub(super) fn target(&mut self, expr: &'q Expr, env: Env, columns: &Columns) -> Target {
        self.deeper(|reader| Some(reader.target_within(expr, env, columns))).unwrap_or(Target::Nothing)
    }

    fn target_within(&mut self, expr: &'q Expr, env: Env, columns: &Columns) -> Target {
        match expr {
            Expr::Star => Target::Any,
            Expr::Time => Target::Time,
            Expr::Name(name) => {
                let bound = self.scopes.find(env, name).filter(|_| !columns.knows(name));
                match bound.map(|(_, binding)| (binding.value, binding.outer)) {
                    Some((Bound::Argument(expr, env), _)) => self.target(expr, env, columns),
                    Some((Bound::Value(value), outer)) => match value.expression() {
                        // A column by another name.
                        Some(expr @ (Expr::Path(..) | Expr::Time)) => self.target(expr, outer, columns),
                        _ => Target::Nothing,
                    },
                    Some((Bound::Nothing | Bound::Function(_), _)) => Target::Nothing,
                    None => match self.column(columns, name) {
                        Column::Field(field) if TIME_COLUMNS.contains(&field.as_str()) => Target::Time,
                        Column::Field(field) => Target::Field(field),
                        Column::Derived | Column::Constant(_) => Target::Derived(name.clone()),
                    },
                }
            }
            Expr::Path(base, steps) => {
                let base = self.target(base, env, columns);
                let mut path = String::new();
                let mut known = true;
                for step in steps {
                    match step {
                        Expr::Text(step) => {
                            path.push('.');
                            path.push_str(step);
                        }
                        _ => known = false,
                    }
                }
                match base {
                    Target::Field(field) if known => Target::Field(field + &path),
                    Target::Field(field) | Target::Derived(field) => Target::Derived(field + &path),
                    other => other,
                }
            }
            Expr::Call(name, arguments) => {
                let lower = name.to_ascii_lowercase();
                let first = arguments.first().map(|argument| &argument.value);
                match lower.as_str() {
                    "trim" | "trim_start" | "trim_end" if arguments.len() == 2 => match arguments.get(1) {
                        Some(text) => self.target(&text.value, env, columns),
                        None => Target::Nothing,
                    },
                    "column_ifexists" | "columnifexists" => match first {
                        Some(Expr::Text(column)) => match self.column(columns, column) {
                            Column::Field(field) => Target::Field(field),
                            Column::Derived | Column::Constant(_) => Target::Derived(column.clone()),
                        },
                        Some(other) => self.target(other, env, columns),
                        None => Target::Nothing,
                    },
                    lower if CONVERSIONS.contains(&lower) => match first {
                        Some(inner) => self.target(inner, env, columns),
                        None => Target::Nothing,
                    },
                    lower if TIMES.contains(&lower) => Target::Time,
                    _ => self.derived(arguments, name, env, columns),
                }
            }
            Expr::Minus(inner) | Expr::Not(inner) => as_derived(self.target(inner, env, columns)),
            Expr::Binary(_, left, right) => {
                let left = self.target(left, env, columns);
                let found = if left == Target::Nothing { self.target(right, env, columns) } else { left };
                as_derived(found)
            }
            Expr::Between(value, ..) => as_derived(self.target(value, env, columns)),
            Expr::List(inner) | Expr::And(inner) | Expr::Or(inner) => {
                let found = inner.iter().map(|e| self.target(e, env, columns)).find(|t| *t != Target::Nothing);
                as_derived(found.unwrap_or(Target::Nothing))
            }
            _ => Target::Nothing,
        }
    }

    /// What is computed from arguments: a result, by the name of the first column among them, else of the function.
    pub(super) fn derived(&mut self, arguments: &'q [Assign], function: &str, env: Env, columns: &Columns) -> Target {
        let found = arguments.iter().map(|a| self.target(&a.value, env, columns)).find(|t| *t != Target::Nothing);
        match found.map(as_derived) {
            None | Some(Target::Nothing | Target::Any) => Target::Derived(function.to_owned()),
            Some(target) => target,
        }
    }
}

fn as_derived(target: Target) -> Target {
    match target {
        Target::Field(name) => Target::Derived(name),
        other => other,
    }
}
