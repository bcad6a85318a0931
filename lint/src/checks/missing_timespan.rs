//! `missing-timespan`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::CorrelationRule;

declare_check! {
    /// Reports a correlation without a timespan.
    ///
    /// The window in which events are counted has no default: the specification requires it, and pySigma refuses a correlation
    /// without (`SigmaCorrelationRuleError`).
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
    /// #^^^^^^^^^^ missing-timespan
    ///     type: event_count
    ///     rules:
    ///         - failed_logon
    ///     group-by:
    ///         - TargetUserName
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
    "missing-timespan" {
        group: Correlation, profile: Spec, severity: Error, fix: None,
        aliases: ["SigmaCorrelationRuleError", "correlation-missing-timespan"],
        since: "0.1.0", run: Correlation(missing_timespan),
    }
}

fn missing_timespan(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(map) = rule.map() else { return };
    match map.get("timespan") {
        Some(entry) if entry.value.is_null() => {
            report.at(entry.key.place(), "`timespan` is empty");
        }
        Some(_) => {}
        None if rule.file.has_gaps(rule.document) => {}
        None => {
            report.at(rule.correlation.key, "this correlation has no `timespan`").note("such as `5m`, `1h` or `7d`");
        }
    }
}
