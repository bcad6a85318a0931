//! `missing-logsource`

use sigwise_sigma::RuleKind;

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a rule without a log source, or with one that names neither category nor product nor service.
    ///
    /// The log source says in which events a rule looks; the specification requires it (section *LogSource*) and pySigma
    /// refuses the rule (`SigmaLogsourceError`). A filter without one makes pySigma stop.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    /// #^^^^^^^^ missing-logsource
    ///     definition: needs command line auditing
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
    "missing-logsource" {
        group: Shape, profile: Spec, severity: Error, fix: None,
        aliases: ["SigmaLogsourceError", "logsource-empty", "filter-missing-logsource"],
        since: "0.1.0", run: Document(missing_logsource),
    }
}

fn missing_logsource(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    if rule.kind() == RuleKind::Correlation || rule.report_missing("logsource", report).is_some() {
        return;
    }
    let Some(entry) = rule.document.get("logsource") else { return };
    let Some(map) = entry.value.mapping() else { return };
    // A part that is no text is another finding.
    let has = |part: &str| map.get(part).is_some_and(|entry| !entry.value.is_blank());
    if !["category", "product", "service"].into_iter().any(has) {
        report
            .at(entry.key.place(), "`logsource` names no category, product or service")
            .note("the rule could apply to any event");
    }
}
