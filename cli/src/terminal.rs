//! What a terminal can show: colour, links, and text that must not steer it.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, IsTerminal as _, Write};

use anstream::{AutoStream, ColorChoice};

/// How to dress what is written somewhere.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Look {
    /// Use colour.
    pub(crate) color: bool,
    /// Make links that can be clicked (OSC 8).
    pub(crate) links: bool,
}

impl Look {
    /// The look of standard output.
    pub(crate) fn of_stdout() -> Self {
        let color = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { color, links: color && !dumb && io::stdout().is_terminal() }
    }

    /// The look of standard error.
    pub(crate) fn of_stderr() -> Self {
        Self { color: AutoStream::choice(&io::stderr()) != ColorChoice::Never, links: false }
    }

    /// The look of a file: plain, unless colour was asked for by name.
    pub(crate) fn of_file() -> Self {
        Self { color: ColorChoice::global() == ColorChoice::Always, links: false }
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

/// The text with control characters and direction overrides made visible, so that a file cannot steer the terminal.
/// Tabs stay.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let visible = |c: char| match c {
        '\u{7f}' => '\u{2421}',
        c if steers(c) && c.is_ascii() => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        c if steers(c) => '\u{fffd}',
        c => c,
    };
    Cow::Owned(text.chars().map(visible).collect())
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

fn steers(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A number with the noun that goes with it: `1 file`, `2 files`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
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
    use super::{printable, printable_source};

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(printable("plain\ttext"), "plain\ttext");
        assert_eq!(printable("a\u{1b}[31mb\nc\u{202e}d\u{7f}"), "a␛[31mb␊c\u{fffd}d␡");
        let text = "a\u{1b}b\u{9b}c\u{202e}d\r\ne";
        assert_eq!(printable_source(text), "a?b·c\u{fffd}d\r\ne");
        assert_eq!(printable_source(text).len(), text.len());
    }
}
