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
    /// Reads it; of a file larger than [`Source::MAX_BYTES`] only the head.
    pub(crate) fn read(&self) -> Result<Source, FileError> {
        match &self.origin {
            Origin::Disk => read_file(&self.place).map_err(|error| FileError::read(&self.shown, error)),
            Origin::Stdin(bytes) => Ok(Source::from_bytes(bytes.as_slice())),
        }
    }

    /// The bytes that came from standard input.
    pub(crate) fn stdin(&self) -> Option<&[u8]> {
        match &self.origin {
            Origin::Stdin(bytes) => Some(bytes),
            Origin::Disk => None,
        }
    }
}

fn read_file(path: &Path) -> io::Result<Source> {
    let mut file = std::fs::File::open(path)?;
    let size = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    if size > Source::MAX_BYTES {
        let mut head = Vec::new();
        (&mut file).take(1 << 16).read_to_end(&mut head)?;
        return Ok(Source::too_large(&head, size));
    }
    let mut bytes = Vec::with_capacity(size + 1);
    // A device or pipe has no size to go by.
    file.take(LIMIT).read_to_end(&mut bytes)?;
    Ok(Source::from_bytes(bytes))
}

/// What is read at most: enough to see that it is too large.
const LIMIT: u64 = Source::MAX_BYTES as u64 + 1;

/// Standard input. Too much of it is an error, since `--fix` has to print it again.
pub(crate) fn read_stdin() -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(LIMIT).read_to_end(&mut bytes).map_err(|error| FileError::read(STDIN, error))?;
    if bytes.len() > Source::MAX_BYTES {
        return Err(FileError::read(STDIN, "it has more than 16 MiB, which no rule has"));
    }
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

    use super::{absolute, relative, seen_from};

    #[test]
    fn paths_become_absolute_and_relative() {
        let base = Path::new("/home/rules");
        assert_eq!(absolute(base, Path::new("./a/../b.yml")), Path::new("/home/rules/b.yml"));
        assert_eq!(absolute(base, Path::new("/tmp/x")), Path::new("/tmp/x"));
        assert_eq!(absolute(base, Path::new("../..")), Path::new("/"));
        assert_eq!(relative(Path::new("/home/rules/a/b.yml"), base), "a/b.yml");
        assert_eq!(relative(Path::new("/tmp/x"), base), "/tmp/x");
        assert_eq!(seen_from(Path::new("/home/rules/a.yml"), base), "a.yml");
        assert_eq!(seen_from(Path::new("/home/other/a.yml"), base), "../other/a.yml");
        assert_eq!(seen_from(Path::new("/tmp/a.yml"), base), "/tmp/a.yml");
    }
}
