//! The `sigwise.toml` of every folder. A broken one is told, and its last good settings hold on.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use sigwise_lint::Config;
use sigwise_lint::config::Flags;
use sigwise_workspace::{CONFIG_FILE, Configuration, Error};

/// Every configuration that was asked for.
#[derive(Debug, Default)]
pub(crate) struct Configurations {
    flags: Flags,
    /// Where there is no file.
    bare: Arc<Configuration>,
    /// Folder → the nearest file above it or in it.
    nearest: HashMap<PathBuf, Option<PathBuf>>,
    files: BTreeMap<PathBuf, Loaded>,
}

#[derive(Debug, Default)]
struct Loaded {
    good: Option<Arc<Configuration>>,
    error: Option<Error>,
    /// What the file names was read, or is to be read again.
    current: bool,
    /// The client was told what is wrong, so it must be told when nothing is any more.
    told: bool,
    /// Something changed since the client was told.
    news: bool,
    /// When the file was written last; `None` where it is gone.
    written: Option<SystemTime>,
}

fn nearest(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(CONFIG_FILE)).find(|path| path.is_file())
}

fn written(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// What is to be said about a configuration.
#[derive(Debug)]
pub(crate) struct Broken {
    /// The file.
    pub(crate) path: PathBuf,
    /// Its text, what is wrong with it, and where (in bytes); nothing where it can be used.
    pub(crate) errors: Vec<(std::ops::Range<usize>, String)>,
    /// The text that the places are in.
    pub(crate) text: String,
}

impl Configurations {
    /// With what the client sets on top. Names that are no checks are left out, and told.
    pub(crate) fn new(flags: &Flags) -> (Self, Vec<String>) {
        let (bare, wrong, flags) = match Config::from_flags(flags) {
            Ok(config) => (config, Vec::new(), flags.clone()),
            Err(errors) => {
                let known = Flags { profile: flags.profile, ..Flags::default() };
                let wrong = errors.into_iter().map(|error| error.message).collect();
                (Config::from_flags(&known).unwrap_or_default(), wrong, known)
            }
        };
        let bare = Arc::new(Configuration::without_file(PathBuf::new(), bare));
        (Self { flags, bare, ..Self::default() }, wrong)
    }

    /// The nearest configuration above a file.
    pub(crate) fn above(&mut self, place: &Path) -> Arc<Configuration> {
        let Some(path) = self.nearest(place) else { return Arc::clone(&self.bare) };
        let loaded = self.files.entry(path.clone()).or_default();
        if !loaded.current {
            loaded.current = true;
            loaded.written = written(&path);
            match Configuration::read(&path, &path, &self.flags) {
                Ok(configuration) => {
                    loaded.good = Some(Arc::new(configuration));
                    loaded.error = None;
                }
                Err(error) => loaded.error = Some(error),
            }
            loaded.news = loaded.told || loaded.error.is_some();
        }
        loaded.good.as_ref().map_or_else(|| Arc::clone(&self.bare), Arc::clone)
    }

    /// Goes on where another left off: what the client was told holds until it is told otherwise.
    pub(crate) fn keep_told(&mut self, other: &Self) {
        for (path, _) in other.files.iter().filter(|(_, loaded)| loaded.told) {
            let told = Loaded { told: true, news: !path.is_file(), ..Loaded::default() };
            self.files.insert(path.clone(), told);
            self.above(path);
        }
    }

    fn nearest(&mut self, place: &Path) -> Option<PathBuf> {
        let folder = place.parent()?;
        if let Some(known) = self.nearest.get(folder) {
            return known.clone();
        }
        let found = nearest(folder);
        self.nearest.insert(folder.to_owned(), found.clone());
        found
    }

    /// Those that came, went or were written since they were read.
    pub(crate) fn changed(&self) -> Vec<PathBuf> {
        let written = self.files.iter().filter(|(path, loaded)| loaded.written != written(path));
        let mut changed: Vec<PathBuf> = written.map(|(path, _)| path.clone()).collect();
        changed.extend(
            self.nearest.iter().filter_map(|(folder, known)| nearest(folder).filter(|now| known.as_ref() != Some(now))),
        );
        changed
    }

    /// Whether this file is a configuration, or what one takes over; then it is read again when it is asked for.
    pub(crate) fn forget(&mut self, place: &Path) -> bool {
        let mut touched = false;
        if place.file_name().is_some_and(|name| name == CONFIG_FILE) {
            // One that came or went changes which is the nearest.
            self.nearest.clear();
            touched = true;
            if !place.is_file()
                && let Some(gone) = self.files.get_mut(place)
            {
                (gone.good, gone.error, gone.news, gone.written) = (None, None, gone.told, None);
            }
        }
        for (path, loaded) in &mut self.files {
            let takes_over = loaded.good.as_ref().and_then(|good| good.sigma_cli.as_deref()) == Some(place);
            if takes_over || path == place {
                loaded.current = false;
                touched = true;
            }
        }
        touched
    }

    /// What changed since this was asked last.
    pub(crate) fn news(&mut self) -> Vec<Broken> {
        let mut news = Vec::new();
        for (path, loaded) in self.files.iter_mut().filter(|(_, loaded)| loaded.news) {
            loaded.news = false;
            loaded.told = loaded.error.is_some();
            news.push(match &loaded.error {
                None => Broken { path: path.clone(), errors: Vec::new(), text: String::new() },
                Some(Error::Config { path, text, errors }) => Broken {
                    path: path.clone(),
                    errors: errors.iter().map(|error| (error.span.clone(), error.message.clone())).collect(),
                    text: text.clone(),
                },
                Some(Error::File(error)) => {
                    Broken { path: path.clone(), errors: vec![(0..0, error.to_string())], text: String::new() }
                }
            });
        }
        news
    }

    /// What configurations take over.
    pub(crate) fn named_files(&self) -> impl Iterator<Item = PathBuf> {
        self.files.values().filter_map(|loaded| loaded.good.as_ref()?.sigma_cli.clone())
    }
}
