//! Which rules are like a rule: the cosine between what they have, where what few rules have weighs more (tf-idf).

use std::borrow::Cow;
use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::Asking;
use crate::attack::parent;
use crate::corpus::{Corpus, FieldId, Incident, Leave, RowId, RuleId, Take, WordId};
use crate::likeness::{KINDS, Kind, Mass, weight};
use crate::words::words;

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

    /// How much there is of these kinds.
    fn of(self, Mass(sums): Mass) -> f32 {
        sums.into_iter().zip(self.0).filter(|(_, on)| *on).map(|(sum, _)| sum).sum()
    }
}

/// What more than this share of the rules have is not looked at: it says nothing and costs most.
const COMMON: f32 = 0.6;

/// Nor what more rules than this have, so that an answer takes as long in a corpus a hundred times as large. It says
/// little there.
const LONG: u32 = 8_192;

/// So many times the rules that are wanted are gathered before the best are chosen among them.
const SPARE: usize = 8;

/// What rounding can make of 1.
const EXACT: f32 = 0.9999;

/// How much there is of the rules of the user's own layer, whose snapshot weighs them by itself alone.
pub(super) fn own_masses(corpus: &Corpus) -> FxHashMap<RuleId, Mass> {
    let all = corpus.count(Leave::NONE);
    let mut masses: FxHashMap<RuleId, Mass> = FxHashMap::default();
    let own = || corpus.rules().filter(|rule| rule.is_own());
    if own().next().is_none() {
        return masses;
    }
    let mut weights: FxHashMap<Thing, f32> = FxHashMap::default();
    for rule in own() {
        let mut things: Vec<Thing> =
            rule.incidents().flat_map(|incident| things(corpus, &incident)).flatten().collect();
        let ids = rule.techniques().flat_map(|id| [Some(id), parent(id)]).flatten();
        things.extend(ids.map(Thing::Technique));
        things.sort_unstable();
        things.dedup();
        let mass = masses.entry(rule.rule_id()).or_default();
        for thing in things {
            let weigh = || weight(all, thing.rules(corpus).count() as u32);
            mass.add(thing.kind(), *weights.entry(thing).or_insert_with(weigh));
        }
    }
    for word in corpus.words() {
        let rules: Vec<RuleId> = corpus.rules_of_word(word, Leave::NONE).collect();
        let weight = weight(all, rules.len() as u32);
        for rule in rules.into_iter().rev() {
            // Those of the base come first.
            let Some(mass) = masses.get_mut(&rule) else { break };
            mass.add(Kind::Word, weight);
        }
    }
    masses
}

/// Something that rules have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Thing<'a> {
    Indicator(RowId),
    Exclusion(RowId),
    Field(FieldId),
    Word(WordId),
    Technique(&'a str),
}

/// What a rule has with a row: it, and the field that it looks at.
fn things<'a>(corpus: &Corpus, incident: &Incident) -> [Option<Thing<'a>>; 2] {
    if incident.is_indicator() {
        [Some(Thing::Indicator(incident.row)), Some(Thing::Field(corpus.field_of(incident.row)))]
    } else {
        [incident.is_exclusion().then_some(Thing::Exclusion(incident.row)), None]
    }
}

impl<'a> Thing<'a> {
    fn kind(self) -> Kind {
        match self {
            Self::Indicator(_) => Kind::Indicator,
            Self::Exclusion(_) => Kind::Exclusion,
            Self::Field(_) => Kind::Field,
            Self::Word(_) => Kind::Word,
            Self::Technique(_) => Kind::Technique,
        }
    }

    /// The rules that have it, each once.
    fn rules(self, corpus: &'a Corpus) -> Box<dyn Iterator<Item = RuleId> + 'a> {
        match self {
            Self::Indicator(row) => Box::new(corpus.each_rule_of_row(row, Take::Indicators, Leave::NONE)),
            Self::Exclusion(row) => Box::new(corpus.each_rule_of_row(row, Take::Exclusions, Leave::NONE)),
            Self::Field(field) => Box::new(corpus.rules_of_field(field, Leave::NONE)),
            Self::Word(word) => Box::new(corpus.rules_of_word(word, Leave::NONE)),
            Self::Technique(id) => Box::new(corpus.rules_of_technique(id, Leave::NONE).into_iter()),
        }
    }
}

/// What the asking rule has, as far as the corpus knows it.
#[derive(Debug)]
pub(super) struct Query {
    known: Vec<Known>,
    /// How much it has, by kind, that no other rule has.
    unknown: [f32; KINDS],
    /// Room for a number for every rule; all are 0 between two comparisons.
    dots: RefCell<Vec<f32>>,
}

/// Something that other rules have too.
#[derive(Debug)]
struct Known {
    kind: Kind,
    weight: f32,
    /// Those rules, each once; empty where they are too many.
    rules: Vec<RuleId>,
}

impl Query {
    pub(super) fn new(asking: &Asking<'_>) -> Self {
        let corpus = asking.corpus;
        let mut known: Vec<Thing<'_>> = Vec::new();
        let mut strange: Vec<(Kind, &str, &str)> = Vec::new();
        let mut texts = Vec::new();
        for (predicate, row) in asking.indicators().filter(|(p, _)| p.has_row) {
            match row {
                Some(row) => known.push(Thing::Indicator(row)),
                None => strange.push((Kind::Indicator, &predicate.field, &predicate.value)),
            }
            match corpus.field(&predicate.field) {
                Some(field) => known.push(Thing::Field(field)),
                None => strange.push((Kind::Field, &predicate.field, "")),
            }
            if !predicate.scaffold {
                texts.push(&*predicate.value);
            }
        }
        for (predicate, row) in asking.exclusions().filter(|(p, _)| p.has_row) {
            match row {
                Some(row) => known.push(Thing::Exclusion(row)),
                None => strange.push((Kind::Exclusion, &predicate.field, &predicate.value)),
            }
        }
        let mut all: Vec<Cow<'_, str>> = words(&asking.rule.title).chain(texts.into_iter().flat_map(words)).collect();
        all.sort_unstable();
        all.dedup();
        for word in &all {
            match corpus.word(word) {
                Some(word) => known.push(Thing::Word(word)),
                None => strange.push((Kind::Word, word, "")),
            }
        }
        known.extend(asking.technique_ids().into_iter().map(Thing::Technique));
        known.sort_unstable();
        known.dedup();
        strange.sort_unstable();
        strange.dedup();
        let count = corpus.count(Leave::NONE);
        let limit = LONG.min((count as f32 * COMMON) as u32) as usize;
        let mut unknown = [0.0; KINDS];
        for (kind, ..) in strange {
            unknown[kind as usize] += weight(count, 0);
        }
        let known = known.into_iter().map(|thing| {
            let mut all = thing.rules(corpus);
            let mut rules: Vec<RuleId> = all.by_ref().take(limit + 1).collect();
            let weight = weight(count, (rules.len() + all.count()) as u32);
            if rules.len() > limit {
                rules.clear();
            }
            Known { kind: thing.kind(), weight, rules }
        });
        let dots = RefCell::new(vec![0.0; corpus.rule_ids()]);
        Self { known: known.collect(), unknown, dots }
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
        let mut dots = self.dots.borrow_mut();
        let mut touched: Vec<RuleId> = Vec::new();
        let mut own: f32 = self.unknown.iter().zip(kinds.0).filter(|(_, on)| *on).map(|(weight, _)| weight).sum();
        for known in self.known.iter().filter(|known| kinds.has(known.kind)) {
            own += known.weight;
            for rule in known.rules.iter().filter(|_| known.weight > 0.0) {
                if let Some(dot) = dots.get_mut(rule.index()) {
                    if *dot == 0.0 {
                        touched.push(*rule);
                    }
                    *dot += known.weight;
                }
            }
        }
        let source = asking.rule.logsource.as_ref();
        let mut found: Vec<(RuleId, f32)> = Vec::new();
        // Most rules fall far short of those that were found already: a product tells it without the root.
        let mut least = 0.0;
        for rule in touched {
            let dot = dots.get_mut(rule.index()).map(std::mem::take).unwrap_or_default();
            // What they have in common is no more than what there is of the rule.
            if dot < least * own {
                continue;
            }
            let sum = kinds.of(asking.mass(rule));
            if dot * dot < least * (sum * own) || asking.leave.has(rule) || !fits(rule) {
                continue;
            }
            let cosine = dot / (sum * own).sqrt().max(f32::MIN_POSITIVE);
            let same = corpus.rule(rule).logsource() == source;
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
    asking.query().nearest(asking, Kinds::SAID, 1.0, count, |_| true)
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
