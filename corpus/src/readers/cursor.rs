//! A walk over the tokens of a query, with a bound on depth and a short list of what could not be read.

use logos::Logos;

/// Brackets nested more deeply than any rule's are not followed.
const MAX_DEPTH: usize = 64;

/// Of a query that is none, so many reasons say enough.
const MAX_REASONS: usize = 8;

/// The tokens of a query, of kind `K`, and the place that has been reached.
pub(super) struct Cursor<'q, K> {
    text: &'q str,
    tokens: Vec<(K, std::ops::Range<usize>)>,
    at: usize,
    depth: usize,
    reasons: Vec<String>,
}

impl<'q, K> Cursor<'q, K>
where
    K: Logos<'q, Source = str> + Copy + PartialEq,
    K::Extras: Default,
{
    /// The beginning of a query. What is no token becomes one of kind `wrong`.
    pub(super) fn new(text: &'q str, wrong: K) -> Self {
        let tokens = K::lexer(text).spanned().map(|(kind, span)| (kind.unwrap_or(wrong), span)).collect();
        Self { text, tokens, at: 0, depth: 0, reasons: Vec::new() }
    }

    /// The token at hand; `None` at the end.
    pub(super) fn peek(&self) -> Option<K> {
        self.peek_at(0)
    }

    /// The token that stands `ahead` after the one at hand.
    pub(super) fn peek_at(&self, ahead: usize) -> Option<K> {
        self.tokens.get(self.at + ahead).map(|(kind, _)| *kind)
    }

    /// The text of the token at hand; empty at the end.
    pub(super) fn slice(&self) -> &'q str {
        self.slice_at(0)
    }

    /// The text of the token that stands `ahead` after the one at hand.
    pub(super) fn slice_at(&self, ahead: usize) -> &'q str {
        let span = self.tokens.get(self.at + ahead).map(|(_, span)| span.clone());
        span.and_then(|span| self.text.get(span)).unwrap_or_default()
    }

    /// The place of the token at hand, for [`Cursor::since`].
    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// The text from the token at `place` to the last one that was passed.
    pub(super) fn since(&self, place: usize) -> &'q str {
        let start = self.tokens.get(place).map(|(_, span)| span.start);
        let end = self.at.checked_sub(1).and_then(|last| self.tokens.get(last)).map(|(_, span)| span.end);
        start.zip(end).and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    /// Passes the token at hand.
    pub(super) fn bump(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len());
    }

    /// Passes the token at hand if it is of this kind.
    pub(super) fn eat(&mut self, kind: K) -> bool {
        let found = self.peek() == Some(kind);
        self.at += usize::from(found);
        found
    }

    /// One bracket deeper; `false` if that is too deep, which is noted. Ends with [`Cursor::leave`] where it is not.
    pub(super) fn enter(&mut self) -> bool {
        if self.depth == MAX_DEPTH {
            self.reason("brackets are nested too deeply".to_owned());
            return false;
        }
        self.depth += 1;
        true
    }

    /// Out of a bracket.
    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Passes everything to the end of the bracket that was opened last, and that bracket.
    pub(super) fn skip_bracket(&mut self, open: K, close: K) {
        let mut depth = 1_usize;
        while let Some(kind) = self.peek() {
            self.bump();
            if kind == open {
                depth += 1;
            } else if kind == close {
                depth -= 1;
                if depth == 0 {
                    return;
                }
            }
        }
    }

    /// Notes that the token at hand cannot stand here.
    pub(super) fn unexpected(&mut self) {
        let reason = match self.peek() {
            None => "the query ends too early".to_owned(),
            Some(_) => format!("`{}` cannot stand there", self.slice().chars().take(40).collect::<String>()),
        };
        self.reason(reason);
    }

    /// Notes why something was not read.
    pub(super) fn reason(&mut self, reason: String) {
        if self.reasons.len() < MAX_REASONS && !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    /// What was noted.
    pub(super) fn into_reasons(self) -> Vec<String> {
        self.reasons
    }
}
