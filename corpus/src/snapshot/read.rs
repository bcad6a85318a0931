//! Bytes → tables: checked once, then read in place.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;

use rayon::prelude::*;

use super::numbers::{BLOCK, MARGIN, Numbers};
use super::write::{CHECKSUM_AT, HEADER};
use super::{COLUMNS, Column, FIRST_COLUMN, MAGIC, NONE, SCHEMA, SECTIONS, Section, SnapshotError, VERSION, flags};
use crate::op::Op;
use crate::vendor::Vendor;

/// A snapshot that has been checked.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Everything before the texts.
    bytes: Cow<'static, [u8]>,
    texts: Cow<'static, str>,
    columns: [Place; COLUMNS],
}

/// Where a column is.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    start: usize,
    /// Of the table; the numbers of blocks come before the numbers themselves.
    blocks: usize,
    height: usize,
    width: usize,
}

/// Larger files are checked on all cores.
const AT_ONCE: u64 = 32 << 20;

/// The largest number of a group in its rule.
const GROUPS: u32 = u16::MAX as u32;

impl Snapshot {
    /// Checks bytes that are part of the program: they are read in place. Their checksum is not compared, since bytes of the
    /// program were never half written, and it takes a third of the time; the tables are checked all the same.
    pub fn from_static(bytes: &'static [u8]) -> Result<Self, SnapshotError> {
        let layout = Layout::of(bytes, bytes.len() as u64)?;
        let (head, tail) = bytes.split_at_checked(layout.texts).unwrap_or_default();
        let texts = std::str::from_utf8(tail).map_err(|_| not_utf8())?;
        let snapshot = Self { bytes: Cow::Borrowed(head), texts: Cow::Borrowed(texts), columns: layout.columns };
        snapshot.check_tables()?;
        Ok(snapshot)
    }

    /// Checks bytes of a file.
    pub fn from_bytes(mut bytes: Vec<u8>) -> Result<Self, SnapshotError> {
        let layout = Layout::of(&bytes, bytes.len() as u64)?;
        let texts = bytes.split_off(layout.texts.min(bytes.len()));
        Self::from_parts(layout, bytes, texts)
    }

    /// Reads a file of `size` bytes, and checks it: tables and texts go where they stay, which saves large files a copy.
    ///
    /// # Errors
    /// What reading fails with; then, inside, what is wrong with what was read.
    pub fn from_reader(mut file: impl Read, size: u64) -> io::Result<Result<Self, SnapshotError>> {
        let mut tables = Vec::new();
        file.by_ref().take(HEADER as u64).read_to_end(&mut tables)?;
        let layout = match Layout::of(&tables, size) {
            Ok(layout) => layout,
            Err(error) => return Ok(Err(error)),
        };
        // The layout fits the size of the file, so that this is no more than there is to read.
        tables.reserve_exact(layout.texts.saturating_sub(tables.len()));
        file.by_ref().take(layout.texts.saturating_sub(tables.len()) as u64).read_to_end(&mut tables)?;
        let mut texts = Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_sub(tables.len()));
        file.read_to_end(&mut texts)?;
        Ok(Self::from_parts(layout, tables, texts))
    }

    fn from_parts(layout: Layout, tables: Vec<u8>, texts: Vec<u8>) -> Result<Self, SnapshotError> {
        let found = (tables.len() + texts.len()) as u64;
        if found != layout.size {
            return Err(SnapshotError::Length { expected: layout.size, found });
        }
        let large = found > AT_ONCE;
        let (sum, texts) = side_by_side(large, || Layout::sum_tables(&tables), || String::from_utf8(texts));
        let texts = match texts {
            Ok(texts) => texts,
            Err(error) => {
                layout.check_sum(sum, error.as_bytes())?;
                return Err(not_utf8());
            }
        };
        let snapshot = Self { bytes: Cow::Owned(tables), texts: Cow::Owned(texts), columns: layout.columns };
        let (sum, tables) =
            side_by_side(large, || layout.check_sum(sum, snapshot.texts.as_bytes()), || snapshot.check_tables());
        sum.and(tables)?;
        Ok(snapshot)
    }

    fn check_tables(&self) -> Result<(), SnapshotError> {
        let columns = SCHEMA.iter().flat_map(|(section, table, columns)| {
            columns.iter().enumerate().map(move |(at, column)| (*section, *table, at, *column))
        });
        let check = |(section, table, at, column)| self.check_column(section, table, at, column);
        if self.size() as u64 > AT_ONCE {
            let columns: Vec<_> = columns.collect();
            // What comes first in the file is told, whichever core found something.
            let checked: Vec<_> = columns.into_par_iter().with_max_len(1).map(check).collect();
            checked.into_iter().collect()
        } else {
            columns.into_iter().try_for_each(check)
        }
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
            Column::TextStart => {
                let bytes = self.texts.as_bytes();
                // Within a character every byte is 10xxxxxx.
                let inside = |start: u32| bytes.get(start as usize).is_some_and(|b| b & 0xC0 == 0x80);
                let mut before = 0;
                let mut right = true;
                for start in all.iter() {
                    right &= start >= before && !inside(start);
                    before = start;
                }
                if !right {
                    return Err(damaged(table, "the start of a text is wrong"));
                }
                if before as usize != bytes.len() || all.at(0) != 0 {
                    return Err(damaged(table, "the texts do not fill their place"));
                }
                Ok(())
            }
            Column::RuleAndFlags => {
                let limit = count(Section::Rules);
                values.all(|n| n >> flags::BITS < limit).then_some(()).ok_or_else(wrong("a rule is not there"))
            }
            Column::GroupAndFlags => {
                values.all(|n| n >> flags::BITS <= GROUPS).then_some(()).ok_or_else(wrong("a group is not there"))
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

    /// The numbers of one column of a table.
    pub(crate) fn column(&self, section: Section, column: usize) -> Numbers<'_> {
        let number = FIRST_COLUMN.get(section as usize).map_or(COLUMNS, |first| first + column);
        let Some(place) = self.columns.get(number) else { return Numbers::EMPTY };
        let rest = self.bytes.get(place.start..).unwrap_or_default();
        let (bases, rest) = rest.split_at_checked(4 * place.blocks).unwrap_or_default();
        Numbers::of(bases.as_chunks().0, rest, place.width, place.height)
    }

    /// How many records a table has, without the one that only says where the others end.
    pub(crate) fn records(&self, section: Section) -> usize {
        let first = FIRST_COLUMN.get(section as usize).copied().unwrap_or(COLUMNS);
        let records = self.columns.get(first).map_or(0, |place| place.height);
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
        let starts = self.column(Section::Strings, 0);
        let (start, end) = (starts.at(number as usize), starts.at(number as usize + 1));
        self.texts.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The text of a word by its number.
    pub(crate) fn word(&self, word: u32) -> &str {
        let start = self.get(Section::Words, word, 0) as usize;
        let length = self.get(Section::Words, word, 1) as usize;
        self.texts.get(start..start.saturating_add(length)).unwrap_or_default()
    }

    /// The text in a column.
    pub(crate) fn text_at(&self, section: Section, record: u32, column: usize) -> &str {
        self.text(self.get(section, record, column))
    }

    /// Everything in a look-up table that may have this hash, and possibly more.
    pub(crate) fn probe(&self, buckets: Section, index: Section, hash: u64) -> impl Iterator<Item = u32> + Clone {
        let bucket = bucket(hash, self.records(buckets));
        self.slice(index, self.list(buckets, bucket, 0)).iter()
    }

    /// The size of the file in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len() + self.texts.len()
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

/// The bucket of a hash among so many.
pub(crate) fn bucket(hash: u64, buckets: usize) -> u32 {
    (((hash & u64::from(u32::MAX)) * buckets as u64) >> 32) as u32
}

fn damaged(table: &'static str, what: &'static str) -> SnapshotError {
    SnapshotError::Damaged { table, what }
}

fn not_utf8() -> SnapshotError {
    damaged("texts", "a text is not UTF-8")
}

/// What the header says.
struct Layout {
    columns: [Place; COLUMNS],
    /// Where the texts begin.
    texts: usize,
    /// Of the file.
    size: u64,
    checksum: u32,
}

impl Layout {
    /// Reads the header of a file of `size` bytes from its beginning.
    fn of(bytes: &[u8], size: u64) -> Result<Self, SnapshotError> {
        let short = |expected: u64| SnapshotError::Length { expected, found: size };
        if !bytes.starts_with(&MAGIC) {
            let begun = !bytes.is_empty() && MAGIC.starts_with(bytes);
            return Err(if begun { short(HEADER as u64) } else { SnapshotError::NotASnapshot });
        }
        let word = |at: usize| {
            let four = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
            four.map(|four| u32::from_le_bytes(*four)).ok_or_else(|| short(HEADER as u64))
        };
        let version = word(MAGIC.len())?;
        if version != VERSION {
            return Err(SnapshotError::Version { found: version });
        }
        let least = (HEADER + MARGIN) as u64;
        let expected = u64::from(word(MAGIC.len() + 4)?) | u64::from(word(MAGIC.len() + 8)?) << 32;
        if expected != size || size < least {
            return Err(short(expected.max(least)));
        }
        let limit = usize::try_from(size).unwrap_or(usize::MAX) - MARGIN;
        let mut columns = [Place::default(); COLUMNS];
        let mut slots = columns.iter_mut();
        let mut at = HEADER;
        for (section, table, kinds) in SCHEMA {
            let height = word(CHECKSUM_AT + 4 + 4 * section as usize)? as usize;
            let first = FIRST_COLUMN.get(section as usize).copied().unwrap_or(COLUMNS);
            for ((number, column), slot) in (first..).zip(kinds).zip(&mut slots) {
                let width = bytes.get(CHECKSUM_AT + 4 + 4 * SECTIONS + number).copied().unwrap_or_default() as usize;
                let blocks = if column.grows() { height.div_ceil(BLOCK) } else { 0 };
                *slot = Place { start: at, blocks, height, width };
                at = at.saturating_add(4 * blocks).saturating_add(height.saturating_mul(width));
                if !(1..=4).contains(&width) || at > limit {
                    return Err(damaged(table, "its place is wrong"));
                }
            }
            if section.has_sentinel() && height == 0 {
                return Err(damaged(table, "its place is wrong"));
            }
        }
        Ok(Self { columns, texts: at + MARGIN, size, checksum: word(CHECKSUM_AT)? })
    }

    /// The checksum of the tables; that of the texts goes on from it.
    fn sum_tables(tables: &[u8]) -> crc32fast::Hasher {
        let mut sum = crc32fast::Hasher::new();
        sum.update(tables.get(CHECKSUM_AT + 4..).unwrap_or_default());
        sum
    }

    fn check_sum(&self, mut sum: crc32fast::Hasher, texts: &[u8]) -> Result<(), SnapshotError> {
        sum.update(texts);
        let (expected, found) = (self.checksum, sum.finalize());
        if expected == found { Ok(()) } else { Err(SnapshotError::Checksum { expected, found }) }
    }
}

/// Does both, on two cores if it is worth it.
fn side_by_side<A: Send, B: Send>(worth: bool, a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    if worth { rayon::join(a, b) } else { (a(), b()) }
}
