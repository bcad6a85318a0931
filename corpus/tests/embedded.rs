//! What holds for the embedded snapshot. Needs the shared corpora: `SIGWISE_SHARED=FOLDER cargo test -- --ignored`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test program")]

use std::path::PathBuf;

use sigwise_corpus::Snapshot;
use sigwise_corpus::attack::Attack;
use sigwise_corpus::source::{self, Manifest, Source};

const EMBEDDED: &[u8] = include_bytes!("../snapshot/sigwise.corpus");

/// How many bytes the snapshot may take, of the binary and of every clone of the repository.
const SIZE: usize = 6_000_000;

fn manifest() -> Manifest {
    Manifest::parse(Manifest::EMBEDDED).unwrap()
}

fn sources() -> Vec<Source> {
    let shared = std::env::var_os("SIGWISE_SHARED").expect("SIGWISE_SHARED names the folder of shared data");
    manifest().sources(&PathBuf::from(shared).join("corpora"))
}

fn fresh() -> Vec<u8> {
    source::build(&sources(), &manifest(), None, Attack::embedded(), |_, _| {}).unwrap().build().unwrap()
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn the_embedded_snapshot_is_a_fresh_build() {
    let bytes = fresh();
    assert!(bytes == EMBEDDED, "rebuild corpus/snapshot: CONTRIBUTING.md has the command");
    assert!(bytes.len() <= SIZE, "{} bytes", bytes.len());
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn the_number_of_threads_changes_nothing() {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(fresh);
    let many = rayon::ThreadPoolBuilder::new().num_threads(7).build().unwrap().install(fresh);
    assert!(one == many);
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn a_snapshot_made_of_the_embedded_one_is_the_same() {
    let base = Snapshot::from_static(EMBEDDED).unwrap();
    let builder = source::build(&[], &Manifest::default(), Some(&base), Attack::embedded(), |_, _| {}).unwrap();
    assert!(builder.build().unwrap() == EMBEDDED);
}
