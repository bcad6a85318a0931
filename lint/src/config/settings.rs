//! Which checks are on, how severe they are and with which options: the answer for one file.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Change;
use crate::check::{Check, Profile};
use crate::checks;
use crate::diagnostic::Severity;

/// What the configuration says for one file.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The profile that it started from.
    pub profile: Profile,
    enabled: Vec<bool>,
    severities: Vec<Option<Severity>>,
    options: Vec<(usize, &'static str, i64)>,
    /// Rule id (lower case) → checks switched off for that rule alone.
    exclusions: Arc<FxHashMap<String, Vec<usize>>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self::for_profile(Profile::default())
    }
}

impl Settings {
    /// The checks of a profile, with their own severities.
    pub fn for_profile(profile: Profile) -> Self {
        Self {
            profile,
            enabled: checks::ALL.iter().map(|check| check.profile <= profile).collect(),
            severities: vec![None; checks::COUNT],
            options: Vec::new(),
            exclusions: Arc::default(),
        }
    }

    /// Every check there is: for tests and for `--select all`.
    pub fn everything() -> Self {
        Self { enabled: vec![true; checks::COUNT], ..Self::for_profile(Profile::SigmaHq) }
    }

    /// Whether the check with this number in [`checks::ALL`] runs.
    pub fn is_enabled(&self, index: usize) -> bool {
        self.enabled[index]
    }

    /// Whether a check that asks the corpus runs.
    pub fn asks_corpus(&self) -> bool {
        checks::ALL.iter().zip(&self.enabled).any(|(check, enabled)| *enabled && check.asks_corpus())
    }

    /// Whether this check runs.
    pub fn enables(&self, check: &Check) -> bool {
        checks::by_id(check.id).is_some_and(|(index, _)| self.enabled[index])
    }

    /// The configured severity of the check with this number, if one is configured.
    pub fn severity(&self, index: usize) -> Option<Severity> {
        self.severities[index]
    }

    /// The value of a check's option: as configured, else its default; 0 for an option that the check does not declare.
    pub fn option(&self, check: &Check, name: &str) -> i64 {
        let configured = self
            .options
            .iter()
            .rev()
            .find(|(index, option, _)| checks::ALL[*index] == check && *option == name)
            .map(|(_, _, value)| *value);
        configured.unwrap_or_else(|| {
            check.options.iter().find(|option| option.name == name).map_or(0, |option| option.default)
        })
    }

    /// Whether the configuration leaves this check out for the rule with this id.
    pub(crate) fn excludes_rule(&self, id: &str, check: &Check) -> bool {
        if self.exclusions.is_empty() {
            return false;
        }
        let excluded = self.exclusions.get(&id.to_lowercase());
        excluded.is_some_and(|excluded| excluded.iter().any(|index| checks::ALL[*index] == check))
    }

    pub(super) fn apply(&mut self, change: &Change) {
        match *change {
            Change::Enable(index) => self.enabled[index] = true,
            Change::Disable(index) => self.enabled[index] = false,
            Change::Severity(index, severity) => self.severities[index] = Some(severity),
            Change::Option(index, name, value) => self.options.push((index, name, value)),
        }
    }

    pub(super) fn set_exclusions(&mut self, exclusions: FxHashMap<String, Vec<usize>>) {
        self.exclusions = Arc::new(exclusions);
    }
}
