//! What a check says: a place, a message, the evidence for it and what to do about it.

use std::fmt;

use serde::{Deserialize, Serialize};
use sigwise_sigma::Span;

use crate::check::Check;
use crate::project::Place;

/// How much a finding matters. Ordered: `Hint < Info < Warning < Error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a thought.
    Hint,
    /// Peers do it differently, or a convention says otherwise.
    Info,
    /// Very likely not what was meant.
    Warning,
    /// Cannot be parsed, or means something other than what is written.
    Error,
}

impl Severity {
    /// All, most severe first.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warning, Self::Info, Self::Hint];

    /// The word used in configuration, on the command line and in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How an editor may show the text under a finding (LSP `DiagnosticTag`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tag {
    /// Without effect: can be removed.
    Unnecessary,
    /// Retired: has a successor.
    Deprecated,
}

/// A finding of one check in one file.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The check that speaks.
    pub check: &'static Check,
    /// After profile and configuration.
    pub severity: Severity,
    /// The token it is about: bytes of the file.
    pub span: Span,
    /// 0-based number of the YAML document in the file.
    pub document: usize,
    /// What is wrong: lower case, no full stop, the user's text in backticks.
    pub message: String,
    /// Other places that explain it.
    pub labels: Vec<Label>,
    /// How an editor may show it.
    pub tags: Vec<Tag>,
    /// Why it matters, a sentence each.
    pub notes: Vec<String>,
    /// On what the advice rests, where it comes from the corpus.
    pub evidence: Option<Evidence>,
    /// What to do; alternatives, best first.
    pub fixes: Vec<Fix>,
    /// Names this finding in baselines: unique in a run, stable under moved lines and renamed files. 16 hex digits.
    pub fingerprint: String,
}

/// A second place with a few words.
#[derive(Clone, Debug)]
pub struct Label {
    /// Where.
    pub place: LabelPlace,
    /// What is there.
    pub message: String,
}

/// Where a [`Label`] points.
#[derive(Clone, Debug)]
pub enum LabelPlace {
    /// In the same file.
    Here(Span),
    /// In another file of the project.
    Other(Place),
}

/// On what corpus advice rests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Evidence {
    /// Named counts, such as `peers`, `support`, `reach`, `techniques`, in a fixed order.
    pub counts: Vec<Count>,
    /// Some of the rules behind the counts, at most [`Evidence::MAX_RULES`].
    pub rules: Vec<RuleName>,
}

impl Evidence {
    /// How many rules are named as examples.
    pub const MAX_RULES: usize = 10;
}

/// A named count of [`Evidence`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Count {
    /// What is counted.
    pub name: &'static str,
    /// How many.
    pub value: u32,
}

/// A published rule that is part of the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RuleName {
    /// `sigma`, `elastic`, `splunk` or `kusto`.
    pub vendor: String,
    /// The rule's id, empty where it has none.
    pub id: String,
    /// The rule's title.
    pub title: String,
}

/// Whether a fix can be applied without a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// Leaves a rule that matches exactly the same events and loses nothing, or mends what could not be loaded or was
    /// invalid with exactly one right replacement.
    Safe,
    /// Anything else: look at it.
    Unsafe,
}

/// A change that removes the finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an instruction: "replace `x` with `y`".
    pub title: String,
    /// Whether it can be applied without a look.
    pub applicability: Applicability,
    /// Sorted by place and not overlapping; several insertions at one place apply in order.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// A fix that can be applied without a look.
    pub fn safe(title: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Self {
        Self::new(title, Applicability::Safe, edits)
    }

    /// A fix that wants a look.
    pub fn risky(title: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Self {
        Self::new(title, Applicability::Unsafe, edits)
    }

    fn new(title: impl Into<String>, applicability: Applicability, edits: impl IntoIterator<Item = Edit>) -> Self {
        let mut edits: Vec<Edit> = edits.into_iter().collect();
        edits.sort_by_key(|edit| edit.span);
        Self { title: title.into(), applicability, edits }
    }
}

/// Bytes of the file replaced by a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What goes.
    pub span: Span,
    /// What comes.
    pub text: EditText,
}

impl Edit {
    /// Replaces `span` with `text`.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: EditText::Text(text.into()) }
    }

    /// Inserts `text` at byte `offset`.
    pub fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self::replace(Span::at(offset), text)
    }

    /// Removes `span`.
    pub fn remove(span: Span) -> Self {
        Self::replace(span, "")
    }
}

/// The new text of an [`Edit`]; templates are filled at the edge, since the core has no clock and no randomness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditText {
    /// This text.
    Text(String),
    /// A new random UUID (version 4).
    FreshId,
    /// Today's date, `YYYY-MM-DD`.
    Today,
}
