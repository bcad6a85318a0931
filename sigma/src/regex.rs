//! Regular expressions as Python's `re` reads them, which pySigma compiles them with: whether they are valid, and what they
//! are made of. Nothing is compiled or matched, so that no expression takes more time than its length.
//!
//! The grammar is that of Python 3.11 (`re._parser`), fault by fault.

mod parse;

use std::ops::Range;

/// Why Python refuses a regular expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The bytes at fault.
    pub range: Range<usize>,
    /// What is wrong with them.
    pub kind: FaultKind,
}

/// The kinds of [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// `\` at the end.
    EndsWithBackslash,
    /// `\q`, or `\x1`: no escape.
    BadEscape,
    /// `\777`: more than a byte.
    OctalTooLarge,
    /// `*a`, `^*`: a quantifier without anything to repeat.
    NothingToRepeat,
    /// `a**`: a quantifier behind another one.
    MultipleRepeat,
    /// `a{3,2}`
    RangeBackwards,
    /// A count of more than 32 bits: Python fails on it.
    CountTooLarge,
    /// `[a` without `]`.
    UnterminatedSet,
    /// `[z-a]`, `[\w-a]`
    BadRange,
    /// `(` without `)`.
    Unclosed,
    /// `)` without `(`.
    Unopened,
    /// `(?#` without `)`.
    UnterminatedComment,
    /// `(?y`, `(?<name>`: no such group.
    UnknownGroup,
    /// A group's name that is missing, unterminated or no name.
    BadGroupName,
    /// The same name twice.
    DuplicateGroupName,
    /// `\2` or `(?P=name)` where there is no such group.
    UnknownReference,
    /// A reference to the group that it stands in, or within a look-behind to one of the same look-behind.
    OpenReference,
    /// `(?(1)a|b|c)`
    TooManyBranches,
    /// `(?i)` anywhere but at the start.
    FlagsNotAtStart,
    /// A letter that is no flag, or flags that do not go together.
    BadFlags,
    /// `(?<=a*)`: what is looked for behind must have a fixed length.
    LookBehindWidth,
    /// Groups nested deeper than [`MAX_DEPTH`].
    TooDeep,
}

/// What a regular expression is made of, beyond the plainest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Construct {
    /// `(?=`, `(?!`
    LookAhead,
    /// `(?<=`, `(?<!`
    LookBehind,
    /// `(?>`
    AtomicGroup,
    /// `(?(1)`
    Conditional,
    /// `\1`, `(?P=name)`
    BackReference,
    /// `(?P<name>`
    NamedGroup,
    /// `(?i)`, `(?i:`
    InlineFlags,
    /// `*?`
    Lazy,
    /// `*+`
    Possessive,
}

/// How deep groups may nest; Python fails on some 480.
pub const MAX_DEPTH: usize = 300;

/// Reads an expression, and calls `visit` for every construct with the bytes that begin it.
///
/// # Errors
/// The first fault that Python would find.
pub fn read(text: &str, visit: &mut impl FnMut(Construct, Range<usize>)) -> Result<(), Fault> {
    parse::read(text, visit)
}
