//! The files of the repository that are made from the code and the embedded corpus: `schemas/`, `docs/checks/`,
//! `docs/command-line.md` and `docs/technique-T1559.md`.
//!
//! `cargo test` compares them; `SIGWISE_BLESS=1 cargo test -p sigwise generated` writes them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use schemars::{JsonSchema, schema_for};
use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_corpus::view::technique::markdown::markdown;
use sigwise_corpus::view::{self, TechniquePage};
use sigwise_lint::config::ConfigFile;
use sigwise_lint::{checks, docs};

use crate::args::Cli;
use crate::explain::{self, ChecksJson};
use crate::lint::Baseline;
use crate::report::json::LintJson;

/// Every generated file: path from the root of the repository → content.
fn files() -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    files.insert("schemas/sigwise.toml.json".into(), schema::<ConfigFile>());
    files.insert("schemas/lint.json".into(), schema::<LintJson<'static>>());
    files.insert("schemas/baseline.json".into(), schema::<Baseline>());
    files.insert("schemas/advise.json".into(), schema::<view::AdvicePage>());
    files.insert("schemas/technique.json".into(), schema::<view::TechniquePage>());
    files.insert("schemas/techniques.json".into(), schema::<view::TechniqueList>());
    files.insert("schemas/rule.json".into(), schema::<view::RulePage>());
    files.insert("schemas/indicator.json".into(), schema::<view::IndicatorPage>());
    files.insert("schemas/corpus-info.json".into(), schema::<view::Info>());
    files.insert("schemas/corpus-diff.json".into(), schema::<view::CorpusDiff>());
    files.insert("schemas/corpus-extract.json".into(), schema::<view::ExtractLine>());
    files.insert("schemas/checks.json".into(), schema::<ChecksJson>());
    for check in checks::ALL {
        files.insert(format!("docs/checks/{}.md", check.id).into(), docs::page(check));
    }
    files.insert("docs/technique-T1559.md".into(), sample_page());
    files.insert("docs/checks/README.md".into(), check_list());
    files.insert("docs/command-line.md".into(), command_line());
    files
}

fn schema<T: JsonSchema>() -> String {
    let mut text = serde_json::to_string_pretty(&schema_for!(T)).unwrap();
    text.push('\n');
    text
}

/// `docs/checks/README.md`
fn check_list() -> String {
    let mut out = String::from("# Checks\n\n");
    for (group, checks) in explain::by_group() {
        let _ = write!(
            out,
            "## {}\n\n| check | severity | profile | what it reports |\n|---|---|---|---|\n",
            group.title()
        );
        for check in checks {
            let summary = explain::summary(check).replace('|', "\\|");
            let (id, severity, profile) = (check.id, check.severity, check.profile.word());
            let _ = writeln!(out, "| [{id}]({id}.md) | {severity} | {profile} | {summary} |");
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// `docs/technique-T1559.md`: what a technique's page looks like, so that a change of the corpus or of the page shows.
fn sample_page() -> String {
    let (corpus, attack) = (Corpus::embedded().unwrap(), Attack::embedded());
    let page = TechniquePage::of(corpus, attack, "T1559").unwrap();
    markdown(&page, usize::MAX)
}

/// `docs/command-line.md`
fn command_line() -> String {
    let mut out = String::from("# The command line\n");
    let mut command = Cli::command().term_width(100);
    command.build();
    let mut section = |command: &mut clap::Command, name: &str| {
        let help = command.render_long_help().to_string();
        let help: Vec<&str> = help.lines().map(str::trim_end).collect();
        let _ = write!(out, "\n## `{name}`\n\n```text\n{}\n```\n", help.join("\n").trim_end());
    };
    section(&mut command, "sigwise");
    walk(&mut command, "sigwise", &mut section);
    out
}

fn walk(command: &mut clap::Command, name: &str, section: &mut impl FnMut(&mut clap::Command, &str)) {
    for sub in command.get_subcommands_mut().filter(|sub| !sub.is_hide_set()) {
        let name = format!("{name} {}", sub.get_name());
        section(sub, &name);
        walk(sub, &name, section);
    }
}

#[test]
fn generated_files_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let expected = files();
    let mut stale: Vec<PathBuf> = Vec::new();
    for folder in ["schemas", "docs/checks"] {
        let entries = std::fs::read_dir(root.join(folder)).into_iter().flatten();
        let paths = entries.map(|entry| Path::new(folder).join(entry.unwrap().file_name()));
        stale.extend(paths.filter(|path| !expected.contains_key(path)));
    }
    if std::env::var_os("SIGWISE_BLESS").is_some() {
        for (path, content) in &expected {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), content).unwrap();
        }
        stale.iter().for_each(|path| std::fs::remove_file(root.join(path)).unwrap());
        return;
    }
    let differs = |(path, content): &(&PathBuf, &String)| {
        std::fs::read_to_string(root.join(path)).map_or(true, |found| found.replace("\r\n", "\n") != **content)
    };
    let different: Vec<&PathBuf> = expected.iter().filter(differs).map(|(path, _)| path).chain(&stale).collect();
    assert!(different.is_empty(), "run `SIGWISE_BLESS=1 cargo test -p sigwise generated`: {different:#?}");
}
