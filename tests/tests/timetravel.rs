//! Would the corpus of the month before have proposed the exclusions that authors then added?
//!
//! Builds the monthly corpora of `timetravel/` in the shared folder, asks them, and runs the data set's scorer over all events
//! whose month is there: once per split, once over all together. The scorer needs Python with numpy and PyYAML:
//! `$SIGWISE_PYTHON`, else `python3`. Its tables go to standard output past the test harness, so that CI's log has them.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use sigwise_corpus::Corpus;
use sigwise_corpus::advice::{Asking, exclusions};
use sigwise_corpus::attack::Attack;
use sigwise_corpus::corpus::Take;
use sigwise_corpus::normal::sigma::SigmaItem;
use sigwise_corpus::readers::sigma::rules;
use sigwise_sigma::{Source, parse};
use sigwise_tests::say::say;
use sigwise_tests::timetravel::{Ask, Months, asks};

/// Proposals that are scored.
const PROPOSALS: usize = 10;

/// What the first five must find over all events, in percent: as they are, and as programs.
const BARS: [(&str, f64); 2] = [("recall@5", 8.0), ("rel_recall@5", 12.0)];

#[test]
#[ignore = "needs the rule corpora: set SIGWISE_SHARED"]
fn exclusions_are_proposed_before_they_are_added() {
    let folder = sigwise_tests::setup::shared().join("timetravel");
    let start = Instant::now();
    let mut months = Months::default();
    let (mut ours, mut popular) = (String::new(), String::new());
    let (mut count, mut asking_time) = (0, std::time::Duration::ZERO);
    for (month, asks) in asks(&folder).unwrap() {
        let corpus = months.corpus(&folder.join("snapshots").join(format!("{month}.tar.gz"))).unwrap();
        for ask in asks {
            count += 1;
            let before = Instant::now();
            let (proposed, by_logsource) = answer(&ask, &corpus);
            asking_time += before.elapsed();
            write(&mut ours, &ask.event_id, &proposed);
            write(&mut popular, &ask.event_id, &by_logsource);
        }
    }
    say(&format!("{count} events answered in {:.1?}, asking alone {asking_time:.1?}", start.elapsed()));
    let blend = score(&folder, &ours, "exclusions as ranked");
    score(&folder, &popular, "most frequent exclusions of the log source");
    for (name, least) in BARS {
        let found = blend.iter().find(|(n, _)| n == name).map_or(0.0, |(_, value)| *value);
        say(&format!("{name} over all events: {found:.1} (at least {least})"));
        assert!(found >= least, "{name}: {found} is below {least}");
    }
}

/// What is proposed, and what the most frequent exclusions of the log source are.
fn answer(ask: &Ask, corpus: &Corpus) -> (Vec<SigmaItem>, Vec<SigmaItem>) {
    let file = parse(Source::from_bytes(ask.rule.as_str()));
    let Some(rule) = rules(&file, &ask.path).into_iter().next() else { return Default::default() };
    let asking = Asking::new(rule, corpus, Attack::embedded());
    let proposed = exclusions::ranked(&asking, PROPOSALS).into_iter().map(|e| e.sigma).collect();
    let source = asking.rule().logsource.as_ref();
    let peers = corpus.rules_of_logsource(source, asking.leave());
    let has: Vec<_> = asking.predicates().filter_map(|(_, row)| row).collect();
    let rows =
        corpus.rows_in(&peers, Take::Exclusions).into_iter().map(|count| count.of).filter(|row| !has.contains(row));
    let popular = rows.filter_map(|row| corpus.sigma(row, source.product)).take(PROPOSALS).collect();
    (proposed, popular)
}

fn write(out: &mut String, event: &str, items: &[SigmaItem]) {
    // The scorer reads rules without types: there null is the word `null`.
    let raw = |item: &SigmaItem| serde_json::json!({ "raw": { "field": item.key, "value": item.value.as_deref().unwrap_or("null") } });
    let proposals: Vec<_> = items.iter().map(raw).collect();
    let _ = writeln!(out, "{}", serde_json::json!({ "event_id": event, "proposals": proposals }));
}

/// Runs the scorer per split, and once over all events together; gives the figures of the latter.
fn score(folder: &Path, answers: &str, what: &str) -> Vec<(String, f64)> {
    say(&format!("\n== {what}"));
    let scratch = tempfile::tempdir().unwrap();
    let bin = scratch.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    for name in ["score.py", "siglib.py"] {
        std::fs::write(bin.join(name), std::fs::read(folder.join("bin").join(name)).unwrap()).unwrap();
    }
    std::fs::write(scratch.path().join("answers.jsonl"), answers).unwrap();
    // Only events that could be asked: the scorer takes every other one as a miss.
    let mut events: Vec<serde_json::Value> = Vec::new();
    for line in std::fs::read_to_string(folder.join("exclusions.jsonl")).unwrap().lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let month = event["ask_snapshot"].as_str().unwrap_or_default();
        if folder.join("snapshots").join(format!("{month}.tar.gz")).exists() {
            events.push(event);
        }
    }
    let mut splits: Vec<String> = events.iter().filter_map(|e| Some(e["split"].as_str()?.to_owned())).collect();
    splits.sort();
    splits.dedup();
    let mut all = Vec::new();
    for split in splits.iter().map(String::as_str).chain(["all"]) {
        let mut lines = String::new();
        for event in &mut events {
            if split == "all" {
                event["split"] = "all".into();
            }
            let _ = writeln!(lines, "{event}");
        }
        std::fs::write(scratch.path().join("exclusions.jsonl"), lines).unwrap();
        let python = std::env::var_os("SIGWISE_PYTHON").unwrap_or_else(|| "python3".into());
        let run = Command::new(python)
            .arg(bin.join("score.py"))
            .arg(scratch.path().join("answers.jsonl"))
            .args(["--split", split, "--ci"])
            .output()
            .expect("python runs");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let table = String::from_utf8_lossy(&run.stdout).into_owned();
        say(table.trim_end());
        all = table.lines().filter_map(figure).collect();
    }
    all
}

/// A line of the scorer's table: `recall@5   10.0% [7.1, 13.0]`.
fn figure(line: &str) -> Option<(String, f64)> {
    let mut words = line.split_whitespace();
    let name = words.next()?;
    Some((name.to_owned(), words.next()?.strip_suffix('%')?.parse().ok()?))
}
