//! Fields, modifiers, values, selections and the condition.

use sigwise_corpus::advice::Asking;
use sigwise_corpus::corpus::{Corpus, RowId, RuleId, Take, asked};
use sigwise_corpus::fields::Fields;
use sigwise_corpus::readers::sigma;
use sigwise_corpus::vendor::Vendor;
use sigwise_sigma::Document;
use sigwise_sigma::condition::{Condition, TokenKind};
use sigwise_sigma::detection::Detection;

use super::words::{code, group, joined};
use super::{About, within};
use crate::view::View;

/// How many things are listed.
const LISTED: usize = 5;

/// How many rows of a field are looked at for what vendors call it.
const ROWS: usize = 2_000;

/// What stands at an offset of `detection`, or of a filter.
pub(super) fn detection(view: &View<'_>, document: &Document, offset: usize) -> Option<About> {
    let detection = document.detection()?;
    let asking = || Some(Asking::new(sigma::rule(document, view.path)?, view.corpus?, view.attack));
    if let Some(condition) = detection.conditions.iter().find(|condition| within(condition.span, offset)) {
        return self::condition(detection, condition, offset);
    }
    if let Some(selection) = detection.selections.iter().find(|selection| within(selection.name.span, offset)) {
        let heading =
            format!("**{}** matches if {} these hold:", code(&selection.name.text), joined(selection.group.join));
        return Some((selection.name.span, format!("{heading}\n\n{}", group(&selection.group, 0))));
    }
    for (_, item) in detection.items() {
        if let Some(key) = item.key.as_ref().filter(|key| within(key.span, offset)) {
            if let Some(used) = key.modifiers.iter().find(|used| within(used.word.span, offset)) {
                let modifier = used.modifier?;
                return Some((used.word.span, format!("**{modifier}**\n\n{}", modifier.description())));
            }
            return Some((key.field.span, field(&asking()?, &key.field.text)));
        }
        if let Some(value) = item.values.iter().find(|value| within(value.span, offset)) {
            return Some((value.span, self::value(&asking()?, value.span)?));
        }
    }
    None
}

/// A field: who looks at it, and what vendors call it.
fn field(asking: &Asking<'_>, raw: &str) -> String {
    let corpus = asking.corpus();
    let known = Fields::embedded().canonical(raw);
    let mut text = format!("**{}**", code(raw));
    if known.scaffold {
        text.push_str(": says where to look, not what for");
    }
    let source = asking.rule().logsource.as_ref();
    let (fields, rules) = corpus.fields_of_logsource(source, asking.leave());
    let name = known.name;
    let count = fields.iter().find(|count| corpus.field_name(count.of) == name).map_or(0, |count| count.rules);
    text.push_str(&format!("\n\n{count} of {rules} other rules of {source} look at it"));
    let Some(id) = corpus.field(name) else { return text };
    let mut names: Vec<(Vendor, &str, u32)> = Vec::new();
    for spelling in corpus.rows_of_field(id).take(ROWS).flat_map(|row| corpus.spellings(row)) {
        if spelling.vendor == Vendor::Sigma {
            continue;
        }
        match names.iter_mut().find(|(vendor, key, _)| *vendor == spelling.vendor && *key == spelling.key) {
            Some((.., count)) => *count += 1,
            None => names.push((spelling.vendor, spelling.key, 1)),
        }
    }
    names.sort_by(|a, b| b.2.cmp(&a.2).then(a.1.cmp(b.1)));
    if !names.is_empty() {
        let names: Vec<String> =
            names.iter().take(LISTED).map(|(vendor, key, _)| format!("`{}` ({vendor})", code(key))).collect();
        text.push_str(&format!("\n\nElsewhere: {}", names.join(", ")));
    }
    text
}

/// A value: how many rules look for it, for which techniques, and what they look for beside it.
fn value(asking: &Asking<'_>, span: sigwise_sigma::Span) -> Option<String> {
    let corpus = asking.corpus();
    let (predicate, row) = asking.predicates().find(|(predicate, _)| predicate.span == Some(span))?;
    let mut text = format!("`{}` {} `{}`", code(&predicate.field), predicate.op, code(&predicate.value));
    let Some(row) = row else {
        text.push_str("\n\nNo other published rule has it");
        return Some(text);
    };
    let leave = asking.leave();
    let rules = corpus.rules_of_row(row, Take::Indicators, leave);
    let evidence = corpus.evidence(&rules);
    let vendors: Vec<String> =
        evidence.by_vendor.iter().filter(|(_, n)| *n > 0).map(|(vendor, n)| format!("{n} {vendor}")).collect();
    text.push_str(&format!("\n\n{} other rules look for it", rules.len()));
    if !vendors.is_empty() {
        text.push_str(&format!(" ({})", vendors.join(", ")));
    }
    let excluded = corpus.rules_of_row(row, Take::Exclusions, leave).len();
    if excluded > 0 {
        text.push_str(&format!("; {excluded} leave it out"));
    }
    let techniques = corpus.techniques_in(&rules);
    if !techniques.is_empty() {
        let listed: Vec<String> = techniques.iter().take(LISTED).map(|t| format!("{} ({})", t.of, t.rules)).collect();
        text.push_str(&format!("\n\nTechniques: {}", listed.join(", ")));
    }
    let beside = partners(corpus, row, rules);
    if !beside.is_empty() {
        text.push_str(&format!("\n\nBeside it they look for:\n{}", beside.join("\n")));
    }
    Some(text)
}

fn partners(corpus: &Corpus, row: RowId, rules: Vec<RuleId>) -> Vec<String> {
    let scaffold = |name: &str| Fields::embedded().canonical(name).scaffold;
    let counts = corpus.partners_in(&asked(rules), row).into_iter().filter(|count| count.rules > 1);
    counts
        .map(|count| (corpus.row_ref(count.of), count.rules))
        .filter(|(row, _)| !scaffold(row.name))
        .take(LISTED)
        .map(|(row, rules)| format!("- `{}` {} `{}` ({rules})", code(row.name), row.op, code(row.value)))
        .collect()
}

/// The condition with what its names stand for; at a name only that.
fn condition(detection: &Detection, condition: &Condition, offset: usize) -> Option<About> {
    let token = condition.token_at(offset);
    if let Some(token) =
        token.filter(|token| matches!(token.kind, TokenKind::Name | TokenKind::Pattern | TokenKind::Them))
    {
        let references = condition.references();
        let reference = references.iter().find(|reference| reference.name.span == token.span);
        let named: Vec<String> = reference
            .map(|reference| detection.selected(*reference))
            .into_iter()
            .flatten()
            .take(LISTED)
            .map(|s| format!("**{}**: {}\n\n{}", code(&s.name.text), joined(s.group.join), group(&s.group, 0)))
            .collect();
        let text = if named.is_empty() { "no selection has this name".to_owned() } else { named.join("\n\n") };
        return Some((token.span, text));
    }
    let mut text = format!("`{}`\n", code(&condition.text));
    let mut told: Vec<&str> = Vec::new();
    for reference in condition.references() {
        for selection in detection.selected(reference) {
            if told.len() < 2 * LISTED && !told.contains(&&*selection.name.text) {
                told.push(&selection.name.text);
                let word = if reference.negated { "left out" } else { "looked for" };
                let (name, join) = (code(&selection.name.text), joined(selection.group.join));
                text.push_str(&format!("\n**{name}** ({word}), {join}\n\n{}\n", group(&selection.group, 0)));
            }
        }
    }
    Some((condition.span, text))
}
