//! Selections: fields that peers look at, modifiers that fit, values that peers look for or leave out.

use rustc_hash::{FxHashMap, FxHashSet};
use sigwise_corpus::advice::{Asking, exclusions, fields, siblings};
use sigwise_corpus::corpus::{Count, Leave, RowId, Take};
use sigwise_corpus::fields::KEYWORD;
use sigwise_corpus::normal::sigma::SigmaItem;
use sigwise_sigma::detection::{Detection, Group, Selection};
use sigwise_sigma::modifier::{Category, Modifier};
use tower_lsp::lsp_types::CompletionItemKind;

use super::keys::with_colon;
use super::{About, Choice, Place, share};
use crate::view::View;

/// How many fields are offered.
const FIELDS: usize = 60;

/// How many values are offered.
const VALUES: usize = 60;

/// Among how many of a field's rows they are looked for.
const LOOKED_AT: usize = 2_000;

/// What a field counts that the rule looks at in another selection, beside the scores of fields that peers look at. Measured
/// with `tests/tests/completion.rs`.
const OWN: f32 = 0.45;

/// The same for a field that stands in the same map already, where it can stand once more with other modifiers only.
const AGAIN: f32 = 0.2;

fn detection<'v>(place: &Place<'v>) -> Option<&'v Detection> {
    place.document?.detection()
}

fn selection<'v>(place: &Place<'v>, name: &str) -> Option<&'v Selection> {
    detection(place)?.selection(name)
}

/// Whether a selection is there to leave something out: the condition negates it, or nothing names it yet and its name says so.
fn is_filter(place: &Place<'_>, name: &str) -> bool {
    let mut uses = detection(place).into_iter().flat_map(|detection| detection.references());
    match uses.find(|reference| reference.selects(name)) {
        Some(reference) => reference.negated,
        None => name.starts_with("filter"),
    }
}

/// Keys of `detection`: what the condition names and is not there, and the usual names.
pub(super) fn selections(place: &Place<'_>) -> Vec<Choice> {
    let found = detection(place);
    let has = |name: &str| {
        found
            .is_some_and(|d| d.selection(name).is_some_and(|selection| !selection.name.span.touches(place.cursor.span)))
    };
    let mut choices: Vec<Choice> = Vec::new();
    let mut add = |name: &str, detail: &str| {
        if !has(name) && !choices.iter().any(|choice| choice.label == name) {
            let choice = Choice::new(name, CompletionItemKind::VARIABLE).detail(detail);
            choices.push(with_colon(place, choice, true));
        }
    };
    for reference in found.into_iter().flat_map(|detection| detection.references()) {
        if reference.quantifier.is_none() {
            add(&reference.name.text, "named in the condition");
        }
    }
    for name in ["selection", "selection_img", "selection_cli", "filter_main_", "filter_optional_", "keywords"] {
        add(name, "");
    }
    if found.is_none_or(|detection| detection.condition_key.is_none()) {
        choices.insert(0, with_colon(place, Choice::new("condition", CompletionItemKind::PROPERTY), false));
    }
    choices
}

/// Fields of a selection, and modifiers behind a `|`.
pub(super) fn keys(place: &Place<'_>, name: &str) -> Vec<Choice> {
    if place.cursor.typed.contains('|') {
        return modifiers(place);
    }
    let Some(asking) = place.asking() else { return Vec::new() };
    let corpus = asking.corpus();
    let (counts, rules) = corpus.fields_of_logsource(asking.rule().logsource.as_ref(), asking.leave());
    let counts: FxHashMap<&str, u32> =
        counts.into_iter().map(|count| (corpus.field_name(count.of), count.rules)).collect();
    let mut scores: FxHashMap<String, f32> = FxHashMap::default();
    for (field, score) in fields::order(&asking, FIELDS) {
        scores.insert(corpus.field_name(field).to_owned(), score);
    }
    let here = fields_of_map(place, name);
    for predicate in asking.rule().predicates.iter().filter(|predicate| !predicate.field_raw.is_empty()) {
        let own = if here.contains(&*predicate.field_raw) { AGAIN } else { OWN };
        let score = scores.entry(predicate.field_raw.to_string()).or_default();
        *score = score.max(own);
    }
    if is_filter(place, name) {
        let (excluded, of) = exclusions::fields(&asking);
        for count in excluded {
            *scores.entry(corpus.field_name(count.of).to_owned()).or_default() += count.rules as f32 / of.max(1) as f32;
        }
    }
    scores.remove(KEYWORD);
    let mut scores: Vec<(String, f32)> = scores.into_iter().collect();
    scores.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let choice = |(field, _): (String, f32)| {
        let count = counts.get(field.as_str()).copied().unwrap_or_default();
        let choice = Choice::new(field.clone(), CompletionItemKind::FIELD);
        let choice = if count == 0 { choice } else { choice.detail(share(count, rules)) };
        Choice { about: Some(About::Field(field)), ..choice }
    };
    scores.into_iter().map(choice).collect()
}

/// The fields of the map of a selection that the position is in.
fn fields_of_map<'v>(place: &Place<'v>, name: &str) -> FxHashSet<&'v str> {
    let Some(selection) = selection(place, name) else { return FxHashSet::default() };
    let begins = |group: &Group| group.span.start as usize <= place.offset;
    let last = selection.group.placed_items().map(|(group, _)| group).filter(|group| begins(group));
    let Some(map) = last.max_by_key(|group| group.span.start) else { return FxHashSet::default() };
    let keys = selection.group.placed_items().filter(|(group, _)| group.span == map.span);
    let keys = keys.filter_map(|(_, item)| item.key.as_ref());
    keys.filter(|key| !key.span.touches(place.cursor.span)).map(|key| &*key.field.text).collect()
}

/// Modifiers that can follow those that stand already.
fn modifiers(place: &Place<'_>) -> Vec<Choice> {
    let typed = place.cursor.typed;
    let (before, _) = typed.rsplit_once('|').unwrap_or((typed, ""));
    let mut parts = before.split('|');
    let field = parts.next().unwrap_or_default();
    let has: Vec<Modifier> = parts.filter_map(Modifier::from_word).collect();
    let category = |modifier: &Modifier| modifier.category();
    let fits = |modifier: &Modifier| {
        let modifier = *modifier;
        let shape = |other: &Modifier| matches!(category(other), Category::Shape | Category::Regex | Category::Network);
        let shaped = has.iter().any(shape);
        modifier.in_specification()
            && !has.contains(&modifier)
            && (!modifier.must_be_first() || has.is_empty())
            && modifier.needs().is_none_or(|needed| has.contains(&needed))
            && (!shaped || !shape(&modifier))
            && !has.iter().any(|other| matches!(category(other), Category::Existence | Category::Comparison))
    };
    let mut counts: FxHashMap<&str, u32> = FxHashMap::default();
    let asking = place.asking();
    let rows = asking.as_ref().map(|asking| rows_of(asking, field, Take::Indicators)).unwrap_or_default();
    for Count { of: row, rules } in rows.iter().take(400) {
        let Some(item) = asking.as_ref().and_then(|asking| asking.corpus().sigma(*row, None)) else { continue };
        for word in item.key.split('|').skip(1) {
            if let Some(modifier) = Modifier::from_word(word) {
                *counts.entry(modifier.word()).or_default() += rules;
            }
        }
    }
    let mut all: Vec<Modifier> = Modifier::ALL.into_iter().filter(fits).collect();
    all.sort_by_key(|modifier| std::cmp::Reverse(counts.get(modifier.word()).copied().unwrap_or_default()));
    let behind = place.view.text().get(place.offset..place.cursor.span.end as usize).unwrap_or_default();
    let behind = behind.find('|').map_or("", |at| behind.get(at..).unwrap_or_default());
    let choice = |modifier: Modifier| {
        let word = modifier.word();
        Choice {
            insert: Some(format!("{before}|{word}{behind}")),
            filter: Some(format!("{before}|{word}")),
            ..Choice::new(word, CompletionItemKind::OPERATOR).documentation(modifier.description())
        }
    };
    all.into_iter().map(choice).collect()
}

/// What other rules of the log source do with a field, most rules first. Further down stands what one rule does.
fn rows_of(asking: &Asking<'_>, field: &str, take: Take) -> Vec<Count<RowId>> {
    let name = SigmaItem { key: field.to_owned(), value: None }.normal().0;
    let rows = asking.corpus().field(&name).map(|field| asking.rows_of_field(field, take));
    let mut rows = rows.unwrap_or_default();
    rows.truncate(LOOKED_AT);
    rows
}

/// Values of a field: in a filter what peers leave out, else what stands beside the rule's own values, then what peers look for.
pub(super) fn values(place: &Place<'_>, name: &str, key: &str) -> Vec<Choice> {
    let Some(asking) = place.asking() else { return Vec::new() };
    let corpus = asking.corpus();
    let mut parts = key.split('|');
    let field = parts.next().unwrap_or_default();
    let shape: Vec<&str> = parts.filter(|word| !matches!(*word, "all" | "windash" | "neq")).collect();
    let product = asking.rule().logsource.product.as_deref();
    let here: FxHashSet<&str> = selection(place, name)
        .into_iter()
        .flat_map(|selection| selection.group.items())
        .filter(|item| item.key.as_ref().is_some_and(|other| &*other.field.text == field))
        .flat_map(|item| &item.values)
        .filter(|value| !value.span.touches(place.cursor.span))
        .filter_map(|value| value.text())
        .collect();
    let mut choices: Vec<Choice> = Vec::new();
    let mut seen: FxHashSet<String> = FxHashSet::default();
    // Whether there is room for more.
    let mut add = |item: Option<SigmaItem>, detail: &dyn Fn() -> String| {
        let Some(SigmaItem { key, value: Some(value) }) = item else { return true };
        let mut parts = key.split('|');
        let fits = parts.next() == Some(field) && parts.eq(shape.iter().copied()) && !here.contains(value.as_str());
        if fits && seen.insert(value.to_lowercase()) {
            let insert = Some(place.written(&value));
            let filter = place.cursor.quote.is_none().then(|| value.clone());
            choices.push(Choice { insert, filter, ..Choice::new(value, CompletionItemKind::VALUE).detail(detail()) });
        }
        choices.len() < VALUES
    };
    let filter = is_filter(place, name);
    if filter {
        for exclusion in exclusions::ranked(&asking, VALUES) {
            add(Some(exclusion.sigma), &|| share(exclusion.support.count(), exclusion.support.peers));
        }
    } else {
        for sibling in siblings::ranked(&asking, VALUES) {
            let support = &sibling.support;
            let beside =
                || format!("beside {} in {}", sibling.because.value_raw, share(support.count(), support.peers));
            add(corpus.sigma(sibling.row, product), &beside);
        }
    }
    let take = if filter { Take::Exclusions } else { Take::Indicators };
    for Count { of: row, rules } in rows_of(&asking, field, take) {
        if !add(corpus.sigma(row, product), &|| format!("{rules} rules")) {
            break;
        }
    }
    choices
}

/// Fields to group by: those that rules of the project's log sources have most.
pub(super) fn group_by(place: &Place<'_>) -> Vec<Choice> {
    let Some(corpus) = place.view.corpus else { return Vec::new() };
    let all: Vec<_> = corpus.rules().map(|rule| rule.rule_id()).collect();
    let counts = corpus.fields_in(&all, Take::Indicators).into_iter().take(FIELDS);
    counts
        .map(|count| {
            Choice::new(corpus.field_name(count.of), CompletionItemKind::FIELD).detail(format!("{} rules", count.rules))
        })
        .collect()
}

/// What rules do with a field, in a few lines.
pub(super) fn about_field(view: &View<'_>, name: &str) -> Option<String> {
    let corpus = view.corpus?;
    let field = corpus.field(name)?;
    let mut rows: Vec<(u32, RowId)> =
        corpus.rows_of_field(field).map(|row| (corpus.reach_count(row, Leave::NONE), row)).collect();
    rows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut text = format!("**{name}**\n\nWhat most rules look for in it:\n");
    for (rules, row) in rows.into_iter().take(6) {
        let row = corpus.row_ref(row);
        text.push_str(&format!("\n- {} `{}` ({rules} rules)", row.op, row.value.replace('`', "'")));
    }
    Some(text)
}
