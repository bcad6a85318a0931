//! Bytes → tables: checked once, then read in place.

use std::borrow::Cow;
use std::ops::Range;

use super::write::{CHECKSUM_AT, HEADER};
use super::{Column, MAGIC, NONE, SCHEMA, SECTIONS, Section, SnapshotError, VERSION, flags};
use crate::op::Op;
use crate::vendor::Vendor;

/// A snapshot that has been checked.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Everything before the texts.
    bytes: Cow<'static, [u8]>,
    texts: Cow<'static, str>,
    sections: [(usize, usize); SECTIONS],
}

impl Snapshot {
    /// Checks bytes that are part of the program: they are read in place. Their checksum is not compared, since bytes of the
    /// program were never half written, and it takes a third of the time; the tables are checked all the same.
    pub fn from_static(bytes: &'static [u8]) -> Result<Self, SnapshotError> {
        let (sections, blob) = check(bytes, false)?;
        let (head, tail) = bytes.split_at_checked(blob.start).unwrap_or_default();
        let texts = std::str::from_utf8(tail).map_err(|_| not_utf8())?;
        Self { bytes: Cow::Borrowed(head), texts: Cow::Borrowed(texts), sections }.checked()
    }

    /// Checks bytes of a file.
    pub fn from_bytes(mut bytes: Vec<u8>) -> Result<Self, SnapshotError> {
        let (sections, blob) = check(&bytes, true)?;
        let tail = bytes.split_off(blob.start.min(bytes.len()));
        let texts = String::from_utf8(tail).map_err(|_| not_utf8())?;
        Self { bytes: Cow::Owned(bytes), texts: Cow::Owned(texts), sections }.checked()
    }

    fn checked(self) -> Result<Self, SnapshotError> {
        self.check_texts()?;
        for (section, table, columns) in SCHEMA {
            for (at, column) in columns.iter().enumerate() {
                self.check_column(section, table, at, *column)?;
            }
        }
        Ok(self)
    }

    /// Every start of a text is in order and on a character's boundary.
    fn check_texts(&self) -> Result<(), SnapshotError> {
        let bytes = self.texts.as_bytes();
        let starts = self.numbers(Section::Strings);
        // Within a character every byte is 10xxxxxx.
        let inside = |start: u32| bytes.get(start as usize).is_some_and(|b| b & 0xC0 == 0x80);
        let mut before = 0;
        let mut right = true;
        for start in starts.iter() {
            right &= start >= before && !inside(start);
            before = start;
        }
        if !right {
            return Err(damaged("texts", "the start of a text is wrong"));
        }
        if before as usize != bytes.len() || starts.at(0) != 0 {
            return Err(damaged("texts", "the texts do not fill their place"));
        }
        Ok(())
    }

    fn check_column(
        &self,
        section: Section,
        table: &'static str,
        at: usize,
        column: Column,
    ) -> Result<(), SnapshotError> {
        let records = self.records(section);
        let all = self.column(section, at);
        // Without the record that only says where the others end.
        let values = all.first(records);
        let wrong = |what| move || damaged(table, what);
        let count = |section| u32::try_from(self.records(section)).unwrap_or(NONE);
        let texts = count(Section::Strings);
        match column {
            Column::Any => Ok(()),
            Column::Text => values.all(|n| n < texts).then_some(()).ok_or_else(wrong("a text is not there")),
            Column::Record(other) => {
                let limit = count(other);
                values.all(|n| n < limit).then_some(()).ok_or_else(wrong("a record of another table is not there"))
            }
            Column::Option(other) => {
                // Looking something up ends at a free place.
                if !records.is_power_of_two() || values.all(|n| n != NONE) {
                    return Err(damaged(table, "its size is wrong"));
                }
                let limit = count(other);
                values
                    .all(|n| n < limit || n == NONE)
                    .then_some(())
                    .ok_or_else(wrong("a record of another table is not there"))
            }
            Column::Start(other) => {
                let mut before = 0;
                let ordered = |n| {
                    let right = n >= before;
                    before = n;
                    right
                };
                all.all(ordered).then_some(()).ok_or_else(wrong("a list ends before it starts"))?;
                if all.at(0) != 0 || all.at(records) != count(other) {
                    return Err(damaged(table, "its lists do not fill their table"));
                }
                Ok(())
            }
            Column::RuleAndFlags => {
                let limit = count(Section::Rules);
                values
                    .all(|n| (n >> 8 < limit) & (n & 0xFF < flags::COUNT))
                    .then_some(())
                    .ok_or_else(wrong("a rule is not there"))
            }
            Column::GroupAndFlags => {
                values.all(|n| n & 0xFFFF < flags::COUNT).then_some(()).ok_or_else(wrong("a role is unknown"))
            }
            Column::VendorAndText => {
                let vendors = Vendor::ALL.len() as u32;
                let good = |n| (n >> 24 < vendors) & (n & 0xFF_FFFF < texts);
                values.all(good).then_some(()).ok_or_else(wrong("a vendor or a text is not there"))
            }
            Column::FieldAndOp => {
                let (fields, ops) = (count(Section::Fields), count(Section::Ops));
                let good = |n| (n >> 16 < fields) & (n & 0xFFFF < ops);
                values.all(good).then_some(()).ok_or_else(wrong("a field or an operator is not there"))
            }
            Column::Vendor => {
                values.all(|n| n < Vendor::ALL.len() as u32).then_some(()).ok_or_else(wrong("a vendor is unknown"))
            }
            Column::Op => {
                let mut extras = self.column(section, at + 1).iter();
                let good = |base| {
                    let extras = extras.next().unwrap_or_default();
                    u8::try_from(base).is_ok_and(|base| Op::from_code(base, extras).is_some())
                };
                values.all(good).then_some(()).ok_or_else(wrong("an operator is unknown"))
            }
        }
    }

    /// The numbers of a table, one column after the other.
    pub(crate) fn numbers(&self, section: Section) -> Numbers<'_> {
        let (start, end) = self.sections.get(section as usize).copied().unwrap_or_default();
        Numbers::of(self.bytes.get(start..end).unwrap_or_default())
    }

    /// The numbers of one column of a table.
    pub(crate) fn column(&self, section: Section, column: usize) -> Numbers<'_> {
        let numbers = self.numbers(section);
        let height = numbers.len() / section.width();
        Numbers(numbers.0.get(column * height..(column + 1) * height).unwrap_or_default())
    }

    /// How many records a table has, without the one that only says where the others end.
    pub(crate) fn records(&self, section: Section) -> usize {
        let records = self.numbers(section).len() / section.width();
        if section.has_sentinel() { records.saturating_sub(1) } else { records }
    }

    /// One number of a table.
    pub(crate) fn get(&self, section: Section, record: u32, column: usize) -> u32 {
        self.column(section, column).at(record as usize)
    }

    /// The records that belong to `record`, of whose table this column is a [`Column::Start`].
    pub(crate) fn list(&self, section: Section, record: u32, column: usize) -> Range<u32> {
        self.get(section, record, column)..self.get(section, record.saturating_add(1), column)
    }

    /// A part of the first column of a table.
    pub(crate) fn slice(&self, section: Section, range: Range<u32>) -> Numbers<'_> {
        self.column(section, 0).range(range)
    }

    /// A text by its number.
    pub(crate) fn text(&self, number: u32) -> &str {
        let starts = self.numbers(Section::Strings);
        let (start, end) = (starts.at(number as usize), starts.at(number as usize + 1));
        self.texts.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The text in a column.
    pub(crate) fn text_at(&self, section: Section, record: u32, column: usize) -> &str {
        self.text(self.get(section, record, column))
    }

    /// Looks something up in a hash table.
    pub(crate) fn find(&self, index: Section, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        self.probe(index, hash).find(|&record| is(record))
    }

    /// Everything in a hash table that may have this hash, and possibly more.
    pub(crate) fn probe(&self, index: Section, hash: u64) -> impl Iterator<Item = u32> {
        let table = self.numbers(index);
        let mask = table.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        // The check made sure that there is a free place.
        std::iter::from_fn(move || {
            let record = table.get(at)?;
            at = (at + 1) & mask;
            (record != NONE).then_some(record)
        })
    }

    /// The size of the file in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len() + self.texts.len()
    }
}

/// Numbers of a table, read in place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers<'a>(&'a [[u8; 4]]);

impl<'a> Numbers<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self(bytes.as_chunks().0)
    }

    /// How many.
    pub(crate) fn len(self) -> usize {
        self.0.len()
    }

    /// The number at `i`.
    pub(crate) fn get(self, i: usize) -> Option<u32> {
        self.0.get(i).map(|bytes| u32::from_le_bytes(*bytes))
    }

    /// The number at `i`, 0 beyond the end (where nothing points that has been checked).
    pub(crate) fn at(self, i: usize) -> u32 {
        self.get(i).unwrap_or_default()
    }

    /// All of them.
    pub(crate) fn iter(self) -> impl ExactSizeIterator<Item = u32> + Clone + 'a {
        self.0.iter().map(|bytes| u32::from_le_bytes(*bytes))
    }

    /// The first `count` of them.
    fn first(self, count: usize) -> Self {
        Self(self.0.get(..count).unwrap_or(self.0))
    }

    /// Those in a range.
    pub(crate) fn range(self, range: Range<u32>) -> Self {
        Self(self.0.get(range.start as usize..range.end as usize).unwrap_or_default())
    }

    /// Whether all are good. If not, which is not cannot be said.
    ///
    /// Goes through all of them without looking back, which is many times faster than stopping at a bad one.
    fn all(self, mut good: impl FnMut(u32) -> bool) -> bool {
        self.iter().fold(true, |right, n| right & good(n))
    }
}

/// A hash that is the same on every machine and in every version of the format: FNV-1a.
pub(crate) fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for &byte in part {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        // What separates the parts is no byte of UTF-8.
        hash = (hash ^ 0xFF).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^ hash >> 32
}

fn damaged(table: &'static str, what: &'static str) -> SnapshotError {
    SnapshotError::Damaged { table, what }
}

fn not_utf8() -> SnapshotError {
    damaged("texts", "a text is not UTF-8")
}

/// Places of the sections, and of the texts.
type Layout = ([(usize, usize); SECTIONS], Range<usize>);

/// Checks the header and, if asked to, the checksum.
fn check(bytes: &[u8], sum: bool) -> Result<Layout, SnapshotError> {
    if !bytes.starts_with(&MAGIC) {
        let begun = !bytes.is_empty() && MAGIC.starts_with(bytes);
        return Err(if begun { length(HEADER as u64, bytes) } else { SnapshotError::NotASnapshot });
    }
    let head = Numbers::of(bytes.get(MAGIC.len()..HEADER).ok_or_else(|| length(HEADER as u64, bytes))?);
    let version = head.at(0);
    if version != VERSION {
        return Err(SnapshotError::Version { found: version });
    }
    let expected = u64::from(head.at(2)) | u64::from(head.at(3)) << 32;
    if expected != bytes.len() as u64 {
        return Err(length(expected, bytes));
    }
    if sum {
        let (expected, found) = (head.at(4), crc32fast::hash(bytes.get(CHECKSUM_AT + 4..).unwrap_or_default()));
        if expected != found {
            return Err(SnapshotError::Checksum { expected, found });
        }
    }
    if head.at(1) as usize != SECTIONS {
        return Err(damaged("contents", "their number is wrong"));
    }
    let mut sections = [(0, 0); SECTIONS];
    let mut at = HEADER;
    for (i, ((section, table, _), slot)) in SCHEMA.into_iter().zip(&mut sections).enumerate() {
        let (start, size) = (head.at(5 + 2 * i) as usize, head.at(6 + 2 * i) as usize);
        let end = start.saturating_add(size);
        let fits = start == at && end <= bytes.len() && size.is_multiple_of(4 * section.width());
        if !fits || (section.has_sentinel() && size == 0) {
            return Err(damaged(table, "its place is wrong"));
        }
        *slot = (start, end);
        at = end;
    }
    let blob = (head.at(5 + 2 * SECTIONS) as usize, head.at(6 + 2 * SECTIONS) as usize);
    if blob.0 != at || blob.0.saturating_add(blob.1) != bytes.len() {
        return Err(damaged("texts", "their place is wrong"));
    }
    Ok((sections, blob.0..bytes.len()))
}

fn length(expected: u64, bytes: &[u8]) -> SnapshotError {
    SnapshotError::Length { expected, found: bytes.len() as u64 }
}
