//! How many rules have what, counted once while a snapshot is built, and what follows from it: how much there is of a rule,
//! and which values of a list are too many to count.

use rustc_hash::FxHashMap;

use super::writer::{Entry, RowKey};
use crate::attack::parent;
use crate::corpus::Dump;
use crate::likeness::{KINDS, Kind, Mass, weight};
use crate::rule::{Role, Scope};
use crate::snapshot::{NONE, flags};

/// How many rules have what.
pub(super) struct Counts<'a> {
    rows: &'a [RowKey],
    /// Per technique its number as something that rules have, and its parent's.
    techniques: Vec<(u32, Option<u32>)>,
    /// By kind, by number.
    counts: [Vec<u32>; KINDS],
    /// The last rule (plus one) that had it, by kind, by number.
    last: [Vec<u32>; KINDS],
}

impl<'a> Counts<'a> {
    pub(super) fn new<'t>(
        entries: &[Entry],
        rows: &'a [RowKey],
        fields: usize,
        words: usize,
        techniques: impl Iterator<Item = &'t str>,
    ) -> Self {
        let mut numbers: FxHashMap<&str, u32> = FxHashMap::default();
        let mut number = |id: &'t str| {
            let next = u32::try_from(numbers.len()).unwrap_or(NONE);
            *numbers.entry(id).or_insert(next)
        };
        let techniques: Vec<_> = techniques.map(|id| (number(id), parent(id).map(&mut number))).collect();
        let sizes = [rows.len(), rows.len(), fields, words, numbers.len()];
        let empty = || sizes.map(|size| vec![0; size]);
        let mut counts = Self { rows, techniques, counts: empty(), last: empty() };
        let mut all = empty();
        counts.each(entries, |_, kind, number| {
            if let Some(count) = all[kind as usize].get_mut(number as usize) {
                *count += 1;
            }
        });
        counts.counts = all;
        counts
    }

    /// How many rules have something.
    pub(super) fn of(&self, kind: Kind, number: u32) -> u32 {
        self.counts[kind as usize].get(number as usize).copied().unwrap_or_default()
    }

    /// How much there is of every rule.
    pub(super) fn masses(&mut self, entries: &[Entry]) -> Vec<Mass> {
        let all = u32::try_from(entries.len()).unwrap_or(NONE);
        let by_count: Vec<f32> = (0..=all).map(|count| weight(all, count)).collect();
        let counts = std::mem::take(&mut self.counts);
        let mut masses = vec![Mass::default(); entries.len()];
        self.each(entries, |rule, kind, number| {
            let count = counts[kind as usize].get(number as usize).copied().unwrap_or_default();
            if let (Some(mass), Some(weight)) = (masses.get_mut(rule), by_count.get(count as usize)) {
                mass.add(kind, *weight);
            }
        });
        self.counts = counts;
        masses
    }

    /// Gives out what rules have, each once per rule.
    fn each(&mut self, entries: &[Entry], mut take: impl FnMut(usize, Kind, u32)) {
        for last in &mut self.last {
            last.fill(0);
        }
        for (rule, entry) in entries.iter().enumerate() {
            let stamp = u32::try_from(rule).unwrap_or(NONE).saturating_add(1);
            let last = &mut self.last;
            let mut once = |kind: Kind, number: u32| match last[kind as usize].get_mut(number as usize) {
                Some(last) if *last != stamp => {
                    *last = stamp;
                    take(rule, kind, number);
                }
                _ => {}
            };
            for incident in &entry.incidents {
                match flags::unpack(incident.flags) {
                    (_, Scope::Guard, _) => {}
                    (Role::Exclusion, ..) => once(Kind::Exclusion, incident.row),
                    (Role::Indicator, ..) => {
                        once(Kind::Indicator, incident.row);
                        once(Kind::Field, self.rows.get(incident.row as usize).map_or(NONE, |key| key.0));
                    }
                }
            }
            entry.words.iter().for_each(|word| once(Kind::Word, *word));
            for (own, parent) in entry.techniques.iter().filter_map(|number| self.techniques.get(*number as usize)) {
                once(Kind::Technique, *own);
                parent.iter().for_each(|parent| once(Kind::Technique, *parent));
            }
        }
    }

    /// Marks in every list of more than [`Dump::LIMIT`] values those that do not count: what fewest rules look for.
    pub(super) fn mark_beyond(&mut self, entries: &mut [Entry]) {
        for entry in entries.iter_mut().filter(|entry| entry.incidents.len() > Dump::LIMIT) {
            let mut lists: FxHashMap<(u16, u32, u32), Vec<u32>> = FxHashMap::default();
            let key = |incident: &super::writer::Incident| {
                let field = self.rows.get(incident.row as usize).map_or(NONE, |key| key.0);
                (incident.group, incident.flags & 1, field)
            };
            for incident in &entry.incidents {
                lists.entry(key(incident)).or_default().push(incident.row);
            }
            for rows in lists.values_mut() {
                rows.sort_unstable();
                rows.dedup();
                rows.sort_by_key(|row| (std::cmp::Reverse(self.of(Kind::Indicator, *row)), *row));
                rows.drain(..rows.len().min(Dump::LIMIT));
                rows.sort_unstable();
            }
            for incident in &mut entry.incidents {
                if lists.get(&key(incident)).is_some_and(|beyond| beyond.binary_search(&incident.row).is_ok()) {
                    incident.flags |= flags::BEYOND;
                }
            }
        }
    }
}
