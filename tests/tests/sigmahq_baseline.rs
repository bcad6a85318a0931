//! What the default profile says about SigmaHQ's own active rules, kept in `tests/baseline/sigmahq.md` so that every change
//! shows. Each warning and error there has a reason why it is true, written by hand in `tests/baseline/sigmahq.toml`.
//!
//! `SIGWISE_BLESS=1` writes the page anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_lint::project::FileEntries;
use sigwise_lint::{Context, Diagnostic, Project, Settings, Severity, lint};
use sigwise_sigma::{File, Source, parse};
use sigwise_tests::setup::{TODAY, shared};

/// The folders of active rules.
const FOLDERS: [&str; 5] =
    ["rules", "rules-compliance", "rules-emerging-threats", "rules-placeholder", "rules-threat-hunting"];

/// The share of files that may have a warning or an error.
const MAX_LOUD: f64 = 0.005;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reasons {
    #[serde(default)]
    finding: Vec<Reason>,
}

/// Why the findings of a check in a file are true.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    path: String,
    check: String,
    reason: String,
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn default_profile_on_sigmahq() {
    let root = shared().join("corpora/sigmahq");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("baseline");
    let reasons: Reasons = toml::from_str(&std::fs::read_to_string(folder.join("sigmahq.toml")).unwrap()).unwrap();
    let found = run(&root);
    let (page, loud) = page(&found, &reasons);
    assert_eq!(page, self::page(&run(&root), &reasons).0, "two runs differ");

    let file = folder.join("sigmahq.md");
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    if std::env::var_os("SIGWISE_BLESS").is_some() {
        std::fs::write(&file, &page).unwrap();
    } else if page != before {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
        let (old, new) = (lines(&before), lines(&page));
        for line in old.difference(&new) {
            println!("- {line}");
        }
        for line in new.difference(&old) {
            println!("+ {line}");
        }
        panic!("the findings changed: look at them, give new ones a reason, then run with SIGWISE_BLESS=1");
    }
    assert_eq!(found.len(), 3780);
    assert!(loud as f64 <= MAX_LOUD * found.len() as f64, "{loud} files have a warning or an error");
    let missing = page.lines().filter(|line| line.ends_with(NO_REASON)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "without a reason in sigmahq.toml:\n{}", missing.join("\n"));
    let idle = |reason: &&Reason| {
        let of = found.iter().filter(|(path, ..)| *path == reason.path);
        let says = |diagnostic: &Diagnostic| diagnostic.check.id == reason.check && is_loud(diagnostic);
        !of.flat_map(|(_, _, found)| found).any(says)
    };
    let idle: Vec<String> =
        reasons.finding.iter().filter(idle).map(|reason| format!("{} {}", reason.path, reason.check)).collect();
    assert!(idle.is_empty(), "sigmahq.toml explains findings that are not there: {idle:?}");
}

const NO_REASON: &str = "| – |";

fn is_loud(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity >= Severity::Warning
}

/// Path, file and findings of every active rule.
fn run(root: &Path) -> Vec<(String, File, Vec<Diagnostic>)> {
    let mut paths = Vec::new();
    for folder in FOLDERS {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        (name, parse(Source::from_bytes(std::fs::read(path).unwrap())))
    };
    let files: Vec<(String, File)> = paths.iter().map(read).collect();
    let mut project = Project::default();
    for (path, file) in &files {
        project.add(FileEntries::of(&Arc::from(path.as_str()), file));
    }
    let settings = Settings::default();
    let lint = |path: String, file: File| {
        let cx = Context {
            path: &path,
            settings: &settings,
            project: &project,
            corpus: Corpus::embedded().ok(),
            attack: Attack::embedded(),
            today: TODAY,
            named: false,
        };
        let found = lint(&file, &cx);
        (path, file, found)
    };
    files.into_iter().map(|(path, file)| lint(path, file)).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            paths.push(path);
        }
    }
}

/// The page, and how many files have a warning or an error.
fn page(found: &[(String, File, Vec<Diagnostic>)], reasons: &Reasons) -> (String, usize) {
    let loud = found.iter().filter(|(_, _, found)| found.iter().any(is_loud)).count();
    let mut out = String::from(
        "# The default profile on SigmaHQ's active rules\n\n\
         Written by `tests/tests/sigmahq_baseline.rs`; the reasons are in `sigmahq.toml`. Rules of 2026-08-05.\n\n",
    );
    let share = 100.0 * loud as f64 / found.len() as f64;
    let _ = writeln!(out, "{} files, {loud} with a warning or an error ({share:.2} %).\n", found.len());
    out.push_str(
        "## Warnings and errors\n\n| rule | line | check | message | why it is true |\n|---|---|---|---|---|\n",
    );
    let cell = |text: &str| text.replace('|', "\\|").replace(['\n', '\r'], " ");
    for (path, file, found) in found {
        for diagnostic in found.iter().filter(|diagnostic| is_loud(diagnostic)) {
            let id = diagnostic.check.id;
            let reason = reasons.finding.iter().find(|reason| reason.path == *path && reason.check == id);
            let line = file.source.position(diagnostic.span.start as usize).line;
            let severity = diagnostic.severity.word();
            let why = reason.map_or("–".to_owned(), |reason| cell(&reason.reason));
            let _ = writeln!(out, "| {path} | {line} | {severity} {id} | {} | {why} |", cell(&diagnostic.message));
        }
    }
    out.push_str("\n## Information and hints\n\n| check | info | hint | files |\n|---|---:|---:|---:|\n");
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (_, _, found) in found {
        let quiet = || found.iter().filter(|diagnostic| !is_loud(diagnostic));
        for diagnostic in quiet() {
            let column = usize::from(diagnostic.severity == Severity::Hint);
            counts.entry(diagnostic.check.id).or_default()[column] += 1;
        }
        for check in quiet().map(|diagnostic| diagnostic.check.id).collect::<BTreeSet<_>>() {
            counts.entry(check).or_default()[2] += 1;
        }
    }
    for (check, [info, hint, files]) in counts {
        let _ = writeln!(out, "| {check} | {info} | {hint} | {files} |");
    }
    (out, loud)
}
