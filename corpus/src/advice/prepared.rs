//! What advice needs to know of the whole corpus: computed when first asked for, kept with it.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::exclusions::agreed::Agreement;
use super::misspelled::Slips;
use super::siblings::Pairs;
use super::similar::Index;
use crate::corpus::{Corpus, RuleId, Same};
use crate::logsource::LogSource;

/// See the module. Everything in it follows from the corpus alone.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    similar: OnceLock<Index>,
    ages: OnceLock<Ages>,
    agreement: OnceLock<Agreement>,
    twins: OnceLock<Pairs>,
    slips: OnceLock<Slips>,
    logsources: OnceLock<FxHashMap<LogSource, Same>>,
}

impl Prepared {
    pub(super) fn similar(&self, corpus: &Corpus) -> &Index {
        self.similar.get_or_init(|| Index::new(corpus))
    }

    /// For every log source that some rule has, those that are the same.
    pub(super) fn logsources(&self, corpus: &Corpus) -> &FxHashMap<LogSource, Same> {
        self.logsources.get_or_init(|| corpus.all_same_logsources())
    }

    pub(super) fn agreement(&self, corpus: &Corpus) -> &Agreement {
        self.agreement.get_or_init(|| Agreement::new(corpus))
    }

    pub(super) fn twins(&self, corpus: &Corpus) -> &Pairs {
        self.twins.get_or_init(|| Pairs::new(corpus))
    }

    pub(super) fn slips(&self, corpus: &Corpus) -> &Slips {
        self.slips.get_or_init(|| Slips::new(corpus))
    }

    pub(super) fn ages(&self, corpus: &Corpus) -> &Ages {
        self.ages.get_or_init(|| Ages::new(corpus))
    }
}

/// When rules were last changed.
#[derive(Debug)]
pub(super) struct Ages {
    /// Days since some day long ago; 0 where a rule does not say.
    days: Vec<u32>,
    newest: u32,
}

/// One rule with a date in the future makes no other rule old.
const AGREE: usize = 3;

impl Ages {
    fn new(corpus: &Corpus) -> Self {
        let mut days = vec![0; corpus.rule_ids()];
        for rule in corpus.rules() {
            if let Some(slot) = days.get_mut(rule.rule_id().index()) {
                *slot = day(rule.modified()).max(day(rule.date()));
            }
        }
        let mut sorted = days.clone();
        sorted.sort_unstable();
        let newest = sorted.iter().rev().nth(AGREE - 1).copied().unwrap_or_default();
        Self { days, newest }
    }

    /// Whether the rule was changed within so many days before the newest rules.
    pub(super) fn is_recent(&self, rule: RuleId, within: u32) -> bool {
        self.days.get(rule.index()).is_some_and(|day| day + within > self.newest)
    }
}

/// A date as a number of days, months taken as of equal length; 0 for what is no date.
fn day(date: &str) -> u32 {
    let mut parts = date.split('-').map(|part| part.trim().parse::<u32>().ok());
    let mut part = |limit| parts.next().flatten().filter(|n| *n <= limit);
    match (part(9999), part(12), part(31)) {
        (Some(year), Some(month), Some(day)) => year * 365 + month * 30 + day,
        _ => 0,
    }
}
