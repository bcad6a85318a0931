//! `yaml-alias-expansion`

use sigwise_sigma::{File, ProblemKind};

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;

declare_check! {
    /// Reports aliases that expand to more than 10,000 nodes, nest too deeply, or stand within their own anchor.
    ///
    /// A few lines of aliases can stand for billions of values. pySigma 2.0 refuses such a file, and sigwise does not read
    /// what the alias stands for.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection: &all
    ///         - Image|endswith: '\whoami.exe'
    ///         - *all
    /// #         ^^^^ yaml-alias-expansion
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: &names
    ///             - '\whoami.exe'
    ///             - '\whoami.com'
    ///     selection_parent:
    ///         ParentImage|endswith: *names
    ///     condition: 1 of selection*
    /// ```
    "yaml-alias-expansion" {
        group: Yaml, profile: Spec, severity: Error, fix: None,
        aliases: ["SigmaCollectionError"], since: "0.1.0", run: File(yaml_alias_expansion),
    }
}

fn yaml_alias_expansion(file: &File, _cx: &Context<'_>, report: &mut Report<'_>) {
    report.problems(file, ProblemKind::AliasExpansion);
}
