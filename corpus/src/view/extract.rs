//! One line of `corpus extract`: a rule with everything that was read of it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::logsource::LogSourceRef;
use crate::rule::{Predicate, Rule};
use crate::vendor::Vendor;

/// A rule with everything that was read of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ExtractLine {
    /// Whose language it is in.
    pub vendor: Vendor,
    /// As it was named on the command line, or relative to the folder that was.
    pub path: String,
    /// Its id.
    pub id: Option<String>,
    /// Its title.
    pub title: String,
    /// ATT&CK ids as written: retired ones are not mapped.
    pub techniques: Vec<String>,
    /// Where it looks.
    pub logsource: LogSourceView,
    /// Which events it looks at, such as `Sysmon 1`.
    pub events: Vec<String>,
    /// What it looks for.
    pub predicates: Vec<PredicateView>,
    /// What could not be read, in words.
    pub unread: Vec<String>,
}

/// A log source; parts that are not named are null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "LogSource")]
pub struct LogSourceView {
    /// The system, such as `windows`.
    pub product: Option<String>,
    /// The kind of activity, such as `process_creation`.
    pub category: Option<String>,
    /// The log within the product, such as `security`.
    pub service: Option<String>,
}

impl From<LogSourceRef<'_>> for LogSourceView {
    fn from(source: LogSourceRef<'_>) -> Self {
        let own = |s: Option<&str>| s.map(str::to_owned);
        Self { product: own(source.product), category: own(source.category), service: own(source.service) }
    }
}

/// One (field, operator, value) of a rule.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Predicate")]
pub struct PredicateView {
    /// The vendor's name of the field.
    pub field_raw: String,
    /// The canonical name of the field.
    pub field: String,
    /// The operator of the normal form, such as `contains` or `contains+base64offset`.
    pub op: String,
    /// The value of the normal form.
    pub value: String,
    /// Under what it is counted, where the vendor's field holds a part of what the canonical one holds, such as one word of a
    /// command line: `op` and `value` are then about that part.
    pub row: Option<CountedAs>,
    /// The value as written.
    pub value_raw: String,
    /// `indicator` or `exclusion`.
    pub role: &'static str,
    /// `top`, `branch` or `guard`.
    pub scope: &'static str,
    /// Computed by the query, not read from the event.
    pub derived: bool,
    /// The field says where to look, not what for.
    pub scaffold: bool,
    /// Which selection or clause it stood in.
    pub group: String,
    /// Where the value stands in the file, in bytes.
    pub span: Option<SpanView>,
}

/// Operator and value of a canonical field.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CountedAs {
    /// The operator.
    pub op: String,
    /// The value.
    pub value: String,
}

/// A range of bytes of a file, 0-based and half-open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Span")]
pub struct SpanView {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl From<sigwise_sigma::Span> for SpanView {
    fn from(span: sigwise_sigma::Span) -> Self {
        Self { start: span.start, end: span.end }
    }
}

impl ExtractLine {
    /// The line of a rule.
    pub fn of(rule: &Rule) -> Self {
        Self {
            vendor: rule.vendor,
            path: rule.path.to_string(),
            id: rule.id.as_deref().map(str::to_owned),
            title: rule.title.to_string(),
            techniques: rule.techniques.iter().map(ToString::to_string).collect(),
            logsource: rule.logsource.as_ref().into(),
            events: rule.events.iter().map(ToString::to_string).collect(),
            predicates: rule.predicates.iter().map(|p| PredicateView::of(rule, p)).collect(),
            unread: rule.unread.iter().map(ToString::to_string).collect(),
        }
    }
}

impl PredicateView {
    fn of(rule: &Rule, predicate: &Predicate) -> Self {
        let counted = || CountedAs { op: predicate.op.to_string(), value: predicate.value.to_string() };
        let (op, value) = predicate.own.as_deref().map_or((predicate.op, &predicate.value), |own| (own.0, &own.1));
        Self {
            field_raw: predicate.field_raw.to_string(),
            field: predicate.field.to_string(),
            op: op.to_string(),
            value: value.to_string(),
            row: predicate.own.is_some().then(counted),
            value_raw: predicate.value_raw.to_string(),
            role: predicate.role.word(),
            scope: predicate.scope.word(),
            derived: predicate.derived,
            scaffold: predicate.scaffold,
            group: rule.group(predicate).to_owned(),
            span: predicate.span.map(Into::into),
        }
    }
}
