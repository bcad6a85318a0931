//! How a second snapshot lies over the first: its own numbers, and the ones that both share.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::{Spelling, Take};
use crate::build::row_hash;
use crate::op::{Base, Op};
use crate::snapshot::{Ends, Section, Snapshot, flags, hash, of_rule};
use crate::vendor::Vendor;

/// Numbers of one kind of thing: what the base has keeps its number, what only the overlay has comes after.
#[derive(Clone, Debug, Default)]
pub(super) struct Ids {
    /// Number in the overlay → shared number.
    unified: Vec<u32>,
    /// Shared number → number in the overlay.
    local: FxHashMap<u32, u32>,
    /// How many only the overlay has.
    extra: usize,
}

impl Ids {
    fn new(base: usize, known: impl Iterator<Item = Option<u32>>) -> Self {
        let mut ids = Self::default();
        for (local, known) in (0u32..).zip(known) {
            let unified = known.unwrap_or_else(|| {
                ids.extra += 1;
                (base + ids.extra - 1) as u32
            });
            ids.unified.push(unified);
            ids.local.insert(unified, local);
        }
        ids
    }

    pub(super) fn unified(&self, local: u32) -> u32 {
        self.unified.get(local as usize).copied().unwrap_or_default()
    }

    pub(super) fn local(&self, unified: u32) -> Option<u32> {
        self.local.get(&unified).copied()
    }

    pub(super) fn extra(&self) -> usize {
        self.extra
    }
}

/// The second layer.
#[derive(Debug)]
pub(super) struct Overlay {
    pub(super) snapshot: Snapshot,
    pub(super) rows: Ids,
    pub(super) fields: Ids,
    pub(super) words: Ids,
    /// Rules of the base that the overlay has too.
    pub(super) hidden: Vec<bool>,
    /// How many of them each log source of the base has, in all and by field that they look at.
    pub(super) hidden_in: FxHashMap<(u32, Option<u32>), u32>,
}

impl Overlay {
    pub(super) fn new(base: &Snapshot, snapshot: Snapshot) -> Self {
        let numbers = |section| 0..snapshot.records(section) as u32;
        let text = |section, record, column| snapshot.text_at(section, record, column);
        let fields = numbers(Section::Fields).map(|f| sorted(base, Section::Fields, text(Section::Fields, f, 0)));
        let fields = Ids::new(base.records(Section::Fields), fields);
        let words = numbers(Section::Words).map(|number| word(base, snapshot.word(number)));
        let words = Ids::new(base.records(Section::Words), words);
        let rows = numbers(Section::Rows).map(|number| {
            let (field, op) = field_and_op(&snapshot, number);
            row(base, text(Section::Fields, field, 0), op, text(Section::Rows, number, 2))
        });
        let rows = Ids::new(base.records(Section::Rows), rows);
        let mut hidden = vec![false; base.records(Section::Rules)];
        let ids = numbers(Section::Rules).map(|rule| text(Section::Rules, rule, of_rule::ID));
        for id in ids.filter(|id| !id.is_empty()) {
            for rule in base.probe(Section::IdBuckets, Section::IdHash, hash([id.as_bytes()])) {
                if base.text_at(Section::Rules, rule, of_rule::ID) == id
                    && let Some(slot) = hidden.get_mut(rule as usize)
                {
                    *slot = true;
                }
            }
        }
        let hidden_in = hidden_in(base, &hidden);
        Self { rows, fields, words, hidden, hidden_in, snapshot }
    }
}

fn hidden_in(base: &Snapshot, hidden: &[bool]) -> FxHashMap<(u32, Option<u32>), u32> {
    let mut counts: FxHashMap<(u32, Option<u32>), u32> = FxHashMap::default();
    for (rule, _) in (0u32..).zip(hidden).filter(|(_, hidden)| **hidden) {
        let logsource = base.get(Section::Rules, rule, of_rule::LOGSOURCE);
        let mut fields = vec![None];
        for incident in base.list(Section::Rules, rule, of_rule::INCIDENCE) {
            let (role, scope, _) = flags::unpack(base.get(Section::Incidence, incident, 1) & flags::MASK);
            if Take::Indicators.takes(role, scope) {
                fields.push(Some(base.get(Section::Rows, base.get(Section::Incidence, incident, 0), 0)));
            }
        }
        fields.sort_unstable();
        fields.dedup();
        for field in fields {
            *counts.entry((logsource, field)).or_default() += 1;
        }
    }
    counts
}

/// Field and operator of a row.
pub(super) fn field_and_op(snapshot: &Snapshot, row: u32) -> (u32, Op) {
    (snapshot.get(Section::Rows, row, 0), op(snapshot, snapshot.get(Section::Rows, row, 1)))
}

/// An operator by its number.
pub(super) fn op(snapshot: &Snapshot, number: u32) -> Op {
    let base = u8::try_from(snapshot.get(Section::Ops, number, 0)).unwrap_or_default();
    Op::from_code(base, snapshot.get(Section::Ops, number, 1)).unwrap_or(Op::new(Base::Eq))
}

/// The row with this field, operator and value.
pub(super) fn row(snapshot: &Snapshot, field: &str, op: Op, value: &str) -> Option<u32> {
    snapshot.probe(Section::RowBuckets, Section::RowHash, row_hash(field, op, value)).find(|&row| {
        snapshot.text_at(Section::Rows, row, 2) == value && {
            let (of, by) = field_and_op(snapshot, row);
            by == op && snapshot.text_at(Section::Fields, of, 0) == field
        }
    })
}

/// A word by its text.
pub(super) fn word(snapshot: &Snapshot, text: &str) -> Option<u32> {
    let hash = hash([text.as_bytes()]);
    snapshot.probe(Section::WordBuckets, Section::WordHash, hash).find(|&word| snapshot.word(word) == text)
}

/// A spelling of a row, by its number.
pub(super) fn spelling(snapshot: &Snapshot, row: u32, spelling: u32) -> Spelling<'_> {
    let form = snapshot.get(Section::Spellings, spelling, 0);
    let vendor = vendor(snapshot.get(Section::Forms, form, 0));
    Spelling { vendor, key: snapshot.text_at(Section::Forms, form, 1), snapshot, row, number: spelling }
}

/// The value of a row in a spelling, by its number.
pub(super) fn spelled(snapshot: &Snapshot, row: u32, spelling: u32) -> Cow<'_, str> {
    let form = snapshot.get(Section::Spellings, spelling, 0);
    let text = |column| snapshot.text_at(Section::Forms, form, column);
    let written = snapshot.text_at(Section::Spellings, spelling, 1);
    match Ends::unpack(snapshot.get(Section::Forms, form, 2), text(3), text(4)) {
        Some(ends) => ends.apply(snapshot.text_at(Section::Rows, row, 2), written).into(),
        None => written.into(),
    }
}

/// A vendor by its number.
pub(super) fn vendor(number: u32) -> Vendor {
    Vendor::ALL.get(number as usize).copied().unwrap_or(Vendor::Sigma)
}

/// The record with this text in the first column of a table that is sorted by it.
pub(super) fn sorted(snapshot: &Snapshot, section: Section, text: &str) -> Option<u32> {
    let at = first_not_below(snapshot, section, text);
    let found = (at as usize) < snapshot.records(section) && snapshot.text_at(section, at, 0) == text;
    found.then_some(at)
}

/// The first record whose text is not below `text`, in a table that is sorted by its first column.
pub(super) fn first_not_below(snapshot: &Snapshot, section: Section, text: &str) -> u32 {
    lower_bound(snapshot.records(section) as u32, |at| snapshot.text_at(section, at, 0) < text)
}

/// The first of so many numbers that is not `below`, where those that are come first.
pub(super) fn lower_bound(count: u32, below: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if below(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
