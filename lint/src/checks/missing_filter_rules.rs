//! `missing-filter-rules`

use sigwise_sigma::Span;
use sigwise_sigma::correlation::FilterRules;

use crate::declare_check;
use crate::engine::Context;
use crate::keys;
use crate::report::Report;
use crate::rule::FilterRule;

declare_check! {
    /// Reports a filter that does not say which rules it is for.
    ///
    /// `rules` holds their ids or names, or `any` for all rules of the log source. The specification requires it, and pySigma
    /// refuses a filter without (`SigmaFilterRuleReferenceError`, which `sigma check` does not show).
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
    /// title: Administrators Log On
    /// logsource:
    ///     product: windows
    ///     service: security
    /// filter:
    /// #^^^^^ missing-filter-rules
    ///     selection:
    ///         TargetUserName|startswith: adm_
    ///     condition: not selection
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
    /// title: Administrators Log On
    /// logsource:
    ///     product: windows
    ///     service: security
    /// filter:
    ///     rules:
    ///         - failed_logon
    ///     selection:
    ///         TargetUserName|startswith: adm_
    ///     condition: not selection
    /// ```
    "missing-filter-rules" {
        group: Filter, profile: Spec, severity: Error, fix: None,
        aliases: ["SigmaFilterRuleReferenceError", "filter-missing-rules", "filter-rules-type"],
        since: "0.1.0", run: Filter(missing_filter_rules),
    }
}

fn missing_filter_rules(rule: &FilterRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("filter") else { return };
    let Some(map) = entry.value.mapping() else { return };
    match (&rule.filter.rules, map.get("rules")) {
        (FilterRules::Missing, _) if !rule.file.has_gaps(rule.document) => {
            report.at(entry.key.place(), "this filter has no `rules`").note(ANY);
        }
        (FilterRules::Invalid(_), Some(rules)) => {
            let what = keys::what(&rules.value);
            let place = if rules.value.is_null() { rules.key.place() } else { rules.value.place() };
            let text = rule.file.source.slice(place);
            let end = place.start + text.find(['\n', '\r']).unwrap_or(text.len()) as u32;
            let message = format!("`rules` must be a list of ids or names, but this is {what}");
            report.at(Span { end, ..place }, message).note(ANY);
        }
        _ => {}
    }
}

const ANY: &str = "with `rules: any` a filter is for every rule of its log source";
