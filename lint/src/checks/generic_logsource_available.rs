//! `generic-logsource-available`

use sigwise_corpus::logsource::{LogSourceRef, categories_of};

use crate::declare_check;
use crate::diagnostic::Severity;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports an event id of Sysmon or of the Security log that a category stands for.
    ///
    /// `category: process_creation` means the same events and also those of other sensors, which backends map to it; with
    /// `service: sysmon` and `EventID: 1` the rule sees Sysmon alone (specification, appendix *Sigma Taxonomy*; pySigma's
    /// `specific_instead_of_generic_logsource`). A rule that asks for nothing but the event is only information: it may be
    /// about Sysmon itself.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     product: windows
    ///     service: sysmon
    /// detection:
    ///     selection:
    ///         EventID: 1
    /// #                ^ generic-logsource-available
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
    "generic-logsource-available" {
        group: LogSource, profile: Default, severity: Warning, fix: None,
        aliases: ["specific_instead_of_generic_logsource", "SpecificInsteadOfGenericLogsourceIssue"], since: "0.1.0",
        run: Detection(generic_logsource_available),
    }
}

fn generic_logsource_available(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(logsource) = rule.logsource.filter(|_| !rule.is_filter) else { return };
    let (None, Some(product), Some(service)) = logsource.triple() else { return };
    if product != "windows" || !matches!(service, "sysmon" | "security") {
        return;
    }
    let source = LogSourceRef { product: Some(product), category: None, service: Some(service) };
    let only_ids = rule.detection.items().all(|(_, item)| item.field() == "EventID");
    for (_, item) in rule.detection.items().filter(|(_, item)| item.field() == "EventID" && item.modifiers().is_empty())
    {
        for value in &item.values {
            let Some(id) = value.text() else { continue };
            let mut categories = categories_of(source, id);
            let Some(first) = categories.next() else { continue };
            let words: Vec<&str> = std::iter::once(first).chain(categories).collect();
            let title =
                sigwise_corpus::logsource::event_title(if service == "sysmon" { "Sysmon" } else { "Security" }, id);
            report
                .at(value.span, format!("there is a category for event {id} of `{service}`: `{}`", words.join("`, `")))
                .severity(if only_ids { Severity::Info } else { Severity::Warning })
                .note(format!(
                    "it stands for these events{} of any sensor, and backends map it to all of them",
                    title.map(|title| format!(" ({title})")).unwrap_or_default()
                ));
        }
    }
}
