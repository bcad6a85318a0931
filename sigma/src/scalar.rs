//! What a scalar is: resolution as YAML 1.1 does it, since pySigma reads rules with PyYAML.

/// The type that PyYAML's safe loader gives a scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Type {
    /// Text.
    Str,
    /// `null`, `~` or nothing.
    Null,
    /// `true`, `yes`, `on` and their opposites.
    Bool(bool),
    /// A whole number, also `0777` (octal), `0x1F`, `1_000` and `1:30` (sexagesimal). `None` where it exceeds 128 bits.
    Int(Option<i128>),
    /// A number with a point, `.inf`, `.nan`.
    Float(f64),
    /// A date or a date with time that exists; `2024-02-30` makes PyYAML fail and is [`Type::InvalidTimestamp`].
    Timestamp,
    /// Looks like a date, but there is no such day: PyYAML fails on it.
    InvalidTimestamp,
}
