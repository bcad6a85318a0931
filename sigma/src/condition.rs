//! The condition language: tokens, parser and syntax tree, every node with its place in the file.
//!
//! The grammar is pySigma's (a name is `[A-Za-z0-9_-]+`; *not* before *and* before *or*; lower case), with the whole
//! words as operators, as pySigma 2.0 reads them: `notsel` is a name. What pySigma refuses is read on with an [`Error`].

mod parse;
#[cfg(test)]
mod tests;

use crate::detection::Spanned;
use crate::source::Span;
use crate::yaml::{OffsetMap, Style};

pub use parse::Grammar;
pub(crate) use parse::parse as read;

/// One condition of a rule.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The scalar, quotes included.
    pub span: Span,
    /// The text, unquoted and unfolded.
    pub text: Box<str>,
    /// The tree; `None` where there is none to be had, not even with recovery.
    pub expr: Option<Expr>,
    /// What is wrong with it, in the order of the text.
    pub errors: Vec<Error>,
    /// Every token, for highlighting and completion. What follows a `|` is not taken apart.
    pub tokens: Vec<Token>,
    /// The node is no text (a number, a map, null): there are no tokens then.
    pub not_text: bool,
}

/// A token of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its kind.
    pub kind: TokenKind,
    /// Its text.
    pub text: Box<str>,
    /// Its place in the file.
    pub span: Span,
}

/// The kinds of [`Token`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are the grammar's own words")]
pub enum TokenKind {
    And,
    Or,
    Not,
    /// `1`, `2`, `any` or `all` before `of`.
    Quantifier,
    Of,
    Them,
    /// A selection's name.
    Name,
    /// A name with `*`, or whatever stands after `of`.
    Pattern,
    Open,
    Close,
    /// `|`, which began the aggregations of Sigma v1.
    Pipe,
    /// Anything else. `&&`, `||` and `!` are read as the operators they look like.
    Unknown,
}

/// A condition as a tree. `And` and `Or` hold two or more operands; chains are flat.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Every operand.
    And(Vec<Expr>),
    /// Any operand.
    Or(Vec<Expr>),
    /// The opposite; the span is the word `not`.
    Not(Span, Box<Expr>),
    /// A selection.
    Name(Spanned),
    /// `1 of selection_*`
    Of {
        /// How many.
        quantifier: Quantifier,
        /// The word that says how many; empty where it is missing ([`ErrorKind::ExpectedQuantifier`]).
        quantifier_span: Span,
        /// `them`, or a name with wildcards.
        pattern: Spanned,
    },
}

/// How many selections of a pattern must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// `1 of`, `any of`
    Any,
    /// `all of`
    All,
    /// `2 of`: in the specification's grammar, unknown to pySigma.
    Count(u32),
}

/// An error in a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The token at fault.
    pub span: Span,
    /// Which error.
    pub kind: ErrorKind,
}

/// The kinds of [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nothing but blanks. The span is the scalar.
    Empty,
    /// A name, `not`, a quantifier or `(` was expected. The span is the token found instead, at the end the last token.
    ExpectedOperand,
    /// `and`, `or` or the end was expected. Read as if an `and` stood there.
    ExpectedOperator,
    /// `(` without `)`.
    Unclosed,
    /// `)` without `(`.
    Unopened,
    /// `of` without a pattern or `them`. The span is the `of`.
    ExpectedPattern,
    /// `all selection_*`: a quantifier without `of`. The span is the quantifier.
    ExpectedOf,
    /// `selection_*` without `1 of` or `all of` before it. Read as if `1 of` stood there.
    ExpectedQuantifier,
    /// `AND`, `Or`, `NOT`, `OF`: pySigma knows the lower-case words only. Read as the operator all the same.
    Uppercase,
    /// `| count() > 5`: aggregations went with Sigma v1; the rest of the condition is not read. The span is that rest.
    Aggregation,
    /// `2 of`: pySigma refuses any number but 1.
    UnsupportedCount,
    /// `1 of sel-*`: pySigma refuses the dash after `of`, though names may have it. Read as what it says.
    DashInPattern,
    /// A character that is no part of the language.
    UnknownCharacter,
    /// Parentheses nested deeper than [`MAX_DEPTH`]; the rest of the condition is not read.
    TooDeep,
}

/// How deep parentheses and `not` may nest.
pub const MAX_DEPTH: usize = 200;

/// How many errors of one condition are kept.
pub const MAX_ERRORS: usize = 100;

/// A name or pattern in a condition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reference<'a> {
    /// The name or pattern as written.
    pub name: &'a Spanned,
    /// How many of a pattern; `None` for a plain name.
    pub quantifier: Option<Quantifier>,
    /// Stands under an odd number of `not`.
    pub negated: bool,
}

impl Reference<'_> {
    /// Whether it takes in the selection of this name.
    pub fn selects(&self, selection: &str) -> bool {
        match self.quantifier {
            None => *self.name.text == *selection,
            Some(_) => selects(&self.name.text, selection),
        }
    }
}

impl Condition {
    /// Reads a condition that stands in no file: spans are byte offsets of `text`.
    pub fn parse(text: &str) -> Self {
        Self::parse_as(text, Grammar::Selections)
    }

    /// As [`Condition::parse`], for either kind of condition.
    pub fn parse_as(text: &str, grammar: Grammar) -> Self {
        let span = Span::new(0, text.len());
        read(text, span, &OffsetMap::of(text, span, Style::Plain, text), grammar)
    }

    /// Every name and pattern, in the order of the text.
    pub fn references(&self) -> Vec<Reference<'_>> {
        self.expr.as_ref().map(Expr::references).unwrap_or_default()
    }

    /// Whether the tree holds every name and pattern of the text: no error made the parser pass over a part of it.
    pub fn is_complete(&self) -> bool {
        use ErrorKind::{
            DashInPattern, ExpectedOf, ExpectedOperator, ExpectedQuantifier, Unclosed, Unopened, UnsupportedCount,
            Uppercase,
        };
        let harmless = |error: &Error| match error.kind {
            DashInPattern | ExpectedOf | ExpectedOperator | ExpectedQuantifier | Unclosed | Unopened
            | UnsupportedCount | Uppercase => true,
            ErrorKind::Empty
            | ErrorKind::ExpectedOperand
            | ErrorKind::ExpectedPattern
            | ErrorKind::Aggregation
            | ErrorKind::UnknownCharacter
            | ErrorKind::TooDeep => false,
        };
        self.expr.is_some() && self.errors.len() < MAX_ERRORS && self.errors.iter().all(harmless)
    }

    /// The text of a node of this condition, balanced: of `(a or b) and c` [`Expr::span`] leaves out the first `(`. It may
    /// be replaced as a whole; parentheses around all of it are not in it.
    pub fn span_of(&self, expr: &Expr) -> Span {
        self.balanced(expr.span())
    }

    /// A stretch of this condition together with the parentheses that it opens or closes.
    pub fn balanced(&self, mut span: Span) -> Span {
        let inside = |token: &Token| span.contains(token.span);
        let Some(mut first) = self.tokens.iter().position(inside) else { return span };
        let Some(mut last) = self.tokens.iter().rposition(inside) else { return span };
        let (mut open, mut unopened) = (0usize, 0usize);
        for token in &self.tokens[first..=last] {
            match token.kind {
                TokenKind::Open => open += 1,
                TokenKind::Close if open > 0 => open -= 1,
                TokenKind::Close => unopened += 1,
                _ => {}
            }
        }
        while unopened > 0 && first > 0 && self.tokens[first - 1].kind == TokenKind::Open {
            first -= 1;
            unopened -= 1;
        }
        while open > 0 && self.tokens.get(last + 1).is_some_and(|token| token.kind == TokenKind::Close) {
            last += 1;
            open -= 1;
        }
        span = span.cover(self.tokens[first].span).cover(self.tokens[last].span);
        span
    }

    /// The token that the byte offset (of the file) lies in or at whose end it stands.
    pub fn token_at(&self, offset: usize) -> Option<&Token> {
        let at = Span::at(offset);
        let touching = |token: &&Token| token.span.touches(at);
        self.tokens
            .iter()
            .rfind(|token| touching(token) && (token.span.start as usize) < offset)
            .or_else(|| self.tokens.iter().find(touching))
    }
}

impl Expr {
    /// From its first to its last token; parentheses around the first or last operand are not in it, see
    /// [`Condition::span_of`].
    pub fn span(&self) -> Span {
        match self {
            Self::And(operands) | Self::Or(operands) => match (operands.first(), operands.last()) {
                (Some(first), Some(last)) => first.span().cover(last.span()),
                _ => Span::default(),
            },
            Self::Not(word, inner) => word.cover(inner.span()),
            Self::Name(name) => name.span,
            Self::Of { quantifier_span, pattern, .. } => quantifier_span.cover(pattern.span),
        }
    }

    /// Calls `visit` for this node and everything below it, parents first; `true` means under an odd number of `not`.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self, bool)) {
        self.walk_from(false, visit);
    }

    fn walk_from<'a>(&'a self, negated: bool, visit: &mut impl FnMut(&'a Self, bool)) {
        visit(self, negated);
        match self {
            Self::And(operands) | Self::Or(operands) => {
                for operand in operands {
                    operand.walk_from(negated, visit);
                }
            }
            Self::Not(_, inner) => inner.walk_from(!negated, visit),
            Self::Name(_) | Self::Of { .. } => {}
        }
    }

    /// Every name and pattern, in the order of the text.
    pub fn references(&self) -> Vec<Reference<'_>> {
        let mut found = Vec::new();
        self.walk(&mut |expr, negated| match expr {
            Self::Name(name) => found.push(Reference { name, quantifier: None, negated }),
            Self::Of { quantifier, pattern, .. } => {
                found.push(Reference { name: pattern, quantifier: Some(*quantifier), negated });
            }
            _ => {}
        });
        found
    }
}

/// Whether `pattern` (`them`, or a name with `*`) takes in the selection `name`. As in pySigma, `them` and patterns that
/// do not begin with `_` pass over selections that do.
pub fn selects(pattern: &str, name: &str) -> bool {
    if name.starts_with('_') && !pattern.starts_with('_') {
        return false;
    }
    is_them(pattern) || wildcard_match(pattern.as_bytes(), name.as_bytes())
}

/// Whether a text, written in a condition, names one selection: `a b`, `a*` and `not` do not.
pub fn is_name(text: &str) -> bool {
    let alone = Condition::parse(text);
    matches!(&alone.expr, Some(Expr::Name(name)) if *name.text == *text) && alone.errors.is_empty()
}

/// Whether a pattern is `them` (in any case: `THEM` is reported, and read as `them`).
pub fn is_them(pattern: &str) -> bool {
    pattern.eq_ignore_ascii_case("them")
}

/// `*` stands for any number of bytes. Linear in practice: only the last `*` is ever tried again.
fn wildcard_match(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, n));
                p += 1;
            }
            Some(byte) if *byte == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match &mut retry {
                Some((after_star, from)) => {
                    *from += 1;
                    (p, n) = (*after_star, *from);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}
