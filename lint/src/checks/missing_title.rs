//! `missing-title`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a rule without a title.
    ///
    /// The specification requires one (section *Title*), pySigma refuses the rule, and an alert without a title tells an
    /// analyst nothing.
    ///
    /// ## Fires
    /// ```yaml
    /// logsource:
    /// #^^^^^^^^ missing-title
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
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
    "missing-title" {
        group: Shape, profile: Spec, severity: Error, fix: None,
        aliases: ["SigmaTitleError"], since: "0.1.0", run: Document(missing_title),
    }
}

fn missing_title(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    rule.report_missing("title", report);
}
