//! Opens corpora and ATT&CK tables.

use std::path::{Path, PathBuf};

use sigwise_corpus::attack::{self, Attack, Tables};
use sigwise_corpus::source::{self, Manifest, Source};
use sigwise_corpus::vendor::Vendor;
use sigwise_corpus::{Corpus, Snapshot};

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

/// The folders of the user's own rules that a configuration lays over its corpus.
///
/// # Errors
/// One is not there: with its place in the configuration.
pub fn own_rules(configuration: &Configuration) -> Result<Vec<Source>, Error> {
    let source = |folder: &toml::Spanned<String>| {
        let name = folder.get_ref();
        let dir = configuration.folder.join(name);
        if !dir.is_dir() {
            let message = format!("there is no folder `{name}`; `corpus.local` names folders with rules of your own");
            return Err(configuration.error(folder.span(), message));
        }
        Ok(Source { vendor: Vendor::Sigma, label: Some(name.clone()), dir })
    };
    configuration.config.corpus.local.iter().map(source).collect()
}

/// Lays the user's own rules over a corpus. Files that cannot be read or understood are left out: linting them says why.
///
/// # Errors
/// A folder that cannot be read.
pub fn with_own_rules(corpus: Corpus, sources: &[Source], attack: &Attack) -> Result<Corpus, Error> {
    if sources.is_empty() {
        return Ok(corpus);
    }
    let built = source::build(sources, &Manifest::default(), None, attack, |_, _| {});
    let mut builder = built.map_err(|error| FileError::read(slashed(&error.dir), error.error))?;
    // Such a rule could not be told from itself when it is linted, and would be its own peer.
    builder.retain(|rule| rule.id.is_some() || !rule.title.is_empty());
    let snapshot = builder.build().and_then(Snapshot::from_bytes).map_err(|error| {
        let folders: Vec<String> = sources.iter().map(|source| slashed(&source.dir)).collect();
        FileError { path: folders.join("`, `"), verb: "use", reason: error.to_string() }
    })?;
    Ok(corpus.with_overlay(snapshot))
}

/// Opens and checks a snapshot.
///
/// # Errors
/// It cannot be read, or is none.
pub fn open_snapshot(path: &Path) -> Result<Snapshot, Error> {
    let open = || {
        let file = std::fs::File::open(path)?;
        let size = file.metadata()?.len();
        Snapshot::from_reader(file, size)
    };
    open()
        .map_err(Error::reading(path))?
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
