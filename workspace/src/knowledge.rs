//! Opens corpora and ATT&CK tables.

use std::path::{Path, PathBuf};

use sigwise_corpus::Snapshot;
use sigwise_corpus::attack::{self, Attack, Tables};

use crate::configuration::Configuration;
use crate::error::{Error, FileError};
use crate::path::slashed;

/// Which corpus a configuration wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// None: no advice.
    None,
    /// The one that is part of the program.
    Embedded,
    /// This snapshot.
    File(PathBuf),
}

impl Wanted {
    /// What the configuration says.
    pub fn by(configuration: &Configuration) -> Self {
        let said = &configuration.config.corpus;
        match &said.file {
            _ if said.enabled == Some(false) => Self::None,
            Some(file) => Self::File(configuration.folder.join(file)),
            None => Self::Embedded,
        }
    }
}

/// Opens and checks a snapshot.
///
/// # Errors
/// It cannot be read, or is none.
pub fn open_snapshot(path: &Path) -> Result<Snapshot, Error> {
    let bytes = std::fs::read(path).map_err(Error::reading(path))?;
    Snapshot::from_bytes(bytes)
        .map_err(|error| FileError { path: slashed(path), verb: "use", reason: error.to_string() }.into())
}

/// Reads a folder with ATT&CK tables.
///
/// # Errors
/// A table that is missing or cannot be read.
pub fn read_attack(folder: &Path) -> Result<Attack, Error> {
    let [version, techniques, tactics, retired, retired_tactics] = attack::FILES;
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).map_err(Error::reading(&path))
    };
    let tables = Tables {
        // Tables can come without their version.
        version: &read(version).unwrap_or_default(),
        techniques: &read(techniques)?,
        tactics: &read(tactics)?,
        retired: &read(retired)?,
        retired_tactics: &read(retired_tactics)?,
    };
    Attack::parse(&tables).map_err(|error| {
        let path = format!("{}/{}", slashed(folder), error.file);
        FileError { path, verb: "use", reason: format!("line {}: {}", error.line, error.message) }.into()
    })
}
