//! `missing-event-id`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a rule for Sysmon's log that does not say which event it means.
    ///
    /// With `service: sysmon` and no `EventID` the rule looks through every kind of event, most of which do not have its fields
    /// (SigmaHQ's `sigmahq_sysmon_missing_eventid`). A category says it as well.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     product: windows
    ///     service: sysmon
    /// #            ^^^^^^ missing-event-id
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     product: windows
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "missing-event-id" {
        group: LogSource, profile: SigmaHq, severity: Warning, fix: None,
        aliases: [
            "sigmahq_sysmon_missing_eventid", "SigmahqSysmonMissingEventidIssue", "sysmon-missing-eventid",
        ],
        since: "0.1.0", run: Detection(missing_event_id),
    }
}

fn missing_event_id(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(logsource) = rule.logsource.filter(|source| !rule.is_filter && source.category.is_none()) else { return };
    let Some(service) = logsource.service.as_ref().filter(|service| &*service.text == "sysmon") else { return };
    if !rule.detection.items().any(|(_, item)| item.field().eq_ignore_ascii_case("EventID")) {
        report
            .at(service.span, "this rule does not say which of Sysmon's events it means")
            .note("name it by its category, such as `process_creation`, or by `EventID`");
    }
}
