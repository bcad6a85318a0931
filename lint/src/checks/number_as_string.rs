//! `number-as-string`

use sigwise_sigma::detection::Item;
use sigwise_sigma::modifier::Category;
use sigwise_sigma::scalar::Type;
use sigwise_sigma::yaml::Style;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;
use crate::values;

declare_check! {
    /// Reports a whole number that is written as text.
    ///
    /// Backends that tell numbers from texts compare it as text, and a field that holds a number then never matches. What
    /// counts as a number is what Python's `int()` reads, as in the official linter (`number_as_string`): with a sign, with
    /// underscores between digits, with digits of any script. Values that modifiers add wildcards to are texts anyway.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Account Logon
    /// detection:
    ///     selection:
    ///         EventID: '4624'
    /// #                ^^^^^^ number-as-string
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Account Logon
    /// detection:
    ///     selection:
    ///         EventID: 4624
    ///         CommandLine|contains: '4624'
    ///         Status: '0x17'
    ///     condition: selection
    /// ```
    "number-as-string" {
        group: Values, profile: Default, severity: Info, fix: Sometimes(Unsafe),
        aliases: ["number_as_string", "NumberAsStringIssue"], since: "0.1.0", run: Detection(number_as_string),
    }
}

fn number_as_string(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (_, item) in rule.detection.placed_items() {
        for value in &item.values {
            let Some(text) = value.text() else { continue };
            // Most values end with a letter.
            if !text.trim_end().ends_with(char::is_numeric) || value.ty() != Some(Type::Str) {
                continue;
            }
            if is_int(text) && stays_as_it_is(item) {
                let own = values::is_own(item, value);
                let quoted = matches!(value.style(), Some(Style::SingleQuoted | Style::DoubleQuoted));
                let fix = (own && quoted && is_canonical(text)).then(|| {
                    Fix::risky(format!("write `{text}` without quotes"), [Edit::replace(value.span, text)])
                });
                report
                    .at(values::place(item, value), format!("the number `{text}` is written as text"))
                    .note("where numbers and texts differ, it does not match a field that holds a number")
                    .maybe_fix(fix);
            }
        }
    }
}

/// Whether the modifiers leave a value without wildcards as it is, a single text.
fn stays_as_it_is(item: &Item) -> bool {
    item.modifiers().iter().all(|used| match used.modifier {
        Some(modifier) => matches!(modifier.category(), Category::Linking | Category::Case | Category::Placeholder),
        None => false,
    })
}

/// What Python's `int()` reads, but not with a blank in it, as in the official linter.
fn is_int(text: &str) -> bool {
    let trimmed = text.trim();
    let digits = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    let mut digit_before = false;
    for c in digits.chars() {
        match c {
            '_' if digit_before => digit_before = false,
            _ if is_decimal(c) => digit_before = true,
            _ => return false,
        }
    }
    digit_before && !text.contains(' ')
}

/// A decimal digit of any script (Unicode category Nd, of which each script has its ten in a row).
fn is_decimal(c: char) -> bool {
    let of = |zero: &u32| (*zero..*zero + 10).contains(&(c as u32));
    c.is_ascii_digit() || (!c.is_ascii() && c.is_numeric() && ZEROS.iter().any(of))
}

/// The zeros of all other scripts that have digits, as of Unicode 14, which Python 3.11 knows.
#[rustfmt::skip]
const ZEROS: [u32; 65] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
    0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0,
    0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0,
    0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

/// YAML reads it, without quotes, as this very number.
fn is_canonical(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty();
    plain && (digits == "0" || !digits.starts_with('0')) && text != "-0"
}
