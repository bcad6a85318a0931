//! `duplicate-value`

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;
use sigwise_sigma::detection::{Group, Item, Value};
use sigwise_sigma::modifier::Modifier;

use crate::declare_check;
use crate::diagnostic::{Fix, Tag};
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;
use crate::values::{self, Comparison};

declare_check! {
    /// Reports a value that stands twice in the list of a field.
    ///
    /// The second one changes nothing. Values are compared without regard to upper and lower case, unless the field has
    /// `cased`, `re` or Base64, and with the wildcards that modifiers add: `*a*` and `a` are the same behind `contains`. As in
    /// the official linter (`sigmahq_field_duplicate_value`), lists of keywords are left alone.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith:
    ///             - '\whoami.exe'
    ///             - '\net.exe'
    ///             - '\Whoami.exe'
    /// #             ^^^^^^^^^^^^^ duplicate-value
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith:
    ///             - '\whoami.exe'
    ///             - '\net.exe'
    ///         CommandLine|re:
    ///             - whoami\s
    ///             - whoami\S
    ///     condition: selection
    /// ```
    "duplicate-value" {
        group: Values, profile: Default, severity: Warning, fix: Sometimes(Safe),
        aliases: ["sigmahq_field_duplicate_value", "SigmahqFieldDuplicateValueIssue"], since: "0.1.0",
        run: Detection(duplicate_value),
    }
}

/// Up to so many values are held against each other; of more, their hashes go into a map.
const FEW: usize = 128;

fn duplicate_value(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (group, item) in rule.detection.placed_items() {
        if item.values.len() < 2 || item.is_keyword() {
            continue;
        }
        let Some(how) = values::comparison(item) else { continue };
        if item.values.len() <= FEW {
            few(rule, group, item, &how, report);
        } else {
            many(rule, group, item, &how, report);
        }
    }
}

fn few(rule: &DetectionRule<'_>, group: &Group, item: &Item, how: &Comparison, report: &mut Report<'_>) {
    let mut seen = [0; FEW];
    for (index, value) in item.values.iter().enumerate() {
        let Some(spelling) = values::spelling(value, how) else { continue };
        let sketch = sketch(&spelling);
        let alike = seen[..index].iter().enumerate().filter(|(_, other)| **other == sketch);
        let same = |other: &usize| {
            values::spelling(&item.values[*other], how).is_some_and(|other| is_same(&other, &spelling, how))
        };
        match alike.map(|(other, _)| other).find(same) {
            Some(first) => report_one(rule, group, item, (first, index), report),
            None => seen[index] = sketch,
        }
    }
}

/// The same for texts that differ in case only, and another for most that differ in more; never 0.
fn sketch(text: &str) -> u64 {
    if !text.is_ascii() {
        // Lower case can be longer or shorter: only these are held against each other one by one.
        return u64::MAX;
    }
    let bytes = text.as_bytes();
    let at = |index: usize| u64::from(bytes.get(index).copied().unwrap_or_default() | 0x20);
    let length = bytes.len();
    let picked = [0, length / 4, length / 2, length / 4 * 3, length.saturating_sub(1)];
    picked.into_iter().fold(length as u64, |sketch, index| sketch << 8 | at(index))
}

fn many(rule: &DetectionRule<'_>, group: &Group, item: &Item, how: &Comparison, report: &mut Report<'_>) {
    let mut seen: FxHashMap<String, usize> = FxHashMap::default();
    for (index, value) in item.values.iter().enumerate() {
        let Some(spelling) = values::spelling(value, how) else { continue };
        let key = if how.cased { spelling.into_owned() } else { spelling.to_lowercase() };
        match seen.entry(key) {
            Entry::Occupied(first) => report_one(rule, group, item, (*first.get(), index), report),
            Entry::Vacant(entry) => {
                entry.insert(index);
            }
        }
    }
}

fn is_same(one: &str, other: &str, how: &Comparison) -> bool {
    if how.cased { one == other } else { values::same_but_for_case(one, other) }
}

fn report_one(
    rule: &DetectionRule<'_>,
    group: &Group,
    item: &Item,
    (first, second): (usize, usize),
    report: &mut Report<'_>,
) {
    let (earlier, value) = (&item.values[first], &item.values[second]);
    let text = value.text().unwrap_or_default();
    let mut finding = report
        .at(values::place(item, value), format!("`{text}` is in this list already"))
        .label(values::place(item, earlier), "first here")
        .tag(Tag::Unnecessary);
    if earlier.text().is_some_and(|other| other != text && other.eq_ignore_ascii_case(text)) {
        finding = finding.note("upper and lower case make no difference");
    }
    let Some(removal) = edit::remove_value(rule.file, item, second) else { return };
    let mut edits = vec![removal];
    // All of one value is that value.
    let leaves_all_alone = item.values.len() == 2 && item.has(Modifier::All);
    if leaves_all_alone {
        let words: Vec<&str> =
            item.modifiers().iter().map(|used| &*used.word.text).filter(|word| *word != "all").collect();
        match rule.remodel(group, item, &words) {
            Some(edit) => edits.push(edit),
            None => return,
        }
    }
    // For some backends `1` and `'1'` are not the same.
    let kind = |value: &Value| value.ty().map(|ty| std::mem::discriminant(&ty));
    finding.fix(if kind(earlier) == kind(value) { Fix::safe("remove it", edits) } else { Fix::risky("remove it", edits) });
}
