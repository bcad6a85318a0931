//! `unsupported-value-type`

use sigwise_sigma::Span;
use sigwise_sigma::detection::{Item, Value, ValueKind};
use sigwise_sigma::modifier::Modifier;
use sigwise_sigma::scalar::Type;
use sigwise_sigma::yaml::Style;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;
use crate::values;

declare_check! {
    /// Reports a value that is neither text, a number, a boolean nor null.
    ///
    /// YAML makes a date of `2024-05-06`, and a map or list of what is indented under a value; pySigma refuses all of them,
    /// and numbers that are infinite or none (`SigmaTypeError`, `SigmaValueError`).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Created: 2024-05-06
    /// #                ^^^^^^^^^^ unsupported-value-type
    ///         Process:
    ///             Image: whoami.exe
    /// #           ^^^^^^^^^^^^^^^^^ unsupported-value-type
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Created: '2024-05-06'
    ///         Process.Image: whoami.exe
    ///     condition: selection
    /// ```
    "unsupported-value-type" {
        group: Values, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["SigmaTypeError", "SigmaValueError", "SigmaDetectionError"], since: "0.1.0",
        run: Detection(unsupported_value_type),
    }
}

fn unsupported_value_type(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (_, item) in rule.detection.placed_items() {
        for value in &item.values {
            match &value.kind {
                ValueKind::Scalar { ty: Type::Timestamp | Type::InvalidTimestamp, .. } => date(rule, item, value, report),
                ValueKind::Scalar { ty: Type::Float(number), .. } if !number.is_finite() => {
                    report.at(values::place(item, value), "a value must be a finite number");
                }
                ValueKind::Scalar { .. } => {}
                ValueKind::Map => {
                    let finding = report.at(first_line(rule, item, value), "a value cannot be a map");
                    if !item.is_keyword() {
                        finding.note(format!("fields do not nest: a field within a field is named `{}.name`", item.field()));
                    }
                }
                ValueKind::List => {
                    report.at(first_line(rule, item, value), "a value cannot be a list");
                }
            }
        }
    }
}

fn date(rule: &DetectionRule<'_>, item: &Item, value: &Value, report: &mut Report<'_>) {
    // pySigma makes text of whatever stands behind `re`, and PyYAML fails on a day that there is none of.
    if item.has(Modifier::Re) && value.ty() == Some(Type::Timestamp) {
        return;
    }
    let raw = rule.source().slice(value.span);
    let own = values::is_own(item, value) && value.style() == Some(Style::Plain);
    let edit = Edit::replace(value.span, edit::quoted(raw, Style::SingleQuoted));
    report
        .at(values::place(item, value), "a value cannot be a date")
        .note("YAML reads it as a date unless it stands in quotes")
        .maybe_fix(own.then(|| Fix::safe(format!("put `{raw}` in quotes"), [edit])));
}

fn first_line(rule: &DetectionRule<'_>, item: &Item, value: &Value) -> Span {
    let place = values::place(item, value);
    let text = rule.source().slice(place);
    Span { start: place.start, end: place.start + text.find(['\n', '\r']).unwrap_or(text.len()) as u32 }
}
