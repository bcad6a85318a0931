//! `modified-before-date`

use crate::date::Date;
use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit::{Edit, EditText};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a rule that was modified before it was created.
    ///
    /// One of the two dates is wrong: `date` is the day of creation and stays, `modified` the day of the last change.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// date: 2024-05-06
    /// modified: 2023-07-29
    /// #         ^^^^^^^^^^ modified-before-date
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// date: 2023-05-06
    /// modified: 2024-07-29
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "modified-before-date" {
        group: Metadata, profile: Default, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["sigmahq_modified_date_order", "SigmahqModifiedDateOrderIssue"],
        since: "0.1.0", run: Document(modified_before_date),
    }
}

fn modified_before_date(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(modified) = rule.document.get("modified") else { return };
    let Some(created) = rule.document.get("date") else { return };
    let (Some(day), Some(first)) = (Date::of(&modified.value), Date::of(&created.value)) else { return };
    if day >= first {
        return;
    }
    let (year, month, today) = cx.today;
    // Where the creation is in the future, today would be before it as well.
    let helps = modified.is_own() && first <= Date { year, month, day: today };
    let fix = helps.then(|| {
        Fix::risky("set `modified` to today", [Edit { span: modified.value.span, text: EditText::Today }])
    });
    report
        .at(modified.value.place(), format!("the rule was modified on {day}, before it was created on {first}"))
        .label(created.value.place(), "created on this day")
        .maybe_fix(fix);
}
