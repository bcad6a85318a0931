//! Values that stand beside a value in other rules: who looks for `net.exe` looks for `net1.exe` too.

use rustc_hash::FxHashMap;

use super::cover::covers;
use super::{Asking, Support, of_sigma};
use crate::corpus::{Corpus, Leave, RowId, RuleId, Take};
use crate::rule::Predicate;
use crate::words::words;

/// A value that the rule lacks.
#[derive(Clone, Debug)]
pub struct Sibling<'a> {
    /// It.
    pub row: RowId,
    /// The indicator of the rule that it stands beside.
    pub because: &'a Predicate,
    /// The other rules that look for that indicator, and which of them take this as an alternative.
    pub support: Support,
}

/// What so few rules have in common is chance.
const LEAST: u32 = 3;

/// Indicators of one rule that are asked for: of long lists the most common ones say most.
const INDICATORS: usize = 24;

/// What other rules take as alternatives to what the rule looks for, best first, at most `count`.
pub fn ranked<'a>(asking: &'a Asking<'_>, count: usize) -> Vec<Sibling<'a>> {
    let corpus = asking.corpus();
    let mut own: Vec<(u32, &Predicate, RowId)> = asking
        .indicators()
        .filter(|(p, _)| !p.scaffold && !p.all)
        .filter_map(|(p, row)| Some((corpus.reach_count(row?, asking.leave()), p, row?)))
        .filter(|(reach, ..)| *reach >= LEAST)
        .collect();
    own.sort_by_key(|&(reach, _, row)| (std::cmp::Reverse(reach), row));
    own.dedup_by_key(|(.., row)| *row);
    let mut found: FxHashMap<RowId, (u32, u32, &Predicate, RowId)> = FxHashMap::default();
    for (_, because, row) in own.into_iter().take(INDICATORS) {
        let rules = asking.rules_looking_for(row);
        let peers = rules.len() as u32;
        for sibling in corpus.siblings_in(&rules, row).into_iter().take_while(|sibling| sibling.rules >= LEAST) {
            let better = |&(rules, of, ..): &(u32, u32, _, _)| {
                u64::from(sibling.rules) * u64::from(of) > u64::from(rules) * u64::from(peers)
            };
            if found.get(&sibling.of).is_none_or(better) {
                found.insert(sibling.of, (sibling.rules, peers, because, row));
            }
        }
    }
    let mut found: Vec<_> = found.into_iter().filter(|(row, _)| !is_known(asking, *row)).collect();
    let share = |rules: u32, of: u32| f64::from(rules) / f64::from(of);
    found.sort_by(|(a, x), (b, y)| share(y.0, y.1).total_cmp(&share(x.0, x.1)).then(y.0.cmp(&x.0)).then(a.cmp(b)));
    found.truncate(count);
    let with_rules = |(row, (_, peers, because, own)): (RowId, (u32, u32, &'a Predicate, RowId))| {
        let rules = together(corpus, asking.rules_looking_for(own), own, row);
        Sibling { row, because, support: Support { rules, peers } }
    };
    found.into_iter().map(with_rules).collect()
}

/// Whether the rule says it already, in whatever way.
fn is_known(asking: &Asking<'_>, row: RowId) -> bool {
    let said = asking.corpus().row_ref(row);
    let stem = stem(said.value);
    asking.predicates().any(|(p, _)| {
        *p.field == *said.name && covers((p.op, &p.value), (said.op, said.value)) || has_word(&p.value, stem)
    })
}

/// A program's name without its extension.
fn stem(value: &str) -> &str {
    let name = value.rsplit(['\\', '/']).next().unwrap_or(value);
    name.split('.').next().unwrap_or(name)
}

/// Whether `word` stands in `text` as a word of its own.
fn has_word(text: &str, word: &str) -> bool {
    let edge = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let after = text.get(at + word.len()..).unwrap_or_default();
            edge(text.get(..at).and_then(|before| before.chars().next_back())) && edge(after.chars().next())
        })
}

/// Of the rules that look for `a` those that have both as alternatives.
fn together(corpus: &Corpus, mut rules: Vec<RuleId>, a: RowId, b: RowId) -> Vec<RuleId> {
    let beside = |rule: &RuleId| {
        let rows = || corpus.rule(*rule).incidents().filter(|i| i.is_indicator() && !i.all);
        rows().filter(|i| i.row == a).any(|x| rows().any(|y| y.row == b && y.group == x.group))
    };
    rules.retain(beside);
    rules
}

/// How many rules must have the first of two twins,
const RULES: u32 = 20;

/// how many of those the second one too, and of the rules that have either how many both,
const AGREE: f32 = 0.85;

/// of how many families,
const FAMILIES: u32 = 8;

/// and by how many authors. Read by a person, 12 of 14 were right.
const AUTHORS: u32 = 5;

/// Values that are as good as never looked for without another one that the rule looks for. Silent about rules on one
/// malware or vulnerability: those look for what was seen.
pub fn twins<'a>(asking: &'a Asking<'_>) -> Vec<Sibling<'a>> {
    let corpus = asking.corpus();
    let leave = asking.leave();
    let many = |row: RowId| corpus.postings(row, leave).nth(RULES as usize - 1).is_some();
    let mut common = asking
        .indicators()
        .filter_map(|(p, row)| Some((p, row?)))
        .filter(|(p, row)| !p.scaffold && !p.all && many(*row))
        .peekable();
    if common.peek().is_none() {
        return Vec::new();
    }
    let pairs = corpus.prepared().twins(corpus);
    let mut out: Vec<Sibling<'a>> = Vec::new();
    let mut asked: Vec<RowId> = Vec::new();
    for (because, row) in common {
        if asked.contains(&row) {
            continue;
        }
        asked.push(row);
        for twin in pairs.of(row) {
            if out.iter().any(|known| known.row == twin) || is_known(asking, twin) || is_about_one_case(asking) {
                continue;
            }
            let looking = |row| of_sigma(corpus, corpus.rules_of_row(row, Take::Indicators, leave));
            let (peers, other) = (looking(row).len() as u32, looking(twin).len() as u32);
            let rules = together(corpus, looking(row), row, twin);
            let both = rules.len() as f32;
            let either = (peers + other) as f32 - both;
            if peers < RULES || other > peers || both < AGREE * peers as f32 || both < AGREE * either {
                continue;
            }
            let evidence = corpus.evidence(&rules);
            if evidence.families >= FAMILIES && evidence.authors >= AUTHORS {
                out.push(Sibling { row: twin, because, support: Support { rules, peers } });
            }
        }
    }
    out
}

/// Whether the rule is about one malware, actor or vulnerability.
fn is_about_one_case(asking: &Asking<'_>) -> bool {
    let rule = asking.rule();
    let folder = |part: &str| matches!(part, "rules-emerging-threats" | "Exploits" | "Malware" | "TA");
    rule.path.split('/').any(folder)
        || words(&rule.title).any(|word| {
            matches!(
                &*word,
                "cve" | "apt" | "malware" | "trojan" | "ransomware" | "backdoor" | "stealer" | "worm" | "rootkit"
            )
        })
}

/// Pairs of rows that may be twins for some rule.
#[derive(Debug, Default)]
pub(super) struct Pairs(Vec<(RowId, RowId)>);

/// One rule less of each kind can lift a pair over the limit by this much.
const SLACK: f32 = 0.05;

impl Pairs {
    pub(super) fn new(corpus: &Corpus) -> Self {
        let mut pairs = Vec::new();
        let looking = |row| of_sigma(corpus, corpus.rules_of_row(row, Take::Indicators, Leave::NONE));
        for (row, _) in corpus.frequent(RULES) {
            let rules = looking(row);
            let reach = rules.len() as u32;
            if reach < RULES {
                continue;
            }
            for sibling in corpus.siblings_in(&rules, row) {
                let both = sibling.rules as f32;
                if both < (AGREE - SLACK) * reach as f32 {
                    break;
                }
                let either = (reach + looking(sibling.of).len() as u32) as f32 - both;
                if both >= (AGREE - SLACK) * either {
                    pairs.push((row, sibling.of));
                }
            }
        }
        pairs.sort_unstable();
        Self(pairs)
    }

    fn of(&self, row: RowId) -> impl Iterator<Item = RowId> + '_ {
        let first = self.0.partition_point(|pair| pair.0 < row);
        self.0.iter().skip(first).take_while(move |pair| pair.0 == row).map(|pair| pair.1)
    }
}
