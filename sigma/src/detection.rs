//! The `detection` section: selections, their fields, modifiers and values.
//!
//! Linking follows pySigma: items of a map are joined by *and*, items of a list by *or*, values of a field by *or*
//! (by *and* with `all`), keywords by *or*. Duplicate keys are all here, in the order of the file (PyYAML keeps the last).

pub(crate) mod build;
#[cfg(test)]
mod tests;

use crate::condition::{Condition, Expr, Reference};
use crate::modifier::Modifier;
use crate::scalar::Type;
use crate::source::{Source, Span};
use crate::yaml::{self, Node, OffsetMap, Style};

/// A text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned {
    /// The text, unquoted.
    pub text: Box<str>,
    /// Its bytes in the file (within the quotes, where there are any and nothing is escaped; else the whole token).
    pub span: Span,
}

impl Spanned {
    /// The text of a scalar node of any type; `None` for a list or map.
    pub fn of(node: &Node) -> Option<Self> {
        match &node.value {
            yaml::Value::Scalar(scalar) => {
                Some(Self { text: scalar.text.clone(), span: within_quotes(node.span, scalar) })
            }
            _ => None,
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// As [`Spanned::of`], where the node is text: numbers, dates, booleans and null yield nothing.
    pub fn of_text(node: &Node) -> Option<Self> {
        match &node.value {
            yaml::Value::Scalar(scalar) if scalar.ty == Type::Str => Self::of(node),
            _ => None,
        }
    }
}

/// The token without its quotes, if nothing within them is escaped or folded: then it is as long as its text.
pub(crate) fn within_quotes(token: Span, scalar: &yaml::Scalar) -> Span {
    match scalar.style {
        Style::SingleQuoted | Style::DoubleQuoted if token.len() == scalar.text.len() + 2 => {
            Span { start: token.start + 1, end: token.end - 1 }
        }
        _ => token,
    }
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

impl LogSource {
    /// The parts that decide where a rule applies, each with its key, in the order category, product, service.
    pub fn parts(&self) -> [(&'static str, Option<&Spanned>); 3] {
        [("category", self.category.as_ref()), ("product", self.product.as_ref()), ("service", self.service.as_ref())]
    }

    /// Category, product and service as text.
    pub fn triple(&self) -> (Option<&str>, Option<&str>, Option<&str>) {
        let [category, product, service] = self.parts().map(|(_, part)| part.map(|part| &*part.text));
        (category, product, service)
    }

    /// Names none of category, product and service: pySigma refuses such a rule.
    pub fn is_empty(&self) -> bool {
        self.triple() == (None, None, None)
    }
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

impl Detection {
    /// The selection of this name; of several the last, as PyYAML keeps it.
    pub fn selection(&self, name: &str) -> Option<&Selection> {
        self.selections.iter().rfind(|selection| *selection.name.text == *name)
    }

    /// The selections that a name or pattern of a condition takes in.
    pub fn selected<'a>(&'a self, reference: Reference<'a>) -> impl Iterator<Item = &'a Selection> {
        self.selections.iter().filter(move |selection| reference.selects(&selection.name.text))
    }

    /// Every name and pattern of every condition.
    pub fn references(&self) -> impl Iterator<Item = Reference<'_>> {
        self.conditions.iter().filter_map(|condition| condition.expr.as_ref()).flat_map(Expr::references)
    }

    /// Every item of every selection with the group that it stands in, depth first.
    pub fn placed_items(&self) -> impl Iterator<Item = (&Group, &Item)> {
        self.selections.iter().flat_map(|selection| selection.group.placed_items())
    }

    /// Every item of every selection, depth first.
    pub fn items(&self) -> impl Iterator<Item = (&Selection, &Item)> {
        self.selections.iter().flat_map(|selection| selection.group.items().map(move |item| (selection, item)))
    }
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
    /// Came in through a merge key, an alias or a global document: its spans lie elsewhere in the file.
    pub inherited: bool,
    /// The `*name` token that stands where the value should.
    pub alias: Option<Span>,
}

impl Selection {
    /// Matches nothing that anyone could mean: an empty map or list, or no value at all.
    pub fn is_empty(&self) -> bool {
        self.group.is_empty()
    }

    /// Consists of keywords only.
    pub fn is_keywords(&self) -> bool {
        let mut items = self.group.items().peekable();
        items.peek().is_some() && items.all(Item::is_keyword)
    }
}

/// Members joined by one connective.
#[derive(Clone, Debug)]
pub struct Group {
    /// How.
    pub join: Join,
    /// What.
    pub members: Vec<Member>,
    /// The map or list (or the scalar, of a selection that is one).
    pub span: Span,
}

impl Group {
    /// Every item in it, depth first.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.placed_items().map(|(_, item)| item)
    }

    /// Every item in it with the group that it stands in, depth first.
    pub fn placed_items(&self) -> Items<'_> {
        Items { at: self, next: 0, open: Vec::new() }
    }

    /// Itself and every group within, depth first.
    pub fn groups(&self) -> impl Iterator<Item = &Self> {
        let mut open = vec![self];
        std::iter::from_fn(move || {
            let next = open.pop()?;
            let inner = next.members.iter().rev().filter_map(|member| match member {
                Member::Group(group) => Some(group),
                Member::Item(_) => None,
            });
            open.extend(inner);
            Some(next)
        })
    }

    /// Holds no item but a keyword that is null.
    pub fn is_empty(&self) -> bool {
        self.items().all(|item| {
            let null = |value: &Value| value.ty() == Some(Type::Null);
            item.key.is_none() && item.values.iter().all(null)
        })
    }
}

/// The iterator of [`Group::placed_items`]. Allocates only where groups nest.
#[derive(Clone, Debug)]
pub struct Items<'a> {
    at: &'a Group,
    next: usize,
    open: Vec<(&'a Group, usize)>,
}

impl<'a> Iterator for Items<'a> {
    type Item = (&'a Group, &'a Item);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let member = self.at.members.get(self.next);
            self.next += 1;
            match member {
                Some(Member::Item(item)) => return Some((self.at, item)),
                Some(Member::Group(group)) => {
                    self.open.push((self.at, self.next));
                    (self.at, self.next) = (group, 0);
                }
                None => (self.at, self.next) = self.open.pop()?,
            }
        }
    }
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
    /// Came in through a merge key, an alias around it or a global document: its spans lie elsewhere in the file.
    pub inherited: bool,
    /// The `*name` token that stands where the values should.
    pub alias: Option<Span>,
}

impl Item {
    /// The field's name; empty for keywords.
    pub fn field(&self) -> &str {
        self.key.as_ref().map_or("", |key| &key.field.text)
    }

    /// Matches the whole event instead of a field.
    pub fn is_keyword(&self) -> bool {
        self.field().is_empty()
    }

    /// Its modifiers as written, unknown ones included.
    pub fn modifiers(&self) -> &[ModifierUse] {
        self.key.as_ref().map_or(&[], |key| &key.modifiers)
    }

    /// Whether it has this modifier.
    pub fn has(&self, modifier: Modifier) -> bool {
        self.modifiers().iter().any(|used| used.modifier == Some(modifier))
    }

    /// How its values are joined: by *or* unless `all` is there.
    pub fn join(&self) -> Join {
        if self.has(Modifier::All) { Join::All } else { Join::Any }
    }

    /// The whole item: key and values; only the values of keywords in a list, and of an item whose values an alias
    /// brought in the key and the alias.
    pub fn span(&self) -> Span {
        let values = self.alias.unwrap_or(self.value_span);
        self.key.as_ref().map_or(values, |key| key.span.cover(values))
    }
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
    /// The `*name` token in the list that stands for it; the value itself is elsewhere.
    pub alias: Option<Span>,
}

impl Value {
    /// The text of a scalar, unquoted, whatever its type.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::Scalar { text, .. } => Some(text),
            ValueKind::Map | ValueKind::List => None,
        }
    }

    /// The text of a scalar that is text: not of numbers, booleans, dates and null.
    pub fn str(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::Scalar { text, ty: Type::Str, .. } => Some(text),
            _ => None,
        }
    }

    /// What PyYAML makes of a scalar.
    pub fn ty(&self) -> Option<Type> {
        match &self.kind {
            ValueKind::Scalar { ty, .. } => Some(*ty),
            ValueKind::Map | ValueKind::List => None,
        }
    }

    /// How a scalar is written.
    pub fn style(&self) -> Option<Style> {
        match &self.kind {
            ValueKind::Scalar { style, .. } => Some(*style),
            ValueKind::Map | ValueKind::List => None,
        }
    }

    /// Maps byte ranges of [`Value::text`], such as a wildcard's, to places in the file.
    pub fn places(&self, source: &Source) -> OffsetMap {
        let (style, text) = match &self.kind {
            ValueKind::Scalar { text, style, .. } => (*style, &**text),
            ValueKind::Map | ValueKind::List => (Style::Plain, ""),
        };
        OffsetMap::of(source.text(), self.span, style, text)
    }

    /// The place in the file of one byte range of [`Value::text`]; of several ask [`Value::places`].
    pub fn place(&self, source: &Source, range: std::ops::Range<usize>) -> Span {
        self.places(source).span(range)
    }
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
