//! What documents stand on: the folders of the client with their project indexes, configurations and corpora.

mod configurations;
mod corpora;
mod index;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_lint::{Project, Settings};
use sigwise_workspace::CONFIG_FILE;
use sigwise_workspace::configuration::project_root;
use sigwise_workspace::path::relative;
use tower_lsp::lsp_types::Url;

use crate::settings::ClientSettings;

pub(crate) use configurations::{Broken, Configurations};
pub(crate) use corpora::{Corpora, CorpusRef, Order};
pub(crate) use index::{Indexed, build, read_entries};

/// Where a file stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    /// The project that it belongs to, by its root.
    pub(crate) root: Arc<Path>,
    /// Its path relative to the root, with `/`.
    pub(crate) path: Arc<str>,
    /// Its absolute path; what is not saved yet stands in the root.
    pub(crate) place: PathBuf,
}

/// What holds for a file.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// Which checks are on.
    pub(crate) settings: Arc<Settings>,
    /// What stands behind the advice.
    pub(crate) corpus: CorpusRef,
    /// The configuration leaves the file out.
    pub(crate) excluded: bool,
}

/// The folders, and what is known about their files.
#[derive(Debug)]
pub(crate) struct Workspace {
    cwd: PathBuf,
    /// The client's folders.
    folders: Vec<PathBuf>,
    /// The rules of a project by its root: the folders', and those of files outside them.
    projects: BTreeMap<Arc<Path>, Project>,
    /// The files with rules on disk, by root: relative, with `/`.
    files: BTreeMap<Arc<Path>, BTreeSet<Arc<str>>>,
    /// What the client sets.
    pub(crate) settings: ClientSettings,
    configurations: Configurations,
    corpora: Corpora,
}

impl Workspace {
    /// Without folders.
    pub(crate) fn new() -> Self {
        Self {
            cwd: std::env::current_dir().unwrap_or_default(),
            folders: Vec::new(),
            projects: BTreeMap::new(),
            files: BTreeMap::new(),
            settings: ClientSettings::default(),
            configurations: Configurations::default(),
            corpora: Corpora::default(),
        }
    }

    /// The client's folders.
    pub(crate) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Adds a folder of the client, where it is one on disk.
    pub(crate) fn add_folder(&mut self, uri: &Url) {
        let folder = uri.to_file_path().ok().filter(|folder| !self.folders.contains(folder));
        self.folders.extend(folder);
    }

    /// Forgets a folder.
    pub(crate) fn remove_folder(&mut self, uri: &Url) {
        if let Ok(folder) = uri.to_file_path() {
            self.folders.retain(|other| *other != folder);
        }
    }

    /// Takes over what the client sets and reads everything again. Says what is wrong with the settings.
    pub(crate) fn set(&mut self, settings: ClientSettings) -> Vec<String> {
        self.settings = settings;
        let (mut configurations, mut wrong) = Configurations::new(&self.settings.flags());
        configurations.keep_told(&self.configurations);
        self.configurations = configurations;
        for folder in &self.folders {
            // So that a broken one is told although no file below it is open.
            self.configurations.above(&folder.join(CONFIG_FILE));
        }
        wrong.extend(self.corpora.set(&self.settings, &self.cwd));
        wrong
    }

    /// Where a document stands: in the innermost folder of the client, else in the project that the command line would find.
    pub(crate) fn home(&self, uri: &Url) -> Home {
        let Ok(place) = uri.to_file_path() else {
            return self.inside_front(uri.path());
        };
        let inside = self.folders.iter().filter(|folder| place.starts_with(folder));
        let root = inside.max_by_key(|folder| folder.as_os_str().len()).cloned().unwrap_or_else(|| {
            let folder = place.parent().unwrap_or(&place);
            let beside = if folder.starts_with(&self.cwd) { &self.cwd } else { folder };
            project_root(folder).unwrap_or_else(|| beside.to_owned())
        });
        Home { path: relative(&place, &root).into(), root: root.into(), place }
    }

    /// A file in the first folder, or in the one that the server was started in, that need not exist.
    fn inside_front(&self, path: &str) -> Home {
        let root = self.folders.first().unwrap_or(&self.cwd);
        Home { root: root.as_path().into(), path: path.into(), place: root.join(path.trim_start_matches('/')) }
    }

    /// Where something stands that belongs to no document.
    pub(crate) fn front(&self) -> Home {
        self.inside_front(CONFIG_FILE)
    }

    /// What holds for a file.
    pub(crate) fn rules(&mut self, home: &Home) -> Rules {
        let configuration = self.configurations.above(&home.place);
        let path = relative(&home.place, &configuration.folder);
        Rules {
            settings: Arc::new(configuration.config.settings_for(&path).into_owned()),
            corpus: self.corpora.of(&configuration),
            excluded: configuration.config.excludes(&path),
        }
    }

    /// The rules of the project with this root.
    pub(crate) fn project(&self, root: &Path) -> Option<&Project> {
        self.projects.get(root)
    }

    /// Every project with its root.
    pub(crate) fn projects(&self) -> impl Iterator<Item = (&Path, &Project)> {
        self.projects.iter().map(|(root, project)| (&**root, project))
    }

    /// The rules of the project with this root, for changing them.
    pub(crate) fn project_mut(&mut self, root: &Arc<Path>) -> &mut Project {
        self.projects.entry(Arc::clone(root)).or_default()
    }

    /// The files with rules on disk below this folder of the client.
    pub(crate) fn files_mut(&mut self, root: &Arc<Path>) -> &mut BTreeSet<Arc<str>> {
        self.files.entry(Arc::clone(root)).or_default()
    }

    /// Every file with rules on disk, by folder.
    pub(crate) fn files(&self) -> impl Iterator<Item = Home> {
        self.files.iter().flat_map(|(root, files)| {
            let home =
                |path: &Arc<str>| Home { root: Arc::clone(root), path: Arc::clone(path), place: root.join(&**path) };
            files.iter().map(home)
        })
    }

    /// Forgets what is known about files, to read it again.
    pub(crate) fn clear(&mut self) {
        self.projects.clear();
        self.files.clear();
    }

    /// The ATT&CK tables.
    pub(crate) fn attack(&self) -> &Attack {
        self.corpora.attack()
    }

    /// Why corpora that are asked for cannot be opened, since this was asked last.
    pub(crate) fn corpus_errors(&mut self) -> Vec<String> {
        self.corpora.errors()
    }

    /// The corpora that are to be made.
    pub(crate) fn take_orders(&mut self) -> Vec<Order> {
        self.corpora.take_orders()
    }

    /// Takes a corpus that was made, where it is still wanted.
    pub(crate) fn corpus_made(&mut self, number: u64, made: Result<Arc<Corpus>, String>) -> bool {
        self.corpora.made(number, made)
    }

    /// A file on disk changed: corpora that it is a part of are made again.
    pub(crate) fn touch_own_rules(&mut self, place: &Path) {
        self.corpora.touch(place);
    }

    /// The configurations that cannot be used, and those that can be again, since this was asked last.
    pub(crate) fn broken(&mut self) -> Vec<Broken> {
        self.configurations.news()
    }

    /// A file on disk changed. Whether something is to be read again because of it, beside its rules.
    pub(crate) fn is_touched(&mut self, place: &Path) -> bool {
        let configuration = self.configurations.forget(place);
        if configuration {
            self.configurations.above(place);
        }
        self.corpora.forget(place) || configuration
    }

    /// The configurations that changed on disk since they were read.
    pub(crate) fn changed_configurations(&self) -> Vec<PathBuf> {
        self.configurations.changed()
    }

    /// The files outside of what is watched anyway whose changes matter.
    pub(crate) fn named_files(&self) -> Vec<PathBuf> {
        self.configurations.named_files().chain(self.corpora.named_files()).collect()
    }
}
