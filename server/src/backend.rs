//! The protocol's methods: each hands its message to the session before anything else, so that their order is kept.

use std::sync::mpsc::Sender;

use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp::LanguageServer;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types::{
    CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams, CompletionItem, CompletionParams,
    CompletionResponse, DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    DocumentDiagnosticParams, DocumentDiagnosticReportResult, DocumentHighlight, DocumentHighlightParams, DocumentLink,
    DocumentLinkParams, DocumentSymbolParams, DocumentSymbolResponse, ExecuteCommandParams, FoldingRange,
    FoldingRangeParams, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams, InitializeParams,
    InitializeResult, InitializedParams, InlayHint, InlayHintParams, Location, PrepareRenameResponse, ReferenceParams,
    RenameParams, SelectionRange, SelectionRangeParams, SemanticTokensParams, SemanticTokensResult, ServerInfo,
    SetTraceParams, SymbolInformation, TextDocumentPositionParams, Url, WorkspaceDiagnosticParams,
    WorkspaceDiagnosticReportResult, WorkspaceEdit, WorkspaceSymbolParams,
};

use crate::abilities::Abilities;
use crate::convert::Encoding;
use crate::features::{self, commands};
use crate::session::{self, Message, PullAll, Session};
use crate::settings::{ClientSettings, Mode};
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

    /// `$/setTrace`, which tower-lsp does not know.
    pub(crate) async fn set_trace(&self, params: SetTraceParams) {
        self.tell(Message::Trace(params.value));
    }

    /// Answers what is no JSON.
    pub(crate) async fn malformed(&self) -> Result<()> {
        Err(Error::parse_error())
    }

    /// Answers JSON that is no message.
    pub(crate) async fn invalid(&self) -> Result<()> {
        Err(Error::invalid_request())
    }

    fn tell(&self, message: Message) {
        // The session lives as long as somebody can tell it something.
        let _ = self.session.send(message);
    }

    /// Asks the session.
    async fn ask<T: Send + 'static>(&self, question: impl FnOnce(&mut Session) -> T + Send + 'static) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        self.tell(Message::Ask(Box::new(move |session| {
            // Whoever cancelled has stopped listening.
            if !answer.is_closed() {
                let _ = answer.send(question(session));
            }
        })));
        // A panic was logged, and has let go of the answer.
        answered.await.map_err(|_| Error::internal_error())
    }

    /// Asks a feature about a document. Nobody is asked about one that is closed or holds no Sigma rules.
    async fn about<T: Send + 'static>(
        &self,
        uri: Url,
        feature: impl FnOnce(&View<'_>) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>> {
        self.ask(move |session| session.view(&uri).and_then(|view| feature(&view))).await
    }

    /// The same for a feature that looks at findings: the text is linted first where that is still to come.
    async fn about_findings<T: Send + 'static>(
        &self,
        uri: Url,
        feature: impl FnOnce(&View<'_>) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let look = move |session: &mut Session| {
            session.refresh(&uri);
            session.view(&uri).and_then(|view| feature(&view))
        };
        self.ask(look).await
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
        let settings = params.initialization_options.as_ref().and_then(|options| ClientSettings::read(options).ok());
        let push = settings.flatten().is_some_and(|settings| settings.diagnostics == Some(Mode::Push));
        let abilities = Abilities::of(&params.capabilities);
        let pull = abilities.pull && !push;
        self.tell(Message::Initialize(Box::new(params), encoding));
        Ok(InitializeResult {
            capabilities: features::capabilities(encoding, pull, abilities),
            server_info: Some(ServerInfo {
                name: "sigwise".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        self.tell(Message::Initialized);
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

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.tell(Message::Saved(params));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.tell(Message::Close(params));
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.tell(Message::SettingsChanged(params.settings));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.tell(Message::Folders(params.event));
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.tell(Message::Files(params.changes));
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        let uri = params.text_document.uri;
        let previous = params.previous_result_id;
        self.ask(move |session| session::report(session, &uri, previous.as_deref()).into()).await
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        let (answer, answered) = oneshot::channel();
        self.tell(Message::PullAll(PullAll::new(params.previous_result_ids, answer)));
        answered.await.map(WorkspaceDiagnosticReportResult::Report).map_err(|_| Error::internal_error())
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let uri = params.text_document.uri;
        let (range, context) = (params.range, params.context);
        self.about_findings(uri, move |view| Some(features::code_actions::code_actions(view, range, &context))).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let items = self.at(params.text_document_position, features::completion::complete).await?;
        Ok(items.map(CompletionResponse::List))
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

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.about(params.text_document.uri, |view| Some(features::symbols::symbols(view))).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.about(params.text_document.uri, |view| Some(features::folding::folding(view))).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.about(params.text_document.uri, |view| Some(features::links::links(view))).await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let found = self.at(params.text_document_position_params, features::selections::definition).await?;
        Ok(found.map(GotoDefinitionResponse::Array))
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let keys = params.context.include_declaration;
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        let find = move |session: &mut Session| {
            session.settle();
            let view = session.view(&text_document.uri)?;
            features::selections::references(&view, view.offset(position), keys)
        };
        self.ask(find).await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<Vec<SymbolInformation>>> {
        self.ask(move |session| Some(session.symbols(&params.query))).await
    }

    async fn document_highlight(&self, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
        self.at(params.text_document_position_params, features::selections::highlights).await
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        self.at(params, features::rename::prepare).await?.transpose().map_err(refused)
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let new = params.new_name;
        let rename = move |view: &View<'_>, offset| features::rename::rename(view, offset, &new);
        self.at(params.text_document_position, rename).await?.transpose().map_err(refused)
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let range = params.range;
        self.about(params.text_document.uri, move |view| features::inlay_hints::hints(view, range)).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.about(params.text_document.uri, features::code_lens::lenses).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        let ExecuteCommandParams { command, arguments, .. } = params;
        if !commands::options().commands.contains(&command) {
            return Err(Error::invalid_params(format!("there is no command `{command}`")));
        }
        let subject = arguments.into_iter().next().filter(|subject| !subject.is_null());
        let subject: commands::Subject = subject
            .map_or_else(|| Ok(commands::Subject::default()), serde_json::from_value)
            .map_err(|error| Error::invalid_params(error.to_string()))?;
        let uri = subject.uri.clone();
        if command == commands::CORPUS_INFO {
            let run =
                move |session: &mut Session| commands::corpus_info(session.corpus_for(uri.as_ref()).get(), &subject);
            return self.ask(run).await?.map(Some).map_err(refused);
        }
        let uri = uri.ok_or_else(|| Error::invalid_params("`uri` is missing"))?;
        let run = move |view: &View<'_>| Some(commands::run(view, &command, &subject));
        self.about(uri, run).await?.transpose().map_err(refused)
    }

    async fn semantic_tokens_full(&self, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
        let tokens = |view: &View<'_>| Some(features::semantic_tokens::tokens(view).into());
        self.about(params.text_document.uri, tokens).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        let positions = params.positions;
        let grow = move |view: &View<'_>| Some(features::selection_ranges::selection_ranges(view, &positions));
        self.about(params.text_document.uri, grow).await
    }
}

/// The protocol's `RequestFailed`: nothing is wrong but that it cannot be done, and the client shows why.
fn refused(reason: String) -> Error {
    Error { code: ErrorCode::ServerError(-32803), message: reason.into(), data: None }
}
