//! `deprecated-fields`

use crate::declare_check;
use crate::diagnostic::{Fix, Tag};
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports the key `fields`.
    ///
    /// SigmaHQ no longer uses it: which fields an analyst wants to see is for the tool to say. Its validator reports it.
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
    /// fields:
    /// #^^^^^ deprecated-fields
    ///     - CommandLine
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
    "deprecated-fields" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["sigmahq_fields_existence", "SigmahqFieldsExistenceIssue", "deprecated-fields-key"],
        since: "0.1.0", run: Document(deprecated_fields),
    }
}

fn deprecated_fields(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let map = &rule.document.map;
    let Some(index) = map.entries.iter().rposition(|entry| entry.name() == Some("fields")) else { return };
    let entry = &map.entries[index];
    if entry.value.is_null() {
        return;
    }
    let edit = edit::remove_entry(rule.source(), map, index).filter(|_| entry.is_own());
    report
        .at(entry.key.place(), "`fields` is no longer used by SigmaHQ")
        .tag(Tag::Deprecated)
        .maybe_fix(edit.map(|edit| Fix::risky("remove it", [edit])));
}
