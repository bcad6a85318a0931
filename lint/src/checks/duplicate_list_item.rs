//! `duplicate-list-item`

use sigwise_sigma::yaml::Entry;

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports fields, false positives, scopes, rules of a correlation or a filter and fields of `group-by` that are listed twice.
    ///
    /// The JSON schemas of the specification want these lists to be unique. References and tags have checks of their own.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// falsepositives:
    ///     - Unknown
    ///     - Administrators
    ///     - Administrators
    /// #     ^^^^^^^^^^^^^^ duplicate-list-item
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
    /// falsepositives:
    ///     - Unknown
    /// ```
    "duplicate-list-item" {
        group: Shape, profile: Spec, severity: Warning, fix: Sometimes(Safe),
        aliases: ["duplicate-falsepositive", "correlation-duplicate-rule"],
        since: "0.1.0", run: Document(duplicate_list_item),
    }
}

fn duplicate_list_item(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for entry in &rule.document.map.entries {
        match entry.name() {
            Some("fields" | "falsepositives" | "scope") => list(rule, entry, entry.is_own(), report),
            Some("correlation" | "filter") => {
                let Some(map) = entry.value.mapping() else { continue };
                for inner in &map.entries {
                    if matches!(inner.name(), Some("rules" | "group-by")) {
                        list(rule, inner, entry.is_own() && inner.is_own(), report);
                    }
                }
            }
            _ => {}
        }
    }
}

fn list(rule: &RuleDocument<'_>, entry: &Entry, own: bool, report: &mut Report<'_>) {
    let Some(list) = entry.value.sequence() else { return };
    for (first, index) in list.duplicates() {
        let item = &list.items[index];
        let edit = edit::remove_item(rule.source(), list, index).filter(|_| own && item.alias.is_none());
        let text = item.str().unwrap_or_default();
        report
            .at(item.place(), format!("`{text}` is there twice"))
            .label(list.items[first].place(), "first given here")
            .maybe_fix(edit.map(|edit| Fix::safe("remove it", [edit])));
    }
}
