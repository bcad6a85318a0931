//! `duplicate-reference`

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a reference that a rule lists twice.
    ///
    /// The JSON schema of the specification wants references to be unique, and pySigma's validator reports it.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// references:
    ///     - https://example.org/whoami
    ///     - https://example.org/whoami
    /// #     ^^^^^^^^^^^^^^^^^^^^^^^^^^ duplicate-reference
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
    /// references:
    ///     - https://example.org/whoami
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "duplicate-reference" {
        group: Metadata, profile: Default, severity: Warning, fix: Sometimes(Safe),
        aliases: ["duplicate_references", "DuplicateReferencesIssue"],
        since: "0.1.0", run: Document(duplicate_reference),
    }
}

fn duplicate_reference(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("references") else { return };
    let Some(list) = entry.value.sequence() else { return };
    for (first, index) in list.duplicates() {
        let item = &list.items[index];
        let own = entry.is_own() && item.alias.is_none();
        let edit = edit::remove_item(rule.source(), list, index).filter(|_| own);
        report
            .at(item.place(), "this reference is there twice")
            .label(list.items[first].place(), "first given here")
            .maybe_fix(edit.map(|edit| Fix::safe("remove it", [edit])));
    }
}
