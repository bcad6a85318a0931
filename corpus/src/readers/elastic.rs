//! Elastic's detection rules: TOML with a query in EQL, KQL, ES|QL or Lucene, and filters beside it.

mod eql;
mod esql;
mod filters;
mod kql;
mod logsource;
mod lucene;

use serde::Deserialize;
use toml::Value;

use self::logsource::Surroundings;
use super::Reading;
use super::query::Query;
use crate::rule::Rule;
use crate::vendor::Vendor;

/// The parts of a file that are read. What has an odd type is as good as absent: it costs no rule.
#[derive(Deserialize)]
struct Document {
    metadata: Option<Value>,
    rule: Option<Body>,
}

/// The table `rule`.
#[derive(Deserialize)]
struct Body {
    rule_id: Option<Value>,
    name: Option<Value>,
    author: Option<Value>,
    severity: Option<Value>,
    license: Option<Value>,
    r#type: Option<Value>,
    language: Option<Value>,
    query: Option<Value>,
    filters: Option<Value>,
    index: Option<Value>,
    tags: Option<Value>,
    #[serde(default)]
    threat: Vec<Value>,
}

/// Reads a file; see [`super::read`]. Rules whose maturity is `deprecated` are inactive.
pub(super) fn read(path: &str, bytes: Vec<u8>) -> Reading {
    let mut reading = Reading::default();
    let text = String::from_utf8_lossy(&bytes);
    match toml::from_str::<Document>(&text) {
        Ok(Document { metadata, rule: Some(body) }) => {
            let rule = rule(path, metadata.as_ref(), &body);
            if rule.status.as_deref() == Some("deprecated") {
                reading.inactive.push(rule);
            } else {
                reading.rules.push(rule);
            }
        }
        Ok(_) => {}
        Err(error) => reading.unread.push(error.message().to_owned()),
    }
    reading
}

fn rule(path: &str, metadata: Option<&Value>, body: &Body) -> Rule {
    let own = |value: &Option<Value>| text(value.as_ref()).map(Box::<str>::from);
    let meta = |key: &str| text(metadata.and_then(|m| m.get(key)));
    let day = |key: &str| meta(key).map(|day| day.replace('/', "-").into_boxed_str());
    let mut rule = Rule::new(Vendor::Elastic, path);
    rule.id = own(&body.rule_id);
    rule.title = own(&body.name).unwrap_or_default();
    rule.author = texts(body.author.as_ref()).join(", ").into();
    rule.level = text(body.severity.as_ref()).map(|level| level.to_lowercase().into());
    rule.status = meta("maturity").map(|status| status.to_lowercase().into());
    rule.licence = own(&body.license);
    rule.date = day("creation_date");
    rule.modified = day("updated_date");
    rule.techniques = techniques(&body.threat);
    query(&mut rule, body);
    rule
}

/// Adds the predicates of the query. A rule of machine learning has none.
fn query(rule: &mut Rule, body: &Body) {
    let Some(query) = text(body.query.as_ref()) else {
        rule.has_query = false;
        if text(body.r#type.as_ref()) != Some("machine_learning") {
            rule.unread.push("no query".into());
        }
        return;
    };
    let language = text(body.language.as_ref()).unwrap_or_default();
    let (mut categories, mut indices) = (Vec::new(), Vec::new());
    let mut read = match language {
        "eql" => {
            let eql::Parsed { query, categories: words } = eql::parse(query);
            categories = words;
            query
        }
        "esql" => {
            let esql::Parsed { query, indices: patterns } = esql::parse(query);
            indices = patterns;
            query
        }
        "kuery" => kql::parse(query),
        "lucene" => lucene::parse(query),
        other => return rule.unread.push(format!("queries in `{other}` cannot be read").into()),
    };
    if let Some(Value::Array(filters)) = &body.filters {
        filters::add(filters, &mut read);
    }
    let mut surroundings = Surroundings { indices: texts(body.index.as_ref()), tags: texts(body.tags.as_ref()) };
    surroundings.indices.extend(indices.iter().map(String::as_str));
    let parts = read.parts.iter().enumerate().map(|(i, (_, logic))| (categories.get(i), logic));
    let found = logsource::find(parts, &surroundings);
    // What a field is depends on where a part looks.
    for (part, source) in read.parts.into_iter().zip(found.parts) {
        rule.logsource = source;
        Query { parts: vec![part], unread: Vec::new() }.add_to(rule);
    }
    Query { parts: Vec::new(), unread: read.unread }.add_to(rule);
    rule.logsource = found.whole;
    rule.events = found.events;
}

/// Ids of techniques and sub-techniques, never of tactics.
fn techniques(threats: &[Value]) -> Vec<Box<str>> {
    fn list<'a>(table: &'a Value, key: &str) -> &'a [Value] {
        table.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
    let mut ids: Vec<Box<str>> = Vec::new();
    let mut add = |table: &Value| {
        let Some(id) = text(table.get("id")).map(str::to_uppercase) else { return };
        if !ids.iter().any(|known| **known == *id) {
            ids.push(id.into());
        }
    };
    for technique in threats.iter().flat_map(|threat| list(threat, "technique")) {
        add(technique);
        list(technique, "subtechnique").iter().for_each(&mut add);
    }
    ids
}

/// A text that is not blank, trimmed.
fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// The texts of a list, or the only one that stands in its place.
fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        value => text(value).into_iter().collect(),
    }
}
