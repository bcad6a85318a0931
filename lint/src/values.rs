//! The values of a field as they are compared with it.

use std::borrow::Cow;

use sigwise_sigma::Span;
use sigwise_sigma::detection::{Item, Value};
use sigwise_sigma::modifier::{Category, Modifier};
use sigwise_sigma::pattern::{self, Pattern, RawKind};
use sigwise_sigma::scalar::Type;

/// How an item compares its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// Values are Sigma strings with wildcards: not regular expressions, networks or names of fields.
    pub(crate) strings: bool,
    /// Anything may stand before the value.
    pub(crate) open_start: bool,
    /// Anything may stand behind it.
    pub(crate) open_end: bool,
    /// Upper and lower case differ.
    pub(crate) cased: bool,
}

/// How the values of an item are compared; `None` with a modifier that nobody knows.
pub(crate) fn comparison(item: &Item) -> Option<Comparison> {
    let mut out = Comparison { strings: true, open_start: false, open_end: false, cased: false };
    for used in item.modifiers() {
        let modifier = used.modifier?;
        match modifier.category() {
            Category::Regex | Category::Reference => (out.strings, out.cased) = (false, true),
            Category::Network => out.strings = false,
            Category::Case => out.cased = true,
            Category::Encoding => out.cased |= matches!(modifier, Modifier::Base64 | Modifier::Base64Offset),
            _ => {}
        }
        out.open_start |= matches!(modifier, Modifier::Contains | Modifier::EndsWith);
        out.open_end |= matches!(modifier, Modifier::Contains | Modifier::StartsWith);
    }
    Some(out)
}

/// Whether the values are strings in the end: no regular expressions, fields or networks, and not encoded.
pub(crate) fn is_string(item: &Item) -> bool {
    item.modifiers().iter().all(|used| match used.modifier {
        Some(Modifier::Base64 | Modifier::Base64Offset) | None => false,
        Some(modifier) => !matches!(modifier.category(), Category::Regex | Category::Reference | Category::Network),
    })
}

/// A value without the `*` at its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Core<'a> {
    /// What stands between, escapes unresolved.
    pub(crate) text: &'a str,
    /// There was one before it, or several.
    pub(crate) star_before: bool,
    /// There was one behind it, or several.
    pub(crate) star_after: bool,
}

/// Takes the `*` off the ends of a Sigma string.
pub(crate) fn core(text: &str) -> Core<'_> {
    let inner = text.trim_start_matches('*');
    let star_before = inner.len() < text.len();
    if !inner.ends_with('*') {
        return Core { text: inner, star_before, star_after: false };
    }
    // The last one may be escaped.
    let end =
        pattern::scan(inner).filter(|piece| piece.kind != RawKind::Star).last().map_or(0, |piece| piece.range.end);
    Core { text: &inner[..end], star_before, star_after: end < inner.len() }
}

/// A value in a spelling that is the same for all values that pySigma takes for the same, but for upper and lower case;
/// `None` for what is no value of a rule at all.
pub(crate) fn spelling<'a>(value: &'a Value, how: &Comparison) -> Option<Cow<'a, str>> {
    let text = value.text()?;
    Some(match value.ty()? {
        Type::Str if !how.strings => Cow::Borrowed(text),
        Type::Str => {
            if pattern::is_literal(text) {
                return Some(Cow::Borrowed(text));
            }
            let core = core(text);
            // No text can hold this: it stands for a wildcard at the end.
            let star = |wanted: bool| if wanted { "\u{1}" } else { "" };
            let before = star(core.star_before && !how.open_start);
            let after = star(core.star_after && !how.open_end);
            let out = format!("{before}{}{after}", Pattern::parse(core.text).to_source());
            Cow::Owned(out)
        }
        Type::Int(Some(number)) => {
            let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
            if plain { Cow::Borrowed(text) } else { Cow::Owned(number.to_string()) }
        }
        Type::Int(None) => Cow::Borrowed(text),
        Type::Float(number) => Cow::Owned(number.to_string()),
        Type::Bool(flag) => Cow::Borrowed(if flag { "true" } else { "false" }),
        // No text can be this.
        Type::Null => Cow::Borrowed("\0"),
        Type::Timestamp | Type::InvalidTimestamp => return None,
    })
}

/// Whether two spellings are one where case does not count.
pub(crate) fn same_but_for_case(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
        || ((!one.is_ascii() || !other.is_ascii()) && one.to_lowercase() == other.to_lowercase())
}

/// Where a value of an item stands in this rule: an alias where it is, not what it refers to.
pub(crate) fn place(item: &Item, value: &Value) -> Span {
    value.alias.or(item.alias).unwrap_or(value.span)
}

/// Whether a value is written where it stands, so that a fix may change it.
pub(crate) fn is_own(item: &Item, value: &Value) -> bool {
    !item.inherited && item.alias.is_none() && value.alias.is_none()
}
