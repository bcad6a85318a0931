//! `ambiguous-scalar`

use sigwise_sigma::detection::ValueKind;
use sigwise_sigma::modifier::Modifier;
use sigwise_sigma::scalar::Type;
use sigwise_sigma::yaml::Style;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports values that YAML reads as something else than what stands there: `no` as a boolean, `0755` and `12:30:45` as other
    /// numbers, `1_000` as a thousand.
    ///
    /// pySigma reads rules by the rules of YAML 1.1 (PyYAML). `country: no` looks for the boolean *false*, `mode: 0755` for 493. In
    /// quotes a value means what it says.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Country: no
    /// #                ^^ ambiguous-scalar
    ///         Mode: 0755
    /// #             ^^^^ ambiguous-scalar
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Country: 'no'
    ///         Elevated: true
    ///         Mode: '0755'
    ///     condition: selection
    /// ```
    "ambiguous-scalar" {
        group: Values, profile: Default, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["yamllint:truthy", "yaml-truthy-value", "yaml-octal-or-sexagesimal"],
        since: "0.1.0", run: Detection(ambiguous_scalar),
    }
}

fn ambiguous_scalar(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (_, item) in rule.detection.items() {
        for value in &item.values {
            let ValueKind::Scalar { text, style: Style::Plain, ty } = &value.kind else { continue };
            let read = match ty {
                Type::Bool(_) if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") => continue,
                Type::Bool(flag) => format!("the boolean {flag}"),
                Type::Int(Some(number)) if !is_decimal(text) => format!("the number {number}"),
                _ => continue,
            };
            let own = !item.inherited && item.alias.is_none() && value.alias.is_none();
            let exact = own && rule.source().slice(value.span) == &**text;
            let fix = || match ty {
                // Here a boolean is meant.
                Type::Bool(flag) if item.has(Modifier::Exists) => {
                    Fix::risky(format!("write `{flag}`"), [Edit::replace(value.span, flag.to_string())])
                }
                _ => Fix::risky("put it in quotes", [Edit::replace(value.span, format!("'{text}'"))]),
            };
            report
                .at(value.span, format!("YAML reads `{text}` as {read}"))
                .note("in quotes it means what it says")
                .maybe_fix(exact.then(fix));
        }
    }
}

/// Digits with at most a sign before them, and no zero in front: hexadecimal numbers are meant as such, too.
fn is_decimal(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+']);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    plain || digits.starts_with("0x")
}
