//! `too-few-correlation-rules`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::CorrelationRule;

declare_check! {
    /// Reports a temporal correlation of less than two rules.
    ///
    /// `temporal` and `temporal_ordered` fire when events of several rules occur together: of one rule alone it fires at every
    /// event.
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
    ///     type: temporal
    ///     rules:
    /// #   ^^^^^ too-few-correlation-rules
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
    /// title: Successful Logon
    /// name: successful_logon
    /// logsource:
    ///     product: windows
    ///     service: security
    /// detection:
    ///     selection:
    ///         EventID: 4624
    ///     condition: selection
    /// ---
    /// title: Many Failed Logons
    /// correlation:
    ///     type: temporal
    ///     rules:
    ///         - failed_logon
    ///         - successful_logon
    ///     group-by:
    ///         - TargetUserName
    ///     timespan: 1h
    /// ```
    "too-few-correlation-rules" {
        group: Correlation, profile: Default, severity: Warning, fix: None,
        aliases: [
            "sigmahq_correlation_rules_minimum", "SigmahqCorrelationRulesMinimumIssue", "correlation-too-few-rules",
        ],
        since: "0.1.0", run: Correlation(too_few_correlation_rules),
    }
}

fn too_few_correlation_rules(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(kind) = rule.kind().filter(|kind| kind.is_temporal()) else { return };
    let Some(entry) = rule.map().and_then(|map| map.get("rules")) else { return };
    // No rules at all are another finding, and so are rules that are no text.
    let count = entry.value.sequence().map_or(1, |list| list.items.len());
    if count == 1 && !entry.value.is_blank() {
        report.at(entry.key.place(), format!("a correlation of type `{}` needs at least two rules", kind.word()));
    }
}
