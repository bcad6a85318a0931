//! Other rules: those of the project by id, name and title, and published ones that are like this one.

use sigwise_corpus::advice::similar;
use sigwise_corpus::vendor::Vendor;
use tower_lsp::lsp_types::CompletionItemKind;

use super::{Choice, Place};

/// How many rules like this one are offered.
const SIMILAR: usize = 10;

/// Ids for `related`: the published rules that are most like this one, then the project's.
pub(super) fn related(place: &Place<'_>) -> Vec<Choice> {
    let mut choices = Vec::new();
    if let (Some(asking), Some(corpus)) = (place.asking(), place.view.corpus) {
        let rules = similar::rules(&asking, 4 * SIMILAR).into_iter().map(|(rule, _)| corpus.rule(rule));
        let sigma = rules.filter(|rule| rule.vendor() == Vendor::Sigma && !rule.id().is_empty());
        choices.extend(sigma.take(SIMILAR).map(|rule| by_id(rule.id(), rule.title()).detail("like this rule")));
    }
    choices.extend(of_project(place));
    choices
}

/// Rules that a correlation or a filter can name: by name where they have one.
pub(super) fn rules(place: &Place<'_>) -> Vec<Choice> {
    let project = place.view.project;
    let mut names: Vec<&str> = project.names().collect();
    names.sort_unstable();
    let named = names.into_iter().filter_map(|name| {
        let entry = project.with_name(name).first()?;
        let filter = Some(format!("{name} {}", entry.title));
        Some(Choice { filter, ..Choice::new(name, CompletionItemKind::REFERENCE).detail(&*entry.title) })
    });
    named.chain(of_project(place)).collect()
}

fn of_project(place: &Place<'_>) -> Vec<Choice> {
    let mut entries: Vec<_> =
        place.view.project.ids().filter_map(|(id, entries)| Some((id, entries.first()?))).collect();
    entries.retain(|(_, entry)| &*entry.place.path != place.view.path);
    entries.sort_by(|a, b| a.1.title.cmp(&b.1.title).then(a.0.cmp(b.0)));
    entries.into_iter().map(|(id, entry)| by_id(id, &entry.title)).collect()
}

/// A rule that is found by its title, and written by its id.
fn by_id(id: &str, title: &str) -> Choice {
    let label = if title.is_empty() { id.to_owned() } else { title.to_owned() };
    let choice = Choice::new(label, CompletionItemKind::REFERENCE).documentation(format!("`{id}`"));
    Choice { insert: Some(id.to_owned()), filter: Some(format!("{id} {title}")), ..choice }
}
