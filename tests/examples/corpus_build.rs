//! Builds a snapshot, with `PROVENANCE.md` beside it, and measures it: `corpus_build OUTPUT VENDOR[:LABEL]=DIR…`. Without
//! arguments the embedded one, from the corpora that `SIGWISE_SHARED` names.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_corpus::snapshot::Snapshot;
use sigwise_corpus::source::{self, Manifest, Source};
use sigwise_corpus::view::{Info, provenance};

fn main() {
    let mut args = std::env::args().skip(1);
    let embedded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/snapshot/sigwise.corpus");
    let output = args.next().map_or(embedded, PathBuf::from);
    let manifest = Manifest::parse(Manifest::EMBEDDED).unwrap();
    let mut sources: Vec<Source> = args.map(|arg| arg.parse().unwrap()).collect();
    if sources.is_empty() {
        sources = manifest.sources(&sigwise_tests::setup::shared().join("corpora"));
    }
    let start = Instant::now();
    let builder = source::build(&sources, &manifest, None, Attack::embedded(), |_, _| {}).unwrap();
    let (rules, read) = (builder.len(), start.elapsed());
    let bytes = builder.build().unwrap();
    println!("{rules} rules read in {read:?}, built in {:?}, {} bytes", start.elapsed() - read, bytes.len());
    std::fs::write(&output, &bytes).unwrap();
    let info = Info::of(&Corpus::new(Snapshot::from_bytes(bytes.clone()).unwrap()));
    std::fs::write(Path::new(&output).with_file_name("PROVENANCE.md"), provenance(&info)).unwrap();
    let kept: &'static [u8] = Box::leak(bytes.into_boxed_slice());
    let mut loads: Vec<_> = (0..200)
        .map(|_| {
            let start = Instant::now();
            let snapshot = Snapshot::from_static(kept).unwrap();
            let time = start.elapsed();
            assert_eq!(snapshot.size(), kept.len());
            time
        })
        .collect();
    loads.sort();
    println!("loaded in {:?} (median of 200; fastest {:?})", loads[100], loads[0]);
}
