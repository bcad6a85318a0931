//! `unsupported-regex-group`

use sigwise_sigma::modifier::Modifier;
use sigwise_sigma::regex::{self, Construct};
use sigwise_sigma::scalar::Type;

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;
use crate::values;

declare_check! {
    /// Reports look-around and atomic groups in regular expressions.
    ///
    /// Many backends hand regular expressions to engines that have none of them (RE2, Lucene); the specification allows
    /// neither (section *Regular Expression*), and pySigma 2 refuses them by default. The official linter has it as
    /// `sigmahq_unsupported_regex_group_construct`.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         CommandLine|re: 'whoami(?!\.exe)'
    /// #                              ^^^ unsupported-regex-group
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         CommandLine|re: 'whoami(?:\.exe|\.com)[(?=]'
    ///     condition: selection
    /// ```
    "unsupported-regex-group" {
        group: Values, profile: Default, severity: Warning, fix: None,
        aliases: [
            "sigmahq_unsupported_regex_group_construct", "SigmahqUnsupportedRegexGroupConstructIssue",
            "regex-unsupported-group",
        ],
        since: "0.1.0", run: Detection(unsupported_regex_group),
    }
}

/// So many findings in one value are enough.
const MAX_GROUPS: usize = 50;

fn unsupported_regex_group(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (_, item) in rule.detection.placed_items() {
        if !item.has(Modifier::Re) {
            continue;
        }
        for value in &item.values {
            let Some(text) = value.text().filter(|text| text.contains("(?")) else { continue };
            if value.ty() != Some(Type::Str) {
                continue;
            }
            let own = values::is_own(item, value);
            let mut places = None;
            let mut found = 0;
            // What is invalid is read up to its fault.
            let _ = regex::read(text, &mut |construct, range| {
                let what = match construct {
                    Construct::LookAhead => "a look-ahead",
                    Construct::LookBehind => "a look-behind",
                    Construct::AtomicGroup => "an atomic group",
                    _ => return,
                };
                found += 1;
                if found > MAX_GROUPS {
                    return;
                }
                let places = places.get_or_insert_with(|| value.places(rule.source()));
                let span = if own { places.span(range.clone()) } else { values::place(item, value) };
                report
                    .at(span, format!("`{}` begins {what}, which many backends do not support", &text[range]))
                    .note("a negated filter on a second selection often says the same");
            });
        }
    }
}
