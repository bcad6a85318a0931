//! What the client can do, as far as it matters.

use tower_lsp::lsp_types::{ClientCapabilities, MarkupKind};

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
    /// Says that its settings changed only where it is asked to.
    pub(crate) watch_settings: bool,
    /// Asks for lenses again when it is told to.
    pub(crate) lenses_again: bool,
    /// Asks for inlay hints again when it is told to.
    pub(crate) hints_again: bool,
    /// Asks what would be renamed before it asks for a name.
    pub(crate) prepare_rename: bool,
    /// Knows an outline only as a list.
    pub(crate) flat_symbols: bool,
    /// Shows hovers as they are, not as Markdown.
    pub(crate) plain_hover: bool,
    /// The same for what is known about completions.
    pub(crate) plain_documentation: bool,
    /// Shows nothing beside the label of a completion but its detail.
    pub(crate) plain_labels: bool,
}

impl Abilities {
    /// As the client says.
    pub(crate) fn of(client: &ClientCapabilities) -> Self {
        let workspace = client.workspace.as_ref();
        let window = client.window.as_ref();
        let watch = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let again = workspace.and_then(|workspace| workspace.diagnostic.as_ref());
        let settings = workspace.and_then(|workspace| workspace.did_change_configuration);
        let lenses = workspace.and_then(|workspace| workspace.code_lens.as_ref());
        let hints = workspace.and_then(|workspace| workspace.inlay_hint.as_ref());
        let document = client.text_document.as_ref();
        let rename = document.and_then(|document| document.rename.as_ref());
        let symbols = document.and_then(|document| document.document_symbol.as_ref());
        let hover = document.and_then(|document| document.hover.as_ref());
        let completion = document.and_then(|document| document.completion.as_ref());
        let item = completion.and_then(|completion| completion.completion_item.as_ref());
        // A client that names no format is one of before there were several, and takes what is sent.
        let is_plain = |formats: Option<&Vec<MarkupKind>>| {
            formats.is_some_and(|formats| !formats.is_empty() && !formats.contains(&MarkupKind::Markdown))
        };
        Self {
            configuration: workspace.and_then(|workspace| workspace.configuration) == Some(true),
            watch: watch.and_then(|watch| watch.dynamic_registration) == Some(true),
            progress: window.and_then(|window| window.work_done_progress) == Some(true),
            pull: document.is_some_and(|document| document.diagnostic.is_some()),
            document_changes: edit.and_then(|edit| edit.document_changes) == Some(true),
            pull_again: again.and_then(|again| again.refresh_support) == Some(true),
            watch_settings: settings.and_then(|settings| settings.dynamic_registration) == Some(true),
            lenses_again: lenses.and_then(|lenses| lenses.refresh_support) == Some(true),
            hints_again: hints.and_then(|hints| hints.refresh_support) == Some(true),
            prepare_rename: rename.and_then(|rename| rename.prepare_support) == Some(true),
            flat_symbols: symbols.and_then(|symbols| symbols.hierarchical_document_symbol_support) != Some(true),
            plain_hover: is_plain(hover.and_then(|hover| hover.content_format.as_ref())),
            plain_documentation: is_plain(item.and_then(|item| item.documentation_format.as_ref())),
            plain_labels: item.and_then(|item| item.label_details_support) != Some(true),
        }
    }
}
