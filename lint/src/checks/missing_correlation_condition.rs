//! `missing-correlation-condition`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::CorrelationRule;

declare_check! {
    /// Reports a correlation without a condition.
    ///
    /// How often something must happen has no default: the specification requires the condition for all types but `temporal`
    /// and `temporal_ordered`, where every rule must match. pySigma 2.0 refuses a correlation without
    /// (`SigmaCorrelationRuleError`), 1.5 fails on it.
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
    /// #^^^^^^^^^^ missing-correlation-condition
    ///     type: event_count
    ///     rules:
    ///         - failed_logon
    ///     group-by:
    ///         - TargetUserName
    ///     timespan: 1h
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
    "missing-correlation-condition" {
        group: Correlation, profile: Spec, severity: Error, fix: None,
        aliases: ["SigmaCorrelationRuleError", "correlation-missing-condition"],
        since: "0.1.0", run: Correlation(missing_correlation_condition),
    }
}

fn missing_correlation_condition(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(map) = rule.map() else { return };
    let Some(kind) = rule.kind().filter(|kind| !kind.is_temporal()) else { return };
    match map.get("condition") {
        Some(entry) if entry.value.is_null() => {
            report.at(entry.key.place(), "`condition` is empty");
        }
        Some(_) => {}
        None if rule.file.has_gaps(rule.document) => {}
        None => {
            let word = kind.word();
            report
                .at(rule.correlation.key, format!("a correlation of type `{word}` needs a `condition`"))
                .note("such as `gte: 10`");
        }
    }
}
