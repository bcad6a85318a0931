//! Finds and reads files that may hold rules.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use sigwise_sigma::Source;

/// The YAML files below a folder, in no particular order: without hidden ones and those that `.gitignore` and `.ignore` leave
/// out. Symbolic links are not followed.
pub fn walk(folder: &Path) -> impl Iterator<Item = Result<PathBuf, ignore::Error>> {
    WalkBuilder::new(folder).build().filter_map(|entry| match entry {
        Ok(entry) => {
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            (is_file && is_yaml(entry.path())).then(|| Ok(entry.into_path()))
        }
        Err(error) => Some(Err(error)),
    })
}

/// Whether a file may hold rules, by its name.
pub fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("yml") || extension.eq_ignore_ascii_case("yaml"))
}

/// Reads a file; of one larger than [`Source::MAX_BYTES`] only the head.
///
/// # Errors
/// It cannot be read.
pub fn read_file(path: &Path) -> io::Result<Source> {
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
