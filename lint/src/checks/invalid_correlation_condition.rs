//! `invalid-correlation-condition`

use sigwise_sigma::Span;
use sigwise_sigma::correlation::CorrelationCondition;
use sigwise_sigma::scalar::Type;
use sigwise_sigma::yaml::{Entry, Mapping};

use crate::declare_check;
use crate::diagnostic::{Fix, Severity};
use crate::edit::{self, Edit};
use crate::engine::Context;
use crate::keys;
use crate::nearest::{is_sure, nearest};
use crate::report::Report;
use crate::rule::CorrelationRule;

declare_check! {
    /// Reports a correlation condition that is not one comparison with a number.
    ///
    /// A condition is a map of one of `gt`, `gte`, `lt`, `lte`, `eq` and `neq` with a number, and, where the type needs one, the
    /// `field` (specification, section *Condition*). The specification allows two comparisons for a range, pySigma refuses them
    /// (`SigmaCorrelationConditionError`). Text is an extended condition, which only the temporal types can have.
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
    ///         gte: many
    /// #            ^^^^ invalid-correlation-condition
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
    "invalid-correlation-condition" {
        group: Correlation, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: [
            "SigmaCorrelationConditionError", "SigmaCorrelationRuleError", "correlation-condition-operator",
            "correlation-condition-range", "correlation-count-type", "correlation-extended-type",
        ],
        since: "0.1.0", run: Correlation(invalid_correlation_condition),
    }
}

fn invalid_correlation_condition(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    match &rule.correlation.condition {
        None => {}
        Some(CorrelationCondition::Other(_)) => {
            let Some(entry) = rule.map().and_then(|map| map.get("condition")) else { return };
            let what = keys::what(&entry.value);
            report.at(entry.key.place(), format!("`condition` must be a map or text, but this is {what}")).note(COMPARISON);
        }
        Some(CorrelationCondition::Extended(condition)) => {
            if let Some(kind) = rule.kind().filter(|kind| !kind.is_temporal()) {
                let message = format!("the condition of a correlation of type `{}` must be a map", kind.word());
                report
                    .at(condition.span, message)
                    .note("conditions of rule names are for the types `temporal` and `temporal_ordered`");
            }
        }
        Some(CorrelationCondition::Map { span, .. }) => {
            let Some(entry) = rule.map().and_then(|map| map.get("condition")) else { return };
            let Some(map) = entry.value.mapping() else { return };
            comparisons(rule, *span, entry, map, report);
        }
    }
}

const OPERATORS: [&str; 6] = ["gt", "gte", "lt", "lte", "eq", "neq"];
const COMPARISON: &str = "a condition is one of `gt`, `gte`, `lt`, `lte`, `eq` and `neq` with a number, such as `gte: 10`";

fn comparisons(rule: &CorrelationRule<'_>, span: Span, entry: &Entry, map: &Mapping, report: &mut Report<'_>) {
    let own = rule.is_own() && entry.is_own();
    let mut first: Option<&Entry> = None;
    let mut unknown = false;
    for inner in &map.entries {
        let Some(name) = inner.name() else { continue };
        match name {
            _ if OPERATORS.contains(&name) => {
                if let Some(first) = first {
                    report
                        .at(inner.key.place(), "a second comparison")
                        .severity(Severity::Warning)
                        .label(first.key.span, "the first one")
                        .note("the specification allows a range, but pySigma takes exactly one comparison");
                }
                first = first.or(Some(inner));
                number(name, inner, own, report);
            }
            "percentile" => number(name, inner, own, report),
            "field" => {}
            _ => {
                unknown = true;
                let near = symbol(name).or_else(|| nearest_operator(name));
                let edit = near.filter(|near| own && map.get(near).is_none()).and_then(|near| {
                    Some((format!("rename it to `{near}`"), edit::rewrite(&inner.key, near)?))
                });
                report
                    .at(inner.key.place(), format!("`{name}` is no part of a correlation's condition"))
                    .note(COMPARISON)
                    .maybe_fix(edit.map(|(title, edit)| Fix::safe(title, [edit])));
            }
        }
    }
    // What an unknown key was meant to be may be the comparison.
    if first.is_none() && !unknown {
        let place = if map.entries.is_empty() { entry.key.place() } else { Span { end: first_line(rule, span), ..span } };
        report.at(place, "the condition compares nothing").note(COMPARISON);
    }
}

fn first_line(rule: &CorrelationRule<'_>, span: Span) -> u32 {
    let text = rule.file.source.slice(span);
    span.start + text.find(['\n', '\r']).unwrap_or(text.len()) as u32
}

/// The key that is one slip away: of two such keys, as of `gt` and `gte` for `get`, none.
fn nearest_operator(name: &str) -> Option<&'static str> {
    let keys = || OPERATORS.into_iter().chain(["field", "percentile"]);
    nearest(name, keys()).filter(|near| is_sure(name, near, keys()))
}

/// The operator that a sign stands for.
fn symbol(name: &str) -> Option<&'static str> {
    match name {
        ">" => Some("gt"),
        ">=" => Some("gte"),
        "<" => Some("lt"),
        "<=" => Some("lte"),
        "=" | "==" => Some("eq"),
        "!=" | "<>" | "ne" => Some("neq"),
        _ => None,
    }
}

fn number(name: &str, entry: &Entry, own: bool, report: &mut Report<'_>) {
    let node = &entry.value;
    let Some(scalar) = node.scalar() else {
        report.at(entry.key.place(), format!("`{name}` must be a number, but this is {}", keys::what(node)));
        return;
    };
    match scalar.ty {
        Type::Int(_) | Type::Float(_) => {}
        Type::Null => {
            report.at(entry.key.place(), format!("`{name}` has no number"));
        }
        _ => {
            let digits = scalar.text.trim();
            let is_number = !digits.is_empty() && digits.len() < 18 && digits.bytes().all(|byte| byte.is_ascii_digit());
            let leading = digits.len() > 1 && digits.starts_with('0');
            let edit = (is_number && !leading && own && node.alias.is_none())
                .then(|| Edit::replace(node.span, digits.to_owned()));
            // pySigma makes a number of it, the JSON schema does not.
            let severity = if is_number { Severity::Warning } else { Severity::Error };
            report
                .at(node.place(), format!("`{name}` must be a number, but this is {}", keys::what(node)))
                .severity(severity)
                .maybe_fix(edit.map(|edit| Fix::safe("write it without quotes", [edit])));
        }
    }
}
