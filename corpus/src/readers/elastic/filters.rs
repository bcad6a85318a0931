//! Filters beside a query: Elasticsearch's query DSL, each of them one more condition of the rule.

use toml::{Table, Value};

use crate::normal::Part;
use crate::op::Base;
use crate::readers::logic::Logic;
use crate::readers::query::{Comparison, Query, Test, wildcards};

/// Clauses nested more deeply than any rule's are not followed.
const MAX_DEPTH: usize = 16;

/// Adds the filters to the query that they stand beside.
pub(super) fn add(filters: &[Value], query: &mut Query) {
    let mut nodes = Vec::new();
    for filter in filters.iter().filter_map(Value::as_table) {
        let flag = |name| filter.get("meta").and_then(|meta| meta.get(name)).and_then(Value::as_bool) == Some(true);
        if flag("disabled") {
            continue;
        }
        // Older ones have the clause beside `meta` and not in `query`.
        let clauses = filter.get("query").and_then(Value::as_table).unwrap_or(filter);
        let node = all(clauses, 0, &mut query.unread);
        nodes.extend(node.map(|node| if flag("negate") { node.negated() } else { node }));
    }
    if nodes.is_empty() {
        return;
    }
    match query.parts.as_mut_slice() {
        [(_, logic)] => nodes.insert(0, std::mem::replace(logic, Logic::And(Vec::new()))),
        [] => query.parts.push((String::new(), Logic::And(Vec::new()))),
        _ => query.parts.push(("filters: ".to_owned(), Logic::And(Vec::new()))),
    }
    if let Some((_, logic)) = query.parts.last_mut() {
        *logic = Logic::And(nodes);
    }
}

/// Every clause of a table; `None` if there is none.
fn all(clauses: &Table, depth: usize, unread: &mut Vec<String>) -> Option<Logic<Comparison>> {
    let mut nodes = Vec::new();
    for (kind, body) in clauses {
        match (kind.as_str(), body) {
            // What stands beside the clause of an older filter.
            ("meta" | "$state" | "match_all", _) => {}
            ("bool", Value::Table(body)) if depth < MAX_DEPTH => nodes.extend(boolean(body, depth + 1, unread)),
            ("exists", Value::Table(body)) => match body.get("field").and_then(Value::as_str) {
                Some(field) => nodes.push(leaf(field, Test::Exists, "*".to_owned())),
                None => unread.push("a filter `exists` names no field".to_owned()),
            },
            (_, Value::Table(body)) => match body.iter().map(|(field, value)| clause(kind, field, value)).collect() {
                Some(found) => nodes.push(Logic::And(found)),
                None => unread.push(format!("a filter `{kind}` cannot be read")),
            },
            _ => unread.push(format!("a filter `{kind}` cannot be read")),
        }
    }
    (!nodes.is_empty()).then_some(Logic::And(nodes))
}

/// `must`, `filter`, `should` and `must_not`
fn boolean(body: &Table, depth: usize, unread: &mut Vec<String>) -> Option<Logic<Comparison>> {
    let mut nodes = Vec::new();
    for (kind, clauses) in body {
        let clauses = match clauses {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        let mut inner = clauses.iter().filter_map(Value::as_table).filter_map(|clauses| all(clauses, depth, unread));
        match kind.as_str() {
            "must" | "filter" => nodes.extend(inner),
            "must_not" => nodes.extend(inner.map(Logic::negated)),
            "should" => nodes.extend(inner.next().map(|first| inner.fold(first, Logic::or))),
            _ => {}
        }
    }
    (!nodes.is_empty()).then_some(Logic::And(nodes))
}

/// One clause about one field.
fn clause(kind: &str, field: &str, body: &Value) -> Option<Logic<Comparison>> {
    // `{ field = "x" }`, `{ field = { value = "x" } }`, `{ field = { query = "x" } }`
    let value = match body {
        Value::Table(options) => ["value", "query", "wildcard"].iter().find_map(|key| options.get(*key)),
        value => Some(value),
    };
    let text = || value.and_then(text);
    let plain = |text: String| leaf(field, Test::Pattern(vec![Part::Text(text.clone())]), text);
    Some(match kind {
        "term" | "match" | "match_phrase" => plain(text()?),
        "terms" => match body {
            Value::Array(values) => Logic::Alternatives(values.iter().filter_map(self::text).map(plain).collect()),
            _ => return None,
        },
        "wildcard" => text().map(|text| leaf(field, Test::Pattern(wildcards(&text)), text))?,
        "prefix" => text().map(|t| leaf(field, Test::Pattern(vec![Part::Text(t.clone()), Part::Star]), t))?,
        "regexp" => text().map(|text| leaf(field, Test::Regex(text.clone(), Vec::new()), text))?,
        "range" => {
            let bounds = body.as_table()?.iter().filter_map(|(key, bound)| {
                let base = match key.as_str() {
                    "lt" => Base::Lt,
                    "lte" => Base::Lte,
                    "gt" => Base::Gt,
                    "gte" => Base::Gte,
                    _ => return None,
                };
                let bound = self::text(bound)?;
                Some(leaf(field, Test::Order(base, bound.clone()), bound))
            });
            Logic::And(bounds.collect())
        }
        _ => return None,
    })
}

fn leaf(field: &str, test: Test, raw: String) -> Logic<Comparison> {
    Logic::Leaf(Comparison::new(field, test, raw))
}

/// A scalar as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(truth) => Some(truth.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::query;
    use crate::vendor::Vendor;

    /// Filters beside `any where a == 1`.
    fn show(filters: &str) -> Vec<String> {
        let table: Table = toml::from_str(filters).unwrap();
        let mut read = super::super::eql::parse("any where a == 1").query;
        add(table["filters"].as_array().unwrap(), &mut read);
        query::show(Vendor::Elastic, read)
    }

    #[test]
    fn a_filter_is_one_more_condition() {
        let wildcard = |negate: bool, value: &str| {
            show(&format!(
                "[[filters]]\nmeta.negate = {negate}\n[filters.query.wildcard.'b.c']\ncase_insensitive = true\nvalue = '{value}'\n"
            ))
        };
        assert_eq!(wildcard(true, r"?:\\Temp\\*"), ["+ a eq 1", r"- b.c startswith ?:\temp\"]);
        assert_eq!(wildcard(false, r"C:\Temp\*.x"), ["+ a eq 1", r"+ b.c eq ?:\temp*.x"]);
        assert_eq!(wildcard(true, r"*\*"), ["+ a eq 1", "- b.c endswith *"]);
    }

    #[test]
    fn kinds_of_clauses() {
        let of =
            |clause: &str| show(&format!("[[filters]]\nmeta = {{ negate = false }}\nquery.{clause}\n")).split_off(1);
        assert_eq!(of("exists.field = 'b'"), ["+ b exists"]);
        assert_eq!(of("match_phrase.b = 'x y'"), ["+ b eq x y"]);
        assert_eq!(of("term.b.value = true"), ["+ b eq true"]);
        assert_eq!(of("terms.b = ['x', 2]"), ["+ b eq x", "+ b eq 2"]);
        assert_eq!(of("prefix.b = 'x'"), ["+ b startswith x"]);
        assert_eq!(of("regexp.b = 'x.*'"), ["+ b regex x.*"]);
        assert_eq!(of("range.b = { gte = 1, lt = 5 }"), ["+ b gte 1", "+ b lt 5"]);
        assert_eq!(
            of("bool = { must = [{ term = { b = 'x' } }], must_not = { term = { c = 'y' } } }"),
            ["+ b eq x", "- c eq y"]
        );
        assert_eq!(of("bool.should = [{ term = { b = 'x' } }, { term = { c = 'y' } }]"), ["|+ b eq x", "|+ c eq y"]);
        assert_eq!(of("script.source = 'x'"), ["? a filter `script` cannot be read"]);
    }

    #[test]
    fn older_and_disabled_filters() {
        assert_eq!(show("[[filters]]\nexists.field = 'b'\nmeta.negate = true\n"), ["+ a eq 1", "- b exists"]);
        assert_eq!(show("[[filters]]\nquery.exists.field = 'b'\nmeta.disabled = true\n"), ["+ a eq 1"]);
    }
}
