//! Techniques of the rules that are most like a rule.

use rustc_hash::FxHashMap;

use super::similar::Kinds;
use super::{Asking, Support};
use crate::corpus::RuleId;
use crate::vendor::Vendor;

/// A technique that the rule does not name.
#[derive(Clone, Debug)]
pub struct PeerTechnique<'c> {
    /// Its id.
    pub id: &'c str,
    /// How much of the likeness of the neighbours is of rules that have it.
    pub share: f32,
    /// The neighbours, and which of them have it, the most similar first.
    pub support: Support,
}

/// Similar rules that are looked at.
const NEIGHBOURS: usize = 20;

/// A rule of the same log source is this much more like it.
const SAME_LOGSOURCE: f32 = 1.3;

/// How much of the likeness must be of rules that have a technique before it is said unasked,
const SHARE: f32 = 0.6;

/// how many of them there must be,
const RULES: u32 = 5;

/// and by how many authors: one who wrote twenty rules of a kind is one opinion. Read by a person, 32 of 41 were right.
const AUTHORS: u32 = 3;

/// The techniques of similar rules, best first, at most `count`.
pub fn ranked<'c>(asking: &Asking<'c>, count: usize) -> Vec<PeerTechnique<'c>> {
    of(asking, |_| true, count)
}

/// The techniques of the most similar of the rules that `asked` takes.
fn of<'c>(asking: &Asking<'c>, asked: impl Fn(RuleId) -> bool, count: usize) -> Vec<PeerTechnique<'c>> {
    let corpus = asking.corpus();
    let fits = |rule| corpus.rule(rule).techniques().next().is_some() && asked(rule);
    let nearest = asking.query().nearest(asking, Kinds::PURPOSE, SAME_LOGSOURCE, NEIGHBOURS, fits);
    let total: f32 = nearest.iter().map(|(_, sim)| sim * sim).sum::<f32>().max(f32::MIN_POSITIVE);
    let mut found: FxHashMap<&'c str, PeerTechnique<'c>> = FxHashMap::default();
    for &(rule, sim) in &nearest {
        for id in corpus.rule(rule).techniques() {
            let support = Support { rules: Vec::new(), peers: nearest.len() as u32 };
            let technique = found.entry(id).or_insert(PeerTechnique { id, share: 0.0, support });
            technique.share += sim * sim / total;
            technique.support.rules.push(rule);
        }
    }
    let mut out: Vec<_> = found.into_values().filter(|t| !asking.techniques().any(|own| own == t.id)).collect();
    out.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.id.cmp(b.id)));
    out.truncate(count);
    out
}

/// The technique that most speaks for, where that is enough to say it unasked: among Sigma rules, on which that was
/// measured. Meant for rules that name none.
pub fn suggested<'c>(asking: &Asking<'c>) -> Option<PeerTechnique<'c>> {
    let sigma = |rule| asking.corpus().rule(rule).vendor() == Vendor::Sigma;
    let first = of(asking, sigma, 1).pop()?;
    let enough = first.share >= SHARE
        && first.support.count() >= RULES
        && asking.corpus().evidence(&first.support.rules).authors >= AUTHORS;
    enough.then_some(first)
}
