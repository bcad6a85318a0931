//! The one owner of all state: a thread that takes the client's messages in their order.
//!
//! Notifications change documents at once; what changed is linted and published as soon as no further message waits, so that
//! every keystroke is answered and a burst of edits is answered once. Requests are answered in their order from the text as
//! it stands then. Nothing runs beside it, so no result can be late.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;

use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_lint::project::FileEntries;
use sigwise_lint::{Project, Settings};
use tokio::runtime::Handle;
use tower_lsp::Client;
use tower_lsp::lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, InitializeParams, MessageType,
    Url,
};

use crate::convert::Encoding;
use crate::document::Document;
use crate::features::diagnostics::diagnostics;
use crate::view::View;

/// What the session is told or asked.
pub(crate) enum Message {
    /// The client introduces itself; positions are counted like this.
    Initialize(Box<InitializeParams>, Encoding),
    /// A document was opened.
    Open(DidOpenTextDocumentParams),
    /// A document was edited.
    Change(DidChangeTextDocumentParams),
    /// A document was closed.
    Close(DidCloseTextDocumentParams),
    /// A question; it answers whoever asked.
    Ask(Box<dyn FnOnce(&Session) + Send>),
}

/// How many messages are taken before what changed is published although more are waiting.
const BURST: usize = 64;

/// Everything the server knows.
pub(crate) struct Session {
    client: Client,
    runtime: Handle,
    encoding: Encoding,
    documents: BTreeMap<Url, Document>,
    project: Project,
    settings: Settings,
    today: (u16, u8, u8),
}

/// Starts the session; it ends when nobody is left to tell it something.
///
/// # Errors
/// There is no thread to run on.
pub(crate) fn start(client: Client, messages: Receiver<Message>, runtime: Handle) -> std::io::Result<()> {
    let session = Session {
        client,
        runtime,
        encoding: Encoding::default(),
        documents: BTreeMap::new(),
        project: Project::default(),
        settings: Settings::default(),
        today: (2026, 11, 24),
    };
    std::thread::Builder::new().name("session".to_owned()).stack_size(STACK).spawn(move || session.run(&messages))?;
    Ok(())
}

/// Nesting is bounded everywhere; this is what the main thread has too.
const STACK: usize = 8 << 20;

impl Session {
    fn run(mut self, messages: &Receiver<Message>) {
        while let Ok(first) = messages.recv() {
            self.guard(|session| session.take(first));
            for message in messages.try_iter().take(BURST) {
                self.guard(|session| session.take(message));
            }
            self.guard(Self::publish);
        }
    }

    /// A panic must not end the session: it is logged, and the state that it leaves behind is that of the text.
    fn guard(&mut self, work: impl FnOnce(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            let log = self.client.log_message(MessageType::ERROR, "an internal error; the server goes on");
            self.runtime.block_on(log);
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Initialize(_, encoding) => self.encoding = encoding,
            Message::Open(params) => {
                let document = Document::open(&params.text_document);
                self.documents.insert(document.uri.clone(), document);
            }
            Message::Change(params) => {
                let id = params.text_document;
                if let Some(document) = self.documents.get_mut(&id.uri) {
                    document.change(id.version, &params.content_changes, self.encoding);
                }
            }
            Message::Close(params) => {
                let uri = params.text_document.uri;
                if let Some(document) = self.documents.remove(&uri)
                    && document.published
                {
                    self.runtime.block_on(self.client.publish_diagnostics(uri, Vec::new(), None));
                }
            }
            Message::Ask(question) => question(self),
        }
    }

    /// Lints and publishes what changed.
    fn publish(&mut self) {
        let dirty: Vec<Url> =
            self.documents.values().filter(|document| document.dirty).map(|document| document.uri.clone()).collect();
        for uri in dirty {
            let Some(document) = self.documents.get_mut(&uri) else { continue };
            document.dirty = false;
            if !document.is_sigma() && !document.published {
                continue;
            }
            let mut project = Project::default();
            project.add(FileEntries::of(&document.path, document.file()));
            self.project = project;
            let found = self.view(&uri).map(|view| view.lint()).unwrap_or_default();
            let Some(document) = self.documents.get_mut(&uri) else { continue };
            document.found = found;
            document.published = document.is_sigma();
            let version = document.version;
            let Some(view) = self.view(&uri) else { continue };
            let shown = diagnostics(&view);
            self.runtime.block_on(self.client.publish_diagnostics(uri, shown, Some(version)));
        }
    }

    /// What a feature sees of a document of Sigma rules.
    pub(crate) fn view(&self, uri: &Url) -> Option<View<'_>> {
        let document = self.documents.get(uri)?;
        Some(View {
            document,
            encoding: self.encoding,
            path: &document.path,
            settings: &self.settings,
            project: &self.project,
            corpus: Corpus::embedded().ok(),
            attack: Attack::embedded(),
            today: self.today,
        })
    }
}
