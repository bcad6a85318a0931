//! Paths as sigwise writes them.

use std::path::{Component, Path, PathBuf};

/// The path with `/`, whatever the system writes.
pub fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// The absolute path without `.` and `..`; symbolic links stay as they are, since a rule belongs where it is named.
pub fn absolute(base: &Path, path: &Path) -> PathBuf {
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
pub fn relative(path: &Path, root: &Path) -> String {
    slashed(path.strip_prefix(root).unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{absolute, relative};

    #[test]
    fn paths_become_absolute_and_relative() {
        let base = Path::new("/home/rules");
        assert_eq!(absolute(base, Path::new("./a/../b.yml")), Path::new("/home/rules/b.yml"));
        assert_eq!(absolute(base, Path::new("/tmp/x")), Path::new("/tmp/x"));
        assert_eq!(absolute(base, Path::new("../..")), Path::new("/"));
        assert_eq!(relative(Path::new("/home/rules/a/b.yml"), base), "a/b.yml");
        assert_eq!(relative(Path::new("/tmp/x"), base), "/tmp/x");
    }
}
