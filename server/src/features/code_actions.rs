//! What can be done: about findings their fixes, all safe ones at once, and suppressions; beside them what peers have to
//! offer and what can be generated.

use sigwise_lint::diagnostic::{Applicability, Edit};
use sigwise_lint::fix::fix;
use sigwise_lint::project::FileEntries;
use sigwise_lint::suppress::{Scope, suppression};
use sigwise_lint::{Diagnostic, Fix, lint};
use sigwise_sigma::Span;
use sigwise_workspace::fill::{Ids, Texts, fill};
use similar::{DiffOp, TextDiff};
use tower_lsp::lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOptions, CodeActionOrCommand,
    CodeActionProviderCapability, Range, TextEdit,
};

use super::diagnostics::diagnostic;
use super::{generators, peers};
use crate::view::View;

/// Changes that no finding asks for.
const REWRITE: CodeActionKind = CodeActionKind::REFACTOR_REWRITE;

/// Applies every safe fix.
const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.sigwise");

/// More findings at one place are in no menu.
const MAX_FINDINGS: usize = 1_000;

/// A suppression is tried before it is offered; for so many findings at a time.
const MAX_SUPPRESSIONS: usize = 20;

/// What is announced.
pub(crate) fn options() -> CodeActionProviderCapability {
    CodeActionProviderCapability::Options(CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, REWRITE, FIX_ALL]),
        ..CodeActionOptions::default()
    })
}

/// What can be done in a range. What belongs to the whole file comes only where it is asked for by name.
pub(crate) fn code_actions(view: &View<'_>, range: Range, context: &CodeActionContext) -> Vec<CodeActionOrCommand> {
    let only = context.only.as_deref();
    let mut actions = Vec::new();
    if only.is_none_or(|only| asks_for(only, &CodeActionKind::QUICKFIX)) {
        let span = view.span(range);
        let found: Vec<_> = view.found().iter().filter(|found| found.span.touches(span)).take(MAX_FINDINGS).collect();
        found.iter().for_each(|found| fixes(view, found, &mut actions));
        found.iter().take(MAX_SUPPRESSIONS).for_each(|found| suppressions(view, found, &mut actions));
    }
    if only.is_some_and(|only| asks_for(only, &FIX_ALL)) {
        actions.extend(fix_all(view));
    }
    if only.is_none_or(|only| asks_for(only, &REWRITE)) {
        actions.extend(peers::actions(view, view.span(range)));
        actions.extend(generators::actions(view, view.span(range)));
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// Whether an action of this kind is among those asked for: a kind stands for all below it.
fn asks_for(only: &[CodeActionKind], kind: &CodeActionKind) -> bool {
    let below =
        |asked: &str| kind.as_str().strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    only.iter().any(|asked| asked.as_str().is_empty() || below(asked.as_str()))
}

fn fixes(view: &View<'_>, found: &Diagnostic, out: &mut Vec<CodeAction>) {
    // Fresh ids are counted through all fixes of a finding, as on the command line.
    let mut texts = Texts::new(view.path, view.text(), &found.fingerprint, view.today);
    let mut has_preferred = false;
    for fix in &found.fixes {
        let edits = fix.edits.iter().map(|edit| view.text_edit(edit.span, texts.next(&edit.text))).collect();
        let is_preferred = is_safe(fix) && !has_preferred;
        has_preferred |= is_preferred;
        out.push(CodeAction { is_preferred: Some(is_preferred), ..quick_fix(view, found, fix.title.clone(), edits) });
    }
}

fn is_safe(fix: &Fix) -> bool {
    fix.applicability == Applicability::Safe
}

fn suppressions(view: &View<'_>, found: &Diagnostic, out: &mut Vec<CodeAction>) {
    for (scope, place) in [(Scope::Line, "here"), (Scope::File, "in this file")] {
        let Some(edit) = suppression(view.file(), found, scope) else { continue };
        let mut texts = Texts::new(view.path, view.text(), &found.fingerprint, view.today);
        let edits = vec![view.text_edit(edit.span, texts.next(&edit.text))];
        out.push(quick_fix(view, found, format!("ignore `{}` {place}", found.check.id), edits));
    }
}

fn quick_fix(view: &View<'_>, found: &Diagnostic, title: String, edits: Vec<TextEdit>) -> CodeAction {
    CodeAction {
        title,
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostic(view, found)]),
        edit: Some(view.workspace_edit(edits)),
        ..CodeAction::default()
    }
}

/// A change that no finding asks for.
pub(super) fn rewrite(view: &View<'_>, title: String, edits: &[Edit]) -> CodeAction {
    let mut texts = Texts::new(view.path, view.text(), "action", view.today);
    let edits = edits.iter().map(|edit| view.text_edit(edit.span, texts.next(&edit.text))).collect();
    CodeAction { title, kind: Some(REWRITE), edit: Some(view.workspace_edit(edits)), ..CodeAction::default() }
}

/// What `sigwise lint --fix` would write, as edits of the lines that it changes.
fn fix_all(view: &View<'_>) -> Option<CodeAction> {
    let has_safe = |found: &Diagnostic| found.fixes.iter().any(is_safe);
    if !view.found().iter().any(has_safe) {
        return None;
    }
    let before = view.text();
    let mut ids = Ids::new(view.path, before, "fix");
    let mut fresh_id = || ids.fresh();
    let mut project = view.project.clone();
    let fixed = fix(view.file().clone(), Applicability::Safe, &mut fill(&mut fresh_id, view.today), |file| {
        project.remove(view.path);
        project.add(FileEntries::of(&view.document.home.path, file));
        let mut cx = view.context();
        cx.project = &project;
        lint(file, &cx)
    });
    let edits = difference(before, &fixed.text?);
    Some(CodeAction {
        title: "apply every safe fix".to_owned(),
        kind: Some(FIX_ALL),
        edit: Some(view.workspace_edit(edits.into_iter().map(|(span, new)| view.text_edit(span, new)).collect())),
        ..CodeAction::default()
    })
}

/// The edits that make one text of another: of each run of changed lines what differs.
fn difference(old: &str, new: &str) -> Vec<(Span, String)> {
    let diff = TextDiff::from_lines(old, new);
    let (old_starts, new_starts) = (starts(diff.old_slices()), starts(diff.new_slices()));
    let changed = diff.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    let edits = changed.filter_map(|op| {
        let (lines, others) = (op.old_range(), op.new_range());
        let (start, end) = (*old_starts.get(lines.start)?, *old_starts.get(lines.end)?);
        let (gone, come) =
            (old.get(start..end)?, new.get(*new_starts.get(others.start)?..*new_starts.get(others.end)?)?);
        let pairs = gone.char_indices().zip(come.chars());
        let prefix = pairs.take_while(|((_, a), b)| a == b).last().map_or(0, |((at, c), _)| at + c.len_utf8());
        let (gone, come) = (&gone[prefix..], &come[prefix..]);
        let pairs = gone.chars().rev().zip(come.chars().rev());
        let suffix: usize = pairs.take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
        let span = Span::new(start + prefix, end - suffix);
        Some((span, come[..come.len() - suffix].to_owned()))
    });
    edits.collect()
}

/// Where each line starts, and the end.
fn starts(lines: &[&str]) -> Vec<usize> {
    let mut at = 0;
    let mut starts = vec![0];
    starts.extend(lines.iter().map(|line| {
        at += line.len();
        at
    }));
    starts
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn only_what_differs_is_edited() {
        for (old, new) in [
            ("a\nb\nc\n", "a\nb2\nc\n"),
            ("a\r\nb\r\n", "a\r\n\r\nb"),
            ("", "x"),
            ("ä: é\nb", "ä: ó\nb\nc"),
            ("a\na\n", "a\n"),
        ] {
            let mut text = old.to_owned();
            for (span, new) in difference(old, new).into_iter().rev() {
                text.replace_range(span.range(), &new);
            }
            assert_eq!(text, new);
        }
        let edits = difference("title: a\nlevel: hgih\n", "title: a\nlevel: high\n");
        assert_eq!(edits.len(), 1);
        assert_eq!(edits[0].0.range(), 17..19);
    }
}
