//! `sigwise corpus build|info|diff|extract`

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sigwise_corpus::attack::Attack;
use sigwise_corpus::source::{self, Manifest, Source};
use sigwise_corpus::vendor::Vendor;
use sigwise_corpus::view::{self, BeforeAfter, CorpusDiff, Info, RowChange, RuleChange, RuleLink};
use sigwise_corpus::{Corpus, Snapshot};
use sigwise_workspace::knowledge::{open_snapshot, read_attack};
use sigwise_workspace::path::slashed;

use crate::args::{CorpusCommand, InfoFormat, ListFormat};
use crate::error::{Error, Exit, FileError, complain, warn};
use crate::output;
use crate::page::{Page, labelled};
use crate::progress::Progress;
use crate::terminal::{Look, counted, to_stderr, to_stdout};
use crate::workspace::embedded_corpus;

/// Does what the subcommand says.
pub(crate) fn run(command: &CorpusCommand) -> Result<Exit, Error> {
    match command {
        CorpusCommand::Build { sources, base, manifest, attack, output, verbose } => {
            build(sources, base, manifest.as_deref(), attack.as_deref(), output, *verbose)
        }
        CorpusCommand::Diff { from, to, format, limit, all } => {
            let limit = if *all { usize::MAX } else { *limit };
            diff(from, to, *format, limit)
        }
        CorpusCommand::Info { file, format } => info(file.as_deref(), *format),
        CorpusCommand::Extract { vendor, paths } => extract(*vendor, paths),
    }
}

fn build(
    sources: &[Source],
    base: &Path,
    manifest: Option<&Path>,
    attack: Option<&Path>,
    output: &Path,
    verbose: bool,
) -> Result<Exit, Error> {
    let manifest = read_manifest(manifest)?;
    let own_attack = attack.map(read_attack).transpose()?;
    let attack = own_attack.as_ref().unwrap_or_else(|| Attack::embedded());
    let base = if base.as_os_str() == "none" { None } else { Some(named_snapshot(base)?) };

    let progress = Progress::open();
    let built = source::build(sources, &manifest, base.as_ref(), attack, |done, of| progress.at(done, of));
    progress.finish();
    let builder = built.map_err(|error| FileError::read(slashed(&error.dir), error.error))?;
    if builder.is_empty() {
        let folders: Vec<String> = sources.iter().map(|source| format!("`{}`", slashed(&source.dir))).collect();
        return Err(Error::Usage(format!("no rule below {}; name the folders that hold rules", folders.join(", "))));
    }
    let bytes = builder.build().map_err(|error| FileError::write(slashed(output), error))?;
    output::replace(output, |out| out.write_all(&bytes))?;

    let info = Info::of(&Corpus::new(snapshot(output, bytes)?));
    if verbose {
        for unread in &info.unread {
            warn(&format!("{}: {}", unread.path, unread.reason));
        }
    } else if !info.unread.is_empty() {
        let places = counted(info.unread.len(), "place");
        warn(&format!("{places} could not be read; `--verbose` lists them, `sigwise corpus info` counts the reasons"));
    }
    let rules = counted(info.rules as usize, "rule");
    to_stderr(|out| writeln!(out, "{rules} from {}", counted(info.sources.len(), "source")));
    Ok(Exit::Clean)
}

fn read_manifest(path: Option<&Path>) -> Result<Manifest, Error> {
    let Some(path) = path else { return Ok(Manifest::default()) };
    let text = fs::read_to_string(path).map_err(sigwise_workspace::Error::reading(path))?;
    Manifest::parse(&text)
        .map_err(|reason| FileError { path: slashed(path), verb: "use", reason: reason.trim_end().to_owned() }.into())
}

/// The embedded snapshot by that word, else one by its file.
fn named_snapshot(name: &Path) -> Result<Snapshot, Error> {
    if name.as_os_str() == "embedded" {
        return Ok(embedded_corpus()?.base().clone());
    }
    Ok(open_snapshot(name)?)
}

fn snapshot(path: &Path, bytes: Vec<u8>) -> Result<Snapshot, Error> {
    Snapshot::from_bytes(bytes).map_err(|error| FileError::write(slashed(path), error).into())
}

fn info(file: Option<&Path>, format: InfoFormat) -> Result<Exit, Error> {
    let own = file.map(open_snapshot).transpose()?.map(Corpus::new);
    let corpus = match &own {
        Some(corpus) => corpus,
        None => embedded_corpus()?,
    };
    let info = Info::of(corpus);
    to_stdout(|out| match format {
        InfoFormat::Json => {
            serde_json::to_writer(&mut *out, &info)?;
            writeln!(out)
        }
        InfoFormat::Markdown => out.write_all(view::provenance(&info).as_bytes()),
        InfoFormat::Text => write_info(&info, &mut Page::new(Look::of_stdout(), out)),
    })
    .map_err(Error::Output)?;
    Ok(Exit::Clean)
}

fn write_info(info: &Info, page: &mut Page<'_>) -> io::Result<()> {
    for source in &info.sources {
        page.heading(&format!("{} ({})", source.label, source.vendor))?;
        let commit = format!("{}, {}", source.commit, source.date);
        let rules = format!("{} taken from {}", source.rules, counted(source.files as usize, "file"));
        let mut facts = vec![
            ("repository", source.repository.clone()),
            ("commit", commit),
            ("licence", source.licence.clone()),
            ("rules", rules),
        ];
        let mut fact = |name, count: u32| {
            if count > 0 {
                facts.push((name, count.to_string()));
            }
        };
        fact("not maintained", source.inactive);
        fact("nothing read of", source.without_predicates);
        if source.unknown_logsource > 0 {
            let (unknown, all) = (source.unknown_logsource, source.with_query);
            let share = f64::from(unknown) * 100.0 / f64::from(all.max(1));
            facts.push(("log source unknown", format!("{unknown} of {all} with a query ({share:.1} %)")));
        }
        page.facts(&facts)?;
    }
    page.heading("In all")?;
    let rows = &info.rows;
    page.facts(&[
        ("rules", format!("{} in {} families", info.rules, info.families)),
        (
            "looked for",
            format!("{} distinct, {} of them by several vendors", rows.indicators, rows.indicators_2_vendors),
        ),
        ("left out", format!("{} distinct, {} of them by several vendors", rows.exclusions, rows.exclusions_2_vendors)),
        ("ATT&CK", info.attack_version.clone()),
        ("format", format!("{}, {} bytes", info.format, info.bytes)),
    ])?;
    if !info.dumps.is_empty() {
        page.heading("Lists of values that are too long to count as a whole")?;
        info.dumps.iter().try_for_each(|dump| page.text(&dump.note(), 2))?;
    }
    if !info.without_predicates.is_empty() {
        page.heading("Rules with a query of which nothing could be read")?;
        for rule in &info.without_predicates {
            page.line(&labelled(&format!("{} ({})", rule.path, rule.vendor), &rule.reasons.join("; ")))?;
        }
    }
    if !info.unread_kinds.is_empty() {
        page.heading("Not read, by reason")?;
        page.list(&info.unread_kinds, |kind| format!("{:>5}  {:<8}  {}", kind.count, kind.vendor, kind.reason))?;
    }
    Ok(())
}

fn diff(from: &Path, to: &Path, format: ListFormat, limit: usize) -> Result<Exit, Error> {
    let (from, to) = (Corpus::new(named_snapshot(from)?), Corpus::new(named_snapshot(to)?));
    let diff = CorpusDiff::of(&from, &to);
    to_stdout(|out| match format {
        ListFormat::Json => {
            serde_json::to_writer(&mut *out, &diff)?;
            writeln!(out)
        }
        ListFormat::Text => write_diff(&diff, limit, &mut Page::new(Look::of_stdout(), out)),
    })
    .map_err(Error::Output)?;
    Ok(Exit::Clean)
}

fn write_diff(diff: &CorpusDiff, limit: usize, page: &mut Page<'_>) -> io::Result<()> {
    for (name, sources) in [("From", &diff.from), ("To", &diff.to)] {
        page.heading(name)?;
        for source in sources {
            let rules = counted(source.rules as usize, "rule");
            page.line(&format!("{} ({}): {rules}, {}, {}", source.label, source.vendor, source.date, source.commit))?;
        }
    }
    let (rules, rows) = (&diff.rules, &diff.rows);
    let named = |rule: &RuleLink| format!("{}  {}", rule.source, rule.title);
    let titles = |list: &[RuleLink]| list.iter().take(limit).map(named).collect::<Vec<_>>();
    let changed = |change: &RuleChange| format!("{}: {}", named(&change.rule), change.what.join(", "));
    let counts = |list: &[RowChange]| list.iter().take(limit).map(row_change).collect::<Vec<_>>();
    let lists = [
        ("Rules that came", rules.came.len(), titles(&rules.came)),
        ("Rules that went", rules.went.len(), titles(&rules.went)),
        ("Rules that changed", rules.changed.len(), rules.changed.iter().take(limit).map(changed).collect()),
        ("Rows that came", rows.came.len(), counts(&rows.came)),
        ("Rows that went", rows.went.len(), counts(&rows.went)),
        ("Rows that more or fewer rules have", rows.changed.len(), counts(&rows.changed)),
    ];
    for (name, all, lines) in lists.iter().filter(|(_, all, _)| *all > 0) {
        page.heading(&format!("{name}: {all}"))?;
        lines.iter().try_for_each(|line| page.line(line))?;
        if *all > lines.len() {
            page.line(&format!("… and {} more (`--all` prints them)", all - lines.len()))?;
        }
    }
    if diff.is_empty() {
        page.heading("Rules and rows are the same.")?;
    }
    Ok(())
}

/// `3 → 5  Image|endswith: '\whoami.exe'`
fn row_change(change: &RowChange) -> String {
    let arrow = |name: &str, n: BeforeAfter| (n.from != n.to).then(|| format!("{} → {}{name}", n.from, n.to));
    let parts = [arrow("", change.indicator), arrow(" left out", change.exclusion)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("{:<12}  {}", parts.join(", "), change.row)
}

fn extract(vendor: Vendor, paths: &[PathBuf]) -> Result<Exit, Error> {
    let (paths, missing): (Vec<_>, Vec<_>) = paths.iter().cloned().partition(|path| path.exists());
    for path in &missing {
        complain(&FileError::read(slashed(path), "no such file or folder"));
    }
    to_stdout(|out| {
        let mut result = Ok(());
        let line = |line: view::ExtractLine| {
            if result.is_ok() {
                result = serde_json::to_writer(&mut *out, &line).map_err(io::Error::from).and_then(|()| writeln!(out));
            }
        };
        source::extract(vendor, &paths, line, |path, reason| warn(&format!("{}: {reason}", slashed(path))));
        result
    })
    .map_err(Error::Output)?;
    Ok(if missing.is_empty() { Exit::Clean } else { Exit::Failed })
}
