//! What a terminal can show: colour, links, and text that must not steer it.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, IsTerminal as _, Write};

use anstream::{AutoStream, ColorChoice};
use sigwise_corpus::view::steers;

pub(crate) use sigwise_corpus::view::{counted, printable};

/// How to dress what is written somewhere.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Look {
    /// Use colour.
    pub(crate) color: bool,
    /// Make links that can be clicked (OSC 8).
    pub(crate) links: bool,
    /// How many columns there are; `None` where lines can be as long as they are.
    pub(crate) width: Option<usize>,
}

impl Look {
    /// The look of standard output.
    pub(crate) fn of_stdout() -> Self {
        let color = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let terminal = io::stdout().is_terminal();
        let asked = || std::env::var("COLUMNS").ok()?.parse().ok().filter(|width| *width > 0);
        let found = || terminal_size::terminal_size().filter(|_| terminal).map(|(width, _)| usize::from(width.0));
        Self { color, links: color && !dumb && terminal, width: asked().or_else(found) }
    }

    /// The look of standard error.
    pub(crate) fn of_stderr() -> Self {
        Self { color: AutoStream::choice(&io::stderr()) != ColorChoice::Never, links: false, width: None }
    }

    /// The look of a file: plain, unless colour was asked for by name.
    pub(crate) fn of_file() -> Self {
        Self { color: ColorChoice::global() == ColorChoice::Always, links: false, width: None }
    }
}

/// Writes to standard output. A reader that went away (`| head`) is no error: it has what it wanted.
pub(crate) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, AutoStream::new(io::stdout().lock(), ColorChoice::Always));
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            // What is still in the buffer would be tried again when it is dropped.
            let _ = out.into_parts();
            Ok(())
        }
        result => result,
    }
}

/// Writes to standard error. Nothing can be done, or said, where that fails.
pub(crate) fn to_stderr(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let mut out = io::BufWriter::new(AutoStream::new(io::stderr().lock(), ColorChoice::Always));
    let _ = write(&mut out).and_then(|()| out.flush());
}

/// Like [`printable`], but byte for byte as long as the text, and line breaks stay.
pub(crate) fn printable_source(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c != '\n' && c != '\r' && steers(c);
    // Nearly every text is free of them, and its bytes tell so faster than its characters.
    let suspect = |b: u8| (b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')) || matches!(b, 0x7f | 0xc2 | 0xe2);
    if !text.bytes().any(suspect) || !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let visible = |c: char| match c.len_utf8() {
        _ if !steers(c) => c,
        1 => '?',
        2 => '·',
        _ => '\u{fffd}',
    };
    Cow::Owned(text.chars().map(visible).collect())
}

/// `text` as a link to `url` where links are wanted.
pub(crate) struct Link<'a> {
    /// What is read.
    pub(crate) text: &'a str,
    /// Where it leads.
    pub(crate) url: Option<&'a str>,
}

impl fmt::Display for Link<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.url {
            Some(url) => write!(f, "\u{1b}]8;;{url}\u{1b}\\{}\u{1b}]8;;\u{1b}\\", self.text),
            None => f.write_str(self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::printable_source;

    #[test]
    fn nothing_steers_the_terminal() {
        let text = "a\u{1b}b\u{9b}c\u{202e}d\r\ne";
        assert_eq!(printable_source(text), "a?b·c\u{fffd}d\r\ne");
        assert_eq!(printable_source(text).len(), text.len());
    }
}
