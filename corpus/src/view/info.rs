//! What a snapshot is made of: `corpus info`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{ByVendor, CONTRACT};
use crate::corpus::{Corpus, Leave};
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
    /// Where the rules come from.
    pub sources: Vec<SourceView>,
    /// Rules, all sources together.
    pub rules: u32,
    /// Rules per vendor.
    pub by_vendor: ByVendor,
    /// Families: rules that were made from one another count once.
    pub families: u32,
    /// Rules per vendor whose log source is not known.
    pub unknown_logsource: ByVendor,
    /// Distinct rows.
    pub rows: RowCounts,
    /// What could not be read.
    pub unread: Vec<UnreadView>,
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
    /// Rules whose log source is not known.
    pub unknown_logsource: u32,
    /// Rules of which nothing could be read that they look for.
    pub without_rows: u32,
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
        let mut unknown_logsource = ByVendor::new();
        let mut families = rustc_hash::FxHashSet::default();
        for rule in corpus.rules() {
            *by_vendor.entry(rule.vendor().word()).or_default() += 1;
            families.insert(rule.family());
        }
        let sources = SourceView::all(corpus);
        for source in &sources {
            let count = unknown_logsource.entry(source.vendor.word()).or_default();
            *count = u32::saturating_add(*count, source.unknown_logsource);
        }
        Self {
            version: CONTRACT,
            format: crate::snapshot::VERSION,
            bytes: corpus.layers().map(Snapshot::size).sum(),
            attack_version: corpus.attack_version().to_owned(),
            rules: by_vendor.values().sum(),
            by_vendor,
            families: families.len() as u32,
            unknown_logsource,
            rows: rows(corpus),
            unread: corpus.layers().flat_map(unread).collect(),
            sources,
        }
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
                rules: number(8),
                inactive: number(9),
                unknown_logsource: number(10),
                without_rows: number(11),
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

fn vendor(snapshot: &Snapshot, source: u32) -> Vendor {
    let number = snapshot.get(Section::Sources, source, 0);
    Vendor::ALL.get(number as usize).copied().unwrap_or(Vendor::Sigma)
}

fn rows(corpus: &Corpus) -> RowCounts {
    let vendors: Vec<u8> = (0..corpus.rule_ids() as u32)
        .map(|rule| 1 << corpus.rule(crate::corpus::RuleId(rule)).vendor() as u8)
        .collect();
    let mut counts = RowCounts::default();
    for row in (0..corpus.row_count() as u32).map(crate::corpus::RowId) {
        let (mut looked_for, mut left_out) = (0u8, 0u8);
        for posting in corpus.postings(row, Leave::NONE).filter(|p| p.scope != Scope::Guard) {
            let vendor = vendors.get(posting.rule.index()).copied().unwrap_or_default();
            match posting.role {
                Role::Indicator => looked_for |= vendor,
                Role::Exclusion => left_out |= vendor,
            }
        }
        counts.indicators += u32::from(looked_for != 0);
        counts.exclusions += u32::from(left_out != 0);
        counts.indicators_2_vendors += u32::from(looked_for.count_ones() >= 2);
        counts.exclusions_2_vendors += u32::from(left_out.count_ones() >= 2);
    }
    counts
}
