//! Families: rules that were made from one another count once as evidence.
//!
//! Authors paste blocks: a list of forty paths to leave out, a list of tools to look for. Rules of one vendor that have an
//! identical block belong to one family. A block is
//!
//! - everything that one group of a rule says about one field in one role, or
//! - exclusions that follow one another, whatever their fields and groups: vendors other than Sigma's authors paste a page of
//!   them below what a rule looks for, where others of its own may stand before and after.

use rustc_hash::{FxHashMap, FxHashSet};

use super::writer::{Incident, RowKey};
use crate::vendor::Vendor;

/// How many exclusions make a block. Chosen on SigmaHQ, where shorter lists are idioms that unrelated rules share.
pub(super) const BLOCK: usize = 8;

/// How many things to look for make one. Unrelated rules share the names of the eight shells of Unix.
const LOOKED_FOR: usize = 9;

/// What makes two blocks the same: vendor, role, and the rows: sorted, or in the order in which they follow one another.
type Block = (Vendor, bool, Vec<u32>);

/// The family of every rule, numbered in the order of their first rules.
pub(super) fn families<'a>(rules: impl Iterator<Item = (Vendor, &'a [Incident])>, rows: &[RowKey]) -> Vec<u32> {
    let mut parents: Vec<u32> = Vec::new();
    let mut blocks: FxHashMap<Block, u32> = FxHashMap::default();
    for (rule, (vendor, incidents)) in (0u32..).zip(rules) {
        parents.push(rule);
        let mut lists: FxHashMap<(u16, bool, u32), Vec<u32>> = FxHashMap::default();
        let mut exclusions: Vec<&Incident> = Vec::new();
        let mut seen: FxHashSet<u32> = FxHashSet::default();
        for incident in incidents {
            let Some(key) = rows.get(incident.row as usize) else { continue };
            let excluded = incident.flags & 1 == 1;
            lists.entry((incident.group, excluded, key.0)).or_default().push(incident.row);
            if excluded && seen.insert(incident.row) {
                exclusions.push(incident);
            }
        }
        for ((_, excluded, _), mut list) in lists {
            list.sort_unstable();
            list.dedup();
            if list.len() >= if excluded { BLOCK } else { LOOKED_FOR } {
                let first = *blocks.entry((vendor, excluded, list)).or_insert(rule);
                join(&mut parents, first, rule);
            }
        }
        // Sigma's authors paste lists, not pages; what peers agree on was measured with families of lists.
        if vendor == Vendor::Sigma {
            continue;
        }
        // Of one group alone the whole list counts, above.
        let mixed = |window: &&[&Incident]| window.iter().any(|i| Some(i.group) != window.first().map(|i| i.group));
        for window in exclusions.windows(BLOCK).filter(mixed) {
            let rows = window.iter().map(|incident| incident.row).collect();
            let first = *blocks.entry((vendor, true, rows)).or_insert(rule);
            join(&mut parents, first, rule);
        }
    }
    let mut numbers: FxHashMap<u32, u32> = FxHashMap::default();
    let mut next = 0;
    (0u32..)
        .take(parents.len())
        .map(|rule| {
            *numbers.entry(root(&mut parents, rule)).or_insert_with(|| {
                next += 1;
                next - 1
            })
        })
        .collect()
}

fn root(parents: &mut [u32], mut rule: u32) -> u32 {
    while let Some(&parent) = parents.get(rule as usize).filter(|&&parent| parent != rule) {
        let above = parents.get(parent as usize).copied().unwrap_or(parent);
        if let Some(slot) = parents.get_mut(rule as usize) {
            *slot = above;
        }
        rule = above;
    }
    rule
}

fn join(parents: &mut [u32], a: u32, b: u32) {
    let (a, b) = (root(parents, a), root(parents, b));
    if let Some(slot) = parents.get_mut(a.max(b) as usize) {
        *slot = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::{Base, Op};

    #[test]
    fn pages_of_exclusions_are_blocks_of_other_vendors() {
        let rows: Vec<RowKey> = (0u32..20).map(|row| (row % 3, Op::new(Base::Eq), row)).collect();
        // Four groups of two rows each, between rows of the rule's own.
        let rule = |own: u32, last: u32| -> Vec<Incident> {
            let page = [0, 1, 2, 3, 4, 5, 6, last];
            let page = (1u16..).zip(page).map(|(at, row)| Incident { row, group: at.div_ceil(2), flags: 1 });
            std::iter::once(Incident { row: own, group: 0, flags: 1 }).chain(page).collect()
        };
        let rules = [rule(10, 7), rule(11, 7), rule(12, 8)];
        let of = |vendor| families(rules.iter().map(|rule| (vendor, rule.as_slice())), &rows);
        assert_eq!(of(Vendor::Elastic), [0, 0, 1]);
        assert_eq!(of(Vendor::Sigma), [0, 1, 2]);
    }
}
