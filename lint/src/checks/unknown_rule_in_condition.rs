//! `unknown-rule-in-condition`

use sigwise_sigma::correlation::CorrelationCondition;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::nearest::{is_sure, nearest};
use crate::report::Report;
use crate::rule::CorrelationRule;

declare_check! {
    /// Reports a name in an extended correlation condition that is not among the correlation's rules.
    ///
    /// An extended condition combines the rules that the correlation lists; pySigma stops at any other name
    /// (`SigmaCorrelationConditionError`). Where no rules are listed, the condition's names are the rules.
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
    ///     group-by:
    ///         - TargetUserName
    ///     timespan: 1h
    ///     condition: failed_logon and not sucessful_logon
    /// #                                   ^^^^^^^^^^^^^^^ unknown-rule-in-condition
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
    "unknown-rule-in-condition" {
        group: Correlation, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["SigmaCorrelationConditionError", "correlation-extended-undefined"],
        since: "0.1.0", run: Correlation(unknown_rule_in_condition),
    }
}

fn unknown_rule_in_condition(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(CorrelationCondition::Extended(condition)) = &rule.correlation.condition else { return };
    let rules = &rule.correlation.rules;
    if rules.is_empty() || rule.map().is_none_or(|map| map.get("rules").is_none()) {
        return;
    }
    for reference in condition.references() {
        let name = reference.name;
        if rules.iter().any(|rule| rule.text.eq_ignore_ascii_case(&name.text)) {
            continue;
        }
        let near = nearest(&name.text, rules.iter().map(|rule| &*rule.text));
        let exact = rule.file.source.slice(name.span) == &*name.text && rule.is_own();
        let fix = near.filter(|_| exact).map(|near| {
            let edit = Edit::replace(name.span, near);
            let title = format!("replace `{}` with `{near}`", name.text);
            let sure = is_sure(&name.text, near, rules.iter().map(|rule| &*rule.text));
            if sure { Fix::safe(title, [edit]) } else { Fix::risky(title, [edit]) }
        });
        report.at(name.span, format!("`{}` is not among the rules of this correlation", name.text)).maybe_fix(fix);
    }
}
