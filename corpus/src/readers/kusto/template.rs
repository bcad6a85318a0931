//! Templates of Azure's resource manager (JSON), as Sentinel exports its analytics rules and hunting queries.

use serde_json::{Map, Value};

use super::markdown::techniques_in;
use super::sentinel::Analytic;

/// What an id looks like: groups of hexadecimal digits.
const ID: [usize; 5] = [8, 4, 4, 4, 12];

/// The rules of a template; `None` where the text is something else.
pub(super) fn read(text: &str) -> Option<Vec<Analytic>> {
    let mut found = Vec::new();
    // The parser's own bound on depth holds for the walk as well.
    walk(&serde_json::from_str(text).ok()?, &mut found);
    Some(found)
}

fn walk(value: &Value, found: &mut Vec<Analytic>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
        Value::Object(map) => {
            let properties = map.get("properties").and_then(Value::as_object);
            // Other tools have rules without a resource around them.
            let plain = || rule(map, map).map(|rule| Analytic { listed: true, ..rule });
            match properties.and_then(|properties| rule(map, properties)).or_else(plain) {
                Some(rule) => found.push(rule),
                None => map.values().for_each(|item| walk(item, found)),
            }
        }
        _ => {}
    }
}

/// A resource with a query that has a name: workbooks have queries too, but those have none. Custom detections have theirs
/// one level further in.
fn rule(resource: &Map<String, Value>, properties: &Map<String, Value>) -> Option<Analytic> {
    let text =
        |map: &Map<String, Value>, key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let below = |map: &Map<String, Value>, key: &str| map.get(key).and_then(Value::as_object).cloned();
    let condition = below(properties, "queryCondition").unwrap_or_default();
    let alert = below(properties, "detectionAction").and_then(|action| below(&action, "alertTemplate"));
    let alert = alert.unwrap_or_default();
    let or = |one: String, other: String| if one.is_empty() { other } else { one };
    let mut rule = Analytic {
        id: ["name", "id"].iter().find_map(|key| id(&text(resource, key))).unwrap_or_default(),
        name: text(properties, "displayName"),
        severity: or(text(properties, "severity"), text(&alert, "severity")),
        query: or(text(properties, "query"), text(&condition, "queryText")),
        ..Analytic::default()
    };
    let keys = ["techniques", "subTechniques", "tags"].map(|key| properties.get(key));
    for value in keys.into_iter().chain([alert.get("mitreTechniques")]).flatten().filter_map(Value::as_array).flatten()
    {
        let text = value.as_str().or_else(|| value.get("value").and_then(Value::as_str));
        techniques_in(text.unwrap_or_default(), &mut rule.techniques);
    }
    (!rule.name.is_empty() && !rule.query.is_empty()).then_some(rule)
}

/// The id within a resource's name, which may be an expression that makes the name.
fn id(name: &str) -> Option<String> {
    let pieces = name.split(|c: char| !c.is_ascii_hexdigit() && c != '-');
    let shape = |piece: &&str| piece.split('-').map(str::len).eq(ID);
    pieces.rev().find(shape).map(str::to_lowercase)
}
