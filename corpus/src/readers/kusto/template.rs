//! Templates of Azure's resource manager (JSON), as Sentinel exports its analytics rules and hunting queries.

use serde_json::{Map, Value};

use super::markdown::techniques_in;
use super::sentinel::Analytic;

/// What an id looks like: groups of hexadecimal digits.
const ID: [usize; 5] = [8, 4, 4, 4, 12];

/// The rules of a template; none where the text is something else.
pub(super) fn read(text: &str) -> Vec<Analytic> {
    let mut found = Vec::new();
    // The parser's own bound on depth holds for the walk as well.
    if let Ok(value) = serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        walk(&value, &mut found);
    }
    found
}

fn walk(value: &Value, found: &mut Vec<Analytic>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
        Value::Object(map) => match map.get("properties").and_then(Value::as_object).and_then(|p| rule(map, p)) {
            Some(rule) => found.push(rule),
            None => map.values().for_each(|item| walk(item, found)),
        },
        _ => {}
    }
}

/// A resource with a query that has a name: workbooks have queries too, but those have none.
fn rule(resource: &Map<String, Value>, properties: &Map<String, Value>) -> Option<Analytic> {
    let text =
        |map: &Map<String, Value>, key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut rule = Analytic {
        id: ["name", "id"].iter().find_map(|key| id(&text(resource, key))).unwrap_or_default(),
        name: text(properties, "displayName"),
        severity: text(properties, "severity"),
        query: text(properties, "query"),
        ..Analytic::default()
    };
    for key in ["techniques", "subTechniques", "tags"] {
        for value in properties.get(key).and_then(Value::as_array).into_iter().flatten() {
            let text = value.as_str().or_else(|| value.get("value").and_then(Value::as_str));
            techniques_in(text.unwrap_or_default(), &mut rule.techniques);
        }
    }
    (!rule.name.is_empty() && !rule.query.is_empty()).then_some(rule)
}

/// The id within a resource's name, which may be an expression that makes the name.
fn id(name: &str) -> Option<String> {
    let pieces = name.split(|c: char| !c.is_ascii_hexdigit() && c != '-');
    let shape = |piece: &&str| piece.split('-').map(str::len).eq(ID);
    pieces.rev().find(shape).map(str::to_lowercase)
}
