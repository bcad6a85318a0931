//! `invalid-correlation-type`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::CorrelationRule;
use crate::words;

declare_check! {
    /// Reports a correlation without a type, or with one that is not known.
    ///
    /// There are `event_count`, `value_count`, `temporal`, `temporal_ordered`, `value_sum`, `value_avg` and `value_percentile`
    /// (specification, *Sigma Correlation Rules*), and pySigma's `value_median`. pySigma refuses anything else
    /// (`SigmaCorrelationTypeError`).
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
    ///     type: event-count
    /// #         ^^^^^^^^^^^ invalid-correlation-type
    ///     rules:
    ///         - failed_logon
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
    "invalid-correlation-type" {
        group: Correlation, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["SigmaCorrelationTypeError", "correlation-type"],
        since: "0.1.0", run: Correlation(invalid_correlation_type),
    }
}

fn invalid_correlation_type(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(map) = rule.map() else { return };
    match map.get("type").filter(|entry| !entry.value.is_null()) {
        Some(entry) => words::CORRELATION.report(&entry.value, entry.is_own() && rule.is_own(), report),
        None if rule.file.has_gaps(rule.document) => {}
        None => {
            report.at(rule.correlation.key, "this correlation has no `type`").note(words::CORRELATION.list());
        }
    }
}
