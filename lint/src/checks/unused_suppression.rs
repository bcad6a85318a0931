//! `unused-suppression`

use crate::declare_check;

declare_check! {
    /// Reports a suppression comment that has nothing to suppress.
    ///
    /// It was written for a finding that is gone, and would hide the next one.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection: # sigwise: ignore[unused-selection]
    /// #                                ^^^^^^^^^^^^^^^^ unused-suppression
    ///         Image: b
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     spare: # sigwise: ignore[unused-selection] kept for the next version
    ///         Image: a
    ///     selection:
    ///         Image: b
    ///     condition: selection
    /// ```
    "unused-suppression" {
        group: Suppression, profile: Default, severity: Info, fix: Always(Safe),
        aliases: [], since: "0.1.0", run: Engine,
    }
}
