//! The protocol's methods: each hands its message to the session before anything else, so that their order is kept.

use std::sync::mpsc::Sender;

use tokio::sync::oneshot;
use tower_lsp::LanguageServer;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::{
    CompletionItem, CompletionParams, CompletionResponse, DidChangeTextDocumentParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, Hover, HoverParams, InitializeParams, InitializeResult, ServerInfo, SetTraceParams,
    TextDocumentPositionParams, Url,
};

use crate::convert::Encoding;
use crate::features;
use crate::session::Message;
use crate::view::View;

/// Forwards everything to the session.
#[derive(Debug)]
pub(crate) struct Backend {
    session: Sender<Message>,
}

impl Backend {
    /// Hands everything to this session.
    pub(crate) fn new(session: Sender<Message>) -> Self {
        Self { session }
    }

    /// Without this the client would be told that there is no such method.
    pub(crate) async fn set_trace(&self, _: SetTraceParams) {}

    fn tell(&self, message: Message) {
        // The session lives as long as somebody can tell it something.
        let _ = self.session.send(message);
    }

    /// Asks a feature about a document; nobody is asked about one that is closed or holds no Sigma rules.
    async fn about<T: Send + 'static>(
        &self,
        uri: Url,
        feature: impl FnOnce(&View<'_>) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let (answer, answered) = oneshot::channel();
        self.tell(Message::Ask(Box::new(move |session| {
            // Whoever cancelled has stopped listening.
            if !answer.is_closed() {
                let view = session.view(&uri).filter(|view| view.document.is_sigma());
                let _ = answer.send(view.and_then(|view| feature(&view)));
            }
        })));
        answered.await.map_err(|_| Error::internal_error())
    }

    /// Asks a feature about a place in a document.
    async fn at<T: Send + 'static>(
        &self,
        place: TextDocumentPositionParams,
        feature: impl FnOnce(&View<'_>, usize) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>> {
        self.about(place.text_document.uri, move |view| feature(view, view.offset(place.position))).await
    }
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let offered = params.capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let encoding = Encoding::negotiate(offered);
        self.tell(Message::Initialize(Box::new(params), encoding));
        Ok(InitializeResult {
            capabilities: features::capabilities(encoding),
            server_info: Some(ServerInfo {
                name: "sigwise".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        })
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.tell(Message::Open(params));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.tell(Message::Change(params));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.tell(Message::Close(params));
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let items = self.at(params.text_document_position, features::completion::complete).await?;
        Ok(items.map(CompletionResponse::Array))
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        let Some(uri) = features::completion::document_of(&item) else { return Ok(item) };
        let plain = item.clone();
        let resolved = self.about(uri, move |view| Some(features::completion::resolve(view, item))).await?;
        Ok(resolved.unwrap_or(plain))
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        self.at(params.text_document_position_params, features::hover::hover).await
    }
}
