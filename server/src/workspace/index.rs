//! Reads the rules of a folder for its project index, beside the session.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use sigwise_lint::config::Flags;
use sigwise_lint::project::FileEntries;
use sigwise_sigma::{parse, sniff};
use sigwise_workspace::files::{read_file, walk};
use sigwise_workspace::path::relative;

use super::configurations::Configurations;

/// A part of the index.
#[derive(Debug)]
pub(crate) struct Indexed {
    /// The folder.
    pub(crate) root: Arc<Path>,
    /// What files bring: of those without rules nothing.
    pub(crate) entries: Vec<(Arc<str>, FileEntries)>,
    /// How many files were looked at so far.
    pub(crate) done: usize,
    /// How many there are.
    pub(crate) of: usize,
}

/// How many files are read before the session is told.
const CHUNK: usize = 256;

/// Reads every file below a folder that the command line would read, part by part, as long as `tell` wants more.
pub(crate) fn build(root: &Arc<Path>, mut tell: impl FnMut(Indexed) -> bool) {
    let mut configurations = Configurations::new(&Flags::default()).0;
    let mut files: Vec<PathBuf> = walk(root).filter_map(Result::ok).collect();
    files.retain(|place| {
        let configuration = configurations.above(place);
        !configuration.config.excludes(&relative(place, &configuration.folder))
    });
    files.sort();
    let of = files.len();
    let mut done = 0;
    for chunk in files.chunks(CHUNK) {
        let entries = chunk.par_iter().filter_map(|place| {
            let path: Arc<str> = relative(place, root).into();
            Some((Arc::clone(&path), read_entries(place, &path)?))
        });
        let entries = entries.collect();
        done += chunk.len();
        if !tell(Indexed { root: Arc::clone(root), entries, done, of }) {
            return;
        }
    }
    if of == 0 {
        tell(Indexed { root: Arc::clone(root), entries: Vec::new(), done, of });
    }
}

/// What a file on disk brings; `None` where it has no rules or cannot be read.
pub(crate) fn read_entries(place: &Path, path: &Arc<str>) -> Option<FileEntries> {
    let source = read_file(place).ok()?;
    if source.oversize().is_none() && !sniff(source.text()) {
        return None;
    }
    let file = parse(source);
    file.is_sigma.then(|| FileEntries::of(path, &file))
}
