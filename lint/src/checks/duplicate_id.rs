//! `duplicate-id`

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit::{Edit, EditText};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports an id that several rules of the project have.
    ///
    /// An id names one rule (specification, section *Identification*): tools that keep rules by their id keep one of the two,
    /// and a correlation or a filter that names it means either. It happens when a rule is copied to write the next one.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// id: 8f3b6c1a-5f0e-4d6c-9c53-0d9a2d1c7c11
    /// #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ duplicate-id
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ---
    /// title: Hostname Execution
    /// id: 8f3b6c1a-5f0e-4d6c-9c53-0d9a2d1c7c11
    /// #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ duplicate-id
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\hostname.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// id: 8f3b6c1a-5f0e-4d6c-9c53-0d9a2d1c7c11
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ---
    /// title: Hostname Execution
    /// id: 0c1fbd1c-6f0c-4d36-a1b3-7b9ea0f1d1f2
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\hostname.exe'
    ///     condition: selection
    /// ```
    "duplicate-id" {
        group: Metadata, profile: Default, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["identifier_uniqueness", "IdentifierCollisionIssue"], since: "0.1.0", run: Document(duplicate_id),
    }
}

fn duplicate_id(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("id") else { return };
    let Some(text) = entry.value.str().filter(|text| !text.is_empty()) else { return };
    let twins = cx.project.with_id(text);
    if twins.len() < 2 {
        return;
    }
    let Some(finding) = rule.report_twins(entry, twins, cx, report) else { return };
    if entry.is_own() {
        finding.fix(Fix::risky("use a new id", [Edit { span: entry.value.span, text: EditText::FreshId }]));
    }
}
