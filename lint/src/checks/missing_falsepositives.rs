//! `missing-falsepositives`

use sigwise_sigma::RuleKind;

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a rule that says nothing about false positives.
    ///
    /// SigmaHQ requires them (*SigmaHQ Rule Conventions*, section *False Positives*): `Unknown` where the author knows of none,
    /// `Unlikely` where none are expected. No official validator checks it, so it is only told.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// #      ^^^^^^^^^^^^^^^^ missing-falsepositives
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
    "missing-falsepositives" {
        group: Metadata, profile: SigmaHq, severity: Info, fix: None,
        aliases: ["sigmahq_falsepositives_existence"], since: "0.1.0", run: Document(missing_falsepositives),
    }
}

fn missing_falsepositives(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    if rule.kind() != RuleKind::Detection {
        return;
    }
    rule.report_missing("falsepositives", report);
}
