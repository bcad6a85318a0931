//! The official linter's recorded verdicts (`conformance/cases.jsonl` of the shared data) against ours.
//!
//! Each case's files are linted in memory as one project. `tests/conformance/map.toml` says what their errors are called
//! here and on which line a finding may stand, `tests/conformance/disagreements.toml` where we differ and why.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_lint::check::Profile;
use sigwise_lint::project::FileEntries;
use sigwise_lint::{Context, Diagnostic, Project, Settings, Severity, checks, lint};
use sigwise_sigma::{File, Source, parse};
use sigwise_tests::setup::{TODAY, shared};

#[derive(Deserialize)]
struct Case {
    id: String,
    oracle: String,
    filename: String,
    rule_yaml: String,
    #[serde(default)]
    extra_files: BTreeMap<String, String>,
    expect: Vec<Expectation>,
    /// What the next major version of the oracle says, where it differs.
    pysigma_2_0_1: Option<Vec<Expectation>>,
    /// What the specification's JSON schemas say: `detection:/status:oneOf`.
    schema_observed: Vec<String>,
    /// What yamllint with SigmaHQ's settings says: `truthy:warning`.
    yamllint_observed: Vec<String>,
}

#[derive(Clone, Deserialize)]
struct Expectation {
    #[serde(rename = "validator_or_error")]
    error: String,
    layer: String,
    validator: Option<String>,
    #[serde(default)]
    detail: Vec<BTreeMap<String, serde_json::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Map {
    map: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    error: String,
    validator: Option<String>,
    message: Option<String>,
    checks: Vec<String>,
    #[serde(default)]
    at: Vec<String>,
    #[serde(default)]
    warning: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disagreements {
    #[serde(default)]
    case: Vec<Disagreement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disagreement {
    id: String,
    reason: String,
}

fn read<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance").join(name);
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The findings of a case's main file.
fn findings(case: &Case, profile: Profile) -> (File, Vec<Diagnostic>) {
    let file = parse(Source::from_bytes(case.rule_yaml.as_str()));
    let mut project = Project::default();
    let mut paths: BTreeMap<&str, &File> = BTreeMap::from([(case.filename.as_str(), &file)]);
    let extra: Vec<(&str, File)> =
        case.extra_files.iter().map(|(path, text)| (path.as_str(), parse(Source::from_bytes(text.as_str())))).collect();
    paths.extend(extra.iter().map(|(path, file)| (*path, file)));
    for (path, file) in &paths {
        project.add(FileEntries::of(&Arc::from(*path), file));
    }
    let settings = Settings::for_profile(profile);
    let cx = Context {
        path: &case.filename,
        settings: &settings,
        project: &project,
        corpus: Corpus::embedded().ok(),
        attack: Attack::embedded(),
        today: TODAY,
        named: true,
    };
    let found = lint(&file, &cx);
    (file, found)
}

impl Entry {
    fn fits(&self, expectation: &Expectation) -> bool {
        let details = || {
            expectation.detail.iter().flat_map(BTreeMap::values).filter_map(|value| value.as_str().map(str::to_owned))
        };
        self.error == expectation.error
            && self.validator.as_ref().is_none_or(|name| expectation.validator.as_ref() == Some(name))
            && self.message.as_ref().is_none_or(|part| details().any(|detail| detail.contains(part)))
    }

    /// The lines on which a finding may stand, 1-based; empty where nothing gives any.
    fn lines(&self, case: &Case, expectation: &Expectation, clean: &[&Case]) -> BTreeSet<u32> {
        let standard = ["detail".to_owned(), "diff".to_owned()];
        let rules = if self.at.is_empty() { &standard[..] } else { &self.at[..] };
        let found = rules.iter().map(|rule| match rule.as_str() {
            "file" => BTreeSet::new(),
            "head" => head_lines(&case.rule_yaml),
            "field" => {
                let fields = expectation.detail.iter().filter_map(|detail| detail.get("field")?.as_str());
                fields.flat_map(|field| key_lines(&case.rule_yaml, field)).collect()
            }
            "detail" => detail_lines(&case.rule_yaml, expectation),
            "diff" => differing_lines(case, clean),
            "item" => with_keys(&case.rule_yaml, differing_lines(case, clean)),
            rule => match rule.strip_prefix("key ") {
                Some(key) => key_lines(&case.rule_yaml, key),
                None => panic!("map.toml: there is no rule `{rule}`"),
            },
        });
        found.into_iter().find(|lines| !lines.is_empty()).unwrap_or_default()
    }
}

fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    text.lines().enumerate().map(|(index, line)| (index as u32 + 1, line))
}

/// The title of each document, and its first line.
fn head_lines(text: &str) -> BTreeSet<u32> {
    let mut first = true;
    let mut lines = BTreeSet::new();
    for (number, line) in numbered(text) {
        if line.starts_with("---") {
            first = true;
        } else if first && !line.is_empty() || line.starts_with("title:") {
            lines.insert(number);
            first = false;
        }
    }
    lines
}

/// The lines of a key wherever it stands, with what is indented below it, or listed below it at the same indentation.
fn key_lines(text: &str, key: &str) -> BTreeSet<u32> {
    let mut lines = BTreeSet::new();
    let mut inside: Option<usize> = None;
    for (number, line) in numbered(text) {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        if let Some(depth) = inside
            && (indent > depth || indent == depth && content.starts_with("- "))
        {
            lines.insert(number);
            continue;
        }
        inside = None;
        let name = content.trim_start_matches("- ").trim_start_matches(['\'', '"']);
        let rest = name.strip_prefix(key).map(|rest| rest.trim_start_matches(['\'', '"']));
        if rest.is_some_and(|rest| rest.trim_start().starts_with([':', '|'])) {
            lines.insert(number);
            inside = Some(indent);
        }
    }
    lines
}

/// The lines, and the line of the key before each list of which one is an item.
fn with_keys(text: &str, mut lines: BTreeSet<u32>) -> BTreeSet<u32> {
    let all: Vec<(u32, &str)> = numbered(text).collect();
    for (number, line) in &all {
        if lines.contains(number) && line.trim_start().starts_with("- ") {
            let before = all[..*number as usize - 1].iter().rev();
            lines.extend(before.clone().find(|(_, line)| !line.trim_start().starts_with("- ")).map(|(key, _)| key));
        }
    }
    lines
}

fn detail_lines(text: &str, expectation: &Expectation) -> BTreeSet<u32> {
    let details = expectation.detail.iter().flatten().filter(|(name, _)| *name != "message");
    let words: Vec<&str> = details.filter_map(|(_, value)| value.as_str()).filter(|word| !word.is_empty()).collect();
    numbered(text).filter(|(_, line)| words.iter().any(|word| line.contains(word))).map(|(number, _)| number).collect()
}

/// The lines that the clean case with the fewest other lines does not have. Ids differ from case to case.
fn differing_lines(case: &Case, clean: &[&Case]) -> BTreeSet<u32> {
    let plain = |line: &str| match line.split_once("id: ") {
        Some((before, id)) if id.len() == 36 && before.trim().is_empty() => format!("{before}id:"),
        _ => line.to_owned(),
    };
    let others = clean.iter().map(|other| {
        let mut lines: BTreeMap<String, usize> = BTreeMap::new();
        other.rule_yaml.lines().for_each(|line| *lines.entry(plain(line)).or_default() += 1);
        let mut own = BTreeSet::new();
        for (number, line) in numbered(&case.rule_yaml) {
            match lines.get_mut(&plain(line)) {
                Some(left @ 1..) => *left -= 1,
                _ => {
                    own.insert(number);
                }
            }
        }
        (own.len(), lines.values().sum::<usize>(), own)
    });
    let nearest = others.min_by_key(|(own, missing, _)| (*own, *missing));
    nearest.map(|(_, _, own)| own).unwrap_or_default()
}

impl Case {
    /// Whether the specification's schema refuses what stands on this line, though pySigma takes it.
    fn schema_refuses(&self, line: u32) -> bool {
        self.schema_observed.iter().any(|verdict| {
            let path = verdict.split(':').nth(1).unwrap_or_default();
            let key = path.rsplit('/').find(|part| !part.is_empty() && !part.bytes().all(|byte| byte.is_ascii_digit()));
            key.is_some_and(|key| key_lines(&self.rule_yaml, key).contains(&line))
        })
    }
}

/// An expectation of one case, judged.
enum Verdict {
    Hit { line_judged: bool },
    Miss(String),
}

fn judge(case: &Case, expectation: &Expectation, entry: &Entry, clean: &[&Case]) -> Verdict {
    let conventions = ["sigmahq", "sigmahq-test", "yamllint"].contains(&expectation.layer.as_str())
        || expectation.error.starts_with("sigmahq_")
        || entry.checks.iter().filter_map(|check| checks::get(check)).all(|check| check.profile == Profile::SigmaHq);
    let profile = if conventions { Profile::SigmaHq } else { Profile::Default };
    let (file, found) = findings(case, profile);
    let fatal = ["parse", "parse-hidden", "condition", "crash", "abort"].contains(&expectation.layer.as_str());
    let mapped: Vec<&Diagnostic> =
        found.iter().filter(|diagnostic| entry.checks.iter().any(|check| check == diagnostic.check.id)).collect();
    let all = || {
        let line = |diagnostic: &Diagnostic| file.source.position(diagnostic.span.start as usize).line;
        let each = found.iter().map(|d| format!("{}:{}[{}]", line(d), d.severity.word(), d.check.id));
        each.collect::<Vec<_>>().join(" ")
    };
    let wanted = entry.checks.join("|");
    if mapped.is_empty() {
        return Verdict::Miss(format!("{} wants {wanted}, found: {}", expectation.error, all()));
    }
    if fatal && !entry.warning && mapped.iter().all(|diagnostic| diagnostic.severity < Severity::Error) {
        return Verdict::Miss(format!("{} wants an error, found: {}", expectation.error, all()));
    }
    let lines = entry.lines(case, expectation, clean);
    let on_line = |diagnostic: &&Diagnostic| lines.contains(&file.source.position(diagnostic.span.start as usize).line);
    if !lines.is_empty() && !mapped.iter().any(on_line) {
        return Verdict::Miss(format!("{} wants {wanted} on line {lines:?}, found: {}", expectation.error, all()));
    }
    Verdict::Hit { line_judged: !lines.is_empty() }
}

#[derive(Default)]
struct Tally {
    faulty: usize,
    hit: usize,
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn official_verdicts() {
    let text = std::fs::read_to_string(shared().join("conformance/cases.jsonl")).unwrap();
    let cases: Vec<Case> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let map: Map = read("map.toml");
    let disagreements: Disagreements = read("disagreements.toml");
    let reasons: BTreeMap<&str, &str> =
        disagreements.case.iter().map(|entry| (entry.id.as_str(), entry.reason.as_str())).collect();
    let clean: Vec<&Case> = cases.iter().filter(|case| case.expect.is_empty()).collect();
    // A check that no official error maps to goes beyond the official linter: it may speak on a clean case.
    let official: BTreeSet<&str> = map.map.iter().flat_map(|entry| &entry.checks).map(String::as_str).collect();

    let (mut expectations, mut lines_judged) = (Tally::default(), 0);
    let (mut strict, mut reasoned) = (Tally::default(), Tally::default());
    let mut per_check: BTreeMap<String, Tally> = BTreeMap::new();
    let mut without_check: BTreeMap<String, usize> = BTreeMap::new();
    let mut misses: Vec<(String, String)> = Vec::new();
    let mut fallen: Tally = Tally::default();
    for case in cases.iter().filter(|case| !case.expect.is_empty()) {
        let mut judged = 0;
        let mut missed = Vec::new();
        for expectation in &case.expect {
            let entry = map.map.iter().find(|entry| entry.fits(expectation));
            let ours = entry.filter(|entry| entry.checks.iter().any(|check| checks::get(check).is_some()));
            let Some(entry) = ours else {
                *without_check.entry(expectation.error.clone()).or_default() += 1;
                continue;
            };
            judged += 1;
            expectations.faulty += 1;
            let tally = per_check.entry(entry.checks[0].clone()).or_default();
            tally.faulty += 1;
            match judge(case, expectation, entry, &clean) {
                Verdict::Hit { line_judged } => {
                    tally.hit += 1;
                    expectations.hit += 1;
                    lines_judged += usize::from(line_judged);
                }
                Verdict::Miss(why) => missed.push(why),
            }
        }
        // Where the next version of the oracle says something else, that is right too.
        if !missed.is_empty()
            && let Some(next) = &case.pysigma_2_0_1
        {
            let agrees = |expectation: &Expectation| {
                let entry = map.map.iter().find(|entry| entry.fits(expectation));
                entry.is_some_and(|entry| matches!(judge(case, expectation, entry, &clean), Verdict::Hit { .. }))
            };
            if !next.is_empty() && next.iter().all(agrees) {
                missed.clear();
            }
        }
        // What the oracle falls over must be an ordinary finding here.
        if case.expect.iter().any(|expectation| ["crash", "abort"].contains(&expectation.layer.as_str())) {
            fallen.faulty += 1;
            let (_, found) = findings(case, Profile::SigmaHq);
            if found.iter().any(|diagnostic| diagnostic.severity >= Severity::Warning) {
                fallen.hit += 1;
            } else if missed.is_empty() {
                missed.push("the oracle falls over it, and there is no finding here".to_owned());
            }
        }
        if judged > 0 {
            strict.faulty += 1;
            strict.hit += usize::from(missed.is_empty());
            if !reasons.contains_key(case.id.as_str()) {
                reasoned.faulty += 1;
                reasoned.hit += usize::from(missed.is_empty());
            }
        }
        misses.extend(missed.into_iter().map(|why| (case.id.clone(), why)));
    }

    let mut clean_tally = Tally::default();
    // A finding that goes beyond the official linter may have its reason, too.
    let mut explained: BTreeSet<&str> = BTreeSet::new();
    let (mut beyond, mut by_others) = (BTreeMap::<&str, usize>::new(), 0);
    for case in &clean {
        let profile = if case.oracle == "sigmahq" { Profile::SigmaHq } else { Profile::Default };
        let (file, found) = findings(case, profile);
        let next: Vec<&Entry> = case
            .pysigma_2_0_1
            .iter()
            .flatten()
            .filter_map(|expectation| map.map.iter().find(|entry| entry.fits(expectation)))
            .collect();
        let mut noise = Vec::new();
        for diagnostic in &found {
            let id = diagnostic.check.id;
            if !official.contains(id) {
                *beyond.entry(id).or_default() += 1;
                explained.insert(case.id.as_str());
                continue;
            }
            let line = file.source.position(diagnostic.span.start as usize).line;
            let later = next.iter().any(|entry| entry.checks.iter().any(|check| check == id));
            let linted = case.yamllint_observed.iter().any(|verdict| {
                let rule = format!("yamllint:{}", verdict.split(':').next().unwrap_or_default());
                map.map.iter().any(|entry| entry.error == rule && entry.checks.iter().any(|check| check == id))
            });
            if later || linted || case.schema_refuses(line) {
                by_others += 1;
            } else {
                noise.push(format!("{line}:{}[{id}] {}", diagnostic.severity.word(), diagnostic.message));
            }
        }
        clean_tally.faulty += 1;
        clean_tally.hit += usize::from(noise.is_empty());
        if !noise.is_empty() {
            misses.push((case.id.clone(), format!("is clean, found: {}", noise.join(", "))));
        }
    }

    let rate = |tally: &Tally| 100.0 * tally.hit as f64 / (tally.faulty.max(1)) as f64;
    let mut report = String::new();
    let _ = writeln!(report, "{:32} {:>6} {:>6}", "check", "cases", "hit");
    for (check, tally) in &per_check {
        let _ = writeln!(report, "{check:32} {:6} {:6}", tally.faulty, tally.hit);
    }
    let _ = writeln!(
        report,
        "expectations {} of {}, on the right line where it can be told ({lines_judged})",
        expectations.hit, expectations.faulty
    );
    for (name, tally) in [
        ("faulty cases", &strict),
        ("faulty cases without those in disagreements.toml", &reasoned),
        ("clean cases", &clean_tally),
        ("cases that stop the official linter, with a finding here", &fallen),
    ] {
        let _ = writeln!(report, "{name}: {} of {} ({:.1} %)", tally.hit, tally.faulty, rate(tally));
    }
    let _ = writeln!(report, "findings on clean cases that go beyond the official linter: {beyond:?}");
    let _ = writeln!(
        report,
        "findings on clean cases that the specification's schema, yamllint or pySigma 2.0.1 has too: {by_others}"
    );
    let _ = writeln!(report, "expectations without a check here: {without_check:?}");
    let mut unexplained = Vec::new();
    for (id, why) in &misses {
        match reasons.get(id.as_str()) {
            Some(reason) => {
                let _ = writeln!(report, "differs: {id}: {why}\n    {reason}");
            }
            None => unexplained.push(format!("{id}: {why}")),
        }
    }
    println!("{report}");
    let missed: BTreeSet<&str> = misses.iter().map(|(id, _)| id.as_str()).collect();
    let idle: Vec<&&str> = reasons.keys().filter(|id| !missed.contains(**id) && !explained.contains(**id)).collect();
    assert!(unexplained.is_empty(), "not in disagreements.toml:\n{}", unexplained.join("\n"));
    assert!(idle.is_empty(), "disagreements.toml names cases that agree: {idle:?}");
    assert!(rate(&strict) >= 97.0, "{:.1} % of the faulty cases", rate(&strict));
    assert_eq!(fallen.hit, fallen.faulty);
}
