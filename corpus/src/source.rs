//! The folders that rules come from, and what a manifest knows about them. The only part of the crate that reads files.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::attack::Attack;
use crate::build::{Builder, Provenance};
use crate::readers;
use crate::snapshot::Snapshot;
use crate::vendor::{UnknownVendor, Vendor};
use crate::view::ExtractLine;

/// Fewer files than this are not worth handing to another thread.
const FILES_AT_ONCE: usize = 4;

/// A folder of rules, as `VENDOR[:LABEL]=DIR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Whose language they are in.
    pub vendor: Vendor,
    /// What to call it; absent for the manifest's name, else the vendor's.
    pub label: Option<String>,
    /// The folder; its rules' paths are relative to it.
    pub dir: PathBuf,
}

/// A text that is no `VENDOR[:LABEL]=DIR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceError {
    /// There is no `=` with a folder after it.
    NoFolder(String),
    /// What stands before it names no vendor.
    Vendor(UnknownVendor),
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFolder(text) => write!(f, "`{text}` names no folder: write VENDOR=FOLDER or VENDOR:LABEL=FOLDER"),
            Self::Vendor(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SourceError {}

impl FromStr for Source {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        let (name, dir) = text
            .split_once('=')
            .filter(|(_, dir)| !dir.is_empty())
            .ok_or_else(|| SourceError::NoFolder(text.to_owned()))?;
        let (vendor, label) = match name.split_once(':') {
            Some((vendor, label)) => (vendor, Some(label.to_owned()).filter(|l| !l.is_empty())),
            None => (name, None),
        };
        let vendor = vendor.parse().map_err(SourceError::Vendor)?;
        Ok(Self { vendor, label, dir: dir.into() })
    }
}

/// What is known about sources: `corpus/sources.toml`.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// One entry per source.
    #[serde(default, rename = "source")]
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    vendor: String,
    label: String,
    folder: Option<String>,
    repository: Option<String>,
    commit: Option<String>,
    date: Option<String>,
    licence: Option<String>,
    url: Option<String>,
}

impl Manifest {
    /// The manifest of the embedded snapshot.
    pub const EMBEDDED: &'static str = include_str!("../sources.toml");

    /// Reads a manifest. The error says where and what.
    pub fn parse(text: &str) -> Result<Self, String> {
        let manifest: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for entry in &manifest.entries {
            entry.vendor.parse::<Vendor>().map_err(|error| error.to_string())?;
        }
        Ok(manifest)
    }

    /// The sources whose folders the manifest names, below the folder of corpora.
    pub fn sources(&self, corpora: &Path) -> Vec<Source> {
        let source = |entry: &Entry| {
            // A manifest with an unknown vendor was not accepted.
            let vendor = entry.vendor.parse().ok()?;
            Some(Source { vendor, label: Some(entry.label.clone()), dir: corpora.join(entry.folder.as_ref()?) })
        };
        self.entries.iter().filter_map(source).collect()
    }

    /// What is known about a source.
    pub fn provenance(&self, source: &Source) -> Provenance {
        let found = self.entries.iter().find(|entry| {
            entry.vendor == source.vendor.word() && source.label.as_ref().is_none_or(|label| *label == entry.label)
        });
        let label = source.label.as_deref().or(found.map(|entry| entry.label.as_str()));
        let mut provenance = Provenance::unknown(source.vendor, label.unwrap_or(source.vendor.word()));
        if let Some(entry) = found {
            let set = |to: &mut String, from: &Option<String>| {
                if let Some(from) = from {
                    to.clone_from(from);
                }
            };
            set(&mut provenance.repository, &entry.repository);
            set(&mut provenance.commit, &entry.commit);
            set(&mut provenance.date, &entry.date);
            set(&mut provenance.licence, &entry.licence);
            set(&mut provenance.url, &entry.url);
        }
        provenance
    }
}

/// A folder that cannot be read.
#[derive(Debug)]
pub struct FolderError {
    /// The folder.
    pub dir: PathBuf,
    /// Why.
    pub error: std::io::Error,
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read the folder {}: {}", self.dir.display(), self.error)
    }
}

impl std::error::Error for FolderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// Everything that `corpus build` does but writing the file: the rules of `base`, then those of the sources; see [`read`].
pub fn build<'a>(
    sources: &[Source],
    manifest: &Manifest,
    base: Option<&Snapshot>,
    attack: &'a Attack,
    progress: impl Fn(usize, usize) + Sync,
) -> Result<Builder<'a>, FolderError> {
    let mut builder = Builder::new(attack);
    if let Some(base) = base {
        builder.snapshot(base);
    }
    read(sources, manifest, &mut builder, progress)?;
    Ok(builder)
}

/// Everything that `corpus extract` does but printing: each rule of each path goes to `line`, with its path as it was named
/// or reached. Of a folder only the rules that are maintained, of a file all. What cannot be read goes to `unread` with the
/// reason, and stops nothing.
pub fn extract(
    vendor: Vendor,
    paths: &[PathBuf],
    mut line: impl FnMut(ExtractLine),
    mut unread: impl FnMut(&Path, &str),
) {
    let (mut folder, mut library) = (None, readers::Library::default());
    let mut file = |path: &Path, all: bool, unread: &mut dyn FnMut(&Path, &str)| {
        let nearest = library_folder(vendor, path.parent().unwrap_or(path));
        if nearest != folder {
            library = read_library(vendor, nearest.as_deref());
            folder = nearest;
        }
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => return unread(path, &error.to_string()),
        };
        let mut reading = readers::read(vendor, &path.to_string_lossy(), bytes, &library);
        if all {
            reading.rules.append(&mut reading.inactive);
            reading.rules.sort_by_key(|rule| rule.document);
        }
        reading.unread.iter().for_each(|reason| unread(path, reason));
        reading.rules.iter().for_each(|rule| line(ExtractLine::of(rule)));
    };
    for path in paths {
        if !path.is_dir() {
            file(path, true, &mut unread);
            continue;
        }
        let source = Source { vendor, label: None, dir: path.clone() };
        match files(&source, |below, error| unread(&path.join(below), &error.to_string())) {
            Ok(found) => found.iter().for_each(|below| file(&path.join(below), false, &mut unread)),
            Err(error) => unread(path, &error.to_string()),
        }
    }
}

/// Reads every rule below the folders into `builder`, on all cores, each folder as a source of its own. What cannot be read
/// is noted there; only a folder that is none is an error. `progress` is told after every file how many of how many are
/// done, by several threads at once.
pub fn read(
    sources: &[Source],
    manifest: &Manifest,
    builder: &mut Builder<'_>,
    progress: impl Fn(usize, usize) + Sync,
) -> Result<(), FolderError> {
    let found: Vec<_> = sources
        .iter()
        .map(|source| {
            let mut unread = Vec::new();
            let files = files(source, |path, error| unread.push((path.to_owned(), error.to_string())))
                .map_err(|error| FolderError { dir: source.dir.clone(), error })?;
            Ok((source, files, unread))
        })
        .collect::<Result<_, FolderError>>()?;
    let total = found.iter().map(|(_, files, _)| files.len()).sum();
    let done = AtomicUsize::new(0);
    for (source, files, unread) in found {
        builder.source(manifest.provenance(source));
        unread.into_iter().for_each(|(path, reason)| builder.unread(&path, reason));
        let library = read_library(source.vendor, library_folder(source.vendor, &source.dir).as_deref());
        let read = |path: &String| {
            let bytes = std::fs::read(source.dir.join(path));
            let reading = bytes.map(|bytes| readers::read(source.vendor, path, bytes, &library));
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
            reading
        };
        let readings: Vec<_> = files.par_iter().with_min_len(FILES_AT_ONCE).map(read).collect();
        for (path, reading) in files.iter().zip(readings) {
            match reading {
                Ok(reading) => builder.file(path, reading),
                Err(error) => builder.unread(path, error.to_string()),
            }
        }
    }
    Ok(())
}

/// The files below the source's folder that can hold its vendor's rules, relative to it and with `/`, sorted. Folders of
/// rules that nobody maintains are left out, links to folders are not followed.
pub fn files(source: &Source, mut unreadable: impl FnMut(&str, &std::io::Error)) -> std::io::Result<Vec<String>> {
    let mut out = Vec::new();
    let mut open = vec![(source.dir.clone(), String::new())];
    let mut first = true;
    while let Some((dir, prefix)) = open.pop() {
        let entries = match std::fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) if first => return Err(error),
            Err(error) => {
                unreadable(&prefix, &error);
                continue;
            }
        };
        first = false;
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    unreadable(&prefix, &error);
                    continue;
                }
            };
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if !readers::skips_folder(source.vendor, &name) {
                    open.push((entry.path(), path));
                }
            } else if readers::takes(source.vendor, &name) && is_file(&entry.path()) {
                out.push(path);
            }
        }
    }
    out.sort();
    Ok(out)
}

/// The folder of what rules in `dir` refer to: in `dir` or the nearest folder above it that has one.
fn library_folder(vendor: Vendor, dir: &Path) -> Option<PathBuf> {
    let name = readers::Library::folder(vendor)?;
    let dir = std::path::absolute(dir).ok()?;
    dir.ancestors().map(|dir| dir.join(name)).find(|folder| folder.is_dir())
}

/// What the files of a library's folder say. Of one that cannot be read nothing is known, as the rules that need it will say.
fn read_library(vendor: Vendor, folder: Option<&Path>) -> readers::Library {
    let mut library = readers::Library::default();
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).filter(|path| is_file(path)).collect();
    files.sort();
    for bytes in files.iter().filter_map(|path| std::fs::read(path).ok()) {
        library.add(vendor, bytes);
    }
    library
}

fn is_file(path: &Path) -> bool {
    // Follows a link to a file; pipes and devices are none.
    std::fs::metadata(path).is_ok_and(|meta| meta.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_written_as_vendor_label_folder() {
        let source: Source = "sigma:mine=rules/a=b".parse().unwrap();
        assert_eq!((source.vendor, source.label.as_deref()), (Vendor::Sigma, Some("mine")));
        assert_eq!(source.dir, PathBuf::from("rules/a=b"));
        assert_eq!("elastic=x".parse::<Source>().unwrap().label, None);
        assert!(matches!("sigma=".parse::<Source>(), Err(SourceError::NoFolder(_))));
        assert!(matches!("x=y".parse::<Source>(), Err(SourceError::Vendor(_))));
    }

    #[test]
    fn the_manifest_knows_its_sources() {
        let manifest = Manifest::parse(Manifest::EMBEDDED).unwrap();
        let known = manifest.provenance(&"sigma=x".parse().unwrap());
        assert_eq!((known.label.as_str(), known.date.as_str()), ("SigmaHQ", "2026-08-05"));
        let all = manifest.sources(Path::new("corpora"));
        assert_eq!(all.iter().map(|s| s.vendor).collect::<Vec<_>>(), Vendor::ALL);
        assert_eq!(all[0].dir, Path::new("corpora/sigmahq"));
        let own = manifest.provenance(&"sigma:mine=x".parse().unwrap());
        assert_eq!((own.label.as_str(), own.commit.as_str()), ("mine", "unknown"));
        assert!(Manifest::parse("[[source]]\nvendor = 'x'\nlabel = 'y'\n").is_err());
        assert!(Manifest::parse("[[source]]\nvendor = 'sigma'\nlabel = 'y'\nnope = 1\n").is_err());
    }
}
