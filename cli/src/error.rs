//! What stops a command, and the exit codes: the only place that turns a failure into words on the terminal.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::styling::{AnsiColor, Style};
use sigwise_lint::config::ConfigError;

use crate::report::full;
use crate::terminal::printable;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing to complain about.
    Clean,
    /// Findings at or above `--fail-on`.
    Findings,
    /// Something could not be done; it was said on standard error.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::from(0),
            Exit::Findings => Self::from(1),
            Exit::Failed => Self::from(2),
        }
    }
}

/// What stops a command.
#[derive(Debug)]
pub(crate) enum Error {
    /// Something that was asked for does not exist or does not go together; says what to do instead.
    Usage(String),
    /// A configuration that cannot be used.
    Config {
        /// The file.
        path: PathBuf,
        /// Its text.
        text: String,
        /// What is wrong in it; at least one.
        errors: Vec<ConfigError>,
    },
    /// A file that cannot be read or written.
    File(FileError),
    /// Output that cannot be written.
    Output(io::Error),
}

/// A file that cannot be read or written. The run goes on without it.
#[derive(Debug)]
pub(crate) struct FileError {
    /// The file as the user knows it.
    pub(crate) path: String,
    /// Says what could not be done: `read`, `write`.
    pub(crate) verb: &'static str,
    /// Why.
    pub(crate) reason: String,
}

impl FileError {
    /// `path` could not be read.
    pub(crate) fn read(path: impl Into<String>, reason: impl ToString) -> Self {
        Self { path: path.into(), verb: "read", reason: reason.to_string() }
    }

    /// `path` could not be written.
    pub(crate) fn write(path: impl Into<String>, reason: impl ToString) -> Self {
        Self { path: path.into(), verb: "write", reason: reason.to_string() }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} `{}`: {}", self.verb, self.path, without_code(&self.reason))
    }
}

/// The text of an I/O error without Rust's `(os error 2)`, in lower case.
fn without_code(reason: &str) -> String {
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
            Self::Usage(message) => f.write_str(message),
            Self::Config { path, errors, .. } => {
                let first = errors.first().map_or("", |error| error.message.as_str());
                write!(f, "{}: {first}", path.display())
            }
            Self::File(error) => error.fmt(f),
            Self::Output(error) => write!(f, "cannot write the output: {}", without_code(&error.to_string())),
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
    pub(crate) fn reading(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |error| Self::File(FileError::read(path, error))
    }

    /// Says on standard error what went wrong: in a configuration file with the lines that are meant.
    pub(crate) fn show(&self) {
        match self {
            Self::Config { path, text, errors } => full::show_config_errors(&path.display().to_string(), text, errors),
            other => complain(other),
        }
    }
}

/// Says on standard error that something could not be done.
pub(crate) fn complain(message: &dyn fmt::Display) {
    say("error", AnsiColor::Red.on_default().bold(), message);
}

/// Says on standard error what the user should know although the run goes on.
pub(crate) fn warn(message: &dyn fmt::Display) {
    say("warning", AnsiColor::Yellow.on_default().bold(), message);
}

fn say(word: &str, style: Style, message: &dyn fmt::Display) {
    let message = message.to_string();
    let lines: Vec<_> = message.lines().map(printable).collect();
    // Nothing can be done about a closed standard error.
    let _ = writeln!(anstream::stderr(), "{style}{word}{style:#}: {}", lines.join("\n"));
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
