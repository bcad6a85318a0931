//! `unknown-correlation-key`

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::keys;
use crate::nearest::nearest;
use crate::report::Report;
use crate::rule::CorrelationRule;

declare_check! {
    /// Reports a key of `correlation` that is not known there.
    ///
    /// pySigma ignores it without a word: with `group_by` instead of `group-by`, events are not grouped.
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
    ///     group_by:
    /// #   ^^^^^^^^ unknown-correlation-key
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
    "unknown-correlation-key" {
        group: Correlation, profile: Default, severity: Warning, fix: Sometimes(Safe),
        aliases: ["correlation-unknown-key"],
        since: "0.1.0", run: Correlation(unknown_correlation_key),
    }
}

fn unknown_correlation_key(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(map) = rule.map() else { return };
    for entry in &map.entries {
        let Some(name) = entry.name().filter(|name| !keys::CORRELATION.contains(name)) else { continue };
        if let Some(top) = keys::key(name) {
            let message = format!("`{}` belongs to the top of the rule, not into `correlation`", top.name);
            report.at(entry.key.place(), message);
            continue;
        }
        let near = match name {
            "window" | "timeframe" | "timewindow" | "within" => Some("timespan"),
            "groupby" | "group_by" | "by" => Some("group-by"),
            _ => nearest(name, keys::CORRELATION.iter().copied()),
        };
        let fix = near.filter(|near| map.get(near).is_none() && rule.is_own() && entry.is_own()).and_then(|near| {
            let edit = edit::rewrite(&entry.key, near)?;
            // A value that was not read so far may not be right itself.
            Some(Fix::risky(format!("rename it to `{near}`"), [edit]))
        });
        let finding = report.at(entry.key.place(), format!("`correlation` has no key `{name}`"));
        let finding = match near {
            Some(near) => finding.note(format!("it is ignored; did you mean `{near}`?")),
            None => finding.note("it is ignored"),
        };
        finding.maybe_fix(fix);
    }
}
