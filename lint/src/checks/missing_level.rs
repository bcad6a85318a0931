//! `missing-level`

use sigwise_sigma::RuleKind;

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a rule without a level.
    ///
    /// SigmaHQ requires one: the level decides whether an alert is looked at, and when.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// #      ^^^^^^^^^^^^^^^^ missing-level
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
    "missing-level" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: None,
        aliases: ["sigmahq_level_existence", "SigmahqLevelExistenceIssue"], since: "0.1.0", run: Document(missing_level),
    }
}

fn missing_level(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    if rule.kind() == RuleKind::Filter {
        return;
    }
    rule.report_missing("level", report);
}
