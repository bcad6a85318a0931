//! The log source that a search reads, and the events that its rule names.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::super::logic::Logic;
use super::super::query::{Comparison, Query, Test};
use super::pipeline::Reader;
use crate::logsource::{self, Event, LogSource, LogSourceRef};
use crate::normal::Part;
use crate::rule::{Role, Rule};

/// Which names mean which log source.
const TABLE: &str = include_str!("../../../data/logsources/splunk.tsv");

/// Fields whose values tell the lines of a log apart.
const DECIDING: [&str; 5] = ["EventCode", "EventID", "category", "Workload", "signature_id"];

/// Fields that say where events are kept.
const SOURCES: [&str; 7] = ["sourcetype", "source", "eventtype", "index", "channel", "nodename", "host"];

/// A log, by one of the names that rules have for it.
#[derive(Clone, Copy)]
struct Log {
    name: &'static str,
    /// The value that decides; empty for any.
    value: &'static str,
    source: LogSourceRef<'static>,
    provider: &'static str,
}

struct Model {
    product: Option<&'static str>,
    categories: Vec<&'static str>,
}

#[derive(Default)]
struct Table {
    logs: Vec<Log>,
    macros: FxHashMap<&'static str, &'static str>,
    sources: Vec<(&'static str, &'static str)>,
    models: FxHashMap<&'static str, Model>,
}

fn table() -> &'static Table {
    static ROWS: OnceLock<Table> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut table = Table::default();
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            let mut next = || columns.next().unwrap_or_default();
            let part = |text: &'static str| Some(text).filter(|text| !text.is_empty());
            let (kind, name, second) = (next(), next(), next());
            match kind {
                "log" => {
                    let source = LogSourceRef { product: part(next()), category: part(next()), service: part(next()) };
                    table.logs.push(Log { name, value: second, source, provider: next() });
                }
                "macro" => drop(table.macros.insert(name, second)),
                "source" => table.sources.push((name, second)),
                _ => {
                    let categories = part(next()).map_or(Vec::new(), |list| list.split(',').collect());
                    table.models.insert(name, Model { product: part(second), categories });
                }
            }
        }
        table
    })
}

/// Whether a macro of this name says where events are kept.
pub(super) fn is_macro(name: &str) -> bool {
    table().macros.contains_key(name)
}

/// Whether conditions say nothing but where events are kept.
pub(super) fn is_source(condition: &Logic<Comparison>) -> bool {
    let mut only = true;
    condition.each(|comparison, _| only &= SOURCES.iter().any(|field| comparison.field.eq_ignore_ascii_case(field)));
    only
}

/// A log source, and events that the rule names in it.
#[derive(Clone, Default)]
struct Found {
    source: LogSource,
    events: Vec<Event>,
}

/// Sets log source and events of a rule: of what it says of its data, its search, and the data that it was tested with.
pub(super) fn locate(rule: &mut Rule, declared: &[&str], tested: &[&str], reader: &Reader<'_>) {
    let (values, sources) = conditions(&reader.query);
    let mut declared: Vec<Found> =
        declared.iter().flat_map(|text| text.split(" AND ")).filter_map(|text| of_name(text.trim(), &values)).collect();
    let by_macro = reader.sources.first().and_then(|name| table().macros.get(name.as_str()));
    let by_source = || sources.iter().find_map(|source| log_of_source(source));
    let searched = by_macro.copied().or_else(by_source).and_then(|log| of_log(log, &values, true));
    let tested = || tested.iter().find_map(|source| log_of_source(source)).and_then(|log| of_log(log, &[], false));

    let mut found = match reader.models.first().and_then(|name| model(name)) {
        Some(model) => {
            let fits = |category: &&str| declared.iter().find(|f| f.source.category.as_deref() == Some(category));
            match model.categories.iter().find_map(fits) {
                Some(found) => found.source.clone(),
                None => {
                    let product = model.product.map(Into::into);
                    let others =
                        declared.first().or(searched.as_ref()).cloned().or_else(tested).unwrap_or_default().source;
                    match model.categories.first() {
                        Some(category) => {
                            let category = Some(*category);
                            // `webserver` and `firewall` are of no product in Sigma's rules.
                            let product = product.or(others.product).filter(|product| {
                                let product = Some(&**product);
                                logsource::known().iter().any(|k| k.product == product && k.category == category)
                            });
                            LogSource { product, category: category.map(Into::into), service: None }
                        }
                        None if others.as_ref().is_unknown() => LogSource { product, ..LogSource::default() },
                        None => others,
                    }
                }
            }
        }
        None => {
            let told = |found: &&Found| found.source.category.is_some() || found.source.service.is_some();
            let best = searched.iter().find(told).or(declared.iter().find(told)).or(searched.as_ref());
            best.or(declared.first()).cloned().or_else(tested).unwrap_or_default().source
        }
    };
    // A category that no product was named for: those that were tested know it, if they are of one.
    if found.product.is_none() && found.category.is_some() && declared.is_empty() {
        let product = tested().and_then(|found| found.source.product);
        let own = LogSource { product, ..found.clone() };
        if logsource::known().contains(&own.as_ref()) {
            found = own;
        }
    }
    if declared.is_empty() {
        declared.extend(searched);
    }
    for event in declared.into_iter().flat_map(|found| found.events) {
        if !rule.events.contains(&event) {
            rule.events.push(event);
        }
    }
    if rule.events.is_empty() && found.product.is_some() {
        rule.events = logsource::events(found.as_ref(), []);
    }
    rule.logsource = found;
}

/// Values of the deciding fields that a query looks for, and those of the fields that say where events are kept.
fn conditions(query: &Query) -> (Vec<String>, Vec<String>) {
    let (mut values, mut sources) = (Vec::new(), Vec::new());
    for (_, logic) in &query.parts {
        logic.each(|comparison, place| {
            let Test::Pattern(parts) = &comparison.test else { return };
            if place.role != Role::Indicator || comparison.derived {
                return;
            }
            if DECIDING.contains(&comparison.field.as_str()) {
                if let [Part::Text(text)] = parts.as_slice() {
                    values.push(text.clone());
                }
            } else if SOURCES.iter().any(|field| comparison.field.eq_ignore_ascii_case(field)) {
                sources.push(comparison.raw.clone());
            }
        });
    }
    (values, sources)
}

fn model(name: &str) -> Option<&'static Model> {
    let models = &table().models;
    models.get(name).or_else(|| models.get(name.split('.').next().unwrap_or_default()))
}

fn log_of_source(source: &str) -> Option<&'static str> {
    let lower = |text: &str| text.to_ascii_lowercase();
    let source = lower(source.trim_matches('*'));
    let fits = |pattern: &str| {
        let pattern = lower(pattern);
        let core = pattern.trim_matches('*');
        match (pattern.starts_with('*'), pattern.ends_with('*')) {
            (true, true) => source.contains(core),
            (true, false) => source.ends_with(core),
            (false, true) => source.starts_with(core),
            (false, false) => source == core,
        }
    };
    table().sources.iter().find(|(pattern, _)| fits(pattern)).map(|(_, log)| *log)
}

/// What a text of `data_source` means: the name of a log with the longest beginning, and ids after it.
fn of_name(text: &str, values: &[String]) -> Option<Found> {
    let starts = |log: &&Log| {
        text.get(..log.name.len()).is_some_and(|start| start.eq_ignore_ascii_case(log.name))
            && text.get(log.name.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '_']))
    };
    let log = table().logs.iter().filter(starts).max_by_key(|log| log.name.len())?;
    let rest = text.get(log.name.len()..).unwrap_or_default().trim_start_matches([' ', '_']).trim();
    if rest.is_empty() {
        return of_log(log.name, values, true);
    }
    let ids: Vec<String> = match rest.split(',').all(|id| id.trim().bytes().all(|b| b.is_ascii_digit())) {
        true => rest.split(',').map(|id| id.trim().to_owned()).collect(),
        false => vec![rest.to_owned()],
    };
    let deciding: Vec<String> = ids.iter().chain(values).cloned().collect();
    let source = of_log(log.name, if is_number(&ids) { &ids } else { &deciding }, false)?.source;
    let provider = line(log.name, &deciding)?.provider;
    let event = |id: String| Event { provider: provider.into(), id: id.into() };
    let events = if provider.is_empty() { Vec::new() } else { ids.into_iter().map(event).collect() };
    Some(Found { source, events })
}

fn is_number(ids: &[String]) -> bool {
    ids.iter().all(|id| id.bytes().all(|b| b.is_ascii_digit()))
}

/// The line of a log that the values decide for.
fn line(name: &str, values: &[String]) -> Option<&'static Log> {
    let lines = || table().logs.iter().filter(|log| log.name == name);
    let decided = |log: &&Log| !log.value.is_empty() && values.iter().any(|v| v.eq_ignore_ascii_case(log.value));
    lines().find(decided).or_else(|| lines().find(|log| log.value.is_empty())).or_else(|| lines().next())
}

/// What a log is by the values that a rule looks for, and `with_events` their events.
fn of_log(name: &str, values: &[String], with_events: bool) -> Option<Found> {
    let log = line(name, values)?;
    let mut source = log.source;
    let numbers: Vec<&str> =
        values.iter().map(String::as_str).filter(|v| v.bytes().all(|b| b.is_ascii_digit())).collect();
    if source.category.is_none() {
        let mut categories: Vec<_> = numbers.iter().map(|id| category(source, id)).collect();
        categories.dedup();
        source.category = match categories.as_slice() {
            [Some(category)] => Some(category),
            [Some(first), ..] if categories.iter().all(|c| c.is_some_and(|c| c.starts_with("registry_"))) => {
                if first.starts_with("registry_") { Some("registry_event") } else { None }
            }
            [Some(first), ..] if categories.iter().all(Option::is_some) => Some(first),
            _ => None,
        };
        if source.category.is_some() {
            source.service = None;
        }
    }
    let mut events: Vec<Event> = Vec::new();
    if with_events && !log.provider.is_empty() {
        let mut add = |id: &str| events.push(Event { provider: log.provider.into(), id: id.into() });
        match numbers.as_slice() {
            [] => add(""),
            ids => ids.iter().for_each(|id| add(id)),
        }
    }
    Some(Found { source: source.to_owned(), events })
}

/// The category of an event of a service: the narrower one, where there is just one such.
fn category(source: LogSourceRef<'static>, id: &str) -> Option<&'static str> {
    let mut categories = logsource::categories_of(source, id);
    match (categories.next(), categories.next(), categories.next()) {
        (Some(_), Some(narrow), None) => Some(narrow),
        (first, ..) => first,
    }
}
