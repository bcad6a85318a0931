//! What the advice would have said about SigmaHQ's active rules, each left out while it asks, of a corpus that has the rules
//! of all vendors: `docs/advice.md` has the figures. The reports go to standard output past the test harness, so that CI's log has them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Instant;

use sigwise_corpus::Corpus;
use sigwise_corpus::advice::{Asking, exclusions, fields, misspelled, reach, siblings, similar, techniques};
use sigwise_corpus::attack::Attack;
use sigwise_corpus::corpus::Take;
use sigwise_corpus::rule::{Predicate, Role, Rule, Scope};
use sigwise_corpus::vendor::Vendor;
use sigwise_tests::published;

macro_rules! say {
    ($($arg:tt)*) => { sigwise_tests::say::say(&format!($($arg)*)) };
}

fn asking<'c>(rule: &Rule, corpus: &'c Corpus) -> Asking<'c> {
    Asking::new(rule.clone(), corpus, Attack::embedded())
}

/// Of every rule every field is taken away once: how often is it the first that is named, how often among five?
#[test]
#[ignore = "needs the rule corpora: set SIGWISE_SHARED"]
fn a_field_taken_away_is_named() {
    let (rules, corpus) = published::sigmahq(Some(&published::others()));
    let start = Instant::now();
    let (mut asked, mut there) = (0u32, 0u32);
    let (mut ours, mut popular) = ([0u32; 2], [0u32; 2]);
    for rule in &rules {
        let looked_at =
            rule.predicates.iter().filter(|p| p.role == Role::Indicator && p.scope != Scope::Guard && p.has_row);
        let mut names: Vec<&str> = looked_at.map(|p| &*p.field).collect();
        names.sort_unstable();
        names.dedup();
        for &name in &names {
            let mut less = rule.clone();
            less.predicates.retain(|p| *p.field != *name);
            let asking = Asking::new(less, &corpus, Attack::embedded());
            let found = fields::order(&asking, 5).iter().position(|(field, _)| corpus.field_name(*field) == name);
            let (list, _) = corpus.fields_of_logsource(rule.logsource.as_ref(), asking.leave());
            let lacking =
                list.iter().map(|count| corpus.field_name(count.of)).filter(|f| *f == name || !names.contains(f));
            let simple = lacking.clone().position(|field| field == name);
            asked += 1;
            there += u32::from(simple.is_some());
            for (at, limit) in [1, 5].into_iter().enumerate() {
                ours[at] += u32::from(found.is_some_and(|place| place < limit));
                popular[at] += u32::from(simple.is_some_and(|place| place < limit));
            }
        }
    }
    let percent = |n: u32| 100.0 * f64::from(n) / f64::from(asked);
    say!(
        "fields: {asked} taken away, named first {:.1} %, among five {:.1} %; by log source alone {:.1} / {:.1}; at most {:.1} ({:.1?})",
        percent(ours[0]),
        percent(ours[1]),
        percent(popular[0]),
        percent(popular[1]),
        percent(there),
        start.elapsed()
    );
    assert!(percent(ours[0]) >= 80.0 && percent(ours[1]) >= 94.0);
}

/// Of rules that name related ones: is one of those the most similar rule, or among five?
#[test]
#[ignore = "needs the rule corpora: set SIGWISE_SHARED"]
fn a_related_rule_is_found() {
    let (rules, corpus) = published::sigmahq(Some(&published::others()));
    let (mut asked, mut found) = (0u32, [0u32; 2]);
    for rule in &rules {
        let asking = asking(rule, &corpus);
        let declared = rule.related.iter().filter_map(|id| corpus.rule_by_id(id)).map(|rule| rule.rule_id());
        let declared: Vec<_> = declared.filter(|rule| !asking.leave().has(*rule)).collect();
        if declared.is_empty() {
            continue;
        }
        asked += 1;
        // Sigma rules are related to Sigma rules; those of others stand between them.
        let similar = similar::rules(&asking, 50).into_iter().map(|(rule, _)| rule);
        let mut similar = similar.filter(|rule| corpus.rule(*rule).vendor() == Vendor::Sigma).take(5);
        let place = similar.position(|rule| declared.contains(&rule));
        for (at, limit) in [1, 5].into_iter().enumerate() {
            found[at] += u32::from(place.is_some_and(|place| place < limit));
        }
    }
    let percent = |n: u32| 100.0 * f64::from(n) / f64::from(asked);
    say!("related: {asked} rules, first {:.1} %, among five {:.1} %", percent(found[0]), percent(found[1]));
    assert!(percent(found[0]) >= 66.0 && percent(found[1]) >= 84.0);
}

/// What each gate is expected to let through; `docs/advice.md` says what was measured before, and why three differ.
const GATES: [(&str, RangeInclusive<u32>); 6] = [
    ("broad-selection", 9..=55),
    ("missing-exclusion", 2..=49),
    ("misspelled-field", 0..=3),
    ("misspelled-value", 1..=3),
    ("suggested-technique", 31..=51),
    ("twin-value", 10..=18),
];

/// How often each gate lets something through.
#[test]
#[ignore = "needs the rule corpora: set SIGWISE_SHARED"]
fn gates_open_rarely() {
    let (rules, corpus) = published::sigmahq(Some(&published::others()));
    let asking: Vec<Asking<'_>> = rules.iter().map(|rule| asking(rule, &corpus)).collect();
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut tell = |gate: &'static str, asking: &Asking<'_>, what: String| {
        *counts.entry(gate).or_default() += 1;
        say!("{gate}: {} [{}]: {what}", asking.rule().title, asking.rule().path);
    };
    let row = |row| {
        let said = corpus.row_ref(row);
        format!("{} {} {}", said.name, said.op, said.value)
    };
    let start = Instant::now();
    for asking in &asking {
        if let Some(broad) = reach::broad(asking) {
            let list: Vec<_> =
                broad.iter().map(|b| format!("{} {} in {}", row(b.row), b.rules, b.techniques)).collect();
            tell(
                "broad-selection",
                asking,
                format!("{} {}", asking.rule().level.as_deref().unwrap_or("-"), list.join(", ")),
            );
        }
        if let Some(agreed) = exclusions::agreed(asking) {
            let list: Vec<_> = agreed.rows.iter().map(|r| format!("{} {}", row(r.row), r.rules.len())).collect();
            tell(
                "missing-exclusion",
                asking,
                format!("of {}: {} => {:?}", agreed.peers.len(), list.join(", "), agreed.filters(asking)),
            );
        }
        for twin in siblings::twins(asking) {
            tell(
                "twin-value",
                asking,
                format!(
                    "{} {} of {} beside {}",
                    row(twin.row),
                    twin.support.count(),
                    twin.support.peers,
                    twin.because.value
                ),
            );
        }
        for value in misspelled::values(asking) {
            tell(
                "misspelled-value",
                asking,
                format!("{} {} for {} ({} rules)", value.predicate.field, value.word, value.meant, value.rules.len()),
            );
        }
        for field in misspelled::fields(asking) {
            tell(
                "misspelled-field",
                asking,
                format!(
                    "{} for {} ({} of {})",
                    field.predicate.field,
                    corpus.field_name(field.meant),
                    field.rules,
                    field.peers
                ),
            );
        }
        if asking.techniques().next().is_none()
            && let Some(technique) = techniques::suggested(asking)
        {
            tell(
                "suggested-technique",
                asking,
                format!("{} {:.2} {}", technique.id, technique.share, technique.support.count()),
            );
        }
    }
    say!("{counts:?} in {:?} for {} rules", start.elapsed(), rules.len());
    for (gate, range) in GATES {
        let count = counts.get(gate).copied().unwrap_or_default();
        assert!(range.contains(&count), "{gate}: {count}");
    }
}

/// All of what `advise` shows, of every rule: what a keystroke costs at most.
#[test]
#[ignore = "needs the rule corpora: set SIGWISE_SHARED"]
fn advice_keeps_up_with_typing() {
    const LISTED: usize = 10;
    let (rules, corpus) = published::sigmahq(Some(&published::others()));
    let mut times = Vec::with_capacity(rules.len());
    for rule in &rules {
        let rule = rule.clone();
        let start = Instant::now();
        let asking = Asking::new(rule, &corpus, Attack::embedded());
        for row in asking.predicates().filter_map(|(_, row)| row) {
            corpus.evidence(&corpus.rules_of_row(row, Take::Indicators, asking.leave()));
        }
        exclusions::ranked(&asking, LISTED);
        exclusions::fields(&asking);
        fields::ranked(&asking, LISTED);
        siblings::ranked(&asking, LISTED);
        techniques::ranked(&asking, LISTED);
        similar::rules(&asking, LISTED);
        times.push(start.elapsed());
    }
    let slowest = times.iter().enumerate().max_by_key(|(_, time)| **time).map(|(at, _)| &rules[at]);
    say!("slowest: {:?}", slowest.map(|rule| (&rule.title, rule.predicates.len())));
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    say!("advice on one rule: half {:.1?}, 95 of 100 {:.1?}, all {:.1?}", at(0.5), at(0.95), at(1.0));
    assert!(at(0.95).as_millis() < 20, "a typical rule takes {:?}, unoptimized", at(0.95));
}

/// What peers agree to leave out, published rules mostly leave out themselves: asked as if they were new.
#[test]
#[ignore = "needs the rule corpora: set SIGWISE_SHARED"]
fn peers_agree_on_what_is_right() {
    let (rules, corpus) = published::sigmahq(Some(&published::others()));
    let (mut spoken, mut named, mut right, mut complete) = (0, 0u32, 0u32, 0);
    for rule in &rules {
        let asking = asking(rule, &corpus);
        let Some(found) = exclusions::agreement(&asking) else { continue };
        let excluded = |row| {
            let fits = |p: &Predicate| p.role == Role::Exclusion && p.scope != Scope::Guard;
            asking.predicates().any(|(p, own)| own == Some(row) && fits(p))
        };
        spoken += 1;
        named += found.rows.len() as u32;
        right += found.rows.iter().filter(|agreed| excluded(agreed.row)).count() as u32;
        complete += u32::from(exclusions::agreed(&asking).is_none());
    }
    let share = f64::from(right) / f64::from(named);
    say!(
        "agreement: speaks of {spoken} rules, {complete} have all that they can match; {right} of {named} right ({share:.2})"
    );
    assert!((29..=49).contains(&spoken) && share >= 0.71);
}
