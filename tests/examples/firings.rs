//! Lints folders of rules as one project and prints every finding: `firings [--profile P] [--only CHECK]… PATH…`.
//!
//! `--fixes` tries every fix and says what is wrong with its result, `--diff` shows what it changes. `--only` may be given several times and
//! switches everything else off. `--no-corpus` leaves the embedded corpus out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_lint::check::Profile;
use sigwise_lint::config::{Config, Flags};
use sigwise_lint::project::FileEntries;
use sigwise_lint::{Context, Project, lint};
use sigwise_sigma::{File, Source, parse};
use sigwise_tests::fixes::{faults, fixed};
use sigwise_tests::setup::TODAY;

#[allow(clippy::print_stdout, reason = "printing is all this program does")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut flags, mut roots, mut only) = (Flags::default(), Vec::new(), Vec::new());
    let (mut try_fixes, mut diff) = (false, false);
    let mut corpus = Corpus::embedded().ok();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--profile" => {
                let word = arguments.next().unwrap_or_default();
                flags.profile = Profile::ALL.into_iter().find(|profile| profile.word() == word);
            }
            "--fixes" => try_fixes = true,
            "--diff" => diff = true,
            "--no-corpus" => corpus = None,
            "--only" => only.extend(arguments.next()),
            _ => roots.push(PathBuf::from(argument)),
        }
    }
    let config = if only.is_empty() {
        Config::from_flags(&flags)
    } else {
        flags.select = only;
        Config::from_toml("ignore = [\"all\"]", &flags)
    };
    let config = config.map_err(|errors| format!("{errors:?}"))?;
    let mut paths = Vec::new();
    for root in &roots {
        collect(root, &mut paths)?;
    }
    paths.sort();
    let mut files: Vec<(Arc<str>, File)> = Vec::new();
    for path in &paths {
        files.push((Arc::from(path.to_string_lossy().as_ref()), parse(Source::from_bytes(std::fs::read(path)?))));
    }
    let mut project = Project::default();
    for (path, file) in &files {
        project.add(FileEntries::of(path, file));
    }
    let start = Instant::now();
    let one = |path: &str, file: &File| {
        let settings = config.settings_for(path);
        let cx = Context {
            path,
            settings: &settings,
            project: &project,
            corpus,
            attack: Attack::embedded(),
            today: TODAY,
            named: false,
        };
        lint(file, &cx)
    };
    let found: Vec<_> = files.iter().map(|(path, file)| one(path, file)).collect();
    let elapsed = start.elapsed();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut loud = 0;
    for ((path, file), found) in files.iter().zip(&found) {
        loud += usize::from(found.iter().any(|diagnostic| diagnostic.severity >= sigwise_lint::Severity::Warning));
        for diagnostic in found {
            let (severity, check) = (diagnostic.severity.word(), diagnostic.check.id);
            *counts.entry((severity, check)).or_default() += 1;
            let start = file.source.position(diagnostic.span.start as usize);
            println!("{path}:{}:{} {severity}[{check}] {}", start.line, start.column, diagnostic.message);
            for fix in &diagnostic.fixes {
                println!("    {:?}: {}", fix.applicability, fix.title);
                if diff {
                    show(file.source.text(), &fixed(file.source.text(), fix).unwrap_or_default());
                }
            }
        }
        if try_fixes {
            for fault in faults(file, found, |file| one(path, file)) {
                println!("{path}: FAULT {fault}");
            }
        }
    }
    println!("---");
    for ((severity, check), count) in counts {
        println!("{count:6} {severity}[{check}]");
    }
    println!("{} files, {loud} with a warning or error, linted in {elapsed:.0?}", files.len());
    Ok(())
}

/// The lines that are not common to both.
#[allow(clippy::print_stdout, reason = "printing is all this program does")]
fn show(old: &str, new: &str) {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    old[head..old.len() - tail].iter().for_each(|line| println!("        -{line}"));
    new[head..new.len() - tail].iter().for_each(|line| println!("        +{line}"));
}

fn collect(path: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            collect(&entry?.path(), paths)?;
        }
    } else if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml") {
        paths.push(path.to_owned());
    }
    Ok(())
}
