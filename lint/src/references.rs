//! Where a rule names other rules.

use sigwise_sigma::Document;
use sigwise_sigma::condition::Condition;
use sigwise_sigma::correlation::{CorrelationCondition, FilterRules};
use sigwise_sigma::detection::Spanned;

use crate::uuid;

/// Where a document names rules: in `related`, of a correlation in `rules`, `aliases` and `condition`, of a filter in `rules`.
pub fn rule_names(document: &Document) -> Vec<Spanned> {
    let mut names = Vec::new();
    let related = document.get("related").and_then(|entry| entry.value.sequence());
    let items = related.into_iter().flat_map(|list| &list.items).filter_map(|item| item.mapping()?.get("id"));
    names.extend(items.filter_map(|entry| Spanned::of_text(&entry.value)));
    if let Some(correlation) = document.correlation() {
        names.extend(correlation.rules.iter().cloned());
        names.extend(correlation.aliases.iter().flat_map(|alias| &alias.fields).map(|(rule, _)| rule.clone()));
        if let Some(CorrelationCondition::Extended(condition)) = &correlation.condition {
            names.extend(Condition::references(condition).into_iter().map(|reference| reference.name.clone()));
        }
    }
    if let Some(FilterRules::List(_, rules)) = document.filter().map(|filter| &filter.rules) {
        names.extend(rules.iter().cloned());
    }
    names
}

/// Under what an id, name or title is looked up: an id in any spelling is one.
pub(crate) fn key(text: &str) -> Box<str> {
    uuid::canonical(text).map_or_else(|| text.into(), |id| id.to_lowercase().into())
}
