//! The one owner of all state: a thread that takes the client's messages in their order.
//!
//! Notifications change documents at once; what changed is linted and published as soon as no further message waits, one
//! document at a time. So every keystroke is answered, a burst of edits is answered once, and nothing keeps a request waiting
//! for longer than one lint. Requests are answered in their order from the text as it stands then. Nothing is linted beside
//! it, so no result can be late.

mod project;
mod pull;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, Sender};

use serde_json::Value;
use sigwise_corpus::Corpus;
use sigwise_lint::Project;
use sigwise_lint::project::FileEntries;
use sigwise_workspace::fill::today;
use tokio::runtime::Handle;
use tower_lsp::Client;
use tower_lsp::lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    FileEvent, InitializeParams, MessageType, NumberOrString, TraceValue, Url, WorkspaceFoldersChangeEvent,
};

use crate::abilities::Abilities;
use crate::convert::Encoding;
use crate::document::Document;
use crate::features::diagnostics::diagnostics;
use crate::out::Out;
use crate::settings::ClientSettings;
use crate::view::View;
use crate::workspace::{Indexed, Workspace};

pub(crate) use pull::{PullAll, report};

/// What the session is told or asked.
pub(crate) enum Message {
    /// The client introduces itself; positions are counted like this.
    Initialize(Box<InitializeParams>, Encoding),
    /// The client is ready for requests.
    Initialized,
    /// A document was opened.
    Open(DidOpenTextDocumentParams),
    /// A document was edited.
    Change(DidChangeTextDocumentParams),
    /// A document was written to disk.
    Saved(DidSaveTextDocumentParams),
    /// A document was closed.
    Close(DidCloseTextDocumentParams),
    /// The client's settings changed; these are the new ones where the client does not want to be asked.
    SettingsChanged(Value),
    /// The client's settings, asked for.
    Settings(Value),
    /// Folders came or went.
    Folders(WorkspaceFoldersChangeEvent),
    /// Files changed on disk.
    Files(Vec<FileEvent>),
    /// The corpus with the user's own rules and this number was made, or could not be.
    Corpus(u64, Result<Arc<Corpus>, String>),
    /// A part of the project index with this number was read.
    Indexed(u64, Indexed),
    /// The client shows the progress of the index with this number.
    Progress(u64, NumberOrString),
    /// How much of what is going on the client wants to know.
    Trace(TraceValue),
    /// The client pulls the findings of every file.
    PullAll(PullAll),
    /// A question; it answers whoever asked.
    Ask(Box<dyn FnOnce(&mut Session) + Send>),
}

/// How many messages are taken before a document is linted although more are waiting.
const BURST: usize = 64;

/// Nesting is bounded everywhere; this is what the main thread has too.
const STACK: usize = 8 << 20;

/// Everything the server knows.
pub(crate) struct Session {
    out: Out,
    /// For what runs beside the session: it tells what it found.
    inbox: Sender<Message>,
    abilities: Abilities,
    encoding: Encoding,
    documents: BTreeMap<Url, Document>,
    workspace: Workspace,
    /// What the client set at the start: it holds as long as the client's settings say nothing.
    initial: ClientSettings,
    /// What is wrong with it, until the client can be told.
    initial_wrong: Vec<String>,
    /// Documents whose text is newer than what they bring to the project index.
    edited: BTreeSet<Url>,
    /// Documents to be linted, the next one last; those that are linted already are passed over.
    stale: Vec<Url>,
    /// The number of the project index that is being read, or was read last.
    index: Arc<AtomicU64>,
    /// Folders whose index is not complete, and where its progress is shown.
    indexing: usize,
    progress: Option<NumberOrString>,
    /// Files that the client watches for us beside rules and configurations.
    watched: BTreeSet<PathBuf>,
    /// The client pulls findings, so they are not pushed.
    pulled: bool,
    pulls: Vec<PullAll>,
    /// What closed files were last said to have: the number of the report.
    closed: BTreeMap<PathBuf, String>,
    /// Counts what changes findings, so that a pull can wait for it.
    changes: u64,
}

/// Starts the session.
///
/// # Errors
/// There is no thread to run on.
pub(crate) fn start(
    client: Client,
    (inbox, messages): (Sender<Message>, Receiver<Message>),
    runtime: Handle,
) -> std::io::Result<()> {
    let session = Session {
        out: Out { client, runtime, trace: TraceValue::Off },
        inbox,
        abilities: Abilities::default(),
        encoding: Encoding::default(),
        documents: BTreeMap::new(),
        workspace: Workspace::new(),
        initial: ClientSettings::default(),
        initial_wrong: Vec::new(),
        edited: BTreeSet::new(),
        stale: Vec::new(),
        index: Arc::default(),
        indexing: 0,
        progress: None,
        watched: BTreeSet::new(),
        pulled: false,
        pulls: Vec::new(),
        closed: BTreeMap::new(),
        changes: 0,
    };
    std::thread::Builder::new().name("session".to_owned()).stack_size(STACK).spawn(move || session.run(&messages))?;
    Ok(())
}

impl Session {
    fn run(mut self, messages: &Receiver<Message>) {
        loop {
            for taken in 0..BURST {
                let waits = taken == 0 && self.is_idle();
                let next = if waits { messages.recv().ok() } else { messages.try_recv().ok() };
                match next {
                    Some(message) => self.guard("a message", |session| session.take(message)),
                    // Whoever could tell something is gone.
                    None if waits => return,
                    None => break,
                }
            }
            self.guard("a document", Self::step);
        }
    }

    /// A panic must not end the session: it is logged, and what it leaves behind is the text as it was.
    fn guard(&mut self, what: &str, work: impl FnOnce(&mut Self)) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(self))) {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown");
            self.out.log(MessageType::ERROR, &format!("a mistake of sigwise in {what}, please report it: {said}"));
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Initialize(params, encoding) => self.initialize(*params, encoding),
            Message::Initialized => self.initialized(),
            Message::Open(params) => self.open(params),
            Message::Change(params) => self.change(&params),
            Message::Saved(params) => self.look_at_unwatched(params.text_document.uri.to_file_path().ok().as_deref()),
            Message::Close(params) => self.close(&params.text_document.uri),
            Message::SettingsChanged(_) if self.abilities.configuration => self.ask_settings(),
            Message::SettingsChanged(value) | Message::Settings(value) => self.set(&value),
            Message::Folders(event) => self.change_folders(&event),
            Message::Files(events) => self.files_changed(&events),
            Message::Corpus(number, made) => self.corpus_made(number, made),
            Message::Indexed(number, part) => self.indexed(number, part),
            Message::Progress(number, token) => self.show_progress(number, token),
            Message::Trace(value) => self.out.trace = value,
            Message::PullAll(pull) => self.pulls.push(pull),
            Message::Ask(question) => question(self),
        }
        self.make_corpora();
    }

    fn initialize(&mut self, params: InitializeParams, encoding: Encoding) {
        self.encoding = encoding;
        self.abilities = Abilities::of(&params.capabilities);
        self.out.trace = params.trace.unwrap_or(TraceValue::Off);
        let root = params.root_uri;
        match params.workspace_folders.filter(|folders| !folders.is_empty()) {
            Some(folders) => folders.iter().for_each(|folder| self.workspace.add_folder(&folder.uri)),
            None => root.iter().for_each(|root| self.workspace.add_folder(root)),
        }
        match params.initialization_options.as_ref().map(ClientSettings::read).transpose() {
            Ok(settings) => self.initial = settings.flatten().unwrap_or_default(),
            Err(error) => self.initial_wrong.push(unusable(&error)),
        }
        let wrong = self.workspace.set(self.initial.clone());
        self.initial_wrong.extend(wrong);
    }

    fn initialized(&mut self) {
        let folders = self.workspace.folders().len();
        let version = env!("CARGO_PKG_VERSION");
        self.out.log(MessageType::INFO, &format!("sigwise {version}, {folders} folders, {:?}", self.encoding));
        self.watch();
        self.watch_settings();
        if self.abilities.configuration {
            self.ask_settings();
        }
        let wrong = std::mem::take(&mut self.initial_wrong);
        self.tell_news(&wrong);
        self.read_index();
    }

    fn open(&mut self, params: DidOpenTextDocumentParams) {
        let item = params.text_document;
        if self.documents.contains_key(&item.uri) {
            self.out.log(MessageType::WARNING, &format!("{} was opened twice", item.uri));
            self.close(&item.uri);
        }
        self.look_at_unwatched(None);
        let home = self.workspace.home(&item.uri);
        let mut rules = self.workspace.rules(&home);
        rules.excluded |= !is_ours(&item.uri, &item.language_id);
        self.tell_news(&[]);
        if !rules.excluded {
            // The buffer is preferred to the disk.
            let project = self.workspace.project_mut(&home.root);
            project.remove(&home.path);
        }
        let document = Document::new(item.uri.clone(), Some(item.version), &item.text, home, rules);
        self.documents.insert(item.uri.clone(), document);
        self.edited.insert(item.uri.clone());
        self.stale.push(item.uri);
    }

    fn change(&mut self, params: &DidChangeTextDocumentParams) {
        let uri = &params.text_document.uri;
        match self.documents.get_mut(uri) {
            Some(document) => {
                document.change(params.text_document.version, &params.content_changes, self.encoding);
                self.edited.insert(uri.clone());
                self.mark(uri);
            }
            None => self.out.log(MessageType::WARNING, &format!("{uri} was changed, but is not open")),
        }
    }

    fn close(&mut self, uri: &Url) {
        let Some(document) = self.documents.remove(uri) else {
            self.out.log(MessageType::WARNING, &format!("{uri} was closed, but is not open"));
            return;
        };
        self.edited.remove(uri);
        if document.is_published {
            self.out.publish(uri.clone(), Vec::new(), None);
        }
        if !document.rules.excluded {
            self.replace(&document.home, &document.entries, None);
            self.read_again(&document.home);
        }
    }

    /// A document must be linted again.
    fn mark(&mut self, uri: &Url) {
        if let Some(document) = self.documents.get_mut(uri) {
            document.is_linted = false;
            self.stale.push(uri.clone());
        }
    }

    /// Nothing is left to do until the next message.
    fn is_idle(&self) -> bool {
        self.stale.is_empty() && self.edited.is_empty() && !self.has_pull()
    }

    /// Lints and publishes one document, or goes on with a pull.
    fn step(&mut self) {
        self.settle();
        while let Some(uri) = self.stale.pop() {
            if self.documents.get(&uri).is_some_and(|document| !document.is_linted) {
                self.refresh(&uri);
                return;
            }
        }
        self.pull_step();
    }

    /// Brings the project index up to the documents' texts.
    pub(crate) fn settle(&mut self) {
        for uri in std::mem::take(&mut self.edited) {
            let Some(document) = self.documents.get_mut(&uri) else { continue };
            let entries = match document.rules.excluded {
                true => FileEntries::default(),
                false => FileEntries::of(&document.home.path, document.file()),
            };
            self.changes += 1;
            if entries != document.entries {
                let old = std::mem::replace(&mut document.entries, entries.clone());
                let home = document.home.clone();
                self.replace(&home, &old, Some(entries));
            }
        }
    }

    /// Lints a document that changed and publishes what was found, at once.
    pub(crate) fn refresh(&mut self, uri: &Url) {
        self.settle();
        let Some(document) = self.documents.get_mut(uri).filter(|document| !document.is_linted) else { return };
        // Set before: a panic must not make the session lint it again and again.
        document.is_linted = true;
        document.found.clear();
        if !document.is_served() && !document.is_published {
            return;
        }
        let start = std::time::Instant::now();
        let found = self.view(uri).map(|view| view.lint()).unwrap_or_default();
        let shown = match self.documents.get_mut(uri) {
            Some(document) => {
                document.found = found;
                document.is_published = document.is_served() && !self.pulled;
                self.view(uri).map(|view| diagnostics(&view)).unwrap_or_default()
            }
            None => return,
        };
        let version = self.documents.get(uri).and_then(|document| document.version);
        self.out.trace(|| format!("linted {uri} {version:?} in {:?}: {} findings", start.elapsed(), shown.len()));
        if !self.pulled {
            self.out.publish(uri.clone(), shown, version);
        }
    }

    /// What a feature sees of a document; nothing of one that gets nothing.
    pub(crate) fn view(&self, uri: &Url) -> Option<View<'_>> {
        self.documents.get(uri).filter(|document| document.is_served()).map(|document| self.view_of(document))
    }

    fn view_of<'a>(&'a self, document: &'a Document) -> View<'a> {
        static NO_RULES: std::sync::LazyLock<Project> = std::sync::LazyLock::new(Project::default);
        View {
            document,
            encoding: self.encoding,
            abilities: self.abilities,
            client: &self.workspace.settings,
            path: &document.home.path,
            settings: &document.rules.settings,
            corpus: document.rules.corpus.get(),
            project: self.workspace.project(&document.home.root).unwrap_or(&NO_RULES),
            attack: self.workspace.attack(),
            today: today(),
        }
    }
}

/// What is said of settings that cannot be read.
fn unusable(error: &serde_json::Error) -> String {
    format!("the settings cannot be used: {error}")
}

/// Whether a document can be one of rules: YAML, in a file or not saved yet.
fn is_ours(uri: &Url, language: &str) -> bool {
    let language = language.to_ascii_lowercase();
    let yaml = ["yaml", "yml", "sigma"].iter().any(|known| language.contains(known)) || language.is_empty();
    yaml && matches!(uri.scheme(), "file" | "untitled")
}
