//! What holds for SigmaHQ's rules. Needs the shared corpora: `SIGWISE_SHARED=FOLDER cargo test -- --ignored`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test program")]

use std::path::PathBuf;

use sigwise_corpus::attack::Attack;
use sigwise_corpus::corpus::{Evidence, Take};
use sigwise_corpus::source::{self, Manifest, Source};
use sigwise_corpus::{Corpus, Snapshot};

fn sources() -> [Source; 1] {
    let shared = std::env::var_os("SIGWISE_SHARED").expect("SIGWISE_SHARED names the folder of shared data");
    let dir = PathBuf::from(shared).join("corpora/sigmahq");
    [Source { vendor: sigwise_corpus::vendor::Vendor::Sigma, label: None, dir }]
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn every_active_rule_has_a_predicate() {
    let manifest = Manifest::default();
    let builder = source::build(&sources(), &manifest, None, Attack::embedded(), |_, _| {}).unwrap();
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
fn two_layers_answer_like_one() {
    let part = |folders: &[&str]| {
        let [Source { vendor, dir, .. }] = sources();
        let part = |folder: &&str| Source { vendor, label: None, dir: dir.join(folder) };
        let parts: Vec<_> = folders.iter().map(part).collect();
        let builder = source::build(&parts, &Manifest::default(), None, Attack::embedded(), |_, _| {}).unwrap();
        Snapshot::from_bytes(builder.build().unwrap()).unwrap()
    };
    let (rules, others) = (["rules"], ["rules-emerging-threats", "rules-threat-hunting", "rules-compliance"]);
    let one = Corpus::new(part(&[&rules[..], &others[..]].concat()));
    let side_by_side = Corpus::new(part(&rules)).with_overlay(part(&others));
    // Every rule of the overlay takes the place of itself.
    let in_place = Corpus::new(part(&[&rules[..], &others[..]].concat())).with_overlay(part(&others));
    for two in [&side_by_side, &in_place] {
        assert_eq!(one.rules().count(), two.rules().count());
        assert_eq!((one.row_count(), one.field_count(), one.word_count()), {
            (two.row_count(), two.field_count(), two.word_count())
        });
    }
    for rule in one.rules() {
        let ask = |corpus: &Corpus| {
            let leave = corpus.leave(Some(rule.id()), Some(rule.title()));
            let fields = corpus.fields_of_logsource(rule.logsource(), &leave);
            let mut fields: Vec<_> = fields.0.iter().map(|c| (c.rules, corpus.field_name(c.of).to_owned())).collect();
            fields.sort();
            let reach: Vec<_> = rule
                .incidents()
                .map(|incident| one.row_ref(incident.row))
                .map(|row| {
                    let row = corpus.row(row.name, row.op, row.value).unwrap();
                    let rules = corpus.rules_of_row(row, Take::Indicators, &leave);
                    let techniques = corpus.techniques_in(&rules).into_iter().map(|c| (c.of.to_owned(), c.rules));
                    let exclusions = corpus.rules_of_row(row, Take::Exclusions, &leave).len();
                    // A pasted block that stands in both layers makes two families of one.
                    let evidence = Evidence { families: 0, ..corpus.evidence(&rules) };
                    (evidence, exclusions, techniques.collect::<Vec<_>>())
                })
                .collect();
            (fields, reach)
        };
        let expected = ask(&one);
        assert_eq!(expected, ask(&side_by_side), "{}", rule.path());
        assert_eq!(expected, ask(&in_place), "{}", rule.path());
    }
}
