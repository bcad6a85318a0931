//! YAML tree → detection section, as pySigma's `SigmaDetection.from_definition` does it.

use super::{
    Detection, FieldKey, Form, Group, Item, Join, LogSource, Member, ModifierUse, Selection, Spanned, Value, ValueKind,
};
use crate::condition::{self, Condition, Grammar};
use crate::modifier::Modifier;
use crate::scalar::Type;
use crate::source::Span;
use crate::yaml::{self, Entry, Mapping, Node, OffsetMap, Sequence};

/// Which section it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Detection,
    Filter,
}

/// Reads the section whose key and value are `entry`; `None` where the value is no map. `text` is the file.
pub(crate) fn detection(text: &str, entry: &Entry, section: Section) -> Option<Detection> {
    let yaml::Value::Mapping(map) = &entry.value.value else { return None };
    let inherited = entry.inherited || entry.value.alias.is_some();
    let mut detection = Detection { key: entry.key.span, span: entry.value.span, ..Detection::default() };
    detection.selections.reserve(map.entries.len());
    for entry in &map.entries {
        match key_text(&entry.key) {
            Some("condition") => {
                detection.condition_key = Some(entry.key.span);
                detection.conditions = conditions(text, &entry.value);
            }
            Some("timeframe") => detection.timeframe = Some(entry.key.span),
            Some("rules") if section == Section::Filter => {}
            _ => detection.selections.push(selection(text, entry, inherited)),
        }
    }
    Some(detection)
}

fn selection(text: &str, entry: &Entry, inherited: bool) -> Selection {
    let name = name_of(text, &entry.key);
    let inherited = inherited || entry.inherited;
    let node = &entry.value;
    // Of a merged entry the alias is the merge key's, where no value stands.
    let alias = node.alias.filter(|_| !entry.inherited);
    let end = alias.unwrap_or(node.span);
    Selection {
        entry: if end.start >= entry.key.span.start { entry.key.span.cover(end) } else { entry.key.span },
        span: node.span,
        group: group(text, node, alias, inherited || node.alias.is_some()),
        alias,
        inherited,
        name,
    }
}

/// The key as text; a key that is a list or map as it stands in the file.
fn name_of(text: &str, key: &Node) -> Spanned {
    Spanned::of(key).unwrap_or_else(|| {
        let raw = text.get(key.span.range()).unwrap_or_default();
        Spanned { text: raw.into(), span: key.span }
    })
}

/// The definition of a selection, or an item of a list of definitions, with the alias that stands for it.
fn group(text: &str, node: &Node, alias: Option<Span>, inherited: bool) -> Group {
    match &node.value {
        yaml::Value::Mapping(map) => {
            Group { join: Join::All, members: map_items(text, map, inherited), span: node.span }
        }
        yaml::Value::Sequence(list) => {
            Group { join: Join::Any, members: list_items(text, node, list, alias, inherited), span: node.span }
        }
        yaml::Value::Scalar(_) => {
            let members =
                vec![Member::Item(keywords(node, std::slice::from_ref(node), Form::Single, alias, inherited))];
            Group { join: Join::All, members, span: node.span }
        }
    }
}

fn map_items(text: &str, map: &Mapping, inherited: bool) -> Vec<Member> {
    let item = |entry: &Entry| {
        let node = &entry.value;
        let (values, form) = match &node.value {
            yaml::Value::Sequence(list) => (list.items.as_slice(), form(list)),
            _ => (std::slice::from_ref(node), Form::Single),
        };
        let alias = node.alias;
        Member::Item(Item {
            key: Some(field_key(text, &entry.key)),
            values: values.iter().map(|node| value(node, alias)).collect(),
            value_span: node.span,
            form,
            inherited: inherited || entry.inherited,
            // Of a merged entry the alias is the merge key's, where no value stands.
            alias: alias.filter(|_| !entry.inherited),
        })
    };
    map.entries.iter().map(item).collect()
}

/// A list of scalars is one set of keywords; with a map or list among them each item stands for itself.
fn list_items(text: &str, node: &Node, list: &Sequence, alias: Option<Span>, inherited: bool) -> Vec<Member> {
    if list.items.is_empty() {
        return Vec::new();
    }
    let scalar = |node: &Node| matches!(node.value, yaml::Value::Scalar(_));
    if list.items.iter().all(scalar) {
        return vec![Member::Item(keywords(node, &list.items, form(list), alias, inherited))];
    }
    let item = |node: &Node| {
        let inherited = inherited || node.alias.is_some();
        if scalar(node) {
            Member::Item(keywords(node, std::slice::from_ref(node), Form::Single, node.alias, inherited))
        } else {
            Member::Group(group(text, node, node.alias, inherited))
        }
    };
    list.items.iter().map(item).collect()
}

fn keywords(node: &Node, values: &[Node], form: Form, alias: Option<Span>, inherited: bool) -> Item {
    Item {
        key: None,
        values: values.iter().map(|value_node| value(value_node, node.alias)).collect(),
        value_span: node.span,
        form,
        inherited,
        alias,
    }
}

fn form(list: &Sequence) -> Form {
    if list.flow { Form::FlowList } else { Form::BlockList }
}

/// `outer` is the alias of the node around it: the value's own alias counts only where it differs.
fn value(node: &Node, outer: Option<Span>) -> Value {
    let kind = match &node.value {
        yaml::Value::Scalar(scalar) => {
            ValueKind::Scalar { text: scalar.text.clone(), style: scalar.style, ty: scalar.ty }
        }
        yaml::Value::Mapping(_) => ValueKind::Map,
        yaml::Value::Sequence(_) => ValueKind::List,
    };
    Value { span: node.span, kind, alias: node.alias.filter(|alias| outer != Some(*alias)) }
}

/// `Image|endswith` with the place of each part.
fn field_key(text: &str, key: &Node) -> FieldKey {
    let yaml::Value::Scalar(scalar) = &key.value else {
        return FieldKey { span: key.span, field: name_of(text, key), modifiers: Vec::new(), ty: Type::Null };
    };
    let places = OffsetMap::of(text, key.span, scalar.style, &scalar.text);
    let mut at = 0;
    let mut parts = scalar.text.split('|').map(|part| {
        let start = at;
        at = start + part.len() + 1;
        Spanned { text: part.into(), span: places.span(start..start + part.len()) }
    });
    let field = parts.next().unwrap_or_else(|| Spanned { text: "".into(), span: key.span });
    let modifiers = parts.map(|word| ModifierUse { modifier: Modifier::from_word(&word.text), word }).collect();
    FieldKey { span: key.span, field, modifiers, ty: scalar.ty }
}

fn conditions(text: &str, node: &Node) -> Vec<Condition> {
    match &node.value {
        yaml::Value::Sequence(list) => {
            list.items.iter().map(|item| condition(text, item, Grammar::Selections)).collect()
        }
        _ => vec![condition(text, node, Grammar::Selections)],
    }
}

/// Reads a condition; one that is no text has no tokens.
pub(crate) fn condition(text: &str, node: &Node, grammar: Grammar) -> Condition {
    match &node.value {
        yaml::Value::Scalar(scalar) if scalar.ty == Type::Str => {
            let places = OffsetMap::of(text, node.span, scalar.style, &scalar.text);
            condition::read(&scalar.text, node.span, &places, grammar)
        }
        other => Condition {
            span: node.span,
            text: match other {
                yaml::Value::Scalar(scalar) => scalar.text.clone(),
                _ => "".into(),
            },
            expr: None,
            errors: Vec::new(),
            tokens: Vec::new(),
            not_text: true,
        },
    }
}

/// Reads `logsource`; `None` where it is no map. A part that is no text is absent.
pub(crate) fn logsource(entry: &Entry) -> Option<LogSource> {
    let yaml::Value::Mapping(map) = &entry.value.value else { return None };
    let mut logsource = LogSource { key: entry.key.span, span: entry.value.span, ..LogSource::default() };
    for entry in &map.entries {
        let part = match key_text(&entry.key) {
            Some("category") => &mut logsource.category,
            Some("product") => &mut logsource.product,
            Some("service") => &mut logsource.service,
            Some("definition") => &mut logsource.definition,
            _ => continue,
        };
        *part = Spanned::of_text(&entry.value);
    }
    Some(logsource)
}

/// The text of a scalar key.
pub(crate) fn key_text(key: &Node) -> Option<&str> {
    match &key.value {
        yaml::Value::Scalar(scalar) => Some(&scalar.text),
        _ => None,
    }
}
