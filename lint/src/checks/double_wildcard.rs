//! `double-wildcard`

use std::ops::Range;

use sigwise_sigma::detection::{Item, Value};
use sigwise_sigma::pattern::{self, RawKind};
use sigwise_sigma::scalar::Type;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;
use crate::values;

declare_check! {
    /// Reports several `*` in a row.
    ///
    /// One stands for any number of characters; the others change nothing, and some backends read `**` as something else. The
    /// official linter has it as `double_wildcard`.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         CommandLine: 'cmd**whoami'
    /// #                        ^^ double-wildcard
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         CommandLine: 'cmd*whoami'
    ///         ParentCommandLine: 'cmd\*\*whoami'
    ///         Image|re: '.**'
    ///     condition: selection
    /// ```
    "double-wildcard" {
        group: Values, profile: Default, severity: Info, fix: Sometimes(Safe),
        aliases: ["double_wildcard", "DoubleWildcardIssue"], since: "0.1.0", run: Detection(double_wildcard),
    }
}

fn double_wildcard(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (_, item) in rule.detection.placed_items() {
        for value in &item.values {
            let Some(text) = value.text() else { continue };
            if text.contains("**") && value.ty() == Some(Type::Str) && values::is_string(item) {
                report_all(rule, item, value, text, report);
            }
        }
    }
}

/// Where two or more `*` stand in a row that are not escaped.
fn runs(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for piece in pattern::scan(text).filter(|piece| piece.kind == RawKind::Star) {
        match out.last_mut() {
            Some(last) if last.end == piece.range.start => last.end = piece.range.end,
            _ => out.push(piece.range),
        }
    }
    out.retain(|run| run.len() > 1);
    out
}

/// So many findings in one value are enough.
const MAX_RUNS: usize = 50;

fn report_all(rule: &DetectionRule<'_>, item: &Item, value: &Value, text: &str, report: &mut Report<'_>) {
    let own = values::is_own(item, value);
    let places = value.places(rule.source());
    for stars in runs(text).into_iter().take(MAX_RUNS) {
        let span = if own { places.span(stars.clone()) } else { values::place(item, value) };
        let exact = own && span.len() == stars.len();
        report
            .at(span, format!("{} wildcards in a row match what one matches", stars.len()))
            .maybe_fix(exact.then(|| Fix::safe("leave one", [Edit::replace(span, "*")])));
    }
}
