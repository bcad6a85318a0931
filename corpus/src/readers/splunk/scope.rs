//! What names mean at one point of a search: a field of the event under its own or another name, or a result of the search.

use rustc_hash::FxHashMap;

use super::super::logic::Logic;
use super::super::query::{Comparison, Test};
use crate::normal::Part;

/// No search renames by so many patterns: later ones are not followed.
const MAX_PATTERNS: usize = 32;

/// Data models and their objects, which stand before the names of fields; sorted.
const OBJECTS: [&str; 55] = [
    "Account_Management",
    "Alerts",
    "All_Certificates",
    "All_Changes",
    "All_Email",
    "All_Inventory",
    "All_Performance",
    "All_Risk",
    "All_Sessions",
    "All_Ticket_Management",
    "All_Traffic",
    "Allowed_Traffic",
    "Auditing_Changes",
    "Authentication",
    "Blocked_Traffic",
    "Certificates",
    "Change",
    "DHCP",
    "DLP_Incidents",
    "DNS",
    "Data_Access",
    "Default_Authentication",
    "Delivery",
    "Email",
    "Endpoint",
    "Endpoint_Changes",
    "Endpoint_Restarts",
    "Failed_Authentication",
    "Filesystem",
    "IDS_Attacks",
    "Insecure_Authentication",
    "Instance_Changes",
    "Intrusion_Detection",
    "Malware_Attacks",
    "Malware_Operations",
    "Network_Changes",
    "Network_Resolution",
    "Network_Sessions",
    "Network_Traffic",
    "Ports",
    "Privileged_Authentication",
    "Processes",
    "Proxy",
    "Registry",
    "Risk",
    "SSL",
    "Services",
    "Signatures",
    "Storage",
    "Successful_Authentication",
    "UEBA",
    "Updates",
    "VPN",
    "Vulnerabilities",
    "Web",
];

/// Texts with which lists say that something is not on them.
const FALSE: [&str; 4] = ["false", "f", "no", "0"];

/// Where the values of a name come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A field of the event, by its own name.
    Event(String),
    /// Computed by the search.
    Derived,
    /// Looked up in a list.
    Lookup {
        /// Its name.
        table: String,
        /// The field of the event that is looked up; `None` if what is looked up is computed.
        key: Option<String>,
        /// What the search puts where nothing is found.
        absent: Option<String>,
    },
}

/// What names mean. A name that is not known is a field of the event.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    names: FxHashMap<String, Origin>,
    /// Renamed by pattern, (before, after) the star: of the old name, of the new one.
    patterns: Vec<[(String, String); 2]>,
    /// Names that begin like this are computed.
    computed: Vec<&'static str>,
}

/// A field's name without quotes and without the objects of data models before it: `process` of `Processes.process`.
pub(super) fn plain(name: &str) -> &str {
    let mut name = super::lexer::unquoted(name.trim()).trim();
    while let Some((object, field)) = name.split_once('.') {
        if field.is_empty() || OBJECTS.binary_search(&object).is_err() {
            break;
        }
        name = field;
    }
    name
}

impl Scope {
    /// Where a name's values come from.
    pub(super) fn of(&self, name: &str) -> Origin {
        let name = plain(name);
        if let Some(origin) = self.names.get(name) {
            return origin.clone();
        }
        let mut name = name.to_owned();
        for [(old_before, old_after), (new_before, new_after)] in self.patterns.iter().rev() {
            let star = name.strip_prefix(new_before.as_str()).and_then(|rest| rest.strip_suffix(new_after.as_str()));
            if let Some(star) = star {
                name = format!("{old_before}{star}{old_after}");
            }
        }
        // A name with a parenthesis is an aggregate's or a model's: `dc(user)`, `IsOutlier(count)`.
        let computed =
            name == "_time" || name.contains('(') || self.computed.iter().any(|start| name.starts_with(start));
        if computed { Origin::Derived } else { Origin::Event(name) }
    }

    /// Gives a name a meaning.
    pub(super) fn set(&mut self, name: &str, origin: Origin) {
        let name = plain(name);
        if origin == Origin::Event(name.to_owned()) && self.patterns.is_empty() {
            self.names.remove(name);
        } else {
            self.names.insert(name.to_owned(), origin);
        }
    }

    /// A name is computed from here on.
    pub(super) fn derive(&mut self, name: &str) {
        self.set(name, Origin::Derived);
    }

    /// Names that begin like this are computed from here on, unless they are known already.
    pub(super) fn derive_all(&mut self, start: &'static str) {
        if !self.computed.contains(&start) {
            self.computed.push(start);
        }
    }

    /// `old` is called `new` from here on. A star stands for the rest of the name in both.
    pub(super) fn rename(&mut self, old: &str, new: &str) {
        let (old, new) = (plain(old), plain(new));
        if let (Some(old), Some(new)) = (old.split_once('*'), new.split_once('*')) {
            if old == new || self.patterns.len() == MAX_PATTERNS {
                return;
            }
            let own = |(before, after): (&str, &str)| (before.to_owned(), after.to_owned());
            let names: Vec<_> = self.names.keys().filter(|name| star(name, old).is_some()).cloned().collect();
            for name in names {
                let Some(origin) = self.names.remove(&name) else { continue };
                let star = star(&name, old).unwrap_or_default();
                self.names.insert(format!("{}{star}{}", new.0, new.1), origin);
            }
            self.patterns.push([own(old), own(new)]);
        } else {
            let origin = self.of(old);
            self.names.remove(old);
            self.set(new, origin);
        }
    }

    /// A field is used here by its name, so that it is the event's: a later pattern that could make it another does not.
    pub(super) fn note(&mut self, name: &str) {
        let name = plain(name);
        if !self.names.contains_key(name) {
            let origin = self.of(name);
            self.names.insert(name.to_owned(), origin);
        }
    }

    /// Takes over the results of a search that was joined to this one.
    pub(super) fn join(&mut self, other: Self) {
        for (name, origin) in other.names {
            self.names.entry(name).or_insert(origin);
        }
    }

    /// What a list says of a name.
    pub(super) fn lookup(&self, table: &str, key: &str) -> Origin {
        let key = match self.of(key) {
            Origin::Event(field) => Some(field),
            _ => None,
        };
        Origin::Lookup { table: table.to_owned(), key, absent: None }
    }

    /// Where a list knows nothing, these names are `value` from here on; if there are none, all names are.
    pub(super) fn fill(&mut self, names: &[&str], value: &str) {
        for (name, origin) in &mut self.names {
            if let Origin::Lookup { absent, .. } = origin
                && (names.is_empty() || names.iter().any(|filled| plain(filled) == name))
            {
                *absent = Some(value.to_owned());
            }
        }
    }

    /// A name compared with something.
    pub(super) fn compare(&self, name: &str, test: Test, raw: &str) -> Logic<Comparison> {
        let leaf = |field: &str, test, raw: &str, derived| {
            // The text of the whole event.
            if field == "_raw" {
                return match test {
                    Test::Pattern(parts) => Comparison::new("", Test::Keyword(parts), raw),
                    test => Comparison::new(crate::fields::KEYWORD, test, raw),
                };
            }
            Comparison { derived, ..Comparison::new(field, test, raw) }
        };
        match self.of(name) {
            Origin::Event(field) => Logic::Leaf(leaf(&field, test, raw, false)),
            Origin::Derived => Logic::Leaf(leaf(plain(name), test, raw, true)),
            Origin::Lookup { table, key, absent } => {
                let absent = match &test {
                    Test::Missing => true,
                    Test::Pattern(parts) => {
                        let mut says_so = FALSE.into_iter().chain(absent.as_deref());
                        matches!(parts.as_slice(), [Part::Text(text)] if says_so.any(|f| text.eq_ignore_ascii_case(f)))
                    }
                    Test::Order(..) => return Logic::Leaf(leaf(plain(name), test, raw, true)),
                    _ => false,
                };
                let derived = key.is_none();
                let field = key.as_deref().unwrap_or(plain(name));
                let listed = Logic::Leaf(leaf(field, Test::Lookup(table.clone()), &table, derived));
                if absent { listed.negated() } else { listed }
            }
        }
    }
}

/// What stands for the star.
fn star<'a>(name: &'a str, (before, after): (&str, &str)) -> Option<&'a str> {
    name.strip_prefix(before)?.strip_suffix(after)
}
