//! The official linter's configuration, `sigma_cli_conf.yml`: validators, exclusions by rule id, thresholds.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::{Change, ConfigError, Settings};
use crate::checks;

#[derive(Deserialize)]
struct SigmaCli {
    #[serde(default)]
    validators: Vec<String>,
    #[serde(default)]
    exclusions: BTreeMap<String, Names>,
    #[serde(default)]
    config: BTreeMap<String, BTreeMap<String, serde_yaml::Value>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Many(Vec<String>),
}

/// Applies it; returns the validators that it switches on and that have no equivalent here.
pub(super) fn apply(text: &str, settings: &mut Settings) -> Result<Vec<String>, ConfigError> {
    let file: SigmaCli = serde_yaml::from_str(text).map_err(|error| {
        let at = error.location().map_or(0, |location| location.index());
        ConfigError { message: format!("this is no configuration of the official linter: {error}"), span: at..at }
    })?;
    let mut unknown = Vec::new();
    for validator in &file.validators {
        let (name, enable) = match validator.strip_prefix('-') {
            Some(name) => (name, false),
            None => (validator.as_str(), true),
        };
        if name == "all" {
            // "all" of the official linter is its own validators: every check here that carries one of their names.
            let official = checks::ALL.iter().enumerate().filter(|(_, check)| !check.aliases.is_empty());
            official.for_each(|(index, _)| settings.apply(&switch(index, enable)));
            continue;
        }
        let mut found = false;
        for index in checks::named(name) {
            settings.apply(&switch(index, enable));
            found = true;
        }
        if !found && enable {
            unknown.push(name.to_owned());
        }
    }
    let mut exclusions: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for (id, names) in file.exclusions {
        let names = match names {
            Names::One(name) => vec![name],
            Names::Many(names) => names,
        };
        exclusions.entry(id.to_lowercase()).or_default().extend(names.iter().flat_map(|name| checks::named(name)));
    }
    settings.set_exclusions(exclusions);
    for (validator, options) in &file.config {
        for index in checks::named(validator) {
            for option in checks::ALL[index].options {
                if let Some(value) = options.get(&option.name.replace('-', "_")).and_then(serde_yaml::Value::as_i64) {
                    settings.apply(&Change::Option(index, option.name, value));
                }
            }
        }
    }
    Ok(unknown)
}

fn switch(index: usize, enable: bool) -> Change {
    if enable { Change::Enable(index) } else { Change::Disable(index) }
}
