//! What a run stands on: the project root, the configuration of every folder, the corpus and the ATT&CK tables.

mod configuration;
mod knowledge;

use std::path::{Path, PathBuf};

use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_lint::Settings;
use sigwise_workspace::CONFIG_FILE;
use sigwise_workspace::configuration::project_root;
use sigwise_workspace::path::{absolute, relative, slashed};

use crate::args::{CheckArgs, KnowledgeArgs};
use crate::error::{Error, FileError};
use configuration::Configurations;
use knowledge::Knowledge;

pub(crate) use knowledge::{AskedBy, embedded_corpus};

/// What a run stands on.
#[derive(Debug)]
pub(crate) struct Workspace {
    cwd: PathBuf,
    root: PathBuf,
    configurations: Configurations,
    knowledge: Knowledge,
}

impl Workspace {
    /// Reads what the arguments name and finds the root of the project that `paths` belong to.
    ///
    /// # Errors
    /// An unknown check, or a configuration, a corpus or tables that cannot be read.
    pub(crate) fn new(
        paths: &[PathBuf],
        checks: &CheckArgs,
        knowledge: &KnowledgeArgs,
        no_corpus: bool,
    ) -> Result<Self, Error> {
        let cwd = std::env::current_dir().map_err(|error| FileError::read(".", error))?;
        let root = match &checks.index {
            Some(folder) => {
                if !folder.is_dir() {
                    return Err(FileError::read(slashed(folder), "it is no folder").into());
                }
                absolute(&cwd, folder)
            }
            None => find_root(&cwd, paths),
        };
        let configurations = Configurations::new(&cwd, checks)?;
        let knowledge = Knowledge::new(knowledge, no_corpus)?;
        Ok(Self { cwd, root, configurations, knowledge })
    }

    /// For a question to the corpus from the working directory, with the number of the configuration that holds there.
    ///
    /// # Errors
    /// A configuration, a corpus or tables that cannot be read.
    pub(crate) fn here(knowledge: &KnowledgeArgs) -> Result<(Self, usize), Error> {
        let mut workspace = Self::new(&[], &CheckArgs::default(), knowledge, false)?;
        let config = workspace.config_above(&workspace.cwd.join(CONFIG_FILE))?;
        workspace.load_corpora(AskedBy::User)?;
        Ok((workspace, config))
    }

    /// The working directory.
    pub(crate) fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// The project root, absolute.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The number of the configuration for a file: the nearest one above it.
    ///
    /// # Errors
    /// It cannot be read, or says something that is not known.
    pub(crate) fn config_above(&mut self, place: &Path) -> Result<usize, Error> {
        self.configurations.above(place)
    }

    /// Whether a configuration leaves this file out.
    pub(crate) fn excludes(&self, config: usize, place: &Path) -> bool {
        let configuration = self.configurations.get(config);
        configuration.config.excludes(&relative(place, &configuration.folder))
    }

    /// What a configuration says for a file.
    pub(crate) fn settings(&self, config: usize, place: &Path) -> std::borrow::Cow<'_, Settings> {
        let configuration = self.configurations.get(config);
        configuration.config.settings_for(&relative(place, &configuration.folder))
    }

    /// Loads the corpora that the configurations in use name, so that a missing one is said before anything is done.
    ///
    /// # Errors
    /// A corpus that cannot be read.
    pub(crate) fn load_corpora(&mut self, asked_by: AskedBy) -> Result<(), Error> {
        self.knowledge.load(self.configurations.all(), asked_by)
    }

    /// The corpus behind the advice for files with this configuration.
    pub(crate) fn corpus(&self, config: usize) -> Option<&Corpus> {
        self.knowledge.corpus(config)
    }

    /// The corpus for someone who asks it by name: there is one, even where the configuration wants no advice from it.
    ///
    /// # Errors
    /// The embedded one is damaged.
    pub(crate) fn corpus_or_embedded(&self, config: usize) -> Result<&Corpus, Error> {
        match self.corpus(config) {
            Some(corpus) => Ok(corpus),
            None => embedded_corpus(),
        }
    }

    /// The ATT&CK tables.
    pub(crate) fn attack(&self) -> &Attack {
        self.knowledge.attack()
    }
}

/// The folder of the nearest `sigwise.toml` above everything that is linted, else of `.git`, else the working directory
/// (or, where that is elsewhere, the folder that holds everything).
fn find_root(cwd: &Path, paths: &[PathBuf]) -> PathBuf {
    let mut folders = paths.iter().filter(|path| path.as_os_str() != "-").map(|path| {
        let place = absolute(cwd, path);
        if place.is_dir() { place } else { place.parent().map_or_else(|| cwd.to_owned(), Path::to_owned) }
    });
    let first = folders.next().unwrap_or_else(|| cwd.to_owned());
    let common = folders.fold(first, |common, folder| {
        common.ancestors().find(|ancestor| folder.starts_with(ancestor)).map_or_else(PathBuf::new, Path::to_owned)
    });
    project_root(&common).unwrap_or_else(|| if common.starts_with(cwd) { cwd.to_owned() } else { common.clone() })
}
