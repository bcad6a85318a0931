//! What peers of a rule do: `sigwise advise`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{ByVendor, CONTRACT, LogSourceView, RowView, RuleLink, SpanView, by_vendor};
use crate::advice::{Asking, Support, exclusions, fields, siblings, similar, techniques};
use crate::attack::Attack;
use crate::corpus::{Evidence, RuleId, Take};
use crate::fields::KEYWORD;
use crate::normal::sigma::SigmaItem;
use crate::rule::{Predicate, Role, Scope};

/// The peer view of a rule; every list is best first.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Advice")]
pub struct AdvicePage {
    /// The version of this contract.
    pub version: u32,
    /// The file, as it was named.
    pub path: String,
    /// The rule's id.
    pub id: Option<String>,
    /// Its title.
    pub title: String,
    /// Where it looks.
    pub logsource: LogSourceView,
    /// Its techniques, under their current ids.
    pub techniques: Vec<String>,
    /// What it looks for, in its own order.
    pub indicators: Vec<AdviceIndicator>,
    /// What rules like it leave out.
    pub exclusions: Vec<AdviceExclusion>,
    /// The fields on which rules of its log source leave something out.
    pub exclusion_fields: Vec<ExclusionField>,
    /// Fields that rules like it look at.
    pub fields: Vec<AdviceField>,
    /// What other rules take as alternatives to what it looks for.
    pub siblings: Vec<AdviceSibling>,
    /// Techniques of rules like it.
    pub techniques_suggested: Vec<AdviceTechnique>,
    /// The rules that are most like it.
    pub similar: Vec<SimilarRule>,
}

/// Something that the rule looks for.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AdviceIndicator {
    /// What it is.
    #[serde(flatten)]
    pub row: RowView,
    /// How many other rules look for it.
    pub reach: u32,
    /// Which part of what rules look for has a smaller reach, in percent.
    pub percentile: f32,
    /// How many families those are: rules that were made from one another count once.
    pub families: u32,
    /// How many techniques those have, sub-techniques counted under their parents.
    pub techniques: u32,
    /// Those rules per vendor.
    pub by_vendor: ByVendor,
    /// The field says where to look, not what for.
    pub scaffold: bool,
    /// Where the value stands in the file, in bytes.
    pub span: Option<SpanView>,
}

/// Something that rules like it leave out.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AdviceExclusion {
    /// What it is.
    #[serde(flatten)]
    pub row: RowView,
    /// Which rules were asked: `technique` (same log source and technique), `logsource`, `corpus`, or `twin` (none: it
    /// follows from an exclusion that the rule has).
    pub basis: &'static str,
    /// How many of them leave it out.
    pub support: u32,
    /// How many were asked.
    pub peers: u32,
    /// Which part of them leaves it out.
    pub share: f32,
    /// Some that do.
    pub rules: Vec<RuleLink>,
}

/// A field on which rules leave something out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExclusionField {
    /// Its canonical name.
    pub field: String,
    /// How many rules do.
    pub support: u32,
    /// How many rules of the log source leave anything out.
    pub peers: u32,
}

/// A field that rules like it look at.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AdviceField {
    /// Its canonical name.
    pub field: String,
    /// How many rules of the log source look at it.
    pub support: u32,
    /// How many rules the log source has.
    pub peers: u32,
    /// Which part of them looks at it.
    pub share: f32,
    /// What most of them look for in it.
    pub values: Vec<RowView>,
}

/// A value that other rules have beside one of the rule's.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AdviceSibling {
    /// It.
    #[serde(flatten)]
    pub row: RowView,
    /// What of the rule it stands beside.
    pub because: SigmaItem,
    /// How many rules look for both.
    pub support: u32,
    /// How many look for what the rule has.
    pub peers: u32,
    /// Which part of them looks for both.
    pub share: f32,
}

/// A technique of rules like it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AdviceTechnique {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// How many of the most similar rules have it.
    pub support: u32,
    /// How many of those were asked.
    pub peers: u32,
    /// How much of their likeness is of rules that have it.
    pub share: f32,
}

/// A rule that is like it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SimilarRule {
    /// Which rule.
    #[serde(flatten)]
    pub rule: RuleLink,
    /// How much it is like it: 1 is the same.
    pub score: f32,
}

/// How long the lists are.
const LISTED: usize = 10;

/// How many rules stand as examples behind a piece of advice.
const EXAMPLES: usize = 5;

impl SimilarRule {
    /// The rules that are about the same as the asking one, best first: the beginning of [`AdvicePage::similar`].
    pub fn alike(asking: &Asking<'_>) -> Vec<Self> {
        similar_rules(asking).take_while(|similar| similar.score >= similar::ALIKE).collect()
    }
}

fn similar_rules(asking: &Asking<'_>) -> impl Iterator<Item = SimilarRule> {
    let corpus = asking.corpus();
    let link = move |(rule, score)| SimilarRule { rule: RuleLink::of(corpus, rule), score: round(score) };
    similar::rules(asking, LISTED).into_iter().map(link)
}

impl AdvicePage {
    /// The peer view of a rule in the file that is called `path`.
    pub fn of(asking: &Asking<'_>, path: &str, attack: &Attack) -> Self {
        let corpus = asking.corpus();
        let rule = asking.rule();
        let product = rule.logsource.product.as_deref();
        let name = |id: &str| attack.technique(id).map(|technique| technique.name.to_string());
        let (exclusion_fields, excluding) = exclusions::fields(asking);
        Self {
            version: CONTRACT,
            path: path.to_owned(),
            id: rule.id.as_deref().map(str::to_owned),
            title: rule.title.to_string(),
            logsource: rule.logsource.as_ref().into(),
            techniques: asking.techniques().map(str::to_owned).collect(),
            indicators: indicators(asking),
            exclusions: exclusions::ranked(asking, LISTED).into_iter().map(|found| exclusion(asking, found)).collect(),
            exclusion_fields: exclusion_fields
                .into_iter()
                .take(LISTED)
                .map(|count| ExclusionField {
                    field: corpus.field_name(count.of).to_owned(),
                    support: count.rules,
                    peers: excluding,
                })
                .collect(),
            fields: fields::ranked(asking, LISTED)
                .into_iter()
                .map(|found| AdviceField {
                    field: corpus.field_name(found.field).to_owned(),
                    support: found.support.count(),
                    peers: found.support.peers,
                    share: round(found.support.share()),
                    values: found.values.into_iter().map(|row| RowView::of(corpus, row, product)).collect(),
                })
                .collect(),
            siblings: siblings::ranked(asking, LISTED)
                .into_iter()
                .map(|found| AdviceSibling {
                    row: RowView::of(corpus, found.row, product),
                    because: written(found.because),
                    support: found.support.count(),
                    peers: found.support.peers,
                    share: round(found.support.share()),
                })
                .collect(),
            techniques_suggested: techniques::ranked(asking, LISTED)
                .into_iter()
                .map(|found| AdviceTechnique {
                    id: found.id.to_owned(),
                    name: name(found.id),
                    support: found.support.count(),
                    peers: found.support.peers,
                    share: round(found.share),
                })
                .collect(),
            similar: similar_rules(asking).collect(),
        }
    }
}

fn indicators(asking: &Asking<'_>) -> Vec<AdviceIndicator> {
    let corpus = asking.corpus();
    let looked_for = asking.predicates().filter(|(p, _)| p.role == Role::Indicator && p.scope != Scope::Guard);
    let mut out = Vec::new();
    for (predicate, row) in looked_for.filter(|(p, _)| !p.derived) {
        let reach = row.map_or_else(Evidence::default, |row| {
            corpus.evidence(&corpus.rules_of_row(row, Take::Indicators, asking.leave()))
        });
        out.push(AdviceIndicator {
            row: RowView {
                field: predicate.field.to_string(),
                op: predicate.op.to_string(),
                value: predicate.value.to_string(),
                sigma: Some(written(predicate)),
            },
            reach: reach.rules,
            percentile: super::percent(corpus, reach.rules),
            families: reach.families,
            techniques: reach.parent_techniques,
            by_vendor: by_vendor(&reach),
            scaffold: predicate.scaffold,
            span: predicate.span.map(Into::into),
        });
    }
    out
}

fn exclusion(asking: &Asking<'_>, found: exclusions::Exclusion) -> AdviceExclusion {
    let Support { rules, peers } = &found.support;
    AdviceExclusion {
        basis: found.basis.word(),
        support: found.support.count(),
        peers: *peers,
        share: round(found.support.share()),
        rules: links(asking, rules),
        row: RowView {
            field: found.field.into(),
            op: found.op.to_string(),
            value: found.value.into(),
            sigma: Some(found.sigma),
        },
    }
}

fn links(asking: &Asking<'_>, rules: &[RuleId]) -> Vec<RuleLink> {
    rules.iter().take(EXAMPLES).map(|rule| RuleLink::of(asking.corpus(), *rule)).collect()
}

/// A predicate of a Sigma rule as the rule writes it.
fn written(predicate: &Predicate) -> SigmaItem {
    let field = if *predicate.field == *KEYWORD { "" } else { &*predicate.field_raw };
    let key = match &*predicate.modifiers {
        "" => field.to_owned(),
        modifiers => format!("{field}|{modifiers}"),
    };
    let is_null = predicate.op == crate::op::Op::new(crate::op::Base::Missing) && predicate.modifiers.is_empty();
    SigmaItem { key, value: (!is_null).then(|| predicate.value_raw.to_string()) }
}

/// Three digits say all there is to say, and make equal results equal bytes.
fn round(number: f32) -> f32 {
    (number * 1000.0).round() / 1000.0
}
