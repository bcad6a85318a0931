//! Pages of the corpus for terminals: `advise`, `technique`, `rule`, `indicator`.

pub(crate) mod advise;
pub(crate) mod indicator;
pub(crate) mod rule;
pub(crate) mod technique;

use std::io::{self, Write};

use clap::builder::styling::Style;
use serde::Serialize;
use sigwise_corpus::normal::sigma::SigmaItem;
use sigwise_corpus::view::{ByVendor, LogSourceView, RowView, RuleLink};

use crate::args::ListFormat;
use crate::error::{Error, Exit};
use crate::terminal::{Link, Look, printable, to_stdout};

/// How many lines a list has at most; the JSON format has all.
const LISTED: usize = 25;

/// Writes headings, facts and lists.
pub(crate) struct Page<'a> {
    look: Look,
    out: &'a mut dyn Write,
    begun: bool,
}

impl<'a> Page<'a> {
    pub(crate) fn new(look: Look, out: &'a mut dyn Write) -> Self {
        Self { look, out, begun: false }
    }

    /// A heading, with an empty line before it.
    pub(crate) fn heading(&mut self, text: &str) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            writeln!(self.out)?;
        }
        let style = if self.look.color { Style::new().bold() } else { Style::new() };
        writeln!(self.out, "{style}{}{style:#}", printable(text))
    }

    /// An indented line.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        self.begun = true;
        writeln!(self.out, "  {}", printable(text).trim_end())
    }

    /// Names with what is known under each; what is empty is left out.
    pub(crate) fn facts(&mut self, facts: &[(&str, String)]) -> io::Result<()> {
        let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        for (name, text) in facts.iter().filter(|(_, text)| !text.is_empty()) {
            self.line(&format!("{name:<width$}  {text}"))?;
        }
        Ok(())
    }

    /// The first lines of a list, and how many more there are.
    pub(crate) fn list<T>(&mut self, items: &[T], line: impl Fn(&T) -> String) -> io::Result<()> {
        for item in items.iter().take(LISTED) {
            self.line(&line(item))?;
        }
        self.more(items.len())
    }

    /// How many more items than the listed ones there are.
    fn more(&mut self, all: usize) -> io::Result<()> {
        match all.saturating_sub(LISTED) {
            0 => Ok(()),
            more => self.line(&format!("… and {more} more (`--format json` has them)")),
        }
    }

    /// Rules, each a link to where it can be read.
    fn rules(&mut self, rules: &[RuleLink]) -> io::Result<()> {
        let width = rules.iter().take(LISTED).map(|rule| source(rule).len()).max().unwrap_or_default();
        for rule in rules.iter().take(LISTED) {
            let title = printable(&rule.title);
            let url = rule.url.as_deref().filter(|url| self.look.links && !url.contains(char::is_control));
            let level = rule.level.as_deref().unwrap_or("-");
            let source = source(rule);
            self.begun = true;
            writeln!(self.out, "  {source:<width$}  {level:<13}  {}", Link { text: &title, url })?;
        }
        self.more(rules.len())
    }
}

fn source(rule: &RuleLink) -> String {
    printable(&rule.source).into_owned()
}

/// Prints a page as JSON, or lets `write` write it.
fn show(
    format: ListFormat,
    json: &impl Serialize,
    write: impl FnOnce(&mut Page<'_>) -> io::Result<()>,
) -> Result<Exit, Error> {
    to_stdout(|out| match format {
        ListFormat::Json => {
            serde_json::to_writer(&mut *out, json)?;
            writeln!(out)
        }
        ListFormat::Text => write(&mut Page::new(Look::of_stdout(), out)),
    })
    .map_err(Error::Output)?;
    Ok(Exit::Clean)
}

/// `name: text`
pub(crate) fn labelled(name: &str, text: &str) -> String {
    format!("{name}: {text}")
}

/// A row as a Sigma rule writes it, else in the normal form.
pub(crate) fn row(row: &RowView) -> String {
    match &row.sigma {
        Some(item) => sigma(item),
        None => format!("{} {} {}", row.field, row.op, row.value),
    }
}

/// `Image|endswith: '\whoami.exe'`
fn sigma(item: &SigmaItem) -> String {
    let value = match &item.value {
        Some(value) => format!("'{}'", value.replace('\'', "''")),
        None => "null".to_owned(),
    };
    if item.key.is_empty() { value } else { labelled(&item.key, &value) }
}

/// `windows / process_creation`
fn logsource(source: &LogSourceView) -> String {
    let parts = [&source.product, &source.category, &source.service];
    let parts: Vec<&str> = parts.into_iter().filter_map(|part| part.as_deref()).collect();
    if parts.is_empty() { "unknown".to_owned() } else { parts.join(" / ") }
}

/// `sigma 12, elastic 3`
fn vendors(counts: &ByVendor) -> String {
    counts.iter().map(|(vendor, count)| format!("{vendor} {count}")).collect::<Vec<_>>().join(", ")
}
