//! What became different from one corpus to another: `corpus diff`.

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::{CONTRACT, RowView, RuleLink, SourceView};
use crate::corpus::{Corpus, Leave, RowId, RuleRef, Take};
use crate::vendor::Vendor;

/// What became different from one corpus to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CorpusDiff {
    /// The version of this contract.
    pub version: u32,
    /// Where the rules of the first come from.
    pub from: Vec<SourceView>,
    /// Where the rules of the second come from.
    pub to: Vec<SourceView>,
    /// What became of the rules.
    pub rules: RuleChanges,
    /// What became of the rows.
    pub rows: RowChanges,
}

/// What became of the rules, in the order of their corpus. A rule is the same by vendor and id, else by vendor and path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleChanges {
    /// Only in the second.
    pub came: Vec<RuleLink>,
    /// Only in the first.
    pub went: Vec<RuleLink>,
    /// In both, but different.
    pub changed: Vec<RuleChange>,
}

/// A rule that is different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleChange {
    /// The rule as it is in the second.
    pub rule: RuleLink,
    /// What is different: `title`, `author`, `path`, `level`, `status`, `licence`, `date`, `modified`, `related`,
    /// `techniques`, `logsource`, `events`, `predicates`.
    pub what: Vec<&'static str>,
}

/// What became of the rows, most rules first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RowChanges {
    /// That no rule of the first has.
    pub came: Vec<RowChange>,
    /// That no rule of the second has.
    pub went: Vec<RowChange>,
    /// That more or fewer rules have.
    pub changed: Vec<RowChange>,
}

/// How many rules have a row, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RowChange {
    /// The row.
    #[serde(flatten)]
    pub row: RowView,
    /// Rules that look for it.
    pub indicator: BeforeAfter,
    /// Rules that leave it out.
    pub exclusion: BeforeAfter,
}

/// A number before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BeforeAfter {
    /// In the first.
    pub from: u32,
    /// In the second.
    pub to: u32,
}

impl CorpusDiff {
    /// What became different from `from` to `to`.
    pub fn of(from: &Corpus, to: &Corpus) -> Self {
        Self {
            version: CONTRACT,
            from: SourceView::all(from),
            to: SourceView::all(to),
            rules: rules(from, to),
            rows: rows(from, to),
        }
    }

    /// Whether rules and rows are the same.
    pub fn is_empty(&self) -> bool {
        let (rules, rows) = (&self.rules, &self.rows);
        rules.came.is_empty() && rules.went.is_empty() && rules.changed.is_empty() && {
            rows.came.is_empty() && rows.went.is_empty() && rows.changed.is_empty()
        }
    }
}

/// What makes a rule the same in two corpora. Rules that share it (a file with several documents without ids) are told apart
/// by their order.
fn identity(rule: &RuleRef<'_>) -> (Vendor, String, bool) {
    match rule.id() {
        "" => (rule.vendor(), rule.path(), false),
        id => (rule.vendor(), id.to_lowercase(), true),
    }
}

type Identity = (Vendor, String, bool, u32);

/// Every rule with its identity, in the order of the corpus.
fn identified(corpus: &Corpus) -> Vec<(Identity, RuleRef<'_>)> {
    let mut seen: FxHashMap<(Vendor, String, bool), u32> = FxHashMap::default();
    let named = |rule: RuleRef<'_>| {
        let (vendor, name, by_id) = identity(&rule);
        let number = seen.entry((vendor, name.clone(), by_id)).or_default();
        *number += 1;
        (vendor, name, by_id, *number)
    };
    let identities: Vec<Identity> = corpus.rules().map(named).collect();
    identities.into_iter().zip(corpus.rules()).collect()
}

fn rules(from: &Corpus, to: &Corpus) -> RuleChanges {
    let (old, new) = (identified(from), identified(to));
    let by_identity: FxHashMap<&Identity, RuleRef<'_>> = old.iter().map(|(identity, rule)| (identity, *rule)).collect();
    let mut changes = RuleChanges::default();
    let mut stayed: FxHashMap<&Identity, ()> = FxHashMap::default();
    for (identity, rule) in &new {
        let link = || RuleLink::of(to, rule.rule_id());
        let Some(before) = by_identity.get(identity) else {
            changes.came.push(link());
            continue;
        };
        stayed.insert(identity, ());
        let what = differences((from, before), (to, rule));
        if !what.is_empty() {
            changes.changed.push(RuleChange { rule: link(), what });
        }
    }
    let gone = old.iter().filter(|(identity, _)| !stayed.contains_key(identity));
    changes.went = gone.map(|(_, rule)| RuleLink::of(from, rule.rule_id())).collect();
    changes
}

fn differences((from, a): (&Corpus, &RuleRef<'_>), (to, b): (&Corpus, &RuleRef<'_>)) -> Vec<&'static str> {
    let predicates = |corpus: &Corpus, rule: &RuleRef<'_>| {
        let groups: Vec<String> = rule.groups().map(str::to_owned).collect();
        let predicate = |incident: crate::corpus::Incident| {
            let row = corpus.row_ref(incident.row);
            let group = groups.get(usize::from(incident.group)).cloned();
            (group, row.name.to_owned(), row.op, row.value.to_owned(), incident.role, incident.scope, incident.all)
        };
        let mut predicates: Vec<_> = rule.incidents().map(predicate).collect();
        predicates.sort_unstable();
        predicates
    };
    [
        ("title", a.title() != b.title()),
        ("author", a.author() != b.author()),
        ("path", a.path() != b.path()),
        ("level", a.level() != b.level()),
        ("status", a.status() != b.status()),
        ("licence", a.licence() != b.licence()),
        ("date", a.date() != b.date()),
        ("modified", a.modified() != b.modified()),
        ("related", a.related().ne(b.related())),
        ("techniques", a.techniques().ne(b.techniques())),
        ("logsource", a.logsource() != b.logsource()),
        ("events", a.events().ne(b.events())),
        ("predicates", predicates(from, a) != predicates(to, b)),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}

fn rows(from: &Corpus, to: &Corpus) -> RowChanges {
    let counts = |corpus: &Corpus, row: Option<RowId>| {
        let of = |take| row.map_or(0, |row| corpus.rules_of_row(row, take, Leave::NONE).len() as u32);
        [of(Take::Indicators), of(Take::Exclusions)]
    };
    let change = |corpus: &Corpus, row, old: [u32; 2], new: [u32; 2]| RowChange {
        row: RowView::of(corpus, row, None),
        indicator: BeforeAfter { from: old[0], to: new[0] },
        exclusion: BeforeAfter { from: old[1], to: new[1] },
    };
    let find = |corpus: &Corpus, other: &Corpus, row| {
        let row = other.row_ref(row);
        corpus.row(row.name, row.op, row.value)
    };
    let mut changes = RowChanges::default();
    for row in (0..to.row_count() as u32).map(RowId) {
        let (old, new) = (counts(from, find(from, to, row)), counts(to, Some(row)));
        let list = match (old == [0; 2], new == [0; 2]) {
            _ if old == new => continue,
            (true, _) => &mut changes.came,
            (_, true) => &mut changes.went,
            _ => &mut changes.changed,
        };
        list.push(change(to, row, old, new));
    }
    for row in (0..from.row_count() as u32).map(RowId).filter(|row| find(to, from, *row).is_none()) {
        let old = counts(from, Some(row));
        if old != [0; 2] {
            changes.went.push(change(from, row, old, [0; 2]));
        }
    }
    for list in [&mut changes.came, &mut changes.went, &mut changes.changed] {
        let moved = |n: BeforeAfter| n.from.abs_diff(n.to);
        // Stable: equal ones stay in the order of fields and values.
        list.sort_by_key(|change| std::cmp::Reverse(moved(change.indicator).max(moved(change.exclusion))));
    }
    changes
}
