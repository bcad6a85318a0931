//! What the client sets: the section `sigwise` of an editor's settings.

use serde::Deserialize;
use serde_json::Value;
use sigwise_lint::check::Profile;
use sigwise_lint::config::Flags;

/// The settings; every one can be left out.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ClientSettings {
    /// As `--profile`.
    pub(crate) profile: Option<Profile>,
    /// As `--select`.
    pub(crate) select: Vec<String>,
    /// As `--ignore`.
    pub(crate) ignore: Vec<String>,
    /// As `--corpus`, or `false` as `--no-corpus`.
    pub(crate) corpus: Option<CorpusSetting>,
    /// As `--attack`.
    pub(crate) attack: Option<String>,
    /// `push` keeps the server from offering diagnostics for pulling.
    pub(crate) diagnostics: Option<Mode>,
    /// Whether reach is shown behind indicators.
    pub(crate) inlay_hints: bool,
    /// Whether the lines above rules are shown.
    pub(crate) code_lens: bool,
}

/// How diagnostics get to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// The server sends them, at every change.
    Push,
    /// The client asks for them.
    Pull,
}

/// Which corpus.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum CorpusSetting {
    /// `false`: none.
    Enabled(bool),
    /// A snapshot.
    File(String),
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            profile: None,
            select: Vec::new(),
            ignore: Vec::new(),
            corpus: None,
            attack: None,
            diagnostics: None,
            inlay_hints: false,
            code_lens: true,
        }
    }
}

impl ClientSettings {
    /// Reads the section, bare or under its name. `None` where nothing is set: clients without settings send `null` or `{}`.
    ///
    /// # Errors
    /// A value of another type.
    pub(crate) fn read(value: &Value) -> Result<Option<Self>, serde_json::Error> {
        let section = without_nulls(value.get("sigwise").unwrap_or(value));
        let is_set = section.as_object().is_some_and(|section| !section.is_empty());
        if is_set { Self::deserialize(section).map(Some) } else { Ok(None) }
    }

    /// What goes on top of the configuration files.
    pub(crate) fn flags(&self) -> Flags {
        Flags { profile: self.profile, select: self.select.clone(), ignore: self.ignore.clone() }
    }
}

/// Editors send `null` for what is not set.
fn without_nulls(section: &Value) -> Value {
    let entries = section.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    Value::Object(entries.map(|(key, value)| (key.clone(), value.clone())).collect())
}
