//! Log sources: real combinations of category, product and service, with how many rules have them.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;
use sigwise_corpus::logsource::{LogSourceRef, known};
use sigwise_lint::logsource::part;
use tower_lsp::lsp_types::CompletionItemKind;

use super::{Choice, Place};

/// The values of a part of the log source that go with its other parts, most rules first.
pub(super) fn values(place: &Place<'_>, name: &str) -> Vec<Choice> {
    let written = place.document.and_then(|document| document.logsource());
    let own = |wanted: &str| {
        let parts = written.map(|source| source.parts());
        let part = parts.into_iter().flatten().find(|(part, _)| *part == wanted && wanted != name);
        part.and_then(|(_, part)| part).map(|part| &*part.text)
    };
    let (category, product, service) = (own("category"), own("product"), own("service"));
    let goes = |source: &LogSourceRef<'_>| {
        let agrees = |own: Option<&str>, other: Option<&str>| own.is_none() || other.is_none() || own == other;
        agrees(category, source.category) && agrees(product, source.product) && agrees(service, source.service)
    };
    let mut counts: FxHashMap<&str, u32> = FxHashMap::default();
    for source in known().iter().filter(|source| goes(source)) {
        if let Some(value) = part(*source, name) {
            counts.entry(value).or_default();
        }
    }
    for source in place.view.corpus.into_iter().flat_map(|corpus| corpus.logsources()) {
        if let Some(value) = part(source.of, name).filter(|_| goes(&source.of)) {
            *counts.entry(value).or_default() += source.rules;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(value, rules)| (Reverse(rules), value));
    let choice = |(value, rules): (&str, u32)| {
        let choice = Choice::new(value, CompletionItemKind::ENUM_MEMBER);
        if rules == 0 { choice } else { choice.detail(format!("{rules} rules")) }
    };
    counts.into_iter().map(choice).collect()
}
