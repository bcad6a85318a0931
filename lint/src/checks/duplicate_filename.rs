//! `duplicate-filename`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports files that have the same name as another one, in whatever folder.
    ///
    /// pySigma's validator reports it: tools that collect rules in one folder keep one of the two.
    ///
    /// ## Fires
    /// ```yaml other rules-emerging-threats/proc_creation_win_whoami.yml
    /// title: Whoami Execution by an Intruder
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         ParentImage|endswith: '\intruder.exe'
    ///     condition: selection
    /// ```
    /// ```yaml rules/proc_creation_win_whoami.yml
    /// title: Whoami Execution
    /// #      ^^^^^^^^^^^^^^^^ duplicate-filename
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml rules/proc_creation_win_whoami.yml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "duplicate-filename" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: None,
        aliases: ["duplicate_filename", "DuplicateFilenameIssue"],
        since: "0.1.0",
        run: Document(duplicate_filename),
    }
}

fn duplicate_filename(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    if rule.document.index > 0 {
        return;
    }
    let twins = cx.project.with_file_name(cx.path);
    let Some(other) = twins.iter().find(|path| &***path != cx.path) else { return };
    report.at(rule.head(), format!("`{other}` has the same file name"));
}
