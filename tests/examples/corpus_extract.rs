//! `corpus extract` as JSON lines: `corpus_extract VENDOR PATH…`.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

use sigwise_corpus::source;

fn main() {
    let mut args = std::env::args().skip(1);
    let vendor = args.next().unwrap().parse().unwrap();
    let paths: Vec<_> = args.map(Into::into).collect();
    source::extract(
        vendor,
        &paths,
        |line| println!("{}", serde_json::to_string(&line).unwrap()),
        |path, reason| eprintln!("{}: {reason}", path.display()),
    );
}
