//! `missing-id`

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit::{self, EditText};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a rule without an id.
    ///
    /// The id is what other rules, exceptions and alerts refer to; a title may change. SigmaHQ requires one.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// #      ^^^^^^^^^^^^^^^^ missing-id
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
    "missing-id" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: Sometimes(Safe),
        aliases: ["identifier_existence", "IdentifierExistenceIssue"], since: "0.1.0", run: Document(missing_id),
    }
}

fn missing_id(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(finding) = rule.report_missing("id", report) else { return };
    // A key without a value is filled by another check.
    if rule.document.get("id").is_none() {
        let edits = edit::insert_key(rule, "id", EditText::FreshId);
        finding.maybe_fix(edits.map(|edits| Fix::safe("add a new UUID", edits)));
    }
}
