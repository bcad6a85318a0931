//! `cargo bench -p sigwise-tests --bench scale`: a corpus a hundred times as large as the embedded one, made in memory from
//! the rules of `tests/corpus`. Prints how long it takes to build and to load, its size, and what questions cost.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use sigwise_corpus::advice::Asking;
use sigwise_corpus::attack::Attack;
use sigwise_corpus::build::{Builder, Provenance};
use sigwise_corpus::corpus::RowId;
use sigwise_corpus::logsource::LogSource;
use sigwise_corpus::op::Base;
use sigwise_corpus::rule::{Predicate, Rule};
use sigwise_corpus::vendor::Vendor;
use sigwise_corpus::view::{AdvicePage, IndicatorPage, TechniquePage};
use sigwise_corpus::{Corpus, Leave, Snapshot, readers};

/// Rules of the embedded corpus, about.
const RULES: usize = 7_500;

/// How much larger the corpus is.
const FACTOR: usize = 100;

fn main() {
    corpus();
    divan::main();
}

/// The rules that all others are made from.
fn models() -> Vec<Rule> {
    let text = include_bytes!("../corpus/peers.yml");
    readers::sigma::read("peers.yml", text.to_vec()).rules
}

/// Rules that vary the models: each looks for what four of them look for, in one of a hundred log sources more often than in
/// those of the models. Of their values a fifth are those that many rules have, the others are new; each rule has a technique
/// of its own choice.
fn rules(count: usize) -> impl Iterator<Item = Rule> {
    let models = models();
    let techniques: Vec<Box<str>> = Attack::embedded().techniques().iter().map(|t| t.id.clone()).collect();
    let mut random = fastrand::Rng::with_seed(1);
    (0..count).map(move |number| {
        let model = |step: usize| &models[(number + step * number / models.len()) % models.len()];
        let mut rule = model(0).clone();
        rule.id = Some(format!("{number:08x}-0000-4000-8000-000000000000").into());
        rule.title = format!("{} of program {}", rule.title, random.u32(..40_000)).into();
        rule.author = format!("Author {}", random.u32(..5_000)).into();
        rule.path = format!("rules/{}/{number}.yml", number / 1_000).into();
        rule.techniques = vec![techniques[random.usize(..techniques.len())].clone()];
        if random.u8(..3) > 0 {
            let category = format!("category_{}", random.u8(..100));
            rule.logsource = LogSource::new(Some("windows"), Some(&category), None);
        }
        for step in 1..4 {
            let group = rule.groups.len() as u16;
            rule.groups.push(format!("selection_{step}").into());
            let more = model(step).predicates.iter().cloned();
            rule.predicates.extend(more.map(|predicate| Predicate { group, ..predicate }));
        }
        for predicate in rule.predicates.iter_mut().filter(|p| p.has_row && !p.scaffold) {
            if random.u8(..5) > 0 && !matches!(predicate.op.base(), Base::Exists | Base::Missing) {
                predicate.value = format!("{}-{}", predicate.value, random.u32(..100_000_000)).into();
                predicate.value_raw = predicate.value.clone();
            }
        }
        rule
    })
}

fn build(factor: usize) -> Vec<u8> {
    let mut builder = Builder::new(Attack::embedded());
    builder.source(Provenance::unknown(Vendor::Sigma, "made"));
    builder.rules(rules(RULES * factor));
    let start = Instant::now();
    let bytes = builder.build().expect("room for all rules");
    println!("build {factor:>4} times: {:?}, {} bytes", start.elapsed(), bytes.len());
    bytes
}

fn corpus() -> &'static Corpus {
    static CORPUS: OnceLock<Corpus> = OnceLock::new();
    CORPUS.get_or_init(|| {
        build(FACTOR / 10);
        let bytes = build(FACTOR);
        let mut fastest = Duration::MAX;
        for _ in 0..5 {
            let bytes = bytes.clone();
            let start = Instant::now();
            let snapshot = Snapshot::from_bytes(bytes).expect("what was written can be read");
            fastest = fastest.min(start.elapsed());
            drop(snapshot);
        }
        let corpus = Corpus::new(Snapshot::from_bytes(bytes).expect("what was written can be read"));
        println!("load: {fastest:?}; {} rules, {} rows", corpus.rule_ids(), corpus.row_count());
        let start = Instant::now();
        advise_on(&corpus);
        println!("first advice, with what is prepared once: {:?}", start.elapsed());
        corpus
    })
}

fn advise_on(corpus: &Corpus) -> AdvicePage {
    let rule = models().swap_remove(0);
    let attack = Attack::embedded();
    AdvicePage::of(&Asking::new(rule, corpus, attack), "rule.yml", attack)
}

/// A row that about so many rules look for.
fn row(rules: u32) -> RowId {
    corpus().frequent(3).min_by_key(|(row, count)| (count.abs_diff(rules), *row)).expect("some row has three rules").0
}

/// The most frequent row of the embedded corpus has 300 rules.
#[divan::bench(args = [10, 1_000, 30_000])]
fn indicator(bencher: divan::Bencher<'_, '_>, rules: u32) {
    let row = row(rules);
    bencher.bench(|| IndicatorPage::of(corpus(), row, Leave::NONE));
}

#[divan::bench]
fn advise() -> AdvicePage {
    advise_on(corpus())
}

#[divan::bench]
fn technique() -> Option<TechniquePage> {
    TechniquePage::of(corpus(), Attack::embedded(), "T1559.001")
}

#[divan::bench]
fn technique_with_subtechniques() -> Option<TechniquePage> {
    TechniquePage::of(corpus(), Attack::embedded(), "T1059")
}
