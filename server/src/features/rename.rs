//! Renaming of selections, where the rule means the same afterwards.

use sigwise_sigma::condition::{Condition, is_name};
use sigwise_sigma::detection::{Detection, Selection};
use sigwise_sigma::scalar::{Type, resolve};
use sigwise_sigma::yaml::Style;
use sigwise_sigma::{Document, Source, Span, parse};
use tower_lsp::lsp_types::{PrepareRenameResponse, TextEdit, WorkspaceEdit};

use super::selections::Named;
use crate::view::View;

/// What would be renamed at an offset, or why nothing can be. `None` where no selection is named.
pub(crate) fn prepare(view: &View<'_>, offset: usize) -> Option<Result<PrepareRenameResponse, String>> {
    let document = view.file().document_at(offset)?;
    let named = Named::at(document, offset)?;
    let response = |_| PrepareRenameResponse::RangeWithPlaceholder {
        range: view.range(named.span),
        placeholder: named.text.to_owned(),
    };
    Some(subject(view, &named).map(response))
}

/// The edits that give the selection at an offset another name, or why they would change what the rule means.
pub(crate) fn rename(view: &View<'_>, offset: usize, new: &str) -> Option<Result<WorkspaceEdit, String>> {
    let document = view.file().document_at(offset)?;
    let named = Named::at(document, offset)?;
    let spans = subject(view, &named).and_then(|selection| {
        accept(document, &named, new)?;
        let by_name = named.references().filter(|reference| *reference.name.text == *named.text);
        let mut spans: Vec<Span> = by_name.map(|reference| reference.name.span).collect();
        spans.push(selection.name.span);
        spans.sort_unstable();
        keeps_meaning(view, document, &named, new, &spans)?;
        Ok(spans)
    });
    let edits = |spans: Vec<Span>| spans.into_iter().map(|span| view.text_edit(span, new)).collect::<Vec<TextEdit>>();
    Some(spans.map(|spans| view.workspace_edit(edits(spans))))
}

/// The one selection that is meant.
fn subject<'a>(view: &View<'a>, named: &Named<'a>) -> Result<&'a Selection, String> {
    let old = named.text;
    let mut selections = named.selections();
    if named.is_pattern && selections.next().is_none_or(|selection| *selection.name.text != *old) {
        return Err(format!("`{old}` is a pattern: rename the selections that it takes in"));
    }
    let mut selections = named.selections();
    let selection = selections.next().ok_or_else(|| format!("no selection is called `{old}`"))?;
    if selections.next().is_some() {
        return Err(format!("more than one selection is called `{old}`"));
    }
    if view.file().shares_text || selection.inherited {
        return Err("text of this file stands for several places (aliases, merge keys or `action`)".to_owned());
    }
    if !named.detection.conditions.iter().all(Condition::is_complete) {
        return Err("the condition cannot be read as a whole".to_owned());
    }
    let by_name = named.references().filter(|reference| *reference.name.text == *old).map(|r| r.name.span);
    if by_name.chain([selection.name.span]).any(|span| view.file().source.slice(span) != old) {
        return Err(format!("`{old}` is written with escapes"));
    }
    Ok(selection)
}

/// Whether a selection can have this name.
fn accept(document: &Document, named: &Named<'_>, new: &str) -> Result<(), String> {
    let detection = named.detection;
    let is_filter = document.filter().is_some();
    if matches!(new, "condition" | "timeframe") || (is_filter && new == "rules") {
        return Err(format!("`{new}` is a key of its own and no selection"));
    }
    let is_word = ["all", "any", "of", "them"].iter().any(|word| new.eq_ignore_ascii_case(word));
    if !is_name(new) || is_word || new.starts_with('-') || resolve(new, Style::Plain, None) != Type::Str {
        return Err(format!("`{new}` is no name: letters, digits, `_` and `-`, and none of the condition's words"));
    }
    if *new == *named.text {
        return Ok(());
    }
    if detection.selection(new).is_some() {
        return Err(format!("another selection is called `{new}`"));
    }
    for reference in detection.references() {
        let pattern = &*reference.name.text;
        if pattern == named.text {
            continue;
        }
        match (reference.selects(named.text), reference.selects(new)) {
            (true, false) => return Err(format!("`{pattern}` in the condition would not take in `{new}` any more")),
            (false, true) => return Err(format!("`{pattern}` in the condition would take in `{new}`, too")),
            _ => {}
        }
    }
    Ok(())
}

/// Reads the text as it would become: it must hold as many selections and problems, and conditions of the same form.
fn keeps_meaning(
    view: &View<'_>,
    document: &Document,
    named: &Named<'_>,
    new: &str,
    spans: &[Span],
) -> Result<(), String> {
    let mut text = view.text().to_owned();
    for span in spans.iter().rev() {
        text.replace_range(span.range(), new);
    }
    let next = parse(Source::from(text));
    let (old, new) = (named.detection, next.documents.get(document.index).and_then(Document::detection));
    let same = new.is_some_and(|new| {
        let errors = |detection: &Detection| detection.conditions.iter().map(|c| c.errors.len()).sum::<usize>();
        let shape =
            |detection: &Detection| detection.references().map(|r| (r.quantifier, r.negated)).collect::<Vec<_>>();
        old.selections.len() == new.selections.len() && errors(old) == errors(new) && shape(old) == shape(new)
    });
    let sound = same && next.problems.len() == view.file().problems.len();
    if sound { Ok(()) } else { Err("the rule would be read differently afterwards".to_owned()) }
}

#[cfg(test)]
mod tests {
    use tower_lsp::lsp_types::DocumentChanges;

    use super::*;
    use crate::features::sample::{look, slice};

    /// The text after the selection at the first occurrence of `at` was given another name; or why not.
    fn renamed(text: &str, at: &str, new: &str) -> Result<String, String> {
        look(text, |view| {
            let offset = text.find(at).expect("it is there");
            let edit = rename(view, offset, new).expect("a selection")?;
            let changes = edit.changes.unwrap_or_default();
            assert!(!matches!(edit.document_changes, Some(DocumentChanges::Operations(_))));
            let mut edits: Vec<Span> = changes[&view.document.uri].iter().map(|edit| view.span(edit.range)).collect();
            edits.sort_unstable();
            let mut text = text.to_owned();
            edits.iter().rev().for_each(|span| text.replace_range(span.range(), new));
            Ok(text)
        })
    }

    const RULE: &str = "title: 'ö🦀'\ndetection:\n  sel_a: {A: 1}\n  'sel_b': {B: 2}\n  other: {C: 3}\n  condition: '(1 of sel_* and not other) or sel_a or\n    sel_b'\n";

    #[test]
    fn key_and_conditions_change_and_nothing_else() {
        let expected = RULE.replace("sel_b", "sel_other");
        assert_eq!(renamed(RULE, "sel_b'", "sel_other"), Ok(expected.clone()));
        assert_eq!(renamed(RULE, "sel_b'\n", "sel_other"), Ok(expected));
        assert_eq!(renamed(RULE, "other)", "filter-x"), Ok(RULE.replace("other", "filter-x")));
        let quantified = "detection:\n  s: {A: 1}\n  condition: 1 of s\n";
        assert_eq!(renamed(quantified, "s: {", "t"), Ok("detection:\n  t: {A: 1}\n  condition: 1 of t\n".to_owned()));
    }

    #[test]
    fn meaning_is_kept_or_the_reason_given() {
        for (at, new, reason) in [
            ("sel_a", "selected", "`sel_*` in the condition would not take in `selected` any more"),
            ("other", "sel_c", "`sel_*` in the condition would take in `sel_c`, too"),
            ("other", "sel_a", "another selection is called `sel_a`"),
            ("other", "condition", "`condition` is a key of its own and no selection"),
            ("other", "timeframe", "`timeframe` is a key of its own and no selection"),
            ("other", "a b", "`a b` is no name"),
            ("other", "a*", "`a*` is no name"),
            ("other", "them", "`them` is no name"),
            ("other", "and", "`and` is no name"),
            ("other", "yes", "`yes` is no name"),
            ("other", "12", "`12` is no name"),
            ("other", "", "`` is no name"),
            ("sel_*", "x", "`sel_*` is a pattern"),
        ] {
            let refused = renamed(RULE, at, new).expect_err("refused");
            assert!(refused.starts_with(reason), "{new}: {refused}");
        }
        let hidden = "detection:\n  _a: {A: 1}\n  b: {A: 2}\n  condition: _a or all of them\n";
        assert!(renamed(hidden, "_a", "c").expect_err("refused").contains("`them`"));
        assert!(renamed(hidden, "b:", "_b").expect_err("refused").contains("`them`"));
        let shared = "detection:\n  a: &x {A: 1}\n  b: *x\n  condition: a or b\n";
        assert!(renamed(shared, "a:", "c").expect_err("refused").contains("aliases"));
        let broken = "detection:\n  a: {A: 1}\n  condition: a or\n";
        assert!(renamed(broken, "a:", "c").expect_err("refused").contains("as a whole"));
    }

    #[test]
    fn what_is_renamed_is_the_name_within_its_quotes() {
        look(RULE, |view| {
            let prepared = prepare(view, RULE.find("sel_b").expect("it is there") + 2);
            let Some(Ok(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder })) = prepared else {
                panic!("{prepared:?}")
            };
            assert_eq!((slice(view, range), &*placeholder), ("sel_b", "sel_b"));
            assert_eq!((range.start.line, range.start.character), (3, 3));
            assert!(prepare(view, RULE.find("title").expect("it is there")).is_none());
        });
    }
}
