//! A rule of the corpus.

use std::borrow::Cow;
use std::fmt;

use super::{Corpus, RowId, RuleId, Take, layer};
use crate::likeness::Mass;
use crate::logsource::LogSourceRef;
use crate::op::Op;
use crate::rule::{Role, Scope};
use crate::snapshot::{NONE, Section, Snapshot, flags, of_rule};
use crate::vendor::Vendor;

/// A rule: where it comes from and what it looks for.
#[derive(Clone, Copy, Debug)]
pub struct RuleRef<'a> {
    corpus: &'a Corpus,
    snapshot: &'a Snapshot,
    own: bool,
    id: RuleId,
    local: u32,
}

/// A row in a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incident {
    /// The row.
    pub row: RowId,
    /// Which of [`RuleRef::groups`].
    pub group: u16,
    /// What it is for.
    pub role: Role,
    /// Where in the rule's logic it stands.
    pub scope: Scope,
    /// Joined to the other values of its item by *and*.
    pub all: bool,
    /// One of too many values of one list: no total counts it, see [`Dump`](super::Dump).
    pub beyond: bool,
}

/// What a rule asks of a result of its query: a count, a score, a part of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Derived<'a> {
    /// The result's name, or that of the field that it is made of.
    pub name: &'a str,
    /// What is done with it.
    pub op: Op,
    /// What it is compared with, in normal form.
    pub value: &'a str,
    /// What it is for.
    pub role: Role,
    /// Where in the rule's logic it stands.
    pub scope: Scope,
    /// Joined to what else is asked of it by *and*.
    pub all: bool,
}

/// `gt 5`, `not eq 1`
impl fmt::Display for Derived<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.role == Role::Exclusion { "not " } else { "" };
        let blank = if self.value.is_empty() { "" } else { " " };
        write!(f, "{not}{}{blank}{}", self.op, self.value)
    }
}

impl Incident {
    /// Whether the rule looks for it: an indicator, and no exception to an exclusion.
    pub fn is_indicator(&self) -> bool {
        Take::Indicators.takes(self.role, self.scope)
    }

    /// Whether the rule leaves it out.
    pub fn is_exclusion(&self) -> bool {
        Take::Exclusions.takes(self.role, self.scope)
    }
}

impl<'a> RuleRef<'a> {
    pub(super) fn new(corpus: &'a Corpus, snapshot: &'a Snapshot, own: bool, id: RuleId, local: u32) -> Self {
        Self { corpus, snapshot, own, id, local }
    }

    fn text(&self, column: usize) -> &'a str {
        self.snapshot.text_at(Section::Rules, self.local, column)
    }

    fn list(&self, column: usize) -> std::ops::Range<u32> {
        self.snapshot.list(Section::Rules, self.local, column)
    }

    fn source(&self, column: usize) -> &'a str {
        let source = self.snapshot.get(Section::Rules, self.local, of_rule::SOURCE);
        self.snapshot.text_at(Section::Sources, source, column)
    }

    /// Its number in this corpus.
    pub fn rule_id(&self) -> RuleId {
        self.id
    }

    /// Whether it is one of the overlay, so the user's own.
    pub fn is_own(&self) -> bool {
        self.own
    }

    /// Whose language it is in.
    pub fn vendor(&self) -> Vendor {
        let source = self.snapshot.get(Section::Rules, self.local, of_rule::SOURCE);
        layer::vendor(self.snapshot.get(Section::Sources, source, 0))
    }

    /// What its source is called.
    pub fn label(&self) -> &'a str {
        self.source(1)
    }

    /// Its id; empty where it has none.
    pub fn id(&self) -> &'a str {
        self.text(of_rule::ID)
    }

    /// Its title.
    pub fn title(&self) -> &'a str {
        self.text(of_rule::TITLE)
    }

    /// Its authors, as written.
    pub fn author(&self) -> &'a str {
        self.text(of_rule::AUTHOR)
    }

    /// Its path within its source.
    pub fn path(&self) -> String {
        [self.text(of_rule::FOLDER), self.text(of_rule::FILE)].concat()
    }

    /// How bad; empty where it does not say.
    pub fn level(&self) -> &'a str {
        self.text(of_rule::LEVEL)
    }

    /// How mature; empty where it does not say.
    pub fn status(&self) -> &'a str {
        self.text(of_rule::STATUS)
    }

    /// Its number among those of its file.
    pub(crate) fn document(&self) -> usize {
        match self.snapshot.get(Section::Rules, self.local, of_rule::DOCUMENT) {
            NONE => usize::MAX,
            document => document as usize,
        }
    }

    /// The licence that it names itself; empty where it names none.
    pub(crate) fn own_licence(&self) -> &'a str {
        self.text(of_rule::LICENCE)
    }

    /// Its licence, else the one of its source.
    pub fn licence(&self) -> &'a str {
        match self.own_licence() {
            "" => self.source(5),
            licence => licence,
        }
    }

    /// `YYYY-MM-DD`; empty where it does not say.
    pub fn date(&self) -> &'a str {
        self.text(of_rule::DATE)
    }

    /// `YYYY-MM-DD`; empty where it does not say.
    pub fn modified(&self) -> &'a str {
        self.text(of_rule::MODIFIED)
    }

    /// Where to read it; `None` where its source has no address.
    pub fn url(&self) -> Option<String> {
        let template = self.source(6);
        let path = self.path();
        let path = percent(&path);
        (!template.is_empty()).then(|| template.replace("{commit}", self.source(3)).replace("{path}", &path))
    }

    /// Its log source.
    pub fn logsource(&self) -> LogSourceRef<'a> {
        logsource(self.snapshot, self.logsource_number())
    }

    pub(super) fn logsource_number(&self) -> u32 {
        self.snapshot.get(Section::Rules, self.local, of_rule::LOGSOURCE)
    }

    /// Whether it has a query, so that it should look for something.
    pub fn has_query(&self) -> bool {
        self.query() > 0
    }

    /// Whether it has a query of which nothing could be read. What could be read can still have no row: values of other
    /// fields, lists kept elsewhere, results of the query.
    pub fn is_unread(&self) -> bool {
        self.query() == 1
    }

    fn query(&self) -> u32 {
        self.snapshot.get(Section::Rules, self.local, of_rule::QUERY)
    }

    /// The day on which it was written or changed last, as [`Corpus::newest_change`] counts; 0 where it does not say.
    pub(crate) fn changed(&self) -> u32 {
        self.snapshot.get(Section::Rules, self.local, of_rule::CHANGED)
    }

    /// How much there is of it, weighed by how many rules of its layer have the same.
    pub(crate) fn mass(&self) -> Mass {
        let column = |at: usize| self.snapshot.get(Section::Rules, self.local, of_rule::MASS + at);
        Mass::unpack(std::array::from_fn(column))
    }

    /// The family it belongs to: a number that related rules share.
    pub fn family(&self) -> u32 {
        let first = if self.own { self.corpus.base.get(Section::Meta, 0, 1) } else { 0 };
        first.wrapping_add(self.snapshot.get(Section::Rules, self.local, of_rule::FAMILY))
    }

    /// Its rows, by group.
    pub fn incidents(&self) -> impl Iterator<Item = Incident> + use<'a> {
        let (snapshot, own) = (self.snapshot, self.own);
        let ids = self.corpus.overlay.as_ref().filter(|_| own).map(|o| &o.rows);
        let column = |column| snapshot.column(Section::Incidence, column).range(self.list(of_rule::INCIDENCE)).iter();
        column(0).zip(column(1)).map(move |(row, packed)| {
            let (role, scope, all) = flags::unpack(packed & flags::MASK);
            let row = RowId(ids.map_or(row, |ids| ids.unified(row)));
            let beyond = packed & flags::BEYOND != 0;
            Incident { row, group: (packed >> flags::BITS) as u16, role, scope, all, beyond }
        })
    }

    /// What it asks of results of its query, each once.
    pub fn derived(&self) -> impl Iterator<Item = Derived<'a>> + use<'a> {
        let snapshot = self.snapshot;
        self.list(of_rule::DERIVED).map(move |record| {
            let number = |column| snapshot.get(Section::RuleDerived, record, column);
            let (role, scope, all) = flags::unpack(number(3) & flags::MASK);
            let [name, value] = [number(0), number(2)].map(|text| snapshot.text(text));
            Derived { name, op: layer::op(snapshot, number(1)), value, role, scope, all }
        })
    }

    /// Names of its groups.
    pub fn groups(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let snapshot = self.snapshot;
        snapshot.slice(Section::RuleGroups, self.list(of_rule::GROUPS)).iter().map(move |text| snapshot.text(text))
    }

    /// Its techniques: current ids, where there are any.
    pub fn techniques(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let snapshot = self.snapshot;
        self.technique_numbers().map(move |technique| snapshot.text_at(Section::Techniques, technique, 0))
    }

    /// The same as numbers of its layer.
    pub(super) fn technique_numbers(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.snapshot.slice(Section::RuleTechniques, self.list(of_rule::TECHNIQUES)).iter()
    }

    /// The events it looks at: provider and id.
    pub fn events(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let snapshot = self.snapshot;
        let list = snapshot.slice(Section::RuleEvents, self.list(of_rule::EVENTS)).iter();
        list.map(move |e| (snapshot.text_at(Section::Events, e, 0), snapshot.text_at(Section::Events, e, 1)))
    }

    /// Ids of the rules that it says it is related to.
    pub fn related(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let snapshot = self.snapshot;
        snapshot.slice(Section::RuleRelated, self.list(of_rule::RELATED)).iter().map(move |text| snapshot.text(text))
    }

    /// Its authors, each with a name that is the same for all their rules.
    pub fn authors(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let snapshot = self.snapshot;
        self.author_numbers().map(move |author| snapshot.text_at(Section::Authors, author, 0))
    }

    /// The same as numbers of its layer.
    pub(super) fn author_numbers(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.snapshot.slice(Section::RuleAuthors, self.list(of_rule::AUTHORS)).iter()
    }
}

/// A log source by its number.
pub(super) fn logsource(snapshot: &Snapshot, number: u32) -> LogSourceRef<'_> {
    let part = |column| Some(snapshot.text_at(Section::LogSources, number, column)).filter(|s| !s.is_empty());
    LogSourceRef { product: part(0), category: part(1), service: part(2) }
}

/// A path as part of an address.
fn percent(path: &str) -> Cow<'_, str> {
    let safe = |b: u8| b.is_ascii_alphanumeric() || b"/-._~".contains(&b);
    if path.bytes().all(safe) {
        return path.into();
    }
    let mut out = String::with_capacity(path.len() + 8);
    for byte in path.bytes() {
        if safe(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out.into()
}
