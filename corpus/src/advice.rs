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
use crate::corpus::{Corpus, Count, FieldId, Leave, RowId, RuleId, Take, both};
use crate::rule::{Predicate, Role, Rule, Scope};
use crate::vendor::Vendor;

pub(crate) use prepared::Prepared;

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

    /// The product of its log source.
    fn product(&self) -> Option<&str> {
        self.rule.logsource.product.as_deref()
    }

    /// What other rules of its log source do with a field, most rules first.
    pub fn rows_of_field(&self, field: FieldId, take: Take) -> Vec<Count<RowId>> {
        self.corpus.rows_of_field_in(self.logsource_rules(), field, take)
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

    /// The other rules of its log source that have one of its techniques, sorted.
    fn technique_peers(&self) -> Vec<RuleId> {
        let of_logsource = self.logsource_rules();
        let mut rules: Vec<RuleId> =
            self.techniques().flat_map(|id| self.corpus.rules_of_exactly(id, &self.leave)).collect();
        rules.sort_unstable();
        rules.dedup();
        both(of_logsource, &rules)
    }

    /// The other rules of its log source, sorted.
    fn logsource_rules(&self) -> &[RuleId] {
        self.logsource.get_or_init(|| self.corpus.rules_of_logsource(self.rule.logsource.as_ref(), &self.leave))
    }
}

/// Of a list of rules the Sigma rules. What is said unasked rests on them alone: the gates were measured on them, and other
/// vendors' rules have other habits, such as exclusions for the agents that they run on.
fn of_sigma(corpus: &Corpus, mut rules: Vec<RuleId>) -> Vec<RuleId> {
    rules.retain(|rule| corpus.rule(*rule).vendor() == Vendor::Sigma);
    rules
}
