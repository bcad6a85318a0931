//! `sigwise.toml`: which checks run where, how severe they are, and which corpus stands behind them.

mod settings;
mod sigma_cli;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use toml::Spanned;

use crate::check::Profile;
use crate::checks;
use crate::diagnostic::Severity;
use crate::nearest::nearest;

pub use settings::Settings;

/// Something wrong in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// What is wrong and what to do.
    pub message: String,
    /// Where in the configuration file, in bytes; empty at 0 where the place is unknown.
    pub span: Range<usize>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {}

/// The file as written.
#[derive(Debug, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(title = "sigwise.toml")]
pub struct ConfigFile {
    /// The set of checks to begin with.
    profile: Option<Profile>,
    /// Checks to switch on in addition, by name or by another linter's name for them.
    #[schemars(with = "Vec<String>")]
    select: Vec<Spanned<String>>,
    /// Checks to switch off.
    #[schemars(with = "Vec<String>")]
    ignore: Vec<Spanned<String>>,
    /// Globs of files to leave out, relative to this file's folder.
    #[schemars(with = "Vec<String>")]
    exclude: Vec<Spanned<String>>,
    /// What stands behind the advice.
    corpus: CorpusConfig,
    /// A `sigma_cli_conf.yml` of the official linter whose validators, exclusions and settings are taken over, relative
    /// to this file's folder.
    sigma_cli_config: Option<String>,
    /// Severity and options per check.
    #[schemars(with = "BTreeMap<String, CheckConfig>")]
    checks: BTreeMap<Spanned<String>, CheckConfig>,
    /// Other settings for some paths; later ones win.
    overrides: Vec<Override>,
}

/// `[corpus]`
#[derive(Clone, Debug, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CorpusConfig {
    /// A snapshot to use instead of the embedded one, relative to this file's folder.
    pub file: Option<String>,
    /// Folders of Sigma rules of your own, relative to this file's folder: they count as peers beside the published ones, and
    /// instead of those with the same ids.
    #[schemars(with = "Vec<String>")]
    pub local: Vec<Spanned<String>>,
    /// `false` switches all corpus advice off.
    pub enabled: Option<bool>,
}

/// `[checks.NAME]`: `severity`, and the check's own whole-number options.
#[derive(Clone, Debug, Default, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct CheckConfig {
    /// Instead of the check's own severity.
    severity: Option<Severity>,
    /// The check's options.
    #[serde(flatten)]
    #[schemars(with = "BTreeMap<String, i64>")]
    options: BTreeMap<String, toml::Value>,
}

/// `[[overrides]]`
#[derive(Debug, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Override {
    /// Globs relative to this file's folder.
    #[schemars(with = "Vec<String>")]
    paths: Vec<Spanned<String>>,
    /// Checks to switch on.
    #[schemars(with = "Vec<String>")]
    select: Vec<Spanned<String>>,
    /// Checks to switch off.
    #[schemars(with = "Vec<String>")]
    ignore: Vec<Spanned<String>>,
    /// Severity and options per check.
    #[schemars(with = "BTreeMap<String, CheckConfig>")]
    checks: BTreeMap<Spanned<String>, CheckConfig>,
}

/// What the command line says on top of the file.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--profile`
    pub profile: Option<Profile>,
    /// `--select`: names or aliases.
    pub select: Vec<String>,
    /// `--ignore`
    pub ignore: Vec<String>,
}

/// A configuration ready for use.
#[derive(Debug, Default)]
pub struct Config {
    base: Settings,
    /// What the file and the command line say on top of the profile: it stays on top of the official linter's settings.
    own: Vec<Change>,
    exclude: GlobSet,
    overrides: Vec<(GlobSet, Vec<Change>)>,
    /// What stands behind the advice.
    pub corpus: CorpusConfig,
    /// A `sigma_cli_conf.yml` to read as well, relative to the configuration's folder.
    pub sigma_cli_config: Option<String>,
}

/// One step from a set of checks to the next.
#[derive(Clone, Debug)]
enum Change {
    Enable(usize),
    Disable(usize),
    Severity(usize, Severity),
    Option(usize, &'static str, i64),
}

impl Config {
    /// Reads `sigwise.toml` and puts the command line's word on top.
    ///
    /// # Errors
    /// Every unknown key, check, option and every bad glob or value, each with its place in the file.
    pub fn from_toml(text: &str, flags: &Flags) -> Result<Self, Vec<ConfigError>> {
        let file: ConfigFile = toml::from_str(text).map_err(|error| {
            vec![ConfigError { message: error.message().to_owned(), span: error.span().unwrap_or(0..0) }]
        })?;
        let mut errors = Vec::new();
        let mut base = Settings::for_profile(flags.profile.or(file.profile).unwrap_or_default());
        let own = changes(&file.select, &file.ignore, &file.checks, &mut errors);
        own.iter().for_each(|change| base.apply(change));
        let overrides = file
            .overrides
            .iter()
            .map(|part| {
                (globs(&part.paths, &mut errors), changes(&part.select, &part.ignore, &part.checks, &mut errors))
            })
            .collect();
        let mut config = Self {
            base,
            own,
            exclude: globs(&file.exclude, &mut errors),
            overrides,
            corpus: file.corpus,
            sigma_cli_config: file.sigma_cli_config,
        };
        config.apply_flags(flags, &mut errors);
        if errors.is_empty() { Ok(config) } else { Err(errors) }
    }

    /// The configuration where there is no file.
    ///
    /// # Errors
    /// Unknown names on the command line.
    pub fn from_flags(flags: &Flags) -> Result<Self, Vec<ConfigError>> {
        Self::from_toml("", flags)
    }

    /// Takes over validators, exclusions and thresholds of the official linter's configuration, where they have an
    /// equivalent here; this configuration's own word stays on top. Validators that the text switches on and sigwise does not
    /// know are returned by name.
    ///
    /// # Errors
    /// The text is not the YAML that `sigma check` accepts.
    pub fn take_sigma_cli(&mut self, text: &str) -> Result<Vec<String>, ConfigError> {
        let unknown = sigma_cli::apply(text, &mut self.base)?;
        self.own.iter().for_each(|change| self.base.apply(change));
        Ok(unknown)
    }

    /// Whether a check that asks the corpus is on, for any file.
    pub fn asks_corpus(&self) -> bool {
        let asks = |change: &Change| match change {
            Change::Enable(index) => checks::ALL[*index].asks_corpus(),
            _ => false,
        };
        self.base.asks_corpus() || self.overrides.iter().any(|(_, changes)| changes.iter().any(asks))
    }

    /// Whether a file (relative to the configuration's folder, with `/`) is left out.
    pub fn excludes(&self, path: &str) -> bool {
        self.exclude.is_match(path)
    }

    /// The settings for a file (relative to the configuration's folder, with `/`).
    pub fn settings_for(&self, path: &str) -> std::borrow::Cow<'_, Settings> {
        let mut settings = std::borrow::Cow::Borrowed(&self.base);
        for (globs, changes) in &self.overrides {
            if globs.is_match(path) {
                let settings = settings.to_mut();
                changes.iter().for_each(|change| settings.apply(change));
            }
        }
        settings
    }

    fn apply_flags(&mut self, flags: &Flags, errors: &mut Vec<ConfigError>) {
        for (names, enable) in [(&flags.select, true), (&flags.ignore, false)] {
            for name in names {
                for index in resolve(name, 0..0, errors) {
                    let change = if enable { Change::Enable(index) } else { Change::Disable(index) };
                    self.base.apply(&change);
                    self.own.push(change.clone());
                    // The command line has the last word, also over the paths of the file.
                    self.overrides.iter_mut().for_each(|(_, changes)| changes.push(change.clone()));
                }
            }
        }
    }
}

/// The checks that a name stands for: `all`, a check, or an alias (several checks can share one).
fn resolve(name: &str, span: Range<usize>, errors: &mut Vec<ConfigError>) -> Vec<usize> {
    if name == "all" {
        return (0..checks::COUNT).collect();
    }
    let found: Vec<usize> = checks::named(name).collect();
    if found.is_empty() {
        let hint = match nearest(name, checks::ALL.iter().map(|check| check.id)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`sigwise checks` lists them".to_owned(),
        };
        errors.push(ConfigError { message: format!("there is no check named `{name}`; {hint}"), span });
    }
    found
}

fn changes(
    select: &[Spanned<String>],
    ignore: &[Spanned<String>],
    configured: &BTreeMap<Spanned<String>, CheckConfig>,
    errors: &mut Vec<ConfigError>,
) -> Vec<Change> {
    let mut out = Vec::new();
    for name in select {
        out.extend(resolve(name.get_ref(), name.span(), errors).into_iter().map(Change::Enable));
    }
    for name in ignore {
        out.extend(resolve(name.get_ref(), name.span(), errors).into_iter().map(Change::Disable));
    }
    for (name, config) in configured {
        for index in resolve(name.get_ref(), name.span(), errors) {
            if let Some(severity) = config.severity {
                out.push(Change::Severity(index, severity));
            }
            for (option, value) in &config.options {
                let check = checks::ALL[index];
                match (check.options.iter().find(|known| known.name == option), value.as_integer()) {
                    (Some(known), Some(value)) => out.push(Change::Option(index, known.name, value)),
                    (Some(_), None) => errors.push(ConfigError {
                        message: format!("`{option}` of `{}` takes a whole number", check.id),
                        span: name.span(),
                    }),
                    (None, _) => errors.push(ConfigError {
                        message: format!(
                            "`{}` has no option `{option}`; `sigwise explain {}` lists them",
                            check.id, check.id
                        ),
                        span: name.span(),
                    }),
                }
            }
        }
    }
    out
}

fn globs(patterns: &[Spanned<String>], errors: &mut Vec<ConfigError>) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        match Glob::new(pattern.get_ref()) {
            Ok(glob) => {
                set.add(glob);
            }
            Err(error) => errors.push(ConfigError { message: error.to_string(), span: pattern.span() }),
        }
    }
    set.build().unwrap_or_default()
}
