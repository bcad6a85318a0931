//! The published rules that the corpora are built from, and the corpus that is built from them.

use sigwise_corpus::attack::Attack;
use sigwise_corpus::build::Builder;
use sigwise_corpus::rule::Rule;
use sigwise_corpus::source::{self, Manifest, Source};
use sigwise_corpus::vendor::Vendor;
use sigwise_corpus::{Corpus, Snapshot, readers};

use crate::setup::shared;

/// The rules of the other vendors.
///
/// # Panics
/// Where the folder of corpora is not there.
pub fn others() -> Snapshot {
    let source = |(vendor, folder)| Source { vendor, label: None, dir: shared().join("corpora").join(folder) };
    let folders = [(Vendor::Elastic, "elastic"), (Vendor::Splunk, "splunk"), (Vendor::Kusto, "falconfriday")];
    let builder = source::build(&folders.map(source), &Manifest::default(), None, Attack::embedded(), |_, _| {});
    builder.expect("the folders of corpora").build().and_then(Snapshot::from_bytes).expect("a snapshot")
}

/// The active rules of `corpora/sigmahq`, with their paths in it, and a corpus of them and of `others`.
///
/// # Panics
/// Where the folder of corpora is not there.
pub fn sigmahq(others: Option<&Snapshot>) -> (Vec<Rule>, Corpus) {
    let source: Source = format!("sigma={}", shared().join("corpora/sigmahq").display()).parse().expect("a source");
    let mut builder = Builder::new(Attack::embedded());
    if let Some(others) = others {
        builder.snapshot(others);
    }
    builder.source(Manifest::default().provenance(&source));
    let mut rules = Vec::new();
    for path in source::files(&source, |_, _| {}).expect("the folder of corpora") {
        let bytes = std::fs::read(source.dir.join(&path)).expect("a rule");
        let reading = readers::read(source.vendor, &path, bytes, &readers::Library::default());
        rules.extend(reading.rules.iter().cloned());
        builder.file(&path, reading);
    }
    let snapshot = builder.build().and_then(Snapshot::from_bytes).expect("a snapshot");
    (rules, Corpus::new(snapshot))
}
