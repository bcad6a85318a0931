//! `short-description`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a description of a few characters.
    ///
    /// SigmaHQ's validator wants 16 at least: less cannot say what was detected.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// description: Whoami
    /// #            ^^^^^^ short-description
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
    /// description: Detects the execution of whoami
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "short-description" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: None,
        aliases: ["sigmahq_description_length", "SigmahqDescriptionLengthIssue"],
        since: "0.1.0",
        options: ["description-len" = 16 "the least number of characters"],
        run: Document(short_description),
    }
}

fn short_description(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("description") else { return };
    let Some(text) = entry.value.str().filter(|text| !text.trim().is_empty()) else { return };
    let least = usize::try_from(cx.settings.option(&CHECK, "description-len")).unwrap_or(0);
    if text.len() < least * 4 && text.chars().count() < least {
        let length = text.chars().count();
        report.at(entry.value.place(), format!("the description has {length} characters, at least {least} are wanted"));
    }
}
