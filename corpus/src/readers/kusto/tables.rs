//! Tables of Defender and Sentinel: which log source of Sigma's each of them is, and which events stand in it.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::scope::Base;
use crate::logsource::{Event, LogSource};

/// The tables. The file says what its columns are.
const TABLES: &str = include_str!("../../../data/logsources/kusto.tsv");

/// So many values that say which events of a table are meant are kept.
pub(super) const MAX_FACTS: usize = 100;

/// A line of the table.
struct Line {
    /// Conditions: field (in lower case) and value (in lower case, or `*` for any).
    when: Vec<(String, String)>,
    product: &'static str,
    category: &'static str,
    service: &'static str,
    provider: &'static str,
    /// A `*` in it stands for the value that the last condition found.
    event: &'static str,
}

struct Lines {
    /// By table, in lower case.
    tables: FxHashMap<String, Vec<Line>>,
    /// Fields that conditions are about, in lower case.
    fields: Vec<String>,
}

fn lines() -> &'static Lines {
    static LINES: OnceLock<Lines> = OnceLock::new();
    LINES.get_or_init(|| {
        let mut lines = Lines { tables: FxHashMap::default(), fields: Vec::new() };
        for line in TABLES.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let mut columns = line.split('\t');
            let mut next = || columns.next().unwrap_or_default();
            let (tables, when) = (next(), next());
            let when: Vec<(String, String)> = when
                .split(' ')
                .filter_map(|condition| condition.split_once('='))
                .map(|(field, value)| (field.to_ascii_lowercase(), value.to_ascii_lowercase().replace('+', " ")))
                .collect();
            let (product, category, service, provider, event) = (next(), next(), next(), next(), next());
            for (field, _) in &when {
                if !lines.fields.contains(field) {
                    lines.fields.push(field.clone());
                }
            }
            for table in tables.split(' ') {
                let line = Line { when: when.clone(), product, category, service, provider, event };
                lines.tables.entry(table.to_ascii_lowercase()).or_default().push(line);
            }
        }
        lines
    })
}

/// Whether the value of a field can decide which events of a table are meant.
pub(super) fn decides(field: &str) -> bool {
    lines().fields.iter().any(|known| known.eq_ignore_ascii_case(field))
}

/// Whether some table knows the value of a field that decides.
pub(super) fn has_value(field: &str, value: &str) -> bool {
    let known =
        |(name, known): &(String, String)| name.eq_ignore_ascii_case(field) && known.eq_ignore_ascii_case(value);
    lines().tables.values().flatten().any(|line| line.when.iter().any(known))
}

/// The log source of tables, and the events that are asked for in them. Where they are of several log sources: the one of
/// the first table that is known.
pub(super) fn of(bases: &[Base]) -> (LogSource, Vec<Event>) {
    let mut source = LogSource::default();
    let mut events = Vec::new();
    for base in bases {
        let (found, of_base) = of_one(base);
        if source == LogSource::default() {
            source = found;
        }
        for event in of_base {
            if !events.contains(&event) {
                events.push(event);
            }
        }
    }
    (source, events)
}

/// What is known of a field.
fn facts_of<'a>(base: &'a Base, field: &str) -> Vec<&'a (String, String)> {
    base.facts.iter().filter(|(name, _)| name.eq_ignore_ascii_case(field)).collect()
}

fn of_one(base: &Base) -> (LogSource, Vec<Event>) {
    let Some(known) = lines().tables.get(&base.table.to_ascii_lowercase()) else { return Default::default() };
    let mut found: Vec<&Line> = Vec::new();
    let mut events = Vec::new();
    // Each value of the field that decides is a choice of its own; the other fields hold for all of them.
    let deciding = known.iter().filter_map(|line| line.when.last()).map(|(field, _)| field.as_str());
    let choices = deciding.map(|field| facts_of(base, field)).find(|facts| !facts.is_empty());
    let choices = choices.map_or_else(|| vec![None], |facts| facts.into_iter().map(Some).collect());
    for choice in choices {
        let holds = |line: &&Line| {
            line.when.iter().enumerate().all(|(i, (field, value))| {
                let fits = |(name, given): &(String, String)| {
                    name.eq_ignore_ascii_case(field) && (value == "*" || value.eq_ignore_ascii_case(given))
                };
                if i + 1 == line.when.len() { choice.is_some_and(fits) } else { base.facts.iter().any(fits) }
            })
        };
        let Some(line) = known.iter().find(holds) else { continue };
        found.push(line);
        if !line.provider.is_empty() {
            let id = line.event.replace('*', choice.map_or("", |(_, value)| value));
            let event = Event { provider: line.provider.into(), id: id.into() };
            if !events.contains(&event) {
                events.push(event);
            }
        }
    }
    let source = |line: &Line| LogSource::new(Some(line.product), Some(line.category), Some(line.service));
    let mut sources: Vec<LogSource> = found.iter().map(|line| source(line)).collect();
    sources.dedup();
    let source = match sources.as_slice() {
        [only] => only.clone(),
        // Events of several kinds: what holds for the table as a whole.
        _ => known.iter().find(|line| line.when.is_empty()).map(source).unwrap_or_default(),
    };
    (source, events)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(table: &str, facts: &[(&str, &str)]) -> String {
        let facts = facts.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect();
        let (source, events) = of(&[Base { table: table.to_owned(), facts }]);
        let events: Vec<_> = events.iter().map(ToString::to_string).collect();
        format!("{source}: {}", events.join(", "))
    }

    #[test]
    fn tables_and_what_decides_in_them() {
        let action = |value| [("ActionType", value)];
        assert_eq!(
            show("deviceprocessevents", &[]),
            "windows/process_creation: Microsoft Defender XDR DeviceProcessEvents ProcessCreated"
        );
        assert_eq!(
            show("DeviceEvents", &action("namedpipeevent")),
            "windows/pipe_created: Microsoft Defender XDR DeviceEvents NamedPipeEvent"
        );
        assert_eq!(
            show("DeviceEvents", &action("SomethingNew")),
            "windows: Microsoft Defender XDR DeviceEvents SomethingNew"
        );
        assert_eq!(
            show("DeviceRegistryEvents", &[("ActionType", "RegistryKeyCreated"), ("ActionType", "RegistryValueSet")]),
            "windows/registry_event: Microsoft Defender XDR DeviceRegistryEvents RegistryKeyCreated, \
             Microsoft Defender XDR DeviceRegistryEvents RegistryValueSet"
        );
        assert_eq!(show("SecurityEvent", &[("EventID", "4769")]), "windows/security: Security 4769");
        assert_eq!(show("SecurityEvent", &[("EventID", "4688")]), "windows/process_creation: Security 4688");
        assert_eq!(
            show("Event", &[("Source", "Microsoft-Windows-Sysmon"), ("EventID", "7")]),
            "windows/image_load: Sysmon 7"
        );
        assert_eq!(show("NoTable", &[]), "unknown: ");
    }

    #[test]
    fn every_log_source_is_one_of_sigma_s_and_every_line_has_its_columns() {
        for line in TABLES.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            assert_eq!(line.split('\t').count(), 7, "{line}");
        }
        for (table, lines) in &lines().tables {
            for line in lines {
                let source = LogSource::new(Some(line.product), Some(line.category), Some(line.service));
                assert!(
                    source == LogSource::default() || crate::logsource::is_known(source.as_ref()),
                    "{table}: {source}"
                );
            }
        }
    }
}
