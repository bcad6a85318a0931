//! Times the corpus' queries over the embedded snapshot, and says how it is made up.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::time::Instant;

use sigwise_corpus::Corpus;
use sigwise_corpus::corpus::Take;

fn main() {
    let start = Instant::now();
    let corpus = Corpus::embedded().unwrap();
    println!("loaded in {:?}", start.elapsed());

    let mut families: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for rule in corpus.rules() {
        families.entry(rule.family()).or_default().push(rule.title().to_owned());
    }
    let mut sizes: Vec<_> = families.values().filter(|f| f.len() > 1).collect();
    sizes.sort_by_key(|f| std::cmp::Reverse(f.len()));
    println!("{} families of {} rules; with more than one: {}", families.len(), corpus.rules().count(), sizes.len());
    for family in sizes.iter().take(12) {
        println!("  {} {:?}", family.len(), &family[..family.len().min(4)]);
    }

    let timed = |name: &str, n: usize, f: &mut dyn FnMut() -> u64| {
        let start = Instant::now();
        let sum = f();
        let time = start.elapsed();
        println!("{name}: {time:?}, {:?} each (sum {sum})", time / n as u32);
    };
    let rules: Vec<_> = corpus.rules().collect();
    let leaves: Vec<_> = rules.iter().map(|r| corpus.leave(Some(r.id()), Some(r.title()))).collect();
    timed("leave", rules.len(), &mut || {
        rules.iter().map(|r| corpus.leave(Some(r.id()), Some(r.title())).rules().len() as u64).sum()
    });
    let items: Vec<_> = rules
        .iter()
        .zip(&leaves)
        .flat_map(|(r, leave)| r.incidents().map(move |i| (corpus.row_ref(i.row), leave)))
        .collect();
    timed("row", items.len(), &mut || {
        items.iter().map(|(r, _)| u64::from(corpus.row(r.name, r.op, r.value).is_some())).sum()
    });
    let rows: Vec<_> = items.iter().map(|(r, leave)| (corpus.row(r.name, r.op, r.value).unwrap(), *leave)).collect();
    timed("reach_count", rows.len(), &mut || {
        rows.iter().map(|(row, leave)| u64::from(corpus.reach_count(*row, leave))).sum()
    });
    timed("evidence", rows.len(), &mut || {
        let rules = |row, l| corpus.rules_of_row(row, Take::Indicators, l);
        rows.iter().map(|(row, l)| u64::from(corpus.evidence(&rules(*row, l)).families)).sum()
    });
    let some: Vec<_> = rules.iter().zip(&leaves).step_by(20).collect();
    timed("rules_of_logsource", some.len(), &mut || {
        some.iter().map(|(r, l)| corpus.rules_of_logsource(r.logsource(), l).len() as u64).sum()
    });
    timed("fields_of_logsource", some.len(), &mut || {
        some.iter().map(|(r, l)| corpus.fields_of_logsource(r.logsource(), l).0.len() as u64).sum()
    });
    timed("peers by technique", some.len(), &mut || {
        some.iter()
            .map(|(r, l)| {
                let techniques: Vec<_> = r.techniques().collect();
                corpus.peers(r.logsource(), &techniques, l).len() as u64
            })
            .sum()
    });
    timed("exclusions of log source", some.len(), &mut || {
        some.iter()
            .map(|(r, l)| {
                let peers = corpus.rules_of_logsource(r.logsource(), l);
                corpus.rows_in(&peers, Take::Exclusions).len() as u64
            })
            .sum()
    });
    timed("fields_in of log source", some.len(), &mut || {
        some.iter()
            .map(|(r, l)| {
                let peers = corpus.rules_of_logsource(r.logsource(), l);
                corpus.fields_in(&peers, Take::Indicators).len() as u64
            })
            .sum()
    });
    timed("partners", some.len(), &mut || {
        some.iter()
            .map(|(r, l)| {
                let row = r.incidents().next().unwrap().row;
                corpus.partners_in(&corpus.rules_of_row(row, Take::Indicators, l), row).len() as u64
            })
            .sum()
    });
    timed("siblings", some.len(), &mut || {
        some.iter()
            .map(|(r, l)| {
                let row = r.incidents().next().unwrap().row;
                corpus.siblings_in(&corpus.rules_of_row(row, Take::Indicators, l), row).len() as u64
            })
            .sum()
    });
    timed("rules_sharing", some.len(), &mut || {
        some.iter()
            .map(|(r, l)| {
                let rows: Vec<_> = r.incidents().map(|i| i.row).collect();
                corpus.rules_sharing(&rows, l).len() as u64
            })
            .sum()
    });
    timed("frequent", 1, &mut || corpus.frequent(8).count() as u64);
    for least in [20, 50] {
        println!("rows with reach >= {least}: {}", corpus.frequent(least).count());
    }
    let mut top: Vec<_> = corpus.frequent(60).collect();
    top.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    for (row, n) in top.iter().take(25) {
        let r = corpus.row_ref(*row);
        let sigma = corpus.sigma(*row, Some("windows")).unwrap();
        println!("  {n} {} {} {}   {}: {:?}", r.name, r.op, r.value, sigma.key, sigma.value);
    }
}
