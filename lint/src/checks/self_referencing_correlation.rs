//! `self-referencing-correlation`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::CorrelationRule;

declare_check! {
    /// Reports a correlation that names itself among its rules.
    ///
    /// It would wait for its own result, and pySigma follows the reference without end when it converts the rule.
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
    /// name: many_failed_logons
    /// correlation:
    ///     type: event_count
    ///     rules:
    ///         - many_failed_logons
    /// #         ^^^^^^^^^^^^^^^^^^ self-referencing-correlation
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
    /// name: many_failed_logons
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
    "self-referencing-correlation" {
        group: Correlation, profile: Default, severity: Warning, fix: None,
        aliases: ["correlation-self-reference"],
        since: "0.1.0", run: Correlation(self_referencing_correlation),
    }
}

fn self_referencing_correlation(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let name = rule.document.text("name");
    let id = rule.document.text("id");
    for reference in &rule.correlation.rules {
        let own_name = name.is_some_and(|name| name == &*reference.text);
        if own_name || id.is_some_and(|id| id.eq_ignore_ascii_case(&reference.text)) {
            report.at(reference.span, "this correlation refers to itself");
        }
    }
}
