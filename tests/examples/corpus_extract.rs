//! `corpus extract` before there was one: `corpus_extract VENDOR[:LABEL]=DIR` prints JSON lines of every active rule.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use sigwise_corpus::readers;
use sigwise_corpus::source::{self, Source};
use sigwise_corpus::view::ExtractLine;

fn main() {
    for arg in std::env::args().skip(1) {
        let source: Source = arg.parse().unwrap();
        for path in source::files(&source, |_, _| {}).unwrap() {
            let bytes = std::fs::read(source.dir.join(&path)).unwrap();
            for rule in readers::read(source.vendor, &path, bytes).rules {
                println!("{}", serde_json::to_string(&ExtractLine::of(&rule)).unwrap());
            }
        }
    }
}
