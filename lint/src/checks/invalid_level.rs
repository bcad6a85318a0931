//! `invalid-level`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::words;

declare_check! {
    /// Reports a level that the specification does not know.
    ///
    /// There are `informational`, `low`, `medium`, `high` and `critical` (specification, section *Level*). pySigma refuses
    /// any other (`SigmaLevelError`); it reads them in any case, the JSON schema in lower case only.
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
    /// level: meduim
    /// #      ^^^^^^ invalid-level
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
    /// level: medium
    /// ```
    "invalid-level" {
        group: Metadata, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["SigmaLevelError", "value-case"], since: "0.1.0", run: Document(invalid_level),
    }
}

fn invalid_level(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    if let Some(entry) = rule.document.get("level").filter(|entry| !entry.value.is_null()) {
        words::LEVEL.report(&entry.value, entry.is_own(), report);
    }
}
