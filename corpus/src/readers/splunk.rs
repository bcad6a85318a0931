//! Splunk's security content: YAML with a search in SPL, and macros in files of their own.

mod commands;
mod condition;
mod eval;
mod lexer;
mod macros;
mod pipeline;
mod scope;
mod search;
mod source;

use sigwise_sigma::Source;
use sigwise_sigma::yaml::{self, Mapping, Node, Value};

use super::Reading;
use crate::rule::Rule;
use crate::vendor::Vendor;

pub(super) use macros::Macros;
use pipeline::Reader;
use scope::Scope;

/// Types of the files beside detections that have a search too.
const OTHER_TYPES: [&str; 3] = ["Baseline", "Investigation", "Response"];

/// Adds the macro that a file of the folder `macros` defines.
pub(super) fn add_macro(macros: &mut Macros, bytes: Vec<u8>) {
    macros.add(bytes, |definition| {
        let none = Macros::default();
        let mut reader = Reader::new(&none);
        let (condition, _) = search::parse(definition, false, &Scope::default(), &mut reader);
        condition.is_some_and(|condition| reader.query.unread.is_empty() && source::is_source(&condition))
    });
}

/// Reads a file; see [`super::read`]. Rules of status `deprecated` are inactive.
pub(super) fn read(path: &str, bytes: Vec<u8>, macros: &Macros) -> Reading {
    let stream = yaml::parse(&Source::from_bytes(bytes));
    let mut reading = Reading::default();
    for (document, tree) in stream.documents.iter().enumerate() {
        let Some(map) = tree.root.as_ref().and_then(Node::mapping) else { continue };
        let Some(search) = text(map, "search").filter(|_| is_detection(map)) else { continue };
        let mut rule = rule(path, map);
        rule.document = document;
        let mut reader = Reader::new(macros);
        reader.search(search);
        source::locate(&mut rule, &texts(map, "data_source"), &tested(map), &reader);
        reader.query.add_to(&mut rule);
        if rule.predicates.is_empty() && rule.unread.is_empty() {
            rule.unread.push("nothing in the search filters events".into());
        }
        if matches!(rule.status.as_deref(), Some("deprecated" | "removed")) {
            reading.inactive.push(rule);
        } else {
            reading.rules.push(rule);
        }
    }
    if !(reading.rules.is_empty() && reading.inactive.is_empty()) {
        reading.unread.extend(stream.problems.into_iter().map(|problem| problem.message));
    }
    reading
}

/// Baselines, investigations and what else has a search is no detection.
fn is_detection(map: &Mapping) -> bool {
    map.get("name").is_some() && !text(map, "type").is_some_and(|kind| OTHER_TYPES.contains(&kind))
}

fn rule(path: &str, map: &Mapping) -> Rule {
    let own = |key: &str| text(map, key).map(Box::<str>::from);
    let mut rule = Rule::new(Vendor::Splunk, path);
    rule.id = own("id");
    rule.title = own("name").unwrap_or_default();
    rule.author = own("author").unwrap_or_default();
    rule.status = text(map, "status").map(|status| status.to_lowercase().into());
    // The newest layout tells when a rule was made from when it was changed.
    rule.date = own("creation_date").or_else(|| own("date"));
    rule.modified = own("modification_date");
    // The layout of 2024 has them among the tags, the one after it at the top.
    let tags = map.get("tags").and_then(|tags| tags.value.mapping());
    let techniques = [Some(map), tags].into_iter().flatten().flat_map(|map| texts(map, "mitre_attack_id"));
    for id in techniques.map(str::to_uppercase).filter(|id| id.starts_with('T')) {
        if !rule.techniques.iter().any(|known| **known == *id) {
            rule.techniques.push(id.into());
        }
    }
    rule
}

/// Sources and sourcetypes of the data that the rule was tested with.
fn tested(map: &Mapping) -> Vec<&str> {
    fn maps<'a>(map: &'a Mapping, key: &str) -> impl Iterator<Item = &'a Mapping> {
        let list = map.get(key).and_then(|entry| entry.value.sequence());
        list.into_iter().flat_map(|list| &list.items).filter_map(Node::mapping)
    }
    let data = maps(map, "tests").flat_map(|test| maps(test, "attack_data"));
    data.flat_map(|data| [text(data, "source"), text(data, "sourcetype")]).flatten().collect()
}

/// The text of a key's value, trimmed; `None` where it is blank or no scalar.
fn text<'a>(map: &'a Mapping, key: &str) -> Option<&'a str> {
    let scalar = map.get(key)?.value.scalar()?;
    Some(scalar.text.trim()).filter(|text| !text.is_empty())
}

/// The texts of a list, or a text that stands alone.
fn texts<'a>(map: &'a Mapping, key: &str) -> Vec<&'a str> {
    let text = |node: &'a Node| node.scalar().map(|scalar| scalar.text.trim()).filter(|text| !text.is_empty());
    match map.get(key).map(|entry| &entry.value) {
        Some(Node { value: Value::Sequence(list), .. }) => list.items.iter().filter_map(text).collect(),
        Some(node) => text(node).into_iter().collect(),
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
