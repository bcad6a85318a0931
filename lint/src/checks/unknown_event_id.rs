//! `unknown-event-id`

use sigwise_corpus::logsource::has_event;

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports an event id that Sysmon does not have.
    ///
    /// Such a rule can never match. Sysmon writes the events 1 to 29 and 255 (specification, appendix *Sigma Taxonomy*).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Sysmon Stopped
    /// logsource:
    ///     product: windows
    ///     service: sysmon
    /// detection:
    ///     selection:
    ///         EventID: 44
    /// #                ^^ unknown-event-id
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Sysmon Stopped
    /// logsource:
    ///     product: windows
    ///     service: sysmon
    /// detection:
    ///     selection:
    ///         EventID: 4
    ///     condition: selection
    /// ```
    "unknown-event-id" {
        group: LogSource, profile: Default, severity: Warning, fix: None,
        aliases: [], since: "0.1.0", run: Detection(unknown_event_id),
    }
}

fn unknown_event_id(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some((None, Some("windows"), Some("sysmon"))) = rule.logsource.map(|logsource| logsource.triple()) else {
        return;
    };
    for (_, item) in rule.detection.items() {
        if item.field() != "EventID" || !item.modifiers().is_empty() {
            continue;
        }
        for value in &item.values {
            let Some(id) = value.text() else { continue };
            if id.bytes().all(|byte| byte.is_ascii_digit()) && !id.is_empty() && !has_event("Sysmon", id) {
                report
                    .at(value.span, format!("Sysmon has no event {id}"))
                    .note("it writes the events 1 to 29, and 255 for its errors");
            }
        }
    }
}
