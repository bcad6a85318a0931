//! Builds a snapshot and measures it: `corpus_build OUTPUT VENDOR[:LABEL]=DIR…`.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used, clippy::expect_used)]

use std::time::Instant;

use sigwise_corpus::attack::Attack;
use sigwise_corpus::build::Builder;
use sigwise_corpus::snapshot::Snapshot;
use sigwise_corpus::source::{self, Manifest, Source};

fn main() {
    let mut args = std::env::args().skip(1);
    let output = args.next().expect("OUTPUT");
    let manifest = Manifest::parse(Manifest::EMBEDDED).unwrap();
    let mut builder = Builder::new(Attack::embedded());
    let start = Instant::now();
    for arg in args {
        let source: Source = arg.parse().unwrap();
        source::read(&source, &manifest, &mut builder).unwrap();
    }
    let (rules, read) = (builder.len(), start.elapsed());
    let bytes = builder.build().unwrap();
    println!("{rules} rules read in {read:?}, built in {:?}, {} bytes", start.elapsed() - read, bytes.len());
    std::fs::write(&output, &bytes).unwrap();
    let mut best = std::time::Duration::MAX;
    for _ in 0..50 {
        let copy = bytes.clone();
        let start = Instant::now();
        let snapshot = Snapshot::from_bytes(copy).unwrap();
        best = best.min(start.elapsed());
        assert_eq!(snapshot.size(), bytes.len());
    }
    println!("loaded in {best:?}");
}
