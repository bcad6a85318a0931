//! The corpora and ATT&CK tables that configurations and the client ask for, each opened once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_corpus::source::Source;
use sigwise_workspace::Configuration;
use sigwise_workspace::files::is_yaml;
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

/// A corpus that was opened, and the same with the user's own rules over it, once that is made.
#[derive(Debug)]
struct Made {
    wanted: Wanted,
    own: Vec<Source>,
    /// The snapshot alone: what advice rests on in the meantime.
    base: CorpusRef,
    corpus: CorpusRef,
    /// The number of the order that is carried out.
    ordered: Option<u64>,
    /// The own rules changed since, or were never read.
    is_stale: bool,
}

/// A corpus to be made beside the session: reading the user's own rules takes its time.
#[derive(Debug)]
pub(crate) struct Order {
    /// Its number.
    pub(crate) number: u64,
    base: CorpusRef,
    own: Vec<Source>,
    attack: Option<Arc<Attack>>,
}

impl Order {
    /// Reads the rules and lays them over the base.
    ///
    /// # Errors
    /// Why they cannot be read.
    pub(crate) fn make(&self) -> Result<Arc<Corpus>, String> {
        let base = self.base.get().ok_or("there is no corpus to lay `corpus.local` over")?.base().clone();
        let attack = self.attack.as_deref().unwrap_or_else(|| Attack::embedded());
        with_own_rules(Corpus::new(base), &self.own, attack).map(Arc::new).map_err(|error| error.to_string())
    }
}

/// What was opened.
#[derive(Debug, Default)]
pub(crate) struct Corpora {
    /// What the client sets for every file.
    asked: Option<Wanted>,
    made: Vec<Made>,
    errors: Vec<String>,
    /// `None`: the embedded tables.
    attack: Option<Arc<Attack>>,
    /// How many orders there were.
    orders: u64,
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
        self.attack = attack.map(Arc::new);
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
        let base = match &wanted {
            Wanted::File(path) => match open_snapshot(path) {
                Ok(snapshot) => CorpusRef::Own(Arc::new(Corpus::new(snapshot))),
                Err(error) => {
                    self.fail(error.to_string());
                    CorpusRef::Embedded
                }
            },
            Wanted::None | Wanted::Embedded => CorpusRef::Embedded,
        };
        let is_stale = !own.is_empty();
        let corpus = base.clone();
        self.made.push(Made { wanted, own, base: base.clone(), corpus, ordered: None, is_stale });
        base
    }

    /// What is to be made: of what changed again while it was made only the last state counts.
    pub(crate) fn take_orders(&mut self) -> Vec<Order> {
        let mut orders = Vec::new();
        for made in self.made.iter_mut().filter(|made| made.is_stale && made.ordered.is_none()) {
            self.orders += 1;
            (made.is_stale, made.ordered) = (false, Some(self.orders));
            let (base, own, attack) = (made.base.clone(), made.own.clone(), self.attack.clone());
            orders.push(Order { number: self.orders, base, own, attack });
        }
        orders
    }

    /// Takes what was made to order. Whether anybody still wants it.
    pub(crate) fn made(&mut self, number: u64, result: Result<Arc<Corpus>, String>) -> bool {
        let Some(made) = self.made.iter_mut().find(|made| made.ordered == Some(number)) else { return false };
        made.ordered = None;
        match result {
            Ok(corpus) => made.corpus = CorpusRef::Own(corpus),
            Err(error) => self.fail(error),
        }
        true
    }

    /// A file on disk changed: what it is a part of is made again.
    pub(crate) fn touch(&mut self, place: &Path) {
        for made in self.made.iter_mut().filter(|_| is_yaml(place)) {
            made.is_stale |= made.own.iter().any(|source| place.starts_with(&source.dir));
        }
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
        self.attack.as_deref().unwrap_or_else(|| Attack::embedded())
    }
}

#[cfg(test)]
mod tests {
    use sigwise_workspace::Configuration;

    use super::*;

    const RULE: &str = "title: Own\nid: 7d5b7e5c-3b4f-4c8e-9c54-0a1f4a1de001\nlogsource: {product: windows}\ndetection:\n  s: {OwnField: own value}\n  condition: s\n";

    #[test]
    fn own_rules_are_laid_over_and_read_again() {
        let root = tempfile::tempdir().expect("a folder");
        let (folder, config) = (root.path().join("rules"), root.path().join("sigwise.toml"));
        std::fs::create_dir(&folder).expect("a folder");
        let file = folder.join("own.yml");
        std::fs::write(&file, RULE).expect("a file");
        std::fs::write(&config, "[corpus]\nlocal = [\"rules\"]\n").expect("a file");
        let configuration = Configuration::read(&config, &config, &Default::default()).expect("a configuration");
        let mut corpora = Corpora::default();
        let rules = |corpora: &mut Corpora| corpora.of(&configuration).get().expect("a corpus").rules().count();
        let base = rules(&mut corpora);
        let [order] = &corpora.take_orders()[..] else { panic!("one order") };
        assert!(corpora.take_orders().is_empty());
        assert!(corpora.made(order.number, order.make()));
        assert_eq!(rules(&mut corpora), base + 1);
        // A change while it is made is made afterwards.
        std::fs::write(folder.join("more.yml"), RULE.replace("Own", "More").replace("7d5b", "8d5b")).expect("a file");
        corpora.touch(&root.path().join("elsewhere.yml"));
        assert!(corpora.take_orders().is_empty());
        corpora.touch(&file);
        let [order] = &corpora.take_orders()[..] else { panic!("one order") };
        corpora.touch(&file);
        assert!(corpora.take_orders().is_empty());
        assert!(corpora.made(order.number, order.make()));
        assert_eq!(corpora.take_orders().len(), 1);
        assert_eq!(rules(&mut corpora), base + 2);
        assert!(!corpora.made(99, Err(String::new())), "nobody ordered it");
    }
}
