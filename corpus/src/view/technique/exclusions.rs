//! What rules for a technique leave out: by log source, and what is left out together kept together.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::count::{Page, is_scaffold};
use super::{Join, TechniqueExclusion};
use crate::corpus::{FieldId, Incident, RowId};
use crate::logsource::LogSourceRef;
use crate::rule::{Role, Scope};
use crate::view::PageRow;

/// Rows that are left out together, sorted: alternatives of one field stand side by side.
type Group = Vec<(FieldId, Join, RowId)>;

impl<'a> Page<'a> {
    /// Groups by log source: those of which most rules leave something out first, and in each the groups that most rules
    /// have. Groups that only say where to look come last.
    pub(super) fn exclusions(&self) -> Vec<TechniqueExclusion<'a>> {
        let mut sources: BTreeMap<LogSourceRef<'a>, BTreeMap<Group, Vec<u32>>> = BTreeMap::new();
        for (number, rule) in self.numbered() {
            let groups = self.groups(rule);
            if groups.is_empty() {
                continue;
            }
            let of_source = sources.entry(self.corpus.rule(rule).logsource()).or_default();
            for group in groups {
                let rules = of_source.entry(group).or_default();
                if rules.last() != Some(&number) {
                    rules.push(number);
                }
            }
        }
        let mut sources: Vec<_> =
            sources.into_iter().map(|(source, groups)| (rules(&groups), source, groups)).collect();
        sources.sort_by_key(|(rules, source, _)| (Reverse(*rules), *source));
        let mut out = Vec::new();
        let mut number = 0;
        for (_, source, groups) in sources {
            let scaffold = |group: &Group| group.iter().all(|(field, ..)| is_scaffold(self.corpus.field_name(*field)));
            let groups = together(groups).into_iter();
            let mut groups: Vec<_> = groups.map(|(group, rules)| (scaffold(&group), group, rules)).collect();
            groups.sort_by(|(a, b, c), (x, y, z)| (a, z.len(), b).cmp(&(x, c.len(), y)));
            for (scaffold, group, rules) in groups {
                out.extend(group.into_iter().map(|(_, join, row)| TechniqueExclusion {
                    logsource: source.into(),
                    group: number,
                    join,
                    scaffold,
                    row: PageRow { corpus: self.corpus, row, product: source.product },
                    rules: rules.clone(),
                }));
                number += 1;
            }
        }
        out
    }

    /// What a rule leaves out as a whole. Values of one field alone are each left out on its own, so that they meet those
    /// of other rules one by one.
    fn groups(&self, rule: crate::corpus::RuleId) -> Vec<Group> {
        let mut groups: BTreeMap<u16, Group> = BTreeMap::new();
        for incident in self.incidents(rule) {
            if let Some(join) = join(&incident) {
                let part = (self.corpus.field_of(incident.row), join, incident.row);
                groups.entry(incident.group).or_default().push(part);
            }
        }
        let mut out = Vec::new();
        for mut group in groups.into_values().filter(|group| group.iter().any(|part| part.1 != Join::Unless)) {
            group.sort_unstable();
            group.dedup();
            let single = group.iter().all(|part| part.1 == Join::Any) && group.chunk_by(|a, b| a.0 == b.0).count() == 1;
            if single {
                out.extend(group.into_iter().map(|part| vec![part]));
            } else {
                out.push(group);
            }
        }
        out
    }
}

/// Puts values of one field that the same rules leave out back into one list.
fn together(groups: BTreeMap<Group, Vec<u32>>) -> Vec<(Group, Vec<u32>)> {
    let mut lists: BTreeMap<(FieldId, Vec<u32>), Group> = BTreeMap::new();
    let mut out = Vec::new();
    for (group, rules) in groups {
        match group.as_slice() {
            [part @ (field, Join::Any, _)] => lists.entry((*field, rules)).or_default().push(*part),
            _ => out.push((group, rules)),
        }
    }
    out.extend(lists.into_iter().map(|((_, rules), group)| (group, rules)));
    out
}

/// How a row goes with the others of its group; `None` where it belongs to no exclusion of the whole rule.
fn join(incident: &Incident) -> Option<Join> {
    match (incident.role, incident.scope) {
        (_, Scope::Guard) => Some(Join::Unless),
        (Role::Exclusion, Scope::Top) if incident.all => Some(Join::All),
        (Role::Exclusion, Scope::Top) => Some(Join::Any),
        _ => None,
    }
}

/// How many rules have one of the groups.
fn rules(groups: &BTreeMap<Group, Vec<u32>>) -> usize {
    let mut rules: Vec<u32> = groups.values().flatten().copied().collect();
    rules.sort_unstable();
    rules.dedup();
    rules.len()
}
