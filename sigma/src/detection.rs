//! The `detection` section: selections, their fields, modifiers and values.
//!
//! Linking follows pySigma: items of a map are joined by *and*, items of a list by *or*, values of a field by *or*
//! (by *and* with `all`), keywords by *or*.

use crate::condition::Condition;
use crate::modifier::Modifier;
use crate::scalar::Type;
use crate::source::Span;
use crate::yaml::Style;

/// A text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned {
    /// The text, unquoted.
    pub text: Box<str>,
    /// Its bytes in the file (within the quotes, where there are any and nothing is escaped; else the whole token).
    pub span: Span,
}

/// `logsource` of a detection or filter rule.
#[derive(Clone, Debug, Default)]
pub struct LogSource {
    /// The key `logsource`.
    pub key: Span,
    /// The map.
    pub span: Span,
    /// The kind of activity, such as `process_creation`.
    pub category: Option<Spanned>,
    /// The system, such as `windows`.
    pub product: Option<Spanned>,
    /// The log within the product, such as `security`.
    pub service: Option<Spanned>,
    /// How to configure the source.
    pub definition: Option<Spanned>,
}

/// `detection` of a detection rule, or the part of a filter that has the same form.
#[derive(Clone, Debug, Default)]
pub struct Detection {
    /// The key `detection` or `filter`.
    pub key: Span,
    /// The map.
    pub span: Span,
    /// Every entry but `condition`, `timeframe` and (in a filter) `rules`.
    pub selections: Vec<Selection>,
    /// One per condition: the specification allows a list of them.
    pub conditions: Vec<Condition>,
    /// The key `condition`.
    pub condition_key: Option<Span>,
    /// The key `timeframe` (Sigma v1).
    pub timeframe: Option<Span>,
}

/// A named search identifier.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Its name.
    pub name: Spanned,
    /// From the first byte of the name to the last byte of the value.
    pub entry: Span,
    /// The value.
    pub span: Span,
    /// What it matches.
    pub group: Group,
}

/// Members joined by one connective.
#[derive(Clone, Debug)]
pub struct Group {
    /// How.
    pub join: Join,
    /// What.
    pub members: Vec<Member>,
    /// The map or list.
    pub span: Span,
}

/// The connective of a [`Group`] or of the values of an [`Item`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// Every one must match.
    All,
    /// One is enough.
    Any,
}

/// A member of a [`Group`].
#[derive(Clone, Debug)]
pub enum Member {
    /// A field with its values, or keywords.
    Item(Item),
    /// A nested map or list.
    Group(Group),
}

/// A field with its values, or, without a field, keywords.
#[derive(Clone, Debug)]
pub struct Item {
    /// The key; `None` for keywords in a list.
    pub key: Option<FieldKey>,
    /// The values in the order of the file.
    pub values: Vec<Value>,
    /// The value node: a scalar or the whole list.
    pub value_span: Span,
    /// How the values are written.
    pub form: Form,
    /// Came in through a merge key or a global document.
    pub inherited: bool,
}

/// How the values of an [`Item`] are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One value beside its key.
    Single,
    /// `- a` on lines of their own.
    BlockList,
    /// `[a, b]`
    FlowList,
}

/// `Image|endswith`: a field with its modifiers.
#[derive(Clone, Debug)]
pub struct FieldKey {
    /// The whole key token, quotes included.
    pub span: Span,
    /// The field's name; empty for keywords with modifiers (`'|all'`).
    pub field: Spanned,
    /// In the order written.
    pub modifiers: Vec<ModifierUse>,
    /// Type of the key: a number or null as a key makes pySigma fail.
    pub ty: Type,
}

/// A modifier as written.
#[derive(Clone, Debug)]
pub struct ModifierUse {
    /// Which; `None` where there is no such modifier.
    pub modifier: Option<Modifier>,
    /// The word, with its place (without the `|`).
    pub word: Spanned,
}

/// A value of an [`Item`].
#[derive(Clone, Debug)]
pub struct Value {
    /// The token, quotes included.
    pub span: Span,
    /// What it is.
    pub kind: ValueKind,
}

/// What a [`Value`] is.
#[derive(Clone, Debug)]
pub enum ValueKind {
    /// A scalar.
    Scalar {
        /// The text, unquoted.
        text: Box<str>,
        /// How it was written.
        style: Style,
        /// What PyYAML makes of it.
        ty: Type,
    },
    /// A map where a value is expected (in a list of field values).
    Map,
    /// A list within a list.
    List,
}
