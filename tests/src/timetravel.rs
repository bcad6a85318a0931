//! Monthly corpora from the history of a rule repository: what would have been proposed, before the authors did it?

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use rustc_hash::FxHashMap;
use sigwise_corpus::attack::Attack;
use sigwise_corpus::build::{Builder, Provenance};
use sigwise_corpus::readers::{self, Reading};
use sigwise_corpus::vendor::Vendor;
use sigwise_corpus::{Corpus, Snapshot};

/// Rules already read, by the content of their files: most files stay the same from month to month.
#[derive(Debug, Default)]
pub struct Months {
    read: FxHashMap<Vec<u8>, Reading>,
}

impl Months {
    /// The corpus of an archive `YYYY-MM.tar.gz` of a rule tree.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    ///
    /// # Panics
    /// Where no snapshot can be made of it.
    pub fn corpus(&mut self, archive: &Path) -> std::io::Result<Corpus> {
        let mut builder = Builder::new(Attack::embedded());
        builder.source(Provenance::unknown(Vendor::Sigma, "history"));
        let file = flate2::read::GzDecoder::new(std::fs::File::open(archive)?);
        for entry in tar::Archive::new(file).entries()? {
            let mut entry = entry?;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let path = entry.path()?.to_string_lossy().into_owned();
            let mut parts = path.split('/');
            let name = parts.next_back().unwrap_or_default();
            if !readers::takes(Vendor::Sigma, name) || parts.any(|folder| readers::skips_folder(Vendor::Sigma, folder))
            {
                continue;
            }
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            let reading = match self.read.get(&bytes) {
                Some(reading) => reading,
                None => {
                    let reading = readers::read(Vendor::Sigma, &path, bytes.clone(), &readers::Library::default());
                    self.read.entry(bytes).or_insert(reading)
                }
            };
            let mut reading = reading.clone();
            for rule in &mut reading.rules {
                rule.path = path.as_str().into();
            }
            builder.file(&path, reading);
        }
        let snapshot = builder.build().and_then(Snapshot::from_bytes).expect("a snapshot of a month");
        Ok(Corpus::new(snapshot))
    }
}

/// A question of the data set: a rule, and the month whose corpus is asked.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Ask {
    /// Names the event.
    pub event_id: String,
    /// `YYYY-MM`
    pub snapshot: String,
    /// Where the rule stood.
    pub path: String,
    /// Its text before the change.
    pub rule: String,
}

/// The questions of `asks.jsonl` whose month is there, by month.
///
/// # Errors
/// Where the file cannot be read.
///
/// # Panics
/// Where a line is none.
pub fn asks(folder: &Path) -> std::io::Result<BTreeMap<String, Vec<Ask>>> {
    let mut months: BTreeMap<String, Vec<Ask>> = BTreeMap::new();
    for line in std::fs::read_to_string(folder.join("asks.jsonl"))?.lines() {
        let ask: Ask = serde_json::from_str(line).expect("a line of asks.jsonl");
        if folder.join("snapshots").join(format!("{}.tar.gz", ask.snapshot)).exists() {
            months.entry(ask.snapshot.clone()).or_default().push(ask);
        }
    }
    Ok(months)
}
