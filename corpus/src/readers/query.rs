//! What the parsers of query languages make: conditions over comparisons, which become predicates of the normal form.

use super::logic::{Compared, Logic};
use crate::fields::{Extent, Field, Fields, KEYWORD, Kind};
use crate::normal::{self, Part};
use crate::op::{Base, Extra, Op};
use crate::rule::{Predicate, Rule};

/// A query, read as far as it could be.
#[derive(Clone, Debug, Default)]
pub(super) struct Query {
    /// Its parts, each with a top level of its own: the steps of a sequence, else one. With the beginning of the names of
    /// their groups (`step 2: `), empty where there is one part.
    pub(super) parts: Vec<(String, Logic<Comparison>)>,
    /// What could not be read, in words.
    pub(super) unread: Vec<String>,
}

impl Query {
    /// Adds predicates, and what could not be read, to a rule.
    pub(super) fn add_to(self, rule: &mut Rule) {
        for (name, logic) in &self.parts {
            add(rule, name, logic);
        }
        rule.unread.extend(self.unread.into_iter().map(Into::into));
    }
}

/// One field compared with one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comparison {
    /// The field as written, without quotes; empty for a keyword.
    pub(super) field: String,
    /// What is done with it.
    pub(super) test: Test,
    /// The value as written, without quotes.
    pub(super) raw: String,
    /// The field is a result of the query, not a part of the event.
    pub(super) derived: bool,
}

impl Compared for Comparison {
    fn field(&self) -> &str {
        &self.field
    }
}

/// What a comparison does with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// A pattern; its shape makes the operator.
    Pattern(Vec<Part>),
    /// A keyword, anywhere in the event.
    Keyword(Vec<Part>),
    /// A regular expression, with its flags.
    Regex(String, Vec<Extra>),
    /// A network.
    Cidr(String),
    /// [`Base::Lt`], [`Base::Lte`], [`Base::Gt`] or [`Base::Gte`] than this.
    Order(Base, String),
    /// The field is there.
    Exists,
    /// The field is not there.
    Missing,
    /// The value of another field.
    FieldRef(String),
    /// A value of a list kept elsewhere, which has this name.
    Lookup(String),
}

impl Comparison {
    /// A comparison of a part of the event.
    pub(super) fn new(field: impl Into<String>, test: Test, raw: impl Into<String>) -> Self {
        Self { field: field.into(), test, raw: raw.into(), derived: false }
    }
}

/// A pattern as it is taken apart: characters that are meant, and wildcards.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    parts: Vec<Part>,
    text: String,
}

impl Pattern {
    /// One more character.
    pub(super) fn push(&mut self, c: char) {
        self.text.push(c);
    }

    /// One more wildcard.
    pub(super) fn wildcard(&mut self, part: Part) {
        self.flush();
        self.parts.push(part);
    }

    /// The parts; of nothing, an empty text.
    pub(super) fn into_parts(mut self) -> Vec<Part> {
        if self.parts.is_empty() {
            return vec![Part::Text(self.text)];
        }
        self.flush();
        self.parts
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(Part::Text(std::mem::take(&mut self.text)));
        }
    }
}

/// A pattern in which a backslash escapes `*`, `?` and itself. Before anything else it stands for itself, since rules
/// write paths with and without escapes.
pub(super) fn wildcards(text: &str) -> Vec<Part> {
    let mut pattern = Pattern::default();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => pattern.push(chars.next_if(|next| matches!(next, '\\' | '*' | '?')).unwrap_or('\\')),
            '*' => pattern.wildcard(Part::Star),
            '?' => pattern.wildcard(Part::Question),
            c => pattern.push(c),
        }
    }
    pattern.into_parts()
}

/// The same condition, of results of the query.
pub(super) fn derived(tree: Logic<Comparison>) -> Logic<Comparison> {
    let each = |nodes: Vec<_>| nodes.into_iter().map(derived).collect();
    match tree {
        Logic::And(nodes) => Logic::And(each(nodes)),
        Logic::Or(nodes) => Logic::Or(each(nodes)),
        Logic::Alternatives(nodes) => Logic::Alternatives(each(nodes)),
        Logic::Not(inner) => Logic::Not(Box::new(derived(*inner))),
        Logic::Leaf(leaf) => Logic::Leaf(Comparison { derived: true, ..leaf }),
    }
}

/// Adds the predicates of a condition to a rule, whose log source must be known by then: it decides what fields mean.
/// Groups are called `part` and the number of the clause: `1`, `step 2: 1`.
fn add(rule: &mut Rule, part: &str, logic: &Logic<Comparison>) {
    let first = rule.groups.len();
    logic.each(|comparison, place| {
        let group = first + usize::from(place.clause);
        while rule.groups.len() <= group {
            let number = rule.groups.len() - first + 1;
            rule.groups.push(format!("{part}{number}").into());
        }
        let Normal { field, op, value, own, has_row } = normal(rule, comparison);
        let (field, scaffold) = (field.name.into(), field.scaffold);
        rule.predicates.push(Predicate {
            field,
            op,
            value: value.into(),
            own: own.map(|(op, value)| Box::new((op, value.into()))),
            field_raw: comparison.field.as_str().into(),
            value_raw: comparison.raw.as_str().into(),
            modifiers: "".into(),
            role: place.role,
            scope: place.scope,
            all: place.all,
            derived: comparison.derived,
            scaffold,
            has_row: has_row && !comparison.derived,
            group: u16::try_from(group).unwrap_or(u16::MAX),
            span: None,
            field_span: None,
        });
    });
}

struct Normal<'a> {
    field: Field<'a>,
    op: Op,
    value: String,
    /// See [`Predicate::own`].
    own: Option<(Op, String)>,
    has_row: bool,
}

fn normal<'a>(rule: &Rule, comparison: &'a Comparison) -> Normal<'a> {
    let keyword = matches!(comparison.test, Test::Keyword(_));
    let raw = if keyword { KEYWORD } else { comparison.field.as_str() };
    let mut field = Fields::embedded().of(rule.vendor, rule.logsource.as_ref(), raw);
    let mut word = None;
    match &comparison.test {
        // Another word for the same, or nothing that the canonical field could say.
        Test::Pattern(parts) if !field.values.is_empty() => {
            word = match parts.as_slice() {
                [Part::Text(text)] => field.values.iter().find(|(from, _)| text.eq_ignore_ascii_case(from)),
                _ => None,
            };
            if word.is_none() {
                field = Fields::embedded().canonical(raw);
            }
        }
        // That a file has an extension does not say that it has a name.
        Test::Exists | Test::Missing
            if matches!(field.extent, Extent::Extension | Extent::ValueName | Extent::Key | Extent::Hash(_))
                || !field.values.is_empty() =>
        {
            field = Fields::embedded().canonical(raw);
        }
        _ => {}
    }
    let mut own = None;
    let (op, value) = match &comparison.test {
        Test::Pattern(parts) => match word {
            Some((_, to)) => normal::pattern(vec![Part::Text((*to).to_owned())], field.kind, Base::Eq.into()),
            None => {
                let windows = matches!(rule.logsource.product.as_deref(), None | Some("windows"));
                let wide = normal::widened(parts.clone(), field.extent, windows);
                let row = normal::pattern(wide, field.kind, Base::Eq.into());
                if field.extent != Extent::Whole && row.0.base() != Base::Name {
                    own = Some(normal::pattern(parts.clone(), Kind::Text, Base::Eq.into())).filter(|own| *own != row);
                }
                row
            }
        },
        Test::Keyword(parts) => normal::pattern(parts.clone(), field.kind, Base::Match.into()),
        Test::Regex(text, flags) => {
            let op = flags.iter().fold(Op::new(Base::Regex), |op, flag| op.with(*flag).unwrap_or(op));
            (op, text.clone())
        }
        Test::Cidr(text) => (Base::Cidr.into(), normal::cidr(text)),
        Test::Order(base, text) => ((*base).into(), text.to_lowercase()),
        Test::Exists => (Base::Exists.into(), String::new()),
        Test::Missing => (Base::Missing.into(), String::new()),
        Test::FieldRef(other) => (Base::FieldRef.into(), other.clone()),
        Test::Lookup(name) => (Base::Lookup.into(), name.clone()),
    };
    let has_row = !matches!(op.base(), Base::FieldRef | Base::Lookup);
    Normal { field, op, value, own, has_row }
}

/// What a parser made of a query, for its tests: a line per predicate, then one per reason for what was not read.
///
/// `+ field op value`, with `-` for an exclusion, `|+` and `|-` below an *or*, `guard` for an exception to an exclusion;
/// the part of a sequence before it (`step 2: +`), `(derived)` after it; `? reason`. Fields are as written: tests that
/// use fields of their own do not depend on the alias table.
#[cfg(test)]
pub(super) fn show(vendor: crate::vendor::Vendor, query: Query) -> Vec<String> {
    use crate::rule::{Role, Scope};

    let mut out = Vec::new();
    for (part, logic) in &query.parts {
        let mut rule = Rule::new(vendor, "");
        add(&mut rule, "", logic);
        for p in &rule.predicates {
            let sign = match (p.role, p.scope) {
                (Role::Indicator, Scope::Top) => "+",
                (Role::Indicator, Scope::Branch) => "|+",
                (Role::Exclusion, Scope::Top) => "-",
                (Role::Exclusion, Scope::Branch) => "|-",
                (_, Scope::Guard) => "guard",
            };
            let field = if p.field_raw.is_empty() { KEYWORD } else { &p.field_raw };
            let derived = if p.derived { " (derived)" } else { "" };
            let (op, value) = p.own.as_deref().map_or((p.op, &p.value), |own| (own.0, &own.1));
            let line = format!("{part}{sign} {field} {op} {value}");
            out.push(format!("{}{derived}", line.trim_end()));
        }
    }
    out.extend(query.unread.iter().map(|reason| format!("? {reason}")));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendor::Vendor;

    #[test]
    fn parts_make_groups_of_their_own() {
        let leaf = |field: &str| Logic::Leaf(Comparison::new(field, Test::Exists, ""));
        let first = leaf("a").and(leaf("b").negated());
        let parts = vec![("step 1: ".to_owned(), first), ("step 2: ".to_owned(), leaf("c"))];
        let query = Query { parts, unread: vec!["why".to_owned()] };
        let lines = ["step 1: + a exists", "step 1: - b exists", "step 2: + c exists", "? why"];
        assert_eq!(show(Vendor::Elastic, query.clone()), lines);
        let mut rule = Rule::new(Vendor::Elastic, "");
        query.add_to(&mut rule);
        assert_eq!(rule.groups, ["step 1: 1".into(), "step 1: 2".into(), Box::from("step 2: 1")]);
        assert_eq!(rule.unread, [Box::from("why")]);
    }
}
