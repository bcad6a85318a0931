//! What the corpus shows, as plain structs: the JSON contracts of `advise`, `corpus diff`, `corpus extract`, `corpus info`, `technique`, `rule` and
//! `indicator`, and what text, pages and hover texts are made from. The field names are the contract.

mod advice;
mod diff;
mod extract;
mod indicator;
mod info;
mod provenance;
mod rule;
mod shown;
pub mod technique;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::corpus::{Corpus, Evidence, RowId, RuleId};
use crate::normal::sigma::SigmaItem;
use crate::vendor::Vendor;

pub use advice::{
    AdviceExclusion, AdviceField, AdviceIndicator, AdvicePage, AdviceSibling, AdviceTechnique, ExclusionField,
    SimilarRule,
};
pub use diff::{BeforeAfter, CorpusDiff, RowChange, RowChanges, RuleChange, RuleChanges};
pub use extract::{ExtractLine, LogSourceView, PredicateView, SpanView};
pub use indicator::{IndicatorPage, Partner, UnknownIndicator};
pub use info::{DumpInfo, Info, RowCounts, SilentRule, SourceView, UnreadKind, UnreadView};
pub use provenance::provenance;
pub use rule::{RulePage, RuleRow};
pub use shown::{counted, printable, steers, vendors};
pub use technique::{
    DerivedView, DumpView, EventView, FieldSpelling, FieldView, Join, Part, RetiredView, SubTechnique, TechniqueCounts,
    TechniqueExclusion, TechniqueList, TechniqueListEntry, TechniquePage, TechniqueRow,
};

/// The version of the JSON contracts.
pub const CONTRACT: u32 = 1;

/// Rules per vendor.
pub type ByVendor = BTreeMap<&'static str, u32>;

/// A rule with what it takes to find and to name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleLink {
    /// Whose language it is in.
    pub vendor: Vendor,
    /// What its source is called.
    pub source: String,
    /// Its id.
    pub id: Option<String>,
    /// Its title.
    pub title: String,
    /// Its authors.
    pub author: String,
    /// How bad.
    pub level: Option<String>,
    /// Where to read it.
    pub url: Option<String>,
}

impl RuleLink {
    /// The link to a rule.
    pub fn of(corpus: &Corpus, rule: RuleId) -> Self {
        let rule = corpus.rule(rule);
        Self {
            vendor: rule.vendor(),
            source: rule.label().to_owned(),
            id: some(rule.id()),
            title: rule.title().to_owned(),
            author: rule.author().to_owned(),
            level: some(rule.level()),
            url: rule.url(),
        }
    }
}

/// A row, in the normal form and as Sigma writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RowView {
    /// The canonical name of the field.
    pub field: String,
    /// The operator.
    pub op: String,
    /// The value.
    pub value: String,
    /// How a Sigma rule writes it; null where it cannot.
    pub sigma: Option<SigmaItem>,
}

impl RowView {
    /// The view of a row, for rules of this product.
    pub fn of(corpus: &Corpus, row: RowId, product: Option<&str>) -> Self {
        let text = corpus.row_ref(row);
        Self {
            field: text.name.to_owned(),
            op: text.op.to_string(),
            value: text.value.to_owned(),
            sigma: corpus.sigma(row, product),
        }
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// See [`Corpus::percentile`]; one digit after the point says all there is to say.
fn percent(corpus: &Corpus, reach: u32) -> f32 {
    (corpus.percentile(reach) * 10.0).round() / 10.0
}

fn by_vendor(evidence: &Evidence) -> ByVendor {
    evidence.by_vendor.iter().map(|&(vendor, n)| (vendor.word(), n)).collect()
}
