//! The language server: what the checks and the corpus know, at every keystroke.
//!
//! LSP types live here and nowhere else. Positions are byte offsets everywhere but in [`convert`].
//!
//! # How it is built
//!
//! ```text
//! stdin ─ tower-lsp ─ backend.rs ─ Message ─► session.rs (one thread, owns everything) ─► features/*.rs ─► stdout
//! ```
//!
//! # How to add a feature
//!
//! 1. A file in `features/` with a pure function of a [`view::View`] (the document, its parsed file, corpus, ATT&CK tables,
//!    settings, project index) and, where the request has a position, a byte offset. It returns LSP types; ranges come from
//!    [`view::View::range`]. It is asked for Sigma documents only, and may panic without harm: the panic is caught and logged.
//! 2. A line in `features::capabilities` announces it.
//! 3. A method in `backend.rs` forwards the request: `self.at(params.text_document_position_params, features::hover::hover)`.
//! 4. A test through a real pipe in `tests/tests/server/`.

mod abilities;
mod backend;
mod convert;
mod cursor;
mod document;
mod features;
mod input;
mod out;
mod session;
mod settings;
mod view;
mod workspace;

use std::sync::mpsc::channel;

use tower_lsp::{Client, LspService, Server};

use backend::Backend;

/// How many requests may be waiting for their answers: only there because tower-lsp stops reading notifications at its limit.
const WAITING: usize = 1 << 12;

/// Serves on standard input and output until the client ends it. Says whether it asked
/// for a shutdown first: then the exit code is 0, else 1.
///
/// # Errors
/// There is no thread to run on.
pub fn run() -> std::io::Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let (end, messages_in) = input::read(runtime.handle().clone())?;
    let (session, messages) = channel();
    let mut client = None;
    let backend = |to: Client| {
        client = Some(to);
        Backend::new(session.clone())
    };
    let (service, socket) = LspService::build(backend)
        .custom_method("$/setTrace", Backend::set_trace)
        .custom_method(input::MALFORMED, Backend::malformed)
        .custom_method(input::INVALID, Backend::invalid)
        .finish();
    if let Some(client) = client {
        session::start(client, (session, messages), runtime.handle().clone())?;
    }
    let service = end.service(service);
    let serve = Server::new(messages_in, tokio::io::stdout(), socket).concurrency_level(WAITING).serve(service);
    runtime.block_on(async {
        tokio::select! {
            () = serve => {}
            () = end.overdue() => {}
        }
    });
    // Threads that wait for something end with the process.
    runtime.shutdown_background();
    Ok(end.is_orderly())
}
