//! `missing-group-by`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::CorrelationRule;

declare_check! {
    /// Reports a correlation without `group-by`.
    ///
    /// Without it, events of different hosts and users are counted together. The specification requires it for every type, and
    /// SigmaHQ's official validator for the most common ones; pySigma reads a correlation without.
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
    /// #^^^^^^^^^^ missing-group-by
    ///     type: event_count
    ///     rules:
    ///         - failed_logon
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
    "missing-group-by" {
        group: Correlation, profile: Spec, severity: Warning, fix: None,
        aliases: [
            "sigmahq_correlation_group_by_existence", "SigmahqCorrelationGroupByExistenceIssue",
            "correlation-missing-group-by",
        ],
        since: "0.1.0", run: Correlation(missing_group_by),
    }
}

fn missing_group_by(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(map) = rule.map() else { return };
    match map.get("group-by") {
        Some(entry) => {
            if entry.value.is_blank() || entry.value.sequence().is_some_and(|list| list.items.is_empty()) {
                report.at(entry.key.place(), "`group-by` is empty").note(TOGETHER);
            }
        }
        None if rule.file.has_gaps(rule.document) => {}
        None => {
            report.at(rule.correlation.key, "this correlation has no `group-by`").note(TOGETHER);
        }
    }
}

const TOGETHER: &str = "events of different hosts and users are counted together";
