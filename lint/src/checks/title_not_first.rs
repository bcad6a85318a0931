//! `title-not-first`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a rule whose first key is not its title.
    ///
    /// SigmaHQ's tests want the title on the first line, where it is found at a glance.
    ///
    /// ## Fires
    /// ```yaml
    /// status: test
    /// #^^^^^ title-not-first
    /// title: Whoami Execution
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
    /// status: test
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "title-not-first" {
        group: Metadata, profile: SigmaHq, severity: Info, fix: None,
        aliases: ["title-not-first-key", "test_title_in_first_line"],
        since: "0.1.0", run: Document(title_not_first),
    }
}

fn title_not_first(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(first) = rule.document.map.entries.iter().find(|entry| !entry.inherited) else { return };
    // An action comes before everything else, and a rule without a title is another finding.
    let early = matches!(first.name(), Some("title" | "action"));
    let Some(title) = rule.document.get("title").filter(|title| !early && !title.inherited) else { return };
    report.at(first.key.place(), "the title is not the first key").label(title.key.place(), "the title is here");
}
