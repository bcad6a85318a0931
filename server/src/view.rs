//! What a feature sees: one document as it stands, and what is known about the world.

use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_lint::{Context, Diagnostic, Project, Settings, lint};
use sigwise_sigma::{File, Span};
use tower_lsp::lsp_types::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Position, Range, TextDocumentEdit, TextEdit,
    WorkspaceEdit,
};

use crate::abilities::Abilities;
use crate::convert::{self, Encoding};
use crate::document::Document;
use crate::settings::ClientSettings;

/// One document as it stands, and everything a feature may know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    /// The document.
    pub(crate) document: &'a Document,
    /// In what the client counts columns.
    pub(crate) encoding: Encoding,
    /// What the client can do.
    pub(crate) abilities: Abilities,
    /// What the client sets: whether it wants inlay hints and the like.
    pub(crate) client: &'a ClientSettings,
    /// The document's path relative to the project root, with `/`.
    pub(crate) path: &'a str,
    /// Which checks are on.
    pub(crate) settings: &'a Settings,
    /// Ids, titles and names of the project's rules.
    pub(crate) project: &'a Project,
    /// What published rules do; `None` where the user wants no advice.
    pub(crate) corpus: Option<&'a Corpus>,
    /// The ATT&CK tables.
    pub(crate) attack: &'a Attack,
    /// Today's date, `(year, month, day)`.
    pub(crate) today: (u16, u8, u8),
}

impl<'a> View<'a> {
    /// What was parsed of the document.
    pub(crate) fn file(&self) -> &'a File {
        self.document.file()
    }

    /// The text.
    pub(crate) fn text(&self) -> &'a str {
        self.file().source.text()
    }

    /// What was found in this text. Nothing where it was not linted yet: only requests that ask for findings wait for that.
    pub(crate) fn found(&self) -> &'a [Diagnostic] {
        if self.document.is_linted { &self.document.found } else { &[] }
    }

    /// The byte offset of a position; one outside the text is clamped.
    pub(crate) fn offset(&self, position: Position) -> usize {
        convert::offset(&self.document.text, position, self.encoding)
    }

    /// The bytes of a range; one outside the text is clamped.
    pub(crate) fn span(&self, range: Range) -> Span {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        Span::new(start, end.max(start))
    }

    /// The range of a span.
    pub(crate) fn range(&self, span: Span) -> Range {
        convert::range(&self.document.text, span, self.encoding)
    }

    /// The place of an edit and what comes there.
    pub(crate) fn text_edit(&self, span: Span, new_text: impl Into<String>) -> TextEdit {
        TextEdit::new(self.range(span), new_text.into())
    }

    /// Edits of this version of the document, for a client that says whether it still has it.
    pub(crate) fn workspace_edit(&self, edits: Vec<TextEdit>) -> WorkspaceEdit {
        let uri = self.document.uri.clone();
        if !self.abilities.document_changes {
            return WorkspaceEdit::new([(uri, edits)].into());
        }
        let edit = TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version: self.document.version },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        };
        WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(vec![edit])), ..WorkspaceEdit::default() }
    }

    /// What the checks find, exactly as on the command line.
    pub(crate) fn lint(&self) -> Vec<Diagnostic> {
        lint(self.file(), &self.context())
    }

    /// What the document is linted with.
    pub(crate) fn context(&self) -> Context<'a> {
        Context {
            path: self.path,
            settings: self.settings,
            project: self.project,
            corpus: self.corpus,
            attack: self.attack,
            today: self.today,
            named: false,
        }
    }
}
