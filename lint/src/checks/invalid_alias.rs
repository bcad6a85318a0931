//! `invalid-alias`

use sigwise_sigma::Span;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix, Severity};
use crate::engine::Context;
use crate::nearest::{is_sure, nearest};
use crate::report::Report;
use crate::rule::CorrelationRule;
use crate::uuid::{self, Written};

declare_check! {
    /// Reports an alias that is no map of rules and their fields, and one for a rule that is not correlated.
    ///
    /// An alias gives fields of several rules one name for `group-by` (specification, section *Field Name Aliases*): below the
    /// name stand the rules, each with its field. pySigma stops at anything else (`SigmaCorrelationRuleError`). What is said of
    /// a rule that is not among the `rules` has no effect.
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
    ///         - user
    ///     timespan: 1h
    ///     aliases:
    ///         user:
    ///             failed_logon: TargetUserName
    ///             sucessful_logon: SubjectUserName
    /// #           ^^^^^^^^^^^^^^^ invalid-alias
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
    ///         - user
    ///     timespan: 1h
    ///     aliases:
    ///         user:
    ///             failed_logon: TargetUserName
    ///             successful_logon: SubjectUserName
    /// ```
    "invalid-alias" {
        group: Correlation, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["SigmaCorrelationRuleError", "correlation-alias-shape", "correlation-alias-unknown-rule"],
        since: "0.1.0", run: Correlation(invalid_alias),
    }
}

fn invalid_alias(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let correlation = rule.correlation;
    // A rule given by its id may well be called by its name here.
    let named = correlation.rules.iter().all(|rule| uuid::written(&rule.text) == Written::Wrong);
    for alias in &correlation.aliases {
        if let Some(place) = alias.malformed {
            let text = rule.file.source.slice(place);
            let end = place.start + text.find(['\n', '\r']).unwrap_or(text.len()) as u32;
            let place = if place.is_empty() { alias.name.span } else { Span { end, ..place } };
            report
                .at(place, format!("the alias `{}` must be a map of rules and their fields", alias.name.text))
                .note("below the alias stand the rules, each with the name of its field");
        }
        for (name, _) in &alias.fields {
            let known = correlation.rules.iter().any(|rule| rule.text.eq_ignore_ascii_case(&name.text));
            if known || !named || correlation.rules.is_empty() {
                continue;
            }
            let near = nearest(&name.text, correlation.rules.iter().map(|rule| &*rule.text));
            let free = near.filter(|near| alias.fields.iter().all(|(other, _)| &*other.text != *near));
            let fix = free.filter(|_| rule.is_own()).map(|near| {
                let edit = Edit::replace(name.span, near);
                let title = format!("replace `{}` with `{near}`", name.text);
                let sure = is_sure(&name.text, near, correlation.rules.iter().map(|rule| &*rule.text));
                if sure { Fix::safe(title, [edit]) } else { Fix::risky(title, [edit]) }
            });
            report
                .at(name.span, format!("`{}` is not among the rules of this correlation", name.text))
                .severity(Severity::Warning)
                .note("the alias has no effect on it")
                .maybe_fix(fix);
        }
    }
}
