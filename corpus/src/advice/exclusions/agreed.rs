//! What so many peers leave out that it is worth saying unasked.

use super::{Asking, Basis, Exclusion, Own, excluded};
use crate::advice::of_sigma;
use crate::corpus::{Corpus, Incident, RowId, RuleId, Take, both};
use crate::logsource::LogSourceRef;
use crate::normal::sigma::SigmaItem;
use crate::rule::{Role, Scope};
use crate::vendor::Vendor;
use rustc_hash::FxHashMap;

/// Exclusions that peers agree on and the rule lacks.
#[derive(Clone, Debug)]
pub struct Agreed {
    /// The other rules of the same log source that share a technique, sorted.
    pub peers: Vec<RuleId>,
    /// What they leave out, what most do first.
    pub rows: Vec<AgreedRow>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct AgreedRow {
    /// What is left out.
    pub row: RowId,
    /// The peers that do, sorted.
    pub rules: Vec<RuleId>,
}

/// A selection that leaves something out: every item must match, by one of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// What a peer calls it; empty where none has a name for it.
    pub name: String,
    /// Keys with their values; a value that is absent is null.
    pub items: Vec<(String, Vec<Option<String>>)>,
}

/// How many peers must agree, rules that were made from one another counted once,
const PEERS: usize = 3;

/// and which part of them. Of what this names for published rules, each left out, they have 86 of 100 (and 71, where three
/// copies of one list count as three).
const SHARE: f32 = 0.4;

/// What at least three peers that are Sigma rules too, and 40 percent of them, leave out, whether the rule does or not.
pub fn agreement(asking: &Asking<'_>) -> Option<Agreed> {
    let corpus = asking.corpus();
    if !corpus.prepared().agreement(corpus).may_agree(asking) {
        return None;
    }
    let peers = of_sigma(corpus, asking.technique_peers());
    let least = (SHARE * peers.len() as f32).ceil().max(PEERS as f32) as u32;
    let mut rows = Vec::new();
    for count in corpus.rows_in(&peers, Take::Exclusions).into_iter().take_while(|count| count.rules >= least) {
        let rules = both(&peers, &corpus.rules_of_row(count.of, Take::Exclusions, asking.leave()));
        if corpus.evidence(&rules).families as usize >= PEERS {
            rows.push(AgreedRow { row: count.of, rules });
        }
    }
    (!rows.is_empty()).then_some(Agreed { peers, rows })
}

/// Of that what the rule lacks, and could match.
pub fn agreed(asking: &Asking<'_>) -> Option<Agreed> {
    let mut found = agreement(asking)?;
    let own = Own::of(asking);
    found.rows.retain(|agreed| {
        let said = asking.corpus().row_ref(agreed.row);
        asking.can_say(said.field) && !own.is_pointless(said.name, said.op, said.value)
    });
    (!found.rows.is_empty()).then_some(found)
}

impl Agreed {
    /// The selections that leave all of it out, as peers write them: what stands together in one of theirs stands together
    /// here. Empty where no peer says it in a way that can be written anew.
    pub fn filters(&self, asking: &Asking<'_>) -> Vec<Filter> {
        let mut open: Vec<RowId> = self.rows.iter().map(|row| row.row).collect();
        let mut groups = Vec::new();
        for rule in self.rows.iter().flat_map(|row| row.rules.iter().copied()) {
            if !groups.iter().any(|(known, _)| *known == rule) {
                groups.extend(exclusion_groups(asking, rule).into_iter().map(|group| (rule, group)));
            }
        }
        let mut out = Vec::new();
        while !open.is_empty() {
            // The group that says most of it, and of those the one that says least beside it.
            let rate = |(rule, group): &(RuleId, Vec<Incident>)| {
                let told = group.iter().filter(|incident| open.contains(&incident.row)).count();
                (told > 0).then_some((std::cmp::Reverse(told), group.len(), *rule))
            };
            let Some((rule, group)) = groups.iter().filter(|g| rate(g).is_some()).min_by_key(|g| rate(g)) else {
                break;
            };
            let filter = filter(asking, *rule, group, &open);
            open.retain(|row| !group.iter().any(|incident| incident.row == *row));
            out.extend(filter.filter(|filter| !out.contains(filter)));
        }
        out
    }
}

/// How many of the rules that leave something out are looked at for how they do.
const LOOKED_AT: usize = 50;

impl Exclusion {
    /// The selection that leaves it out, as a peer writes it: what stands beside it there stands beside it here.
    pub fn filter(&self, asking: &Asking<'_>) -> Filter {
        let of_peer = self.row.filter(|_| self.basis != Basis::Twin).and_then(|row| {
            let rules = self.support.rules.iter().take(LOOKED_AT).copied().collect();
            Agreed { peers: Vec::new(), rows: vec![AgreedRow { row, rules }] }.filters(asking).pop()
        });
        let SigmaItem { key, value } = self.sigma.clone();
        of_peer.unwrap_or_else(|| Filter { name: String::new(), items: vec![(key, vec![value])] })
    }
}

/// The exclusions of a rule, by group.
fn exclusion_groups(asking: &Asking<'_>, rule: RuleId) -> Vec<Vec<Incident>> {
    let corpus = asking.corpus();
    let all: Vec<Incident> = corpus.rule(rule).incidents().collect();
    let mut groups: Vec<Vec<Incident>> = all.chunk_by(|a, b| a.group == b.group).map(<[Incident]>::to_vec).collect();
    // What is only partly left out cannot be said by a selection of its own.
    let sayable =
        |i: &Incident| i.role == Role::Exclusion && i.scope == Scope::Top && asking.can_say(corpus.field_of(i.row));
    groups.retain(|group| group.iter().all(sayable));
    groups
}

/// A group as a selection: of a list of values only those that are wanted, of every other key all of it.
fn filter(asking: &Asking<'_>, rule: RuleId, group: &[Incident], wanted: &[RowId]) -> Option<Filter> {
    let number = usize::from(group.first()?.group);
    let peer = asking.corpus().rule(rule);
    // Other vendors' groups have numbers.
    let name = if peer.vendor() == Vendor::Sigma { peer.groups().nth(number).unwrap_or_default() } else { "" };
    let name = name.split(['[', ' ']).next().unwrap_or(name).to_owned();
    // Key → its values, and whether each is wanted.
    type Wanted = Vec<(bool, Option<String>)>;
    let mut items: Vec<(String, Wanted)> = Vec::new();
    for incident in group {
        let SigmaItem { mut key, value } = asking.corpus().sigma(incident.row, asking.product())?;
        if key.is_empty() {
            return None;
        }
        if incident.all {
            key.push_str("|all");
        }
        let value = (incident.all || wanted.contains(&incident.row), value);
        match items.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => items.push((key, vec![value])),
        }
    }
    let items = items.into_iter().map(|(key, mut values)| {
        if values.iter().any(|(wanted, _)| *wanted) {
            values.retain(|(wanted, _)| *wanted);
        }
        (key, values.into_iter().map(|(_, value)| value).collect())
    });
    Some(Filter { name, items: items.collect() })
}

/// How much rules of one log source and technique agree at most: says of nearly every rule at once that they do not.
#[derive(Debug, Default)]
pub(in crate::advice) struct Agreement {
    by_technique: FxHashMap<Box<str>, Vec<Agree>>,
}

#[derive(Debug)]
struct Agree {
    /// A rule of the log source.
    of: RuleId,
    rules: usize,
    /// How many of them leave the same out, at most.
    most: usize,
}

impl Agreement {
    pub(in crate::advice) fn new(corpus: &Corpus) -> Self {
        let mut rules: FxHashMap<(&str, LogSourceRef<'_>), Vec<RuleId>> = FxHashMap::default();
        for rule in corpus.rules().filter(|rule| rule.vendor() == Vendor::Sigma) {
            for id in rule.techniques() {
                rules.entry((id, rule.logsource())).or_default().push(rule.rule_id());
            }
        }
        let mut table = Self::default();
        let mut counts: FxHashMap<RowId, usize> = FxHashMap::default();
        for ((id, _), rules) in rules {
            counts.clear();
            for row in rules.iter().flat_map(|rule| excluded(corpus, *rule)) {
                *counts.entry(row).or_default() += 1;
            }
            let most = counts.values().max().copied().unwrap_or_default();
            if let Some(of) = rules.first().copied().filter(|_| most > 0) {
                table.by_technique.entry(id.into()).or_default().push(Agree { of, rules: rules.len(), most });
            }
        }
        table
    }

    /// Whether enough rules may agree on something: never wrong where it says no.
    fn may_agree(&self, asking: &Asking<'_>) -> bool {
        let source = asking.rule().logsource.as_ref();
        let corpus = asking.corpus();
        let (mut most, mut rules) = (0, 0);
        for entry in asking.techniques().filter_map(|id| self.by_technique.get(id)).flatten() {
            if corpus.rule(entry.of).logsource().same(source) {
                most += entry.most;
                // The asking rule is one of them, and is not asked.
                rules = rules.max(entry.rules - 1);
            }
        }
        most >= PEERS && most as f32 >= SHARE * rules as f32
    }
}
