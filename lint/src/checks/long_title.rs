//! `long-title`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a title that is too long to be read in a list of alerts.
    ///
    /// SigmaHQ's validator allows 120 characters, the specification 256.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution With Options That Were Never Meant to Be Part of a Title Since They Belong Into the Description of the Rule
    /// #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ long-title
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
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "long-title" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: None,
        aliases: ["sigmahq_title_length", "SigmahqTitleLengthIssue", "title-too-long"],
        since: "0.1.0",
        options: ["max-length" = 120 "the largest number of characters"],
        run: Document(long_title),
    }
}

fn long_title(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("title") else { return };
    let Some(text) = entry.value.str() else { return };
    let most = usize::try_from(cx.settings.option(&CHECK, "max-length")).unwrap_or(usize::MAX);
    if text.len() > most && text.chars().count() > most {
        let length = text.chars().count();
        report.at(entry.value.place(), format!("the title has {length} characters, {most} are allowed"));
    }
}
