//! Rules that rest on what very many rules look for.

use super::Asking;
use crate::corpus::{RowId, Take};
use crate::rule::Predicate;

/// An indicator that very many rules share.
#[derive(Clone, Copy, Debug)]
pub struct Broad<'a> {
    /// The indicator.
    pub predicate: &'a Predicate,
    /// Its row.
    pub row: RowId,
    /// How many other rules look for it.
    pub rules: u32,
    /// How many parent techniques those have.
    pub techniques: u32,
}

/// An indicator is broad if so many rules look for it,
const RULES: u32 = 20;

/// and they do it for so many techniques.
const TECHNIQUES: u32 = 10;

/// The indicators of a rule each of which is broad: whichever way it matches, nothing more specific is asked for. `None`
/// where one of them is not. What only says where to look does not count.
pub fn broad<'a>(asking: &'a Asking<'_>) -> Option<Vec<Broad<'a>>> {
    let corpus = asking.corpus();
    let indicators = || asking.indicators().filter(|(p, _)| !p.scaffold);
    let many = |row: RowId| corpus.postings(row, asking.leave()).nth(RULES as usize - 1).is_some();
    if !indicators().all(|(_, row)| row.is_some_and(many)) {
        return None;
    }
    let mut out = Vec::new();
    for (predicate, row) in indicators() {
        let row = row?;
        let rules = corpus.reach_count(row, asking.leave());
        let techniques = corpus.reach_techniques(row, asking.leave());
        if rules < RULES || techniques < TECHNIQUES {
            return None;
        }
        if !out.iter().any(|known: &Broad<'_>| known.row == row) {
            out.push(Broad { predicate, row, rules, techniques });
        }
    }
    (!out.is_empty()).then_some(out)
}

/// The fields in which rules with all of these indicators' kind look for something more, with how many do, most first;
/// and how many rules there are. The asking rule's own fields are left out.
pub fn company(asking: &Asking<'_>, broad: &[Broad<'_>]) -> (Vec<(String, u32)>, u32) {
    let corpus = asking.corpus();
    let rows: Vec<RowId> = broad.iter().map(|b| b.row).collect();
    let rules: Vec<_> = corpus.rules_sharing(&rows, asking.leave()).into_iter().map(|count| count.of).collect();
    let has = asking.fields();
    let fields = corpus.fields_in(&rules, Take::Indicators).into_iter().filter(|count| !has.contains(&count.of));
    let named = fields.map(|count| (corpus.field_name(count.of).to_owned(), count.rules));
    let plain = named.filter(|(name, _)| !crate::fields::Fields::embedded().canonical(name).scaffold);
    (plain.collect(), rules.len() as u32)
}
