//! Filter rules: what they leave out of which rules (specification 2.1.0).

use crate::correlation::texts;
use crate::detection::build::{self, Section, key_text};
use crate::detection::{Detection, LogSource, Spanned};
use crate::scalar::Type;
use crate::source::Span;
use crate::yaml::{Entry, Value};

/// A filter rule: what it leaves out of which rules.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Where it applies.
    pub logsource: Option<LogSource>,
    /// Selections and condition under `filter`.
    pub detection: Option<Detection>,
    /// To which rules.
    pub rules: FilterRules,
}

/// `rules` of a filter.
#[derive(Clone, Debug)]
pub enum FilterRules {
    /// Not there.
    Missing,
    /// `any`: every rule of the log source.
    Any(Span),
    /// Ids or names.
    List(Span, Vec<Spanned>),
    /// Something else.
    Invalid(Span),
}

/// Reads `filter`; its log source stands beside it. `text` is the file.
pub(crate) fn read(text: &str, entry: &Entry, logsource: Option<LogSource>) -> Filter {
    let rules = match &entry.value.value {
        Value::Mapping(map) => map.entries.iter().rfind(|entry| key_text(&entry.key) == Some("rules")),
        _ => None,
    };
    Filter {
        logsource,
        detection: build::detection(text, entry, Section::Filter),
        rules: rules.map_or(FilterRules::Missing, |entry| read_rules(&entry.value)),
    }
}

/// As pySigma: `any` in any case and the empty list mean every rule, one text is one rule.
fn read_rules(node: &crate::yaml::Node) -> FilterRules {
    match &node.value {
        Value::Scalar(scalar) if scalar.ty == Type::Str && scalar.text.eq_ignore_ascii_case("any") => {
            FilterRules::Any(node.span)
        }
        Value::Scalar(scalar) if scalar.ty == Type::Str => FilterRules::List(node.span, texts(node, Spanned::of_text)),
        Value::Sequence(list) if list.items.is_empty() => FilterRules::Any(node.span),
        Value::Sequence(_) => FilterRules::List(node.span, texts(node, Spanned::of_text)),
        _ => FilterRules::Invalid(node.span),
    }
}
