//! Everything about one indicator: `sigwise indicator`, hover.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::{ByVendor, CONTRACT, RowView, RuleLink, RuleLinks, by_vendor};
use crate::corpus::{Corpus, Count, Leave, RowId, Take, asked};
use crate::normal::sigma::SigmaItem;

/// Everything about one indicator.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Indicator")]
pub struct IndicatorPage<'c> {
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
    /// How many of the rules were asked for partners and siblings: all of them, or an even part of very many.
    pub asked: u32,
    /// What they look for beside it, in other fields, most first.
    pub partners: Vec<Partner>,
    /// What they take as its alternatives, in the same field, most first.
    pub siblings: Vec<Partner>,
    /// The rules that look for it.
    #[schemars(with = "Vec<RuleLink>")]
    pub rules: RuleLinks<'c>,
    /// The rules that leave it out.
    #[schemars(with = "Vec<RuleLink>")]
    pub excluding: RuleLinks<'c>,
}

/// What goes with an indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Partner {
    /// What it is.
    #[serde(flatten)]
    pub row: RowView,
    /// How many of those that were asked look for it too.
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

impl<'c> IndicatorPage<'c> {
    /// The page of what `item` asks for; a value with `windash` is the variant that most rules have.
    pub fn find(corpus: &'c Corpus, item: &SigmaItem, leave: &Leave) -> Result<Self, UnknownIndicator> {
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
    pub fn of(corpus: &'c Corpus, row: RowId, leave: &Leave) -> Self {
        let rules = corpus.rules_of_row(row, Take::Indicators, leave);
        let excluding = corpus.rules_of_row(row, Take::Exclusions, leave);
        let evidence = corpus.evidence(&rules);
        let peers = asked(rules.clone());
        let partners = |counts: Vec<Count<RowId>>| {
            let listed = counts.into_iter().take(LISTED);
            listed.map(|c| Partner { row: RowView::of(corpus, c.of, None), rules: c.rules }).collect()
        };
        Self {
            version: CONTRACT,
            row: RowView::of(corpus, row, None),
            reach: evidence.rules,
            percentile: super::percent(corpus, evidence.rules),
            families: evidence.families,
            exclusions: excluding.len() as u32,
            by_vendor: by_vendor(&evidence),
            techniques: corpus.techniques_in(&rules).into_iter().map(|c| (c.of.to_owned(), c.rules)).collect(),
            asked: peers.len() as u32,
            partners: partners(corpus.partners_in(&peers, row)),
            siblings: partners(corpus.siblings_in(&peers, row)),
            exclusions_by_vendor: by_vendor(&corpus.evidence(&excluding)),
            rules: RuleLinks::new(corpus, rules),
            excluding: RuleLinks::new(corpus, excluding),
        }
    }
}
