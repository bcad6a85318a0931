//! The condition language: tokens, parser and syntax tree, every node with its place in the file.

use crate::detection::Spanned;
use crate::source::Span;

/// One condition of a rule.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The scalar, quotes included.
    pub span: Span,
    /// The text, unquoted and unfolded.
    pub text: Box<str>,
    /// The tree; `None` where there is none to be had, not even with recovery.
    pub expr: Option<Expr>,
    /// What is wrong with it.
    pub errors: Vec<Error>,
    /// Every token, for highlighting and completion.
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
    /// A name with `*` after `of`.
    Pattern,
    Open,
    Close,
    /// `|`, which began the aggregations of Sigma v1.
    Pipe,
    /// Anything else.
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
        /// The word that says how many.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nothing but blanks.
    Empty,
    /// A name, `not`, a quantifier or `(` was expected.
    ExpectedOperand,
    /// `and`, `or` or the end was expected.
    ExpectedOperator,
    /// `(` without `)`.
    Unclosed,
    /// `)` without `(`.
    Unopened,
    /// `of` without a pattern or `them`.
    ExpectedPattern,
    /// `AND`, `Or`, `NOT`, `OF`: pySigma knows the lower-case words only. Read as the operator all the same.
    Uppercase,
    /// `| count() > 5`: aggregations went with Sigma v1; the rest of the condition is not read.
    Aggregation,
    /// `2 of`: pySigma refuses any number but 1.
    UnsupportedCount,
    /// A character that is no part of the language.
    UnknownCharacter,
    /// Parentheses nested deeper than [`MAX_DEPTH`].
    TooDeep,
}

/// How deep parentheses and `not` may nest.
pub const MAX_DEPTH: usize = 200;
