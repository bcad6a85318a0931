//! Counting for the page of a technique: events, fields, and what rules look for.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{DerivedView, DumpView, EventView, FieldSpelling, FieldView, TechniqueRow};
use crate::corpus::{Corpus, Count, Dump, FieldId, Incident, Leave, RowId, RowRef, RuleId};
use crate::fields::Fields;
use crate::logsource;
use crate::op::Op;
use crate::rule::{Role, Scope};
use crate::vendor::Vendor;
use crate::view::PageRow;

/// How many values a field lists.
const VALUES: usize = 10;

/// Whether a field says where to look, not what for.
pub(super) fn is_scaffold(field: &str) -> bool {
    Fields::embedded().canonical(field).scaffold
}

/// The rules of a page, in its order, with what of them counts.
pub(super) struct Page<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) rules: Vec<RuleId>,
    vendors: Vec<Vendor>,
}

/// A row that rules look for.
pub(super) struct Counted {
    row: RowId,
    /// Numbers of the rules on the page, sorted.
    rules: Vec<u32>,
    /// How many rules look for it, whatever their technique.
    reach: u32,
}

impl<'a> Page<'a> {
    pub(super) fn new(corpus: &'a Corpus, rules: Vec<RuleId>) -> Self {
        let vendors = rules.iter().map(|rule| corpus.rule(*rule).vendor()).collect();
        Self { corpus, rules, vendors }
    }

    /// What counts of a rule.
    pub(super) fn incidents(&self, rule: RuleId) -> impl Iterator<Item = Incident> + use<'a> {
        self.corpus.rule(rule).incidents().filter(|incident| !incident.beyond)
    }

    /// Every rule with its number.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (u32, RuleId)> {
        (0u32..).zip(self.rules.iter().copied())
    }

    pub(super) fn dumps(&self) -> Vec<DumpView> {
        let view = |rule: u32, dump: Dump| DumpView {
            rule,
            role: dump.role.word(),
            field: self.corpus.field_name(dump.field).to_owned(),
            values: dump.values,
            counted: Dump::LIMIT as u32,
        };
        let of_rule = |(number, rule)| self.corpus.dumps(rule).into_iter().map(move |dump| view(number, dump));
        self.numbered().flat_map(of_rule).collect()
    }

    pub(super) fn derived(&self) -> Vec<DerivedView> {
        let mut found: BTreeMap<&str, (Vec<u32>, BTreeMap<String, u32>)> = BTreeMap::new();
        for (number, rule) in self.numbered() {
            for derived in self.corpus.rule(rule).derived() {
                let (rules, tests) = found.entry(derived.name).or_default();
                if rules.last() != Some(&number) {
                    rules.push(number);
                }
                *tests.entry(derived.to_string()).or_default() += 1;
            }
        }
        let view = |(name, (rules, tests)): (&str, (Vec<u32>, BTreeMap<String, u32>))| {
            let mut tests: Vec<_> = tests.into_iter().collect();
            tests.sort_by_key(|(_, rules)| Reverse(*rules));
            let tests = tests.into_iter().take(VALUES).map(|(test, _)| test).collect();
            DerivedView { field: name.to_owned(), rules, tests }
        };
        let mut found: Vec<_> = found.into_iter().map(view).collect();
        found.sort_by_key(|derived| Reverse(derived.rules.len()));
        found
    }

    pub(super) fn events(&self) -> Vec<EventView> {
        let view = |count: Count<(&str, &str)>| {
            let (provider, id) = count.of;
            EventView {
                provider: provider.to_owned(),
                event: id.to_owned(),
                title: logsource::event_title(provider, id).map(str::to_owned),
                rules: count.rules,
            }
        };
        self.corpus.events_in(&self.rules).into_iter().map(view).collect()
    }

    /// Rows that rules look for: most rules first; of those that only one rule looks for, the first of every rule before
    /// the second of any, so that no rule's list stands on top of the others'.
    pub(super) fn counted(&self) -> Vec<Counted> {
        // Row and number in one, to sort by.
        let mut pairs: Vec<u64> = Vec::new();
        for (number, rule) in self.numbered() {
            let rows = self.incidents(rule).filter(Incident::is_indicator).map(|incident| incident.row);
            pairs.extend(rows.map(|row| u64::from(row.0) << 32 | u64::from(number)));
        }
        pairs.sort_unstable();
        pairs.dedup();
        let chunks = pairs.chunk_by(|a, b| a >> 32 == b >> 32);
        let counted = chunks.filter_map(|chunk| {
            let row = RowId((chunk.first()? >> 32) as u32);
            let rules = chunk.iter().map(|pair| *pair as u32).collect();
            Some(Counted { row, rules, reach: self.corpus.reach_count(row, Leave::NONE) })
        });
        let mut rows: Vec<Counted> = counted.collect();
        rows.sort_unstable_by_key(|counted| (Reverse(counted.reach), counted.row));
        let mut seen = vec![0u32; self.rules.len()];
        let mut turn = |counted: &Counted| match (counted.rules.as_slice(), seen.get_mut(counted.first())) {
            ([_], Some(seen)) => {
                *seen += 1;
                *seen
            }
            _ => 0,
        };
        let mut ranked: Vec<_> = rows.into_iter().map(|counted| (turn(&counted), counted)).collect();
        ranked.sort_by_key(|(turn, counted)| (Reverse(counted.rules.len()), *turn));
        ranked.into_iter().map(|(_, counted)| counted).collect()
    }

    fn vendor(&self, rule: u32) -> Option<Vendor> {
        self.vendors.get(rule as usize).copied()
    }

    pub(super) fn indicators(&self, counted: Vec<Counted>) -> Vec<TechniqueRow<'a>> {
        let view = |Counted { row, rules, reach }: Counted| {
            let mut vendors: Vec<_> = rules.iter().filter_map(|&rule| self.vendor(rule)).collect();
            vendors.sort_unstable();
            vendors.dedup();
            TechniqueRow { row: PageRow { corpus: self.corpus, row, product: None }, rules, reach, vendors }
        };
        counted.into_iter().map(view).collect()
    }

    pub(super) fn fields(&self, counted: &[Counted]) -> Vec<FieldView> {
        let mut fields: FxHashMap<FieldId, FieldEntry<'_>> = FxHashMap::default();
        for counted in counted {
            let row = self.corpus.row_ref(counted.row);
            let entry = fields.entry(row.field).or_default();
            entry.add(&row, &counted.rules);
            for spelling in self.corpus.spellings(counted.row) {
                let name = if spelling.vendor == Vendor::Sigma { row.name } else { spelling.key };
                let of_vendor = counted.rules.iter().filter(|&&rule| self.vendor(rule) == Some(spelling.vendor));
                entry.vendors.entry((spelling.vendor, name)).or_default().extend(of_vendor);
            }
        }
        for (number, rule) in self.numbered() {
            for incident in self.incidents(rule) {
                if incident.role == Role::Exclusion && incident.scope == Scope::Top {
                    fields.entry(self.corpus.field_of(incident.row)).or_default().exclusions.push(number);
                }
            }
        }
        let view = |(field, entry): (FieldId, FieldEntry<'_>)| entry.view(self.corpus.field_name(field));
        let mut fields: Vec<_> = fields.into_iter().map(view).filter(|field| !is_scaffold(&field.field)).collect();
        fields.sort_by(|a, b| (b.rules, b.exclusions, &a.field).cmp(&(a.rules, a.exclusions, &b.field)));
        fields
    }
}

impl Counted {
    /// The first of the rules.
    fn first(&self) -> usize {
        self.rules.first().map_or(0, |&rule| rule as usize)
    }
}

/// What is known of a field while rows are gone through: numbers of rules, with repetitions.
#[derive(Default)]
struct FieldEntry<'a> {
    rules: Vec<u32>,
    exclusions: Vec<u32>,
    ops: FxHashMap<Op, Vec<u32>>,
    values: Vec<String>,
    vendors: BTreeMap<(Vendor, &'a str), Vec<u32>>,
}

impl FieldEntry<'_> {
    fn add(&mut self, row: &RowRef<'_>, rules: &[u32]) {
        self.rules.extend(rules);
        self.ops.entry(row.op).or_default().extend(rules);
        let known = |value: &String| value == row.value;
        if self.values.len() < VALUES && !row.value.is_empty() && !has_hash(row.value) && !self.values.iter().any(known)
        {
            self.values.push(row.value.to_owned());
        }
    }

    fn view(self, field: &str) -> FieldView {
        let spelling = |((vendor, spelling), rules): ((Vendor, &str), Vec<u32>)| FieldSpelling {
            vendor,
            spelling: spelling.to_owned(),
            rules: distinct(rules),
        };
        let mut vendors: Vec<_> = self.vendors.into_iter().map(spelling).filter(|s| s.rules > 0).collect();
        vendors.sort_by_key(|spelling| Reverse(spelling.rules));
        FieldView {
            field: field.to_owned(),
            rules: distinct(self.rules),
            exclusions: distinct(self.exclusions),
            ops: self.ops.into_iter().map(|(op, rules)| (op.to_string(), distinct(rules))).collect(),
            values: self.values,
            vendors,
        }
    }
}

fn distinct(mut rules: Vec<u32>) -> u32 {
    rules.sort_unstable();
    rules.dedup();
    rules.len() as u32
}

/// Whether a value is a hash or has one: at least as many hexadecimal digits in a row as MD5 has.
fn has_hash(value: &str) -> bool {
    const DIGITS: usize = 32;
    value.split(|c: char| !c.is_ascii_hexdigit()).any(|run| run.len() >= DIGITS)
}

#[cfg(test)]
mod tests {
    use super::has_hash;

    #[test]
    fn hashes_are_no_typical_values() {
        assert!(has_hash("imphash=0588081ab0e63ba785938467e1b10cca"));
        assert!(!has_hash("0588081ab0e63ba785938467e1b10cc"));
        assert!(!has_hash("d5d8c3a4-0b1f-4c2d-9e3f-0123456789ab"));
    }
}
