//! What rules for a technique do: `sigwise technique`, the catalog's pages.
//!
//! [`TechniquePage`] is what is counted; [`markdown`] and [`html`] write it for editors and browsers.

mod count;
mod exclusions;
pub mod html;
mod list;
pub mod markdown;

use std::collections::BTreeMap;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use super::shown::{counted, dump_note};
use super::{ByVendor, CONTRACT, LogSourceView, PageRow, RowView, RuleLink, RuleLinks, SourceView, by_vendor};
use crate::attack::{self, Attack, Status, Technique};
use crate::corpus::{Corpus, Count, Leave, RuleId};
use crate::vendor::Vendor;
use count::Page;

pub use list::{TechniqueList, TechniqueListEntry};

/// What rules for a technique do.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Technique")]
pub struct TechniquePage<'c> {
    /// The version of this contract.
    pub version: u32,
    /// Its id.
    pub id: String,
    /// Its name; null where ATT&CK does not know it.
    pub name: Option<String>,
    /// What was asked for, where that is retired.
    pub retired: Option<RetiredView>,
    /// Short names of its tactics.
    pub tactics: Vec<String>,
    /// The version of ATT&CK.
    pub attack_version: String,
    /// Where the rules of the corpus come from.
    pub sources: Vec<SourceView>,
    /// How many rules there are.
    pub counts: TechniqueCounts,
    /// Its sub-techniques that rules have, by id.
    pub subtechniques: Vec<SubTechnique>,
    /// Which events they look at, most first.
    pub events: Vec<EventView>,
    /// Which fields they look at or leave something out by, most first; without those that only say where to look.
    pub fields: Vec<FieldView>,
    /// What they look for, most first; without what only says where to look.
    pub indicators: Vec<TechniqueRow<'c>>,
    /// What they leave out as a whole, by log source and group, most first.
    pub exclusions: Vec<TechniqueExclusion<'c>>,
    /// The rules by vendor and title, to which the numbers in the other lists point.
    #[schemars(with = "Vec<RuleLink>")]
    pub rules: RuleLinks<'c>,
    /// What only says where to look.
    pub scaffold: Vec<TechniqueRow<'c>>,
    /// What they ask of results of their queries, most first: counts, scores, parts of fields.
    pub derived: Vec<DerivedView>,
    /// Lists of values that are too long to count as a whole.
    pub dumps: Vec<DumpView>,
}

/// A technique that is no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "RetiredTechnique")]
pub struct RetiredView {
    /// Its id.
    pub id: String,
    /// Its last name.
    pub name: String,
    /// The version that retired it, where that is the newest one.
    pub retired_in: Option<String>,
}

/// How many rules a technique has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TechniqueCounts {
    /// Rules that have it or one of its sub-techniques.
    pub rules: u32,
    /// Rules that have exactly it.
    pub own: u32,
    /// Rules that have one of its sub-techniques; some have both.
    pub sub: u32,
    /// Rules per vendor.
    pub by_vendor: ByVendor,
}

/// A sub-technique of a page's technique.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SubTechnique {
    /// Its id.
    pub id: String,
    /// Its name; null where ATT&CK does not know it.
    pub name: Option<String>,
    /// How many rules have it.
    pub rules: u32,
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
    /// How many rules leave something out by it.
    pub exclusions: u32,
    /// How many rules use which operator to look at it.
    pub ops: BTreeMap<String, u32>,
    /// Typical values: what most rules look for, and of what only one does a little of each; no hashes.
    pub values: Vec<String>,
    /// What vendors call it, most rules first.
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
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TechniqueRow<'c> {
    /// What it is.
    #[serde(flatten)]
    #[schemars(with = "RowView")]
    pub row: PageRow<'c>,
    /// Which of the page's rules look for it.
    pub rules: Vec<u32>,
    /// How many rules look for it, whatever their technique.
    pub reach: u32,
    /// Vendors of the page's rules that look for it.
    pub vendors: Vec<Vendor>,
}

impl TechniqueRow<'_> {
    /// The reach, where rules for other techniques look for it too.
    pub fn reach_elsewhere(&self) -> Option<u32> {
        (self.reach as usize > self.rules.len()).then_some(self.reach)
    }
}

/// Something that rules of a technique leave out.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TechniqueExclusion<'c> {
    /// Where those rules look.
    pub logsource: LogSourceView,
    /// What has the same number is left out together: one value of each field must hold, see `join`.
    pub group: u32,
    /// How it goes with the other values of its group.
    pub join: Join,
    /// The group says nothing but where to look.
    pub scaffold: bool,
    /// What it is.
    #[serde(flatten)]
    #[schemars(with = "RowView")]
    pub row: PageRow<'c>,
    /// Which of the page's rules leave out this group.
    pub rules: Vec<u32>,
}

/// How a value goes with the others of its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Join {
    /// It or another value of the field must hold.
    Any,
    /// It must hold, whatever other values of the field do.
    All,
    /// Where it holds, nothing is left out.
    Unless,
}

/// A result of queries, which no event has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Derived")]
pub struct DerivedView {
    /// What the queries call it, or the field that it is made of.
    pub field: String,
    /// Which of the page's rules ask for it.
    pub rules: Vec<u32>,
    /// What they ask, most rules first: `gt 5`.
    pub tests: Vec<String>,
}

/// A list of values that is too long to count as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Dump")]
pub struct DumpView {
    /// Which of the page's rules has it.
    pub rule: u32,
    /// `indicator` or `exclusion`.
    pub role: &'static str,
    /// The field whose values they are.
    pub field: String,
    /// How many values it has.
    pub values: u32,
    /// How many of them count.
    pub counted: u32,
}

impl<'c> TechniquePage<'c> {
    /// The page of a technique; a retired id leads to its successor's page, in whichever case it is written. `None` where
    /// neither ATT&CK nor any rule knows it.
    pub fn of(corpus: &'c Corpus, attack: &Attack, id: &str) -> Option<Self> {
        let asked = id.to_ascii_uppercase();
        let id = attack.current(&asked);
        let retired = match attack.status(&asked) {
            Status::Retired(retired) => Some(RetiredView {
                id: retired.id.to_string(),
                name: retired.name.to_string(),
                retired_in: retired.retired_in.as_deref().map(str::to_owned),
            }),
            _ => None,
        };
        let mut rules = corpus.rules_of_technique(id, Leave::NONE);
        let known = attack.technique(id);
        if rules.is_empty() && known.is_none() && retired.is_none() {
            return None;
        }
        rules.sort_by_cached_key(|&id| {
            let rule = corpus.rule(id);
            (rule.vendor(), rule.is_own(), rule.label(), rule.title().to_lowercase(), id)
        });
        let page = Page::new(corpus, rules);
        let rules = &page.rules;
        let counted = page.counted();
        let fields = page.fields(&counted);
        let rows = page.indicators(counted).into_iter();
        let (scaffold, indicators) = rows.partition(|row| count::is_scaffold(row.row.field()));
        Some(Self {
            version: CONTRACT,
            id: id.to_owned(),
            name: known.map(|t| t.name.to_string()),
            retired,
            tactics: known.map(tactics).unwrap_or_default(),
            attack_version: attack.version().to_owned(),
            sources: SourceView::all(corpus),
            counts: counts(corpus, rules, id),
            subtechniques: subtechniques(corpus, attack, rules, id),
            events: page.events(),
            fields,
            indicators,
            exclusions: page.exclusions(),
            scaffold,
            derived: page.derived(),
            dumps: page.dumps(),
            rules: RuleLinks::new(corpus, page.rules),
        })
    }

    /// The titles of its rules with these numbers.
    pub fn titles(&self, numbers: &[u32]) -> impl Iterator<Item = &'c str> {
        let rules = numbers.iter().filter_map(|&number| self.rules.rules.get(number as usize));
        rules.map(|rule| self.rules.corpus.rule(*rule).title())
    }

    /// `T1559 Inter-Process Communication`
    pub fn title(&self) -> String {
        match (&self.name, &self.retired) {
            (Some(name), _) => format!("{} {name}", self.id),
            (None, Some(retired)) => format!("{} {} (retired)", self.id, retired.name),
            (None, None) => self.id.clone(),
        }
    }

    /// The way from a retired id to its successor, in a sentence.
    pub fn retirement(&self) -> Option<String> {
        let retired = self.retired.as_ref()?;
        let version = retired.retired_in.as_ref().map_or(String::new(), |version| format!(" by ATT&CK {version}"));
        let end = match &self.name {
            Some(name) => format!("{} {name} took its place", self.id),
            None => "nothing took its place".to_owned(),
        };
        Some(format!("{} {} was retired{version}; {end}.", retired.id, retired.name))
    }

    /// What is counted, in a sentence or two.
    pub fn statement(&self) -> String {
        let TechniqueCounts { rules, own, sub, .. } = self.counts;
        let rules = counted(rules as usize, "maintained rule");
        let tagged = match &*self.subtechniques {
            [] => format!("{rules} tagged {}", self.id),
            _ => format!("{rules} tagged {} ({own}) or one of its sub-techniques ({sub})", self.id),
        };
        format!(
            "{tagged}. A rule counts once for every row, and rules of all vendors meet in one form of fields and values. \
             Reach is how many rules of the whole corpus look for the same."
        )
    }

    /// The exclusions by group, those that only say where to look apart.
    pub fn exclusion_groups(&self, scaffold: bool) -> impl Iterator<Item = &[TechniqueExclusion<'c>]> {
        let groups = self.exclusions.chunk_by(|a, b| a.group == b.group);
        groups.filter(move |group| group.first().is_some_and(|first| first.scaffold == scaffold))
    }

    /// What a list of values that does not count as a whole leaves out, in a sentence each.
    pub fn dump_notes(&self) -> impl Iterator<Item = String> {
        self.dumps.iter().map(|dump| {
            let title = self.titles(&[dump.rule]).next();
            dump_note(title.unwrap_or_default(), &dump.field, dump.values - dump.counted)
        })
    }

    /// The rules by vendor and source, as numbers: what the source is called, and its vendor.
    pub fn rules_by_source(&self) -> Vec<(&'c str, Vendor, Range<u32>)> {
        let source = |rule: &RuleId| {
            let rule = self.rules.corpus.rule(*rule);
            (rule.vendor(), rule.label())
        };
        let mut next = 0;
        let chunks = self.rules.rules.chunk_by(|a, b| source(a) == source(b));
        let numbered = chunks.filter_map(|chunk| {
            let ((vendor, label), start) = (source(chunk.first()?), next);
            next += chunk.len() as u32;
            Some((label, vendor, start..next))
        });
        numbered.collect()
    }
}

/// What of one field belongs together in a group of exclusions.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// [`Join::Any`]: one of the rows must hold; else there is one row.
    pub join: Join,
    /// The rows, of one field.
    pub rows: Vec<PageRow<'a>>,
}

impl<'a> Part<'a> {
    /// The parts of a group: all of them hold where it leaves something out, but for those with [`Join::Unless`], which
    /// come last.
    pub fn of(group: &[TechniqueExclusion<'a>]) -> Vec<Self> {
        let mut parts: Vec<Self> = Vec::new();
        for TechniqueExclusion { join, row, .. } in group {
            let goes_with = |part: &&mut Self| {
                *join == Join::Any
                    && part.join == Join::Any
                    && part.rows.iter().any(|other| other.field() == row.field())
            };
            match parts.last_mut().filter(goes_with) {
                Some(part) => part.rows.push(*row),
                None => parts.push(Self { join: *join, rows: vec![*row] }),
            }
        }
        parts.sort_by_key(|part| part.join == Join::Unless);
        parts
    }
}

fn tactics(technique: &Technique) -> Vec<String> {
    technique.tactics.iter().map(ToString::to_string).collect()
}

fn counts(corpus: &Corpus, rules: &[RuleId], id: &str) -> TechniqueCounts {
    let count = |has: &dyn Fn(&str) -> bool| {
        rules.iter().filter(|&&rule| corpus.rule(rule).techniques().any(has)).count() as u32
    };
    let evidence = corpus.evidence(rules);
    TechniqueCounts {
        rules: evidence.rules,
        own: count(&|t| t == id),
        sub: count(&|t| attack::parent(t) == Some(id)),
        by_vendor: by_vendor(&evidence),
    }
}

fn subtechniques(corpus: &Corpus, attack: &Attack, rules: &[RuleId], id: &str) -> Vec<SubTechnique> {
    let mut found = corpus.techniques_in(rules);
    found.retain(|count| attack::parent(count.of) == Some(id));
    found.sort_by_key(|count| count.of);
    let view = |count: Count<&str>| SubTechnique {
        id: count.of.to_owned(),
        name: attack.technique(count.of).map(|t| t.name.to_string()),
        rules: count.rules,
    };
    found.into_iter().map(view).collect()
}
