//! `premature-status`

use crate::date::Date;
use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a young rule with a status above `experimental`.
    ///
    /// New rules begin as `experimental` (*SigmaHQ Rule Conventions*, section *Status*), and their status is raised when they have
    /// been in use for a while: SigmaHQ's validator wants 60 days. With regression tests a new rule may be `test` at once.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// id: 8f3b6c1a-5f0e-4d6c-9c53-0d9a2d1c7c11
    /// status: stable
    /// #       ^^^^^^ premature-status
    /// description: Detects the execution of whoami
    /// references:
    ///     - https://example.org/whoami
    /// author: A. Nonymous
    /// date: 2026-11-02
    /// tags:
    ///     - attack.discovery
    ///     - attack.t1033
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// falsepositives:
    ///     - Unknown
    /// level: low
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// id: 8f3b6c1a-5f0e-4d6c-9c53-0d9a2d1c7c11
    /// status: experimental
    /// description: Detects the execution of whoami
    /// references:
    ///     - https://example.org/whoami
    /// author: A. Nonymous
    /// date: 2024-05-06
    /// tags:
    ///     - attack.discovery
    ///     - attack.t1033
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// falsepositives:
    ///     - Unknown
    /// level: low
    /// ```
    "premature-status" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["sigmahq_status_to_high", "SigmahqStatusToHighIssue", "status-too-high-for-age"],
        since: "0.1.0",
        options: ["min-days" = 60 "the number of days after which a status may be raised"],
        run: Document(premature_status),
    }
}

fn premature_status(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(status) = rule.document.get("status") else { return };
    let Some(text) = status.value.str().filter(|text| matches!(*text, "test" | "stable")) else { return };
    let tested = rule.document.get("regression_tests_path").is_some_and(|entry| !entry.value.is_blank());
    if tested && text == "test" {
        return;
    }
    let Some(date) = rule.document.get("date") else { return };
    let Some(created) = Date::of(&date.value) else { return };
    let (year, month, day) = cx.today;
    let age = created.days_to(Date { year, month, day });
    let least = cx.settings.option(&CHECK, "min-days");
    if age > least {
        return;
    }
    let lower = if tested { "test" } else { "experimental" };
    let edit = edit::rewrite(&status.value, lower).filter(|_| status.is_own());
    let message = match age {
        ..0 => format!("the rule is `{text}` before it is created, on {created}"),
        _ => format!("the rule is `{text}` after {age} days"),
    };
    report
        .at(status.value.place(), message)
        .label(date.value.place(), "created on this day")
        .note(format!("within the first {least} days a rule is `{lower}`"))
        .maybe_fix(edit.map(|edit| Fix::risky(format!("replace `{text}` with `{lower}`"), [edit])));
}
