//! What holds for SigmaHQ's rules. Needs the shared corpora: `SIGWISE_SHARED=FOLDER cargo test -- --ignored`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test program")]

use std::path::PathBuf;

use sigwise_corpus::attack::Attack;
use sigwise_corpus::source::{self, Manifest, Source};
use sigwise_corpus::{Corpus, Snapshot};

fn sources() -> [Source; 1] {
    let shared = std::env::var_os("SIGWISE_SHARED").expect("SIGWISE_SHARED names the folder of shared data");
    let dir = PathBuf::from(shared).join("corpora/sigmahq");
    [Source { vendor: sigwise_corpus::vendor::Vendor::Sigma, label: None, dir }]
}

fn fresh() -> Vec<u8> {
    let manifest = Manifest::parse(Manifest::EMBEDDED).unwrap();
    source::build(&sources(), &manifest, None, Attack::embedded(), |_| {}).unwrap().build().unwrap()
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn the_embedded_snapshot_is_a_fresh_build() {
    let bytes = fresh();
    assert_eq!(bytes, fresh(), "two builds differ");
    let embedded = include_bytes!("../snapshot/sigwise.corpus");
    assert!(bytes == embedded, "rebuild corpus/snapshot/sigwise.corpus with `sigwise corpus build`");
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn every_active_rule_has_a_predicate() {
    let manifest = Manifest::default();
    let builder = source::build(&sources(), &manifest, None, Attack::embedded(), |_| {}).unwrap();
    assert_eq!(builder.len(), 3757);
    let corpus = Corpus::new(Snapshot::from_bytes(builder.build().unwrap()).unwrap());
    let empty: Vec<_> = corpus.rules().filter(|r| r.incidents().count() == 0).map(|r| r.path()).collect();
    // It looks for nothing but the value of another field (`TargetFilename|fieldref: Image`), which has no row.
    assert_eq!(empty, ["rules/windows/file/file_delete/file_delete_win_delete_own_image.yml"]);
    let info = sigwise_corpus::view::Info::of(&corpus);
    assert!(info.unread.is_empty(), "{:?}", info.unread);
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn a_snapshot_made_of_the_embedded_one_is_the_same() {
    let embedded: &[u8] = include_bytes!("../snapshot/sigwise.corpus");
    let base = Snapshot::from_static(embedded).unwrap();
    let builder = source::build(&[], &Manifest::default(), Some(&base), Attack::embedded(), |_| {}).unwrap();
    assert!(builder.build().unwrap() == embedded);
}
