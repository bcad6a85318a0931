//! The snapshot: what the corpus knows, as one flat file.
//!
//! Little-endian throughout. A header (magic, version, length, checksum, height of every table, width of every column), then
//! tables described by [`SCHEMA`], column after column, each as wide as its largest number ([`Numbers`]), then all texts in one
//! UTF-8 blob. Numbers that point somewhere are checked once, when a snapshot is loaded; nothing is decoded or indexed then:
//! look-up tables and inverted lists are part of the file. The primary table is [`Section::Incidence`] (rule × row, with
//! role, scope and group); all other statistics follow from it, so that any rule can be left out of any count.
//!
//! A snapshot holds statistics with attribution (title, id, author, path, licence), never a rule's text or description.

mod numbers;
mod read;
mod spelling;
#[cfg(test)]
mod tests;
mod write;

use std::fmt;

pub use read::Snapshot;
pub(crate) use read::{bucket, hash};
pub(crate) use spelling::Ends;
pub(crate) use write::Tables;

/// The first bytes of every snapshot.
const MAGIC: [u8; 8] = *b"SIGWISE\x1a";

/// The version of the format; a file of another one is not read.
pub const VERSION: u32 = 6;

/// An absent number.
pub(crate) const NONE: u32 = u32::MAX;

/// The tables of a snapshot, in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Section {
    /// One record about the whole.
    Meta,
    /// Where the rules come from.
    Sources,
    /// Files that could not be read.
    Unread,
    /// Operators.
    Ops,
    /// Fields, sorted by name.
    Fields,
    /// Rows, sorted by field, operator and value.
    Rows,
    /// In which ways vendors write rows.
    Forms,
    /// How vendors write a row.
    Spellings,
    /// Row → rules.
    RowRules,
    /// Field → rules that look at it.
    FieldRules,
    /// Rows that many rules leave out, sorted, with how many do.
    LeftOut,
    /// Rules, in the order of sources and paths.
    Rules,
    /// Rule → rows: the primary table.
    Incidence,
    /// Rule → names of its groups.
    RuleGroups,
    /// Rule → techniques.
    RuleTechniques,
    /// Rule → events.
    RuleEvents,
    /// Rule → ids of related rules.
    RuleRelated,
    /// Rule → authors.
    RuleAuthors,
    /// Rule → what it asks of results of its query.
    RuleDerived,
    /// Techniques, sorted by id.
    Techniques,
    /// Technique → rules.
    TechniqueRules,
    /// Log sources, sorted.
    LogSources,
    /// Log source → rules.
    LogSourceRules,
    /// Log source → fields of indicators, with how many rules use each.
    LogSourceFields,
    /// Events, sorted.
    Events,
    /// Authors, sorted by name.
    Authors,
    /// Words of titles and values, sorted.
    Words,
    /// Word → rules.
    WordRules,
    /// Buckets of [`Section::RowHash`].
    RowBuckets,
    /// [`Section::Rows`] by the bucket of their hash.
    RowHash,
    /// Buckets of [`Section::IdHash`].
    IdBuckets,
    /// [`Section::Rules`] that have an id, by the bucket of its hash.
    IdHash,
    /// Buckets of [`Section::TitleHash`].
    TitleBuckets,
    /// [`Section::Rules`] that have a title, by the bucket of its hash.
    TitleHash,
    /// Buckets of [`Section::WordHash`].
    WordBuckets,
    /// [`Section::Words`] by the bucket of their hash.
    WordHash,
    /// How many rows have which reach, by reach.
    Reaches,
    /// Where each text starts in the blob.
    Strings,
}

/// How many tables there are.
pub(crate) const SECTIONS: usize = 38;

/// What a column of a table holds, and so what is checked when a snapshot is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    /// Any number.
    Any,
    /// A text.
    Text,
    /// A record of a table.
    Record(Section),
    /// The first of this record's records in another table; they end where those of the next record start. The table has
    /// one record more than it has entries.
    Start(Section),
    /// Where a text starts in the blob.
    TextStart,
    /// A rule, and [`flags`] in the lower bits.
    RuleAndFlags,
    /// A group, and [`flags`] in the lower bits.
    GroupAndFlags,
    /// Index of a vendor.
    Vendor,
    /// Base of an operator; the next column holds its extras.
    Op,
}

/// The tables: section, name in messages, columns.
#[rustfmt::skip]
const SCHEMA: [(Section, &str, &[Column]); SECTIONS] = {
    use Column::{Any, GroupAndFlags, Op, Record, RuleAndFlags, Start, Text, TextStart, Vendor};
    use Section as S;
    [
        // version of ATT&CK; families; the day on which the newest rules changed
        (S::Meta, "meta", &[Text, Any, Any]),
        // vendor, label, repository, commit, date, licence, URL template, files, rules left out as inactive, rules;
        // rules with a query, those of them without a known log source, those of them of which nothing could be read
        (S::Sources, "sources", &[Vendor, Text, Text, Text, Text, Text, Text, Any, Any, Any, Any, Any, Any]),
        // source, path, reason
        (S::Unread, "unread", &[Record(S::Sources), Text, Text]),
        (S::Ops, "operators", &[Op, Any]),
        // name, first row, first rule
        (S::Fields, "fields", &[Text, Start(S::Rows), Start(S::FieldRules)]),
        // field, operator, value, first spelling, first rule
        (S::Rows, "rows", &[Record(S::Fields), Record(S::Ops), Text, Start(S::Spellings), Start(S::RowRules)]),
        // vendor, key (Sigma: modifiers; others: field), packed Ends, before, after
        (S::Forms, "forms", &[Vendor, Text, Any, Text, Text]),
        // form; case of letters, or the value as written where the form has no Ends
        (S::Spellings, "spellings", &[Record(S::Forms), Text]),
        (S::RowRules, "rules of rows", &[RuleAndFlags]),
        (S::FieldRules, "rules of fields", &[Record(S::Rules)]),
        // row, rules
        (S::LeftOut, "what many leave out", &[Record(S::Rows), Any]),
        // see `of_rule`
        (S::Rules, "rules", &[
            Record(S::Sources), Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Any, Record(S::LogSources),
            Any, Any, Start(S::Incidence), Start(S::RuleGroups), Start(S::RuleTechniques), Start(S::RuleEvents),
            Start(S::RuleRelated), Start(S::RuleAuthors), Start(S::RuleDerived), Any, Any, Any, Any, Any, Any,
        ]),
        (S::Incidence, "incidence", &[Record(S::Rows), GroupAndFlags]),
        (S::RuleGroups, "groups", &[Text]),
        (S::RuleTechniques, "techniques of rules", &[Record(S::Techniques)]),
        (S::RuleEvents, "events of rules", &[Record(S::Events)]),
        (S::RuleRelated, "related rules", &[Text]),
        (S::RuleAuthors, "authors of rules", &[Record(S::Authors)]),
        // name of the result, operator, value, `flags`
        (S::RuleDerived, "results of queries", &[Text, Record(S::Ops), Text, Any]),
        // id, first rule
        (S::Techniques, "techniques", &[Text, Start(S::TechniqueRules)]),
        (S::TechniqueRules, "rules of techniques", &[Record(S::Rules)]),
        // product, category, service, first rule, first field
        (S::LogSources, "log sources", &[Text, Text, Text, Start(S::LogSourceRules), Start(S::LogSourceFields)]),
        (S::LogSourceRules, "rules of log sources", &[Record(S::Rules)]),
        // field, rules
        (S::LogSourceFields, "fields of log sources", &[Record(S::Fields), Any]),
        // provider, id
        (S::Events, "events", &[Text, Text]),
        (S::Authors, "authors", &[Text]),
        // start and length in the blob, where a word is part of another text; first rule
        (S::Words, "words", &[Any, Any, Start(S::WordRules)]),
        (S::WordRules, "rules of words", &[Record(S::Rules)]),
        (S::RowBuckets, "index of rows", &[Start(S::RowHash)]),
        (S::RowHash, "index of rows", &[Record(S::Rows)]),
        (S::IdBuckets, "index of ids", &[Start(S::IdHash)]),
        (S::IdHash, "index of ids", &[Record(S::Rules)]),
        (S::TitleBuckets, "index of titles", &[Start(S::TitleHash)]),
        (S::TitleHash, "index of titles", &[Record(S::Rules)]),
        (S::WordBuckets, "index of words", &[Start(S::WordHash)]),
        (S::WordHash, "index of words", &[Record(S::Words)]),
        // reach, and how many rows have it, of those that rules look for and that are no scaffold
        (S::Reaches, "reaches", &[Any, Any]),
        (S::Strings, "texts", &[TextStart]),
    ]
};

/// How many columns there are.
const COLUMNS: usize = {
    let (mut count, mut at) = (0, 0);
    while at < SECTIONS {
        count += SCHEMA[at].2.len();
        at += 1;
    }
    count
};

/// The number of each table's first column among all columns.
const FIRST_COLUMN: [usize; SECTIONS] = {
    let (mut first, mut at) = ([0; SECTIONS], 1);
    while at < SECTIONS {
        first[at] = first[at - 1] + SCHEMA[at - 1].2.len();
        at += 1;
    }
    first
};

/// Whether the last record of each table only says where the others end.
const SENTINELS: [bool; SECTIONS] = {
    let (mut all, mut table) = ([false; SECTIONS], 0);
    while table < SECTIONS {
        let (columns, mut column) = (SCHEMA[table].2, 0);
        while column < columns.len() {
            all[table] |= columns[column].grows();
            column += 1;
        }
        table += 1;
    }
    all
};

impl Section {
    const fn columns(self) -> &'static [Column] {
        SCHEMA[self as usize].2
    }

    const fn width(self) -> usize {
        self.columns().len()
    }

    /// Whether its last record only says where the others end.
    fn has_sentinel(self) -> bool {
        SENTINELS[self as usize]
    }
}

impl Column {
    /// Whether its numbers never go down.
    const fn grows(self) -> bool {
        matches!(self, Self::Start(_) | Self::TextStart)
    }
}

/// The columns of [`Section::Rules`].
pub(crate) mod of_rule {
    pub(crate) const SOURCE: usize = 0;
    pub(crate) const ID: usize = 1;
    pub(crate) const TITLE: usize = 2;
    pub(crate) const AUTHOR: usize = 3;
    /// The folder of its file, with `/` at the end; empty for none.
    pub(crate) const FOLDER: usize = 4;
    pub(crate) const FILE: usize = 5;
    pub(crate) const LEVEL: usize = 6;
    pub(crate) const STATUS: usize = 7;
    pub(crate) const LICENCE: usize = 8;
    pub(crate) const DATE: usize = 9;
    pub(crate) const MODIFIED: usize = 10;
    pub(crate) const DOCUMENT: usize = 11;
    pub(crate) const LOGSOURCE: usize = 12;
    pub(crate) const FAMILY: usize = 13;
    /// 0 where it has no query, 1 where it has one of which nothing could be read, else 2.
    pub(crate) const QUERY: usize = 14;
    pub(crate) const INCIDENCE: usize = 15;
    pub(crate) const GROUPS: usize = 16;
    pub(crate) const TECHNIQUES: usize = 17;
    pub(crate) const EVENTS: usize = 18;
    pub(crate) const RELATED: usize = 19;
    pub(crate) const AUTHORS: usize = 20;
    pub(crate) const DERIVED: usize = 21;
    /// The day on which it was written or changed last, see [`crate::days::day`]; 0 where it does not say.
    pub(crate) const CHANGED: usize = 22;
    /// The first of [`crate::likeness::KINDS`] columns: how much there is of the rule.
    pub(crate) const MASS: usize = 23;
    /// How many there are.
    pub(crate) const COUNT: usize = MASS + crate::likeness::KINDS;
}

/// Role, scope and join of an incidence in one number.
pub(crate) mod flags {
    use crate::rule::{Role, Scope};

    /// How many bits they take.
    pub(crate) const BITS: u32 = 5;

    /// One of too many values of a list, beyond those that count; of an incidence only.
    pub(crate) const BEYOND: u32 = 1 << 4;

    /// The part of a number that they take.
    pub(crate) const MASK: u32 = (1 << BITS) - 1;

    /// Packs; bit 0 exclusion, bits 1–2 scope, bit 3 joined by *and*.
    pub(crate) fn pack(role: Role, scope: Scope, all: bool) -> u32 {
        let scope = match scope {
            Scope::Top => 0,
            Scope::Branch => 1,
            Scope::Guard => 2,
        };
        u32::from(role == Role::Exclusion) | scope << 1 | u32::from(all) << 3
    }

    /// Unpacks.
    pub(crate) fn unpack(flags: u32) -> (Role, Scope, bool) {
        let role = if flags & 1 == 0 { Role::Indicator } else { Role::Exclusion };
        let scope = match flags >> 1 & 3 {
            0 => Scope::Top,
            1 => Scope::Branch,
            _ => Scope::Guard,
        };
        (role, scope, flags >> 3 & 1 == 1)
    }
}

/// Why a file is no usable snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotError {
    /// It does not begin like one.
    NotASnapshot,
    /// It is of another version of the format.
    Version {
        /// The one it says.
        found: u32,
    },
    /// It ends too early, or goes on too long.
    Length {
        /// Bytes it should have.
        expected: u64,
        /// Bytes it has.
        found: u64,
    },
    /// Its bytes are not the ones that were written.
    Checksum {
        /// The checksum that it carries.
        expected: u32,
        /// The checksum of what is there.
        found: u32,
    },
    /// A table contradicts itself.
    Damaged {
        /// Which table.
        table: &'static str,
        /// What is wrong with it.
        what: &'static str,
    },
    /// There is more to write than the format can hold.
    TooLarge {
        /// Of which table.
        table: &'static str,
    },
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const AGAIN: &str = "build it again with `sigwise corpus build`";
        match self {
            Self::NotASnapshot => {
                write!(f, "not a corpus snapshot: it does not begin like one; make one with `sigwise corpus build`")
            }
            Self::Version { found } => {
                write!(f, "a snapshot of format {found}, but this version of sigwise reads format {VERSION}; {AGAIN}")
            }
            Self::Length { expected, found } => write!(
                f,
                "the snapshot is damaged: it has {found} bytes where it should have {expected}, as if writing it was \
                 interrupted; {AGAIN}"
            ),
            Self::Checksum { expected, found } => write!(
                f,
                "the snapshot is damaged: its checksum is {found:08x} where it should be {expected:08x}; {AGAIN}"
            ),
            Self::Damaged { table, what } => {
                write!(f, "the snapshot is damaged: in its table of {table}, {what}; {AGAIN}")
            }
            Self::TooLarge { table } => write!(f, "too many rules for one snapshot: its table of {table} is full"),
        }
    }
}

impl std::error::Error for SnapshotError {}
