//! `invalid-status`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::words;

declare_check! {
    /// Reports a status that the specification does not know.
    ///
    /// There are `stable`, `test`, `experimental`, `deprecated` and `unsupported` (specification, section *Status*). pySigma
    /// refuses any other (`SigmaStatusError`); it reads them in any case, the JSON schema in lower case only.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// status: experimentall
    /// #       ^^^^^^^^^^^^^ invalid-status
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
    /// status: experimental
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "invalid-status" {
        group: Metadata, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["SigmaStatusError", "value-case"], since: "0.1.0", run: Document(invalid_status),
    }
}

fn invalid_status(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    if let Some(entry) = rule.document.get("status").filter(|entry| !entry.value.is_null()) {
        words::STATUS.report(&entry.value, entry.is_own(), report);
    }
}
