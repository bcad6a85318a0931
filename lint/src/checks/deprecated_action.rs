//! `deprecated-action`

use crate::declare_check;
use crate::diagnostic::Tag;
use crate::engine::Context;
use crate::report::Report;

use sigwise_sigma::File;

declare_check! {
    /// Reports `action`, with which Sigma's first version gave several documents common keys.
    ///
    /// The specification does not have it since version 2, tools other than pySigma do not read it, and SigmaHQ does not take it (its
    /// validator for unknown keys). Rules that belong together are written out, or joined by a correlation.
    ///
    /// ## Fires
    /// ```yaml
    /// action: global
    /// #^^^^^ deprecated-action
    /// title: Whoami Execution
    /// ---
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "deprecated-action" {
        group: Shape, profile: SigmaHq, severity: Warning, fix: None,
        aliases: ["action-deprecated", "sigmahq_unknown_field", "SigmahqUnknownFieldIssue"],
        since: "0.1.0", run: File(deprecated_action),
    }
}

fn deprecated_action(file: &File, _cx: &Context<'_>, report: &mut Report<'_>) {
    for document in &file.documents {
        if let Some(entry) = document.get("action").filter(|entry| !entry.inherited) {
            report
                .at(entry.key.place(), "`action` belongs to Sigma's first version")
                .note("the specification does not have it, and few tools read it")
                .tag(Tag::Deprecated);
        }
    }
}
