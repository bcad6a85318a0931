//! What rules for a technique do: `sigwise technique`, the catalog's pages.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::{ByVendor, CONTRACT, LogSourceView, RowView, RuleLink, SourceView, by_vendor};
use crate::attack::{self, Attack};
use crate::corpus::{Corpus, FieldId, Incident, Leave, RowId, RuleId};
use crate::fields::Fields;
use crate::logsource;
use crate::rule::{Role, Scope};
use crate::vendor::Vendor;

/// The techniques that rules have: `sigwise technique` without an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TechniqueList {
    /// The version of this contract.
    pub version: u32,
    /// The version of ATT&CK.
    pub attack_version: String,
    /// The techniques, sorted by id.
    pub techniques: Vec<TechniqueListEntry>,
}

/// A technique in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TechniqueListEntry {
    /// Its id.
    pub id: String,
    /// Its name; null where ATT&CK does not know it (any more).
    pub name: Option<String>,
    /// Short names of its tactics.
    pub tactics: Vec<String>,
    /// Rules that have it or one of its sub-techniques.
    pub rules: u32,
    /// Rules that have exactly it.
    pub own: u32,
}

/// What rules for a technique do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Technique")]
pub struct TechniquePage {
    /// The version of this contract.
    pub version: u32,
    /// Its id.
    pub id: String,
    /// Its name; null where ATT&CK does not know it (any more).
    pub name: Option<String>,
    /// Short names of its tactics.
    pub tactics: Vec<String>,
    /// The version of ATT&CK.
    pub attack_version: String,
    /// Where the rules come from.
    pub sources: Vec<SourceView>,
    /// How many rules there are.
    pub counts: TechniqueCounts,
    /// Which events they look at, most first.
    pub events: Vec<EventView>,
    /// Which fields they look at, most first; without those that only say where to look.
    pub fields: Vec<FieldView>,
    /// What they look for, most first; without what only says where to look.
    pub indicators: Vec<TechniqueRow>,
    /// What they leave out as a whole, group by group, most first.
    pub exclusions: Vec<TechniqueExclusion>,
    /// The rules, to which the numbers in the other lists point.
    pub rules: Vec<RuleLink>,
    /// What only says where to look.
    pub scaffold: Vec<TechniqueRow>,
}

/// How many rules a technique has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TechniqueCounts {
    /// Rules that have it or one of its sub-techniques.
    pub rules: u32,
    /// Rules that have exactly it.
    pub own: u32,
    /// Rules per vendor.
    pub by_vendor: ByVendor,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Event")]
pub struct EventView {
    /// Who writes it.
    pub provider: String,
    /// Its id within the provider; empty where rules name none.
    pub event: String,
    /// What it is, in words.
    pub title: Option<String>,
    /// How many rules look at it.
    pub rules: u32,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Field")]
pub struct FieldView {
    /// Its canonical name.
    pub field: String,
    /// How many rules look at it.
    pub rules: u32,
    /// How many rules use which operator on it.
    pub ops: BTreeMap<String, u32>,
    /// The values that most rules look for.
    pub values: Vec<String>,
    /// What vendors call it.
    pub vendors: Vec<FieldSpelling>,
}

/// What a vendor calls a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldSpelling {
    /// Which vendor.
    pub vendor: Vendor,
    /// Its name for the field.
    pub spelling: String,
    /// In how many rules.
    pub rules: u32,
}

/// Something that rules of a technique look for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TechniqueRow {
    /// What it is.
    #[serde(flatten)]
    pub row: RowView,
    /// Which of the page's rules look for it.
    pub rules: Vec<u32>,
    /// How many rules look for it, whatever their technique.
    pub reach: u32,
    /// Vendors of the page's rules that look for it.
    pub vendors: Vec<Vendor>,
}

/// Something that rules of a technique leave out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TechniqueExclusion {
    /// Where those rules look.
    pub logsource: LogSourceView,
    /// What has the same number must hold together to be left out, or is one list of alternatives.
    pub group: u32,
    /// What it is.
    #[serde(flatten)]
    pub row: RowView,
    /// Which of the page's rules leave it out in this group.
    pub rules: Vec<u32>,
}

impl TechniqueList {
    /// Every technique that rules of the corpus have, parents of their sub-techniques included.
    pub fn of(corpus: &Corpus, attack: &Attack) -> Self {
        let mut own: BTreeMap<&str, u32> = BTreeMap::new();
        for count in corpus.techniques() {
            own.insert(count.of, count.rules);
            own.entry(attack::parent_or_self(count.of)).or_default();
        }
        let entry = |(id, own): (&&str, &u32)| {
            let known = attack.technique(id);
            TechniqueListEntry {
                id: (*id).to_owned(),
                name: known.map(|t| t.name.to_string()),
                tactics: known.map(tactics).unwrap_or_default(),
                rules: corpus.rules_of_technique(id, Leave::NONE).len() as u32,
                own: *own,
            }
        };
        Self {
            version: CONTRACT,
            attack_version: attack.version().to_owned(),
            techniques: own.iter().map(entry).collect(),
        }
    }
}

fn tactics(technique: &attack::Technique) -> Vec<String> {
    technique.tactics.iter().map(ToString::to_string).collect()
}

/// How many values a field lists.
const VALUES: usize = 10;

impl TechniquePage {
    /// The page of a technique; a retired id leads to its successor's page, in whichever case it is written. `None` where
    /// neither ATT&CK nor any rule knows it.
    pub fn of(corpus: &Corpus, attack: &Attack, id: &str) -> Option<Self> {
        let upper = id.to_ascii_uppercase();
        let id = attack.current(&upper);
        let rules = corpus.rules_of_technique(id, Leave::NONE);
        let known = attack.technique(id);
        if rules.is_empty() && known.is_none() {
            return None;
        }
        let own = rules.iter().filter(|&&rule| corpus.rule(rule).techniques().any(|t| t == id)).count();
        let evidence = corpus.evidence(&rules);
        let page = Page { corpus, rules: &rules };
        let (scaffold, indicators): (Vec<_>, Vec<_>) =
            page.indicators().into_iter().partition(|row| Fields::embedded().canonical(&row.row.field).scaffold);
        Some(Self {
            version: CONTRACT,
            id: id.to_owned(),
            name: known.map(|t| t.name.to_string()),
            tactics: known.map(tactics).unwrap_or_default(),
            attack_version: attack.version().to_owned(),
            sources: SourceView::all(corpus),
            counts: TechniqueCounts { rules: evidence.rules, own: own as u32, by_vendor: by_vendor(&evidence) },
            events: page.events(),
            fields: page.fields(),
            indicators,
            exclusions: page.exclusions(),
            rules: rules.iter().map(|&rule| RuleLink::of(corpus, rule)).collect(),
            scaffold,
        })
    }
}

struct Page<'a> {
    corpus: &'a Corpus,
    rules: &'a [RuleId],
}

impl<'a> Page<'a> {
    /// Every incidence with the index of its rule on the page.
    fn incidents(&self) -> impl Iterator<Item = (u32, Incident)> + use<'a, '_> {
        (0u32..).zip(self.rules).flat_map(|(i, &rule)| self.corpus.rule(rule).incidents().map(move |x| (i, x)))
    }

    fn events(&self) -> Vec<EventView> {
        let view = |count: crate::corpus::Count<(&str, &str)>| {
            let (provider, id) = count.of;
            EventView {
                provider: provider.to_owned(),
                event: id.to_owned(),
                title: logsource::event_title(provider, id).map(str::to_owned),
                rules: count.rules,
            }
        };
        self.corpus.events_in(self.rules).into_iter().map(view).collect()
    }

    /// Rows that rules look for, each with the rules on the page, most first.
    fn counted(&self) -> Vec<(RowId, Vec<u32>)> {
        let mut rows: FxHashMap<RowId, Vec<u32>> = FxHashMap::default();
        for (rule, incident) in self.incidents().filter(|(_, incident)| incident.is_indicator()) {
            let list = rows.entry(incident.row).or_default();
            if list.last() != Some(&rule) {
                list.push(rule);
            }
        }
        let mut rows: Vec<_> = rows.into_iter().collect();
        for (_, list) in &mut rows {
            list.sort_unstable();
            list.dedup();
        }
        rows.sort_by_key(|(row, rules)| (std::cmp::Reverse(rules.len()), *row));
        rows
    }

    fn vendor(&self, rule: u32) -> Option<Vendor> {
        self.rules.get(rule as usize).map(|&rule| self.corpus.rule(rule).vendor())
    }

    fn indicators(&self) -> Vec<TechniqueRow> {
        let view = |(row, rules): (RowId, Vec<u32>)| {
            let mut vendors: Vec<_> = rules.iter().filter_map(|&rule| self.vendor(rule)).collect();
            vendors.sort_unstable();
            vendors.dedup();
            TechniqueRow {
                row: RowView::of(self.corpus, row, None),
                rules,
                reach: self.corpus.reach_count(row, Leave::NONE),
                vendors,
            }
        };
        self.counted().into_iter().map(view).collect()
    }

    fn fields(&self) -> Vec<FieldView> {
        #[derive(Default)]
        struct Entry {
            rules: Vec<u32>,
            ops: BTreeMap<String, Vec<u32>>,
            values: Vec<String>,
            vendors: BTreeMap<(Vendor, String), Vec<u32>>,
        }
        let mut fields: FxHashMap<FieldId, Entry> = FxHashMap::default();
        for (row, rules) in self.counted() {
            let text = self.corpus.row_ref(row);
            let entry = fields.entry(text.field).or_default();
            entry.rules.extend(&rules);
            entry.ops.entry(text.op.to_string()).or_default().extend(&rules);
            if entry.values.len() < VALUES && !text.value.is_empty() {
                entry.values.push(text.value.to_owned());
            }
            for spelling in self.corpus.spellings(row) {
                let name = if spelling.vendor == Vendor::Sigma { text.name } else { spelling.key };
                let of_vendor = rules.iter().filter(|&&rule| self.vendor(rule) == Some(spelling.vendor));
                entry.vendors.entry((spelling.vendor, name.to_owned())).or_default().extend(of_vendor);
            }
        }
        let distinct = |mut rules: Vec<u32>| {
            rules.sort_unstable();
            rules.dedup();
            rules.len() as u32
        };
        let view = |(field, entry): (FieldId, Entry)| FieldView {
            field: self.corpus.field_name(field).to_owned(),
            rules: distinct(entry.rules),
            ops: entry.ops.into_iter().map(|(op, rules)| (op, distinct(rules))).collect(),
            values: entry.values,
            vendors: (entry.vendors.into_iter())
                .map(|((vendor, spelling), rules)| FieldSpelling { vendor, spelling, rules: distinct(rules) })
                .filter(|spelling| spelling.rules > 0)
                .collect(),
        };
        let mut fields: Vec<_> = fields.into_iter().map(view).collect();
        fields.retain(|field| !Fields::embedded().canonical(&field.field).scaffold);
        fields.sort_by(|a, b| (b.rules, &a.field).cmp(&(a.rules, &b.field)));
        fields
    }

    /// Groups that rules with one log source leave out in common, most first.
    fn exclusions(&self) -> Vec<TechniqueExclusion> {
        let mut groups: BTreeMap<(crate::logsource::LogSourceRef<'a>, Vec<RowId>), Vec<u32>> = BTreeMap::new();
        for (i, &id) in (0u32..).zip(self.rules) {
            let rule = self.corpus.rule(id);
            let mut of_rule: BTreeMap<u16, Vec<RowId>> = BTreeMap::new();
            for incident in rule.incidents().filter(|x| x.role == Role::Exclusion && x.scope == Scope::Top) {
                of_rule.entry(incident.group).or_default().push(incident.row);
            }
            for mut rows in of_rule.into_values() {
                rows.sort_unstable();
                rows.dedup();
                let rules = groups.entry((rule.logsource(), rows)).or_default();
                if rules.last() != Some(&i) {
                    rules.push(i);
                }
            }
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(_, rules)| std::cmp::Reverse(rules.len()));
        let mut out = Vec::new();
        for (group, ((source, rows), rules)) in (0u32..).zip(groups) {
            out.extend(rows.into_iter().map(|row| TechniqueExclusion {
                logsource: source.into(),
                group,
                row: RowView::of(self.corpus, row, source.product),
                rules: rules.clone(),
            }));
        }
        out
    }
}
