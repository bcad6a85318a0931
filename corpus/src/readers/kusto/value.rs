//! Constants: what an expression is that no event has a say in.

use super::columns::Columns;
use super::read::Reader;
use super::scope::{Binding, Bound, Env};
use super::syntax::{Assign, Binary, Expr, Pipeline, Source, Stage, Statement};

/// So many values of one list are read.
const MAX_VALUES: usize = 5_000;

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Number(String),
    Bool(bool),
    Null,
    /// A point in time or a length of it.
    Time,
}

impl Value {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            _ => None,
        }
    }
}

/// Words that tell the reader of a template what to put in its place.
const ASKED_FOR: [&str; 44] = [
    "account",
    "add",
    "address",
    "app",
    "change",
    "computer",
    "country",
    "date",
    "device",
    "devicename",
    "domain",
    "email",
    "enter",
    "file",
    "group",
    "guid",
    "hash",
    "here",
    "host",
    "hostname",
    "id",
    "insert",
    "ip",
    "ips",
    "list",
    "location",
    "name",
    "path",
    "put",
    "replace",
    "rg",
    "sha1",
    "sha256",
    "sid",
    "subscription",
    "tenant",
    "time",
    "upn",
    "url",
    "user",
    "username",
    "value",
    "watchlist",
    "your",
];

/// Whether a text stands for one that the reader of a template puts in its place: `<your domain>`, `{{domain}}`,
/// `{domain}`; not `<script>`, `<unknown process>`, `{IFS}` or a GUID in braces.
pub(super) fn is_placeholder(text: &str) -> bool {
    let within = |open: &str, close: &str| text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
    if let Some(name) = within("<", ">") {
        return !name.contains(['<', '>', '='])
            && name
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| ASKED_FOR.iter().any(|asked| word.eq_ignore_ascii_case(asked)));
    }
    within("{{", "}}").is_some_and(|name| !name.contains(['{', '}']))
        || within("{", "}").is_some_and(|name| {
            name.contains(|c: char| c.is_lowercase())
                && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':'))
        })
}

/// `10 * 1024`; `None` where it is no whole number.
fn calculated(left: &str, sign: char, right: &str) -> Option<String> {
    let (left, right): (i64, i64) = (left.parse().ok()?, right.parse().ok()?);
    let result = match sign {
        '+' => left.checked_add(right),
        '-' => left.checked_sub(right),
        '*' => left.checked_mul(right),
        '/' => left.checked_div(right).filter(|result| result.checked_mul(right) == Some(left)),
        _ => left.checked_rem(right),
    };
    result.map(|result| result.to_string())
}

impl<'q> Reader<'q> {
    /// The values of a constant, one or those of a list; `None` if it is none.
    pub(super) fn constant(&mut self, expr: &'q Expr, env: Env, columns: &Columns) -> Option<Vec<Value>> {
        let one = |value| Some(vec![value]);
        match expr {
            Expr::Text(text) if is_placeholder(text) => None,
            Expr::Text(text) => one(Value::Text(text.clone())).filter(|_| self.step()),
            Expr::Number(number) => one(Value::Number(number.clone())).filter(|_| self.step()),
            Expr::Bool(truth) => one(Value::Bool(*truth)),
            Expr::Null => one(Value::Null),
            Expr::Time => one(Value::Time),
            _ => self.deeper(|reader| reader.composed(expr, env, columns)),
        }
    }

    /// A constant that is one text.
    pub(super) fn text(&mut self, expr: &'q Expr, env: Env) -> Option<String> {
        let none = Columns::default();
        match self.constant(expr, env, &none)?.as_slice() {
            [Value::Text(text)] => Some(text.clone()),
            _ => None,
        }
    }

    fn composed(&mut self, expr: &'q Expr, env: Env, columns: &Columns) -> Option<Vec<Value>> {
        match expr {
            Expr::List(items) => {
                let mut values = Vec::new();
                for item in items {
                    values.extend(self.constant(item, env, columns).unwrap_or_default());
                    if values.len() > MAX_VALUES {
                        self.reason("a list is too long to be read to its end");
                        values.truncate(MAX_VALUES);
                        break;
                    }
                }
                // An empty list is one; of a list of columns nothing is known.
                (items.is_empty() || !values.is_empty()).then_some(values)
            }
            Expr::Minus(inner) => match self.constant(inner, env, columns)?.as_slice() {
                [Value::Number(number)] => Some(vec![Value::Number(format!("-{number}"))]),
                [Value::Time] => Some(vec![Value::Time]),
                _ => None,
            },
            Expr::Binary(Binary::Arithmetic(sign), left, right) => {
                let left = self.constant(left, env, columns);
                let right = self.constant(right, env, columns);
                match (left.as_deref(), right.as_deref()) {
                    (Some([Value::Time]), _) | (_, Some([Value::Time])) => Some(vec![Value::Time]),
                    (Some([Value::Number(left)]), Some([Value::Number(right)])) => {
                        Some(vec![Value::Number(calculated(left, *sign, right)?)])
                    }
                    _ => None,
                }
            }
            Expr::Name(name) if columns.knows(name) => {
                let values = columns.constant(name)?.iter();
                Some(values.take_while(|_| self.step()).cloned().collect())
            }
            Expr::Name(name) => {
                let (_, binding) = self.scopes.find(env, name)?;
                let none = Columns::default();
                match binding.value {
                    Bound::Value(value) => self.query_constant(value, binding.outer),
                    Bound::Argument(expr, env) => self.constant(expr, env, columns),
                    Bound::Function(function) => {
                        let Some(Statement::Query(body)) = function.body.last() else { return None };
                        self.constant(body.expression()?, binding.outer, &none)
                    }
                    Bound::Nothing => None,
                }
            }
            Expr::Query(pipeline) => self.query_constant(pipeline, env),
            Expr::Call(name, arguments) => {
                let lower = name.to_ascii_lowercase();
                let first = arguments.first().map(|argument| &argument.value);
                match lower.as_str() {
                    "now" | "ago" | "todatetime" | "totimespan" | "startofday" | "endofday" | "startofweek"
                    | "startofmonth" | "make_datetime" | "datetime_add" => {
                        let event = arguments.iter().any(|a| self.constant(&a.value, env, columns).is_none());
                        (!event).then(|| vec![Value::Time])
                    }
                    "pack_array" | "array_concat" | "set_union" | "make_list" | "make_set" | "dynamic" => {
                        let mut values = Vec::new();
                        for argument in arguments {
                            values.extend(self.constant(&argument.value, env, columns)?);
                        }
                        Some(values)
                    }
                    // `todynamic('["x", "y"]')`
                    "todynamic" | "parse_json" | "parsejson" | "toobject" => {
                        let values = self.constant(first?, env, columns)?;
                        match values.as_slice() {
                            [Value::Text(text)] if text.trim_start().starts_with('[') => {
                                let texts: Vec<String> = serde_json::from_str(text).ok()?;
                                Some(texts.into_iter().take(MAX_VALUES).map(Value::Text).collect())
                            }
                            _ => Some(values),
                        }
                    }
                    "materialize" | "toscalar" | "tostring" | "toint" | "tolong" | "tobool" | "tolower" | "toupper"
                    | "array_sort_asc" | "array_sort_desc" => self.constant(first?, env, columns),
                    "strcat" => {
                        let mut joined = String::new();
                        for argument in arguments {
                            let values = self.constant(&argument.value, env, columns)?;
                            let [value] = values.as_slice() else { return None };
                            joined.push_str(value.text()?);
                        }
                        Some(vec![Value::Text(joined)])
                    }
                    "strcat_array" => {
                        let list = self.constant(first?, env, columns)?;
                        let between = self.text(arguments.get(1).map(|argument| &argument.value)?, env)?;
                        let texts: Option<Vec<_>> = list.iter().map(Value::text).collect();
                        Some(vec![Value::Text(texts?.join(&between))])
                    }
                    "split" => {
                        let (text, by) = (self.text(first?, env)?, self.text(&arguments.get(1)?.value, env)?);
                        let pieces = text.split(by.as_str()).take(MAX_VALUES);
                        (!by.is_empty()).then(|| pieces.map(|piece| Value::Text(piece.to_owned())).collect())
                    }
                    _ => {
                        let (_, binding) = self.scopes.find(env, name)?;
                        let Bound::Function(function) = binding.value else { return None };
                        let Some(Statement::Query(body)) = function.body.last() else { return None };
                        let inner = self.bind(function, binding.outer, arguments, env);
                        self.constant(body.expression()?, inner, &Columns::default())
                    }
                }
            }
            _ => None,
        }
    }

    /// The values of a query that reads no events: a `datatable`, or a column of one.
    fn query_constant(&mut self, pipeline: &'q Pipeline, env: Env) -> Option<Vec<Value>> {
        self.deeper(|reader| {
            let none = Columns::default();
            if let Some(expr) = pipeline.expression() {
                return reader.constant(expr, env, &none);
            }
            let mut column: Option<&str> = None;
            for stage in pipeline.stages.iter().rev() {
                match stage {
                    Stage::Project(assigns) | Stage::Summarize(assigns, _) => {
                        let expr = match assigns.first().map(|assign| &assign.value) {
                            Some(Expr::Call(_, arguments)) => arguments.first().map(|argument| &argument.value),
                            other => other,
                        };
                        column = if let Some(Expr::Name(name)) = expr { Some(name) } else { return None };
                    }
                    // `mv-expand new = old`
                    Stage::Extend(assigns) => {
                        let made = assigns.iter().rev().find(|a| a.name.is_some() && a.name.as_deref() == column);
                        if let Some(Assign { value: Expr::Name(name), .. }) = made {
                            column = Some(name);
                        }
                    }
                    Stage::Where(_) | Stage::Other => {}
                    _ => return None,
                }
            }
            let (source, outer) = match &pipeline.source {
                // A `datatable` that has a name.
                Source::Expr(Expr::Name(name)) => match reader.scopes.find(env, name)?.1 {
                    Binding { value: Bound::Value(value), outer, .. } if value.stages.is_empty() => {
                        (&value.source, outer)
                    }
                    _ => return None,
                },
                source => (source, env),
            };
            let Source::Datatable(columns, values) = source else { return None };
            let at = column.map_or(Some(0), |column| columns.iter().position(|name| name == column))?;
            let mut found = Vec::new();
            for value in values.iter().skip(at).step_by(columns.len().max(1)).take(MAX_VALUES) {
                found.extend(reader.constant(value, outer, &none).unwrap_or_default());
            }
            Some(found)
        })
    }

    /// The name of a list that is kept outside of the query: a watchlist, or data at an address.
    pub(super) fn list_elsewhere(&mut self, expr: &'q Expr, env: Env) -> Option<String> {
        self.deeper(|reader| match expr {
            Expr::Query(pipeline) => match &pipeline.source {
                Source::Expr(expr) => reader.list_elsewhere(expr, env),
                Source::External(_) => Some("externaldata".to_owned()),
                _ => None,
            },
            Expr::Name(name) => {
                let (_, binding) = reader.scopes.find(env, name)?;
                match binding.value {
                    Bound::Value(value) => match &value.source {
                        Source::Expr(expr) => reader.list_elsewhere(expr, binding.outer),
                        Source::External(_) => Some(name.clone()),
                        _ => None,
                    },
                    Bound::Argument(expr, env) => reader.list_elsewhere(expr, env),
                    Bound::Function(_) | Bound::Nothing => None,
                }
            }
            Expr::Call(name, arguments) => {
                let first = &arguments.first()?.value;
                if name.to_ascii_lowercase().contains("watchlist") {
                    return reader.text(first, env).or_else(|| Some(name.clone()));
                }
                match name.to_ascii_lowercase().as_str() {
                    "materialize" | "toscalar" => reader.list_elsewhere(first, env),
                    _ => None,
                }
            }
            _ => None,
        })
    }
}
