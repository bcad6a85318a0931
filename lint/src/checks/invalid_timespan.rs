//! `invalid-timespan`

use sigwise_sigma::correlation::Timespan;
use sigwise_sigma::scalar::Type;
use sigwise_sigma::yaml::Node;

use crate::declare_check;
use crate::diagnostic::{Fix, Severity};
use crate::edit::{self, Edit};
use crate::engine::Context;
use crate::keys;
use crate::report::Report;
use crate::rule::CorrelationRule;

declare_check! {
    /// Reports a timespan that is not a whole number and a unit, such as `5m`, `1h` or `7d`.
    ///
    /// The units are `s`, `m`, `h` and `d` (specification, section *Time Selection*), and in pySigma also `w`, `M` and `y`.
    /// pySigma refuses anything else (`SigmaTimespanError`), nothing included. `5M` are five months: minutes were probably
    /// meant.
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
    ///     timespan: 1h30m
    /// #             ^^^^^ invalid-timespan
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
    ///     timespan: 90m
    ///     condition:
    ///         gte: 10
    /// ```
    "invalid-timespan" {
        group: Correlation, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["SigmaTimespanError", "correlation-timespan", "correlation-timespan-unit"],
        since: "0.1.0", run: Correlation(invalid_timespan),
    }
}

fn invalid_timespan(rule: &CorrelationRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.map().and_then(|map| map.get("timespan")) else { return };
    let node = &entry.value;
    let own = rule.is_own() && entry.is_own();
    let Some(scalar) = node.scalar() else {
        report.at(entry.key.place(), format!("`timespan` must be text such as `5m`, but this is {}", keys::what(node)));
        return;
    };
    let text = &*scalar.text;
    match (node.str(), Timespan::parse(text)) {
        (None, _) if scalar.ty == Type::Null => {}
        (Some(_), Some(Timespan { count, unit: 'M' })) if matches!(count, 5 | 10 | 15 | 20 | 30 | 45 | 60 | 90 | 120) => {
            let minutes = format!("{count}m");
            report
                .at(node.place(), format!("`{text}` are {count} months"))
                .severity(Severity::Info)
                .note(format!("`{minutes}` are {count} minutes"))
                .maybe_fix(rewrite(node, own, minutes).map(|(title, edit)| Fix::risky(title, [edit])));
        }
        (Some(_), Some(_)) => {}
        _ => {
            let (message, note) = match text.trim() {
                "" => ("the timespan is empty".to_owned(), UNITS),
                bare if bare.bytes().all(|byte| byte.is_ascii_digit()) => {
                    (format!("the timespan `{text}` has no unit"), UNITS)
                }
                bare if bare.len() > 1 && bare.trim_end_matches(|c: char| "smhdwMy".contains(c)).bytes().all(|b| b == b'0') => {
                    (format!("the timespan `{text}` is no time at all"), "it must be more than nothing")
                }
                _ => (format!("`{text}` is no timespan"), UNITS),
            };
            let fix = meant(text).and_then(|better| rewrite(node, own, better));
            report
                .at(node.place(), message)
                .note(note)
                .maybe_fix(fix.map(|(title, edit)| Fix::safe(title, [edit])));
        }
    }
}

const UNITS: &str = "a timespan is a whole number and `s`, `m`, `h` or `d`";

fn rewrite(node: &Node, own: bool, text: String) -> Option<(String, Edit)> {
    let edit = edit::rewrite(node, &text).filter(|_| own)?;
    Some((format!("write `{text}`"), edit))
}

/// The timespan that a text such as `1h30m`, `1.5h` or `5 minutes` means.
fn meant(text: &str) -> Option<String> {
    let mut rest = text.trim();
    let mut seconds = 0.0;
    let mut smallest = u64::MAX;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let number: f64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let unit = unit(&rest[..letters])?;
        smallest = smallest.min(unit);
        seconds += number * unit as f64;
        rest = rest[letters..].trim_start();
    }
    let whole = seconds > 0.0 && seconds < 1e12 && seconds.fract() == 0.0;
    let seconds = if whole { seconds as u64 } else { return None };
    let unit = [86_400, 3_600, 60, 1].into_iter().find(|unit| *unit <= smallest && seconds.is_multiple_of(*unit))?;
    let letter = match unit {
        86_400 => 'd',
        3_600 => 'h',
        60 => 'm',
        _ => 's',
    };
    Some(format!("{}{letter}", seconds / unit))
}

/// Its length in seconds; months and years have none that is always right.
fn unit(word: &str) -> Option<u64> {
    match word.to_ascii_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => Some(1),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(60),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(3_600),
        "d" | "day" | "days" => Some(86_400),
        "w" | "week" | "weeks" => Some(604_800),
        _ => None,
    }
}
