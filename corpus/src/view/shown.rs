//! How pages write things, whatever their format: rows, log sources, numbers of vendors, and text that must not deceive.

use std::borrow::Cow;
use std::fmt;

use super::{ByVendor, LogSourceView, RowView};
use crate::normal::sigma::SigmaItem;

/// `Image|endswith: '\whoami.exe'`; a keyword is its value alone.
impl fmt::Display for SigmaItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        match &self.value {
            Some(value) => write!(f, "'{}'", value.replace('\'', "''")),
            None => f.write_str("null"),
        }
    }
}

/// As a Sigma rule writes it, else in the normal form.
impl fmt::Display for RowView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sigma {
            Some(item) => item.fmt(f),
            None => write!(f, "{} {} {}", self.field, self.op, self.value),
        }
    }
}

/// `windows / process_creation`, or `unknown`.
impl fmt::Display for LogSourceView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [&self.product, &self.category, &self.service];
        let parts: Vec<&str> = parts.into_iter().filter_map(|part| part.as_deref()).collect();
        f.write_str(&if parts.is_empty() { "unknown".to_owned() } else { parts.join(" / ") })
    }
}

/// `sigma 12, elastic 3`, most first.
pub fn vendors(counts: &ByVendor) -> String {
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by_key(|(_, rules)| std::cmp::Reverse(**rules));
    counts.iter().map(|(vendor, rules)| format!("{vendor} {rules}")).collect::<Vec<_>>().join(", ")
}

/// A number with the noun that goes with it: `1 file`, `2 files`.
pub fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// What a list of values leaves out that is too long to count as a whole.
pub(super) fn dump_note(rule: &str, field: &str, more: u32) -> String {
    format!("and {more} more values of `{field}` in one list of the rule “{rule}”, which count nowhere")
}

/// The text with control characters and direction overrides made visible, so that what a rule says can neither steer a
/// terminal nor look like something else. Tabs stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let visible = |c: char| match c {
        '\u{7f}' => '\u{2421}',
        c if steers(c) && c.is_ascii() => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        c if steers(c) => '\u{fffd}',
        c => c,
    };
    Cow::Owned(text.chars().map(visible).collect())
}

/// Whether a character says how to show text instead of being text.
pub fn steers(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// An address that may become a link: of the web, and without anything that ends it early.
pub(super) fn web(url: Option<&str>) -> Option<&str> {
    let stays = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '`' | '\\');
    url.filter(|url| (url.starts_with("https://") || url.starts_with("http://")) && url.chars().all(stays))
}

/// The text, or so much of it that it has at most `chars` characters with the ellipsis at its end.
pub(super) fn shortened(text: &str, chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(chars.saturating_sub(1)).chain(['…']).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_deceives() {
        assert_eq!(printable("plain\ttext"), "plain\ttext");
        assert_eq!(printable("a\u{1b}[31mb\nc\u{202e}d\u{7f}"), "a␛[31mb␊c\u{fffd}d␡");
    }

    #[test]
    fn only_addresses_of_the_web_are_links() {
        assert!(web(Some("https://example.org/a%20b?c=(d)")).is_some());
        for url in ["javascript:alert(1)", "https://a\"b", "https://a b", "//x", "https://a<b"] {
            assert_eq!(web(Some(url)), None, "{url}");
        }
    }

    #[test]
    fn items_are_written_as_rules_write_them() {
        let item = |key: &str, value: Option<&str>| SigmaItem { key: key.into(), value: value.map(Into::into) };
        assert_eq!(item("Image|endswith", Some(r"\it's.exe")).to_string(), r"Image|endswith: '\it''s.exe'");
        assert_eq!(item("User", None).to_string(), "User: null");
        assert_eq!(item("", Some("word")).to_string(), "'word'");
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(shortened("añb", 3), "añb");
        assert_eq!(shortened("añbc", 3), "añ…");
    }
}
