//! Finds the files that the arguments of a run mean.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sigwise_workspace::files;
use sigwise_workspace::path::{absolute, relative, slashed};

use super::{Input, Origin, STDIN, read_stdin};
use crate::error::{Error, FileError};
use crate::workspace::Workspace;

/// What the arguments mean.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The files, in the order of their paths, each once.
    pub(crate) inputs: Vec<Input>,
    /// The folders among the arguments, as named.
    pub(crate) folders: Vec<String>,
    /// What could not be looked at.
    pub(crate) errors: Vec<FileError>,
}

impl Found {
    /// Leaves out what the configuration excludes, also where it was named.
    pub(crate) fn exclude_named(&mut self, workspace: &Workspace) {
        self.inputs.retain(|input| input.stdin().is_some() || !workspace.excludes(input.config, &input.place));
    }
}

/// Collects the files below `paths`; folders are walked, files are taken as they are.
///
/// # Errors
/// A configuration that cannot be read.
pub(crate) fn collect(paths: &[PathBuf], workspace: &mut Workspace) -> Result<Found, Error> {
    let mut found = Found::default();
    let mut stdin = false;
    for path in paths {
        if path.as_os_str() == "-" {
            if std::mem::replace(&mut stdin, true) {
                continue;
            }
            match read_stdin() {
                Ok(bytes) => {
                    let place = workspace.cwd().join(STDIN);
                    let config = workspace.config_above(&place)?;
                    found.inputs.push(Input {
                        shown: STDIN.to_owned(),
                        path: Arc::from(STDIN),
                        place,
                        named: true,
                        config,
                        folder: None,
                        origin: Origin::Stdin(bytes),
                    });
                }
                Err(error) => found.errors.push(error),
            }
            continue;
        }
        match std::fs::metadata(path) {
            Err(error) => found.errors.push(FileError::read(slashed(path), error)),
            Ok(metadata) if metadata.is_dir() => {
                let folder = found.folders.len();
                found.folders.push(slashed(path));
                walk(path, Some(folder), workspace, &mut found)?;
            }
            Ok(_) => {
                let place = absolute(workspace.cwd(), path);
                let config = workspace.config_above(&place)?;
                found.inputs.push(Input {
                    shown: shown(path),
                    path: Arc::from(relative(&place, workspace.root())),
                    place,
                    named: true,
                    config,
                    folder: None,
                    origin: Origin::Disk,
                });
            }
        }
    }
    // A file that was both named and found below a folder counts as named.
    found.inputs.sort_by(|a, b| (&a.path, !a.named).cmp(&(&b.path, !b.named)));
    found.inputs.dedup_by(|later, first| {
        let same = later.place == first.place;
        if same {
            first.folder = first.folder.or(later.folder);
        }
        same
    });
    Ok(found)
}

fn walk(folder: &Path, argument: Option<usize>, workspace: &mut Workspace, found: &mut Found) -> Result<(), Error> {
    let base = absolute(workspace.cwd(), folder);
    for path in files::walk(folder) {
        let path = match path {
            Ok(path) => path,
            Err(error) => {
                found.errors.push(walk_error(folder, &error));
                continue;
            }
        };
        let place = base.join(path.strip_prefix(folder).unwrap_or(&path));
        let config = workspace.config_above(&place)?;
        if workspace.excludes(config, &place) {
            continue;
        }
        found.inputs.push(Input {
            shown: shown(&path),
            path: Arc::from(relative(&place, workspace.root())),
            place,
            named: false,
            config,
            folder: argument,
            origin: Origin::Disk,
        });
    }
    Ok(())
}

/// The path as the user would write it: without the `./` of a walk through the current folder.
fn shown(path: &Path) -> String {
    slashed(path.strip_prefix(".").unwrap_or(path))
}

fn walk_error(folder: &Path, error: &ignore::Error) -> FileError {
    let path = path_of(error).map_or_else(|| slashed(folder), shown);
    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    FileError::read(path, reason)
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}
