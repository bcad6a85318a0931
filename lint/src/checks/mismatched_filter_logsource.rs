//! `mismatched-filter-logsource`

use sigwise_sigma::correlation::FilterRules;

use crate::declare_check;
use crate::engine::Context;
use crate::project::RuleSource;
use crate::report::Report;
use crate::rule::FilterRule;

declare_check! {
    /// Reports a rule of a filter that the filter does not apply to, since their log sources differ.
    ///
    /// pySigma applies a filter only to rules whose log source is that of the filter, or a narrower one, and passes over the others
    /// without a word.
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
    ///     service: sysmon
    /// filter:
    ///     rules:
    ///         - failed_logon
    /// #         ^^^^^^^^^^^^ mismatched-filter-logsource
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
    "mismatched-filter-logsource" {
        group: Filter, profile: Default, severity: Warning, fix: None,
        aliases: ["filter-never-applies"],
        since: "0.1.0", run: Filter(mismatched_filter_logsource),
    }
}

fn mismatched_filter_logsource(rule: &FilterRule<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let FilterRules::List(_, rules) = &rule.filter.rules else { return };
    let Some(own) = &rule.filter.logsource else { return };
    for reference in rules {
        let found = cx.project.with_id(&reference.text).iter().chain(cx.project.with_name(&reference.text));
        let mut sources = found.filter_map(|entry| Some((entry, entry.logsource.as_ref()?))).peekable();
        let Some((entry, first)) = sources.peek().copied() else { continue };
        if sources.any(|(_, source)| source.is_within(own)) {
            continue;
        }
        let finding = report.at(reference.span, format!("this filter does not apply to `{}`", reference.text)).note(format!(
            "the rule looks at {first}, the filter at {}",
            RuleSource::of(own)
        ));
        if &*entry.place.path == cx.path {
            finding.label(entry.place.span, "the rule");
        } else {
            finding.label_other(entry.place.clone(), "the rule");
        }
    }
}
