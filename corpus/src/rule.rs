//! A published rule as the corpus sees it: where it comes from and what it looks for.

use sigwise_sigma::Span;

use crate::logsource::{Event, LogSource};
use crate::op::Op;
use crate::vendor::Vendor;

/// A rule of any vendor, read.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Whose language it is in.
    pub vendor: Vendor,
    /// Its id, where it has one; as written.
    pub id: Option<Box<str>>,
    /// Its title; empty where it has none.
    pub title: Box<str>,
    /// Authors as written, all in one text; empty where none is named.
    pub author: Box<str>,
    /// Where it was found, relative to its source's folder, with `/`.
    pub path: Box<str>,
    /// 0-based document within the file.
    pub document: usize,
    /// How bad, such as `high`; as written, in lower case.
    pub level: Option<Box<str>>,
    /// How mature, such as `test`; as written, in lower case.
    pub status: Option<Box<str>>,
    /// Its own licence, where it names one.
    pub licence: Option<Box<str>>,
    /// `YYYY-MM-DD`, as written.
    pub date: Option<Box<str>>,
    /// `YYYY-MM-DD`, as written.
    pub modified: Option<Box<str>>,
    /// Ids of rules that it says it is related to.
    pub related: Vec<Box<str>>,
    /// ATT&CK ids in upper case, as written: retired ones are not mapped here. No duplicates, in the order of the rule.
    pub techniques: Vec<Box<str>>,
    /// Where it looks.
    pub logsource: LogSource,
    /// Which events it looks at.
    pub events: Vec<Event>,
    /// Names of the groups that predicates stand in: selections, clauses, sequence steps.
    pub groups: Vec<Box<str>>,
    /// It has a query, so that it should have predicates; a rule that only names a machine-learning job has none.
    pub has_query: bool,
    /// What it looks for, in the order of the rule.
    pub predicates: Vec<Predicate>,
    /// What could not be read, in words.
    pub unread: Vec<Box<str>>,
}

/// One (field, operator, value) of a rule.
#[derive(Clone, Debug)]
pub struct Predicate {
    /// The field's canonical name.
    pub field: Box<str>,
    /// The operator of the normal form.
    pub op: Op,
    /// The value of the normal form.
    pub value: Box<str>,
    /// What is done with the vendor's own field and its value, where that holds only a part of what the canonical one holds:
    /// the name in a path, a word of a command line.
    pub own: Option<Box<(Op, Box<str>)>>,
    /// The vendor's name of the field.
    pub field_raw: Box<str>,
    /// The value as written (without quotes).
    pub value_raw: Box<str>,
    /// How the value was written: for Sigma the modifiers that shape it (`wide|base64offset|contains`), for others empty.
    pub modifiers: Box<str>,
    /// What it is for.
    pub role: Role,
    /// Where in the logic it stands.
    pub scope: Scope,
    /// Its value is joined by *and* to the other values of its field in its group: those of its item (`contains|all`), or
    /// those of another item.
    pub all: bool,
    /// Computed by the query, not read from the event: it has no row.
    pub derived: bool,
    /// Its field says where to look, not what for.
    pub scaffold: bool,
    /// It has a row: neither derived nor a reference to another field, a list or a placeholder.
    pub has_row: bool,
    /// Index into [`Rule::groups`].
    pub group: u16,
    /// Where the value stands in the file.
    pub span: Option<Span>,
    /// Where the field (its name without modifiers) stands in the file.
    pub field_span: Option<Span>,
}

/// What a predicate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The rule looks for it.
    Indicator,
    /// The rule leaves it out.
    Exclusion,
}

impl Role {
    /// Its word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Indicator => "indicator",
            Self::Exclusion => "exclusion",
        }
    }
}

/// Where in the logic of its rule a predicate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// In the conjunction at the root, with the alternatives of one field's values and of one selection.
    Top,
    /// Below an *or* of the condition.
    Branch,
    /// An exception to an exclusion: kept, but outside statistics.
    Guard,
}

impl Scope {
    /// Its word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Top => "top",
            Self::Branch => "branch",
            Self::Guard => "guard",
        }
    }
}

impl Rule {
    /// A rule of which nothing is known but where it was found, and that it has a query.
    pub fn new(vendor: Vendor, path: &str) -> Self {
        Self {
            vendor,
            id: None,
            title: "".into(),
            author: "".into(),
            path: path.into(),
            document: 0,
            level: None,
            status: None,
            licence: None,
            date: None,
            modified: None,
            related: Vec::new(),
            techniques: Vec::new(),
            logsource: LogSource::default(),
            events: Vec::new(),
            groups: Vec::new(),
            has_query: true,
            predicates: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// The id, else the title: what a person calls the rule by.
    pub fn name(&self) -> &str {
        self.id.as_deref().unwrap_or(&self.title)
    }

    /// The name of a predicate's group.
    pub fn group(&self, predicate: &Predicate) -> &str {
        self.groups.get(usize::from(predicate.group)).map_or("", |g| g)
    }
}
