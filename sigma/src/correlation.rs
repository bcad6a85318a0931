//! Correlation rules and the head of filter rules (specification 2.1.0).

use crate::condition::Condition;
use crate::detection::{Detection, LogSource, Spanned};
use crate::source::Span;
use crate::yaml::Node;

/// `correlation` of a correlation rule. What has the wrong type is absent here and present in [`Correlation::node`].
#[derive(Clone, Debug)]
pub struct Correlation {
    /// The key `correlation`.
    pub key: Span,
    /// The value as written: usually a map.
    pub node: Node,
    /// The kind, with its word.
    pub kind: Option<(Option<CorrelationKind>, Spanned)>,
    /// Ids or names of the rules it counts.
    pub rules: Vec<Spanned>,
    /// Fields whose values must agree.
    pub group_by: Vec<Spanned>,
    /// The window, such as `5m`.
    pub timespan: Option<(Option<Timespan>, Spanned)>,
    /// When it fires.
    pub condition: Option<CorrelationCondition>,
    /// Field names unified across rules.
    pub aliases: Vec<Alias>,
}

/// The kinds of correlation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are the specification's own words")]
pub enum CorrelationKind {
    EventCount,
    ValueCount,
    Temporal,
    TemporalOrdered,
    ValueSum,
    ValueAvg,
    ValuePercentile,
    ValueMedian,
}

/// A window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timespan {
    /// How many.
    pub count: u64,
    /// `s`, `m`, `h`, `d` (specification); `w`, `M`, `y` (pySigma).
    pub unit: char,
}

/// `condition` of a correlation.
#[derive(Clone, Debug)]
pub enum CorrelationCondition {
    /// `{ gte: 10, field: user }`
    Map {
        /// The map.
        span: Span,
        /// `gt`, `gte`, `lt`, `lte`, `eq`, `neq`, each with its number where it is one.
        comparisons: Vec<(Spanned, Option<f64>, Span)>,
        /// The field whose values are counted or summed.
        field: Option<Spanned>,
        /// Percentile of `value_percentile`.
        percentile: Option<Spanned>,
        /// Keys that are none of these.
        unknown: Vec<Spanned>,
    },
    /// `rule_a and not rule_b`: names of rules instead of selections.
    Extended(Condition),
    /// Neither a map nor text.
    Other(Span),
}

/// One entry of `aliases`.
#[derive(Clone, Debug)]
pub struct Alias {
    /// The unified name.
    pub name: Spanned,
    /// Per rule its own field name.
    pub fields: Vec<(Spanned, Spanned)>,
    /// Shape is wrong: not a map of texts.
    pub malformed: Option<Span>,
}

/// A filter rule: what it leaves out of which rules.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Where it applies.
    pub logsource: Option<LogSource>,
    /// Selections and condition under `filter`.
    pub detection: Option<Detection>,
    /// To which rules.
    pub rules: FilterRules,
}

/// `rules` of a filter.
#[derive(Clone, Debug)]
pub enum FilterRules {
    /// Not there.
    Missing,
    /// `any`: every rule of the log source.
    Any(Span),
    /// Ids or names.
    List(Span, Vec<Spanned>),
    /// Something else.
    Invalid(Span),
}
