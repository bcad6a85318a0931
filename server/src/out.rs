//! What the session says to the client, and what it logs.

use std::io::Write as _;

use serde_json::Value;
use tokio::runtime::Handle;
use tower_lsp::Client;
use tower_lsp::lsp_types::notification::{LogTrace, Notification, Progress};
use tower_lsp::lsp_types::{
    Diagnostic, LogTraceParams, MessageType, NumberOrString, ProgressParams, ProgressParamsValue, TraceValue, Url,
    WorkDoneProgress,
};

/// The way to the client. It waits where the client does not read: what changes meanwhile is said once.
#[derive(Debug)]
pub(crate) struct Out {
    /// The client.
    pub(crate) client: Client,
    /// Where what has to wait for the client's answers runs.
    pub(crate) runtime: Handle,
    /// How much the client wants to know of what is going on.
    pub(crate) trace: TraceValue,
}

impl Out {
    /// Sends a notification.
    pub(crate) fn notify<N: Notification>(&self, params: N::Params) {
        self.runtime.block_on(self.client.send_notification::<N>(params));
    }

    /// Shows what was found in a document.
    pub(crate) fn publish(&self, uri: Url, diagnostics: Vec<Diagnostic>, version: Option<i32>) {
        self.runtime.block_on(self.client.publish_diagnostics(uri, diagnostics, version));
    }

    /// Tells the client's log and standard error.
    pub(crate) fn log(&self, level: MessageType, message: &str) {
        let word = match level {
            MessageType::ERROR => "error",
            MessageType::WARNING => "warning",
            MessageType::INFO => "info",
            _ => "log",
        };
        // Nothing can be done about a closed standard error.
        let _ = writeln!(std::io::stderr(), "sigwise server: {word}: {message}");
        self.runtime.block_on(self.client.log_message(level, message));
    }

    /// Tells a client that traces what is going on.
    pub(crate) fn trace(&self, message: impl FnOnce() -> String) {
        if self.trace != TraceValue::Off {
            self.notify::<LogTrace>(LogTraceParams { message: message(), verbose: None });
        }
    }

    /// Says how far work has come.
    pub(crate) fn progress(&self, token: &NumberOrString, value: WorkDoneProgress) {
        let value = ProgressParamsValue::WorkDone(value);
        self.notify::<Progress>(ProgressParams { token: token.clone(), value });
    }

    /// Asks the client for its settings; `None` where it does not answer.
    pub(crate) async fn settings(client: Client) -> Option<Value> {
        let item = tower_lsp::lsp_types::ConfigurationItem { scope_uri: None, section: Some("sigwise".to_owned()) };
        client.configuration(vec![item]).await.ok()?.into_iter().next()
    }
}
