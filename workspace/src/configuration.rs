//! Finds and reads `sigwise.toml`, and the official linter's configuration where one is named.

use std::path::{Path, PathBuf};

use sigwise_lint::Config;
use sigwise_lint::config::{ConfigError, Flags};

use crate::error::Error;

/// The name of the configuration file.
pub const CONFIG_FILE: &str = "sigwise.toml";

/// A configuration and the folder that its paths are relative to.
#[derive(Debug, Default)]
pub struct Configuration {
    /// The folder.
    pub folder: PathBuf,
    /// What it says.
    pub config: Config,
    /// The official linter's configuration that it takes over, if it names one.
    pub sigma_cli: Option<PathBuf>,
    /// What the user should know although it can be used.
    pub warning: Option<String>,
    /// The file as the user knows it.
    shown: PathBuf,
    /// Its text; empty where there is no `sigwise.toml`.
    text: String,
}

impl Configuration {
    /// A configuration that stands in no file.
    pub fn without_file(folder: PathBuf, config: Config) -> Self {
        Self { folder, config, ..Self::default() }
    }

    /// Reads a configuration: `sigwise.toml`, or one of the official linter (`.yml`). `shown` is its path in messages; `flags`
    /// have the last word.
    ///
    /// # Errors
    /// It cannot be read, or says something that is not known.
    pub fn read(path: &Path, shown: &Path, flags: &Flags) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(Error::reading(shown))?;
        Self::parse(path, shown, text, flags)
    }

    /// The same of a text that was read already.
    ///
    /// # Errors
    /// It says something that is not known.
    pub fn parse(path: &Path, shown: &Path, text: String, flags: &Flags) -> Result<Self, Error> {
        let folder = path.parent().unwrap_or(path).to_owned();
        let official = is_yaml(path);
        let read = Config::from_toml(if official { "" } else { &text }, flags);
        let mut config = match read {
            Ok(config) => config,
            Err(errors) => return Err(Error::Config { path: shown.to_owned(), text, errors }),
        };
        let own = if official { String::new() } else { text.clone() };
        let (mut sigma_cli, mut warning) = (None, None);
        if official {
            warning = take_sigma_cli(&mut config, shown, text)?;
        } else if let Some(other) = config.sigma_cli_config.clone() {
            let path = folder.join(&other);
            let shown = shown.with_file_name(other);
            let text = std::fs::read_to_string(&path).map_err(Error::reading(&shown))?;
            warning = take_sigma_cli(&mut config, &shown, text)?;
            sigma_cli = Some(path);
        }
        Ok(Self { folder, config, sigma_cli, warning, shown: shown.to_owned(), text: own })
    }

    /// What to say of something that the file names and that cannot be used.
    pub(crate) fn error(&self, span: std::ops::Range<usize>, message: String) -> Error {
        let errors = vec![ConfigError { message, span }];
        Error::Config { path: self.shown.clone(), text: self.text.clone(), errors }
    }
}

/// Returns a warning about validators without an equivalent.
fn take_sigma_cli(config: &mut Config, path: &Path, text: String) -> Result<Option<String>, Error> {
    match config.take_sigma_cli(&text) {
        Ok(unknown) if unknown.is_empty() => Ok(None),
        Ok(unknown) => Ok(Some(format!("{}: no equivalent here: {}", path.display(), unknown.join(", ")))),
        Err(error) => Err(Error::Config { path: path.to_owned(), text, errors: vec![error] }),
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
}

/// The folder of the nearest `sigwise.toml` above `folder` or in it, else of `.git`.
pub fn project_root(folder: &Path) -> Option<PathBuf> {
    let holds = |name: &str| folder.ancestors().find(|folder| folder.join(name).exists()).map(Path::to_owned);
    holds(CONFIG_FILE).or_else(|| holds(".git"))
}
