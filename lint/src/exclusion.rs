//! Adds exclusions to a rule: the only place that builds such an edit. Afterwards the rule matches what it matched before,
//! but for what the new filters match; where that cannot be had by an edit that is easy to read, there is none.

use sigwise_corpus::advice::exclusions::Filter;
use sigwise_sigma::condition::{Condition, Expr, Quantifier, Reference, TokenKind, selects};
use sigwise_sigma::detection::{Detection, Item, Member, Selection};
use sigwise_sigma::modifier::Modifier;
use sigwise_sigma::scalar::Type;
use sigwise_sigma::yaml::Style;
use sigwise_sigma::{Body, Document, File, Source};

use crate::diagnostic::Edit;
use crate::edit::{self, as_value, quoted};
use crate::fix::applied;
use crate::logic::editable_condition;

#[cfg(test)]
mod tests;

/// How the names of filters begin, as SigmaHQ has them.
const PREFIX: &str = "filter_main_";

/// A pattern that takes in all of them.
const PATTERN: &str = "filter_main_*";

/// Among how many selections one is looked for that can take a value more; only a hostile rule has more.
const MAX_SELECTIONS: usize = 100;

/// What adds exclusions to a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// The new selections.
    pub added: Vec<String>,
    /// The selections that get more values.
    pub extended: Vec<String>,
    /// The edits, none of which overlaps another.
    pub edits: Vec<Edit>,
}

/// Makes a rule leave out what the filters say; `None` where that cannot be done cleanly.
pub fn add(file: &File, document: &Document, filters: &[Filter]) -> Option<Addition> {
    let section = document.get("detection").filter(|entry| entry.is_own())?;
    let Body::Detection { detection: Some(detection), .. } = &document.body else { return None };
    let condition = editable_condition(&file.source, document, detection)?;
    // A condition without selections speaks of what is not there.
    let is_empty = filters.is_empty() || detection.selections.is_empty();
    if is_empty || file.shares_text || condition.tokens.iter().any(|token| token.kind == TokenKind::Pipe) {
        return None;
    }
    let rule = Rule { file, detection, condition, left_out: left_out(condition.expr.as_ref()?) };
    let mut growing: Vec<(&Selection, &Item, Vec<&str>)> = Vec::new();
    let mut fresh: Vec<(String, &Filter)> = Vec::new();
    for filter in filters {
        if let Some((selection, item, values)) = rule.growing(filter) {
            match growing.iter_mut().find(|(known, ..)| std::ptr::eq(*known, selection)) {
                Some((.., more)) => more.extend(values),
                None => growing.push((selection, item, values)),
            }
        } else {
            let name = rule.free_name(filter, &fresh);
            fresh.push((name, filter));
        }
    }
    let mut edits = Vec::new();
    for (_, item, values) in &growing {
        edits.push(edit::add_values(file, item, values)?);
    }
    let mapping = section.value.mapping()?;
    let entry = mapping.get("condition")?;
    let step = step(&file.source, section.key.span.start, entry.key.span.start);
    for (name, filter) in &fresh {
        let (lines, flow) = (block(filter, &step), flow(filter));
        edits.push(edit::insert_block_before(&file.source, mapping, entry, name, &lines, &flow)?);
    }
    let names: Vec<&str> = fresh.iter().map(|(name, _)| name.as_str()).collect();
    edits.extend(rule.extend(&names)?);
    let addition = Addition {
        added: fresh.iter().map(|(name, _)| name.clone()).collect(),
        extended: growing.iter().map(|(selection, ..)| selection.name.text.to_string()).collect(),
        edits,
    };
    is_read(file, document, &addition, &fresh).then_some(addition)
}

/// The rule that is changed.
struct Rule<'a> {
    file: &'a File,
    detection: &'a Detection,
    condition: &'a Condition,
    /// The names and patterns that the condition leaves out, whatever else it says.
    left_out: Vec<Reference<'a>>,
}

/// The names and `1 of` patterns after a *not* at the root of a condition.
fn left_out(expr: &Expr) -> Vec<Reference<'_>> {
    let parts = if let Expr::And(parts) = expr { parts.as_slice() } else { std::slice::from_ref(expr) };
    let name = |part| {
        let Expr::Not(_, inner): &Expr = part else { return None };
        match &**inner {
            Expr::Name(name) => Some(Reference { name, quantifier: None, negated: true }),
            Expr::Of { quantifier: Quantifier::Any, pattern, .. } => {
                Some(Reference { name: pattern, quantifier: Some(Quantifier::Any), negated: true })
            }
            _ => None,
        }
    };
    parts.iter().filter_map(name).collect()
}

impl<'a> Rule<'a> {
    /// The selection of one list of alternatives that is left out and nothing else, to which a filter only adds values.
    fn growing<'f>(&self, filter: &'f Filter) -> Option<(&'a Selection, &'a Item, Vec<&'f str>)> {
        let [(key, values)] = filter.items.as_slice() else { return None };
        let values: Vec<&str> = values.iter().map(|value| value.as_deref()).collect::<Option<_>>()?;
        let mut candidates = self.detection.selections.iter().take(MAX_SELECTIONS).filter_map(|selection| {
            let [Member::Item(item)] = selection.group.members.as_slice() else { return None };
            let alternatives = !item.has(Modifier::All) && !item.has(Modifier::Neq) && !selection.inherited;
            (alternatives && is_written(item, key)).then_some((selection, item))
        });
        let (selection, item) = candidates.find(|(selection, item)| {
            let name = &*selection.name.text;
            let all = self.detection.references().filter(|reference| reference.selects(name)).count();
            let out = self.left_out.iter().filter(|reference| reference.selects(name)).count();
            let once = self.detection.selections.iter().filter(|other| *other.name.text == *name).count() == 1;
            out > 0 && out == all && once && edit::add_values(self.file, item, &values).is_some()
        })?;
        Some((selection, item, values))
    }

    /// What a filter is called here: as the peer calls it, with the beginning that filters have.
    fn free_name(&self, filter: &Filter, taken: &[(String, &Filter)]) -> String {
        let field = filter.items.first().map_or("", |(key, _)| key.split('|').next().unwrap_or_default());
        let bare = |name: &str| {
            let lower = name.to_lowercase();
            let starts = [PREFIX, "filter_optional_", "filter_", "filter"];
            let bare = starts.iter().find_map(|start| lower.strip_prefix(start)).unwrap_or(&lower);
            bare.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
        };
        let bare = [bare(&filter.name), bare(field)].into_iter().find(|bare| !bare.is_empty());
        let first = format!("{PREFIX}{}", bare.as_deref().unwrap_or("peers"));
        let used =
            |name: &str| self.detection.selection(name).is_some() || taken.iter().any(|(taken, _)| taken == name);
        let numbered = (2..).map(|number| format!("{first}_{number}"));
        std::iter::once(first.clone()).chain(numbered).find(|name| !used(name)).unwrap_or_default()
    }

    /// What makes the condition leave new selections out; nothing to do where one of its patterns does that already.
    fn extend(&self, names: &[&str]) -> Option<Vec<Edit>> {
        let mut open = Vec::new();
        for &name in names {
            let takes = |reference: &Reference<'_>| reference.quantifier.is_some() && reference.selects(name);
            let out = self.left_out.iter().filter(|reference| takes(reference)).count();
            // A pattern elsewhere would take the new selection in, and mean something else then.
            if self.detection.references().filter(takes).count() > out {
                return None;
            }
            if out == 0 {
                open.push(name);
            }
        }
        if open.is_empty() {
            return Some(Vec::new());
        }
        // A pattern that takes in other selections too would be another condition.
        let alone = !self.detection.selections.iter().any(|selection| selects(PATTERN, &selection.name.text));
        let tail = if alone {
            format!(" and not 1 of {PATTERN}")
        } else {
            open.iter().map(|name| format!(" and not {name}")).collect()
        };
        let (first, last) = (self.condition.tokens.first()?.span, self.condition.tokens.last()?.span);
        let mut edits = Vec::new();
        let mut close = "";
        if matches!(self.condition.expr, Some(Expr::Or(_))) && !is_enclosed(self.condition) {
            edits.push(Edit::insert(first.start as usize, "("));
            close = ")";
        }
        edits.push(Edit::insert(last.end as usize, format!("{close}{tail}")));
        Some(edits)
    }
}

/// Whether an item's key is written like this.
fn is_written(item: &Item, key: &str) -> bool {
    let mut words = key.split('|');
    let own = item.modifiers().iter().map(|used| &*used.word.text);
    words.next() == Some(item.field()) && !item.is_keyword() && words.eq(own)
}

/// Whether one pair of parentheses holds the whole condition.
fn is_enclosed(condition: &Condition) -> bool {
    let mut depth = 0usize;
    let mut ended = false;
    for token in &condition.tokens {
        if ended {
            return false;
        }
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth = depth.saturating_sub(1),
            _ if depth == 0 => return false,
            _ => {}
        }
        ended = depth == 0;
    }
    ended
}

/// By how much a section is indented: as the condition below `detection`.
fn step(source: &Source, outer: u32, inner: u32) -> String {
    let column = |at: u32| source.position(at as usize).column as usize;
    let step = column(inner).saturating_sub(column(outer));
    " ".repeat(if (1..=8).contains(&step) { step } else { 4 })
}

/// The lines below the name.
fn block(filter: &Filter, step: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (key, values) in &filter.items {
        let written = quoted(key, Style::Plain);
        match values.as_slice() {
            [value] => lines.push(format!("{step}{written}: {}", as_value(key, value.as_deref()))),
            values => {
                lines.push(format!("{step}{written}:"));
                lines.extend(values.iter().map(|value| format!("{step}{step}- {}", as_value(key, value.as_deref()))));
            }
        }
    }
    lines
}

/// All of it in braces.
fn flow(filter: &Filter) -> String {
    let item = |(key, values): &(String, Vec<Option<String>>)| {
        let list: Vec<String> = values.iter().map(|value| as_value(key, value.as_deref())).collect();
        let value = if let [one] = list.as_slice() { one.clone() } else { format!("[{}]", list.join(", ")) };
        format!("{}: {value}", quoted(key, Style::SingleQuoted))
    };
    format!("{{{}}}", filter.items.iter().map(item).collect::<Vec<_>>().join(", "))
}

/// Whether the changed text is read as it was meant: the same selections and the new ones, each with the filter's keys, and
/// a condition without mistakes.
fn is_read(file: &File, document: &Document, addition: &Addition, fresh: &[(String, &Filter)]) -> bool {
    let Some(next) = applied(file, &addition.edits) else { return false };
    let old = document.detection();
    let new = next.documents.get(document.index).and_then(Document::detection);
    let (Some(old), Some(new)) = (old, new) else { return false };
    let [condition] = new.conditions.as_slice() else { return false };
    let is_same = |(item, (key, values)): (&&Item, &(String, Vec<Option<String>>))| {
        let said = item.values.iter().map(|value| value.text().filter(|_| value.ty() != Some(Type::Null)));
        is_written(item, key) && said.eq(values.iter().map(|value| value.as_deref()))
    };
    let are_there = fresh.iter().all(|(name, filter)| {
        let items: Vec<&Item> = new.selection(name).iter().flat_map(|selection| selection.group.items()).collect();
        items.len() == filter.items.len() && items.iter().zip(&filter.items).all(is_same)
    });
    are_there && new.selections.len() == old.selections.len() + fresh.len() && condition.errors.is_empty()
}
