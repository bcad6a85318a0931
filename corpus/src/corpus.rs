//! Queries over what published rules do: one snapshot, or two where the user's own rules lie over the embedded one.
//!
//! Ids ([`RowId`], [`FieldId`], [`WordId`], [`RuleId`]) hold for one `Corpus` and go through both layers. Every query about
//! counts takes a [`Leave`]: the rule that asks does not count as evidence for itself.
//!
//! - What a predicate is worth: [`Corpus::row`], then [`Corpus::reach_count`], or [`Corpus::rules_of_row`] and [`Corpus::evidence`].
//! - Who the peers are: [`Corpus::rules_of_logsource`], [`Corpus::rules_of_technique`], [`Corpus::peers`],
//!   [`Corpus::rules_sharing`]. They are sorted lists of rules, to be intersected at will with [`both`]; of long ones [`asked`]
//!   takes some.
//! - What peers do: [`Corpus::rows_in`], [`Corpus::fields_in`], [`Corpus::techniques_in`], [`Corpus::evidence`], and
//!   [`Corpus::fields_of_logsource`], which is counted beforehand.
//! - What goes with a row: [`Corpus::partners_in`], [`Corpus::siblings_in`].
//! - For similarity: [`Corpus::postings`], [`Corpus::rules_of_word`], and per rule [`RuleRef::incidents`],
//!   [`RuleRef::words`].

mod dump;
mod layer;
mod logsource;
mod postings;
mod query;
mod rule;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::advice::Prepared;
use crate::normal::sigma::{SigmaItem, to_sigma};
use crate::op::{Base, Op};
use crate::rule::Predicate;
use crate::snapshot::{Section, Snapshot, SnapshotError, hash, of_rule};
use crate::vendor::Vendor;
use layer::Overlay;

pub use dump::Dump;
pub(crate) use logsource::Same;
pub use postings::Posting;
pub(crate) use query::ASKED;
pub use query::{Count, Evidence, Take, asked, both};
pub use rule::{Derived, Incident, RuleRef};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// As an index: below the count of its kind, dense.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A (field, operator, value).
    RowId
    /// A field.
    FieldId
    /// A word of titles and values.
    WordId
    /// A rule.
    RuleId
}

/// The rules that a query leaves out: the asking one, found by id and title.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leave(Vec<RuleId>);

impl Leave {
    /// Leaves nothing out.
    pub const NONE: &'static Self = &Self(Vec::new());

    /// Whether this rule is left out.
    pub fn has(&self, rule: RuleId) -> bool {
        self.0.contains(&rule)
    }

    /// The rules that are left out.
    pub fn rules(&self) -> &[RuleId] {
        &self.0
    }
}

/// A row: what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowRef<'a> {
    /// The field.
    pub field: FieldId,
    /// Its canonical name.
    pub name: &'a str,
    /// The operator.
    pub op: Op,
    /// The value in normal form.
    pub value: &'a str,
}

/// How a vendor writes a row most often.
#[derive(Clone, Copy)]
pub struct Spelling<'a> {
    /// Which vendor.
    pub vendor: Vendor,
    /// Sigma: the modifiers. Others: the field.
    pub key: &'a str,
    snapshot: &'a Snapshot,
    row: u32,
    number: u32,
}

impl<'a> Spelling<'a> {
    /// The value.
    pub fn value(&self) -> Cow<'a, str> {
        layer::spelled(self.snapshot, self.row, self.number)
    }
}

/// What published rules do.
#[derive(Debug)]
pub struct Corpus {
    base: Snapshot,
    overlay: Option<Overlay>,
    frequent: OnceLock<Vec<(RowId, u32)>>,
    prepared: Prepared,
}

/// Where rules are looked up by id, and by title: buckets, index, column.
const ID: (Section, Section, usize) = (Section::IdBuckets, Section::IdHash, of_rule::ID);
const TITLE: (Section, Section, usize) = (Section::TitleBuckets, Section::TitleHash, of_rule::TITLE);

/// The snapshot that is part of the program.
const EMBEDDED: &[u8] = include_bytes!("../snapshot/sigwise.corpus");

impl Corpus {
    /// The corpus that is part of the program, checked once when first asked for.
    pub fn embedded() -> Result<&'static Self, &'static SnapshotError> {
        static CORPUS: OnceLock<Result<Corpus, SnapshotError>> = OnceLock::new();
        CORPUS.get_or_init(|| Snapshot::from_static(EMBEDDED).map(Corpus::new)).as_ref()
    }

    /// A corpus of one snapshot.
    pub fn new(base: Snapshot) -> Self {
        Self { base, overlay: None, frequent: OnceLock::new(), prepared: Prepared::default() }
    }

    /// Lays the user's own rules over it. Rules of the base with an id that the overlay has too are hidden: the overlay has
    /// the newer ones.
    #[must_use]
    pub fn with_overlay(self, snapshot: Snapshot) -> Self {
        let overlay = Overlay::new(&self.base, snapshot);
        Self { overlay: Some(overlay), ..Self::new(self.base) }
    }

    /// The snapshot that lies below.
    pub fn base(&self) -> &Snapshot {
        &self.base
    }

    /// The snapshots: the base, then the overlay.
    pub fn layers(&self) -> impl Iterator<Item = &Snapshot> {
        std::iter::once(&self.base).chain(self.overlay.as_ref().map(|o| &o.snapshot))
    }

    /// The layer of the user's own rules, or the one below.
    fn layer(&self, own: bool) -> &Snapshot {
        self.overlay.as_ref().filter(|_| own).map_or(&self.base, |overlay| &overlay.snapshot)
    }

    /// What advice has worked out about the whole.
    pub(crate) fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// The version of ATT&CK under whose ids techniques are counted.
    pub fn attack_version(&self) -> &str {
        self.base.text_at(Section::Meta, 0, 0)
    }

    /// The day on which the newest rules were written or changed.
    pub(crate) fn newest_change(&self) -> u32 {
        self.layers().map(|snapshot| snapshot.get(Section::Meta, 0, 2)).max().unwrap_or_default()
    }

    /// How many rules there are beside those that are left out.
    pub fn count(&self, leave: &Leave) -> u32 {
        let hidden = self.overlay.as_ref().map_or(0, |o| o.hidden.iter().filter(|hidden| **hidden).count());
        (self.rule_ids() - hidden - leave.rules().len()) as u32
    }

    /// How many ids of rules there are, hidden ones included.
    pub fn rule_ids(&self) -> usize {
        self.layers().map(|s| s.records(Section::Rules)).sum()
    }

    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        self.base.records(Section::Rows) + self.overlay.as_ref().map_or(0, |o| o.rows.extra())
    }

    /// How many fields there are.
    pub fn field_count(&self) -> usize {
        self.base.records(Section::Fields) + self.overlay.as_ref().map_or(0, |o| o.fields.extra())
    }

    /// How many words there are.
    pub fn word_count(&self) -> usize {
        self.base.records(Section::Words) + self.overlay.as_ref().map_or(0, |o| o.words.extra())
    }

    /// Every rule.
    pub fn rules(&self) -> impl Iterator<Item = RuleRef<'_>> {
        (0..self.rule_ids() as u32).map(RuleId).filter(|rule| !self.is_hidden(*rule)).map(|rule| self.rule(rule))
    }

    /// A rule.
    pub fn rule(&self, id: RuleId) -> RuleRef<'_> {
        let base = self.base.records(Section::Rules) as u32;
        match &self.overlay {
            Some(overlay) if id.0 >= base => RuleRef::new(self, &overlay.snapshot, true, id, id.0 - base),
            _ => RuleRef::new(self, &self.base, false, id, id.0),
        }
    }

    /// The rule with this id, in either case.
    pub fn rule_by_id(&self, id: &str) -> Option<RuleRef<'_>> {
        self.by_text(ID, id).last().map(|rule| self.rule(rule)).or_else(|| {
            // Ids are hexadecimal, and some write them in upper case.
            self.rules().find(|rule| rule.id().eq_ignore_ascii_case(id) && !id.is_empty())
        })
    }

    /// The rules with exactly this title.
    pub fn rules_by_title(&self, title: &str) -> Vec<RuleId> {
        self.by_text(TITLE, title).collect()
    }

    /// What to leave out when a rule with this id and title asks.
    pub fn leave(&self, id: Option<&str>, title: Option<&str>) -> Leave {
        let mut rules: Vec<RuleId> = self.by_text(ID, id.unwrap_or_default()).collect();
        for rule in self.by_text(TITLE, title.unwrap_or_default()) {
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        Leave(rules)
    }

    fn by_text<'a>(
        &'a self,
        (buckets, index, column): (Section, Section, usize),
        text: &'a str,
    ) -> impl Iterator<Item = RuleId> + 'a {
        let hash = hash([text.as_bytes()]);
        let mut first = 0;
        let found = self.layers().flat_map(move |snapshot| {
            let from = first;
            first += snapshot.records(Section::Rules) as u32;
            let is = move |rule: &u32| snapshot.text_at(Section::Rules, *rule, column) == text;
            snapshot.probe(buckets, index, hash).filter(is).map(move |rule| RuleId(from + rule))
        });
        found.filter(move |rule| !text.is_empty() && !self.is_hidden(*rule))
    }

    /// Whether a rule of the base is replaced by one of the overlay.
    fn is_hidden(&self, rule: RuleId) -> bool {
        self.overlay.as_ref().is_some_and(|o| o.hidden.get(rule.index()).copied().unwrap_or_default())
    }

    /// Whether a rule counts.
    fn counts(&self, rule: RuleId, leave: &Leave) -> bool {
        !leave.has(rule) && !self.is_hidden(rule)
    }

    /// The row of a predicate, where some rule has it.
    pub fn row_of(&self, predicate: &Predicate) -> Option<RowId> {
        if !predicate.has_row {
            return None;
        }
        self.row(&predicate.field, predicate.op, &predicate.value)
    }

    /// The row with this canonical field, operator and value in normal form, where some rule has it.
    pub fn row(&self, field: &str, op: Op, value: &str) -> Option<RowId> {
        if let Some(row) = layer::row(&self.base, field, op, value) {
            return Some(RowId(row));
        }
        let overlay = self.overlay.as_ref()?;
        layer::row(&overlay.snapshot, field, op, value).map(|row| RowId(overlay.rows.unified(row)))
    }

    /// What a row says.
    pub fn row_ref(&self, row: RowId) -> RowRef<'_> {
        let (snapshot, local) = self.home(row.0, Section::Rows, |o| &o.rows);
        let (_, op) = layer::field_and_op(snapshot, local);
        let field = self.field_of(row);
        RowRef { field, name: self.field_name(field), op, value: snapshot.text_at(Section::Rows, local, 2) }
    }

    /// The operator of a row.
    pub fn op_of(&self, row: RowId) -> Op {
        let (snapshot, local) = self.home(row.0, Section::Rows, |o| &o.rows);
        layer::op(snapshot, snapshot.get(Section::Rows, local, 1))
    }

    /// The field of a row.
    pub fn field_of(&self, row: RowId) -> FieldId {
        match &self.overlay {
            Some(overlay) if row.index() >= self.base.records(Section::Rows) => {
                let local = overlay.rows.local(row.0).unwrap_or_default();
                FieldId(overlay.fields.unified(overlay.snapshot.get(Section::Rows, local, 0)))
            }
            _ => FieldId(self.base.get(Section::Rows, row.0, 0)),
        }
    }

    /// How vendors write a row, each in its most frequent way.
    pub fn spellings(&self, row: RowId) -> impl Iterator<Item = Spelling<'_>> {
        let (snapshot, local) = self.home(row.0, Section::Rows, |o| &o.rows);
        snapshot.list(Section::Rows, local, 3).map(move |i| layer::spelling(snapshot, local, i))
    }

    /// How a Sigma rule writes a row; `product` decides between `\` and `/`. `None` where it cannot.
    pub fn sigma(&self, row: RowId, product: Option<&str>) -> Option<SigmaItem> {
        let RowRef { name, op, value, .. } = self.row_ref(row);
        let spelling = self.spellings(row).find(|s| s.vendor == Vendor::Sigma).map(|s| (s.key, s.value()));
        to_sigma(name, op, value, spelling.as_ref().map(|(key, value)| (*key, &**value)), product)
    }

    /// A field by its canonical name, where some rule has it.
    pub fn field(&self, name: &str) -> Option<FieldId> {
        if let Some(field) = layer::sorted(&self.base, Section::Fields, name) {
            return Some(FieldId(field));
        }
        let overlay = self.overlay.as_ref()?;
        layer::sorted(&overlay.snapshot, Section::Fields, name).map(|field| FieldId(overlay.fields.unified(field)))
    }

    /// A field's canonical name.
    pub fn field_name(&self, field: FieldId) -> &str {
        let (snapshot, local) = self.home(field.0, Section::Fields, |o| &o.fields);
        snapshot.text_at(Section::Fields, local, 0)
    }

    /// Every field.
    pub fn fields(&self) -> impl Iterator<Item = FieldId> {
        (0..self.field_count() as u32).map(FieldId)
    }

    /// The rows of a field, those of the base sorted by operator and value.
    pub fn rows_of_field(&self, field: FieldId) -> impl Iterator<Item = RowId> {
        let in_base = (field.index() < self.base.records(Section::Fields)).then_some(field.0);
        let base = in_base.map_or(0..0, |field| self.base.list(Section::Fields, field, 1));
        let own = self.overlay.as_ref().and_then(|o| {
            let local = o.fields.local(field.0)?;
            let known = self.base.records(Section::Rows) as u32;
            let rows = o.snapshot.list(Section::Fields, local, 1).map(|row| o.rows.unified(row));
            Some(rows.filter(move |row| *row >= known))
        });
        base.chain(own.into_iter().flatten()).map(RowId)
    }

    /// A word of titles and values, in lower case, where some rule has it.
    pub fn word(&self, word: &str) -> Option<WordId> {
        if let Some(word) = layer::word(&self.base, word) {
            return Some(WordId(word));
        }
        let overlay = self.overlay.as_ref()?;
        layer::word(&overlay.snapshot, word).map(|word| WordId(overlay.words.unified(word)))
    }

    /// Every word.
    pub fn words(&self) -> impl Iterator<Item = WordId> {
        (0..self.word_count() as u32).map(WordId)
    }

    /// A word's text.
    pub fn word_text(&self, word: WordId) -> &str {
        let (snapshot, local) = self.home(word.0, Section::Words, |o| &o.words);
        snapshot.word(local)
    }

    /// Whether nothing but the presence of a field is asked for.
    pub fn is_presence(op: Op) -> bool {
        matches!(op.base(), Base::Exists | Base::Missing)
    }

    /// The snapshot in which something is described, and its number there.
    fn home(&self, id: u32, section: Section, ids: impl Fn(&Overlay) -> &layer::Ids) -> (&Snapshot, u32) {
        match &self.overlay {
            Some(overlay) if id as usize >= self.base.records(section) => {
                (&overlay.snapshot, ids(overlay).local(id).unwrap_or_default())
            }
            _ => (&self.base, id),
        }
    }
}
