//! The tables of fields and rows: how rows are written, which rules have them, and how many rows have which reach.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::super::counts::Counts;
use super::super::intern::{self, Sorted};
use super::{Entry, Incident, RowKey, Writer, once_each};
use crate::corpus::Take;
use crate::fields::Fields;
use crate::likeness::Kind;
use crate::lists::Lists;
use crate::snapshot::{Ends, NONE, Section, flags};

/// So many rules, and more in a large corpus (one in so many of its rules), make an exclusion one that many have.
const MANY: (u32, u32) = (6, 1_250);

impl Writer<'_> {
    /// Fields, rows, how they are written and which rules have them.
    pub(super) fn rows(&mut self, entries: &[Entry], keys: &[RowKey], counts: &Counts<'_>) {
        let looked_at = Lists::new(self.fields.len(), || {
            (0u32..).zip(entries).flat_map(|(rule, entry)| fields_of(entry, keys).into_iter().map(move |f| (f, rule)))
        });
        let mut next = 0;
        for (field, name) in (0u32..).zip(self.fields.iter()) {
            let rows = keys.iter().skip(next as usize).take_while(|key| key.0 == field).count();
            let record = [self.texts.of(name), next, self.tables.len(Section::FieldRules)];
            self.tables.push(Section::Fields, record);
            next += u32::try_from(rows).unwrap_or(NONE);
            looked_at.get(field).iter().for_each(|rule| self.tables.push(Section::FieldRules, [*rule]));
        }
        self.tables.push(Section::Fields, [0, next, self.tables.len(Section::FieldRules)]);

        let lists = Lists::new(keys.len(), || {
            (0u32..).zip(entries).flat_map(|(rule, entry)| {
                let packed = move |flags: u32| rule << flags::BITS | flags & !flags::BEYOND;
                entry.incidents.iter().map(move |incident| (incident.row, packed(incident.flags)))
            })
        });
        let spellings = self.spellings(keys);
        let mut spellings = spellings.into_iter().peekable();
        let mut list: Vec<u32> = Vec::new();
        let rules = u32::try_from(entries.len()).unwrap_or(NONE);
        let many = MANY.0.max(rules / MANY.1);
        for (row, (field, op, value)) in (0u32..).zip(keys.iter().copied()) {
            let record = [
                field,
                self.ops.number(&op),
                value,
                self.tables.len(Section::Spellings),
                self.tables.len(Section::RowRules),
            ];
            self.tables.push(Section::Rows, record);
            while let Some((_, spelling)) = spellings.next_if(|(of, _)| *of == row) {
                self.tables.push(Section::Spellings, spelling);
            }
            list.clear();
            list.extend(lists.get(row));
            list.sort_unstable();
            list.dedup();
            list.iter().for_each(|rule| self.tables.push(Section::RowRules, [*rule]));
            let leaving_out = counts.of(Kind::Exclusion, row);
            if leaving_out >= many {
                self.tables.push(Section::LeftOut, [row, leaving_out]);
            }
        }
        let ends = [Section::Spellings, Section::RowRules].map(|section| self.tables.len(section));
        self.tables.push(Section::Rows, [0, 0, 0, ends[0], ends[1]]);
        self.reaches(entries, keys, counts);
    }

    /// How many rows have which reach, without those that only say where to look. Of a list of too many values those beyond
    /// its first ones count for nothing.
    fn reaches(&mut self, entries: &[Entry], keys: &[RowKey], counts: &Counts<'_>) {
        let mut beyond: FxHashMap<u32, u32> = FxHashMap::default();
        for entry in entries {
            let marked = entry.incidents.iter().filter(|i| i.flags & flags::BEYOND != 0 && is_looked_for(i));
            for row in once_each(marked.map(|incident| incident.row)) {
                *beyond.entry(row).or_default() += 1;
            }
        }
        let scaffold: Vec<bool> = self.fields.iter().map(|name| Fields::embedded().canonical(name).scaffold).collect();
        let mut reaches: BTreeMap<u32, u32> = BTreeMap::new();
        for (row, _) in (0u32..).zip(keys).filter(|(_, key)| scaffold.get(key.0 as usize) == Some(&false)) {
            let less = beyond.get(&row).copied().unwrap_or_default();
            *reaches.entry(counts.of(Kind::Indicator, row).saturating_sub(less)).or_default() += 1;
        }
        for (reach, rows) in reaches.into_iter().filter(|(reach, _)| *reach > 0) {
            self.tables.push(Section::Reaches, [reach, rows]);
        }
    }

    /// How each vendor writes each row most often: the row, and its record. Writes the table of forms.
    fn spellings(&mut self, keys: &[RowKey]) -> Vec<(u32, [u32; 2])> {
        let mut all: Vec<_> = std::mem::take(&mut self.spellings).into_iter().collect();
        all.sort_unstable_by(|(a, n), (b, m)| (a.0, a.1, m, a.2, a.3).cmp(&(b.0, b.1, n, b.2, b.3)));
        all.dedup_by_key(|((row, vendor, ..), _)| (*row, *vendor));
        let mut forms = Sorted::default();
        let mut found = Vec::with_capacity(all.len());
        for ((row, vendor, key, raw), _) in all {
            let normal = keys.get(row as usize).map_or("", |(_, _, value)| self.texts.get(*value));
            let (ends, text) = match Ends::between(normal, raw) {
                Some((ends, flips)) => (Some(ends), self.texts.of(&flips)),
                None => (None, self.texts.of(raw)),
            };
            found.push((row, forms.of((vendor, key, ends)), text));
        }
        let numbers = forms.sort();
        for &(vendor, key, ends) in forms.iter() {
            let (before, after) = ends.map_or(("", ""), |ends| (ends.before, ends.after));
            let vendor = self.vendor(vendor);
            let record = [vendor, self.texts.of(key), Ends::pack(ends), self.texts.of(before), self.texts.of(after)];
            self.tables.push(Section::Forms, record);
        }
        found.into_iter().map(|(row, form, text)| (row, [intern::at(&numbers, form), text])).collect()
    }
}

/// Whether a rule looks for something: no exclusion, and no exception to one.
fn is_looked_for(incident: &Incident) -> bool {
    let (role, scope, _) = flags::unpack(incident.flags);
    Take::Indicators.takes(role, scope)
}

/// The fields that a rule looks at, each once.
pub(super) fn fields_of(entry: &Entry, keys: &[RowKey]) -> Vec<u32> {
    let looked_for = entry.incidents.iter().filter(|incident| is_looked_for(incident));
    let mut fields: Vec<u32> = looked_for.filter_map(|i| keys.get(i.row as usize)).map(|key| key.0).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}
