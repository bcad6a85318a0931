//! Lists of values that are data rather than detection: thousands of package names or hashes in one rule.

use rustc_hash::FxHashMap;

use super::{Corpus, FieldId, RowId, RuleId};
use crate::rule::Role;

/// A list of values of one rule that is longer than [`Dump::LIMIT`]; those of its values that no total counts are
/// [`Incident::beyond`](super::Incident::beyond).
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
}

impl Dump {
    /// So many values of one list count; with more, one rule would set every total. Those count that most rules look for.
    pub const LIMIT: usize = 200;
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
                dumps.push(Dump { group, role, field, values: rows.len() as u32 });
            }
        }
        dumps.sort_by_key(|dump| (dump.group, dump.role, dump.field));
        dumps
    }
}
