//! An open document: its text as the client has it, what was parsed of it, and what was found in it.

use std::cell::OnceCell;
use std::sync::Arc;

use ropey::Rope;
use sigwise_lint::Diagnostic;
use sigwise_sigma::{File, Source, parse};
use tower_lsp::lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Url};

use crate::convert::{self, Encoding};

/// An open document.
#[derive(Debug)]
pub(crate) struct Document {
    /// How the client calls it.
    pub(crate) uri: Url,
    /// Its path relative to the project root, with `/`.
    pub(crate) path: Arc<str>,
    /// The client's number of this text.
    pub(crate) version: i32,
    /// The text.
    pub(crate) text: Rope,
    /// What was parsed of the text, once asked for.
    file: OnceCell<File>,
    /// What was found in the text when it was linted last.
    pub(crate) found: Vec<Diagnostic>,
    /// The text changed since it was linted, or what it was linted with did.
    pub(crate) dirty: bool,
    /// The client shows findings of this document: they must be taken back when it stops being one of Sigma rules.
    pub(crate) published: bool,
}

impl Document {
    /// As the client opens it.
    pub(crate) fn open(item: &TextDocumentItem) -> Self {
        Self {
            uri: item.uri.clone(),
            path: item.uri.path().into(),
            version: item.version,
            text: Rope::from_str(&item.text),
            file: OnceCell::new(),
            found: Vec::new(),
            dirty: true,
            published: false,
        }
    }

    /// What was parsed of the text.
    pub(crate) fn file(&self) -> &File {
        self.file.get_or_init(|| parse(Source::from(String::from(&self.text))))
    }

    /// Whether it is a file of Sigma rules.
    pub(crate) fn is_sigma(&self) -> bool {
        self.file().is_sigma
    }

    /// Applies the client's edits in their order; ranges outside the text are clamped.
    pub(crate) fn change(&mut self, version: i32, changes: &[TextDocumentContentChangeEvent], encoding: Encoding) {
        for change in changes {
            let Some(range) = change.range else {
                self.text = Rope::from_str(&change.text);
                continue;
            };
            let start = convert::offset(&self.text, range.start, encoding);
            let end = convert::offset(&self.text, range.end, encoding).max(start);
            let (start, end) = (self.text.byte_to_char(start), self.text.byte_to_char(end));
            self.text.remove(start..end);
            self.text.insert(start, &change.text);
        }
        self.version = version;
        self.file = OnceCell::new();
        self.dirty = true;
    }
}
