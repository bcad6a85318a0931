//! Folders, configurations and the project index: what findings in one document owe to other files.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ropey::Rope;
use rustc_hash::FxHashSet;
use serde_json::{Value, json};
use sigwise_corpus::Corpus;
use sigwise_lint::diagnostic::LabelPlace;
use sigwise_lint::project::FileEntries;
use sigwise_sigma::Span;
use sigwise_workspace::CONFIG_FILE;
use sigwise_workspace::files::is_yaml;
use tower_lsp::lsp_types::request::WorkDoneProgressCreate;
use tower_lsp::lsp_types::{
    Diagnostic, DiagnosticSeverity, DidChangeWatchedFilesRegistrationOptions, FileEvent, FileSystemWatcher,
    GlobPattern, MessageType, NumberOrString, Registration, SymbolInformation, Url, WorkDoneProgress,
    WorkDoneProgressBegin, WorkDoneProgressCreateParams, WorkDoneProgressEnd, WorkDoneProgressReport,
    WorkspaceFoldersChangeEvent,
};

use super::{Message, Session, unusable};
use crate::abilities::Abilities;
use crate::convert;
use crate::features::diagnostics::SOURCE;
use crate::features::workspace_symbols::find;
use crate::out::Out;
use crate::settings::ClientSettings;
use crate::workspace::{CorpusRef, Home, Indexed, build, read_entries};

/// More changed files than this are read as a new index: a checkout, most likely.
const MANY: usize = 100;

impl Session {
    /// Asks for the client's settings; the answer is a message.
    pub(super) fn ask_settings(&self) {
        let (client, inbox) = (self.out.client.clone(), self.inbox.clone());
        self.out.runtime.spawn(async move {
            if let Some(value) = Out::settings(client).await {
                let _ = inbox.send(Message::Settings(value));
            }
        });
    }

    /// Takes over the client's settings.
    pub(super) fn set(&mut self, value: &Value) {
        match ClientSettings::read(value).map(|settings| settings.unwrap_or_else(|| self.initial.clone())) {
            Ok(settings) if settings == self.workspace.settings => {}
            Ok(settings) => {
                let wrong = self.workspace.set(settings);
                self.reload(&wrong);
            }
            Err(error) => self.out.log(MessageType::WARNING, &unusable(&error)),
        }
    }

    /// Folders came or went.
    pub(super) fn change_folders(&mut self, event: &WorkspaceFoldersChangeEvent) {
        event.removed.iter().for_each(|folder| self.workspace.remove_folder(&folder.uri));
        event.added.iter().for_each(|folder| self.workspace.add_folder(&folder.uri));
        let wrong = self.workspace.set(self.workspace.settings.clone());
        self.reload(&wrong);
    }

    /// The corpus of a document, open or not; without one that of the first folder.
    pub(crate) fn corpus_for(&mut self, uri: Option<&Url>) -> CorpusRef {
        if let Some(document) = uri.and_then(|uri| self.documents.get(uri)) {
            return document.rules.corpus.clone();
        }
        let home = uri.map_or_else(|| self.workspace.front(), |uri| self.workspace.home(uri));
        let corpus = self.workspace.rules(&home).corpus;
        self.tell_news(&[]);
        corpus
    }

    /// What documents stand on changed: every one finds its place again and is linted again.
    pub(super) fn reload(&mut self, wrong: &[String]) {
        self.workspace.clear();
        self.closed.clear();
        for (uri, document) in &mut self.documents {
            let unwanted = document.rules.excluded;
            document.home = self.workspace.home(uri);
            document.rules = self.workspace.rules(&document.home);
            document.rules.excluded |= unwanted && !matches!(uri.scheme(), "file" | "untitled");
            document.entries = FileEntries::default();
            document.is_linted = false;
            self.edited.insert(uri.clone());
            self.stale.push(uri.clone());
        }
        self.tell_news(wrong);
        self.read_index();
        self.pull_again();
        self.show_again();
    }

    /// What stands beside the text may have changed without an edit: a client that can ask again is told.
    fn show_again(&self) {
        let Abilities { lenses_again, hints_again, .. } = self.abilities;
        let client = self.out.client.clone();
        self.out.runtime.spawn(async move {
            // A client that refuses keeps what it shows.
            if lenses_again {
                let _ = client.code_lens_refresh().await;
            }
            if hints_again {
                let _ = client.inlay_hint_refresh().await;
            }
        });
    }

    /// Says what is wrong with settings, configurations and corpora, the configurations' own mistakes where they stand.
    pub(super) fn tell_news(&mut self, wrong: &[String]) {
        for message in wrong {
            self.out.log(MessageType::WARNING, message);
        }
        for broken in self.workspace.broken() {
            let Ok(uri) = Url::from_file_path(&broken.path) else { continue };
            let text = Rope::from_str(&broken.text);
            let diagnostics = broken.errors.iter().map(|(span, message)| Diagnostic {
                range: convert::range(&text, Span::new(span.start, span.end), self.encoding),
                severity: Some(DiagnosticSeverity::ERROR),
                source: Some(SOURCE.to_owned()),
                message: message.clone(),
                ..Diagnostic::default()
            });
            self.out.publish(uri, diagnostics.collect(), None);
            for (_, message) in &broken.errors {
                self.out.log(MessageType::WARNING, &format!("{}: {message}", broken.path.display()));
            }
        }
        for error in self.workspace.corpus_errors() {
            self.out.log(MessageType::WARNING, &error);
        }
        self.watch_named();
    }

    /// Has rules and configurations watched.
    pub(super) fn watch(&self) {
        if self.abilities.watch {
            self.register_files("sigwise-files", ["**/*.{yml,yaml}".to_owned(), format!("**/{CONFIG_FILE}")]);
        }
    }

    /// Has the client say when its settings change.
    pub(super) fn watch_settings(&self) {
        if self.abilities.watch_settings {
            self.register("sigwise-settings", "workspace/didChangeConfiguration", json!({ "section": "sigwise" }));
        }
    }

    /// Where the client does not watch files, configurations are looked at whenever a document is opened or written, and what
    /// was `written` may be among somebody's own rules.
    pub(super) fn look_at_unwatched(&mut self, written: Option<&Path>) {
        if self.abilities.watch {
            return;
        }
        if let Some(place) = written {
            self.workspace.touch_own_rules(place);
        }
        let changed = self.workspace.changed_configurations();
        let mut touched = false;
        for place in &changed {
            touched |= self.workspace.is_touched(place);
        }
        if touched {
            self.reload(&[]);
        }
    }

    /// Has files watched that configurations name.
    fn watch_named(&mut self) {
        let named: Vec<_> =
            self.workspace.named_files().into_iter().filter(|path| !self.watched.contains(path)).collect();
        if self.abilities.watch && !named.is_empty() {
            let id = format!("sigwise-named-{}", self.watched.len());
            self.register_files(&id, named.iter().map(|path| path.to_string_lossy().into_owned()));
        }
        self.watched.extend(named);
    }

    fn register_files(&self, id: &str, globs: impl IntoIterator<Item = String>) {
        let watchers =
            globs.into_iter().map(|glob| FileSystemWatcher { glob_pattern: GlobPattern::String(glob), kind: None });
        let options = json!(DidChangeWatchedFilesRegistrationOptions { watchers: watchers.collect() });
        self.register(id, "workspace/didChangeWatchedFiles", options);
    }

    fn register(&self, id: &str, method: &str, options: Value) {
        let registration =
            Registration { id: id.to_owned(), method: method.to_owned(), register_options: Some(options) };
        let client = self.out.client.clone();
        // A client that refuses has said so beforehand.
        self.out.runtime.spawn(async move { client.register_capability(vec![registration]).await });
    }

    /// Files changed on disk.
    pub(super) fn files_changed(&mut self, events: &[FileEvent]) {
        let places: Vec<_> =
            events.iter().filter_map(|event| Some((&event.uri, event.uri.to_file_path().ok()?))).collect();
        let mut touched = false;
        for (_, place) in &places {
            touched |= self.workspace.is_touched(place);
            self.workspace.touch_own_rules(place);
        }
        // By their places: what a client watches can be written otherwise than what it opens.
        let open: FxHashSet<&Path> = self.documents.values().map(|document| &*document.home.place).collect();
        let rules = || places.iter().filter(|(_, place)| is_yaml(place) && !open.contains(place.as_path()));
        if touched || rules().count() > MANY {
            self.reload(&[]);
            return;
        }
        let homes: Vec<Home> = rules().map(|(uri, _)| self.workspace.home(uri)).collect();
        for home in homes {
            self.replace(&home, &FileEntries::default(), None);
            self.read_again(&home);
        }
        self.tell_news(&[]);
    }

    /// Has corpora with the user's own rules made beside the session, where some are asked for or their rules changed.
    pub(super) fn make_corpora(&mut self) {
        for order in self.workspace.take_orders() {
            let inbox = self.inbox.clone();
            let make = move || {
                let made = order.make();
                let _ = inbox.send(Message::Corpus(order.number, made));
            };
            if let Err(error) = std::thread::Builder::new().name("corpus".to_owned()).spawn(make) {
                self.out.log(MessageType::ERROR, &format!("`corpus.local` cannot be read: {error}"));
            }
        }
    }

    /// A corpus was made: what it says is asked again.
    pub(super) fn corpus_made(&mut self, number: u64, made: Result<Arc<Corpus>, String>) {
        if !self.workspace.corpus_made(number, made) {
            return;
        }
        for (uri, document) in &mut self.documents {
            document.rules.corpus = self.workspace.rules(&document.home).corpus;
            document.is_linted = false;
            self.stale.push(uri.clone());
        }
        self.closed.clear();
        self.changes += 1;
        self.tell_news(&[]);
        self.pull_again();
    }

    /// The rules of every project that fit a query.
    pub(crate) fn symbols(&mut self, query: &str) -> Vec<SymbolInformation> {
        self.settle();
        let uri = |root: &Path, path: &str| {
            let open = self.documents.values().find(|open| *open.home.root == *root && *open.home.path == *path);
            open.map(|open| open.uri.clone()).or_else(|| Url::from_file_path(root.join(path)).ok())
        };
        find(self.workspace.projects(), query, self.encoding, uri)
    }

    /// Takes what a file that is not open brings from the disk, where it lies in a folder of the client.
    pub(super) fn read_again(&mut self, home: &Home) {
        self.changes += 1;
        self.closed.remove(&home.place);
        if !self.workspace.folders().iter().any(|folder| **folder == *home.root) {
            return;
        }
        let excluded = self.workspace.rules(home).excluded;
        let entries = if excluded { None } else { read_entries(&home.place, &home.path) };
        let before = self.entangled(&home.root);
        self.workspace.project_mut(&home.root).remove(&home.path);
        let files = self.workspace.files_mut(&home.root);
        match entries {
            Some(entries) => {
                files.insert(Arc::clone(&home.path));
                self.workspace.project_mut(&home.root).add(entries);
            }
            None => {
                files.remove(&home.path);
            }
        }
        let after = self.entangled(&home.root);
        self.mark_paths(&home.root, |path| before.contains(path) || after.contains(path));
    }

    fn entangled(&self, root: &Path) -> FxHashSet<Arc<str>> {
        let project = self.workspace.project(root);
        project.map(|project| project.entangled().into_iter().map(Arc::from).collect()).unwrap_or_default()
    }

    /// Replaces what a file brings to its project, and has those linted again whose findings owe to it.
    pub(super) fn replace(&mut self, home: &Home, old: &FileEntries, new: Option<FileEntries>) {
        let project = self.workspace.project_mut(&home.root);
        project.remove_entries(old);
        let new = new.unwrap_or_default();
        project.add(new.clone());
        let mut paths: FxHashSet<Arc<str>> = project.sharing(old).chain(project.sharing(&new)).cloned().collect();
        if !old.has_rules_of(&new) {
            paths.extend(project.referring().iter().cloned());
        }
        paths.remove(&home.path);
        self.changes += 1;
        self.closed.remove(&home.place);
        self.mark_paths(&home.root, |path| paths.contains(path));
        let pointing: Vec<Url> = self
            .documents
            .values()
            .filter(|other| other.home.root == home.root)
            .filter_map(|other| {
                let labels = other.found.iter().flat_map(|found| &found.labels);
                let points = |place: &LabelPlace| matches!(place, LabelPlace::Other(place) if place.path == home.path);
                labels.into_iter().any(|label| points(&label.place)).then(|| other.uri.clone())
            })
            .collect();
        pointing.iter().for_each(|uri| self.mark(uri));
    }

    /// Has files of a project linted again.
    fn mark_paths(&mut self, root: &Path, is_meant: impl Fn(&str) -> bool) {
        let meant = |home: &Home| *home.root == *root && is_meant(&home.path);
        let open =
            self.documents.values().filter(|document| meant(&document.home)).map(|document| document.uri.clone());
        let open: Vec<Url> = open.collect();
        open.iter().for_each(|uri| self.mark(uri));
        self.closed.retain(|place, _| {
            let path = sigwise_workspace::path::relative(place, root);
            !(place.starts_with(root) && is_meant(&path))
        });
        if !open.is_empty() {
            self.pull_again();
        }
    }

    /// Reads the project index of every folder anew, beside the session.
    pub(super) fn read_index(&mut self) {
        let number = self.index.fetch_add(1, Ordering::Relaxed) + 1;
        self.end_progress();
        let roots: Vec<Arc<Path>> = self.workspace.folders().iter().map(|folder| folder.as_path().into()).collect();
        self.indexing = roots.len();
        if roots.is_empty() {
            return;
        }
        if self.abilities.progress {
            let (client, inbox) = (self.out.client.clone(), self.inbox.clone());
            let token = NumberOrString::String(format!("sigwise-index-{number}"));
            self.out.runtime.spawn(async move {
                let params = WorkDoneProgressCreateParams { token: token.clone() };
                if client.send_request::<WorkDoneProgressCreate>(params).await.is_ok() {
                    let _ = inbox.send(Message::Progress(number, token));
                }
            });
        }
        let (index, inbox) = (Arc::clone(&self.index), self.inbox.clone());
        let read = move || {
            for root in &roots {
                build(root, |part| {
                    let wanted = index.load(Ordering::Relaxed) == number;
                    wanted && inbox.send(Message::Indexed(number, part)).is_ok()
                });
            }
        };
        if let Err(error) = std::thread::Builder::new().name("index".to_owned()).spawn(read) {
            self.out.log(MessageType::ERROR, &format!("the folders cannot be read: {error}"));
        }
    }

    /// Adds a part of the index; what is open is preferred.
    pub(super) fn indexed(&mut self, number: u64, part: Indexed) {
        if number != self.index.load(Ordering::Relaxed) {
            return;
        }
        let homes = self.documents.values().map(|document| &document.home).filter(|home| home.root == part.root);
        let open: FxHashSet<Arc<str>> = homes.map(|home| Arc::clone(&home.path)).collect();
        for (path, entries) in part.entries {
            self.workspace.files_mut(&part.root).insert(Arc::clone(&path));
            if !open.contains(&path) {
                let project = self.workspace.project_mut(&part.root);
                // It can have changed on disk, and so been read, meanwhile.
                project.remove_entries(&entries);
                project.add(entries);
            }
        }
        if let Some(token) = &self.progress
            && part.of > 0
        {
            self.out.progress(
                token,
                WorkDoneProgress::Report(WorkDoneProgressReport {
                    cancellable: Some(false),
                    message: Some(format!("{} of {} files", part.done, part.of)),
                    percentage: Some((part.done * 100 / part.of) as u32),
                }),
            );
        }
        if part.done == part.of {
            self.indexing = self.indexing.saturating_sub(1);
            self.settle();
            let entangled = self.entangled(&part.root);
            self.mark_paths(&part.root, |path| entangled.contains(path));
            self.changes += 1;
            self.out.log(MessageType::INFO, &format!("read {} files below {}", part.of, part.root.display()));
        }
        if self.indexing == 0 {
            self.end_progress();
        }
    }

    /// The client shows progress from now on.
    pub(super) fn show_progress(&mut self, number: u64, token: NumberOrString) {
        let begin = WorkDoneProgressBegin {
            title: "sigwise: reading rules".to_owned(),
            cancellable: Some(false),
            percentage: Some(0),
            ..WorkDoneProgressBegin::default()
        };
        self.out.progress(&token, WorkDoneProgress::Begin(begin));
        self.progress = Some(token);
        if self.indexing == 0 || number != self.index.load(Ordering::Relaxed) {
            self.end_progress();
        }
    }

    fn end_progress(&mut self) {
        if let Some(token) = self.progress.take() {
            self.out.progress(&token, WorkDoneProgress::End(WorkDoneProgressEnd { message: None }));
        }
    }
}
