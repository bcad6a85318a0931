//! What can be taken over from published rules at the cursor: what they leave out, fields that they look at, and values
//! that they look for beside those of the rule.

use std::borrow::Cow;

use sigwise_corpus::advice::exclusions::{self, Basis, Exclusion, Filter};
use sigwise_corpus::advice::{Asking, fields, siblings};
use sigwise_corpus::normal::sigma::SigmaItem;
use sigwise_corpus::readers::sigma;
use sigwise_corpus::view::printable;
use sigwise_lint::diagnostic::{Edit, EditText};
use sigwise_lint::edit::{add_values, as_value, insert_after, quoted};
use sigwise_lint::{exclusion, fix};
use sigwise_sigma::detection::{Detection, Item, Selection};
use sigwise_sigma::yaml::{Mapping, Style, Value};
use sigwise_sigma::{Document, Span};
use tower_lsp::lsp_types::CodeAction;

use super::code_actions::rewrite;
use crate::view::View;

/// Of so many pieces of advice, those are offered that can be taken over at the cursor,
const ASKED: usize = 50;

/// and of these so many.
const OFFERED: usize = 5;

/// Each of these is tried before it is offered, so fewer are asked for.
const TRIED: usize = 10;

/// So many characters of a value stand in a title.
const SHOWN: usize = 60;

/// What peers have to offer for a range of the detection, best first.
pub(super) fn actions(view: &View<'_>, range: Span) -> Vec<CodeAction> {
    actions_at(view, range).unwrap_or_default()
}

fn actions_at(view: &View<'_>, range: Span) -> Option<Vec<CodeAction>> {
    let document = view.file().document_at(range.start as usize)?;
    let detection = document.detection()?;
    if view.file().shares_text || !detection.key.cover(detection.span).contains(range) {
        return None;
    }
    let asking = Asking::new(sigma::rule(document, view.path)?, view.corpus?, view.attack);
    let selection = detection.selections.iter().find(|selection| selection.entry.contains(range));
    let mut actions = add_values_at(view, detection, range, &asking);
    match selection.map(|selection| (selection, is_left_out(detection, selection))) {
        Some((selection, false)) => {
            actions.extend(add_fields(view, document, selection, range, &asking).unwrap_or_default());
        }
        Some((_, true)) => actions.extend(add_exclusions(view, document, &asking)),
        None if detection.key.contains(range) || is_at_condition(detection, range) => {
            actions.extend(add_exclusions(view, document, &asking));
        }
        None => {}
    }
    Some(actions)
}

/// Whether some condition leaves a selection out.
fn is_left_out(detection: &Detection, selection: &Selection) -> bool {
    detection.references().any(|reference| reference.negated && reference.selects(&selection.name.text))
}

fn is_at_condition(detection: &Detection, range: Span) -> bool {
    let key = detection.condition_key;
    key.is_some_and(|key| detection.conditions.iter().fold(key, |span, one| span.cover(one.span)).contains(range))
}

/// Leaves out what rules like this one do.
fn add_exclusions(view: &View<'_>, document: &Document, asking: &Asking<'_>) -> Vec<CodeAction> {
    let mut filters: Vec<Filter> = Vec::new();
    let mut actions = Vec::new();
    for found in exclusions::ranked(asking, TRIED) {
        let filter = found.filter(asking);
        if actions.len() == OFFERED || filters.contains(&filter) {
            continue;
        }
        if let Some(addition) = exclusion::add(view.file(), document, std::slice::from_ref(&filter)) {
            let title = format!("exclude {}: {}", said(&filter), evidence(&found));
            actions.push(rewrite(view, title, &addition.edits));
        }
        filters.push(filter);
    }
    actions
}

/// `Image: \a.exe` with `ParentImage: \b.exe`
fn said(filter: &Filter) -> String {
    let item = |(key, values): &(String, Vec<Option<String>>)| {
        let first = values.first().and_then(|value| value.as_deref()).unwrap_or("null");
        let more = if values.len() > 1 { format!(" or {} more", values.len() - 1) } else { String::new() };
        format!("`{}: {}`{more}", printable(key), shown(first))
    };
    filter.items.iter().map(item).collect::<Vec<_>>().join(" with ")
}

/// The beginning of a value.
fn shown(value: &str) -> Cow<'_, str> {
    let value = printable(value);
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &value[..end]).into(),
        None => value,
    }
}

/// Who leaves it out.
fn evidence(found: &Exclusion) -> String {
    let (count, peers) = (found.support.count(), found.support.peers);
    match found.basis {
        Basis::Technique => format!("{count} of {peers} peers do"),
        Basis::LogSource => format!("{count} of {peers} rules of this log source do"),
        Basis::Corpus => format!("{count} rules do"),
        Basis::Twin => "it goes with what this rule excludes".to_owned(),
    }
}

/// Adds fields that rules of the log source look at, each with a value of similar rules, to the map at the cursor.
fn add_fields(
    view: &View<'_>,
    document: &Document,
    selection: &Selection,
    range: Span,
    asking: &Asking<'_>,
) -> Option<Vec<CodeAction>> {
    let (file, corpus) = (view.file(), asking.corpus());
    let product = asking.rule().logsource.product.as_deref();
    let mapping = mapping_at(document, selection, range)?;
    let last = mapping.entries.iter().max_by_key(|entry| entry.key.span.start)?;
    if mapping.entries.iter().any(|entry| !entry.is_own()) || last.value.is_blank() {
        return None;
    }
    let count = selection.group.items().count();
    let program = fields::original_file_names(asking).into_iter().next();
    let mut actions = Vec::new();
    for found in fields::ranked(asking, TRIED) {
        let name = corpus.field_name(found.field);
        let typical = || found.values.iter().find_map(|row| corpus.sigma(*row, product));
        let program = program.clone().filter(|item| item.key == name);
        let Some(SigmaItem { key, value }) = program.or_else(typical).filter(|item| !item.key.is_empty()) else {
            continue;
        };
        let new = EditText::Text(as_value(&key, value.as_deref()));
        let edits = insert_after(&file.source, mapping, last, &quoted(&key, Style::Plain), new);
        let read = |edits: &Vec<Edit>| {
            let next = fix::applied(file, edits)?;
            let selection = next.documents.get(document.index)?.detection()?.selection(&selection.name.text)?;
            Some(selection.group.items().count() == count + 1)
        };
        let Some(edits) = edits.filter(|edits| read(edits) == Some(true)) else { continue };
        let (count, peers) = (found.support.count(), found.support.peers);
        let value = shown(value.as_deref().unwrap_or("null")).into_owned();
        let title = format!("add `{}: {value}`: {count} of {peers} rules look at `{name}`", printable(&key));
        actions.push(rewrite(view, title, &edits));
    }
    actions.truncate(OFFERED);
    Some(actions)
}

/// The map of fields that holds the range: the selection's, or one of its list.
fn mapping_at<'a>(document: &'a Document, selection: &Selection, range: Span) -> Option<&'a Mapping> {
    let section = document.get("detection").filter(|entry| entry.is_own())?.value.mapping()?;
    let entry = section.entries.iter().find(|entry| entry.key.span.contains(selection.name.span))?;
    let maps = match &entry.value.value {
        Value::Sequence(list) => &*list.items,
        _ => std::slice::from_ref(&entry.value),
    };
    let alone = maps.len() == 1;
    maps.iter().find(|map| map.alias.is_none() && (alone || map.span.contains(range)))?.mapping()
}

/// Adds a value to the item that holds the range.
fn add_values_at(view: &View<'_>, detection: &Detection, range: Span, asking: &Asking<'_>) -> Vec<CodeAction> {
    let item = detection.items().find(|(_, item)| !item.inherited && item.span().contains(range));
    let Some((item, key)) = item.and_then(|(_, item)| Some((item, written(item)?))) else { return Vec::new() };
    let product = asking.rule().logsource.product.as_deref();
    let mut actions = Vec::new();
    for sibling in siblings::ranked(asking, ASKED) {
        let Some(because) = item.values.iter().find(|value| Some(value.span) == sibling.because.span) else { continue };
        let row = asking.corpus().sigma(sibling.row, product).filter(|row| row.key == key);
        let (Some(beside), Some(value)) = (because.text(), row.and_then(|row| row.value)) else { continue };
        let Some(edit) = add_values(view.file(), item, &[&value]) else { continue };
        let (count, peers) = (sibling.support.count(), sibling.support.peers);
        let title = format!("add `{}`, as {count} of {peers} rules with `{}`", shown(&value), shown(beside));
        actions.push(rewrite(view, title, &[edit]));
    }
    actions.truncate(OFFERED);
    actions
}

/// `Image|endswith`
fn written(item: &Item) -> Option<String> {
    let key = item.key.as_ref()?;
    let modifiers: String = key.modifiers.iter().map(|used| format!("|{}", used.word.text)).collect();
    Some(format!("{}{modifiers}", key.field.text))
}

#[cfg(test)]
mod tests {
    use tower_lsp::lsp_types::TextEdit;

    use super::*;
    use crate::features::sample::look;

    const RULE: &str = "title: 'ö🦀'\nlogsource:\n    category: process_creation\n    product: windows\ndetection:\n    s:\n        Image|endswith: '\\net.exe' # ö\n        User: x\n    condition: s # c\n";

    /// The titles of the actions at the first occurrence of `at`, each with the text after it.
    fn taken(rule: &str, at: &str) -> Vec<(String, String)> {
        look(rule, |view| {
            let actions = actions(view, Span::at(rule.find(at).expect("it is there")));
            let apply = |action: CodeAction| {
                let changes = action.edit.and_then(|edit| edit.changes).expect("edits");
                let mut edits: Vec<TextEdit> = changes[&view.document.uri].clone();
                edits.sort_by_key(|edit| edit.range.start);
                let mut text = rule.to_owned();
                for edit in edits.into_iter().rev() {
                    text.replace_range(view.span(edit.range).range(), &edit.new_text);
                }
                (action.title, text)
            };
            actions.into_iter().map(apply).collect()
        })
    }

    #[test]
    fn a_value_that_stands_beside_it_elsewhere() {
        let (title, text) = taken(RULE, "net.exe").into_iter().next().expect("an action");
        assert!(title.starts_with("add `\\net1.exe`, as "), "{title}");
        assert!(title.ends_with(" rules with `\\net.exe`"), "{title}");
        let list = "Image|endswith:\n            - '\\net.exe'\n            - '\\net1.exe' # ö\n";
        assert_eq!(text, RULE.replace("Image|endswith: '\\net.exe' # ö\n", list));
    }

    #[test]
    fn fields_that_peers_look_at() {
        let found = taken(RULE, "User");
        assert_eq!(found.len(), OFFERED);
        for (title, text) in &found {
            let (item, counts) = title.strip_prefix("add `").and_then(|rest| rest.split_once("`: ")).expect("a title");
            assert!(counts.contains(" rules look at `"), "{title}");
            let key = item.split(':').next().expect("a key");
            let start = RULE.replace("User: x\n", &format!("User: x\n        {key}: "));
            assert!(text.starts_with(&start[..start.find("    condition").expect("one")]), "{title}: {text}");
            assert!(text.ends_with("\n    condition: s # c\n"), "{text}");
        }
        let program = "\n        OriginalFileName: 'net.exe'\n";
        assert!(found.iter().any(|(_, text)| text.contains(program)), "{found:?}");
    }

    #[test]
    fn exclusions_of_peers() {
        let found = taken(RULE, "condition");
        assert_eq!(found.len(), OFFERED);
        assert_eq!(found, taken(RULE, "detection"));
        for (title, text) in &found {
            assert!(title.starts_with("exclude `") && title.ends_with(" do"), "{title}");
            let (before, after) = RULE.split_once("    condition: s").expect("a condition");
            assert!(text.starts_with(&format!("{before}    filter_main_")), "{text}");
            assert!(text.ends_with(&format!("    condition: s and not 1 of filter_main_*{after}")), "{text}");
        }
        let filtered = &found[0].1;
        assert!(taken(filtered, "filter_main_").iter().all(|(title, _)| title.starts_with("exclude ")));
    }

    #[test]
    fn nothing_elsewhere() {
        assert_eq!(taken(RULE, "title"), []);
        assert_eq!(taken(RULE, "logsource"), []);
        let aliased = RULE.replace("User: x", "User: &u x\n        A: *u");
        assert_eq!(taken(&aliased, "condition"), []);
        assert_eq!(taken(&RULE.replace(": s #", ": 1 of them #"), "condition"), []);
    }
}
