//! What stops a command, and the exit codes: the only place that turns a failure into words on the terminal.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::builder::styling::{AnsiColor, Style};
use sigwise_workspace::without_code;

use crate::report::full;
use crate::terminal::printable;

pub(crate) use sigwise_workspace::FileError;

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
    /// A configuration, a corpus or a file that cannot be used.
    Unusable(sigwise_workspace::Error),
    /// Output that cannot be written.
    Output(io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) => f.write_str(message),
            Self::Unusable(error) => error.fmt(f),
            Self::Output(error) => write!(f, "cannot write the output: {}", without_code(&error.to_string())),
        }
    }
}

impl std::error::Error for Error {}

impl From<sigwise_workspace::Error> for Error {
    fn from(error: sigwise_workspace::Error) -> Self {
        Self::Unusable(error)
    }
}

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        Self::Unusable(error.into())
    }
}

impl Error {
    /// Says on standard error what went wrong: in a configuration file with the lines that are meant.
    pub(crate) fn show(&self) {
        match self {
            Self::Unusable(sigwise_workspace::Error::Config { path, text, errors }) => {
                full::show_config_errors(&path.display().to_string(), text, errors);
            }
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
