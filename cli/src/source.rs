//! Where the files of a run come from: disk or standard input. The one place that reads them.

mod walk;

use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use sigwise_sigma::Source;

use crate::error::FileError;

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
}

impl Input {
    /// Reads it. A file larger than [`Source::MAX_BYTES`] is refused by its size alone.
    pub(crate) fn read(&mut self) -> Result<Source, FileError> {
        let bytes = match &mut self.origin {
            Origin::Disk => read_file(&self.place).map_err(|error| FileError::read(&self.shown, error))?,
            Origin::Stdin(bytes) => std::mem::take(bytes),
        };
        if bytes.len() > Source::MAX_BYTES {
            return Err(FileError::read(&self.shown, TOO_LARGE));
        }
        Ok(Source::from_bytes(bytes))
    }

    /// Whether it comes from standard input.
    pub(crate) fn is_stdin(&self) -> bool {
        matches!(self.origin, Origin::Stdin(_))
    }
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let file = std::fs::File::open(path)?;
    let size = file.metadata()?.len();
    if size > Source::MAX_BYTES as u64 {
        return Err(io::Error::other(TOO_LARGE));
    }
    let mut bytes = Vec::with_capacity(size as usize + 1);
    // A device or pipe has no size to go by.
    file.take(LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

const TOO_LARGE: &str = "it has more than 16 MiB, which no rule has";
const _: () = assert!(Source::MAX_BYTES == 16 << 20);

/// What is read of a file at most: enough to see that it is too large.
const LIMIT: u64 = Source::MAX_BYTES as u64 + 1;

/// Standard input, up to just above the largest size that is read.
pub(crate) fn read_stdin() -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(LIMIT).read_to_end(&mut bytes).map_err(|error| FileError::read(STDIN, error))?;
    Ok(bytes)
}

/// The path with `/`, whatever the system writes.
pub(crate) fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// The absolute path without `.` and `..`; symbolic links stay as they are, since a rule belongs where it is named.
pub(crate) fn absolute(base: &Path, path: &Path) -> PathBuf {
    let mut out = base.to_owned();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// `path` relative to `root`, with `/`; as it is where it lies elsewhere.
pub(crate) fn relative(path: &Path, root: &Path) -> String {
    slashed(path.strip_prefix(root).unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{absolute, relative};

    #[test]
    fn paths_become_absolute_and_relative() {
        let base = Path::new("/work/rules");
        assert_eq!(absolute(base, Path::new("./a/../b.yml")), Path::new("/work/rules/b.yml"));
        assert_eq!(absolute(base, Path::new("/tmp/x")), Path::new("/tmp/x"));
        assert_eq!(absolute(base, Path::new("../..")), Path::new("/"));
        assert_eq!(relative(Path::new("/work/rules/a/b.yml"), base), "a/b.yml");
        assert_eq!(relative(Path::new("/tmp/x"), base), "/tmp/x");
    }
}
