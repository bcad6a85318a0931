//! Text as HTML.

use std::fmt;

use crate::view::shown::printable;

/// Text between tags, or within the double quotes of an attribute.
pub(super) struct Text<'a>(pub(super) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = printable(self.0);
        let mut rest = &*text;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            let (plain, special) = rest.split_at(at);
            f.write_str(plain)?;
            let mut chars = special.chars();
            f.write_str(match chars.next() {
                Some('&') => "&amp;",
                Some('<') => "&lt;",
                Some('>') => "&gt;",
                Some('"') => "&quot;",
                _ => "&#39;",
            })?;
            rest = chars.as_str();
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn nothing_ends_a_text_or_an_attribute() {
        assert_eq!(Text("<a href=\"x\">'&\u{202e}").to_string(), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;\u{fffd}");
    }
}
