//! Loads the corpus and the ATT&CK tables that a run asks for.

use std::path::{Path, PathBuf};

use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_workspace::Configuration;
use sigwise_workspace::knowledge::{Wanted, open_snapshot, read_attack};

use crate::args::KnowledgeArgs;
use crate::error::Error;

/// The corpora and tables of a run.
#[derive(Debug)]
pub(super) struct Knowledge {
    /// `None`: the embedded tables, read when first asked for.
    attack: Option<Attack>,
    /// What the command line says for every file.
    asked: Option<Which>,
    /// The snapshots that are not the embedded one.
    files: Vec<(PathBuf, Corpus)>,
    /// What the configuration with this number says.
    by_config: Vec<Which>,
}

/// Which corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    None,
    Embedded,
    File(usize),
}

impl Knowledge {
    pub(super) fn new(args: &KnowledgeArgs, no_corpus: bool) -> Result<Self, Error> {
        let attack = args.attack.as_deref().map(read_attack).transpose()?;
        let mut knowledge = Self { attack, asked: None, files: Vec::new(), by_config: Vec::new() };
        if no_corpus {
            knowledge.asked = Some(Which::None);
        } else if let Some(path) = &args.corpus {
            knowledge.asked = Some(knowledge.open(path)?);
        }
        Ok(knowledge)
    }

    /// Opens what the configurations name, so that a bad snapshot is said before anything is linted.
    pub(super) fn load(&mut self, configurations: &[Configuration]) -> Result<(), Error> {
        for configuration in configurations {
            let which = match (self.asked, Wanted::by(configuration)) {
                (Some(asked), _) => asked,
                (None, Wanted::None) => Which::None,
                (None, Wanted::Embedded) => Which::Embedded,
                (None, Wanted::File(file)) => self.open(&file)?,
            };
            self.by_config.push(which);
        }
        Ok(())
    }

    fn open(&mut self, path: &Path) -> Result<Which, Error> {
        if let Some(known) = self.files.iter().position(|(known, _)| known == path) {
            return Ok(Which::File(known));
        }
        self.files.push((path.to_owned(), Corpus::new(open_snapshot(path)?)));
        Ok(Which::File(self.files.len() - 1))
    }

    /// The corpus for files with this configuration. The embedded one is checked when first asked for.
    pub(super) fn corpus(&self, config: usize) -> Option<&Corpus> {
        match self.by_config.get(config)? {
            Which::None => None,
            Which::Embedded => Corpus::embedded().ok(),
            Which::File(number) => self.files.get(*number).map(|(_, corpus)| corpus),
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
