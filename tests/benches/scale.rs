//! `cargo bench -p sigwise-tests --bench scale`: a corpus a hundred times as large as the embedded one, made in memory from
//! its rules. Prints how long it takes to build and to load (checking what was read into memory), and what an answer costs: the first one after loading, as a run
//! on the command line has it, and a later one, as the server has it. Ends with status 1 where a bar is missed.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use rustc_hash::FxHashSet;
use sigwise_corpus::advice::Asking;
use sigwise_corpus::attack::Attack;
use sigwise_corpus::build::{Builder, Provenance};
use sigwise_corpus::corpus::RowId;
use sigwise_corpus::op::Base;
use sigwise_corpus::rule::{Predicate, Rule};
use sigwise_corpus::vendor::Vendor;
use sigwise_corpus::view::technique::markdown;
use sigwise_corpus::view::{AdvicePage, IndicatorPage, TechniquePage};
use sigwise_corpus::{Corpus, Leave, Snapshot};

/// The one of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How much larger the corpus is.
const FACTOR: usize = 100;

/// How long loading may take.
const LOAD: Duration = Duration::from_millis(100);

/// How long an answer may take.
const ANSWER: Duration = Duration::from_millis(10);

/// Ten times the rules may take so many times as long, for what is in no cache any more.
const LINEAR: f64 = 15.0;

/// So much of every list is shown.
const SHOWN: usize = 20;

/// Later answers: the least of so many counts.
const ROUNDS: usize = 10;

/// What at least so many rules look for is common: the copies look for it too.
const COMMON: u32 = 8;

fn main() -> ExitCode {
    let mut bars = Bars(true);
    let (less, _) = build(FACTOR / 10);
    let (more, bytes) = build(FACTOR);
    let ratio = more.as_secs_f64() / less.as_secs_f64();
    bars.line(&format!("build: {ratio:.1} times as long for ten times the rules"), ratio <= LINEAR);
    let mut fastest = Duration::MAX;
    for _ in 0..3 {
        let (time, _) = load(&bytes);
        fastest = fastest.min(time);
    }
    bars.time("load", fastest, LOAD);
    let (_, corpus) = load(&bytes);
    println!("{} rules, {} rows, {} bytes", corpus.rule_ids(), corpus.row_count(), bytes.len());

    for reach in [100, 3_000, u32::MAX] {
        let (row, count) =
            corpus.frequent(COMMON).min_by_key(|(row, count)| (count.abs_diff(reach), *row)).expect("rows are common");
        bars.answer(&format!("indicator of {count} rules"), &bytes, |corpus| indicator(corpus, row));
    }
    for id in ["T1559", "T1218.011", "T1059.001", "T1059"] {
        let rules = corpus.rules_of_technique(id, Leave::NONE).len();
        bars.answer(&format!("technique {id} of {rules} rules"), &bytes, |corpus| technique(corpus, id));
    }
    for rule in asking() {
        bars.answer(&format!("advise for `{}`", rule.title), &bytes, |corpus| advise(corpus, rule.clone()));
    }
    if bars.0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn indicator(corpus: &Corpus, row: RowId) {
    let page = IndicatorPage::of(corpus, row, Leave::NONE);
    std::hint::black_box(page.rules.iter().take(SHOWN).collect::<Vec<_>>());
}

fn technique(corpus: &Corpus, id: &str) {
    let page = TechniquePage::of(corpus, Attack::embedded(), id).expect("it is a technique");
    std::hint::black_box(markdown::markdown(&page, SHOWN));
}

fn advise(corpus: &Corpus, rule: Rule) {
    let attack = Attack::embedded();
    std::hint::black_box(AdvicePage::of(&Asking::new(rule, corpus, attack), "rule.yml", attack));
}

/// Rules that ask: an ordinary one of the largest log source, and one of a small one.
fn asking() -> Vec<Rule> {
    let embedded = Corpus::embedded().expect("the embedded corpus is sound");
    let first = |category: &str, technique: &str| {
        let fits = |rule: &Rule| {
            rule.vendor == Vendor::Sigma
                && rule.logsource.category.as_deref() == Some(category)
                && rule.techniques.iter().any(|id| **id == *technique)
                && rule.predicates.iter().any(|p| p.op.base() == Base::Contains)
        };
        embedded.to_rules().find(fits)
    };
    [("process_creation", "T1059.001"), ("registry_set", "T1112")]
        .into_iter()
        .filter_map(|(c, t)| first(c, t))
        .collect()
}

/// Whether every bar holds.
struct Bars(bool);

impl Bars {
    fn line(&mut self, text: &str, holds: bool) {
        self.0 &= holds;
        println!("{} {text}", if holds { "ok    " } else { "MISSED" });
    }

    fn time(&mut self, name: &str, time: Duration, bar: Duration) {
        self.line(&format!("{name}: {time:.1?} (bar {bar:?})"), time <= bar);
    }

    /// Times the first answer of a corpus that was just loaded, and later ones.
    fn answer(&mut self, name: &str, bytes: &[u8], answer: impl Fn(&Corpus)) {
        let (_, corpus) = load(bytes);
        let timed = || {
            let start = Instant::now();
            answer(&corpus);
            start.elapsed()
        };
        self.time(&format!("{name}, first"), timed(), ANSWER);
        let later = (0..ROUNDS).map(|_| timed()).min().unwrap_or_default();
        self.time(&format!("{name}, later"), later, ANSWER);
    }
}

fn load(bytes: &[u8]) -> (Duration, Corpus) {
    let bytes = bytes.to_vec();
    let start = Instant::now();
    let snapshot = Snapshot::from_bytes(bytes).expect("what was written can be read");
    (start.elapsed(), Corpus::new(snapshot))
}

fn build(factor: usize) -> (Duration, Vec<u8>) {
    let mut builder = Builder::new(Attack::embedded());
    let corpus = Corpus::embedded().expect("the embedded corpus is sound");
    let common: FxHashSet<RowId> = corpus.frequent(COMMON).map(|(row, _)| row).collect();
    let is_common = |p: &Predicate| corpus.row_of(p).is_some_and(|row| common.contains(&row));
    let models: Vec<(Rule, Vec<bool>)> = corpus
        .to_rules()
        .map(|rule| {
            let c = rule.predicates.iter().map(is_common).collect();
            (rule, c)
        })
        .collect();
    for vendor in Vendor::ALL {
        builder.source(Provenance::unknown(vendor, vendor.word()));
        let models = || models.iter().filter(|(rule, _)| rule.vendor == vendor);
        builder.rules((0..factor).flat_map(|copy| models().map(move |(rule, common)| varied(rule, common, copy))));
    }
    let rules = builder.len();
    let start = Instant::now();
    let bytes = builder.build().expect("room for all rules");
    let time = start.elapsed();
    println!("       build of {rules} rules: {time:.1?}, {} bytes", bytes.len());
    (time, bytes)
}

/// A rule that is a copy, but for its names and most of the values that are not common.
fn varied(model: &Rule, common: &[bool], copy: usize) -> Rule {
    let mut random = fastrand::Rng::with_seed(copy as u64 ^ (model.path.len() as u64) << 32);
    let mut rule = model.clone();
    rule.id = rule.id.map(|id| format!("{id}-{copy}").into());
    rule.title = format!("{} of program {}", rule.title, random.u32(..40_000)).into();
    rule.author = format!("{} {}", rule.author, copy / 20).into();
    rule.path = format!("{copy}/{}", rule.path).into();
    for (predicate, common) in rule.predicates.iter_mut().zip(common) {
        if !common && random.u8(..5) > 0 && !matches!(predicate.op.base(), Base::Exists | Base::Missing) {
            let mark = random.u32(..);
            predicate.value = format!("{}-{mark:x}", predicate.value).into();
            predicate.value_raw = format!("{}-{mark:x}", predicate.value_raw).into();
        }
    }
    rule
}
