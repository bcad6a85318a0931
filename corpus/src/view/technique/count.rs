//! Counting for the page of a technique: events, fields, and what rules look for.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{DerivedView, DumpView, EventView, FieldSpelling, FieldView, TechniqueRow};
use crate::corpus::{Corpus, Count, Dump, FieldId, Incident, Leave, RowId, RowRef, RuleId};
use crate::fields::Fields;
use crate::logsource;
use crate::rule::{Role, Scope};
use crate::vendor::Vendor;
use crate::view::RowView;

/// How many values a field lists.
const VALUES: usize = 10;

/// Whether a field says where to look, not what for.
pub(super) fn is_scaffold(field: &str) -> bool {
    Fields::embedded().canonical(field).scaffold
}

/// The rules of a page, in its order, with what of them counts.
pub(super) struct Page<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) rules: &'a [RuleId],
    dumps: Vec<(u32, Dump)>,
}

/// A row that rules look for.
struct Counted {
    row: RowId,
    /// Numbers of the rules on the page, sorted.
    rules: Vec<u32>,
    /// How many rules look for it, whatever their technique.
    reach: u32,
}

impl<'a> Page<'a> {
    pub(super) fn new(corpus: &'a Corpus, rules: &'a [RuleId]) -> Self {
        let dumps = |(number, rule): (u32, &RuleId)| corpus.dumps(*rule).into_iter().map(move |dump| (number, dump));
        Self { corpus, rules, dumps: (0u32..).zip(rules).flat_map(dumps).collect() }
    }

    /// What counts of a rule.
    pub(super) fn incidents(&self, number: u32, rule: RuleId) -> impl Iterator<Item = Incident> + use<'a, '_> {
        let from = self.dumps.partition_point(|(of, _)| *of < number);
        let dumps = self.dumps.get(from..).unwrap_or_default().iter().take_while(move |(of, _)| *of == number);
        self.corpus.rule(rule).incidents().filter(move |i| !dumps.clone().any(|(_, dump)| dump.leaves_out(i)))
    }

    /// Every rule with its number.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (u32, RuleId)> + use<'a> {
        (0u32..).zip(self.rules.iter().copied())
    }

    pub(super) fn dumps(&self) -> Vec<DumpView> {
        let view = |(rule, dump): &(u32, Dump)| DumpView {
            rule: *rule,
            role: dump.role.word(),
            field: self.corpus.field_name(dump.field).to_owned(),
            values: dump.values,
            counted: Dump::LIMIT as u32,
        };
        self.dumps.iter().map(view).collect()
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
        self.corpus.events_in(self.rules).into_iter().map(view).collect()
    }

    /// Rows that rules look for: most rules first; of those that only one rule looks for, the first of every rule before
    /// the second of any, so that no rule's list stands on top of the others'.
    fn counted(&self) -> Vec<Counted> {
        let mut rows: FxHashMap<RowId, Vec<u32>> = FxHashMap::default();
        for (number, rule) in self.numbered() {
            for incident in self.incidents(number, rule).filter(Incident::is_indicator) {
                let list = rows.entry(incident.row).or_default();
                if list.last() != Some(&number) {
                    list.push(number);
                }
            }
        }
        let counted = |(row, rules)| Counted { row, rules, reach: self.corpus.reach_count(row, Leave::NONE) };
        let mut rows: Vec<_> = rows.into_iter().map(counted).collect();
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
        self.rules.get(rule as usize).map(|&rule| self.corpus.rule(rule).vendor())
    }

    pub(super) fn indicators(&self) -> Vec<TechniqueRow> {
        let view = |Counted { row, rules, reach }: Counted| {
            let mut vendors: Vec<_> = rules.iter().filter_map(|&rule| self.vendor(rule)).collect();
            vendors.sort_unstable();
            vendors.dedup();
            TechniqueRow { row: RowView::of(self.corpus, row, None), rules, reach, vendors }
        };
        self.counted().into_iter().map(view).collect()
    }

    pub(super) fn fields(&self) -> Vec<FieldView> {
        let mut fields: FxHashMap<FieldId, FieldEntry<'_>> = FxHashMap::default();
        for counted in self.counted() {
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
            for incident in self.incidents(number, rule) {
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
    ops: BTreeMap<String, Vec<u32>>,
    values: Vec<String>,
    vendors: BTreeMap<(Vendor, &'a str), Vec<u32>>,
}

impl FieldEntry<'_> {
    fn add(&mut self, row: &RowRef<'_>, rules: &[u32]) {
        self.rules.extend(rules);
        self.ops.entry(row.op.to_string()).or_default().extend(rules);
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
            ops: self.ops.into_iter().map(|(op, rules)| (op, distinct(rules))).collect(),
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
