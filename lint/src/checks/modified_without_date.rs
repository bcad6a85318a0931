//! `modified-without-date`

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a rule with the date of its last change, but without that of its creation.
    ///
    /// SigmaHQ's validator reports it: `modified` was probably meant to be `date`.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// id: 8f3b6c1a-5f0e-4d6c-9c53-0d9a2d1c7c11
    /// status: experimental
    /// description: Detects the execution of whoami
    /// references:
    ///     - https://example.org/whoami
    /// author: A. Nonymous
    /// modified: 2024-05-06
    /// #^^^^^^^ modified-without-date
    /// tags:
    ///     - attack.discovery
    ///     - attack.t1033
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// falsepositives:
    ///     - Unknown
    /// level: low
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// id: 8f3b6c1a-5f0e-4d6c-9c53-0d9a2d1c7c11
    /// status: experimental
    /// description: Detects the execution of whoami
    /// references:
    ///     - https://example.org/whoami
    /// author: A. Nonymous
    /// date: 2024-05-06
    /// tags:
    ///     - attack.discovery
    ///     - attack.t1033
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// falsepositives:
    ///     - Unknown
    /// level: low
    /// ```
    "modified-without-date" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["sigmahq_modified_without_date", "SigmahqModifiedWithoutDateIssue"],
        since: "0.1.0", run: Document(modified_without_date),
    }
}

fn modified_without_date(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(modified) = rule.document.get("modified").filter(|entry| !entry.value.is_blank()) else { return };
    if rule.document.get("date").is_some_and(|entry| !entry.value.is_blank()) || rule.file.has_gaps(rule.document) {
        return;
    }
    let free = modified.is_own() && rule.document.get("date").is_none();
    let edit = edit::rewrite(&modified.key, "date").filter(|_| free);
    report
        .at(modified.key.place(), "the rule has `modified`, but no `date`")
        .maybe_fix(edit.map(|edit| Fix::risky("rename it to `date`", [edit])));
}
