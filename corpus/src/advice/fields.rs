//! Fields that peers look at and the rule does not.
//!
//! What similar rules look at, most of all those of the same log source, and a little what rules of the log source look at
//! on the whole. Of a published rule with one field taken away it names that field first in 81 of 100 cases, where the most
//! frequent field of the log source is right in 73 (`docs/advice.md`).

use rustc_hash::{FxHashMap, FxHashSet};

use super::similar::Kinds;
use super::{Asking, Support};
use crate::corpus::{FieldId, Incident, RowId, RuleId, Take};
use crate::normal::sigma::SigmaItem;
use crate::op::Base;

/// A field that the rule lacks.
#[derive(Clone, Debug)]
pub struct PeerField {
    /// The field.
    pub field: FieldId,
    /// How well it fits; only the order means something.
    pub score: f32,
    /// The other rules of the log source, and which of them look at it.
    pub support: Support,
    /// What is looked for in it: by similar rules first, then by most of the log source.
    pub values: Vec<RowId>,
}

/// Similar rules that are looked at.
const NEIGHBOURS: usize = 25;

/// Log source decides which fields there are, so rules of the same one are nearer than their words say.
const SAME_LOGSOURCE: f32 = 6.0;

/// What the share of the log source counts beside that of the similar rules.
const POPULARITY: f32 = 0.3;

/// How many values of a field are told.
const VALUES: usize = 5;

/// The fields that rules like this one look at, best first, at most `count`.
pub fn ranked(asking: &Asking<'_>, count: usize) -> Vec<PeerField> {
    let corpus = asking.corpus();
    let nearest = neighbours(asking);
    let peers = asking.logsource_rules();
    // What similar rules look for comes first, then what the log source does.
    let mut likeness: FxHashMap<RowId, f32> = FxHashMap::default();
    for &(rule, sim) in &nearest {
        let mut rows: Vec<RowId> =
            corpus.rule(rule).incidents().filter(Incident::is_indicator).map(|i| i.row).collect();
        rows.sort_unstable();
        rows.dedup();
        rows.into_iter().for_each(|row| *likeness.entry(row).or_default() += sim * sim);
    }
    let chosen = order_by(asking, &nearest, count);
    let fields: Vec<FieldId> = chosen.iter().map(|(field, _)| *field).collect();
    let rows = corpus.rows_of_fields_in(peers, &fields, Take::Indicators);
    let mut looking: FxHashMap<FieldId, Vec<RuleId>> = FxHashMap::default();
    for &rule in peers {
        for field in fields_of(asking, rule).into_iter().filter(|field| fields.contains(field)) {
            looking.entry(field).or_default().push(rule);
        }
    }
    let mut peer = |(field, score)| {
        let of_field = rows.iter().map(|count| count.of).filter(|row| corpus.field_of(*row) == field);
        let mut near: Vec<(RowId, f32)> = likeness.iter().map(|(row, sum)| (*row, *sum)).collect();
        near.retain(|(row, _)| corpus.field_of(*row) == field);
        near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut seen = FxHashSet::default();
        let values = near.into_iter().map(|(row, _)| row).chain(of_field).filter(|row| seen.insert(*row));
        let values = values.take(VALUES).collect();
        let rules = looking.remove(&field).unwrap_or_default();
        PeerField { field, score, support: Support { rules, peers: peers.len() as u32 }, values }
    };
    chosen.into_iter().map(&mut peer).collect()
}

/// The same without what they rest on, which is what costs.
pub fn order(asking: &Asking<'_>, count: usize) -> Vec<(FieldId, f32)> {
    order_by(asking, &neighbours(asking), count)
}

/// What `OriginalFileName` is in nine of ten rules that ask for it and for the name of a program: that name.
pub fn original_file_names(asking: &Asking<'_>) -> Vec<SigmaItem> {
    let names = asking.indicators().filter(|(p, _)| &*p.field == "Image" && p.op == Base::Name.into());
    let mut names: Vec<String> =
        names.map(|(p, _)| p.value_raw.rsplit(['\\', '/']).next().unwrap_or(&p.value_raw).to_owned()).collect();
    names.dedup();
    names.into_iter().map(|name| SigmaItem { key: "OriginalFileName".to_owned(), value: Some(name) }).collect()
}

fn neighbours(asking: &Asking<'_>) -> Vec<(RuleId, f32)> {
    asking.query().nearest(asking, Kinds::ALL, SAME_LOGSOURCE, NEIGHBOURS, |_| true)
}

fn order_by(asking: &Asking<'_>, nearest: &[(RuleId, f32)], count: usize) -> Vec<(FieldId, f32)> {
    let corpus = asking.corpus();
    let has = asking.fields();
    let total: f32 = nearest.iter().map(|(_, sim)| sim * sim).sum::<f32>().max(f32::MIN_POSITIVE);
    let mut scores: FxHashMap<FieldId, f32> = FxHashMap::default();
    for &(rule, sim) in nearest {
        for field in fields_of(asking, rule) {
            *scores.entry(field).or_default() += sim * sim / total;
        }
    }
    let (of_logsource, rules) = corpus.fields_of_logsource(asking.rule().logsource.as_ref(), asking.leave());
    for field in of_logsource {
        *scores.entry(field.of).or_default() += POPULARITY * field.rules as f32 / rules.max(1) as f32;
    }
    let mut out: Vec<(FieldId, f32)> = scores.into_iter().collect();
    out.retain(|(field, _)| has.binary_search(field).is_err() && asking.can_say(*field));
    out.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    out.truncate(count);
    out
}

/// The fields that a rule looks at, each once.
fn fields_of(asking: &Asking<'_>, rule: RuleId) -> Vec<FieldId> {
    let corpus = asking.corpus();
    let rows = corpus.rule(rule).incidents().filter(|i| i.is_indicator());
    let mut fields: Vec<FieldId> = rows.map(|i| corpus.field_of(i.row)).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}
