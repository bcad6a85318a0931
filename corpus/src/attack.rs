//! ATT&CK: names, tactics, what retired and what took its place.
//!
//! The tables are embedded and can be replaced by the user's own; the text comes from outside, this module does no I/O.

use std::fmt;
use std::sync::OnceLock;

/// The texts of the tables, in the format of `corpus/data/attack/`.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    /// `version.txt`: such as `v19`.
    pub version: &'a str,
    /// `techniques.tsv`: id, name, tactics.
    pub techniques: &'a str,
    /// `tactics.tsv`: id, short name, name.
    pub tactics: &'a str,
    /// `retired.tsv`: id, name, status, successor, version that retired it.
    pub retired: &'a str,
    /// `retired_tactics.tsv`: short name, name, id, version that retired it, successors.
    pub retired_tactics: &'a str,
}

/// The embedded tables.
pub const EMBEDDED: Tables<'static> = Tables {
    version: include_str!("../data/attack/version.txt"),
    techniques: include_str!("../data/attack/techniques.tsv"),
    tactics: include_str!("../data/attack/tactics.tsv"),
    retired: include_str!("../data/attack/retired.tsv"),
    retired_tactics: include_str!("../data/attack/retired_tactics.tsv"),
};

/// The names of the files of a folder that replaces the embedded tables; only the first may be missing.
pub const FILES: [&str; 5] = ["version.txt", "techniques.tsv", "tactics.tsv", "retired.tsv", "retired_tactics.tsv"];

/// A current technique or sub-technique.
#[derive(Clone, Debug)]
pub struct Technique {
    /// `T1059.001`
    pub id: Box<str>,
    /// `PowerShell`
    pub name: Box<str>,
    /// Short names of its tactics, such as `execution`.
    pub tactics: Box<[Box<str>]>,
}

/// A current tactic.
#[derive(Clone, Debug)]
pub struct Tactic {
    /// `TA0002`
    pub id: Box<str>,
    /// `execution`, as tags write it.
    pub short: Box<str>,
    /// `Execution`
    pub name: Box<str>,
}

/// A technique that is no more.
#[derive(Clone, Debug)]
pub struct Retired {
    /// `T1086`
    pub id: Box<str>,
    /// Its last name.
    pub name: Box<str>,
    /// `revoked` (something took its place) or `deprecated`.
    pub status: Box<str>,
    /// The id that took its place, at the end of the chain: current, or absent.
    pub successor: Option<Box<str>>,
    /// The version that retired it, where that is the newest one; older retirements carry none.
    pub retired_in: Option<Box<str>>,
}

/// A tactic that is no more.
#[derive(Clone, Debug)]
pub struct RetiredTactic {
    /// `defense-evasion`
    pub short: Box<str>,
    /// `Defense Evasion`
    pub name: Box<str>,
    /// `TA0005`; a current tactic may have taken it over.
    pub id: Box<str>,
    /// The version that retired it.
    pub retired_in: Box<str>,
    /// Short names of the tactics that took its place.
    pub successors: Box<[Box<str>]>,
}

/// What became of a technique's id.
#[derive(Clone, Copy, Debug)]
pub enum Status<'a> {
    /// It is a current technique.
    Current(&'a Technique),
    /// It is no more.
    Retired(&'a Retired),
    /// There never was one, as far as the tables know.
    Unknown,
}

/// A line of a replaced table that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    /// The file's name, one of [`FILES`].
    pub file: &'static str,
    /// 1-based line.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for TableError {}

/// The tables, ready for look-ups.
#[derive(Clone, Debug)]
pub struct Attack {
    version: Box<str>,
    /// Sorted by id.
    techniques: Vec<Technique>,
    tactics: Vec<Tactic>,
    /// Sorted by id.
    retired: Vec<Retired>,
    retired_tactics: Vec<RetiredTactic>,
}

impl Attack {
    /// The embedded tables, read once when first asked for.
    pub fn embedded() -> &'static Self {
        static TABLES: OnceLock<Attack> = OnceLock::new();
        TABLES.get_or_init(|| Self::parse(&EMBEDDED).unwrap_or_else(|_| Self::empty()))
    }

    /// No techniques at all: everything is unknown.
    pub fn empty() -> Self {
        Self {
            version: "none".into(),
            techniques: Vec::new(),
            tactics: Vec::new(),
            retired: Vec::new(),
            retired_tactics: Vec::new(),
        }
    }

    /// Reads tables. The first line of each names the columns and is skipped.
    pub fn parse(tables: &Tables<'_>) -> Result<Self, TableError> {
        let words = |s: &str| -> Box<[Box<str>]> { s.split(',').filter(|w| !w.is_empty()).map(Into::into).collect() };
        let some = |s: &str| (!s.is_empty()).then(|| Box::from(s));

        let mut techniques = Vec::with_capacity(tables.techniques.len() / 45);
        rows("techniques.tsv", tables.techniques, |[id, name, tactics]| {
            techniques.push(Technique { id: id.into(), name: name.into(), tactics: words(tactics) });
        })?;
        techniques.sort_by(|a, b| a.id.cmp(&b.id));

        let mut tactics = Vec::new();
        rows("tactics.tsv", tables.tactics, |[id, short, name]| {
            tactics.push(Tactic { id: id.into(), short: short.into(), name: name.into() });
        })?;

        let mut retired = Vec::new();
        let columns = tables.retired.lines().next().map_or(0, |l| l.split('\t').count());
        let mut push = |id: &str, name: &str, status: &str, successor: &str, version: &str| {
            retired.push(Retired {
                id: id.into(),
                name: name.into(),
                status: status.into(),
                successor: some(successor),
                retired_in: some(version),
            });
        };
        if columns >= 5 {
            rows("retired.tsv", tables.retired, |[id, name, status, to, version]| push(id, name, status, to, version))?;
        } else {
            rows("retired.tsv", tables.retired, |[id, name, status, to]| push(id, name, status, to, ""))?;
        }
        retired.sort_by(|a, b| a.id.cmp(&b.id));

        let mut retired_tactics = Vec::new();
        rows("retired_tactics.tsv", tables.retired_tactics, |[short, name, id, version, to]| {
            retired_tactics.push(RetiredTactic {
                short: short.into(),
                name: name.into(),
                id: id.into(),
                retired_in: version.into(),
                successors: words(to),
            });
        })?;

        let version = match tables.version.trim() {
            "" => "custom",
            version => version,
        };
        let mut attack = Self { version: version.into(), techniques, tactics, retired, retired_tactics };
        attack.resolve_chains();
        Ok(attack)
    }

    /// Lets every retired id point to the end of its chain, or nowhere if the chain ends in nothing or in a circle.
    fn resolve_chains(&mut self) {
        let ends: Vec<Option<Box<str>>> = self
            .retired
            .iter()
            .map(|r| {
                let mut next = r.successor.as_deref();
                for _ in 0..=self.retired.len() {
                    let id = next?;
                    if self.technique(id).is_some() {
                        return Some(id.into());
                    }
                    next = self.retired(id)?.successor.as_deref();
                }
                None
            })
            .collect();
        for (r, end) in self.retired.iter_mut().zip(ends) {
            r.successor = end;
        }
    }

    /// The version of the tables, such as `v19`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Every current technique, sorted by id: a parent stands right before its sub-techniques.
    pub fn techniques(&self) -> &[Technique] {
        &self.techniques
    }

    /// Every current tactic, in the order of the table.
    pub fn tactics(&self) -> &[Tactic] {
        &self.tactics
    }

    /// Every tactic that is no more.
    pub fn retired_tactics(&self) -> &[RetiredTactic] {
        &self.retired_tactics
    }

    /// A current technique by its id (`T1059.001`, in either case).
    pub fn technique(&self, id: &str) -> Option<&Technique> {
        let i = self.techniques.binary_search_by(|t| order(&t.id, id)).ok()?;
        self.techniques.get(i)
    }

    /// A retired technique by its id (in either case).
    pub fn retired(&self, id: &str) -> Option<&Retired> {
        let i = self.retired.binary_search_by(|t| order(&t.id, id)).ok()?;
        self.retired.get(i)
    }

    /// What became of an id (in either case).
    pub fn status(&self, id: &str) -> Status<'_> {
        if let Some(technique) = self.technique(id) {
            Status::Current(technique)
        } else if let Some(retired) = self.retired(id) {
            Status::Retired(retired)
        } else {
            Status::Unknown
        }
    }

    /// The id to count under: the successor of a retired one where there is one, else the id itself.
    pub fn current<'a>(&'a self, id: &'a str) -> &'a str {
        match self.status(id) {
            Status::Retired(Retired { successor: Some(to), .. }) => to,
            _ => id,
        }
    }

    /// A current tactic by its short name.
    pub fn tactic(&self, short: &str) -> Option<&Tactic> {
        self.tactics.iter().find(|t| &*t.short == short)
    }

    /// A retired tactic by its short name.
    pub fn retired_tactic(&self, short: &str) -> Option<&RetiredTactic> {
        self.retired_tactics.iter().find(|t| &*t.short == short)
    }

    /// The tactics that take the place of a retired one in a rule with these techniques: those successors that one of
    /// the techniques has, all successors where none has one.
    pub fn tactic_successors<'a>(
        &'a self,
        tactic: &'a RetiredTactic,
        techniques: impl IntoIterator<Item = &'a str>,
    ) -> Vec<&'a str> {
        let mut has = vec![false; tactic.successors.len()];
        for id in techniques {
            let Some(technique) = self.technique(self.current(id)) else { continue };
            for (has, successor) in has.iter_mut().zip(&tactic.successors) {
                *has |= technique.tactics.contains(successor);
            }
        }
        let none = !has.contains(&true);
        tactic.successors.iter().zip(has).filter(|(_, has)| none || *has).map(|(s, _)| &**s).collect()
    }
}

/// The order of a table's id (upper case) and an id in either case.
fn order(id: &str, other: &str) -> std::cmp::Ordering {
    id.bytes().cmp(other.bytes().map(|byte| byte.to_ascii_uppercase()))
}

/// The parent of a sub-technique: `T1059` of `T1059.001`.
pub fn parent(id: &str) -> Option<&str> {
    id.split_once('.').map(|(parent, _)| parent)
}

/// The parent of a sub-technique, any other id itself.
pub fn parent_or_self(id: &str) -> &str {
    parent(id).unwrap_or(id)
}

/// The technique that a Sigma tag names, in upper case: `T1059.001` of `attack.t1059.001`.
pub fn technique_of_tag(tag: &str) -> Option<String> {
    let (namespace, name) = tag.split_at_checked(7)?;
    (namespace.eq_ignore_ascii_case("attack.") && is_technique_id(name)).then(|| name.to_ascii_uppercase())
}

/// Whether this has the form of a technique's id, in either case: `T` and four digits, for sub-techniques a dot and
/// three more.
pub fn is_technique_id(id: &str) -> bool {
    let digits = |s: &[u8]| s.iter().all(u8::is_ascii_digit);
    match id.as_bytes() {
        [b'T' | b't', rest @ ..] if rest.len() == 4 => digits(rest),
        [b'T' | b't', a @ .., b'.', x, y, z] if a.len() == 4 => digits(a) && digits(&[*x, *y, *z]),
        _ => false,
    }
}

/// Calls `row` with the columns of every line but the first.
fn rows<'a, const N: usize>(
    file: &'static str,
    text: &'a str,
    mut row: impl FnMut([&'a str; N]),
) -> Result<(), TableError> {
    for (i, line) in text.lines().enumerate().skip(1) {
        if line.trim().is_empty() {
            continue;
        }
        let mut columns = [""; N];
        let mut count = 0;
        for (slot, column) in columns.iter_mut().zip(line.split('\t')) {
            *slot = column.trim();
            count += 1;
        }
        // Trailing columns may be empty, and editors cut trailing tabs.
        if count < 2 || columns.first().is_some_and(|id| id.is_empty()) {
            return Err(TableError { file, line: i + 1, message: format!("expected {N} columns between tabs") });
        }
        row(columns);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_tables_read() {
        let attack = Attack::parse(&EMBEDDED).unwrap();
        assert_eq!(attack.version(), "v19");
        assert_eq!(attack.techniques().len(), 697);
        assert_eq!(attack.tactics().len(), 15);
        assert_eq!(&*attack.technique("T1059.001").unwrap().name, "PowerShell");
        for t in attack.techniques() {
            assert!(is_technique_id(&t.id));
            assert!(t.tactics.iter().all(|s| attack.tactic(s).is_some()), "{}", t.id);
        }
    }

    #[test]
    fn retired_ids_lead_to_current_ones() {
        let attack = Attack::embedded();
        assert_eq!(attack.current("T1086"), "T1059.001");
        assert_eq!(attack.current("T1562.001"), "T1685");
        assert_eq!(attack.current("T1059.001"), "T1059.001");
        assert_eq!(attack.current("T9999"), "T9999");
        assert_eq!(attack.retired("T1562.001").unwrap().retired_in.as_deref(), Some("v19"));
        assert_eq!(attack.retired("T1086").unwrap().retired_in, None);
        for r in &attack.retired {
            assert!(r.successor.as_deref().is_none_or(|to| attack.technique(to).is_some()), "{}", r.id);
        }
    }

    #[test]
    fn a_retired_tactic_becomes_what_the_techniques_have() {
        let attack = Attack::embedded();
        let old = attack.retired_tactic("defense-evasion").unwrap();
        assert_eq!(attack.tactic_successors(old, ["T1685"]), ["defense-impairment"]);
        assert_eq!(attack.tactic_successors(old, ["T1562.001"]), ["defense-impairment"]);
        assert_eq!(attack.tactic_successors(old, ["T1218.011"]), ["stealth"]);
        assert_eq!(attack.tactic_successors(old, ["T1218.011", "T1685"]), ["stealth", "defense-impairment"]);
        assert_eq!(attack.tactic_successors(old, []), ["stealth", "defense-impairment"]);
    }

    #[test]
    fn a_circle_of_successors_ends_in_nothing() {
        let tables = Tables {
            version: "",
            techniques: "id\tname\ttactics\nT1001\tX\timpact\n",
            tactics: "id\tshortname\tname\nTA0040\timpact\tImpact\n",
            retired: "id\tname\tstatus\tsuccessor\nT1002\tA\trevoked\tT1003\nT1003\tB\trevoked\tT1002\nT1004\tC\trevoked\tT1005\nT1005\tD\trevoked\tT1001\n",
            retired_tactics: "h\n",
        };
        let attack = Attack::parse(&tables).unwrap();
        assert_eq!(attack.version(), "custom");
        assert_eq!(attack.retired("T1002").unwrap().successor, None);
        assert_eq!(attack.retired("T1004").unwrap().successor.as_deref(), Some("T1001"));
        let broken = Tables { techniques: "id\nT1001\n", ..tables };
        assert_eq!(
            Attack::parse(&broken).unwrap_err().to_string(),
            "techniques.tsv:2: expected 3 columns between tabs"
        );
    }

    #[test]
    fn tags_name_techniques() {
        assert_eq!(technique_of_tag("attack.t1059.001").as_deref(), Some("T1059.001"));
        assert_eq!(technique_of_tag("attack.T1059").as_deref(), Some("T1059"));
        assert_eq!(technique_of_tag("attack.execution"), None);
        assert_eq!(technique_of_tag("attack.t1059.01"), None);
        assert_eq!(technique_of_tag("cve.2021"), None);
        assert_eq!(parent("T1059.001"), Some("T1059"));
        assert_eq!(parent_or_self("T1059"), "T1059");
    }
}
