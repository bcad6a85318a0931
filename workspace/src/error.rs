//! What cannot be read, in words that fit any surface.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use sigwise_lint::config::ConfigError;

/// What keeps a configuration, a corpus or tables from being used.
#[derive(Debug)]
pub enum Error {
    /// A configuration that cannot be used.
    Config {
        /// The file.
        path: PathBuf,
        /// Its text.
        text: String,
        /// What is wrong in it; at least one.
        errors: Vec<ConfigError>,
    },
    /// A file that cannot be read.
    File(FileError),
}

/// A file that cannot be read or written. The run goes on without it.
#[derive(Debug)]
pub struct FileError {
    /// The file as the user knows it.
    pub path: String,
    /// Says what could not be done: `read`, `write`.
    pub verb: &'static str,
    /// Why.
    pub reason: String,
}

impl FileError {
    /// `path` could not be read.
    pub fn read(path: impl Into<String>, reason: impl ToString) -> Self {
        Self { path: path.into(), verb: "read", reason: reason.to_string() }
    }

    /// `path` could not be written.
    pub fn write(path: impl Into<String>, reason: impl ToString) -> Self {
        Self { path: path.into(), verb: "write", reason: reason.to_string() }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} `{}`: {}", self.verb, self.path, without_code(&self.reason))
    }
}

/// The text of an I/O error without Rust's `(os error 2)`, in lower case.
pub fn without_code(reason: &str) -> String {
    let reason = reason.split(" (os error ").next().unwrap_or(reason);
    let mut chars = reason.chars();
    let Some(first) = chars.next() else { return String::new() };
    // An abbreviation such as `YAML` keeps its case.
    if chars.as_str().starts_with(char::is_uppercase) {
        reason.to_owned()
    } else {
        first.to_lowercase().chain(chars).collect()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config { path, errors, .. } => {
                let first = errors.first().map_or("", |error| error.message.as_str());
                write!(f, "{}: {first}", path.display())
            }
            Self::File(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl Error {
    /// A text file, or the reason why it cannot be read.
    pub fn reading(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |error| Self::File(FileError::read(path, error))
    }
}

#[cfg(test)]
mod tests {
    use super::FileError;

    #[test]
    fn reasons_read_like_the_rest_of_the_sentence() {
        let error = FileError::read("a.yml", std::io::Error::from_raw_os_error(13));
        assert_eq!(error.to_string(), "cannot read `a.yml`: permission denied");
        assert_eq!(FileError::write("a.yml", "YAML is no disk").to_string(), "cannot write `a.yml`: YAML is no disk");
    }
}
