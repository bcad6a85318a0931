//! Which rules are like a rule: the cosine between what they have, where what few rules have weighs more (tf-idf).

use rustc_hash::FxHashMap;

use super::Asking;
use crate::attack::parent;
use crate::corpus::{Corpus, Leave, RowId, RuleId, RuleRef, WordId};
use crate::lists::Lists;
use crate::logsource::{LogSource, LogSourceRef};
use crate::words::words;

/// A kind of thing that rules have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Indicator,
    Exclusion,
    Field,
    Word,
    Technique,
}

const KINDS: usize = 5;

/// Which kinds of things are compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kinds([bool; KINDS]);

impl Kinds {
    /// All of them.
    pub(super) const ALL: Self = Self([true; KINDS]);

    /// All but fields: those say which log the rules read, and little about what for.
    pub(super) const SAID: Self = Self::but(&[Kind::Field]);

    /// What says something about the technique.
    pub(super) const PURPOSE: Self = Self::but(&[Kind::Field, Kind::Exclusion, Kind::Technique]);

    const fn but(kinds: &[Kind]) -> Self {
        let mut on = [true; KINDS];
        let mut at = 0;
        while at < kinds.len() {
            on[kinds[at] as usize] = false;
            at += 1;
        }
        Self(on)
    }

    fn has(self, kind: Kind) -> bool {
        self.0[kind as usize]
    }
}

/// What more than this share of the rules have is not looked at: it says nothing and costs most.
const COMMON: f32 = 0.6;

/// So many times the rules that are wanted are gathered before the best are chosen among them.
const SPARE: usize = 8;

/// What rounding can make of 1.
const EXACT: f32 = 0.9999;

/// Weights of everything, and how much there is of each rule.
#[derive(Debug)]
pub(super) struct Index {
    /// Weight of what no other rule has.
    unknown: f32,
    /// Square of the weight, by kind, by number.
    weights: [Vec<f32>; KINDS],
    /// How many rules have it, by kind, by number.
    counts: [Vec<u32>; KINDS],
    /// Sum of the squares of a rule's weights, by kind.
    sums: Vec<[f32; KINDS]>,
    fields: Lists,
    techniques: FxHashMap<Box<str>, u32>,
    of_technique: Lists,
    /// Numbers of log sources, and per rule the one that it has.
    logsources: FxHashMap<LogSource, u32>,
    logsource_of: Vec<u32>,
    rules: u32,
}

/// Gives out what rules have except words, by kind and number, each once per rule.
struct Features {
    techniques: FxHashMap<Box<str>, u32>,
    /// The last rule (plus one) that had it, by kind, by number.
    last: [Vec<u32>; KINDS],
}

impl Features {
    fn new(corpus: &Corpus) -> Self {
        let mut techniques: FxHashMap<Box<str>, u32> = FxHashMap::default();
        for count in corpus.techniques() {
            for id in [Some(count.of), parent(count.of)].into_iter().flatten() {
                let next = techniques.len() as u32;
                techniques.entry(id.into()).or_insert(next);
            }
        }
        let sizes = [corpus.row_count(), corpus.row_count(), corpus.field_count(), 0, techniques.len()];
        Self { techniques, last: sizes.map(|size| vec![0; size]) }
    }

    fn of(&mut self, corpus: &Corpus, rule: RuleRef<'_>, mut take: impl FnMut(Kind, u32)) {
        let stamp = rule.rule_id().index() as u32 + 1;
        let last = &mut self.last;
        let mut once = |kind: Kind, number: u32| match last[kind as usize].get_mut(number as usize) {
            Some(last) if *last != stamp => {
                *last = stamp;
                take(kind, number);
            }
            _ => {}
        };
        for incident in rule.incidents() {
            let row = incident.row.index() as u32;
            if incident.is_indicator() {
                once(Kind::Indicator, row);
                once(Kind::Field, corpus.field_of(incident.row).index() as u32);
            } else if incident.is_exclusion() {
                once(Kind::Exclusion, row);
            }
        }
        for id in rule.techniques().flat_map(|id| [Some(id), parent(id)]).flatten() {
            if let Some(number) = self.techniques.get(id) {
                once(Kind::Technique, *number);
            }
        }
    }
}

impl Index {
    pub(super) fn new(corpus: &Corpus) -> Self {
        let mut features = Features::new(corpus);
        let mut counts = features.last.each_ref().map(|last| vec![0u32; last.len()]);
        let (mut of_field, mut of_technique) = (Vec::new(), Vec::new());
        let mut has: Vec<(Kind, u32)> = Vec::new();
        let mut ends: Vec<(RuleId, usize)> = Vec::new();
        let mut logsources: FxHashMap<LogSource, u32> = FxHashMap::default();
        let mut logsource_of = vec![u32::MAX; corpus.rule_ids()];
        let mut last: Option<(LogSourceRef<'_>, u32)> = None;
        for view in corpus.rules() {
            let (rule, source) = (view.rule_id(), view.logsource());
            // Rules of one log source mostly stand together.
            let number = match last {
                Some((known, number)) if known == source => number,
                _ => {
                    let next = logsources.len() as u32;
                    *logsources.entry(source.to_owned()).or_insert(next)
                }
            };
            last = Some((source, number));
            if let Some(slot) = logsource_of.get_mut(rule.index()) {
                *slot = number;
            }
            features.of(corpus, view, |kind, number| {
                has.push((kind, number));
                if let Some(count) = counts[kind as usize].get_mut(number as usize) {
                    *count += 1;
                }
                match kind {
                    Kind::Field => of_field.push((number, rule.0)),
                    Kind::Technique => of_technique.push((number, rule.0)),
                    _ => {}
                }
            });
            ends.push((rule, has.len()));
        }
        // The lists of words stand ready.
        let words = || corpus.words().map(|word| corpus.rules_of_word(word, Leave::NONE));
        counts[Kind::Word as usize] = words().map(|rules| rules.count() as u32).collect();
        let all = ends.len() as f32;
        let weight = |count: u32| ((all + 1.0) / (count as f32 + 0.5)).ln().max(0.0).powi(2);
        let by_count: Vec<f32> = (0..=ends.len() as u32).map(weight).collect();
        let weights = counts.each_ref().map(|counts| {
            let weights = counts.iter().map(|count| by_count.get(*count as usize).copied().unwrap_or_default());
            weights.collect::<Vec<f32>>()
        });
        let mut sums = vec![[0.0; KINDS]; corpus.rule_ids()];
        let mut start = 0;
        for &(rule, end) in &ends {
            let Some(sums) = sums.get_mut(rule.index()) else { continue };
            for &(kind, number) in has.get(start..end).unwrap_or_default() {
                sums[kind as usize] += weights[kind as usize].get(number as usize).copied().unwrap_or_default();
            }
            start = end;
        }
        for (rules, weight) in words().zip(&weights[Kind::Word as usize]) {
            for rule in rules {
                if let Some(sums) = sums.get_mut(rule.index()) {
                    sums[Kind::Word as usize] += weight;
                }
            }
        }
        Self {
            unknown: weight(0),
            fields: Lists::new(corpus.field_count(), || of_field.iter().copied()),
            of_technique: Lists::new(features.techniques.len(), || of_technique.iter().copied()),
            weights,
            counts,
            sums,
            techniques: features.techniques,
            logsources,
            logsource_of,
            rules: ends.len() as u32,
        }
    }

    /// Whether a rule names a technique.
    pub(super) fn has_techniques(&self, rule: RuleId) -> bool {
        self.sums.get(rule.index()).is_some_and(|sums| sums[Kind::Technique as usize] > 0.0)
    }

    /// Whether a rule leaves anything out.
    pub(super) fn has_exclusions(&self, rule: RuleId) -> bool {
        self.sums.get(rule.index()).is_some_and(|sums| sums[Kind::Exclusion as usize] > 0.0)
    }

    /// The rows that at least so many rules leave out.
    pub(super) fn excluded_by(&self, least: u32) -> impl Iterator<Item = (RowId, u32)> {
        let counts = (0u32..).map(RowId).zip(self.counts[Kind::Exclusion as usize].iter().copied());
        counts.filter(move |(_, count)| *count >= least)
    }
}

/// What the asking rule has, as far as the corpus knows it.
#[derive(Debug)]
pub(super) struct Query {
    known: Vec<(Kind, u32)>,
    unknown: [u32; KINDS],
}

impl Query {
    pub(super) fn of(asking: &Asking<'_>) -> Self {
        let corpus = asking.corpus;
        let index = corpus.prepared().similar(corpus);
        let mut known = Vec::new();
        let mut strange: Vec<(Kind, &str, &str)> = Vec::new();
        let mut texts = Vec::new();
        for (predicate, row) in asking.indicators().filter(|(p, _)| p.has_row) {
            match row {
                Some(row) => known.push((Kind::Indicator, row.index() as u32)),
                None => strange.push((Kind::Indicator, &predicate.field, &predicate.value)),
            }
            match corpus.field(&predicate.field) {
                Some(field) => known.push((Kind::Field, field.index() as u32)),
                None => strange.push((Kind::Field, &predicate.field, "")),
            }
            if !predicate.scaffold {
                texts.push(&*predicate.value);
            }
        }
        for (predicate, row) in asking.exclusions().filter(|(p, _)| p.has_row) {
            match row {
                Some(row) => known.push((Kind::Exclusion, row.index() as u32)),
                None => strange.push((Kind::Exclusion, &predicate.field, &predicate.value)),
            }
        }
        let mut all: Vec<String> = words(&asking.rule.title).chain(texts.into_iter().flat_map(words)).collect();
        all.sort_unstable();
        all.dedup();
        let mut unknown = [0; KINDS];
        for word in &all {
            match corpus.word(word) {
                Some(word) => known.push((Kind::Word, word.index() as u32)),
                None => unknown[Kind::Word as usize] += 1,
            }
        }
        for id in asking.technique_ids() {
            match index.techniques.get(id) {
                Some(number) => known.push((Kind::Technique, *number)),
                None => unknown[Kind::Technique as usize] += 1,
            }
        }
        known.sort_unstable_by_key(|(kind, number)| (*kind as usize, *number));
        known.dedup();
        strange.sort_unstable_by_key(|(kind, field, value)| (*kind as usize, *field, *value));
        strange.dedup();
        for (kind, ..) in strange {
            unknown[kind as usize] += 1;
        }
        Self { known, unknown }
    }

    /// The other rules that are most like the asking one, of those that `fits` takes: at most `count`, best first, equal ones
    /// in the order of the corpus. One of the same log source is `logsource` times as much like it.
    pub(super) fn nearest(
        &self,
        asking: &Asking<'_>,
        kinds: Kinds,
        logsource: f32,
        count: usize,
        fits: impl Fn(RuleId) -> bool,
    ) -> Vec<(RuleId, f32)> {
        let corpus = asking.corpus;
        let index = corpus.prepared().similar(corpus);
        let mut dots = vec![0.0f32; corpus.rule_ids()];
        let mut own = 0.0;
        let limit = (index.rules as f32 * COMMON) as u32;
        for &(kind, number) in self.known.iter().filter(|(kind, _)| kinds.has(*kind)) {
            let at = number as usize;
            let weight = index.weights[kind as usize].get(at).copied().unwrap_or_default();
            own += weight;
            if index.counts[kind as usize].get(at).is_none_or(|count| *count > limit) {
                continue;
            }
            let mut add = |rule: RuleId| {
                if let Some(dot) = dots.get_mut(rule.index()) {
                    *dot += weight;
                }
            };
            match kind {
                Kind::Indicator | Kind::Exclusion => {
                    let mut last = None;
                    for posting in corpus.postings(RowId(number), Leave::NONE) {
                        let fits = posting.is_indicator() && kind == Kind::Indicator
                            || posting.is_exclusion() && kind == Kind::Exclusion;
                        if fits && last != Some(posting.rule) {
                            last = Some(posting.rule);
                            add(posting.rule);
                        }
                    }
                }
                Kind::Word => corpus.rules_of_word(WordId(number), Leave::NONE).for_each(add),
                Kind::Field => index.fields.get(number).iter().copied().map(RuleId).for_each(add),
                Kind::Technique => index.of_technique.get(number).iter().copied().map(RuleId).for_each(add),
            }
        }
        for (count, _) in self.unknown.iter().zip(kinds.0).filter(|(_, on)| *on) {
            own += *count as f32 * index.unknown;
        }
        let source = index.logsources.get(&asking.rule.logsource).copied();
        let on = kinds.0.map(f32::from);
        let mut found: Vec<(RuleId, f32)> = Vec::new();
        // Most rules fall far short of those that were found already: a product tells it without the root.
        let mut least = 0.0;
        for (at, (dot, sums)) in dots.into_iter().zip(&index.sums).enumerate().filter(|(_, (dot, _))| *dot > 0.0) {
            let sum: f32 = sums.iter().zip(on).map(|(sum, on)| sum * on).sum();
            let rule = RuleId(at as u32);
            if dot * dot < least * (sum * own) || asking.leave.has(rule) || !fits(rule) {
                continue;
            }
            let cosine = dot / (sum * own).sqrt().max(f32::MIN_POSITIVE);
            let same = source.is_some() && index.logsource_of.get(at).copied() == source;
            found.push((rule, if same { cosine * logsource } else { cosine }));
            if found.len() >= SPARE * count.max(1) {
                found = best(found, count);
                let last = found.last().map_or(0.0, |(_, sim)| *sim);
                least = EXACT * (last / logsource.max(1.0)).powi(2);
            }
        }
        best(found, count)
    }
}

/// From here on two rules are about the same: read by a person, what is below mostly shares a tool or a log only.
pub const ALIKE: f32 = 0.3;

/// The rules most like the asking one, best first, each with how much it is like it.
pub fn rules(asking: &Asking<'_>, count: usize) -> Vec<(RuleId, f32)> {
    Query::of(asking).nearest(asking, Kinds::SAID, 1.0, count, |_| true)
}

/// The first so many, best first; equal ones in the order of the corpus.
fn best(mut found: Vec<(RuleId, f32)>, count: usize) -> Vec<(RuleId, f32)> {
    let order = |a: &(RuleId, f32), b: &(RuleId, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if found.len() > count && count > 0 {
        found.select_nth_unstable_by(count - 1, order);
    }
    found.truncate(count);
    found.sort_unstable_by(order);
    found
}
