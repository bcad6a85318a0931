//! `too-short-value`

use sigwise_sigma::yaml::Entry;

use crate::declare_check;
use crate::diagnostic::{Fix, Severity};
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports an empty `name` or `taxonomy`, and false positives or a scope of less than two characters.
    ///
    /// pySigma refuses an empty name or taxonomy (`SigmaNameError`, `SigmaTaxonomyError`). The JSON schema of the
    /// specification wants two characters of each false positive and scope; on an empty false positive the official linter
    /// fails.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// taxonomy: ''
    /// #         ^^ too-short-value
    /// falsepositives:
    ///     - '-'
    /// #     ^^^ too-short-value
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// taxonomy: sigma
    /// falsepositives:
    ///     - Unknown
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "too-short-value" {
        group: Metadata, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: [
            "SigmaNameError", "SigmaTaxonomyError", "empty-name", "empty-taxonomy", "falsepositive-too-short",
        ],
        since: "0.1.0", run: Document(too_short_value),
    }
}

fn too_short_value(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let map = &rule.document.map;
    for (index, entry) in map.entries.iter().enumerate() {
        match entry.name() {
            Some(name @ ("name" | "taxonomy")) if entry.value.str().is_some_and(str::is_empty) => {
                let edit = edit::remove_entry(rule.source(), map, index).filter(|_| entry.is_own());
                report
                    .at(entry.value.place(), format!("`{name}` must not be empty"))
                    .maybe_fix(edit.map(|edit| Fix::safe("remove it", [edit])));
            }
            Some("falsepositives" | "scope") => items(rule, entry, report),
            _ => {}
        }
    }
}

fn items(rule: &RuleDocument<'_>, entry: &Entry, report: &mut Report<'_>) {
    let Some(list) = entry.value.sequence() else { return };
    for (index, item) in list.items.iter().enumerate() {
        let Some(text) = item.str().filter(|text| text.len() < 2 * 4 && text.chars().count() < 2) else { continue };
        let own = entry.is_own() && item.alias.is_none();
        let edit = edit::remove_item(rule.source(), list, index).filter(|_| own && text.is_empty());
        report
            .at(item.place(), format!("an item of `{}` must have at least two characters", entry.name().unwrap_or_default()))
            .severity(Severity::Warning)
            .maybe_fix(edit.map(|edit| Fix::safe("remove it", [edit])));
    }
}
