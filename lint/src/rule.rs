//! The views of a document that checks get.

use sigwise_sigma::correlation::{Correlation, Filter};
use sigwise_sigma::detection::{Detection, LogSource};
use sigwise_sigma::{Body, Document, File, Source, Span};

use crate::tag::Tags;

/// Any rule: a document that is neither empty nor a bare `action`.
#[derive(Clone, Copy, Debug)]
pub struct RuleDocument<'a> {
    /// The file it stands in.
    pub file: &'a File,
    /// The document.
    pub document: &'a Document,
}

impl<'a> RuleDocument<'a> {
    /// The text of the file.
    pub fn source(&self) -> &'a Source {
        &self.file.source
    }

    /// Its tags.
    pub fn tags(&self) -> Tags<'a> {
        Tags::of(self)
    }

    /// Where a finding about the rule as a whole stands: the title, else the first key, else the first byte.
    pub fn head(&self) -> Span {
        if let Some(title) = self.document.get("title").filter(|title| !title.inherited && !title.value.span.is_empty())
        {
            return title.value.span;
        }
        let own = self.document.map.entries.iter().find(|entry| !entry.inherited);
        own.map_or(Span::at(self.document.span.start as usize), |entry| entry.key.span)
    }
}

/// Log source and selections of a detection rule, or of a filter.
#[derive(Clone, Copy, Debug)]
pub struct DetectionRule<'a> {
    /// The file it stands in.
    pub file: &'a File,
    /// The document.
    pub document: &'a Document,
    /// `logsource`, where it is a map.
    pub logsource: Option<&'a LogSource>,
    /// `detection` or `filter`.
    pub detection: &'a Detection,
    /// Whether this is the body of a filter rule.
    pub is_filter: bool,
}

impl<'a> DetectionRule<'a> {
    /// The text of the file.
    pub fn source(&self) -> &'a Source {
        &self.file.source
    }

    /// The detection part of a document, if it has one.
    pub fn of(file: &'a File, document: &'a Document) -> Option<Self> {
        let (logsource, detection, is_filter) = match &document.body {
            Body::Detection { logsource, detection } => (logsource.as_ref(), detection.as_ref()?, false),
            Body::Filter(filter) => (filter.logsource.as_ref(), filter.detection.as_ref()?, true),
            Body::Correlation(_) | Body::None => return None,
        };
        Some(Self { file, document, logsource, detection, is_filter })
    }
}

/// A correlation rule.
#[derive(Clone, Copy, Debug)]
pub struct CorrelationRule<'a> {
    /// The file it stands in.
    pub file: &'a File,
    /// The document.
    pub document: &'a Document,
    /// Its `correlation`.
    pub correlation: &'a Correlation,
}

/// A filter rule.
#[derive(Clone, Copy, Debug)]
pub struct FilterRule<'a> {
    /// The file it stands in.
    pub file: &'a File,
    /// The document.
    pub document: &'a Document,
    /// Its log source, selections and rules.
    pub filter: &'a Filter,
}
