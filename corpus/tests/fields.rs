//! That the alias table knows the fields that many rules use. Needs the shared corpora:
//! `SIGWISE_SHARED=FOLDER cargo test -- --ignored`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test program")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sigwise_corpus::attack::Attack;
use sigwise_corpus::fields::{Fields, KEYWORD};
use sigwise_corpus::source::{self, Manifest, Source};
use sigwise_corpus::vendor::Vendor;
use sigwise_corpus::{Corpus, Snapshot};

/// What fewer rules use need not be decided by hand.
const RULES: usize = 20;

fn corpus() -> Corpus {
    let shared = PathBuf::from(std::env::var_os("SIGWISE_SHARED").expect("SIGWISE_SHARED names the shared data"));
    let folder = |vendor| match vendor {
        Vendor::Sigma => "sigmahq",
        Vendor::Elastic => "elastic",
        Vendor::Splunk => "splunk",
        Vendor::Kusto => "falconfriday",
    };
    let sources = Vendor::ALL.map(|vendor| {
        let dir = shared.join("corpora").join(folder(vendor));
        Source { vendor, label: None, dir }
    });
    let manifest = Manifest::parse(Manifest::EMBEDDED).unwrap();
    let builder = source::build(&sources, &manifest, None, Attack::embedded(), |_, _| {}).unwrap();
    Corpus::new(Snapshot::from_bytes(builder.build().unwrap()).unwrap())
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn every_field_that_many_rules_use_is_decided() {
    let corpus = corpus();
    let mut users: BTreeMap<&str, (usize, BTreeSet<Vendor>)> = BTreeMap::new();
    for rule in corpus.rules() {
        let fields: BTreeSet<_> = rule.incidents().map(|incident| corpus.row_ref(incident.row).name).collect();
        for field in fields {
            let (rules, vendors) = users.entry(field).or_default();
            *rules += 1;
            vendors.insert(rule.vendor());
        }
    }
    users.retain(|field, (rules, _)| *rules >= RULES && *field != KEYWORD);
    assert!(users.len() > 50, "{}", users.len());
    let undecided: Vec<_> = users.iter().filter(|(field, _)| !Fields::embedded().knows(field)).collect();
    assert!(undecided.is_empty(), "neither aliased, nor scaffold, nor alone on purpose: {undecided:?}");
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn vendors_meet() {
    let rows = sigwise_corpus::view::Info::of(&corpus()).rows;
    assert!(rows.indicators_2_vendors > 2346, "{rows:?}");
    assert!(rows.exclusions_2_vendors > 315, "{rows:?}");
}

/// Every row, written as Sigma writes it and read again, is itself, whoever has it and for every product.
#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn every_row_leads_back() {
    let corpus = corpus();
    let mut wrong = Vec::new();
    for row in corpus.fields().flat_map(|field| corpus.rows_of_field(field)) {
        let text = corpus.row_ref(row);
        for product in [None, Some("windows"), Some("linux")] {
            let item = corpus.sigma(row, product).unwrap();
            let (field, normals) = item.normal();
            let found = normals.len() == 1 && normals.iter().all(|n| n.op == text.op && n.value == text.value);
            if !found || field != text.name {
                wrong.push(format!("{text:?} → {item:?} → {normals:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows: {:#?}", wrong.len(), &wrong[..wrong.len().min(20)]);
}
