//! `unknown-suppression`

use crate::declare_check;

declare_check! {
    /// Reports a suppression comment that names no check.
    ///
    /// A misspelt name suppresses nothing, and the finding that it was written for is reported all the same.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     # sigwise: ignore[unused-selektion] kept for the next version
    /// #                     ^^^^^^^^^^^^^^^^ unknown-suppression
    ///     spare:
    ///         Image: a
    ///     selection:
    ///         Image: b
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     # sigwise: ignore[unused-selection] kept for the next version
    ///     spare:
    ///         Image: a
    ///     selection:
    ///         Image: b
    ///     condition: selection
    /// ```
    "unknown-suppression" {
        group: Suppression, profile: Spec, severity: Warning, fix: Sometimes(Safe),
        aliases: [], since: "0.1.0", run: Engine,
    }
}
