//! Pages of the corpus for terminals: `advise`, `technique`, `rule`, `indicator`.

pub(crate) mod advise;
pub(crate) mod indicator;
pub(crate) mod rule;
mod table;
pub(crate) mod technique;

use std::io::{self, Write};

use clap::builder::styling::Style;
use serde::Serialize;
use sigwise_corpus::view::{RuleLink, printable};
use unicode_width::UnicodeWidthStr as _;

use crate::args::{LISTED, ListFormat};
use crate::error::{Error, Exit};
use crate::terminal::{Link, Look, to_stdout};
use table::{Column, Need, cut, table};

/// Prose wider than this is hard to read.
const PROSE: usize = 100;

/// Lines of pages begin with so many blanks.
const INDENT: usize = 2;

/// Writes headings, facts, lists and tables, no wider than the terminal.
pub(crate) struct Page<'a> {
    look: Look,
    out: &'a mut dyn Write,
    limit: usize,
    begun: bool,
}

impl<'a> Page<'a> {
    pub(crate) fn new(look: Look, out: &'a mut dyn Write) -> Self {
        Self { look, out, limit: LISTED, begun: false }
    }

    /// Lists have at most so many lines.
    pub(crate) fn limited(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// A heading, with an empty line before it.
    pub(crate) fn heading(&mut self, text: &str) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            writeln!(self.out)?;
        }
        let style = if self.look.color { Style::new().bold() } else { Style::new() };
        for line in self.wrapped(text, 0) {
            writeln!(self.out, "{style}{line}{style:#}")?;
        }
        Ok(())
    }

    /// An indented line, as wide as it is.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        self.begun = true;
        writeln!(self.out, "{:INDENT$}{}", "", printable(text).trim_end())
    }

    /// Indented text, in as many lines as it takes; those after the first are indented by so much more.
    pub(crate) fn text(&mut self, text: &str, hang: usize) -> io::Result<()> {
        for (number, line) in self.wrapped(text, INDENT + hang).into_iter().enumerate() {
            let more = if number == 0 { 0 } else { hang };
            self.line(&format!("{:more$}{line}", ""))?;
        }
        Ok(())
    }

    /// The lines of a text that leave so much room before them.
    fn wrapped(&self, text: &str, before: usize) -> Vec<String> {
        let width = self.look.width.map_or(PROSE, |width| width.min(PROSE));
        let text = printable(text);
        let options = textwrap::Options::new(width.saturating_sub(before).max(1));
        // A break within a path or option would be read as a part of it.
        let lines = textwrap::wrap(&text, options.word_splitter(textwrap::WordSplitter::NoHyphenation));
        lines.into_iter().map(std::borrow::Cow::into_owned).collect()
    }

    /// Names with what is known under each; what is empty is left out.
    pub(crate) fn facts(&mut self, facts: &[(&str, String)]) -> io::Result<()> {
        let width = facts.iter().map(|(name, _)| name.width()).max().unwrap_or_default();
        for (name, text) in facts.iter().filter(|(_, text)| !text.is_empty()) {
            let mut name = *name;
            for line in self.wrapped(text, INDENT + width + 2) {
                self.line(&format!("{name:<width$}  {line}"))?;
                name = "";
            }
        }
        Ok(())
    }

    /// The first lines of a list, and how many more there are.
    pub(crate) fn list<T>(&mut self, items: &[T], line: impl Fn(&T) -> String) -> io::Result<()> {
        for item in items.iter().take(self.limit) {
            let line = line(item);
            self.line(&self.fitting(&line))?;
        }
        self.more(items.len())
    }

    /// A table of the first items, `below` each of them what it says, and how many more there are.
    fn table<T>(
        &mut self,
        columns: &[Column],
        items: &[T],
        cells: impl Fn(&T) -> Vec<String>,
        below: impl Fn(&T) -> Vec<String>,
    ) -> io::Result<()> {
        let rows: Vec<_> = items.iter().take(self.limit).map(cells).collect();
        let width = self.look.width.map_or(usize::MAX, |width| width.saturating_sub(INDENT));
        let mut lines = table(columns, &rows, width).into_iter();
        let style = if self.look.color { Style::new().dimmed() } else { Style::new() };
        if let Some(names) = lines.next() {
            writeln!(self.out, "{:INDENT$}{style}{names}{style:#}", "")?;
        }
        for (line, item) in lines.zip(items) {
            self.line(&line)?;
            for line in below(item) {
                self.line(&self.fitting(&format!("       {line}")))?;
            }
        }
        self.more(items.len())
    }

    /// As much of a line as fits beside the indent.
    fn fitting(&self, text: &str) -> String {
        match self.look.width {
            Some(width) => cut(&printable(text), width.saturating_sub(INDENT)),
            None => text.to_owned(),
        }
    }

    /// How many more items than the listed ones there are.
    fn more(&mut self, all: usize) -> io::Result<()> {
        match all.saturating_sub(self.limit) {
            0 => Ok(()),
            more => self.text(&format!("… and {more} more (`--all` shows them)"), 0),
        }
    }

    /// Rules, each a link to where it can be read, with what their sources are called.
    fn rules(&mut self, rules: impl ExactSizeIterator<Item = RuleLink>) -> io::Result<()> {
        let all = rules.len();
        let shown: Vec<_> = rules.take(self.limit).collect();
        let widest = shown.iter().map(|rule| rule.source.width()).max().unwrap_or_default().min(20);
        let source = |rule: &RuleLink| {
            let name = cut(&printable(&rule.source), widest);
            format!("{name}{:1$}  ", "", widest.saturating_sub(name.width()))
        };
        shown.iter().try_for_each(|rule| self.rule(&source(rule), rule))?;
        self.more(all)
    }

    /// A rule on a line, as a link to where it can be read.
    fn rule(&mut self, before: &str, rule: &RuleLink) -> io::Result<()> {
        let before = format!("{:INDENT$}{before}{:<LEVEL$}  ", "", rule.level.as_deref().unwrap_or("-"));
        let left = self.look.width.map_or(usize::MAX, |all| all.saturating_sub(before.width()).max(1));
        let text = cut(&printable(&rule.title), left);
        let url = rule.url.as_deref().filter(|url| self.look.links && !url.contains(char::is_control));
        self.begun = true;
        writeln!(self.out, "{before}{}", Link { text: &text, url })
    }
}

/// The longest name of a level: `informational`.
const LEVEL: usize = 13;

/// Prints a page as JSON, or lets `write` write it.
fn show(
    format: ListFormat,
    limit: usize,
    json: &impl Serialize,
    write: impl FnOnce(&mut Page<'_>) -> io::Result<()>,
) -> Result<Exit, Error> {
    print(|out| match format {
        ListFormat::Json => to_json(out, json),
        ListFormat::Text => write(&mut Page::new(Look::of_stdout(), out).limited(limit)),
    })
}

fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Exit, Error> {
    to_stdout(write).map_err(Error::Output)?;
    Ok(Exit::Clean)
}

/// One JSON object on a line.
fn to_json(out: &mut dyn Write, json: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, json)?;
    writeln!(out)
}

/// `name: text`
pub(crate) fn labelled(name: &str, text: &str) -> String {
    format!("{name}: {text}")
}
