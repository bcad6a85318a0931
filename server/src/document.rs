//! An open document: its text as the client has it, what was parsed of it, and what was found in it.

use std::cell::OnceCell;

use ropey::Rope;
use sigwise_lint::Diagnostic;
use sigwise_lint::project::FileEntries;
use sigwise_sigma::{File, Source, parse};
use tower_lsp::lsp_types::{TextDocumentContentChangeEvent, Url};

use crate::convert::{self, Encoding};
use crate::workspace::{Home, Rules};

/// An open document.
#[derive(Debug)]
pub(crate) struct Document {
    /// How the client calls it.
    pub(crate) uri: Url,
    /// The client's number of this text; `None` for a file that is not open.
    pub(crate) version: Option<i32>,
    /// The text.
    pub(crate) text: Rope,
    /// What was parsed of the text, once asked for.
    file: OnceCell<File>,
    /// Where it stands.
    pub(crate) home: Home,
    /// What holds for it.
    pub(crate) rules: Rules,
    /// What it brings to the project index, as it stands there.
    pub(crate) entries: FileEntries,
    /// What was found when it was linted last.
    pub(crate) found: Vec<Diagnostic>,
    /// Nothing changed since, neither the text nor what it is linted with.
    pub(crate) is_linted: bool,
    /// The client shows findings of this document: they must be taken back when it stops being one of Sigma rules.
    pub(crate) is_published: bool,
}

impl Document {
    /// As the client opens it.
    pub(crate) fn new(uri: Url, version: Option<i32>, text: &str, home: Home, rules: Rules) -> Self {
        Self {
            uri,
            version,
            text: Rope::from_str(text),
            file: OnceCell::new(),
            home,
            rules,
            entries: FileEntries::default(),
            found: Vec::new(),
            is_linted: false,
            is_published: false,
        }
    }

    /// A document without a workspace.
    #[cfg(test)]
    pub(crate) fn alone(uri: Url, text: &str) -> Self {
        let mut workspace = crate::workspace::Workspace::new();
        let home = workspace.home(&uri);
        let rules = workspace.rules(&home);
        Self::new(uri, Some(1), text, home, rules)
    }

    /// What was parsed of the text.
    pub(crate) fn file(&self) -> &File {
        self.file.get_or_init(|| parse(Source::from(String::from(&self.text))))
    }

    /// Whether it is a file of Sigma rules that the configuration does not leave out. Others get nothing.
    pub(crate) fn is_served(&self) -> bool {
        !self.rules.excluded && self.file().is_sigma
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
        self.version = Some(version);
        self.file = OnceCell::new();
    }
}
