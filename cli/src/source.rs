//! Where the files of a run come from: disk, standard input or an older tree. The one place that reads them.

mod git;
mod walk;

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sigwise_sigma::Source;
use sigwise_workspace::files::read_file;
use sigwise_workspace::path::{relative, slashed};

use crate::error::FileError;

pub(crate) use git::OlderTree;
pub(crate) use walk::{Found, collect};

/// The name under which standard input is reported.
pub(crate) const STDIN: &str = "<stdin>";

/// A file of a run, not read yet.
#[derive(Debug)]
pub(crate) struct Input {
    /// The path as the user named it, with `/`.
    pub(crate) shown: String,
    /// The path relative to the project root, with `/`.
    pub(crate) path: Arc<str>,
    /// Where it stands (standard input: where it would), absolute: its configuration is looked for above.
    pub(crate) place: PathBuf,
    /// The user named this very file.
    pub(crate) named: bool,
    /// Number of its configuration in the workspace.
    pub(crate) config: usize,
    /// Number of the folder argument that it was found under.
    pub(crate) folder: Option<usize>,
    /// Where its bytes come from.
    pub(crate) origin: Origin,
}

/// Where the bytes of a file come from.
#[derive(Debug)]
pub(crate) enum Origin {
    /// The disk, at [`Input::place`].
    Disk,
    /// Standard input, already read.
    Stdin(Vec<u8>),
    /// An older tree of the repository, already read.
    Blob(Vec<u8>),
}

impl Input {
    /// Reads it; of a file larger than [`Source::MAX_BYTES`] only the head.
    pub(crate) fn read(&self) -> Result<Source, FileError> {
        match &self.origin {
            Origin::Disk => read_file(&self.place).map_err(|error| FileError::read(&self.shown, error)),
            Origin::Blob(bytes) if bytes.len() > Source::MAX_BYTES => Ok(Source::too_large(bytes, bytes.len())),
            Origin::Stdin(bytes) | Origin::Blob(bytes) => Ok(Source::from_bytes(bytes.as_slice())),
        }
    }

    /// The bytes that came from standard input.
    pub(crate) fn stdin(&self) -> Option<&[u8]> {
        match &self.origin {
            Origin::Stdin(bytes) => Some(bytes),
            Origin::Disk | Origin::Blob(_) => None,
        }
    }
}

/// Standard input. Too much of it is an error, since `--fix` has to print it again.
pub(crate) fn read_stdin() -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(Source::MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| FileError::read(STDIN, error))?;
    if bytes.len() > Source::MAX_BYTES {
        return Err(FileError::read(STDIN, "it has more than 16 MiB, which no rule has"));
    }
    Ok(bytes)
}

/// `path` as someone in the folder `cwd` would write it, with `..` where it lies beside or above it.
pub(crate) fn seen_from(path: &Path, cwd: &Path) -> String {
    let Some(common) = cwd.ancestors().find(|ancestor| path.starts_with(ancestor) && ancestor.parent().is_some())
    else {
        return slashed(path);
    };
    let up = cwd.strip_prefix(common).map_or(0, |below| below.components().count());
    "../".repeat(up) + &relative(path, common)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::seen_from;

    #[test]
    fn paths_are_seen_from_where_the_user_is() {
        let base = Path::new("/home/rules");
        assert_eq!(seen_from(Path::new("/home/rules/a.yml"), base), "a.yml");
        assert_eq!(seen_from(Path::new("/home/other/a.yml"), base), "../other/a.yml");
        assert_eq!(seen_from(Path::new("/tmp/a.yml"), base), "/tmp/a.yml");
    }
}
