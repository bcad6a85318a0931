//! Lists of values that are data rather than detection: thousands of package names or hashes in one rule.

use rustc_hash::FxHashMap;

use super::{Corpus, FieldId, Incident, Leave, RowId, RuleId};
use crate::rule::Role;

/// A list of values of one rule that is longer than [`Dump::LIMIT`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump {
    /// In which of the rule's groups.
    pub group: u16,
    /// What the rule has it for.
    pub role: Role,
    /// The field whose values they are.
    pub field: FieldId,
    /// How many values it has.
    pub values: u32,
    /// The values that no total counts, sorted: those beyond the first [`Dump::LIMIT`] in the order of how many rules look
    /// for them.
    beyond: Vec<RowId>,
}

impl Dump {
    /// So many values of one list count; with more, one rule would set every total.
    pub const LIMIT: usize = 200;

    /// Whether this is one of the values that no total counts.
    pub fn leaves_out(&self, incident: &Incident) -> bool {
        (self.group, self.role) == (incident.group, incident.role) && self.beyond.binary_search(&incident.row).is_ok()
    }
}

impl Corpus {
    /// The lists of a rule that are too long to count as a whole.
    pub fn dumps(&self, rule: RuleId) -> Vec<Dump> {
        let rule = self.rule(rule);
        if rule.incidents().nth(Dump::LIMIT).is_none() {
            return Vec::new();
        }
        let mut lists: FxHashMap<(u16, Role, FieldId), Vec<RowId>> = FxHashMap::default();
        for incident in rule.incidents() {
            lists.entry((incident.group, incident.role, self.field_of(incident.row))).or_default().push(incident.row);
        }
        let mut dumps: Vec<Dump> = Vec::new();
        for ((group, role, field), mut rows) in lists {
            rows.sort_unstable();
            rows.dedup();
            if rows.len() > Dump::LIMIT {
                let values = rows.len() as u32;
                rows.sort_by_cached_key(|row| (std::cmp::Reverse(self.reach_count(*row, Leave::NONE)), *row));
                let mut beyond = rows.split_off(Dump::LIMIT);
                beyond.sort_unstable();
                dumps.push(Dump { group, role, field, values, beyond });
            }
        }
        dumps.sort_by_key(|dump| (dump.group, dump.role, dump.field));
        dumps
    }
}
