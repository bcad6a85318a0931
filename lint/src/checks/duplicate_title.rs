//! `duplicate-title`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a title that several rules of the project have.
    ///
    /// Alerts of both rules look the same. SigmaHQ tells such rules apart by a suffix: `… - PowerShell`.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// #      ^^^^^^^^^^^^^^^^ duplicate-title
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ---
    /// title: Whoami Execution
    /// #      ^^^^^^^^^^^^^^^^ duplicate-title
    /// logsource:
    ///     category: ps_script
    /// detection:
    ///     selection:
    ///         ScriptBlockText|contains: whoami
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
    /// ---
    /// title: Whoami Execution - PowerShell
    /// logsource:
    ///     category: ps_script
    /// detection:
    ///     selection:
    ///         ScriptBlockText|contains: whoami
    ///     condition: selection
    /// ```
    "duplicate-title" {
        group: Metadata, profile: Default, severity: Warning, fix: None,
        aliases: ["duplicate_title", "DuplicateTitleIssue"], since: "0.1.0", run: Document(duplicate_title),
    }
}

fn duplicate_title(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("title") else { return };
    let Some(text) = entry.value.str().filter(|text| !text.is_empty()) else { return };
    let twins = cx.project.with_title(text);
    if twins.len() < 2 {
        return;
    }
    rule.report_twins(entry, twins, cx, report);
}
