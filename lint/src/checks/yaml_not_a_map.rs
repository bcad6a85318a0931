//! `yaml-not-a-map`

use sigwise_sigma::{File, ProblemKind};

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;

declare_check! {
    /// Reports a document that is no map of keys.
    ///
    /// A rule is a map with `title`, `detection` and so on. A list or a bare text beside rules makes the official linter
    /// stop at this file.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image: a
    ///     condition: selection
    /// ---
    /// - Image
    /// #^^^^^^ yaml-not-a-map
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image: a
    ///     condition: selection
    /// ```
    "yaml-not-a-map" {
        group: Yaml, profile: Spec, severity: Error, fix: None,
        aliases: [], since: "0.1.0", run: File(yaml_not_a_map),
    }
}

fn yaml_not_a_map(file: &File, _cx: &Context<'_>, report: &mut Report<'_>) {
    report.problems(file, ProblemKind::NotAMap);
}
