//! `missing-correlation-field`

use sigwise_sigma::correlation::CorrelationCondition;

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::CorrelationRule;

declare_check! {
    /// Reports a correlation of values that does not say of which field.
    ///
    /// `value_count`, `value_sum`, `value_avg` and `value_percentile` need a `field` in their condition (specification, section
    /// *Correlation Types*); pySigma stops at one without (`SigmaCorrelationRuleError`).
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
    ///     type: value_count
    ///     rules:
    ///         - failed_logon
    ///     group-by:
    ///         - TargetUserName
    ///     timespan: 1h
    ///     condition:
    /// #   ^^^^^^^^^ missing-correlation-field
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
    ///     type: value_count
    ///     rules:
    ///         - failed_logon
    ///     group-by:
    ///         - TargetUserName
    ///     timespan: 1h
    ///     condition:
    ///         gte: 10
    ///         field: IpAddress
    /// ```
    "missing-correlation-field" {
        group: Correlation, profile: Spec, severity: Error, fix: None,
        aliases: ["SigmaCorrelationRuleError", "correlation-missing-field"],
        since: "0.1.0", run: Correlation(missing_correlation_field),
    }
}

fn missing_correlation_field(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(kind) = rule.kind().filter(|kind| kind.needs_field()) else { return };
    let Some(CorrelationCondition::Map { field, .. }) = &rule.correlation.condition else { return };
    if !field.is_empty() || rule.file.has_gaps(rule.document) {
        return;
    }
    let Some(entry) = rule.map().and_then(|map| map.get("condition")) else { return };
    let message = format!("the condition of a correlation of type `{}` needs a `field`", kind.word());
    report.at(entry.key.place(), message);
}
