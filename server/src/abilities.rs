//! What the client can do, as far as it matters.

use tower_lsp::lsp_types::ClientCapabilities;

/// What the client can do.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Abilities {
    /// Answers `workspace/configuration`.
    pub(crate) configuration: bool,
    /// Watches files that the server names later.
    pub(crate) watch: bool,
    /// Shows progress that the server begins.
    pub(crate) progress: bool,
    /// Pulls the findings of documents.
    pub(crate) pull: bool,
    /// Takes edits that name the version they are for.
    pub(crate) document_changes: bool,
    /// Pulls again when it is told to.
    pub(crate) pull_again: bool,
    /// Asks for code lenses again when it is told to.
    pub(crate) lenses_again: bool,
    /// Asks for inlay hints again when it is told to.
    pub(crate) hints_again: bool,
}

impl Abilities {
    /// As the client says.
    pub(crate) fn of(client: &ClientCapabilities) -> Self {
        let workspace = client.workspace.as_ref();
        let window = client.window.as_ref();
        let watch = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let again = workspace.and_then(|workspace| workspace.diagnostic.as_ref());
        let lenses = workspace.and_then(|workspace| workspace.code_lens.as_ref());
        let hints = workspace.and_then(|workspace| workspace.inlay_hint.as_ref());
        Self {
            configuration: workspace.and_then(|workspace| workspace.configuration) == Some(true),
            watch: watch.and_then(|watch| watch.dynamic_registration) == Some(true),
            progress: window.and_then(|window| window.work_done_progress) == Some(true),
            pull: client.text_document.as_ref().is_some_and(|document| document.diagnostic.is_some()),
            document_changes: edit.and_then(|edit| edit.document_changes) == Some(true),
            pull_again: again.and_then(|again| again.refresh_support) == Some(true),
            lenses_again: lenses.and_then(|lenses| lenses.refresh_support) == Some(true),
            hints_again: hints.and_then(|hints| hints.refresh_support) == Some(true),
        }
    }
}
