//! `mitre-reference`

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports references to the ATT&CK website.
    ///
    /// SigmaHQ expresses them as tags (*SigmaHQ Rule Conventions*, section *References*).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// references:
    ///     - https://attack.mitre.org/techniques/T1033/
    /// #     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ mitre-reference
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
    "mitre-reference" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["sigmahq_mitre_link", "SigmahqMitreLinkIssue", "reference-mitre-link"],
        since: "0.1.0", run: Document(mitre_reference),
    }
}

fn mitre_reference(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("references") else { return };
    let Some(list) = entry.value.sequence() else { return };
    for (index, item) in list.items.iter().enumerate() {
        if item.str().is_some_and(|text| text.starts_with("https://attack.mitre.org/")) {
            let own = entry.is_own() && item.alias.is_none();
            let edit = edit::remove_item(rule.source(), list, index).filter(|_| own);
            report
                .at(item.place(), "a reference to ATT&CK belongs into the tags")
                .maybe_fix(edit.map(|edit| Fix::risky("remove it", [edit])));
        }
    }
}
