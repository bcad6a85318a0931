//! `missing-date`

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit::{self, EditText};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a rule without the date of its creation.
    ///
    /// SigmaHQ requires one: it says how long a rule has been in use, and when its status may be raised.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// #      ^^^^^^^^^^^^^^^^ missing-date
    /// id: 8f3b6c1a-5f0e-4d6c-9c53-0d9a2d1c7c11
    /// status: experimental
    /// description: Detects the execution of whoami
    /// references:
    ///     - https://example.org/whoami
    /// author: A. Nonymous
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
    "missing-date" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["sigmahq_date_existence", "SigmahqDateExistenceIssue"], since: "0.1.0", run: Document(missing_date),
    }
}

fn missing_date(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(finding) = rule.report_missing("date", report) else { return };
    // A key without a value is filled by another check.
    if rule.document.get("date").is_none() {
        let edits = edit::insert_key(rule, "date", EditText::Today);
        finding.maybe_fix(edits.map(|edits| Fix::risky("add today", edits)));
    }
}
