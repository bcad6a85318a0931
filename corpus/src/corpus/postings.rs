//! Which rules have what: the lists of rules by row, word and field that stand in every layer.

use rustc_hash::FxHashMap;

use super::layer::{self, Overlay};
use super::{Corpus, Count, FieldId, Leave, RowId, RuleId, WordId};
use crate::rule::{Role, Scope};
use crate::snapshot::{Section, Snapshot, flags};

/// One occurrence of a row in a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Posting {
    /// The rule.
    pub rule: RuleId,
    /// What the rule has it for.
    pub role: Role,
    /// Where in the rule's logic it stands.
    pub scope: Scope,
    /// Joined to the other values of its item by *and*.
    pub all: bool,
}

impl Corpus {
    /// The occurrences of a row, by rule: one per role, scope and join, so that a rule can come several times in a row.
    pub fn postings<'a>(&'a self, row: RowId, leave: &'a Leave) -> impl Iterator<Item = Posting> + 'a {
        let in_base = (row.index() < self.base.records(Section::Rows)).then_some(row.0);
        let list = |snapshot: &'a Snapshot, local, first: u32| {
            let rules = snapshot.list(Section::Rows, local, 4);
            snapshot.slice(Section::RowRules, rules).iter().map(move |packed| {
                let (role, scope, all) = flags::unpack(packed & flags::MASK);
                Posting { rule: RuleId(first + (packed >> flags::BITS)), role, scope, all }
            })
        };
        let base = in_base.map(|row| list(&self.base, row, 0));
        let own = self
            .overlay
            .as_ref()
            .and_then(|o| Some(list(&o.snapshot, o.rows.local(row.0)?, self.base.records(Section::Rules) as u32)));
        let all = base.into_iter().flatten().chain(own.into_iter().flatten());
        all.filter(move |posting| self.counts(posting.rule, leave))
    }

    /// The rules that have a word in their titles or values.
    pub fn rules_of_word<'a>(&'a self, word: WordId, leave: &'a Leave) -> impl Iterator<Item = RuleId> + 'a {
        self.listed((Section::Words, 2, Section::WordRules), word.0, |o| &o.words, leave)
    }

    /// The rules that look at a field.
    pub fn rules_of_field<'a>(&'a self, field: FieldId, leave: &'a Leave) -> impl Iterator<Item = RuleId> + 'a {
        self.listed((Section::Fields, 2, Section::FieldRules), field.0, |o| &o.fields, leave)
    }

    /// The rules of a list by what they have: its table, which column says where the list starts, and where it is.
    fn listed<'a>(
        &'a self,
        (table, column, list): (Section, usize, Section),
        number: u32,
        ids: impl Fn(&Overlay) -> &layer::Ids,
        leave: &'a Leave,
    ) -> impl Iterator<Item = RuleId> + 'a {
        let rules = move |snapshot: &'a Snapshot, local, first: u32| {
            let rules = snapshot.list(table, local, column);
            snapshot.slice(list, rules).iter().map(move |rule| RuleId(first + rule))
        };
        let in_base = ((number as usize) < self.base.records(table)).then_some(number);
        let base = in_base.map(|number| rules(&self.base, number, 0));
        let own = self
            .overlay
            .as_ref()
            .and_then(|o| Some(rules(&o.snapshot, ids(o).local(number)?, self.base.records(Section::Rules) as u32)));
        let all = base.into_iter().flatten().chain(own.into_iter().flatten());
        all.filter(move |rule| self.counts(*rule, leave))
    }

    /// The rows of a field that many rules leave out, each with how many do: at least six, and one in 1,250 of all. Counted
    /// with the corpus, so no rule is left out.
    pub(crate) fn left_out_by_many(&self, field: FieldId) -> Vec<Count<RowId>> {
        let mut found: FxHashMap<RowId, u32> = FxHashMap::default();
        for (layer, snapshot) in self.layers().enumerate() {
            let overlay = self.overlay.as_ref().filter(|_| layer > 0);
            let Some(local) = overlay.map_or(Some(field.0), |o| o.fields.local(field.0)) else { continue };
            if local as usize >= snapshot.records(Section::Fields) {
                continue;
            }
            let rows = snapshot.list(Section::Fields, local, 1);
            let listed = snapshot.column(Section::LeftOut, 0);
            let from = layer::lower_bound(listed.iter().len() as u32, |at| listed.at(at as usize) < rows.start);
            for at in
                (from..snapshot.records(Section::LeftOut) as u32).take_while(|at| listed.at(*at as usize) < rows.end)
            {
                let row = listed.at(at as usize);
                let row = RowId(overlay.map_or(row, |o| o.rows.unified(row)));
                *found.entry(row).or_default() += snapshot.get(Section::LeftOut, at, 1);
            }
        }
        let mut found: Vec<_> = found.into_iter().map(|(of, rules)| Count { of, rules }).collect();
        found.sort_unstable_by_key(|count| count.of);
        found
    }

    /// Rows that at least `least` rules look for, with how many do, in no order that means anything. Meant for rather high
    /// limits: rows below 3 are not among them.
    pub fn frequent(&self, least: u32) -> impl Iterator<Item = (RowId, u32)> {
        const LEAST: u32 = 3;
        let all = self.frequent.get_or_init(|| {
            let rows = (0..self.row_count() as u32).map(RowId);
            // How long its list is says at once of most rows that they are rare.
            let listed = |row: &RowId| self.postings(*row, Leave::NONE).take(LEAST as usize).count() == LEAST as usize;
            let counted = rows.filter(listed).map(|row| (row, self.reach_count(row, Leave::NONE)));
            counted.filter(|(_, count)| *count >= LEAST).collect()
        });
        all.iter().copied().filter(move |(_, count)| *count >= least)
    }
}
