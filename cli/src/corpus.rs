//! `sigwise corpus build|info|extract`

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sigwise_corpus::attack::Attack;
use sigwise_corpus::source::{self, Manifest, Source};
use sigwise_corpus::vendor::Vendor;
use sigwise_corpus::view::{self, Info};
use sigwise_corpus::{Corpus, Snapshot};
use sigwise_workspace::knowledge::{open_snapshot, read_attack};
use sigwise_workspace::path::slashed;

use crate::args::{CorpusCommand, InfoFormat};
use crate::error::{Error, Exit, FileError, complain, warn};
use crate::output;
use crate::page::{Page, labelled};
use crate::progress::Progress;
use crate::terminal::{Look, counted, to_stderr, to_stdout};
use crate::workspace::embedded_corpus;

/// Does what the subcommand says.
pub(crate) fn run(command: &CorpusCommand) -> Result<Exit, Error> {
    match command {
        CorpusCommand::Build { sources, base, manifest, attack, output } => {
            build(sources, base, manifest.as_deref(), attack.as_deref(), output)
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
) -> Result<Exit, Error> {
    let manifest = read_manifest(manifest)?;
    let own_attack = attack.map(read_attack).transpose()?;
    let attack = own_attack.as_ref().unwrap_or_else(|| Attack::embedded());
    let own_base = match base.to_str() {
        Some("none" | "embedded") => None,
        _ => Some(open_snapshot(base)?),
    };
    let base = if base.as_os_str() == "embedded" { embedded_corpus()?.layers().next() } else { own_base.as_ref() };

    let progress = Progress::open();
    let built = source::build(sources, &manifest, base, attack, |done, of| progress.at(done, of));
    progress.finish();
    let builder = built.map_err(|error| FileError::read(slashed(&error.dir), error.error))?;
    if builder.is_empty() {
        let folders: Vec<String> = sources.iter().map(|source| format!("`{}`", slashed(&source.dir))).collect();
        return Err(Error::Usage(format!("no rule below {}; name the folders that hold rules", folders.join(", "))));
    }
    let bytes = builder.build().map_err(|error| FileError::write(slashed(output), error))?;
    output::replace(output, |out| out.write_all(&bytes))?;

    let info = Info::of(&Corpus::new(snapshot(output, bytes)?));
    for unread in &info.unread {
        warn(&format!("{}: {}", unread.path, unread.reason));
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
        fact("log source unknown", source.unknown_logsource);
        fact("nothing to look for", source.without_rows);
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
    if !info.unread.is_empty() {
        page.heading("Not read")?;
        for unread in &info.unread {
            page.line(&labelled(&unread.path, &unread.reason))?;
        }
    }
    Ok(())
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
