//! A file of Sigma rules: its documents, what kind each is, and `action: global|reset|repeat`.

mod collection;
mod sniff;
#[cfg(test)]
mod tests;

use crate::condition::Condition;
use crate::correlation::{self, Correlation, CorrelationCondition};
use crate::detection::build::{self, Section, key_text};
use crate::detection::{Detection, LogSource, Spanned};
use crate::filter::{self, Filter};
use crate::scalar::Type;
use crate::source::{Source, Span};
use crate::yaml::{self, Comment, Entry, Mapping, Node, Problem, ProblemKind, Value};

pub use sniff::sniff;

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
    /// Whether some text stands for several places: through aliases, merge keys, or `action: global` and `repeat`. A change
    /// that looks at one place only may mean something else at another.
    pub shares_text: bool,
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
    /// The keys of the rule: its own ones first in the order of the file, then those that `action: global` and
    /// `action: repeat` bring in from documents before it (marked as inherited; maps are merged key by key). As in
    /// pySigma a global key replaces the rule's own, a repeated one does not. Of duplicate keys the last counts.
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

/// The three kinds of Sigma rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleKind {
    /// An ordinary rule.
    Detection,
    /// A correlation of other rules.
    Correlation,
    /// A filter on other rules.
    Filter,
}

/// Parses a file. Never fails, never panics.
pub fn parse(source: Source) -> File {
    let stream = yaml::parse(&source);
    let is_sigma = sniff(source.text()) || source.oversize_is_sigma();
    let mut problems = stream.problems;
    // Where lines had to be blanked out, the tree's texts are those of what was left.
    let text = stream.recovered.as_deref().unwrap_or(source.text());
    let (documents, inherits) = collection::documents(text, stream.documents, &mut problems);
    let shares_text = stream.aliases || inherits;
    File { source, documents, comments: stream.comments, problems, is_sigma, shares_text }
}

impl File {
    /// Whether lines of a document were given up, so that something may stand there which the model does not hold.
    pub fn has_gaps(&self, document: &Document) -> bool {
        let next = self.documents.get(document.index + 1).map_or(u32::MAX, |next| next.span.start);
        self.problems.iter().any(|problem| {
            let unread = matches!(problem.kind, ProblemKind::Syntax | ProblemKind::Tab) && problem.fix.is_none();
            unread && (document.index == 0 || problem.span.start >= document.span.start) && problem.span.start < next
        })
    }

    /// The document that the byte offset lies in, or the last one that begins before it.
    pub fn document_at(&self, offset: usize) -> Option<&Document> {
        self.documents.iter().rfind(|document| document.span.start as usize <= offset).or(self.documents.first())
    }
}

impl Document {
    /// The entry of a top-level key; of duplicates the last, as PyYAML keeps it.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        find(&self.map, key)
    }

    /// The value of a top-level key where it is text.
    pub fn text(&self, key: &str) -> Option<&str> {
        match &self.get(key)?.value.value {
            Value::Scalar(scalar) if scalar.ty == Type::Str => Some(&scalar.text),
            _ => None,
        }
    }

    /// The value of a top-level key where it is text, with its place.
    pub fn spanned(&self, key: &str) -> Option<Spanned> {
        Spanned::of_text(&self.get(key)?.value)
    }

    /// `title`, where it is text.
    pub fn title(&self) -> Option<Spanned> {
        self.spanned("title")
    }

    /// `id`, where it is text.
    pub fn id(&self) -> Option<Spanned> {
        self.spanned("id")
    }

    /// `name`, where it is text.
    pub fn name(&self) -> Option<Spanned> {
        self.spanned("name")
    }

    /// The items of a top-level list that are text.
    pub fn list(&self, key: &str) -> impl Iterator<Item = Spanned> {
        let items = match self.get(key).map(|entry| &entry.value.value) {
            Some(Value::Sequence(list)) => list.items.as_slice(),
            _ => &[],
        };
        items.iter().filter_map(Spanned::of_text)
    }

    /// The items of `tags` that are text.
    pub fn tags(&self) -> impl Iterator<Item = Spanned> {
        self.list("tags")
    }

    /// The tags that name an ATT&CK technique, each with the technique's id in capitals (`T1059.001`).
    pub fn techniques(&self) -> impl Iterator<Item = (Spanned, String)> {
        self.tags().filter_map(|tag| {
            let id = technique(&tag.text)?;
            Some((tag, id))
        })
    }

    /// Which kind of rule this is; `None` where it is none.
    pub fn rule_kind(&self) -> Option<RuleKind> {
        match &self.body {
            Body::Detection { .. } => Some(RuleKind::Detection),
            Body::Correlation(_) => Some(RuleKind::Correlation),
            Body::Filter(_) => Some(RuleKind::Filter),
            Body::None => None,
        }
    }

    /// The detection section, of a filter the part of it that has the same form.
    pub fn detection(&self) -> Option<&Detection> {
        match &self.body {
            Body::Detection { detection, .. } => detection.as_ref(),
            Body::Filter(filter) => filter.detection.as_ref(),
            Body::Correlation(_) | Body::None => None,
        }
    }

    /// The conditions: of a detection or filter, or the extended one of a correlation.
    pub fn conditions(&self) -> &[Condition] {
        match &self.body {
            Body::Correlation(correlation) => match &correlation.condition {
                Some(CorrelationCondition::Extended(condition)) => std::slice::from_ref(condition),
                _ => &[],
            },
            _ => self.detection().map_or(&[], |detection| &detection.conditions),
        }
    }

    /// The log source of a detection or filter rule.
    pub fn logsource(&self) -> Option<&LogSource> {
        match &self.body {
            Body::Detection { logsource, .. } => logsource.as_ref(),
            Body::Filter(filter) => filter.logsource.as_ref(),
            Body::Correlation(_) | Body::None => None,
        }
    }

    /// The correlation of a correlation rule.
    pub fn correlation(&self) -> Option<&Correlation> {
        match &self.body {
            Body::Correlation(correlation) => Some(correlation),
            _ => None,
        }
    }

    /// The filter of a filter rule.
    pub fn filter(&self) -> Option<&Filter> {
        match &self.body {
            Body::Filter(filter) => Some(filter),
            _ => None,
        }
    }
}

/// The technique that a tag such as `attack.t1059.001` names.
fn technique(tag: &str) -> Option<String> {
    let prefix = "attack.t";
    let number = tag.get(prefix.len()..)?;
    if !tag.get(..prefix.len())?.eq_ignore_ascii_case(prefix) {
        return None;
    }
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let known = match number.split_once('.') {
        Some((main, sub)) => digits(main, 4) && digits(sub, 3),
        None => digits(number, 4),
    };
    known.then(|| format!("T{number}"))
}

/// The entry of a key in a map; of duplicates the last.
fn find<'a>(map: &'a Mapping, key: &str) -> Option<&'a Entry> {
    map.entries.iter().rfind(|entry| key_text(&entry.key) == Some(key))
}

/// What a document is, decided as pySigma does. `text` is the file.
fn body(text: &str, map: &Mapping, action: Option<&Action>) -> Body {
    match action {
        Some(Action::Global | Action::Reset) => return Body::None,
        // pySigma reads the result of a repetition as a detection rule without asking.
        Some(Action::Repeat) => return detection_rule(text, map),
        Some(Action::Unknown(_)) | None => {}
    }
    if let Some(entry) = find(map, "correlation") {
        Body::Correlation(Box::new(correlation::read(text, entry)))
    } else if let Some(entry) = find(map, "filter") {
        let logsource = find(map, "logsource").and_then(build::logsource);
        Body::Filter(Box::new(filter::read(text, entry, logsource)))
    } else {
        detection_rule(text, map)
    }
}

fn detection_rule(text: &str, map: &Mapping) -> Body {
    Body::Detection {
        logsource: find(map, "logsource").and_then(build::logsource),
        detection: find(map, "detection").and_then(|entry| build::detection(text, entry, Section::Detection)),
    }
}
