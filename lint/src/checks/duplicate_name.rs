//! `duplicate-name`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a `name` that several rules of the project have.
    ///
    /// Correlations refer to rules by their name, so it must be unique (specification, section *Name*). Of two rules with
    /// one name, a tool takes either.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// name: whoami
    /// #     ^^^^^^ duplicate-name
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ---
    /// title: Whoami Execution - PowerShell
    /// name: whoami
    /// #     ^^^^^^ duplicate-name
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
    /// name: whoami
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ---
    /// title: Whoami Execution - PowerShell
    /// name: whoami_powershell
    /// logsource:
    ///     category: ps_script
    /// detection:
    ///     selection:
    ///         ScriptBlockText|contains: whoami
    ///     condition: selection
    /// ```
    "duplicate-name" {
        group: Metadata, profile: Spec, severity: Warning, fix: None,
        aliases: [], since: "0.1.0", run: Document(duplicate_name),
    }
}

fn duplicate_name(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("name") else { return };
    let Some(text) = entry.value.str().filter(|text| !text.is_empty()) else { return };
    let twins = cx.project.with_name(text);
    if twins.len() < 2 {
        return;
    }
    rule.report_twins(entry, twins, cx, report);
}
