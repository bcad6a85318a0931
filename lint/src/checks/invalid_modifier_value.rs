//! `invalid-modifier-value`

use std::ops::Range;

use sigwise_sigma::detection::{Item, ModifierUse, Value};
use sigwise_sigma::modifier::{Category, Modifier, Stage};
use sigwise_sigma::pattern::{self, RawKind};
use sigwise_sigma::scalar::{self, Type};
use sigwise_sigma::yaml::Style;

use crate::chain;
use crate::declare_check;
use crate::diagnostic::{Edit, Fix, Severity};
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;
use crate::values;

declare_check! {
    /// Reports a value that its modifier does not take.
    ///
    /// pySigma refuses text modifiers on numbers, booleans and null, comparisons and parts of a date on anything but
    /// numbers, and `exists` on anything but `true` and `false` (`SigmaTypeError`); wildcards behind Base64 and `fieldref`, and
    /// characters that `wide` and the UTF-16 modifiers cannot take (`SigmaValueError`). A part of a date that no date has
    /// (an hour of 24) and `expand` without a placeholder are loaded, but match nothing or change nothing.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         CommandLine|contains: 4711
    /// #                             ^^^^ invalid-modifier-value
    ///         ProcessId|gt: '100'
    /// #                     ^^^^^ invalid-modifier-value
    ///         ParentImage|exists: 'true'
    /// #                           ^^^^^^ invalid-modifier-value
    ///         Payload|base64offset|contains: 'who*ami'
    /// #                                          ^ invalid-modifier-value
    ///         Created|hour: 24
    /// #                     ^^ invalid-modifier-value
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         CommandLine|contains: '4711'
    ///         ProcessId|gt: 100
    ///         ParentImage|exists: true
    ///         Payload|base64offset|contains: whoami
    ///         Created|hour|gte: 22
    ///         User|expand: '%Administrators%'
    ///         Port|re: 44[34]
    ///     condition: selection
    /// ```
    "invalid-modifier-value" {
        group: Modifiers, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: [
            "SigmaTypeError", "SigmaValueError", "modifier-value-type", "base64-wildcard", "encoding-non-ascii",
            "fieldref-wildcard", "exists-not-boolean", "comparison-not-number", "time-part-out-of-range",
        ],
        since: "0.1.0", run: Detection(invalid_modifier_value),
    }
}

fn invalid_modifier_value(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (_, item) in rule.detection.placed_items() {
        let used = item.modifiers();
        let shape_only = |used: &ModifierUse| {
            used.modifier.is_some_and(|m| matches!(m.category(), Category::Shape | Category::Linking | Category::Case))
        };
        // By far the most frequent items: nothing to find.
        if used.iter().all(shape_only) && item.values.iter().all(|value| value.ty() == Some(Type::Str)) {
            continue;
        }
        if used.iter().any(|used| used.modifier.is_none()) || chain::fault(item).is_some() {
            continue;
        }
        for value in &item.values {
            one(rule, item, value, report);
        }
        useless_expand(item, report);
    }
}

fn one(rule: &DetectionRule<'_>, item: &Item, value: &Value, report: &mut Report<'_>) {
    let (Some(text), Some(ty)) = (value.text(), value.ty()) else { return };
    // pySigma makes text of whatever stands behind `re`.
    let mut stage = if item.has(Modifier::Re) { Stage::Text } else { Stage::of(ty) };
    // That is no value at all, with or without modifiers: reported elsewhere.
    if stage == Stage::Unsupported {
        return;
    }
    let mut encoded = false;
    let regex_of_other = item.has(Modifier::Re) && ty != Type::Str;
    for modifier in item.modifiers().iter().filter_map(|used| used.modifier) {
        // There is nothing that a text could be put before or behind.
        let refused = regex_of_other && matches!(modifier.category(), Category::Shape | Category::Placeholder);
        let Some(next) = modifier.apply(stage).filter(|_| !refused) else {
            wrong_type(rule, item, value, (modifier, ty), report);
            return;
        };
        match modifier {
            Modifier::Base64 | Modifier::Base64Offset | Modifier::FieldRef if !encoded => {
                if let Some(wildcard) = pattern::scan(text).find(|piece| piece.kind != RawKind::Text) {
                    let message = if modifier == Modifier::FieldRef {
                        "the name of a field cannot have wildcards".to_owned()
                    } else {
                        format!("`{modifier}` cannot encode a wildcard")
                    };
                    at(rule, item, value, wildcard.range, message, report);
                    return;
                }
                encoded = true;
            }
            Modifier::Wide | Modifier::Utf16 | Modifier::Utf16Le | Modifier::Utf16Be if !encoded && !text.is_ascii() => {
                if let Some(range) = not_encodable(text, modifier == Modifier::Utf16Be) {
                    let message = format!("`{modifier}` cannot encode `{}`", &text[range.clone()]);
                    at(rule, item, value, range, message, report);
                    return;
                }
            }
            _ if modifier.category() == Category::TimePart => time_part(item, value, (modifier, ty), report),
            _ => {}
        }
        stage = next;
    }
}

fn at(
    rule: &DetectionRule<'_>,
    item: &Item,
    value: &Value,
    range: Range<usize>,
    message: String,
    report: &mut Report<'_>,
) {
    let own = values::is_own(item, value);
    let span = if own { value.place(rule.source(), range) } else { values::place(item, value) };
    report.at(span, message);
}

/// The first character that pySigma fails on: it takes the bytes of UTF-16 for UTF-8.
fn not_encodable(text: &str, big_endian: bool) -> Option<Range<usize>> {
    for piece in pattern::scan(text).filter(|piece| piece.kind == RawKind::Text) {
        let part = &text[piece.range.clone()];
        let bytes: Vec<u8> = part
            .encode_utf16()
            .flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect();
        let Err(error) = std::str::from_utf8(&bytes) else { continue };
        let mut units = error.valid_up_to() / 2;
        for (offset, c) in part.char_indices() {
            if units < c.len_utf16() {
                let start = piece.range.start + offset;
                return Some(start..start + c.len_utf8());
            }
            units -= c.len_utf16();
        }
    }
    None
}

fn wrong_type(
    rule: &DetectionRule<'_>,
    item: &Item,
    value: &Value,
    (modifier, ty): (Modifier, Type),
    report: &mut Report<'_>,
) {
    let wanted = match modifier.category() {
        Category::Comparison | Category::TimePart => "a number",
        Category::Existence => "`true` or `false`",
        _ => "text",
    };
    let found = match ty {
        Type::Str => "text",
        Type::Null => "null",
        Type::Bool(_) => "a boolean",
        Type::Int(_) | Type::Float(_) => "a number",
        Type::Timestamp | Type::InvalidTimestamp => "a date",
    };
    let mut finding =
        report.at(values::place(item, value), format!("`{modifier}` takes {wanted}, but this is {found}"));
    if ty == Type::Null {
        finding = finding.note("that a field is absent is said by `null` without modifiers");
    }
    if values::is_own(item, value) {
        finding.maybe_fix(convert(rule, value, (modifier, ty)));
    }
}

/// The value as the type that the modifier takes, where it can be read as one.
fn convert(rule: &DetectionRule<'_>, value: &Value, (modifier, ty): (Modifier, Type)) -> Option<Fix> {
    let text = value.text()?;
    let raw = rule.source().slice(value.span);
    let plain = value.style() == Some(Style::Plain);
    let replace = |new: &str| [Edit::replace(value.span, new)];
    match (modifier.category(), ty) {
        (Category::Comparison | Category::TimePart, Type::Str) if !plain => {
            let number = matches!(scalar::resolve(text, Style::Plain, None), Type::Int(Some(_)) | Type::Float(_));
            let decimal = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
            let octal = text.len() > 1 && text.trim_start_matches('-').starts_with('0') && !text.contains('.');
            (number && decimal && !octal)
                .then(|| Fix::safe(format!("write `{text}` without quotes"), replace(text)))
        }
        (Category::Existence, Type::Str) => match text.to_ascii_lowercase().as_str() {
            word @ ("true" | "false") => Some(Fix::safe(format!("write `{word}` without quotes"), replace(word))),
            "yes" | "1" | "on" => Some(Fix::risky("write `true`", replace("true"))),
            "no" | "0" | "off" => Some(Fix::risky("write `false`", replace("false"))),
            _ => None,
        },
        (Category::Existence, Type::Int(Some(0))) => Some(Fix::risky("write `false`", replace("false"))),
        (Category::Existence, Type::Int(Some(1))) => Some(Fix::risky("write `true`", replace("true"))),
        (Category::Shape | Category::Encoding | Category::Variation, Type::Int(_) | Type::Float(_)) if plain => {
            let decimal = raw.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
                && (!raw.starts_with('0') || raw == "0");
            let title = format!("put `{raw}` in quotes");
            let edit = replace(&edit::quoted(raw, Style::SingleQuoted));
            let two_bytes = modifier.category() == Category::Encoding
                && !matches!(modifier, Modifier::Base64 | Modifier::Base64Offset);
            Some(if decimal && !two_bytes { Fix::safe(title, edit) } else { Fix::risky(title, edit) })
        }
        (Category::Shape | Category::Case, Type::Bool(_) | Type::Int(_) | Type::Float(_)) if plain => {
            let edit = replace(&edit::quoted(raw, Style::SingleQuoted));
            Some(Fix::risky(format!("put `{raw}` in quotes"), edit))
        }
        _ => None,
    }
}

fn time_part(item: &Item, value: &Value, (modifier, ty): (Modifier, Type), report: &mut Report<'_>) {
    let (least, most) = match modifier {
        Modifier::Minute => (0, 59),
        Modifier::Hour => (0, 23),
        Modifier::Day => (1, 31),
        Modifier::Week => (1, 52),
        Modifier::Month => (1, 12),
        _ => (i64::MIN, i64::MAX),
    };
    match ty {
        Type::Int(Some(number)) if (least..=most).contains(&number) => {}
        Type::Int(_) => {
            report
                .at(values::place(item, value), format!("no {modifier} is {}", value.text().unwrap_or_default()))
                .severity(Severity::Warning)
                .note(format!("the {modifier} of a date is a number from {least} to {most}"));
        }
        Type::Float(number) if number.fract() != 0.0 => {
            report
                .at(values::place(item, value), format!("a {modifier} is a whole number"))
                .severity(Severity::Warning)
                .note("pySigma cuts off what stands behind the point");
        }
        _ => {}
    }
}

/// `expand` where no value has anything to expand.
fn useless_expand(item: &Item, report: &mut Report<'_>) {
    let Some(expand) = item.modifiers().iter().find(|used| used.modifier == Some(Modifier::Expand)) else { return };
    let expands = |value: &Value| value.text().is_some_and(|text| pattern::placeholders(text).next().is_some());
    if !item.values.is_empty() && !item.values.iter().any(expands) {
        report
            .at(expand.word.span, "`expand` finds no placeholder in the values")
            .severity(Severity::Info)
            .note("a placeholder stands between percent signs, such as `%Administrators%`");
    }
}
