//! Loads the corpus and the ATT&CK tables that a run asks for.

use std::path::Path;

use sigwise_corpus::Corpus;
use sigwise_corpus::attack::{self, Attack, Tables};

use super::configuration::Configuration;
use crate::args::KnowledgeArgs;
use crate::error::{Error, FileError};
use crate::source::slashed;

/// The corpora and tables of a run.
#[derive(Debug)]
pub(super) struct Knowledge {
    /// `None`: the embedded tables, read when first asked for.
    attack: Option<Attack>,
}

impl Knowledge {
    pub(super) fn new(_cwd: &Path, args: &KnowledgeArgs) -> Result<Self, Error> {
        let attack = args.attack.as_deref().map(read_attack).transpose()?;
        Ok(Self { attack })
    }

    pub(super) fn load(&mut self, _configurations: &[Configuration]) -> Result<(), Error> {
        Ok(())
    }

    pub(super) fn corpus(&self, _config: usize) -> Option<&Corpus> {
        None
    }

    pub(super) fn attack(&self) -> &Attack {
        self.attack.as_ref().unwrap_or_else(|| Attack::embedded())
    }
}

/// Reads a folder with ATT&CK tables.
pub(crate) fn read_attack(folder: &Path) -> Result<Attack, Error> {
    let [version, techniques, tactics, retired, retired_tactics] = attack::FILES;
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).map_err(Error::reading(&folder.join(name)));
    let tables = Tables {
        version: &read(version).unwrap_or_default(),
        techniques: &read(techniques)?,
        tactics: &read(tactics)?,
        retired: &read(retired)?,
        retired_tactics: &read(retired_tactics)?,
    };
    Attack::parse(&tables).map_err(|error| {
        FileError::read(
            format!("{}/{}", slashed(folder), error.file),
            format!("line {}: {}", error.line, error.message),
        )
        .into()
    })
}
