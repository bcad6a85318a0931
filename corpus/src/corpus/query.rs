//! Counting queries.

use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Corpus, FieldId, Incident, Leave, RowId, RuleId, layer};
use crate::attack;
use crate::logsource::LogSourceRef;
use crate::rule::{Role, Scope};
use crate::snapshot::Section;
use crate::vendor::Vendor;

/// How many rules, of which kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Rules.
    pub rules: u32,
    /// Families among them: rules made from one another count once.
    pub families: u32,
    /// Authors among them.
    pub authors: u32,
    /// Techniques among them, sub-techniques counted under their parents.
    pub parent_techniques: u32,
    /// Rules per vendor, most first; vendors without any are left out.
    pub by_vendor: Vec<(Vendor, u32)>,
}

/// Something with how many rules have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count<T> {
    /// What.
    pub of: T,
    /// How many rules.
    pub rules: u32,
}

/// Which incidences to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// What rules look for, in the root or a branch.
    Indicators,
    /// What rules leave out, in the root or a branch.
    Exclusions,
    /// What rules leave out as a whole: a branch's exclusions hold for that branch only.
    TopExclusions,
}

impl Take {
    /// Whether an incidence of this role and scope is one.
    pub(crate) fn takes(self, role: Role, scope: Scope) -> bool {
        match self {
            Self::Indicators => role == Role::Indicator && scope != Scope::Guard,
            Self::Exclusions => role == Role::Exclusion && scope != Scope::Guard,
            Self::TopExclusions => role == Role::Exclusion && scope == Scope::Top,
        }
    }

    /// Whether it is one to count.
    fn counts(self, incident: &Incident) -> bool {
        self.takes(incident.role, incident.scope) && !incident.beyond
    }
}

/// The rules that stand in both sorted lists.
pub fn both(a: &[RuleId], b: &[RuleId]) -> Vec<RuleId> {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short.iter().copied().filter(|rule| long.binary_search(rule).is_ok()).collect()
}

/// So many rules are asked what they do, at most.
pub(crate) const ASKED: usize = 4_096;

/// Of a list of rules every one, every second, every third …, so that no more than [`ASKED`] are asked what they do: shares
/// stay what they are, and an answer takes as long in a corpus a hundred times as large.
#[must_use]
pub fn asked(mut rules: Vec<RuleId>) -> Vec<RuleId> {
    let step = rules.len().div_ceil(ASKED).max(1);
    let mut turn = 0;
    rules.retain(|_| {
        turn += 1;
        (turn - 1) % step == 0
    });
    rules
}

impl Corpus {
    /// How many rules look for a row.
    pub fn reach_count(&self, row: RowId, leave: &Leave) -> u32 {
        self.each_rule_of_row(row, Take::Indicators, leave).count() as u32
    }

    /// The rules that have a row for this, sorted.
    pub fn rules_of_row(&self, row: RowId, take: Take, leave: &Leave) -> Vec<RuleId> {
        self.each_rule_of_row(row, take, leave).collect()
    }

    /// The same without a list.
    pub(crate) fn each_rule_of_row<'a>(
        &'a self,
        row: RowId,
        take: Take,
        leave: &'a Leave,
    ) -> impl Iterator<Item = RuleId> + 'a {
        let mut last = None;
        let fitting = self.postings(row, leave).filter(move |posting| take.takes(posting.role, posting.scope));
        fitting.map(|posting| posting.rule).filter(move |rule| last.replace(*rule) != Some(*rule))
    }

    /// How far a reach is up among all: which part of what rules look for fewer rules look for, in percent. Counted with the
    /// corpus, so no rule is left out; what only says where to look does not count.
    pub fn percentile(&self, reach: u32) -> f32 {
        let (mut below, mut all) = (0u64, 0u64);
        for snapshot in self.layers() {
            for record in 0..snapshot.records(Section::Reaches) as u32 {
                let rows = u64::from(snapshot.get(Section::Reaches, record, 1));
                all += rows;
                below += if snapshot.get(Section::Reaches, record, 0) < reach { rows } else { 0 };
            }
        }
        100.0 * below as f32 / all.max(1) as f32
    }

    /// How many parent techniques the rules that look for a row have.
    pub fn reach_techniques(&self, row: RowId, leave: &Leave) -> u32 {
        self.evidence(&self.rules_of_row(row, Take::Indicators, leave)).parent_techniques
    }

    /// What a list of rules is worth as evidence.
    pub fn evidence(&self, rules: &[RuleId]) -> Evidence {
        let mut families = FxHashSet::default();
        // By layer and number: texts are compared once for each, not once for each rule.
        let mut authors: FxHashSet<(bool, u32)> = FxHashSet::default();
        let mut techniques: FxHashSet<(bool, u32)> = FxHashSet::default();
        let mut vendors = [0u32; Vendor::ALL.len()];
        for rule in rules.iter().map(|&rule| self.rule(rule)) {
            families.insert(rule.family());
            authors.extend(rule.author_numbers().map(|number| (rule.is_own(), number)));
            techniques.extend(rule.technique_numbers().map(|number| (rule.is_own(), number)));
            if let Some(count) = vendors.get_mut(rule.vendor() as usize) {
                *count += 1;
            }
        }
        let text = |section| move |(own, number): (bool, u32)| self.layer(own).text_at(section, number, 0);
        let authors: FxHashSet<&str> = authors.into_iter().map(text(Section::Authors)).collect();
        let techniques: FxHashSet<&str> =
            techniques.into_iter().map(text(Section::Techniques)).map(attack::parent_or_self).collect();
        let mut by_vendor: Vec<_> = Vendor::ALL.into_iter().zip(vendors).filter(|(_, n)| *n > 0).collect();
        by_vendor.sort_by_key(|&(vendor, n)| (std::cmp::Reverse(n), vendor));
        Evidence {
            rules: rules.len() as u32,
            families: families.len() as u32,
            authors: authors.len() as u32,
            parent_techniques: techniques.len() as u32,
            by_vendor,
        }
    }

    /// The rules that name exactly this technique (a current id), sorted.
    pub fn rules_of_exactly(&self, id: &str, leave: &Leave) -> Vec<RuleId> {
        let mut rules = Vec::new();
        let mut first = 0;
        for snapshot in self.layers() {
            if let Some(at) = layer::sorted(snapshot, Section::Techniques, id) {
                let list = snapshot.slice(Section::TechniqueRules, snapshot.list(Section::Techniques, at, 1));
                rules.extend(list.iter().map(|rule| RuleId(first + rule)).filter(|rule| self.counts(*rule, leave)));
            }
            first += snapshot.records(Section::Rules) as u32;
        }
        rules
    }

    /// The rules of a technique (a current id), sorted. A parent's are those of its sub-techniques too.
    pub fn rules_of_technique(&self, id: &str, leave: &Leave) -> Vec<RuleId> {
        let mut rules = Vec::new();
        let mut first = 0;
        for snapshot in self.layers() {
            let mut at = layer::first_not_below(snapshot, Section::Techniques, id);
            while (at as usize) < snapshot.records(Section::Techniques) {
                let rest = snapshot.text_at(Section::Techniques, at, 0).strip_prefix(id);
                if !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) {
                    break;
                }
                let list = snapshot.slice(Section::TechniqueRules, snapshot.list(Section::Techniques, at, 1));
                rules.extend(list.iter().map(|rule| RuleId(first + rule)));
                at += 1;
            }
            first += snapshot.records(Section::Rules) as u32;
        }
        // Merges lists that are sorted already.
        rules.sort();
        rules.dedup();
        rules.retain(|rule| self.counts(*rule, leave));
        rules
    }

    /// Every technique that rules have, sorted by id, with how many have exactly it.
    pub fn techniques(&self) -> Vec<Count<&str>> {
        let all: Vec<RuleId> = self.rules().map(|rule| rule.rule_id()).collect();
        let mut counts = self.techniques_in(&all);
        counts.sort_by_key(|count| count.of);
        counts
    }

    /// The rules of the log source that have one of these techniques, or a sub-technique of one; with no techniques, all of
    /// the log source. Sorted.
    pub fn peers(&self, source: LogSourceRef<'_>, techniques: &[&str], leave: &Leave) -> Vec<RuleId> {
        let of_source = self.rules_of_logsource(source, leave);
        if techniques.is_empty() {
            return of_source;
        }
        let mut of_techniques: Vec<RuleId> =
            techniques.iter().flat_map(|id| self.rules_of_technique(id, leave)).collect();
        of_techniques.sort_unstable();
        of_techniques.dedup();
        both(&of_source, &of_techniques)
    }

    /// The rules that look for at least one of these rows, sorted, each with for how many.
    pub fn rules_sharing(&self, rows: &[RowId], leave: &Leave) -> Vec<Count<RuleId>> {
        let mut all: Vec<RuleId> =
            rows.iter().flat_map(|&row| self.rules_of_row(row, Take::Indicators, leave)).collect();
        all.sort_unstable();
        let chunks = all.chunk_by(|a, b| a == b);
        chunks.filter_map(|c| Some(Count { of: *c.first()?, rules: c.len() as u32 })).collect()
    }

    /// The rows that these rules have, with how many have each, most first.
    pub fn rows_in(&self, rules: &[RuleId], take: Take) -> Vec<Count<RowId>> {
        self.rows_where(rules, |incident| take.counts(incident))
    }

    /// The same of some fields.
    pub fn rows_of_fields_in(&self, rules: &[RuleId], fields: &[FieldId], take: Take) -> Vec<Count<RowId>> {
        self.rows_where(rules, |incident| take.counts(incident) && fields.contains(&self.field_of(incident.row)))
    }

    fn rows_where(&self, rules: &[RuleId], takes: impl Fn(&Incident) -> bool) -> Vec<Count<RowId>> {
        let mut tally = Tally::new(self.row_count(), rules.len());
        for &rule in rules {
            for incident in self.rule(rule).incidents().filter(&takes) {
                tally.add(incident.row.index(), rule);
            }
        }
        tally.counts(RowId)
    }

    /// The fields that these rules have, with how many have each, most first.
    pub fn fields_in(&self, rules: &[RuleId], take: Take) -> Vec<Count<FieldId>> {
        let mut tally = Tally::new(self.field_count(), rules.len());
        for &rule in rules {
            for incident in self.rule(rule).incidents().filter(|incident| take.counts(incident)) {
                tally.add(self.field_of(incident.row).index(), rule);
            }
        }
        tally.counts(FieldId)
    }

    /// The techniques that these rules have, with how many have exactly each, most first.
    pub fn techniques_in(&self, rules: &[RuleId]) -> Vec<Count<&str>> {
        let numbers = rules.iter().map(|&rule| self.rule(rule));
        let mut counts: FxHashMap<(bool, u32), u32> = FxHashMap::default();
        for (own, number) in
            numbers.flat_map(|rule| rule.technique_numbers().map(move |number| (rule.is_own(), number)))
        {
            *counts.entry((own, number)).or_default() += 1;
        }
        let text = |(own, number): (bool, u32)| self.layer(own).text_at(Section::Techniques, number, 0);
        summed(counts.into_iter().map(|(key, rules)| (text(key), rules)))
    }

    /// The events that these rules look at, provider and id, with how many look at each, most first.
    pub fn events_in(&self, rules: &[RuleId]) -> Vec<Count<(&str, &str)>> {
        count(rules.iter().flat_map(|&rule| self.rule(rule).events()))
    }

    /// What these rules, which look for a row, look for beside it in other fields: with how many do, most first.
    pub fn partners_in(&self, rules: &[RuleId], row: RowId) -> Vec<Count<RowId>> {
        let field = self.field_of(row);
        self.rows_where(rules, |i| Take::Indicators.counts(i) && i.row != row && self.field_of(i.row) != field)
    }

    /// What these rules, which look for a row, take as its alternatives: rows of the same field in the same group that are
    /// not joined by *and*. With how many rules do, most first.
    pub fn siblings_in(&self, rules: &[RuleId], row: RowId) -> Vec<Count<RowId>> {
        let field = self.field_of(row);
        let mut tally = Tally::new(self.row_count(), rules.len());
        for &rule in rules {
            let view = self.rule(rule);
            let mut groups: Vec<u16> = Vec::new();
            let alternative = |i: &Incident| Take::Indicators.counts(i) && !i.all;
            groups.extend(view.incidents().filter(|i| i.row == row && alternative(i)).map(|i| i.group));
            for incident in view.incidents().filter(alternative) {
                if incident.row != row && groups.contains(&incident.group) {
                    tally.add(incident.row.index(), rule);
                }
            }
        }
        let mut counts = tally.counts(RowId);
        counts.retain(|count| self.field_of(count.of) == field);
        counts
    }
}

/// Counts things that occur in rules, each once per rule.
struct Tally {
    slots: Slots,
    touched: Vec<u32>,
}

/// Per thing its count, and the last rule (plus one) that was counted.
enum Slots {
    Dense(Vec<(u32, u32)>),
    Sparse(FxHashMap<u32, (u32, u32)>),
}

/// Things per rule, roughly.
const PER_RULE: usize = 64;

impl Tally {
    /// For so many things, and about so many rules: of few rules most things would never be touched.
    fn new(size: usize, rules: usize) -> Self {
        let dense = rules * PER_RULE > size;
        let slots = if dense { Slots::Dense(vec![(0, 0); size]) } else { Slots::Sparse(FxHashMap::default()) };
        Self { slots, touched: Vec::new() }
    }

    fn add(&mut self, at: usize, rule: RuleId) {
        let slot = match &mut self.slots {
            Slots::Dense(slots) => slots.get_mut(at),
            Slots::Sparse(slots) => Some(slots.entry(at as u32).or_default()),
        };
        let Some(slot) = slot else { return };
        if slot.0 == 0 {
            self.touched.push(at as u32);
        }
        if slot.1 != rule.0 + 1 {
            *slot = (slot.0 + 1, rule.0 + 1);
        }
    }

    fn counts<T>(self, of: impl Fn(u32) -> T) -> Vec<Count<T>> {
        let slot = |at: u32| match &self.slots {
            Slots::Dense(slots) => slots.get(at as usize),
            Slots::Sparse(slots) => slots.get(&at),
        };
        let count = |at: u32| slot(at).map_or(0, |slot| slot.0);
        // One number each to sort by: how many, most first, then which.
        let key = |&at: &u32| u64::from(u32::MAX - count(at)) << 32 | u64::from(at);
        let mut keys: Vec<u64> = self.touched.iter().map(key).collect();
        keys.sort_unstable();
        let counted = |key: u64| Count { of: of(key as u32), rules: u32::MAX - (key >> 32) as u32 };
        keys.into_iter().map(counted).collect()
    }
}

fn count<T: Hash + Ord + Copy>(things: impl Iterator<Item = T>) -> Vec<Count<T>> {
    summed(things.map(|thing| (thing, 1)))
}

/// The sum of each thing, most first.
fn summed<T: Hash + Ord + Copy>(things: impl Iterator<Item = (T, u32)>) -> Vec<Count<T>> {
    let mut counts: FxHashMap<T, u32> = FxHashMap::default();
    for (thing, more) in things {
        *counts.entry(thing).or_default() += more;
    }
    let mut counts: Vec<_> = counts.into_iter().map(|(of, rules)| Count { of, rules }).collect();
    counts.sort_unstable_by_key(|count| (std::cmp::Reverse(count.rules), count.of));
    counts
}
