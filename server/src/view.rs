//! What a feature sees: one document as it stands, and what is known about the world.

use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_lint::{Context, Diagnostic, Project, Settings, lint};
use sigwise_sigma::{File, Span};
use tower_lsp::lsp_types::{Position, Range};

use crate::convert::{self, Encoding};
use crate::document::Document;

/// One document as it stands, and everything a feature may know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    /// The document.
    pub(crate) document: &'a Document,
    /// In what the client counts columns.
    pub(crate) encoding: Encoding,
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

    /// The byte offset of a position; one outside the text is clamped.
    pub(crate) fn offset(&self, position: Position) -> usize {
        convert::offset(&self.document.text, position, self.encoding)
    }

    /// The range of a span.
    pub(crate) fn range(&self, span: Span) -> Range {
        convert::range(&self.document.text, span, self.encoding)
    }

    /// What the checks find, exactly as on the command line.
    pub(crate) fn lint(&self) -> Vec<Diagnostic> {
        let cx = Context {
            path: self.path,
            settings: self.settings,
            project: self.project,
            corpus: self.corpus,
            attack: self.attack,
            today: self.today,
            named: false,
        };
        lint(self.file(), &cx)
    }
}
