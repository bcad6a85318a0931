//! From places in an unquoted text to places in the file.

use std::ops::Range;

use crate::source::Span;
use crate::yaml::Style;

/// Maps byte ranges of a scalar's unquoted text to spans of the file.
#[derive(Clone, Debug)]
pub(crate) enum Locator {
    /// Every byte stands in the file as it is, from this offset on.
    Linear(usize),
    /// No telling: the whole token.
    Token(Span),
}

impl Locator {
    /// For the scalar whose token is `token` (quotes included) and whose unquoted text is `unquoted`; `text` is the file.
    pub(crate) fn new(text: &str, token: Span, style: Style, unquoted: &str) -> Self {
        let inner = inner(token, style, unquoted.len());
        match text.get(inner.range()) {
            Some(raw) if raw == unquoted => Self::Linear(inner.start as usize),
            _ => Self::Token(token),
        }
    }

    /// The span of a byte range of the unquoted text.
    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        match self {
            Self::Linear(base) => Span::new(base + range.start, base + range.end),
            Self::Token(token) => *token,
        }
    }
}

/// The token without its quotes where nothing within them is escaped or folded (then it is as long as its text), else
/// the whole token.
pub(crate) fn inner(token: Span, style: Style, unquoted: usize) -> Span {
    match style {
        Style::SingleQuoted | Style::DoubleQuoted if token.len() == unquoted + 2 => {
            Span { start: token.start + 1, end: token.end - 1 }
        }
        _ => token,
    }
}
