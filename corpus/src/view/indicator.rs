//! Everything about one indicator: `sigwise indicator`, hover.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::{ByVendor, CONTRACT, RowView, RuleLink, by_vendor};
use crate::corpus::{Corpus, Leave, RowId, Take};
use crate::normal::sigma::SigmaItem;

/// Everything about one indicator.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Indicator")]
pub struct IndicatorPage {
    /// The version of this contract.
    pub version: u32,
    /// What it is.
    #[serde(flatten)]
    pub row: RowView,
    /// How many rules look for it.
    pub reach: u32,
    /// Which part of what rules look for has a smaller reach, in percent.
    pub percentile: f32,
    /// How many families those are: rules that were made from one another count once.
    pub families: u32,
    /// How many rules leave it out.
    pub exclusions: u32,
    /// Rules that look for it, per vendor.
    pub by_vendor: ByVendor,
    /// Rules that leave it out, per vendor.
    pub exclusions_by_vendor: ByVendor,
    /// Techniques of the rules that look for it, with how many of them have it, most first.
    pub techniques: Vec<(String, u32)>,
    /// What they look for beside it, in other fields, most first.
    pub partners: Vec<Partner>,
    /// What they take as its alternatives, in the same field, most first.
    pub siblings: Vec<Partner>,
    /// The rules that look for it.
    pub rules: Vec<RuleLink>,
    /// The rules that leave it out.
    pub excluding: Vec<RuleLink>,
}

/// What goes with an indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Partner {
    /// What it is.
    #[serde(flatten)]
    pub row: RowView,
    /// How many of the rules look for it too.
    pub rules: u32,
}

/// There is no rule that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownIndicator {
    /// What was asked for, in the normal form: field, operator, value.
    pub asked: (String, String, String),
    /// Whether any rule has the field at all.
    pub known_field: bool,
}

impl fmt::Display for UnknownIndicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (field, op, value) = &self.asked;
        if self.known_field {
            write!(f, "no rule of the corpus looks for `{field}` {op} `{value}`")
        } else {
            write!(f, "no rule of the corpus looks at the field `{field}`")
        }
    }
}

impl std::error::Error for UnknownIndicator {}

/// How many partners and siblings a page has.
const LISTED: usize = 20;

impl IndicatorPage {
    /// The page of what `item` asks for; a value with `windash` is the variant that most rules have.
    pub fn find(corpus: &Corpus, item: &SigmaItem, leave: &Leave) -> Result<Self, UnknownIndicator> {
        let (field, normals) = item.normal();
        let rows = normals.iter().filter_map(|n| corpus.row(&field, n.op, &n.value));
        match rows.max_by_key(|row| (corpus.reach_count(*row, leave), std::cmp::Reverse(*row))) {
            Some(row) => Ok(Self::of(corpus, row, leave)),
            None => {
                let first = normals.first();
                let op = first.map(|n| n.op.to_string()).unwrap_or_default();
                let value = first.map(|n| n.value.clone()).unwrap_or_default();
                Err(UnknownIndicator { known_field: corpus.field(&field).is_some(), asked: (field, op, value) })
            }
        }
    }

    /// The page of a row.
    pub fn of(corpus: &Corpus, row: RowId, leave: &Leave) -> Self {
        let reach = corpus.reach(row, leave);
        let partners = |counts: Vec<crate::corpus::Count<RowId>>| {
            let listed = counts.into_iter().take(LISTED);
            listed.map(|c| Partner { row: RowView::of(corpus, c.of, None), rules: c.rules }).collect()
        };
        let rules = corpus.rules_of_row(row, Take::Indicators, leave);
        let excluding = corpus.rules_of_row(row, Take::Exclusions, leave);
        Self {
            version: CONTRACT,
            row: RowView::of(corpus, row, None),
            reach: reach.indicators.rules,
            percentile: super::percent(corpus, reach.indicators.rules),
            families: reach.indicators.families,
            exclusions: reach.exclusions,
            by_vendor: by_vendor(&reach.indicators),
            techniques: reach.techniques.into_iter().map(|(id, n)| (id.into(), n)).collect(),
            partners: partners(corpus.partners(row, leave)),
            siblings: partners(corpus.siblings(row, leave)),
            exclusions_by_vendor: by_vendor(&corpus.evidence(&excluding)),
            rules: rules.into_iter().map(|rule| RuleLink::of(corpus, rule)).collect(),
            excluding: excluding.into_iter().map(|rule| RuleLink::of(corpus, rule)).collect(),
        }
    }
}
