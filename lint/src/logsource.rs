//! The parts of a log source as checks see them.

use sigwise_corpus::logsource::LogSourceRef;
use sigwise_sigma::Span;
use sigwise_sigma::yaml::{Entry, Node};

use crate::rule::RuleDocument;

/// `category`, `product` or `service`, where it is a scalar with a text.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// Which.
    pub name: &'static str,
    /// Its key.
    pub key: &'a Node,
    /// Its value.
    pub value: &'a Node,
    /// The value as written, without quotes.
    pub text: &'a str,
    /// Its bytes in the file, within its quotes.
    pub span: Span,
    /// Whether it stands in the rule itself, so that it can be edited.
    pub own: bool,
}

/// The names of the parts, in the order in which they narrow a log source down least to most.
pub const PARTS: [&str; 3] = ["product", "category", "service"];

/// The entries of `logsource`, and whether they can be edited.
pub fn entries<'a>(rule: &RuleDocument<'a>) -> (&'a [Entry], bool) {
    let entry = rule.document.get("logsource");
    let own = entry.is_some_and(|entry| !entry.inherited && entry.value.alias.is_none());
    let map = entry.and_then(|entry| entry.value.mapping());
    (map.map_or(&[][..], |map| map.entries.as_slice()), own)
}

/// The parts of a rule's log source; of duplicate keys the last.
pub fn parts<'a>(rule: &RuleDocument<'a>) -> impl Iterator<Item = Part<'a>> {
    let (entries, own) = entries(rule);
    PARTS.into_iter().filter_map(move |name| {
        let entry = entries.iter().rfind(|entry| entry.key.str() == Some(name))?;
        // A number or the like is a mistake of its own, and says no more than the same text in quotes.
        let scalar = entry.value.scalar().filter(|_| !entry.value.is_null())?;
        let (text, inner) = (&*scalar.text, entry.value.inner());
        let span = if inner.is_empty() { entry.value.span } else { inner };
        let own = own && !entry.inherited && entry.value.alias.is_none() && entry.value.tag.is_none();
        Some(Part { name, key: &entry.key, value: &entry.value, text, span, own })
    })
}

/// Whether a part is written as the specification wants it: lower-case letters, digits, `_`, `.` and `-`.
pub fn is_well_formed(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.' | b'-'))
}

/// A part in lower case with `_` for blanks.
pub fn folded(text: &str) -> String {
    text.trim().to_lowercase().split_whitespace().collect::<Vec<_>>().join("_")
}

/// The triple with this part in place of the one named `name`.
pub fn with<'a>(source: LogSourceRef<'a>, name: &str, part: Option<&'a str>) -> LogSourceRef<'a> {
    match name {
        "product" => LogSourceRef { product: part, ..source },
        "category" => LogSourceRef { category: part, ..source },
        _ => LogSourceRef { service: part, ..source },
    }
}

/// The part named `name`.
pub fn part<'a>(source: LogSourceRef<'a>, name: &str) -> Option<&'a str> {
    match name {
        "product" => source.product,
        "category" => source.category,
        _ => source.service,
    }
}
