//! The keys of the specification: which rule has which, and what form its value takes.

use sigwise_sigma::RuleKind;
use sigwise_sigma::scalar::Type;
use sigwise_sigma::yaml::{Node, Value};

use crate::date::Date;
use crate::nearest::nearest;
use crate::{uuid, words};

/// A key at the top of a rule.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// The form of its value.
    pub form: Form,
    /// The kinds of rules that have it.
    pub kinds: &'static [RuleKind],
}

/// The form of a key's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text.
    Text,
    /// A date.
    Date,
    /// A list of texts.
    List,
    /// A list of maps.
    Maps,
    /// A map.
    Map,
    /// `true` or `false`.
    Flag,
}

const ALL: &[RuleKind] = &[RuleKind::Detection, RuleKind::Correlation, RuleKind::Filter];
/// Filters have neither status nor level (specification, *Sigma Filters*).
const NO_FILTER: &[RuleKind] = &[RuleKind::Detection, RuleKind::Correlation];
const NO_CORRELATION: &[RuleKind] = &[RuleKind::Detection, RuleKind::Filter];

/// Every key of specification 2.1.0, in the order in which SigmaHQ writes them, and those that pySigma and the SigmaHQ
/// repository add. What the specification lists for detection rules only, pySigma reads in every rule, so it is no
/// mistake there.
pub static KEYS: &[Key] = &[
    Key { name: "action", form: Form::Text, kinds: ALL },
    Key { name: "title", form: Form::Text, kinds: ALL },
    Key { name: "id", form: Form::Text, kinds: ALL },
    Key { name: "name", form: Form::Text, kinds: ALL },
    Key { name: "related", form: Form::Maps, kinds: ALL },
    Key { name: "taxonomy", form: Form::Text, kinds: ALL },
    Key { name: "status", form: Form::Text, kinds: NO_FILTER },
    Key { name: "description", form: Form::Text, kinds: ALL },
    Key { name: "license", form: Form::Text, kinds: ALL },
    Key { name: "references", form: Form::List, kinds: ALL },
    Key { name: "author", form: Form::Text, kinds: ALL },
    Key { name: "date", form: Form::Date, kinds: ALL },
    Key { name: "modified", form: Form::Date, kinds: ALL },
    Key { name: "tags", form: Form::List, kinds: ALL },
    Key { name: "logsource", form: Form::Map, kinds: NO_CORRELATION },
    Key { name: "detection", form: Form::Map, kinds: &[RuleKind::Detection] },
    Key { name: "correlation", form: Form::Map, kinds: &[RuleKind::Correlation] },
    Key { name: "filter", form: Form::Map, kinds: &[RuleKind::Filter] },
    Key { name: "fields", form: Form::List, kinds: ALL },
    Key { name: "falsepositives", form: Form::List, kinds: ALL },
    Key { name: "level", form: Form::Text, kinds: NO_FILTER },
    Key { name: "scope", form: Form::List, kinds: ALL },
    Key { name: "generate", form: Form::Flag, kinds: &[RuleKind::Correlation] },
    Key { name: "regression_tests_path", form: Form::Text, kinds: ALL },
    Key { name: "simulation", form: Form::Maps, kinds: ALL },
];

/// The keys of the map `correlation`.
pub static CORRELATION: &[&str] = &["type", "rules", "group-by", "timespan", "condition", "aliases", "generate"];

/// The key of this name.
pub fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// Where among the keys of a rule one of this name is usually written; unknown ones come last.
pub fn rank(name: &str) -> usize {
    KEYS.iter().position(|key| key.name == name).unwrap_or(KEYS.len())
}

/// What a node is, in words: "a number", "a list".
pub fn what(node: &Node) -> &'static str {
    match &node.value {
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a map",
        Value::Scalar(scalar) => what_type(scalar.ty),
    }
}

/// What a scalar of this type is, in words.
pub fn what_type(ty: Type) -> &'static str {
    match ty {
        Type::Str => "text",
        Type::Null => "empty",
        Type::Bool(_) => "a boolean",
        Type::Int(_) | Type::Float(_) => "a number",
        Type::Timestamp | Type::InvalidTimestamp => "a date",
    }
}

/// Slips that pySigma's validator `custom_attributes` knows.
const SLIPS: [(&str, &str); 5] = [
    ("realted", "related"),
    ("relatde", "related"),
    ("relted", "related"),
    ("rlated", "related"),
    ("reference", "references"),
];

/// The key of the specification that an unknown key of this name and value was most likely meant to be: the same but for
/// upper case, or one slip away (two in long words) and of a form that the value has, or that it can be put into.
pub fn meant(name: &str, value: &Node) -> Option<&'static Key> {
    if key(name).is_some() {
        return None;
    }
    if let Some(found) = KEYS.iter().find(|key| key.name.eq_ignore_ascii_case(name.trim())) {
        return Some(found);
    }
    if let Some((_, meant)) = SLIPS.iter().find(|(slip, _)| name.eq_ignore_ascii_case(slip)) {
        return key(meant);
    }
    let near = nearest(name, KEYS.iter().map(|key| key.name))?;
    let slips = strsim::osa_distance(&name.to_lowercase(), near);
    let few = slips <= if name.chars().count() < 7 { 1 } else { 2 };
    key(near).filter(|key| few && fits(key, value))
}

/// Whether a value has the form that a key wants, or one that is easily put into it.
fn fits(key: &Key, value: &Node) -> bool {
    match (key.form, &value.value) {
        (Form::Text, Value::Sequence(_)) => key.name == "author",
        (Form::Text | Form::Date | Form::Flag, Value::Scalar(_)) | (Form::Map, Value::Mapping(_)) => true,
        (Form::List, Value::Scalar(_) | Value::Sequence(_)) | (Form::Maps, Value::Sequence(_)) => true,
        _ => false,
    }
}

/// Whether a value has the form that its key wants.
pub fn has_form(value: &Node, form: Form) -> bool {
    match (form, &value.value) {
        (Form::Text, Value::Scalar(scalar)) => scalar.ty == Type::Str,
        (Form::Date, Value::Scalar(scalar)) => matches!(scalar.ty, Type::Str | Type::Timestamp),
        (Form::Flag, Value::Scalar(scalar)) => matches!(scalar.ty, Type::Bool(_)),
        (Form::List, Value::Sequence(list)) => list.items.iter().all(|item| item.str().is_some()),
        (Form::Maps, Value::Sequence(list)) => list.items.iter().all(|item| item.mapping().is_some()),
        (Form::Map, Value::Mapping(_)) => true,
        _ => false,
    }
}

/// Whether nothing can be wrong with a value once it is read as the value of this key: of its form, and not of a key whose
/// values are checked further, unless this one is right.
pub fn is_sound(key: &Key, value: &Node) -> bool {
    has_form(value, key.form)
        && match key.name {
            "id" => value.str().is_some_and(|text| uuid::written(text) == uuid::Written::Canonical),
            "status" => value.str().is_some_and(|text| words::STATUS.all.contains(&text)),
            "level" => value.str().is_some_and(|text| words::LEVEL.all.contains(&text)),
            "date" | "modified" => value.scalar().is_some_and(|scalar| Date::iso(&scalar.text).is_some()),
            "tags" | "related" => false,
            _ => key.form != Form::Map,
        }
}

/// Whether this is a key of the top with a value of its form: a selection may well be called `title`.
pub fn is_top_key(name: &str, value: &Node) -> bool {
    key(name).is_some_and(|key| match key.form {
        Form::Text | Form::Date => matches!(value.value, Value::Scalar(_)),
        Form::List => value.sequence().is_some() && has_form(value, Form::List),
        Form::Map => matches!(key.name, "logsource" | "detection") && value.mapping().is_some(),
        Form::Maps | Form::Flag => false,
    })
}

/// The section that a key at the top of a rule belongs into.
pub fn home(name: &str) -> Option<&'static str> {
    match name {
        "condition" | "timeframe" | "selection" => Some("detection"),
        "category" | "product" | "service" | "definition" => Some("logsource"),
        "rules" | "group-by" | "timespan" | "aliases" => Some("correlation"),
        _ => None,
    }
}
