//! What can be taken over from published rules at the cursor: values that they look for beside those of the rule.

use sigwise_corpus::advice::{Asking, siblings};
use sigwise_corpus::readers::sigma;
use sigwise_lint::diagnostic::EditText;
use sigwise_lint::edit::add_value;
use sigwise_sigma::Span;
use sigwise_sigma::detection::Item;
use tower_lsp::lsp_types::{CodeAction, CodeActionKind};

use crate::view::View;

/// The kind of these actions.
pub(super) const KIND: CodeActionKind = CodeActionKind::REFACTOR_REWRITE;

/// Of so many values, those are offered that belong to the item at the cursor,
const ASKED: usize = 50;

/// and of these so many.
const OFFERED: usize = 5;

/// Adds a value to the item that holds the range, best first.
pub(super) fn add_values(view: &View<'_>, range: Span) -> Vec<CodeAction> {
    add_values_at(view, range).unwrap_or_default()
}

fn add_values_at(view: &View<'_>, range: Span) -> Option<Vec<CodeAction>> {
    let (file, corpus) = (view.file(), view.corpus?);
    let document = file.document_at(range.start as usize)?;
    let (_, item) = document.detection()?.items().find(|(_, item)| !item.inherited && item.span().contains(range))?;
    let asking = Asking::new(sigma::rule(document, view.path)?, corpus, view.attack);
    let product = asking.rule().logsource.product.as_deref();
    let key = written(item)?;
    let mut actions = Vec::new();
    for sibling in siblings::ranked(&asking, ASKED) {
        let Some(because) = item.values.iter().find(|value| Some(value.span) == sibling.because.span) else { continue };
        let Some(row) = corpus.sigma(sibling.row, product).filter(|row| row.key == key) else { continue };
        let (Some(beside), Some(value)) = (because.text(), row.value) else { continue };
        let Some(edit) = add_value(file, item, &value) else { continue };
        let EditText::Text(new) = edit.text else { continue };
        let (count, peers) = (sibling.support.count(), sibling.support.peers);
        actions.push(CodeAction {
            title: format!("add `{value}`, as {count} of {peers} rules with `{beside}`"),
            kind: Some(KIND),
            edit: Some(view.workspace_edit(vec![view.text_edit(edit.span, new)])),
            ..CodeAction::default()
        });
    }
    actions.truncate(OFFERED);
    Some(actions)
}

/// `Image|endswith`
fn written(item: &Item) -> Option<String> {
    let key = item.key.as_ref()?;
    let modifiers: String = key.modifiers.iter().map(|used| format!("|{}", used.word.text)).collect();
    Some(format!("{}{modifiers}", key.field.text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::sample::look;

    const RULE: &str = "title: 'ö🦀'\nlogsource:\n    category: process_creation\n    product: windows\ndetection:\n    s:\n        Image|endswith: '\\net.exe' # ö\n        User: x\n    condition: s\n";

    /// The text after the first action at the first occurrence of `at`, and what the action is called.
    fn taken(at: &str) -> Option<(String, String)> {
        look(RULE, |view| {
            let actions = add_values(view, Span::at(RULE.find(at).expect("it is there")));
            let action = actions.into_iter().next()?;
            let changes = action.edit?.changes?;
            let edit = &changes[&view.document.uri][0];
            let mut text = RULE.to_owned();
            text.replace_range(view.span(edit.range).range(), &edit.new_text);
            Some((action.title, text))
        })
    }

    #[test]
    fn a_value_that_stands_beside_it_elsewhere() {
        let (title, text) = taken("net.exe").expect("an action");
        assert!(title.starts_with("add `\\net1.exe`, as "), "{title}");
        assert!(title.ends_with(" rules with `\\net.exe`"), "{title}");
        let list = "Image|endswith:\n            - '\\net.exe'\n            - '\\net1.exe' # ö\n";
        assert_eq!(text, RULE.replace("Image|endswith: '\\net.exe' # ö\n", list));
    }

    #[test]
    fn nothing_elsewhere() {
        assert_eq!(taken("User"), None);
        assert_eq!(taken("title"), None);
        assert_eq!(taken("condition"), None);
    }
}
