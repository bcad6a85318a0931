//! Sigma's spelling of predicates: from an item's key and value to the normal form, and back.

use std::borrow::Cow;

use sigwise_sigma::detection::{Item, Value};
use sigwise_sigma::modifier::Modifier;
use sigwise_sigma::pattern::{self as string, RawKind};
use sigwise_sigma::scalar::Type;

use super::{Part, cidr, pattern};
use crate::fields::{Field, Fields, KEYWORD, Kind};
use crate::op::{Base, Extra, Op};

/// What the modifiers of a key say.
#[derive(Clone, Debug)]
pub struct Modifiers {
    /// Extras; the base is the one of a comparison, of `re`, `cidr`, `exists` and `fieldref`, else [`Base::Eq`].
    op: Op,
    /// `contains`, `endswith`: a star goes before the value.
    lead: bool,
    /// `contains`, `startswith`: a star goes after the value.
    trail: bool,
    /// `windash`
    pub windash: bool,
    /// `all`
    pub all: bool,
    /// `neq`: the opposite.
    pub negated: bool,
    /// `expand`
    expand: bool,
    /// A word that is no modifier, or more encodings than there is room for.
    pub unknown: bool,
    /// The words that shape a single value, as written: all but `all`, `windash` and `neq`.
    pub spelling: String,
}

impl Modifiers {
    /// Reads modifier words.
    pub fn read<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut out = Self {
            op: Op::new(Base::Eq),
            lead: false,
            trail: false,
            windash: false,
            all: false,
            negated: false,
            expand: false,
            unknown: false,
            spelling: String::new(),
        };
        for word in words {
            out.add(word);
        }
        out
    }

    /// The modifiers of an item.
    pub fn of(item: &Item) -> Self {
        Self::read(item.modifiers().iter().map(|used| &*used.word.text))
    }

    fn add(&mut self, word: &str) {
        let Some(modifier) = Modifier::from_word(word) else {
            self.unknown = true;
            return;
        };
        let mut extra = None;
        match modifier {
            Modifier::All => return self.all = true,
            Modifier::WinDash => return self.windash = true,
            Modifier::Neq => return self.negated = !self.negated,
            Modifier::Contains => (self.lead, self.trail) = (true, true),
            Modifier::StartsWith => self.trail = true,
            Modifier::EndsWith => self.lead = true,
            Modifier::Re => self.op = self.op.on(Base::Regex),
            Modifier::Cidr => self.op = self.op.on(Base::Cidr),
            Modifier::Lt => self.op = self.op.on(Base::Lt),
            Modifier::Lte => self.op = self.op.on(Base::Lte),
            Modifier::Gt => self.op = self.op.on(Base::Gt),
            Modifier::Gte => self.op = self.op.on(Base::Gte),
            Modifier::Exists => self.op = self.op.on(Base::Exists),
            Modifier::FieldRef => self.op = self.op.on(Base::FieldRef),
            Modifier::Expand => self.expand = true,
            Modifier::Base64 => extra = Some(Extra::Base64),
            Modifier::Base64Offset => extra = Some(Extra::Base64Offset),
            Modifier::Wide | Modifier::Utf16Le => extra = Some(Extra::Wide),
            Modifier::Utf16 => extra = Some(Extra::Utf16),
            Modifier::Utf16Be => extra = Some(Extra::Utf16Be),
            Modifier::Cased => extra = Some(Extra::Cased),
            Modifier::I | Modifier::IgnoreCase => extra = Some(Extra::IgnoreCase),
            Modifier::M | Modifier::MultiLine => extra = Some(Extra::MultiLine),
            Modifier::S | Modifier::DotAll => extra = Some(Extra::DotAll),
            Modifier::Minute => extra = Some(Extra::Minute),
            Modifier::Hour => extra = Some(Extra::Hour),
            Modifier::Day => extra = Some(Extra::Day),
            Modifier::Week => extra = Some(Extra::Week),
            Modifier::Month => extra = Some(Extra::Month),
            Modifier::Year => extra = Some(Extra::Year),
        }
        if let Some(extra) = extra {
            match self.op.with(extra) {
                Some(op) => self.op = op,
                None => self.unknown = true,
            }
        }
        if !self.spelling.is_empty() {
            self.spelling.push('|');
        }
        self.spelling.push_str(word);
    }
}

/// A value in normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normal {
    /// The operator.
    pub op: Op,
    /// The value.
    pub value: String,
    /// The value as written, of a `windash` the variant. Empty for null.
    pub raw: String,
    /// It has a row: it is neither another field nor a placeholder, and every modifier is known.
    pub has_row: bool,
}

impl Normal {
    /// The field is there; written `neq: null` where this is used.
    pub(crate) fn exists() -> Self {
        Self { op: Base::Exists.into(), value: String::new(), raw: String::new(), has_row: true }
    }
}

/// The normal forms of one value: usually one, of a `windash` two, none of a map or list.
pub fn value(field: Field<'_>, modifiers: &Modifiers, value: &Value) -> Vec<Normal> {
    let (Some(text), Some(ty)) = (value.text(), value.ty()) else { return Vec::new() };
    typed(field, modifiers, text, ty)
}

fn typed(field: Field<'_>, modifiers: &Modifiers, text: &str, ty: Type) -> Vec<Normal> {
    let text: Cow<'_, str> = match ty {
        Type::Null => {
            return vec![Normal { op: Base::Missing.into(), value: String::new(), raw: String::new(), has_row: true }];
        }
        Type::Bool(true) => "true".into(),
        Type::Bool(false) => "false".into(),
        Type::Int(Some(number)) => number.to_string().into(),
        _ => text.into(),
    };
    if modifiers.windash {
        dashes(&text).into_iter().map(|variant| one(field, modifiers, &variant, ty)).collect()
    } else {
        vec![one(field, modifiers, &text, ty)]
    }
}

fn one(field: Field<'_>, modifiers: &Modifiers, text: &str, ty: Type) -> Normal {
    let mut has_row = !modifiers.unknown;
    let (op, value) = match modifiers.op.base() {
        Base::Regex => (modifiers.op, text.to_owned()),
        Base::Cidr => (modifiers.op, cidr(text)),
        Base::Lt | Base::Lte | Base::Gt | Base::Gte => (modifiers.op, text.to_lowercase()),
        Base::FieldRef => {
            has_row = false;
            (modifiers.op, text.to_owned())
        }
        Base::Exists if text.eq_ignore_ascii_case("false") => (modifiers.op.on(Base::Missing), String::new()),
        Base::Exists => (modifiers.op, String::new()),
        _ => {
            if modifiers.expand && string::placeholders(text).next().is_some() {
                has_row = false;
            }
            let mut parts = Vec::with_capacity(3);
            if modifiers.lead {
                parts.push(Part::Star);
            }
            // What is encoded has no wildcards, and a number is no pattern.
            if ty == Type::Str && !modifiers.op.extras().any(Extra::is_encoding) {
                parts.extend(string::scan(text).map(|raw| match raw.kind {
                    RawKind::Star => Part::Star,
                    RawKind::Question => Part::Question,
                    RawKind::Text => Part::Text(string::unescape(text.get(raw.range).unwrap_or_default()).into_owned()),
                }));
            } else if !text.is_empty() {
                parts.push(Part::Text(string::unescape(text).into_owned()));
            }
            if modifiers.trail {
                parts.push(Part::Star);
            }
            let keyword = field.name == KEYWORD;
            pattern(parts, field.kind, if keyword { modifiers.op.on(Base::Match) } else { modifiers.op })
        }
    };
    Normal { op, value, raw: text.to_owned(), has_row }
}

/// What `windash` makes of a value: every dash or slash that begins a word once as `-` and once as `/`. The three Unicode
/// dashes, and mixtures within one value, which pySigma adds, are left out: they say nothing that these do not.
fn dashes(text: &str) -> Vec<String> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let is_dash = |c: char| matches!(c, '-' | '/' | '–' | '—' | '―');
    let variant = |dash: char| {
        let mut out = String::with_capacity(text.len());
        let mut before = None;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let begins = is_dash(c) && !before.is_some_and(word) && chars.peek().is_some_and(|&next| word(next));
            out.push(if begins { dash } else { c });
            before = Some(c);
        }
        out
    };
    let (minus, slash) = (variant('-'), variant('/'));
    if minus == slash { vec![minus] } else { vec![minus, slash] }
}

/// A key with its modifiers and one value, as text: what stands on the command line of `sigwise indicator`, and what
/// [`to_sigma`] makes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[schemars(rename = "SigmaItem")]
pub struct SigmaItem {
    /// `Image|endswith`; for keywords empty or only modifiers.
    pub key: String,
    /// The value, unquoted; absent for null.
    pub value: Option<String>,
}

/// `Image|endswith: \powershell.exe` as a rule writes it; a value in quotes is meant without them, `null` is none, and a text
/// without a colon is a keyword.
impl std::str::FromStr for SigmaItem {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (key, value) = match text.split_once(": ").or_else(|| text.strip_suffix(':').map(|key| (key, ""))) {
            Some((key, value)) if !key.contains(['\\', ' ', '/']) || key.contains('|') => (key.trim(), value.trim()),
            _ => ("", text),
        };
        let quoted = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
        let value = match quoted('\'').or_else(|| quoted('"')) {
            Some(inner) => Some(inner),
            None if matches!(value, "null" | "~" | "") && !key.is_empty() => None,
            None => Some(value),
        };
        Ok(Self { key: key.to_owned(), value: value.map(str::to_owned) })
    }
}

impl SigmaItem {
    /// The field's canonical name and the normal forms of this item.
    pub fn normal(&self) -> (String, Vec<Normal>) {
        let mut words = self.key.split('|');
        let raw = words.next().unwrap_or_default();
        let modifiers = Modifiers::read(words);
        let field = field(raw);
        let normal = match &self.value {
            Some(text) => typed(field, &modifiers, text, Type::Str),
            None => typed(field, &modifiers, "", Type::Null),
        };
        (field.name.to_owned(), normal)
    }
}

/// The field that a Sigma rule calls `raw`; keywords have none.
pub fn field(raw: &str) -> Field<'_> {
    if raw.is_empty() { Field::unknown(KEYWORD) } else { Fields::embedded().canonical(raw) }
}

/// How a Sigma rule writes a row: the inverse of normalizing. `spelling` is a way in which Sigma rules do write it, as
/// modifiers and value; `product` decides between `\` and `/` before a name. `None` where Sigma has no words for it.
pub fn to_sigma(
    field: &str,
    op: Op,
    value: &str,
    spelling: Option<(&str, &str)>,
    product: Option<&str>,
) -> Option<SigmaItem> {
    if matches!(op.base(), Base::FieldRef | Base::Lookup) {
        return None;
    }
    let field = if field == KEYWORD { "" } else { field };
    let key = |modifiers: &str| {
        if modifiers.is_empty() { field.to_owned() } else { format!("{field}|{modifiers}") }
    };
    let separator = match product {
        Some("windows") => Some('\\'),
        Some(_) => Some('/'),
        None => None,
    };
    if let Some((modifiers, raw)) = spelling {
        if op == Op::new(Base::Missing) && modifiers.is_empty() {
            return Some(SigmaItem { key: key(""), value: None });
        }
        let fits = match (op.base(), separator) {
            // Written as `neq: null`, which is not one of the modifiers that are kept.
            (Base::Exists, _) if raw.is_empty() => false,
            (Base::Name, Some(wanted)) => raw.trim_start_matches('*').starts_with(wanted),
            _ => true,
        };
        if fits {
            return Some(SigmaItem { key: key(modifiers), value: Some(raw.to_owned()) });
        }
    }

    let mut words: Vec<&str> = op.extras().map(Extra::word).collect();
    let kind = Fields::embedded().canonical(field).kind;
    let value = match op.base() {
        Base::Missing => return Some(SigmaItem { key: key(""), value: None }),
        Base::Exists => {
            words.insert(0, "exists");
            "true".to_owned()
        }
        base @ (Base::Regex | Base::Cidr) => {
            words.insert(0, if base == Base::Regex { "re" } else { "cidr" });
            value.to_owned()
        }
        base @ (Base::Lt | Base::Lte | Base::Gt | Base::Gte) => {
            words.push(base.word());
            value.to_owned()
        }
        Base::Name => {
            words.push("endswith");
            // The case of a known spelling is nicer than none.
            let name = spelling.map(|(_, raw)| raw.trim_start_matches(['*', '\\', '/']));
            let name = name.filter(|name| name.to_lowercase() == value).unwrap_or(value);
            string::escape(&format!("{}{name}", separator.unwrap_or('\\')))
        }
        // A drive at the start of a path: any letter, so that nothing is lost.
        Base::Eq if kind == Kind::Path && super::folds(op) && value.starts_with(super::DRIVE) => {
            words.push("endswith");
            escape(value.get(1..).unwrap_or_default())
        }
        Base::StartsWith if kind == Kind::Path && super::folds(op) && value.starts_with(super::DRIVE) => {
            words.push("contains");
            escape(value.get(1..).unwrap_or_default())
        }
        Base::Eq
            if kind == Kind::RegistryData
                && op.is_plain()
                && value.parse::<u32>().is_ok_and(|n| n.to_string() == value) =>
        {
            format!("DWORD (0x{:08X})", value.parse::<u32>().unwrap_or_default())
        }
        Base::Wildcard => {
            let (word, core) = match value.strip_prefix('*').map(|v| (v, v.strip_suffix('*'))) {
                Some((_, Some(core))) => (Some("contains"), core),
                Some((core, None)) => (Some("endswith"), core),
                None => match value.strip_suffix('*') {
                    Some(core) => (Some("startswith"), core),
                    None => (None, value),
                },
            };
            words.extend(word);
            wildcards(core)
        }
        Base::Match => wildcards(value),
        base => {
            if base != Base::Eq {
                words.push(base.word());
            }
            // A drive within a text can be any; at its start a star stands for the letter.
            match value.strip_prefix(super::DRIVE) {
                Some(_) if super::folds(op) && matches!(base, Base::Contains | Base::EndsWith) => {
                    escape(value.get(1..).unwrap_or_default())
                }
                _ if !super::folds(op) => string::escape(value),
                _ => escape(value),
            }
        }
    };
    Some(SigmaItem { key: key(&words.join("|")), value: Some(value) })
}

/// A text of the normal form as a Sigma string that matches it literally, drives as `C:\`.
fn escape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for part in super::plain(value) {
        match part {
            Part::Text(part) => text.push_str(&part),
            _ => text.push_str(r"C:\"),
        }
    }
    string::escape(&text)
}

/// A pattern of the normal form as a Sigma string.
fn wildcards(value: &str) -> String {
    use string::PieceKind::{Question, Star, Text};
    let mut out = string::Pattern::default();
    let mut push = |kind| out.pieces.push(string::Piece { kind, range: 0..0 });
    for part in super::decode(value) {
        match part {
            Part::Star => push(Star),
            Part::Question => push(Question),
            Part::Text(text) => push(Text(text)),
            Part::Drive => {
                push(Question);
                push(Text(r":\".to_owned()));
            }
        }
    }
    out.to_source()
}

#[cfg(test)]
mod tests;
