//! What rules like this one leave out: a ranked list, and the few of it that enough peers agree on.
//!
//! The ranking blends what similar rules leave out, what rules of the log source do, what goes with the exclusions that the
//! rule already has, and what was added to published rules lately. Its weights were chosen on the changes of the years 2022
//! to 2024 in SigmaHQ's history (`docs/advice.md`), where it finds an exclusion that was later added about one time in ten:
//! a list to choose from, not a finding.

pub(super) mod agreed;
mod twins;

use rustc_hash::{FxHashMap, FxHashSet};

use super::cover::{covers, disjoint};
use super::similar::Kinds;
use super::{Asking, Support, kin};
use crate::corpus::{ASKED, Corpus, Count, FieldId, RowId, RuleId, Take, asked, both};
use crate::normal::sigma::SigmaItem;
use crate::op::{Base, Op};
use crate::rule::{Predicate, Scope};

pub use agreed::{Agreed, AgreedRow, Filter, agreed, agreement};

/// An exclusion that the rule does not have.
#[derive(Clone, Debug)]
pub struct Exclusion {
    /// Its row, where some rule leaves it out.
    row: Option<RowId>,
    /// The field's canonical name.
    pub field: Box<str>,
    /// The operator.
    pub op: Op,
    /// The value in normal form.
    pub value: Box<str>,
    /// How a Sigma rule writes it.
    pub sigma: SigmaItem,
    /// How well it fits; only the order means something.
    pub score: f32,
    /// Which rules were asked.
    pub basis: Basis,
    /// Which of them leave it out.
    pub support: Support,
}

/// Which rules are asked whether they leave something out: the nearest circle in which two do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Those of the same log source that share a technique.
    Technique,
    /// Those of the same log source.
    LogSource,
    /// All.
    Corpus,
    /// None: it follows from an exclusion that the rule has, by what Windows has twice.
    Twin,
}

impl Basis {
    /// Its word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Technique => "technique",
            Self::LogSource => "logsource",
            Self::Corpus => "corpus",
            Self::Twin => "twin",
        }
    }
}

/// Similar rules that are looked at.
const NEIGHBOURS: usize = 30;

/// Days before the newest rules within which a change is recent.
const RECENT: u32 = 150;

/// Candidates among which the order is worked out; nobody reads further.
const CONSIDERED: usize = 60;

/// How many rules must do something before a circle of peers is taken as its basis.
const CIRCLE: usize = 2;

/// What speaks for a candidate.
#[derive(Clone, Debug, Default)]
struct Signals {
    /// Share of the likeness of similar rules that have it.
    neighbours: f32,
    /// Likeness of the most similar rule that has it.
    nearest: f32,
    /// Share of the log source's rules with exclusions that have it.
    logsource: f32,
    /// Chance that it stands beside one of the rule's own exclusions.
    company: f32,
    /// It is the other half of one of them.
    twin: f32,
    /// How many rules have it, where those are many and the rule has the field.
    widespread: f32,
    /// How many rules with it changed lately.
    recent: f32,
    /// How many of those are of the log source.
    recent_here: f32,
    /// It is about a field without a value.
    absence: f32,
}

impl Signals {
    fn score(&self) -> f32 {
        2.0 * self.neighbours
            + 0.3 * self.nearest
            + 0.3 * self.logsource
            + 0.6 * self.company
            + self.twin
            + 0.2 * self.widespread
            + 0.03 * self.recent
            + 0.2 * self.recent_here
            + 0.6 * self.absence
    }
}

/// A candidate before it is chosen.
#[derive(Clone, Debug)]
struct Candidate<'c> {
    row: Option<RowId>,
    field: &'c str,
    op: Op,
    value: &'c str,
    /// How it is written, where that is known better than by the corpus.
    sigma: Option<SigmaItem>,
    score: f32,
}

/// The exclusions that rules like this one have, best first, at most `count`.
pub fn ranked(asking: &Asking<'_>, count: usize) -> Vec<Exclusion> {
    let corpus = asking.corpus();
    let twins = twins::of(asking);
    let own = Own::of(asking);
    let considered = CONSIDERED.max(count);
    let mut fits: FxHashMap<FieldId, f32> = FxHashMap::default();
    let mut scored: Vec<(f32, RowId)> = Vec::new();
    for (row, signals) in signals(asking, &twins) {
        let field = corpus.field_of(row);
        let fit = fits.entry(field).or_insert_with(|| own.fit(corpus.field_name(field)));
        scored.push((signals.score() * *fit, row));
    }
    // Rows are numbered by field, operator and value.
    scored.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let of_row = |(score, row): (f32, RowId)| {
        let said = corpus.row_ref(row);
        // A twin is written as its other half is.
        let sigma = twins.iter().find(|twin| twin.row == Some(row)).map(|twin| twin.sigma.clone());
        let candidate = Candidate { row: Some(row), field: said.name, op: said.op, value: said.value, sigma, score };
        let wanted = asking.can_say(said.field) && !own.is_pointless(said.name, said.op, said.value);
        wanted.then_some(candidate)
    };
    let mut candidates: Vec<Candidate<'_>> = scored.into_iter().filter_map(of_row).take(considered).collect();
    for twin in twins.iter().filter(|twin| twin.row.is_none()) {
        let absence = f32::from(is_absence(twin.op, &twin.value));
        let score = Signals { twin: 1.0, absence, ..Signals::default() }.score() * own.fit(&twin.field);
        let (op, value, sigma) = (twin.op, &*twin.value, Some(twin.sigma.clone()));
        if !own.is_pointless(&twin.field, op, value) {
            candidates.push(Candidate { row: None, field: &twin.field, op, value, sigma, score });
        }
    }
    candidates.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then_with(|| (a.field, a.op, a.value).cmp(&(b.field, b.op, b.value)))
    });
    candidates.dedup_by(|a, b| (a.field, a.op, a.value) == (b.field, b.op, b.value));
    candidates.truncate(considered);
    varied(asking, candidates, count)
}

/// The fields on which other rules of the log source leave something out, with how many do, most first; and how many rules
/// of the log source leave anything out.
pub fn fields(asking: &Asking<'_>) -> (Vec<Count<FieldId>>, u32) {
    let corpus = asking.corpus();
    let mut rules = asking.logsource_rules().to_vec();
    rules.retain(|rule| asking.excludes(*rule));
    let mut fields = corpus.fields_in(&rules, Take::Exclusions);
    fields.retain(|count| asking.can_say(count.of));
    (fields, rules.len() as u32)
}

/// Everything that some rule leaves out and that has anything to do with the asking one.
fn signals(asking: &Asking<'_>, twins: &[twins::Twin]) -> FxHashMap<RowId, Signals> {
    let corpus = asking.corpus();
    let mut signals: FxHashMap<RowId, Signals> = FxHashMap::default();

    let nearest = asking.query().nearest(asking, Kinds::ALL, 1.0, NEIGHBOURS, |rule| asking.excludes(rule));
    let total: f32 = nearest.iter().map(|(_, sim)| sim * sim).sum::<f32>().max(f32::MIN_POSITIVE);
    for &(rule, sim) in &nearest {
        for row in excluded(corpus, rule) {
            let s = signals.entry(row).or_default();
            s.neighbours += sim * sim / total;
            s.nearest = s.nearest.max(sim);
        }
    }

    // Exactly this one: a rule that names no category would bring in those of every category.
    let exact = corpus.exact_logsource(asking.rule().logsource.as_ref());
    let here = |rule: RuleId| corpus.rule(rule).is_of(&exact);
    let mut excluding = asking.logsource_rules().to_vec();
    excluding.retain(|rule| here(*rule) && asking.excludes(*rule));
    let share = 1.0 / excluding.len().max(5) as f32;
    for count in corpus.rows_in(&excluding, Take::Exclusions) {
        signals.entry(count.of).or_default().logsource = share * count.rules as f32;
    }

    let mut own: Vec<RowId> = asking.exclusions().filter_map(|(_, row)| row).collect();
    own.sort_unstable();
    own.dedup();
    for row in own {
        let rules = asked(corpus.rules_of_row(row, Take::Exclusions, asking.leave()));
        for count in corpus.rows_in(&rules, Take::Exclusions) {
            let s = signals.entry(count.of).or_default();
            let chance = count.rules as f32 / (rules.len() as f32 + 1.5);
            s.company = 1.0 - (1.0 - s.company) * (1.0 - chance);
        }
    }
    for twin in twins.iter().filter_map(|twin| twin.row) {
        signals.entry(twin).or_default().twin = 1.0;
    }
    let fields: FxHashSet<&str> = asking.indicators().chain(asking.exclusions()).map(|(p, _)| &*p.field).collect();
    for count in fields.iter().filter_map(|name| corpus.field(name)).flat_map(|field| corpus.left_out_by_many(field)) {
        signals.entry(count.of).or_default().widespread = (1.0 + count.rules as f32).ln() / 6.0;
    }
    let newest = corpus.newest_change();
    for (row, s) in &mut signals {
        let rules = corpus.each_rule_of_row(*row, Take::Exclusions, asking.leave()).take(ASKED);
        let (mut recent, mut recent_here) = (0u16, 0u16);
        for rule in rules.filter(|rule| corpus.rule(*rule).changed() + RECENT > newest) {
            recent += 1;
            recent_here += u16::from(here(rule));
        }
        s.recent = (1.0 + f32::from(recent)).ln();
        s.recent_here = (1.0 + f32::from(recent_here)).ln();
        // Few operators can say it, and looking at values costs more.
        let may = [Base::Missing, Base::Eq].contains(&corpus.op_of(*row).base());
        s.absence = f32::from(
            may && {
                let said = corpus.row_ref(*row);
                is_absence(said.op, said.value)
            },
        );
    }
    signals
}

/// What the rule itself says, by field.
struct Own<'a>(FxHashMap<&'a str, OfField<'a>>);

#[derive(Default)]
struct OfField<'a> {
    indicators: Vec<&'a Predicate>,
    exclusions: Vec<&'a Predicate>,
    /// The rule looks at the field whichever way it matches.
    required: bool,
}

impl<'a> Own<'a> {
    fn of(asking: &'a Asking<'_>) -> Self {
        let mut fields: FxHashMap<&str, OfField<'_>> = FxHashMap::default();
        for (predicate, _) in asking.indicators() {
            fields.entry(&predicate.field).or_default().indicators.push(predicate);
        }
        for (predicate, _) in asking.exclusions() {
            fields.entry(&predicate.field).or_default().exclusions.push(predicate);
        }
        for of_field in fields.values_mut() {
            // The groups of alternatives within a selection are numbered.
            let whichever = |p: &&Predicate| p.scope == Scope::Top && !asking.rule().group(p).ends_with(']');
            of_field.required = !of_field.indicators.is_empty() && of_field.indicators.iter().all(whichever);
        }
        Self(fields)
    }

    /// How much more an exclusion counts because the rule has its field.
    fn fit(&self, field: &str) -> f32 {
        let Some(own) = self.0.get(field) else { return 1.0 };
        let (left_out, looked_at) = (!own.exclusions.is_empty(), !own.indicators.is_empty());
        1.0 + 6.0 * f32::from(left_out) + f32::from(looked_at)
    }

    /// Whether there is no point in leaving something out: the rule leaves it out already, looks for just that, or asks for
    /// another value of the field whichever way it matches.
    fn is_pointless(&self, field: &str, op: Op, value: &str) -> bool {
        let Some(own) = self.0.get(field) else { return false };
        own.indicators.iter().any(|p| p.op == op && *p.value == *value)
            || own.exclusions.iter().any(|p| covers((p.op, &p.value), (op, value)))
            || own.required && own.indicators.iter().all(|p| p.has_row && disjoint((p.op, &p.value), (op, value)))
    }
}

/// Takes candidates one by one; each that is taken halves what its kin are worth.
fn varied(asking: &Asking<'_>, candidates: Vec<Candidate<'_>>, count: usize) -> Vec<Exclusion> {
    let mut open: Vec<(Candidate<'_>, Vec<(String, String)>)> = candidates
        .into_iter()
        .map(|c| {
            let keys = kin::keys(c.op, c.value).into_iter().map(|key| (c.field.to_owned(), key)).collect();
            (c, keys)
        })
        .collect();
    let mut used: FxHashMap<(String, String), i32> = FxHashMap::default();
    let mut circles = Circles::default();
    let mut out = Vec::new();
    while out.len() < count && !open.is_empty() {
        let (mut first, mut most) = (0, f32::MIN);
        for (at, (c, keys)) in open.iter().enumerate() {
            let kin = keys.iter().filter_map(|key| used.get(key)).max().copied().unwrap_or_default();
            let worth = c.score * 0.5f32.powi(kin);
            if worth > most {
                (first, most) = (at, worth);
            }
        }
        let (c, keys) = open.remove(first);
        let known = c.row.and_then(|row| asking.corpus().sigma(row, asking.product()));
        let Some(sigma) = c.sigma.or(known) else { continue };
        for key in keys {
            *used.entry(key).or_default() += 1;
        }
        let (basis, support) = circles.support(asking, c.row);
        out.push(Exclusion {
            row: c.row,
            field: c.field.into(),
            op: c.op,
            value: c.value.into(),
            sigma,
            score: most,
            basis,
            support,
        });
    }
    out
}

/// The circles of peers around a rule.
#[derive(Default)]
struct Circles {
    technique: Option<Vec<RuleId>>,
}

impl Circles {
    fn support(&mut self, asking: &Asking<'_>, row: Option<RowId>) -> (Basis, Support) {
        let Some(row) = row else { return (Basis::Twin, Support::default()) };
        let corpus = asking.corpus();
        let all = corpus.rules_of_row(row, Take::Exclusions, asking.leave());
        let technique = self.technique.get_or_insert_with(|| asking.technique_peers());
        for (basis, peers) in [(Basis::Technique, technique.as_slice()), (Basis::LogSource, asking.logsource_rules())] {
            let rules = both(peers, &all);
            if rules.len() >= CIRCLE {
                return (basis, Support { rules, peers: peers.len() as u32 });
            }
        }
        match all.is_empty() {
            true => (Basis::Twin, Support::default()),
            false => (Basis::Corpus, Support { rules: all, peers: corpus.count(asking.leave()) }),
        }
    }
}

/// The rows that a rule leaves out, each once.
fn excluded(corpus: &Corpus, rule: RuleId) -> Vec<RowId> {
    let mut rows: Vec<RowId> = corpus.rule(rule).incidents().filter(|i| i.is_exclusion()).map(|i| i.row).collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Nothing in a field: what rules leave out because a log lacks it.
fn is_absence(op: Op, value: &str) -> bool {
    op == Base::Missing.into() || op == Base::Eq.into() && matches!(value, "" | "null" | "none" | "-")
}
