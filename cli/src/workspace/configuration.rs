//! Finds and reads `sigwise.toml` for every folder, once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use sigwise_lint::Config;
use sigwise_lint::config::{ConfigError, Flags};

use sigwise_workspace::path::absolute;
use sigwise_workspace::{CONFIG_FILE, Configuration};

use crate::args::CheckArgs;
use crate::error::{Error, warn};

/// Every configuration of a run.
#[derive(Debug)]
pub(super) struct Configurations {
    flags: Flags,
    /// The first is the one of files without `sigwise.toml`, or the one that `--config` names.
    all: Vec<Configuration>,
    /// Folder → number of its configuration. `None` where `--config` says it for all.
    by_folder: Option<HashMap<PathBuf, usize>>,
}

impl Configurations {
    pub(super) fn new(cwd: &Path, args: &CheckArgs) -> Result<Self, Error> {
        let flags = Flags { profile: args.profile, select: args.select.clone(), ignore: args.ignore.clone() };
        let bare = Config::from_flags(&flags).map_err(|errors| Error::Usage(join(&errors)))?;
        let (first, by_folder) = match &args.config {
            Some(path) => (read(&absolute(cwd, path), path, &flags)?, None),
            None => (Configuration::without_file(cwd.to_owned(), bare), Some(HashMap::new())),
        };
        Ok(Self { flags, all: vec![first], by_folder })
    }

    pub(super) fn all(&self) -> &[Configuration] {
        &self.all
    }

    pub(super) fn get(&self, number: usize) -> &Configuration {
        // Numbers come from `above`, and the first configuration always exists.
        self.all.get(number).unwrap_or(&self.all[0])
    }

    /// The number of the nearest configuration above a file.
    pub(super) fn above(&mut self, place: &Path) -> Result<usize, Error> {
        let Some(by_folder) = &mut self.by_folder else { return Ok(0) };
        let Some(folder) = place.parent() else { return Ok(0) };
        if let Some(&number) = by_folder.get(folder) {
            return Ok(number);
        }
        let mut unknown = Vec::new();
        let mut number = 0;
        for folder in folder.ancestors() {
            if let Some(&known) = by_folder.get(folder) {
                number = known;
                break;
            }
            unknown.push(folder.to_owned());
            let path = folder.join(CONFIG_FILE);
            if path.is_file() {
                number = self.all.len();
                let shown =
                    std::env::current_dir().ok().and_then(|cwd| path.strip_prefix(cwd).ok().map(Path::to_owned));
                self.all.push(read(&path, shown.as_deref().unwrap_or(&path), &self.flags)?);
                break;
            }
        }
        by_folder.extend(unknown.into_iter().map(|folder| (folder, number)));
        Ok(number)
    }
}

/// Reads a configuration; `shown` is its path in messages.
fn read(path: &Path, shown: &Path, flags: &Flags) -> Result<Configuration, Error> {
    let configuration = Configuration::read(path, shown, flags)?;
    if let Some(warning) = &configuration.warning {
        warn(warning);
    }
    Ok(configuration)
}

fn join(errors: &[ConfigError]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}
