//! `missing-correlation-rules`

use sigwise_sigma::correlation::CorrelationCondition;

use crate::declare_check;
use crate::diagnostic::Severity;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::CorrelationRule;

declare_check! {
    /// Reports a correlation that names no rules.
    ///
    /// `rules` holds the names or ids of the rules whose events are counted; the specification requires it. pySigma refuses a
    /// correlation without (`SigmaCorrelationRuleError`) unless the rules stand in an extended condition.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Failed Logon
    /// name: failed_logon
    /// logsource:
    ///     product: windows
    ///     service: security
    /// detection:
    ///     selection:
    ///         EventID: 4625
    ///     condition: selection
    /// ---
    /// title: Many Failed Logons
    /// correlation:
    /// #^^^^^^^^^^ missing-correlation-rules
    ///     type: event_count
    ///     group-by:
    ///         - TargetUserName
    ///     timespan: 1h
    ///     condition:
    ///         gte: 10
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Failed Logon
    /// name: failed_logon
    /// logsource:
    ///     product: windows
    ///     service: security
    /// detection:
    ///     selection:
    ///         EventID: 4625
    ///     condition: selection
    /// ---
    /// title: Many Failed Logons
    /// correlation:
    ///     type: event_count
    ///     rules:
    ///         - failed_logon
    ///     group-by:
    ///         - TargetUserName
    ///     timespan: 1h
    ///     condition:
    ///         gte: 10
    /// ```
    "missing-correlation-rules" {
        group: Correlation, profile: Spec, severity: Error, fix: None,
        aliases: [
            "SigmaCorrelationRuleError", "correlation-missing-rules", "sigmahq_correlation_rules_minimum",
            "SigmahqCorrelationRulesMinimumIssue",
        ],
        since: "0.1.0", run: Correlation(missing_correlation_rules),
    }
}

fn missing_correlation_rules(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(map) = rule.map() else { return };
    // A condition in words names the rules itself, which pySigma takes and the specification does not have.
    if matches!(rule.correlation.condition, Some(CorrelationCondition::Extended(_))) {
        if map.get("rules").is_none() {
            report
                .at(rule.correlation.key, "this correlation names its rules in the condition only")
                .severity(Severity::Warning)
                .note("the specification wants them under `rules` as well");
        }
        return;
    }
    match map.get("rules") {
        Some(entry) if entry.value.is_blank() => {
            report.at(entry.key.place(), "`rules` is empty");
        }
        Some(entry) => {
            if entry.value.sequence().is_some_and(|list| list.items.is_empty()) {
                report
                    .at(entry.key.place(), "`rules` is empty")
                    .severity(Severity::Warning)
                    .note("a correlation of no rules never fires");
            }
        }
        None if rule.file.has_gaps(rule.document) => {}
        None => {
            report.at(rule.correlation.key, "this correlation has no `rules`");
        }
    }
}
