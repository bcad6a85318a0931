//! What a snapshot is made of: `corpus info`.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use serde::Serialize;

use super::shown::dump_note;
use super::{ByVendor, CONTRACT};
use crate::corpus::{Corpus, Dump, RuleId};
use crate::rule::{Role, Scope};
use crate::snapshot::{Section, Snapshot};
use crate::vendor::Vendor;

/// What a corpus is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CorpusInfo")]
pub struct Info {
    /// The version of this contract.
    pub version: u32,
    /// The version of the snapshot's format.
    pub format: u32,
    /// Size of the snapshots in bytes.
    pub bytes: usize,
    /// The version of ATT&CK under whose ids techniques are counted.
    pub attack_version: String,
    /// The newest date of a source; null where none is known.
    pub date: Option<String>,
    /// Where the rules come from.
    pub sources: Vec<SourceView>,
    /// Rules, all sources together.
    pub rules: u32,
    /// Rules per vendor.
    pub by_vendor: ByVendor,
    /// Families: rules that were made from one another count once.
    pub families: u32,
    /// Rules per vendor that have a query: what machine learning decides has none.
    pub with_query: ByVendor,
    /// Rules per vendor that have a query and whose log source is not known.
    pub unknown_logsource: ByVendor,
    /// Rules that have a query of which nothing could be read that they look for.
    pub without_predicates: Vec<SilentRule>,
    /// Distinct rows.
    pub rows: RowCounts,
    /// Lists of values that are too long to count as a whole: of each, the first values count.
    pub dumps: Vec<DumpInfo>,
    /// What could not be read, how often per vendor and kind of reason: most first.
    pub unread_kinds: Vec<UnreadKind>,
    /// What could not be read.
    pub unread: Vec<UnreadView>,
}

/// A rule of which nothing could be read that it looks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SilentRule {
    /// Whose language it is in.
    pub vendor: Vendor,
    /// Its path within its source.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Why, as far as that is known.
    pub reasons: Vec<String>,
}

/// A list of values that is too long to count as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DumpInfo {
    /// Whose language the rule is in.
    pub vendor: Vendor,
    /// The rule's title.
    pub title: String,
    /// The field whose values they are.
    pub field: String,
    /// How many values it has.
    pub values: u32,
    /// How many of them count.
    pub counted: u32,
}

/// How often something could not be read for one kind of reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnreadKind {
    /// Whose language it is in.
    pub vendor: Vendor,
    /// The reason, with `…` for what is different every time.
    pub reason: String,
    /// How often.
    pub count: u32,
}

/// A source of rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Source")]
pub struct SourceView {
    /// Whose language its rules are in.
    pub vendor: Vendor,
    /// What it is called.
    pub label: String,
    /// Address of its repository, or `unknown`.
    pub repository: String,
    /// The commit, or `unknown`.
    pub commit: String,
    /// Date of the commit, or `unknown`.
    pub date: String,
    /// Licence of its rules, or `unknown`.
    pub licence: String,
    /// Files read.
    pub files: u32,
    /// Rules taken.
    pub rules: u32,
    /// Rules left out because nobody maintains them.
    pub inactive: u32,
    /// Rules that have a query.
    pub with_query: u32,
    /// Those of them whose log source is not known.
    pub unknown_logsource: u32,
    /// Those of them of which nothing could be read that they look for.
    pub without_predicates: u32,
}

/// How many distinct rows there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RowCounts {
    /// That rules look for.
    pub indicators: u32,
    /// That rules leave out.
    pub exclusions: u32,
    /// That rules of two or more vendors look for.
    pub indicators_2_vendors: u32,
    /// That rules of two or more vendors leave out.
    pub exclusions_2_vendors: u32,
}

/// A file that could not be read, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Unread")]
pub struct UnreadView {
    /// Whose language it is in.
    pub vendor: Vendor,
    /// Its path within its source.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl Info {
    /// What a corpus is made of.
    pub fn of(corpus: &Corpus) -> Self {
        let mut by_vendor = ByVendor::new();
        let (mut with_query, mut unknown_logsource) = (ByVendor::new(), ByVendor::new());
        let mut families = FxHashSet::default();
        for rule in corpus.rules() {
            *by_vendor.entry(rule.vendor().word()).or_default() += 1;
            families.insert(rule.family());
        }
        let sources = SourceView::all(corpus);
        for source in &sources {
            let add = |counts: &mut ByVendor, more: u32| {
                let count = counts.entry(source.vendor.word()).or_default();
                *count = count.saturating_add(more);
            };
            add(&mut with_query, source.with_query);
            add(&mut unknown_logsource, source.unknown_logsource);
        }
        let unread: Vec<UnreadView> = corpus.layers().flat_map(unread).collect();
        let dumps: Vec<(RuleId, Dump)> = corpus
            .rules()
            .map(|rule| rule.rule_id())
            .flat_map(|rule| corpus.dumps(rule).into_iter().map(move |dump| (rule, dump)))
            .collect();
        Self {
            version: CONTRACT,
            format: crate::snapshot::VERSION,
            bytes: corpus.layers().map(Snapshot::size).sum(),
            attack_version: corpus.attack_version().to_owned(),
            date: sources.iter().map(|source| &source.date).filter(|date| *date != "unknown").max().cloned(),
            rules: by_vendor.values().sum(),
            by_vendor,
            families: families.len() as u32,
            with_query,
            unknown_logsource,
            without_predicates: silent(corpus, &unread),
            rows: rows(corpus),
            dumps: dumps.iter().map(|(rule, dump)| DumpInfo::of(corpus, *rule, dump)).collect(),
            unread_kinds: kinds(&unread),
            unread,
            sources,
        }
    }
}

impl DumpInfo {
    fn of(corpus: &Corpus, rule: RuleId, dump: &Dump) -> Self {
        let rule = corpus.rule(rule);
        Self {
            vendor: rule.vendor(),
            title: rule.title().to_owned(),
            field: corpus.field_name(dump.field).to_owned(),
            values: dump.values,
            counted: Dump::LIMIT as u32,
        }
    }

    /// How many values do not count, and whose they are.
    pub fn note(&self) -> String {
        dump_note(&self.title, &self.field, self.values - self.counted)
    }
}

impl SourceView {
    /// The sources of a corpus.
    pub fn all(corpus: &Corpus) -> Vec<Self> {
        corpus.layers().flat_map(sources).collect()
    }
}

fn sources(snapshot: &Snapshot) -> Vec<SourceView> {
    (0..snapshot.records(Section::Sources) as u32)
        .map(|source| {
            let text = |column| snapshot.text_at(Section::Sources, source, column).to_owned();
            let number = |column| snapshot.get(Section::Sources, source, column);
            SourceView {
                vendor: vendor(snapshot, source),
                label: text(1),
                repository: text(2),
                commit: text(3),
                date: text(4),
                licence: text(5),
                files: number(7),
                rules: number(9),
                inactive: number(8),
                with_query: number(10),
                unknown_logsource: number(11),
                without_predicates: number(12),
            }
        })
        .collect()
}

fn unread(snapshot: &Snapshot) -> Vec<UnreadView> {
    (0..snapshot.records(Section::Unread) as u32)
        .map(|record| UnreadView {
            vendor: vendor(snapshot, snapshot.get(Section::Unread, record, 0)),
            path: snapshot.text_at(Section::Unread, record, 1).to_owned(),
            reason: snapshot.text_at(Section::Unread, record, 2).to_owned(),
        })
        .collect()
}

/// The rules that have a query of which nothing could be read, with what is known about why.
fn silent(corpus: &Corpus, unread: &[UnreadView]) -> Vec<SilentRule> {
    let silent = corpus.rules().filter(|rule| rule.is_unread());
    let rule = |rule: crate::corpus::RuleRef<'_>| {
        let (vendor, path) = (rule.vendor(), rule.path());
        let reasons = unread.iter().filter(|unread| unread.vendor == vendor && unread.path == path);
        let reasons = reasons.map(|unread| unread.reason.clone()).collect();
        SilentRule { vendor, title: rule.title().to_owned(), reasons, path }
    };
    silent.map(rule).collect()
}

/// Reasons without what is different every time, counted, most first.
fn kinds(unread: &[UnreadView]) -> Vec<UnreadKind> {
    let mut counts: BTreeMap<(Vendor, String), u32> = BTreeMap::new();
    for unread in unread {
        *counts.entry((unread.vendor, kind(&unread.reason))).or_default() += 1;
    }
    let mut kinds: Vec<UnreadKind> =
        counts.into_iter().map(|((vendor, reason), count)| UnreadKind { vendor, reason, count }).collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
    kinds
}

/// A reason with `…` for quoted texts and numbers.
fn kind(reason: &str) -> String {
    let mut out = String::with_capacity(reason.len());
    let mut rest = reason.chars().peekable();
    while let Some(c) = rest.next() {
        if matches!(c, '`' | '"') {
            out.extend([c, '…', c]);
            rest.by_ref().find(|end| *end == c);
        } else if c.is_ascii_digit() {
            out.push('…');
            while rest.next_if(char::is_ascii_digit).is_some() {}
        } else {
            out.push(c);
        }
    }
    out
}

fn vendor(snapshot: &Snapshot, source: u32) -> Vendor {
    let number = snapshot.get(Section::Sources, source, 0);
    Vendor::ALL.get(number as usize).copied().unwrap_or(Vendor::Sigma)
}

/// Counts distinct rows, without the values of long lists that do not count.
fn rows(corpus: &Corpus) -> RowCounts {
    // The vendors of whose rules some look for it, and of whose some leave it out.
    let mut vendors = vec![(0u8, 0u8); corpus.row_count()];
    for rule in corpus.rules() {
        let vendor = 1 << rule.vendor() as u8;
        for incident in rule.incidents().filter(|i| !i.beyond && i.scope != Scope::Guard) {
            let Some((looked_for, left_out)) = vendors.get_mut(incident.row.index()) else { continue };
            match incident.role {
                Role::Indicator => *looked_for |= vendor,
                Role::Exclusion => *left_out |= vendor,
            }
        }
    }
    let mut counts = RowCounts::default();
    for (looked_for, left_out) in vendors {
        counts.indicators += u32::from(looked_for != 0);
        counts.exclusions += u32::from(left_out != 0);
        counts.indicators_2_vendors += u32::from(looked_for.count_ones() >= 2);
        counts.exclusions_2_vendors += u32::from(left_out.count_ones() >= 2);
    }
    counts
}

#[cfg(test)]
mod tests {
    #[test]
    fn reasons_of_one_kind_are_one() {
        assert_eq!(super::kind("line 12: unknown word `a 1` and `b`"), "line …: unknown word `…` and `…`");
        assert_eq!(super::kind("an open `quote"), "an open `…`");
    }
}
