//! `unused-alias`

use sigwise_sigma::correlation::CorrelationCondition;
use sigwise_sigma::detection::Spanned;

use crate::declare_check;
use crate::diagnostic::Tag;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::CorrelationRule;

declare_check! {
    /// Reports an alias that `group-by` and the condition do not use.
    ///
    /// Aliases exist for `group-by` (specification, section *Field Name Aliases*); one that is not named there has no effect.
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
    ///     aliases:
    ///         user:
    /// #       ^^^^ unused-alias
    ///             failed_logon: TargetUserName
    ///             successful_logon: SubjectUserName
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
    "unused-alias" {
        group: Correlation, profile: Default, severity: Info, fix: None,
        aliases: ["correlation-alias-unused"],
        since: "0.1.0", run: Correlation(unused_alias),
    }
}

fn unused_alias(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let correlation = rule.correlation;
    let fields: &[Spanned] = match &correlation.condition {
        Some(CorrelationCondition::Map { field, .. }) => field,
        _ => &[],
    };
    for alias in correlation.aliases.iter().filter(|alias| alias.malformed.is_none()) {
        let uses = |field: &Spanned| field.text == alias.name.text;
        if !correlation.group_by.iter().any(uses) && !fields.iter().any(uses) {
            report
                .at(alias.name.span, format!("the alias `{}` is not used", alias.name.text))
                .tag(Tag::Unnecessary)
                .note("`group-by` does not name it");
        }
    }
}
