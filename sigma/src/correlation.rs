//! Correlation rules (specification 2.1.0, and what pySigma 1.5.1 adds).

use crate::condition::{Condition, Grammar};
use crate::detection::Spanned;
use crate::detection::build::{condition, key_text};
use crate::scalar::Type;
use crate::source::Span;
use crate::yaml::{Entry, Mapping, Node, Value};

pub use crate::filter::{Filter, FilterRules};

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
    /// `generate` within `correlation`, where pySigma reads it: its value where it is a boolean, and where that stands.
    pub generate: Option<(Option<bool>, Span)>,
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

impl CorrelationKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::EventCount,
        Self::ValueCount,
        Self::Temporal,
        Self::TemporalOrdered,
        Self::ValueSum,
        Self::ValueAvg,
        Self::ValuePercentile,
        Self::ValueMedian,
    ];

    /// The word that stands in a rule.
    pub fn word(self) -> &'static str {
        match self {
            Self::EventCount => "event_count",
            Self::ValueCount => "value_count",
            Self::Temporal => "temporal",
            Self::TemporalOrdered => "temporal_ordered",
            Self::ValueSum => "value_sum",
            Self::ValueAvg => "value_avg",
            Self::ValuePercentile => "value_percentile",
            Self::ValueMedian => "value_median",
        }
    }

    /// The kind that `word` names; in any case, as pySigma reads it (the specification wants lower case).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(word))
    }

    /// `temporal`, `temporal_ordered`: the only ones that may have an extended condition, or none.
    pub fn is_temporal(self) -> bool {
        matches!(self, Self::Temporal | Self::TemporalOrdered)
    }

    /// `value_…`: its condition must name a field.
    pub fn needs_field(self) -> bool {
        !self.is_temporal() && self != Self::EventCount
    }

    /// Whether specification 2.1.0 names it; `value_median` is pySigma's.
    pub fn in_specification(self) -> bool {
        self != Self::ValueMedian
    }
}

/// A window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timespan {
    /// How many.
    pub count: u64,
    /// `s`, `m`, `h`, `d` (specification); `w`, `M`, `y` (pySigma).
    pub unit: char,
}

impl Timespan {
    /// `5m`: digits and one letter of `smhdwMy`, and more than nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let unit = text.chars().next_back().filter(|unit| "smhdwMy".contains(*unit))?;
        let digits = &text[..text.len() - unit.len_utf8()];
        let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let count = if all_digits { digits.parse().unwrap_or(u64::MAX) } else { 0 };
        (count > 0).then_some(Self { count, unit })
    }

    /// Its length in seconds; a month and a year are average ones, as in pySigma.
    pub fn seconds(self) -> u64 {
        let unit = match self.unit {
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            'M' => 2_629_746,
            'y' => 31_556_952,
            _ => 1,
        };
        self.count.saturating_mul(unit)
    }
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
        /// The field whose values are counted or summed; the specification allows several.
        field: Vec<Spanned>,
        /// Percentile of `value_percentile`.
        percentile: Option<Spanned>,
        /// Keys that are none of these.
        unknown: Vec<Spanned>,
    },
    /// `rule_a and not rule_b`: names of rules instead of selections ([`Grammar::Rules`]).
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

/// Reads `correlation`. `text` is the file.
pub(crate) fn read(text: &str, entry: &Entry) -> Correlation {
    let mut correlation = Correlation {
        key: entry.key.span,
        node: entry.value.clone(),
        kind: None,
        rules: Vec::new(),
        group_by: Vec::new(),
        timespan: None,
        condition: None,
        aliases: Vec::new(),
        generate: None,
    };
    let Value::Mapping(map) = &entry.value.value else { return correlation };
    for Entry { key, value, .. } in &map.entries {
        match key_text(key) {
            Some("type") => {
                correlation.kind = Spanned::of_text(value).map(|word| (CorrelationKind::from_word(&word.text), word));
            }
            Some("rules") => correlation.rules = texts(value, Spanned::of_text),
            Some("group-by") => correlation.group_by = texts(value, filled),
            Some("timespan") => {
                let typed = |word: &Spanned| Timespan::parse(&word.text).filter(|_| is_text(value));
                correlation.timespan = filled(value).map(|word| (typed(&word), word));
            }
            Some("condition") => correlation.condition = read_condition(text, value),
            Some("aliases") => {
                if let Value::Mapping(map) = &value.value {
                    correlation.aliases = map.entries.iter().filter_map(alias).collect();
                }
            }
            Some("generate") => {
                let flag = match &value.value {
                    Value::Scalar(scalar) => match scalar.ty {
                        Type::Bool(flag) => Some(flag),
                        _ => None,
                    },
                    _ => None,
                };
                correlation.generate = Some((flag, value.span));
            }
            _ => {}
        }
    }
    correlation
}

/// One scalar, or those of a list; others are left out.
pub(crate) fn texts(node: &Node, read: fn(&Node) -> Option<Spanned>) -> Vec<Spanned> {
    match &node.value {
        Value::Sequence(list) => list.items.iter().filter_map(read).collect(),
        _ => read(node).into_iter().collect(),
    }
}

/// A scalar that is not null.
fn filled(node: &Node) -> Option<Spanned> {
    let null = matches!(&node.value, Value::Scalar(scalar) if scalar.ty == Type::Null);
    if null { None } else { Spanned::of(node) }
}

fn is_text(node: &Node) -> bool {
    matches!(&node.value, Value::Scalar(scalar) if scalar.ty == Type::Str)
}

fn read_condition(text: &str, node: &Node) -> Option<CorrelationCondition> {
    match &node.value {
        Value::Mapping(map) => Some(map_condition(node.span, map)),
        Value::Scalar(scalar) if scalar.ty == Type::Null => None,
        Value::Scalar(scalar) if scalar.ty == Type::Str => {
            Some(CorrelationCondition::Extended(condition(text, node, Grammar::Rules)))
        }
        _ => Some(CorrelationCondition::Other(node.span)),
    }
}

fn map_condition(span: Span, map: &Mapping) -> CorrelationCondition {
    let (mut comparisons, mut unknown) = (Vec::new(), Vec::new());
    let (mut field, mut percentile) = (Vec::new(), None);
    for Entry { key, value, .. } in &map.entries {
        let Some(word) = Spanned::of(key) else { continue };
        match &*word.text {
            "gt" | "gte" | "lt" | "lte" | "eq" | "neq" => comparisons.push((word, number(value), value.span)),
            "field" => field = texts(value, filled),
            "percentile" => percentile = filled(value),
            _ => unknown.push(word),
        }
    }
    CorrelationCondition::Map { span, comparisons, field, percentile, unknown }
}

fn number(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Scalar(scalar) => match scalar.ty {
            Type::Int(number) => number.map(|number| number as f64),
            Type::Float(number) => Some(number),
            _ => None,
        },
        _ => None,
    }
}

fn alias(entry: &Entry) -> Option<Alias> {
    let name = Spanned::of(&entry.key)?;
    let mut alias = Alias { name, fields: Vec::new(), malformed: None };
    match &entry.value.value {
        Value::Mapping(map) => {
            for Entry { key, value, .. } in &map.entries {
                match (Spanned::of(key), Spanned::of_text(value)) {
                    (Some(rule), Some(field)) => alias.fields.push((rule, field)),
                    _ => alias.malformed = alias.malformed.or(Some(value.span)),
                }
            }
        }
        _ => alias.malformed = Some(entry.value.span),
    }
    Some(alias)
}
