//! The corpora and ATT&CK tables that configurations and the client ask for, each opened once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_corpus::source::Source;
use sigwise_workspace::Configuration;
use sigwise_workspace::knowledge::{Wanted, open_snapshot, own_rules, read_attack, with_own_rules};

use crate::settings::{ClientSettings, CorpusSetting};

/// A corpus that documents share.
#[derive(Clone, Debug)]
pub(crate) enum CorpusRef {
    /// No advice is wanted.
    None,
    /// The one that is part of the program.
    Embedded,
    /// A snapshot.
    Own(Arc<Corpus>),
}

impl CorpusRef {
    /// The corpus. The embedded one is checked when first asked for.
    pub(crate) fn get(&self) -> Option<&Corpus> {
        match self {
            Self::None => None,
            Self::Embedded => Corpus::embedded().ok(),
            Self::Own(corpus) => Some(corpus),
        }
    }
}

/// A corpus that was made: a snapshot with the user's own rules over it.
#[derive(Debug)]
struct Made {
    wanted: Wanted,
    own: Vec<Source>,
    corpus: CorpusRef,
}

/// What was opened.
#[derive(Debug, Default)]
pub(crate) struct Corpora {
    /// What the client sets for every file.
    asked: Option<Wanted>,
    made: Vec<Made>,
    errors: Vec<String>,
    /// `None`: the embedded tables.
    attack: Option<Attack>,
}

impl Corpora {
    /// Takes over what the client sets; says what cannot be used of it.
    pub(crate) fn set(&mut self, settings: &ClientSettings, cwd: &Path) -> Option<String> {
        self.asked = match &settings.corpus {
            None | Some(CorpusSetting::Enabled(true)) => None,
            Some(CorpusSetting::Enabled(false)) => Some(Wanted::None),
            Some(CorpusSetting::File(file)) => Some(Wanted::File(cwd.join(file))),
        };
        let read = settings.attack.as_ref().map(|folder| read_attack(&cwd.join(folder)));
        let (attack, wrong) = match read.transpose() {
            Ok(attack) => (attack, None),
            Err(error) => (None, Some(error.to_string())),
        };
        self.attack = attack;
        self.made.clear();
        wrong
    }

    /// The corpus for files with this configuration; the embedded one where the wanted one cannot be opened.
    pub(crate) fn of(&mut self, configuration: &Configuration) -> CorpusRef {
        let wanted = self.asked.clone().unwrap_or_else(|| Wanted::by(configuration));
        let own = match own_rules(configuration) {
            Ok(own) if wanted != Wanted::None => own,
            Ok(_) => Vec::new(),
            Err(error) => {
                self.fail(error.to_string());
                Vec::new()
            }
        };
        match wanted {
            Wanted::None => return CorpusRef::None,
            Wanted::Embedded if own.is_empty() => return CorpusRef::Embedded,
            Wanted::Embedded | Wanted::File(_) => {}
        }
        if let Some(made) = self.made.iter().find(|made| made.wanted == wanted && made.own == own) {
            return made.corpus.clone();
        }
        let corpus = match self.make(&wanted, &own) {
            Ok(corpus) => CorpusRef::Own(Arc::new(corpus)),
            Err(error) => {
                self.fail(error);
                CorpusRef::Embedded
            }
        };
        self.made.push(Made { wanted, own, corpus: corpus.clone() });
        corpus
    }

    fn make(&self, wanted: &Wanted, own: &[Source]) -> Result<Corpus, String> {
        let base = match wanted {
            Wanted::File(path) => open_snapshot(path).map_err(|error| error.to_string())?,
            Wanted::None | Wanted::Embedded => Corpus::embedded().map_err(ToString::to_string)?.base().clone(),
        };
        with_own_rules(Corpus::new(base), own, self.attack()).map_err(|error| error.to_string())
    }

    fn fail(&mut self, error: String) {
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    /// Why corpora cannot be opened, since this was asked last.
    pub(crate) fn errors(&mut self) -> Vec<String> {
        std::mem::take(&mut self.errors)
    }

    /// Whether this file is a corpus in use; then it is opened again when it is asked for.
    pub(crate) fn forget(&mut self, place: &Path) -> bool {
        let before = self.made.len();
        self.made.retain(|made| !matches!(&made.wanted, Wanted::File(path) if path == place));
        self.made.len() < before
    }

    /// The files that were to be opened.
    pub(crate) fn named_files(&self) -> impl Iterator<Item = PathBuf> {
        self.made.iter().filter_map(|made| match &made.wanted {
            Wanted::File(path) => Some(path.clone()),
            Wanted::None | Wanted::Embedded => None,
        })
    }

    /// The ATT&CK tables.
    pub(crate) fn attack(&self) -> &Attack {
        self.attack.as_ref().unwrap_or_else(|| Attack::embedded())
    }
}
