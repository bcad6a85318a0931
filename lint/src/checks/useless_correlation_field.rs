//! `useless-correlation-field`

use crate::declare_check;
use crate::diagnostic::{Fix, Tag};
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::CorrelationRule;

declare_check! {
    /// Reports a field in the condition of a correlation whose type counts events.
    ///
    /// `event_count` and the temporal types count events or rules, not values: the field is ignored. To count its values, the
    /// type must be `value_count`.
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
    ///     type: event_count
    ///     rules:
    ///         - failed_logon
    ///     group-by:
    ///         - TargetUserName
    ///     timespan: 1h
    ///     condition:
    ///         gte: 10
    ///         field: IpAddress
    /// #       ^^^^^ useless-correlation-field
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
    "useless-correlation-field" {
        group: Correlation, profile: Default, severity: Info, fix: Sometimes(Unsafe),
        aliases: ["correlation-useless-field"],
        since: "0.1.0", run: Correlation(useless_correlation_field),
    }
}

fn useless_correlation_field(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(kind) = rule.kind().filter(|kind| !kind.needs_field()) else { return };
    let Some(condition) = rule.map().and_then(|map| map.get("condition")) else { return };
    let Some(map) = condition.value.mapping() else { return };
    let Some(index) = map.entries.iter().position(|entry| entry.name() == Some("field")) else { return };
    let own = rule.is_own() && condition.is_own();
    let edit = edit::remove_entry(&rule.file.source, map, index).filter(|_| own);
    report
        .at(map.entries[index].key.place(), format!("a correlation of type `{}` looks at no field", kind.word()))
        .tag(Tag::Unnecessary)
        .note("`value_count` counts the values of a field")
        .maybe_fix(edit.map(|edit| Fix::risky("remove it", [edit])));
}
