//! Where a rule looks, and at which events: its index patterns, its categories and what it asks for, looked up in a table.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::logsource::{self, Event, LogSource, LogSourceRef};
use crate::readers::logic::Logic;
use crate::readers::query::{Comparison, Test};
use crate::rule::{Role, Scope};

/// The table; its head says what its columns mean.
const TABLE: &str = include_str!("../../../data/logsources/elastic.tsv");

/// The field with the ids of Windows events.
const CODE: &str = "event.code";

/// The field with the operating system.
const OS: &str = "host.os.type";

/// What a rule says outside of its query.
#[derive(Clone, Debug, Default)]
pub(super) struct Surroundings<'a> {
    /// Index patterns.
    pub(super) indices: Vec<&'a str>,
    /// Its tags.
    pub(super) tags: Vec<&'a str>,
}

/// What one part of a query asks for.
#[derive(Debug, Default)]
struct Asked {
    /// The category of the part itself, then those that are asked for in `event.category`.
    categories: Vec<String>,
    /// Values as written by field in lower case. What is no plain value is an empty one.
    values: FxHashMap<String, Vec<String>>,
}

impl Asked {
    fn of(category: Option<&String>, logic: &Logic<Comparison>) -> Self {
        let mut asked = Self::default();
        logic.each(|comparison, place| {
            // One branch's system says nothing of the others.
            let branch = place.scope == Scope::Branch && comparison.field.eq_ignore_ascii_case(OS);
            if place.role == Role::Indicator && place.scope != Scope::Guard && !comparison.derived && !branch {
                let value = match comparison.test {
                    Test::Pattern(_) => comparison.raw.clone(),
                    _ => String::new(),
                };
                asked.values.entry(comparison.field.to_lowercase()).or_default().push(value);
            }
        });
        asked.categories = match category.filter(|category| !category.is_empty() && *category != "any") {
            Some(category) => vec![category.clone()],
            None => asked.values("event.category").map(str::to_lowercase).collect(),
        };
        asked
    }

    /// The plain values of a field, as written.
    fn values(&self, field: &str) -> impl Iterator<Item = &str> {
        self.values.get(field).into_iter().flatten().map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The kinds of data that it reads: those it asks for, else those of the rule's index patterns.
    fn data(&self, surroundings: &Surroundings<'_>) -> Vec<String> {
        let asked = |fields: &[&str]| -> Vec<String> {
            let values = fields.iter().flat_map(|field| self.values(field));
            values.map(|set| set.trim_end_matches(['*', '.']).to_lowercase()).collect()
        };
        let mut data = asked(&["data_stream.dataset", "event.dataset"]);
        if data.is_empty() {
            data = asked(&["event.module"]);
        }
        if data.is_empty() {
            data = surroundings.indices.iter().map(|pattern| data_of(pattern)).collect();
            data.retain(|set| !set.is_empty());
        }
        if data.is_empty() {
            data.push(String::new());
        }
        data
    }

    /// What the kinds of data say together.
    fn source(&self, data: &[String], category: Option<&str>, os: Option<&str>) -> LogSource {
        let wheres = &Table::embedded().wheres;
        let lines = data.iter().filter_map(|data| wheres.iter().find(|line| line.fits(data, category, os, self)));
        lines.fold(None, |source, line| Some(merged(source, line.source(os)))).unwrap_or_default()
    }

    /// Adds the events of a log source.
    fn events(&self, data: &[String], source: &LogSource, out: &mut Vec<Event>) {
        let lines = &Table::embedded().events;
        for line in data.iter().filter_map(|data| lines.iter().find(|line| line.fit(data, source))) {
            out.extend(line.of(source, self));
        }
    }

    /// Ids of events of a log of Windows, and those that Elastic has words for.
    fn codes<'a>(&'a self, log: Option<&'a str>) -> impl Iterator<Item = &'a str> {
        let worded = self.values("event.action").flat_map(move |action| {
            let words = Table::embedded().codes.iter();
            let fits = move |code: &&Code| Some(code.log) == log && action.eq_ignore_ascii_case(code.word);
            words.filter(fits).map(|code| code.id)
        });
        self.values(CODE).chain(worded)
    }
}

/// `aws.cloudtrail` of `logs-aws.cloudtrail-*`, `winlogbeat` of `winlogbeat-*`; nothing of `logs-*`.
fn data_of(pattern: &str) -> String {
    let pattern = pattern.trim().trim_matches('"').to_lowercase();
    // Of another cluster.
    let pattern = pattern.rsplit_once(':').map_or(pattern.as_str(), |(_, pattern)| pattern);
    let pattern = pattern.trim_end_matches(['*', '-', '.']);
    let kinds = ["logs", "metrics", "traces", "filebeat"];
    if kinds.contains(&pattern) {
        return String::new();
    }
    let data = ["logs-", "metrics-", "traces-"].iter().find_map(|kind| pattern.strip_prefix(kind));
    data.unwrap_or(pattern).to_owned()
}

/// A line of the table that leads to a log source.
struct Where {
    data: Vec<&'static str>,
    categories: Vec<&'static str>,
    when: Vec<(&'static str, Vec<&'static str>)>,
    os: &'static str,
    source: LogSourceRef<'static>,
}

/// A line of the table that leads to events.
struct Events {
    data: Vec<&'static str>,
    kinds: Vec<&'static str>,
    provider: &'static str,
    events: Vec<&'static str>,
}

struct Table {
    wheres: Vec<Where>,
    events: Vec<Events>,
    codes: Vec<Code>,
}

/// A word for an event of a log of Windows.
struct Code {
    word: &'static str,
    log: &'static str,
    id: &'static str,
}

impl Table {
    fn embedded() -> &'static Self {
        static TABLE_READ: OnceLock<Table> = OnceLock::new();
        TABLE_READ.get_or_init(|| Self::parse(TABLE))
    }

    fn parse(table: &'static str) -> Self {
        let mut out = Self { wheres: Vec::new(), events: Vec::new(), codes: Vec::new() };
        for line in table.lines() {
            let mut columns = line.split('\t');
            let kind = columns.next();
            let mut next = || columns.next().unwrap_or_default();
            let list = |text: &'static str, by: char| text.split(by).filter(|item| !item.is_empty()).collect();
            let data = |text: &'static str| text.split_ascii_whitespace().collect();
            match kind {
                Some("where") => {
                    let data = data(next());
                    let categories = list(next(), '|');
                    let when = next().split_terminator('&').map(|condition| match condition.split_once('=') {
                        Some((field, values)) => (field.trim(), list(values.trim(), '|')),
                        None => (condition.trim(), Vec::new()),
                    });
                    let when = when.collect();
                    let os = next();
                    let mut part = || Some(next()).filter(|part| !part.is_empty());
                    let source = LogSourceRef { product: part(), category: part(), service: part() };
                    out.wheres.push(Where { data, categories, when, os, source });
                }
                Some("event") => out.events.push(Events {
                    data: data(next()),
                    kinds: list(next(), '|'),
                    provider: next(),
                    events: next().split(", ").filter(|event| !event.is_empty()).collect(),
                }),
                Some("code") => {
                    let (word, log) = (next(), next());
                    out.codes.extend(next().split_ascii_whitespace().map(|id| Code { word, log, id }));
                }
                _ => {}
            }
        }
        out
    }
}

/// Whether a kind of data is one of those that a line is for: `aws.*` is for `aws.cloudtrail` and for `aws` itself, and the
/// pattern `aws` reads `aws.cloudtrail` among others.
fn is_for(patterns: &[&str], data: &str) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => data.starts_with(start) || start.strip_suffix('.') == Some(data),
        None => *pattern == data,
    })
}

/// Whether a value is `pattern`, or begins with it if it ends with a star.
fn is_like(pattern: &str, value: &str) -> bool {
    let start = pattern.strip_suffix('*').unwrap_or(pattern);
    let begins = value.get(..start.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(start));
    begins && (value.len() == start.len() || start.len() < pattern.len())
}

impl Where {
    fn fits(&self, data: &str, category: Option<&str>, os: Option<&str>, asked: &Asked) -> bool {
        is_for(&self.data, data)
            && (self.categories.is_empty() || category.is_some_and(|category| self.categories.contains(&category)))
            && (self.os.is_empty() || os == Some(self.os))
            && self.when.iter().all(|(field, patterns)| match field.strip_suffix('*') {
                Some(start) => asked.values.keys().any(|field| field.starts_with(start)),
                None => asked.values.get(*field).is_some_and(|values| {
                    patterns.is_empty()
                        || values.iter().all(|value| patterns.iter().any(|pattern| is_like(pattern, value)))
                }),
            })
    }

    fn source(&self, os: Option<&str>) -> LogSource {
        let product = match self.source.product {
            Some("*") => os,
            product => product,
        };
        LogSource::new(product, self.source.category, self.source.service)
    }
}

impl Events {
    fn fit(&self, data: &str, source: &LogSource) -> bool {
        let kind = |kind: &Option<Box<str>>| kind.as_ref().is_some_and(|kind| self.kinds.contains(&&**kind));
        is_for(&self.data, data) && (self.kinds.is_empty() || kind(&source.category) || kind(&source.service))
    }

    fn of(&self, source: &LogSource, asked: &Asked) -> Vec<Event> {
        let event = |id: &str| Event { provider: self.provider.into(), id: id.into() };
        let mut events = Vec::new();
        for name in &self.events {
            if *name == "*" {
                let known = logsource::events(source.as_ref(), asked.codes(source.service.as_deref()));
                events.extend(known.into_iter().filter(|e| self.provider.is_empty() || *e.provider == *self.provider));
            } else if let Some((start, field)) = name.split_once('{') {
                let values = asked.values(field.trim_end_matches('}')).filter(|value| !value.contains(['*', '?']));
                events.extend(values.map(|value| event(&format!("{start}{value}"))));
            } else {
                events.push(event(name));
            }
        }
        if events.is_empty() && !self.events.contains(&"*") {
            let start = self.events.first().and_then(|name| name.split('{').next()).unwrap_or_default();
            events.push(event(start.trim_end()));
        }
        events
    }
}

/// Where a rule looks.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The log source of each part of its query.
    pub(super) parts: Vec<LogSource>,
    /// The log source of all of them.
    pub(super) whole: LogSource,
    /// The events of all of them.
    pub(super) events: Vec<Event>,
}

/// Log source and events of a rule, from the parts of its query with their categories.
pub(super) fn find<'a>(
    parts: impl IntoIterator<Item = (Option<&'a String>, &'a Logic<Comparison>)>,
    surroundings: &Surroundings<'_>,
) -> Found {
    let tagged = only(surroundings.tags.iter().filter_map(|tag| tag.strip_prefix("OS: ")).map(str::to_lowercase));
    let mut found = Found::default();
    let mut whole: Option<LogSource> = None;
    for (category, logic) in parts {
        let mut asked = Asked::of(category, logic);
        let os = only(asked.values(OS).map(str::to_lowercase)).or_else(|| tagged.clone());
        let data = asked.data(surroundings);
        let mut here: Option<LogSource> = None;
        // What a list asks for is looked up one by one: each may lead elsewhere.
        for code in or_none(asked.values.remove(CODE).unwrap_or_default()) {
            asked.values.extend(code.map(|code| (CODE.to_owned(), vec![code])));
            for category in or_none(asked.categories.clone()) {
                let source = asked.source(&data, category.as_deref(), os.as_deref());
                asked.events(&data, &source, &mut found.events);
                here = Some(merged(here, source));
            }
        }
        let here = here.unwrap_or_default();
        whole = Some(match whole {
            Some(whole) => common(whole, here.clone()),
            None => here.clone(),
        });
        found.parts.push(here);
    }
    found.whole = whole.unwrap_or_default();
    let mut seen = FxHashSet::default();
    found.events.retain(|event| seen.insert(event.clone()));
    found
}

/// Each of them, or `None` once.
fn or_none(values: Vec<String>) -> Vec<Option<String>> {
    if values.is_empty() { vec![None] } else { values.into_iter().map(Some).collect() }
}

/// Two log sources as one: the one that says more, if it says all that the other does; else what they have in common.
fn merged(a: Option<LogSource>, b: LogSource) -> LogSource {
    let Some(a) = a else { return b };
    let within = |a: &Option<Box<str>>, b: &Option<Box<str>>| a.is_none() || a == b;
    let says = |a: &LogSource, b: &LogSource| {
        within(&a.product, &b.product) && within(&a.category, &b.category) && within(&a.service, &b.service)
    };
    if says(&a, &b) {
        return b;
    }
    if says(&b, &a) {
        return a;
    }
    common(a, b)
}

/// What two log sources have in common.
fn common(a: LogSource, b: LogSource) -> LogSource {
    let common = |a: Option<Box<str>>, b: Option<Box<str>>| a.filter(|a| Some(a) == b.as_ref());
    LogSource {
        product: common(a.product, b.product),
        category: common(a.category, b.category),
        service: common(a.service, b.service),
    }
}

/// The value, if it is the only one.
fn only(values: impl Iterator<Item = String>) -> Option<String> {
    let mut values: Vec<String> = values.collect();
    values.sort();
    values.dedup();
    values.pop().filter(|_| values.is_empty())
}

#[cfg(test)]
mod tests;
