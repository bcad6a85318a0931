//! Everything about one rule of the corpus: `sigwise rule`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{CONTRACT, LogSourceView, RowView, RuleLink, some};
use crate::corpus::{Corpus, RuleId, Take};
use crate::fields::Fields;

/// Everything about one rule of the corpus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Rule")]
pub struct RulePage {
    /// The version of this contract.
    pub version: u32,
    /// Which rule.
    #[serde(flatten)]
    pub rule: RuleLink,
    /// Its path within its source.
    pub path: String,
    /// Its licence.
    pub licence: String,
    /// How mature.
    pub status: Option<String>,
    /// When it was written.
    pub date: Option<String>,
    /// When it was changed last.
    pub modified: Option<String>,
    /// Its techniques: current ids, where there are any.
    pub techniques: Vec<String>,
    /// Where it looks.
    pub logsource: LogSourceView,
    /// Which events it looks at, such as `Sysmon 1`.
    pub events: Vec<String>,
    /// What it looks for.
    pub indicators: Vec<RuleRow>,
    /// What it leaves out, and (of scope `guard`) exceptions to that.
    pub exclusions: Vec<RuleRow>,
    /// What it asks of results of its query: `count_ gt 5`.
    pub derived: Vec<String>,
    /// Rules that it says it is related to.
    pub related: Vec<RuleLink>,
}

/// Something that a rule looks for or leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleRow {
    /// What it is.
    #[serde(flatten)]
    pub row: RowView,
    /// `top`, `branch` or `guard`.
    pub scope: &'static str,
    /// Which selection or clause it stands in.
    pub group: String,
    /// Its field says where to look, not what for.
    pub scaffold: bool,
    /// It must hold whatever other values of its field do.
    pub all: bool,
    /// How many other rules look for it, or leave it out where this rule does.
    pub reach: u32,
}

impl RuleRow {
    /// Rows by the selection or clause, and the scope, that they stand in.
    pub fn groups(rows: &[Self]) -> impl Iterator<Item = &[Self]> {
        rows.chunk_by(|a, b| (&a.group, a.scope) == (&b.group, b.scope))
    }

    /// What the scope means, to be written after the group's name; empty at the top.
    pub fn scope_note(&self) -> &'static str {
        match self.scope {
            "branch" => " (in one branch only)",
            "guard" => " (exceptions)",
            _ => "",
        }
    }
}

impl RulePage {
    /// The pages of the rules with this id or, if there is none, this title; its case only counts where there are several.
    pub fn find(corpus: &Corpus, name: &str) -> Vec<Self> {
        let mut found = match corpus.rule_by_id(name) {
            Some(rule) => vec![rule.rule_id()],
            None => corpus.rules_by_title(name),
        };
        if found.is_empty() && !name.is_empty() {
            let lower = name.to_lowercase();
            found = corpus.rules().filter(|r| r.title().to_lowercase() == lower).map(|r| r.rule_id()).collect();
        }
        found.into_iter().map(|rule| Self::of(corpus, rule)).collect()
    }

    /// The page of a rule.
    pub fn of(corpus: &Corpus, id: RuleId) -> Self {
        let rule = corpus.rule(id);
        let leave = corpus.leave(Some(rule.id()), Some(rule.title()));
        let groups: Vec<&str> = rule.groups().collect();
        let product = rule.logsource().product;
        let (mut indicators, mut exclusions) = (Vec::new(), Vec::new());
        for incident in rule.incidents() {
            let row = RowView::of(corpus, incident.row, product);
            let take = if incident.is_exclusion() { Take::Exclusions } else { Take::Indicators };
            let entry = RuleRow {
                scope: incident.scope.word(),
                group: groups.get(usize::from(incident.group)).copied().unwrap_or_default().to_owned(),
                scaffold: Fields::embedded().canonical(&row.field).scaffold,
                all: incident.all,
                reach: corpus.rules_of_row(incident.row, take, &leave).len() as u32,
                row,
            };
            if incident.is_indicator() { indicators.push(entry) } else { exclusions.push(entry) }
        }
        let related = rule.related().filter_map(|id| corpus.rule_by_id(id));
        Self {
            version: CONTRACT,
            rule: RuleLink::of(corpus, id),
            path: rule.path(),
            licence: rule.licence().to_owned(),
            status: some(rule.status()),
            date: some(rule.date()),
            modified: some(rule.modified()),
            techniques: rule.techniques().map(str::to_owned).collect(),
            logsource: rule.logsource().into(),
            events: rule.events().map(|(provider, id)| format!("{provider} {id}").trim_end().to_owned()).collect(),
            indicators,
            exclusions,
            derived: rule.derived().map(|derived| format!("{} {derived}", derived.name)).collect(),
            related: related.map(|rule| RuleLink::of(corpus, rule.rule_id())).collect(),
        }
    }
}
