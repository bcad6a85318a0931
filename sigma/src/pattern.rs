//! A Sigma string: text with wildcards (`*`, `?`), escapes (`\*`, `\?`, `\\`) and placeholders (`%name%`).

/// A piece of a Sigma string with its byte range in the *unquoted* text ([`crate::yaml::Scalar::text`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// 0-based byte range in the unquoted text.
    pub range: std::ops::Range<usize>,
}

/// What a piece of a Sigma string is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// Plain text, escapes resolved.
    Text(String),
    /// `*`: any number of characters.
    Star,
    /// `?`: one character.
    Question,
}
