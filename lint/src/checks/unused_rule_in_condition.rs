//! `unused-rule-in-condition`

use sigwise_sigma::correlation::CorrelationCondition;

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::CorrelationRule;

declare_check! {
    /// Reports a rule of a correlation that its extended condition does not name.
    ///
    /// pySigma refuses such a correlation (`SigmaCorrelationConditionError`): each rule that is listed must be in the condition.
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
    /// #         ^^^^^^^^^^^^^^^^ unused-rule-in-condition
    ///     group-by:
    ///         - TargetUserName
    ///     timespan: 1h
    ///     condition: failed_logon
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
    ///     condition: failed_logon and not successful_logon
    /// ```
    "unused-rule-in-condition" {
        group: Correlation, profile: Spec, severity: Error, fix: Sometimes(Unsafe),
        aliases: ["SigmaCorrelationConditionError", "correlation-extended-unreferenced"],
        since: "0.1.0", run: Correlation(unused_rule_in_condition),
    }
}

fn unused_rule_in_condition(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(CorrelationCondition::Extended(condition)) = &rule.correlation.condition else { return };
    // What could not be read may hold the name.
    if !condition.errors.is_empty() {
        return;
    }
    let references = condition.references();
    let list = rule.map().and_then(|map| map.get("rules")).and_then(|entry| entry.value.sequence());
    for listed in &rule.correlation.rules {
        if references.iter().any(|reference| reference.name.text.eq_ignore_ascii_case(&listed.text)) {
            continue;
        }
        let edit = list.filter(|_| rule.is_own()).and_then(|list| {
            let index = list.items.iter().position(|item| item.span.contains(listed.span))?;
            edit::remove_item(&rule.file.source, list, index)
        });
        report
            .at(listed.span, format!("the condition does not name the rule `{}`", listed.text))
            .maybe_fix(edit.map(|edit| Fix::risky("remove it", [edit])));
    }
}
