//! What advice needs to know of the whole corpus: computed when first asked for, kept with it.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::exclusions::agreed::Agreement;
use super::misspelled::Slips;
use super::siblings::Pairs;
use super::similar;
use crate::corpus::{Corpus, RuleId, Same};
use crate::likeness::Mass;
use crate::logsource::LogSource;

/// See the module. Everything in it follows from the corpus alone.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    own_masses: OnceLock<FxHashMap<RuleId, Mass>>,
    agreement: OnceLock<Agreement>,
    twins: OnceLock<Pairs>,
    slips: OnceLock<Slips>,
    logsources: OnceLock<FxHashMap<LogSource, Same>>,
}

impl Prepared {
    /// How much there is of the rules of the user's own layer.
    pub(super) fn own_masses(&self, corpus: &Corpus) -> &FxHashMap<RuleId, Mass> {
        self.own_masses.get_or_init(|| similar::own_masses(corpus))
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
}
