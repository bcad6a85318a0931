//! What peers of a rule do that the rule does not: one ranking and one kind of evidence for checks, `advise`, completion and
//! hover. They differ in when they speak, not in what is true.
//!
//! A rule asks as [`Asking`]. Whatever it asks, it is left out itself: neither it nor an older version of it that is
//! published counts as evidence. Counts are facts about published rules; the figures behind the gates are in
//! `docs/advice.md`.

mod cover;
pub mod exclusions;
pub mod fields;
mod kin;
pub mod misspelled;
mod prepared;
pub mod reach;
pub mod siblings;
pub mod similar;
pub mod techniques;

use std::cell::OnceCell;

use rustc_hash::FxHashSet;

use crate::attack::{Attack, parent};
use crate::corpus::{ASKED, Corpus, Count, FieldId, Leave, RowId, RuleId, Take, asked};
use crate::likeness::Mass;
use crate::rule::{Predicate, Role, Rule, Scope};
use crate::vendor::Vendor;

pub(crate) use prepared::Prepared;
use similar::Query;

/// On what a piece of advice rests: some rules do it, of those that were asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Support {
    /// The rules that do.
    pub rules: Vec<RuleId>,
    /// How many rules were asked.
    pub peers: u32,
}

impl Support {
    /// How many rules do.
    pub fn count(&self) -> u32 {
        self.rules.len() as u32
    }

    /// Which part of those that were asked.
    pub fn share(&self) -> f32 {
        if self.peers == 0 { 0.0 } else { self.count() as f32 / self.peers as f32 }
    }
}

/// A rule that asks: the one being written.
#[derive(Debug)]
pub struct Asking<'c> {
    corpus: &'c Corpus,
    rule: Rule,
    leave: Leave,
    /// Per predicate of the rule.
    rows: Vec<Option<RowId>>,
    techniques: Vec<Box<str>>,
    logsource: OnceCell<Vec<RuleId>>,
    query: OnceCell<Query>,
    sayable: OnceCell<FxHashSet<FieldId>>,
}

impl<'c> Asking<'c> {
    /// Looks up what the corpus knows of a rule; techniques are taken under their current ids.
    pub fn new(rule: Rule, corpus: &'c Corpus, attack: &Attack) -> Self {
        let mut techniques: Vec<Box<str>> = Vec::with_capacity(rule.techniques.len());
        for id in rule.techniques.iter().map(|id| attack.current(id)) {
            if !techniques.iter().any(|known| **known == *id) {
                techniques.push(id.into());
            }
        }
        Self {
            leave: corpus.leave(rule.id.as_deref(), Some(&rule.title)),
            rows: rule.predicates.iter().map(|predicate| corpus.row_of(predicate)).collect(),
            techniques,
            corpus,
            rule,
            logsource: OnceCell::new(),
            query: OnceCell::new(),
            sayable: OnceCell::new(),
        }
    }

    /// The corpus that is asked.
    pub fn corpus(&self) -> &'c Corpus {
        self.corpus
    }

    /// The rule.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// What is left out of every count: the rule itself, where it is published.
    pub fn leave(&self) -> &Leave {
        &self.leave
    }

    /// Its techniques, under their current ids.
    pub fn techniques(&self) -> impl Iterator<Item = &str> {
        self.techniques.iter().map(|id| &**id)
    }

    /// Its techniques and their parents, each once.
    fn technique_ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.techniques().chain(self.techniques().filter_map(parent)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// What it has, to be compared with other rules.
    fn query(&self) -> &Query {
        self.query.get_or_init(|| Query::new(self))
    }

    /// How much there is of a rule.
    fn mass(&self, rule: RuleId) -> Mass {
        let rule = self.corpus.rule(rule);
        if rule.is_own() {
            let masses = self.corpus.prepared().own_masses(self.corpus);
            return masses.get(&rule.rule_id()).copied().unwrap_or_default();
        }
        rule.mass()
    }

    /// Whether a rule leaves anything out.
    fn excludes(&self, rule: RuleId) -> bool {
        self.corpus.rule(rule).incidents().any(|incident| incident.is_exclusion())
    }

    /// The product of its log source.
    fn product(&self) -> Option<&str> {
        self.rule.logsource.product.as_deref()
    }

    /// What other rules of its log source do with a field, most rules first.
    pub fn rows_of_field(&self, field: FieldId, take: Take) -> Vec<Count<RowId>> {
        self.corpus.rows_of_fields_in(self.logsource_rules(), &[field], take)
    }

    /// Its predicates, each with its row where some rule has it.
    pub fn predicates(&self) -> impl Iterator<Item = (&Predicate, Option<RowId>)> {
        self.rule.predicates.iter().zip(self.rows.iter().copied())
    }

    /// What it looks for.
    fn indicators(&self) -> impl Iterator<Item = (&Predicate, Option<RowId>)> {
        self.predicates().filter(|(p, _)| p.role == Role::Indicator && p.scope != Scope::Guard)
    }

    /// What it leaves out.
    fn exclusions(&self) -> impl Iterator<Item = (&Predicate, Option<RowId>)> {
        self.predicates().filter(|(p, _)| p.role == Role::Exclusion && p.scope != Scope::Guard)
    }

    /// The fields that it looks at, that rules of the corpus look at too; each once, sorted.
    fn fields(&self) -> Vec<FieldId> {
        let mut fields: Vec<FieldId> = self.indicators().filter_map(|(p, _)| self.corpus.field(&p.field)).collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// Whether a Sigma rule of its log source can speak of a field: another one does, or it does itself. Other vendors' rules
    /// are evidence, but look at fields that Sigma's logs do not have. Of a log source that no other Sigma rule has, all that
    /// Sigma rules look at counts.
    fn can_say(&self, field: FieldId) -> bool {
        let fields = self.sayable.get_or_init(|| {
            let of = |rules: &mut dyn Iterator<Item = RuleId>| {
                let sigma = rules.map(|rule| self.corpus.rule(rule)).filter(|rule| rule.vendor() == Vendor::Sigma);
                sigma.flat_map(|rule| rule.incidents()).map(|i| self.corpus.field_of(i.row)).collect::<FxHashSet<_>>()
            };
            let mut fields = of(&mut self.logsource_rules().iter().copied());
            if fields.is_empty() {
                fields = of(&mut self.corpus.rules().map(|rule| rule.rule_id()));
            }
            fields.extend(self.rule.predicates.iter().filter_map(|p| self.corpus.field(&p.field)));
            fields
        });
        fields.contains(&field)
    }

    /// The other rules of its log source that have one of its techniques, sorted: of very many [some](asked).
    fn technique_peers(&self) -> Vec<RuleId> {
        let logsources = self.corpus.same_logsources(self.rule.logsource.as_ref());
        let mut rules: Vec<RuleId> =
            self.techniques().flat_map(|id| self.corpus.rules_of_exactly(id, &self.leave)).collect();
        rules.retain(|rule| self.corpus.rule(*rule).is_of(&logsources));
        rules.sort_unstable();
        rules.dedup();
        asked(rules)
    }

    /// The other rules of its log source, sorted: of very many [some](asked).
    fn logsource_rules(&self) -> &[RuleId] {
        let source = self.rule.logsource.as_ref();
        self.logsource.get_or_init(|| self.corpus.every_rule_of_logsource(source, &self.leave, ASKED))
    }

    /// The other rules that look for a row, sorted: of very many [some](asked).
    fn rules_looking_for(&self, row: RowId) -> Vec<RuleId> {
        asked(self.corpus.rules_of_row(row, Take::Indicators, &self.leave))
    }
}

/// Of a list of rules the Sigma rules. What is said unasked rests on them alone: the gates were measured on them, and other
/// vendors' rules have other habits, such as exclusions for the agents that they run on.
fn of_sigma(corpus: &Corpus, mut rules: Vec<RuleId>) -> Vec<RuleId> {
    rules.retain(|rule| corpus.rule(*rule).vendor() == Vendor::Sigma);
    rules
}
