//! `inactive-status`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a rule that is deprecated or unsupported, but not in a folder for such rules.
    ///
    /// SigmaHQ keeps them in folders named `deprecated` and `unsupported`; elsewhere they would be deployed.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// status: unsupported
    /// #       ^^^^^^^^^^^ inactive-status
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
    /// status: test
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "inactive-status" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: None,
        aliases: ["sigmahq_status", "SigmahqStatusIssue", "status-wrong-folder"],
        since: "0.1.0", run: Document(inactive_status),
    }
}

fn inactive_status(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(status) = rule.document.get("status") else { return };
    let Some(text) = status.value.str() else { return };
    let is_inactive = |word: &str| matches!(word, "deprecated" | "unsupported");
    if is_inactive(text) && !cx.path.split('/').any(is_inactive) {
        report
            .at(status.value.place(), format!("this rule is `{text}`, but stands among the active ones"))
            .note("its place is a folder named `deprecated` or `unsupported`");
    }
}
