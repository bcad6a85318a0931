//! `missing-condition`

use sigwise_sigma::Span;
use sigwise_sigma::yaml::{Entry, Mapping};

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit::{self, EditText};
use crate::engine::Context;
use crate::nearest::nearest;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a detection without a condition.
    ///
    /// The condition says which selections make the rule fire. The specification requires it (section *Condition*), and
    /// pySigma refuses the rule (`SigmaConditionError`; of a filter `SigmaFilterConditionError`, which `sigma check` does
    /// not show).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    /// #^^^^^^^^ missing-condition
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "missing-condition" {
        group: Shape, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["SigmaConditionError", "SigmaFilterConditionError", "filter-missing-condition"],
        since: "0.1.0", run: Detection(missing_condition),
    }
}

fn missing_condition(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let key = if rule.is_filter { "filter" } else { "detection" };
    let Some(entry) = rule.document.get(key) else { return };
    let Some(map) = entry.value.mapping() else { return };
    match map.get("condition") {
        Some(condition) => {
            let empty_list = condition.value.sequence().is_some_and(|list| list.items.is_empty());
            if condition.value.is_null() || empty_list {
                let fix = only_selection(rule).filter(|_| condition.is_own()).map(|name| {
                    let place = Span { start: condition.key.span.end, end: condition.value.span.end };
                    Fix::safe(format!("use `{name}`"), [edit::Edit::replace(place, format!(": {name}"))])
                });
                report.at(condition.key.place(), "`condition` is empty").maybe_fix(fix);
            }
        }
        None if rule.file.has_gaps(rule.document) => {}
        None => {
            if let Some(meant) = misspelt(map) {
                let name = meant.name().unwrap_or_default();
                let fix = edit::rewrite(&meant.key, "condition").filter(|_| meant.is_own());
                report
                    .at(meant.key.place(), format!("`{name}` is read as a selection, there is no `condition`"))
                    .maybe_fix(fix.map(|edit| Fix::safe("rename it to `condition`", [edit])));
                return;
            }
            let fix = only_selection(rule).filter(|_| entry.is_own()).and_then(|name| {
                let last = map.entries.iter().rfind(|entry| !entry.inherited)?;
                let value = EditText::Text(name.to_owned());
                let edits = edit::insert_after(rule.source(), map, last, "condition", value)?;
                Some(Fix::safe(format!("add `condition: {name}`"), edits))
            });
            report.at(entry.key.place(), format!("`{key}` has no `condition`")).maybe_fix(fix);
        }
    }
}

/// The text entry whose key was most likely meant to be `condition`.
fn misspelt(map: &Mapping) -> Option<&Entry> {
    map.entries.iter().find(|entry| {
        entry.value.str().is_some() && entry.name().is_some_and(|name| nearest(name, ["condition"]).is_some())
    })
}

/// The name of the only selection there is, where a condition can name it.
fn only_selection<'a>(rule: &DetectionRule<'a>) -> Option<&'a str> {
    let [selection] = &rule.detection.selections[..] else { return None };
    let name = &*selection.name.text;
    let is_word = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_keyword = matches!(name, "and" | "or" | "not" | "them" | "all" | "any" | "of");
    (is_word && !is_keyword && edit::is_plain_safe(name)).then_some(name)
}
