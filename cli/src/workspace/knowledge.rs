//! Loads the corpus and the ATT&CK tables that a run asks for.

use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_corpus::source::Source;
use sigwise_workspace::Configuration;
use sigwise_workspace::knowledge::{Wanted, open_snapshot, own_rules, read_attack, with_own_rules};

use crate::args::KnowledgeArgs;
use crate::error::Error;

/// The corpora and tables of a run.
#[derive(Debug)]
pub(super) struct Knowledge {
    /// `None`: the embedded tables, read when first asked for.
    attack: Option<Attack>,
    /// What the command line says for every file.
    asked: Option<Wanted>,
    /// The corpora that are not the embedded one alone: what they are made of, a snapshot and folders of the user's own rules.
    made: Vec<(Wanted, Vec<Source>, Corpus)>,
    /// What the configuration with this number says.
    by_config: Vec<Which>,
}

/// Which corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    None,
    Embedded,
    Made(usize),
}

/// Who asks a corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskedBy {
    /// Checks. Where none that asks is on, the user's own rules are not read.
    Checks,
    /// The user, with a question.
    User,
}

impl Knowledge {
    pub(super) fn new(args: &KnowledgeArgs, no_corpus: bool) -> Result<Self, Error> {
        let attack = args.attack.as_deref().map(read_attack).transpose()?;
        let mut knowledge = Self { attack, asked: None, made: Vec::new(), by_config: Vec::new() };
        if no_corpus {
            knowledge.asked = Some(Wanted::None);
        } else if let Some(path) = &args.corpus {
            let wanted = Wanted::File(path.clone());
            knowledge.make(wanted.clone(), Vec::new())?;
            knowledge.asked = Some(wanted);
        }
        Ok(knowledge)
    }

    /// Opens what the configurations name, so that a bad snapshot is said before anything is linted.
    pub(super) fn load(&mut self, configurations: &[Configuration], by: AskedBy) -> Result<(), Error> {
        for configuration in configurations {
            let wanted = self.asked.clone().unwrap_or_else(|| Wanted::by(configuration));
            let mut own = if wanted == Wanted::None { Vec::new() } else { own_rules(configuration)? };
            if by == AskedBy::Checks && !configuration.config.asks_corpus() {
                own.clear();
            }
            let which = self.make(wanted, own)?;
            self.by_config.push(which);
        }
        Ok(())
    }

    /// The corpus of a snapshot with the user's own rules over it, made once.
    fn make(&mut self, wanted: Wanted, own: Vec<Source>) -> Result<Which, Error> {
        let known = self.made.iter().position(|(of, with, _)| *of == wanted && *with == own);
        if let Some(known) = known {
            return Ok(Which::Made(known));
        }
        let base = match &wanted {
            Wanted::None => return Ok(Which::None),
            Wanted::Embedded if own.is_empty() => return Ok(Which::Embedded),
            Wanted::Embedded => embedded_corpus()?.base().clone(),
            Wanted::File(path) => open_snapshot(path)?,
        };
        let corpus = with_own_rules(Corpus::new(base), &own, self.attack())?;
        self.made.push((wanted, own, corpus));
        Ok(Which::Made(self.made.len() - 1))
    }

    /// The corpus for files with this configuration. The embedded one is checked when first asked for.
    pub(super) fn corpus(&self, config: usize) -> Option<&Corpus> {
        match self.by_config.get(config)? {
            Which::None => None,
            Which::Embedded => Corpus::embedded().ok(),
            Which::Made(number) => self.made.get(*number).map(|(_, _, corpus)| corpus),
        }
    }

    pub(super) fn attack(&self) -> &Attack {
        self.attack.as_ref().unwrap_or_else(|| Attack::embedded())
    }
}

/// The embedded corpus.
pub(crate) fn embedded_corpus() -> Result<&'static Corpus, Error> {
    Corpus::embedded().map_err(|error| Error::Usage(format!("the embedded corpus: {error}")))
}
