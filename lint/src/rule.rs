//! The views of a document that checks get.

use sigwise_sigma::correlation::{Correlation, CorrelationKind, Filter};
use sigwise_sigma::detection::{Detection, LogSource};
use sigwise_sigma::yaml::{Entry, Mapping};
use sigwise_sigma::{Body, Document, File, RuleKind, Source, Span};

use crate::engine::Context;
use crate::keys;
use crate::peers::Peers;
use crate::project::{self, Project};
use crate::report::{Finding, Report};
use crate::tag::Tags;

/// How many other rules with the same id, title or name a finding points at.
const MAX_TWINS: usize = 5;

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

    /// Which kind of rule it is.
    pub fn kind(&self) -> RuleKind {
        self.document.rule_kind().unwrap_or(RuleKind::Detection)
    }

    /// Reports that a key is missing or has no value, and points at the key that may have been meant to be it. `None` where
    /// there is a value, or may be one among lines that could not be read.
    pub fn report_missing<'r>(&self, key: &'static str, report: &'r mut Report<'_>) -> Option<Finding<'r>> {
        let Some(entry) = self.document.get(key) else {
            if self.file.has_gaps(self.document) {
                return None;
            }
            let finding = report.at(self.head(), format!("this rule has no `{key}`"));
            let name = |entry: &Entry| Some(keys::meant(entry.name()?, &entry.value)?.name);
            let meant = self.document.map.entries.iter().find(|entry| !entry.inherited && name(entry) == Some(key));
            return Some(match meant.and_then(|entry| Some((entry.key.span, entry.name()?))) {
                Some((span, name)) => finding.label(span, format!("`{name}` is not read as `{key}`")),
                None => finding,
            });
        };
        entry.value.is_blank().then(|| report.at(entry.key.place(), format!("`{key}` is empty")))
    }

    /// Reports that other rules of the project have the same value of a key, and points at them. `None` if there are none.
    pub fn report_twins<'r>(
        &self,
        entry: &Entry,
        rules: &[project::Entry],
        cx: &Context<'_>,
        report: &'r mut Report<'_>,
    ) -> Option<Finding<'r>> {
        let mut others = Project::others(rules, cx.path, self.document).peekable();
        others.peek()?;
        let name = entry.name().unwrap_or_default();
        let text = entry.value.str().unwrap_or_default();
        // Where the value comes from another document, the finding is about the document that takes it over.
        let (place, message) = if entry.inherited {
            (self.head(), format!("this rule takes over the {name} `{text}` of another one"))
        } else {
            (entry.value.place(), format!("another rule has the {name} `{text}`"))
        };
        let mut finding = report.at(place, message);
        for other in others.take(MAX_TWINS) {
            let told = if name == "title" || other.title.is_empty() { "here" } else { &*other.title };
            finding = if &*other.place.path == cx.path {
                finding.label(other.place.span, told)
            } else {
                finding.label_other(other.place.clone(), told)
            };
        }
        Some(finding)
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
    /// What published rules know about it; see [`DetectionRule::asking`].
    pub peers: &'a Peers<'a>,
}

impl<'a> DetectionRule<'a> {
    /// The text of the file.
    pub fn source(&self) -> &'a Source {
        &self.file.source
    }

    /// The detection part of a document, if it has one.
    pub fn of(file: &'a File, document: &'a Document, peers: &'a Peers<'a>) -> Option<Self> {
        let (logsource, detection, is_filter) = match &document.body {
            Body::Detection { logsource, detection } => (logsource.as_ref(), detection.as_ref()?, false),
            Body::Filter(filter) => (filter.logsource.as_ref(), filter.detection.as_ref()?, true),
            Body::Correlation(_) | Body::None => return None,
        };
        Some(Self { file, document, logsource, detection, is_filter, peers })
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

impl<'a> CorrelationRule<'a> {
    /// `correlation`, where it is a map.
    pub fn map(&self) -> Option<&'a Mapping> {
        self.correlation.node.mapping()
    }

    /// Its type, where that is known.
    pub fn kind(&self) -> Option<CorrelationKind> {
        self.correlation.kind.as_ref().and_then(|(kind, _)| *kind)
    }

    /// Whether what it holds stands here and nowhere else, so that it may be edited.
    pub fn is_own(&self) -> bool {
        !self.file.shares_text
    }
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
