//! Log sources: one (product, category, service) triple in Sigma's terms for every vendor, and the events behind it.

use std::fmt;
use std::sync::OnceLock;

/// Which events a log source is made of.
const EVENTS: &str = include_str!("../data/events.tsv");

/// The log sources of the specification's appendix, and others in wide use.
const KNOWN: &str = include_str!("../data/logsources.tsv");

/// A log source. Parts are in lower case; `None` where the rule does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogSource {
    /// The system, such as `windows`.
    pub product: Option<Box<str>>,
    /// The kind of activity, such as `process_creation`.
    pub category: Option<Box<str>>,
    /// The log within the product, such as `security`.
    pub service: Option<Box<str>>,
}

/// A log source that borrows its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogSourceRef<'a> {
    /// See [`LogSource::product`].
    pub product: Option<&'a str>,
    /// See [`LogSource::category`].
    pub category: Option<&'a str>,
    /// See [`LogSource::service`].
    pub service: Option<&'a str>,
}

impl LogSource {
    /// From parts as a rule writes them; blanks and case do not count, an empty part is absent.
    pub fn new(product: Option<&str>, category: Option<&str>, service: Option<&str>) -> Self {
        let part =
            |s: Option<&str>| s.map(str::trim).filter(|s| !s.is_empty()).map(|s| s.to_lowercase().into_boxed_str());
        Self { product: part(product), category: part(category), service: part(service) }
    }

    /// Borrowed.
    pub fn as_ref(&self) -> LogSourceRef<'_> {
        LogSourceRef {
            product: self.product.as_deref(),
            category: self.category.as_deref(),
            service: self.service.as_deref(),
        }
    }

    /// See [`LogSourceRef::same`].
    pub fn same(&self, other: &Self) -> bool {
        self.as_ref().same(other.as_ref())
    }
}

impl fmt::Display for LogSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().fmt(f)
    }
}

impl<'a> LogSourceRef<'a> {
    /// Whether no part is there.
    pub fn is_unknown(self) -> bool {
        self == Self::default()
    }

    /// Whether the two are the same log source: no part differs, where a part that one of them does not name matches
    /// anything. Two that both name what kind of events they want, one by category and the other by service, are not the
    /// same: nothing they say agrees (`windows`/`process_creation` and `windows`/`security`). Neither is one of which
    /// nothing is known the same as any other.
    pub fn same(self, other: Self) -> bool {
        let differ = |a: Option<&str>, b: Option<&str>| matches!((a, b), (Some(a), Some(b)) if a != b);
        if differ(self.product, other.product)
            || differ(self.category, other.category)
            || differ(self.service, other.service)
        {
            return false;
        }
        if self.is_unknown() || other.is_unknown() {
            return self == other;
        }
        let kinds = |s: Self| s.category.is_some() || s.service.is_some();
        let agree = |a: Option<&str>, b: Option<&str>| a.is_some() && a == b;
        !(kinds(self) && kinds(other)) || agree(self.category, other.category) || agree(self.service, other.service)
    }

    /// Owned.
    pub fn to_owned(self) -> LogSource {
        LogSource {
            product: self.product.map(Into::into),
            category: self.category.map(Into::into),
            service: self.service.map(Into::into),
        }
    }
}

/// `windows/process_creation`, `windows/security`, `unknown`
impl fmt::Display for LogSourceRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut any = false;
        for part in [self.product, self.category, self.service].into_iter().flatten() {
            if any {
                f.write_str("/")?;
            }
            f.write_str(part)?;
            any = true;
        }
        if any { Ok(()) } else { f.write_str("unknown") }
    }
}

/// An event that a rule looks at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Event {
    /// Who writes it, such as `Sysmon`.
    pub provider: Box<str>,
    /// Its id within the provider, such as `1`; empty where the rule names none.
    pub id: Box<str>,
}

/// `Sysmon 1`
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.provider)?;
        if self.id.is_empty() { Ok(()) } else { write!(f, " {}", self.id) }
    }
}

/// A line of the table of events.
struct EventLine<'a> {
    product: &'a str,
    category: &'a str,
    service: &'a str,
    provider: &'a str,
    id: &'a str,
    title: &'a str,
}

fn event_lines() -> &'static [EventLine<'static>] {
    static LINES: OnceLock<Vec<EventLine<'static>>> = OnceLock::new();
    LINES.get_or_init(|| {
        EVENTS
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| {
                let mut columns = line.split('\t');
                let mut next = || columns.next();
                Some(EventLine {
                    product: next()?,
                    category: next()?,
                    service: next()?,
                    provider: next()?,
                    id: next()?,
                    title: next()?,
                })
            })
            .collect()
    })
}

/// The events of a log source: those of its category, else those of its service with the ids that the rule asks for.
/// Sorted as the table is, ids of a service in the order given.
pub fn events<'a>(source: LogSourceRef<'_>, ids: impl IntoIterator<Item = &'a str>) -> Vec<Event> {
    let fits = |line: &EventLine<'_>| line.product.is_empty() || source.product == Some(line.product);
    if let Some(category) = source.category {
        let events: Vec<_> = event_lines()
            .iter()
            .filter(|line| line.category == category && fits(line))
            .map(|line| Event { provider: line.provider.into(), id: line.id.into() })
            .collect();
        if !events.is_empty() {
            return events;
        }
    }
    let Some(service) = source.service else { return Vec::new() };
    let Some(line) =
        event_lines().iter().find(|line| line.category.is_empty() && line.service == service && fits(line))
    else {
        return Vec::new();
    };
    let mut events: Vec<Event> = Vec::new();
    for id in ids {
        let event = Event { provider: line.provider.into(), id: id.into() };
        if !events.contains(&event) {
            events.push(event);
        }
    }
    if events.is_empty() {
        events.push(Event { provider: line.provider.into(), id: "".into() });
    }
    events
}

/// The categories that stand for an event of a service, in the order of the table.
pub fn categories_of<'a>(source: LogSourceRef<'a>, id: &'a str) -> impl Iterator<Item = &'static str> + use<'a> {
    let provider = event_lines().iter().find(|line| {
        line.category.is_empty() && Some(line.service) == source.service && Some(line.product) == source.product
    });
    event_lines()
        .iter()
        .filter(move |line| {
            provider.is_some_and(|provider| provider.provider == line.provider)
                && !line.category.is_empty()
                && line.id == id
                && Some(line.product) == source.product
        })
        .map(|line| line.category)
}

/// Whether the table has an event of this provider.
pub fn has_event(provider: &str, id: &str) -> bool {
    event_lines().iter().any(|line| line.provider == provider && line.id == id)
}

/// What an event is, in words.
pub fn event_title(provider: &str, id: &str) -> Option<&'static str> {
    event_lines()
        .iter()
        .find(|line| line.provider == provider && line.id == id && !line.title.is_empty())
        .map(|line| line.title)
}

/// The log sources that are documented or in wide use, in the order of the table: those of the specification's appendix, then
/// the others that SigmaHQ's rules have.
pub fn known() -> &'static [LogSourceRef<'static>] {
    static SOURCES: OnceLock<Vec<LogSourceRef<'static>>> = OnceLock::new();
    SOURCES.get_or_init(|| {
        let part = |s: Option<&'static str>| s.filter(|s| !s.is_empty());
        let line = |line: &'static str| {
            let mut columns = line.split('\t');
            let mut next = || part(columns.next());
            LogSourceRef { product: next(), category: next(), service: next() }
        };
        KNOWN.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(line).collect()
    })
}

/// Whether a log source is one of [`known`], or comes from them by leaving parts out or by putting them together: a whole
/// product, a category of any product, a category that no product owns (`proxy`) with a product, category and service of
/// a product that has both. Case does not count.
pub fn is_known(source: LogSourceRef<'_>) -> bool {
    let within = |a: Option<&str>, b: Option<&str>| a.is_none_or(|a| b.is_some_and(|b| b.eq_ignore_ascii_case(a)));
    let covered = |source: LogSourceRef<'_>| {
        known().iter().any(|known| {
            within(source.product, known.product)
                && within(source.category, known.category)
                && within(source.service, known.service)
        })
    };
    if covered(source) {
        return !source.is_unknown();
    }
    if source.category.is_some() && source.service.is_some() {
        return is_known(LogSourceRef { service: None, ..source })
            && is_known(LogSourceRef { category: None, ..source });
    }
    let ownerless = |known: &LogSourceRef<'_>| {
        known.product.is_none() && within(source.category, known.category) && within(source.service, known.service)
    };
    (source.category.is_some() || source.service.is_some()) && known().iter().any(ownerless)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(s: &str) -> LogSource {
        let mut parts = s.split('/').map(|p| (!p.is_empty()).then_some(p));
        LogSource::new(parts.next().flatten(), parts.next().flatten(), parts.next().flatten())
    }

    #[test]
    fn absent_parts_match() {
        let same = |a: &str, b: &str| {
            assert_eq!(source(a).same(&source(b)), source(b).same(&source(a)));
            source(a).same(&source(b))
        };
        assert!(same("windows/process_creation", "windows/process_creation"));
        assert!(same("windows/process_creation", "/process_creation"));
        assert!(same("windows", "windows/process_creation"));
        assert!(same("windows//security", "windows"));
        assert!(same("linux//auditd", "/file_event/auditd"));
        assert!(!same("windows/process_creation", "linux/process_creation"));
        assert!(!same("windows/process_creation", "windows//security"));
        assert!(!same("", "windows"));
        assert!(same("", ""));
    }

    #[test]
    fn words() {
        assert_eq!(source("Windows/ process_creation ").to_string(), "windows/process_creation");
        assert_eq!(source("").to_string(), "unknown");
    }

    #[test]
    fn events_of_categories_and_services() {
        let show = |s: &str, ids: &[&str]| {
            events(source(s).as_ref(), ids.iter().copied()).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(show("windows/process_creation", &[]), ["Sysmon 1", "Security 4688"]);
        assert_eq!(show("windows//security", &["4624", "4625", "4624"]), ["Security 4624", "Security 4625"]);
        assert_eq!(show("windows//security", &[]), ["Security"]);
        assert_eq!(show("windows//sysmon", &["13"]), ["Sysmon 13"]);
        assert_eq!(show("linux/process_creation", &[]), ["Sysmon for Linux 1"]);
        assert!(show("aws//cloudtrail", &[]).is_empty());
        assert_eq!(event_title("Sysmon", "7"), Some("Image loaded"));
        assert_eq!(event_title("Security", "4688"), Some("A new process has been created"));
    }

    #[test]
    fn what_is_known() {
        assert_eq!(known().len(), 140 + 25);
        assert!(known().iter().all(|s| !s.is_unknown()));
        for source in ["windows/process_creation", "windows", "/proxy", "cisco/firewall", "linux/file_event/sysmon"] {
            assert!(is_known(self::source(source).as_ref()), "{source}");
        }
        for source in
            ["windows/process_creatoin", "linux/registry_set", "acme", "aws//guardduty", "windows//process_creation"]
        {
            assert!(!is_known(self::source(source).as_ref()), "{source}");
        }
    }
}
