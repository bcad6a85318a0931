//! What a machine writes better than a person: new ids, and today's date.

use sigwise_lint::diagnostic::{Edit, EditText};
use sigwise_lint::edit::insert_key;
use sigwise_lint::rule::RuleDocument;
use sigwise_sigma::detection::Spanned;
use sigwise_sigma::yaml::Entry;
use sigwise_sigma::{Body, Document, Span};
use sigwise_workspace::fill::iso;
use tower_lsp::lsp_types::CodeAction;

use super::code_actions::rewrite;
use crate::view::View;

/// What can be generated at a range: at `id`, `date` and `modified` another value, at `title` an id and a date that are
/// missing, at `date` a `modified`.
pub(super) fn actions(view: &View<'_>, range: Span) -> Vec<CodeAction> {
    let document = view.file().document_at(range.start as usize);
    let Some(document) = document.filter(|document| !matches!(document.body, Body::None)) else { return Vec::new() };
    let mut actions = Vec::new();
    let here = |key: &str| document.get(key).filter(|entry| is_at(entry, range));
    for key in ["id", "date", "modified"] {
        let Some(entry) = here(key) else { continue };
        let value = Spanned::of(&entry.value);
        let (title, new) = match key {
            "id" => ("write a new UUID".to_owned(), EditText::FreshId),
            _ => (format!("set `{key}` to today"), EditText::Today),
        };
        if let Some(value) = value.filter(|value| !value.span.is_empty() && *value.text != *iso(view.today)) {
            actions.push(rewrite(view, title, &[Edit { span: value.span, text: new }]));
        }
    }
    let missing = [
        ("title", "id", EditText::FreshId, "add a new UUID as `id`"),
        ("title", "date", EditText::Today, "add today's date"),
        ("date", "modified", EditText::Today, "add today as `modified`"),
    ];
    for (at, key, new, title) in missing {
        if here(at).is_some() && document.get(key).is_none() && !is_told(view, document, key) {
            let edits = insert_key(&RuleDocument { file: view.file(), document }, key, new);
            actions.extend(edits.map(|edits| rewrite(view, title.to_owned(), &edits)));
        }
    }
    actions
}

fn is_at(entry: &Entry, range: Span) -> bool {
    entry.is_own() && entry.key.span.cover(entry.value.span).contains(range)
}

/// Whether a finding says that the key is missing: its fix adds it.
fn is_told(view: &View<'_>, document: &Document, key: &str) -> bool {
    let says = format!("missing-{key}");
    view.found().iter().any(|found| found.check.id == says && document.span.contains(found.span))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::sample::look;

    const RULE: &str = "title: 'ö🦀'\nid: '1' # i\ndate: 2024-05-06\nlogsource:\n  product: windows\ndetection:\n  s: {a: b}\n  condition: s\n";

    /// The title of each action at the first occurrence of `at` in a rule, and what the edits write.
    fn offered(rule: &str, at: &str) -> Vec<(String, Vec<String>)> {
        look(rule, |view| {
            let found = actions(view, Span::at(rule.find(at).expect("it is there")));
            let written = |action: CodeAction| {
                let changes = action.edit.and_then(|edit| edit.changes).expect("edits");
                let edits = &changes[&view.document.uri];
                (action.title, edits.iter().map(|edit| edit.new_text.clone()).collect())
            };
            found.into_iter().map(written).collect()
        })
    }

    #[test]
    fn ids_and_dates() {
        let id = offered(RULE, "id:");
        assert_eq!(id[0].0, "write a new UUID");
        assert_eq!(id[0].1[0].len(), 36);
        let today = || vec!["2026-11-24".to_owned()];
        let modified = vec!["\nmodified: ".to_owned(), "2026-11-24".to_owned()];
        let date = offered(RULE, "2024");
        assert_eq!(
            date,
            [("set `date` to today".to_owned(), today()), ("add today as `modified`".to_owned(), modified)]
        );
        assert_eq!(offered(RULE, "title"), []);
        assert_eq!(offered(&RULE.replace("2024-05-06", "2026-11-24\nmodified: 2026-11-24"), "date"), []);
        let bare = offered("title: a\nlogsource: {}\ndetection: {}\n", "title");
        let titles: Vec<_> = bare.iter().map(|(title, _)| title.as_str()).collect();
        assert_eq!(titles, ["add a new UUID as `id`", "add today's date"]);
        assert_eq!(offered(RULE, "condition"), []);
    }
}
