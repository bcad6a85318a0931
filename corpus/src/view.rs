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
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::corpus::{Corpus, Evidence, RowId, RuleId};
use crate::normal::sigma::SigmaItem;
use crate::op::Op;
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

/// The links to rules, each made when it is asked for: a page can be about very many rules, of which few are shown.
#[derive(Clone, Debug)]
pub struct RuleLinks<'c> {
    corpus: &'c Corpus,
    rules: Vec<RuleId>,
}

impl<'c> RuleLinks<'c> {
    fn new(corpus: &'c Corpus, rules: Vec<RuleId>) -> Self {
        Self { corpus, rules }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The one with this number.
    pub fn get(&self, number: u32) -> Option<RuleLink> {
        self.rules.get(number as usize).map(|rule| RuleLink::of(self.corpus, *rule))
    }

    /// The page of the one with this number.
    fn page(&self, number: u32) -> Option<RulePage> {
        self.rules.get(number as usize).map(|rule| RulePage::of(self.corpus, *rule))
    }

    /// All of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = RuleLink> {
        self.rules.iter().map(|rule| RuleLink::of(self.corpus, *rule))
    }
}

impl Serialize for RuleLinks<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
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

/// A row of a page, written out when it is shown: a page can have very many, of which few are.
#[derive(Clone, Copy, Debug)]
pub struct PageRow<'c> {
    corpus: &'c Corpus,
    row: RowId,
    product: Option<&'c str>,
}

impl<'c> PageRow<'c> {
    /// The canonical name of its field.
    pub fn field(&self) -> &'c str {
        self.corpus.row_ref(self.row).name
    }

    /// Its operator.
    pub fn op(&self) -> Op {
        self.corpus.row_ref(self.row).op
    }

    /// Its value, in normal form.
    pub fn value(&self) -> &'c str {
        self.corpus.row_ref(self.row).value
    }

    /// All of it.
    pub fn view(&self) -> RowView {
        RowView::of(self.corpus, self.row, self.product)
    }
}

impl fmt::Display for PageRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

impl Serialize for PageRow<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.view().serialize(serializer)
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
