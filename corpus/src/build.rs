//! Rules → snapshot. No I/O: see [`crate::source`] for the folders that rules come from.

mod back;
mod counts;
mod families;
mod intern;
mod writer;

use rustc_hash::FxHashSet;

use crate::attack::Attack;
use crate::rule::Rule;
use crate::snapshot::{NONE, SnapshotError};
use crate::vendor::Vendor;
use writer::Writer;

pub(crate) use writer::row_hash;

/// Where a source's rules come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Whose language they are in.
    pub vendor: Vendor,
    /// What the source is called, such as `SigmaHQ`.
    pub label: String,
    /// Address of the repository; `unknown` where nobody said.
    pub repository: String,
    /// The commit; `unknown` where nobody said.
    pub commit: String,
    /// Its date, `YYYY-MM-DD`; `unknown` where nobody said.
    pub date: String,
    /// The licence of its rules; `unknown` where nobody said.
    pub licence: String,
    /// Address of a rule, with `{commit}` and `{path}` in it; empty where there is none.
    pub url: String,
}

impl Provenance {
    /// A source of which nothing is known but the vendor and what it is called.
    pub fn unknown(vendor: Vendor, label: &str) -> Self {
        let unknown = || "unknown".to_owned();
        Self {
            vendor,
            label: label.to_owned(),
            repository: unknown(),
            commit: unknown(),
            date: unknown(),
            licence: unknown(),
            url: String::new(),
        }
    }
}

/// One source while a snapshot is built.
#[derive(Clone, Debug)]
pub(crate) struct SourceRules {
    pub(crate) provenance: Provenance,
    pub(crate) files: u32,
    pub(crate) inactive: u32,
    pub(crate) unread: Vec<(String, String)>,
    pub(crate) rules: Vec<Rule>,
}

/// Collects rules and makes a snapshot of them.
///
/// The same rules give the same bytes, in whatever order they were added within a source.
#[derive(Debug)]
pub struct Builder<'a> {
    attack: &'a Attack,
    pub(crate) sources: Vec<SourceRules>,
}

impl<'a> Builder<'a> {
    /// An empty one; retired techniques count under their successors in `attack`.
    pub fn new(attack: &'a Attack) -> Self {
        Self { attack, sources: Vec::new() }
    }

    /// Begins a source: what is added from now on belongs to it.
    pub fn source(&mut self, provenance: Provenance) {
        self.sources.push(SourceRules { provenance, files: 0, inactive: 0, unread: Vec::new(), rules: Vec::new() });
    }

    /// Adds what a reader made of one file. Without a source it is lost.
    pub fn file(&mut self, path: &str, reading: crate::readers::Reading) {
        let Some(source) = self.sources.last_mut() else { return };
        source.files += 1;
        source.inactive += u32::try_from(reading.inactive.len()).unwrap_or(NONE);
        let of_rules = reading.rules.iter().flat_map(|rule| &rule.unread).map(|reason| reason.to_string());
        let reasons: Vec<String> = reading.unread.into_iter().chain(of_rules).collect();
        source.unread.extend(reasons.into_iter().map(|reason| (path.to_owned(), reason)));
        source.rules.extend(reading.rules);
    }

    /// Adds rules that were read elsewhere.
    pub fn rules(&mut self, rules: impl IntoIterator<Item = Rule>) {
        if let Some(source) = self.sources.last_mut() {
            source.rules.extend(rules);
        }
    }

    /// Keeps only the rules that fit.
    pub fn retain(&mut self, fits: impl Fn(&Rule) -> bool) {
        self.sources.iter_mut().for_each(|source| source.rules.retain(&fits));
    }

    /// Notes a file that could not be read.
    pub fn unread(&mut self, path: &str, reason: String) {
        if let Some(source) = self.sources.last_mut() {
            source.unread.push((path.to_owned(), reason));
        }
    }

    /// How many rules there are so far.
    pub fn len(&self) -> usize {
        self.sources.iter().map(|s| s.rules.len()).sum()
    }

    /// Whether there are none so far.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes the snapshot. Of two rules of a vendor with one id in different sources the one that was added later stays.
    pub fn build(mut self) -> Result<Vec<u8>, SnapshotError> {
        let mut seen: FxHashSet<(Vendor, Box<str>)> = FxHashSet::default();
        for source in self.sources.iter_mut().rev() {
            let key = |rule: &Rule| Some((rule.vendor, rule.id.clone()?));
            source.rules.retain(|rule| !key(rule).is_some_and(|key| seen.contains(&key)));
            source.rules.sort_by(|a, b| (&a.path, a.document).cmp(&(&b.path, b.document)));
            source.unread.sort();
            source.unread.dedup();
            seen.extend(source.rules.iter().filter_map(key));
        }
        let rules: Vec<(u32, &Rule)> =
            (0u32..).zip(&self.sources).flat_map(|(i, s)| s.rules.iter().map(move |rule| (i, rule))).collect();
        Writer::new(self.attack).write(&self.sources, &rules)
    }
}
