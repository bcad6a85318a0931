//! Tables → bytes.

use super::numbers::{BLOCK, MARGIN, put, width};
use super::{COLUMNS, Column, MAGIC, NONE, SCHEMA, SECTIONS, Section, SnapshotError, VERSION, flags};

/// Size of the header in bytes: magic, version, length, checksum, then the height of every table and the width of every column.
pub(super) const HEADER: usize = 8 + 4 + 8 + 4 + 4 * SECTIONS + COLUMNS;

/// Where the checksum stands; it covers everything after itself.
pub(super) const CHECKSUM_AT: usize = 8 + 4 + 8;

/// The tables of a snapshot while it is built.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    sections: Vec<Vec<u32>>,
    blob: String,
}

impl Tables {
    pub(crate) fn new() -> Self {
        Self { sections: vec![Vec::new(); SECTIONS], blob: String::new() }
    }

    /// Adds a record, whose columns are those of [`SCHEMA`].
    pub(crate) fn push<const N: usize>(&mut self, section: Section, record: [u32; N]) {
        debug_assert_eq!(N, section.width(), "{section:?}");
        if let Some(table) = self.sections.get_mut(section as usize) {
            table.extend(record);
        }
    }

    /// How many records there are, an end record included.
    pub(crate) fn len(&self, section: Section) -> u32 {
        let numbers = self.sections.get(section as usize).map_or(0, Vec::len);
        u32::try_from(numbers / section.width()).unwrap_or(NONE)
    }

    /// Sets the texts, which have been numbered in the order of `texts`, and numbers them anew: columns that repeat few texts
    /// come first, so that they get small numbers and are narrow. Returns the new numbers.
    pub(crate) fn set_texts(&mut self, texts: &[&str]) -> Vec<u32> {
        let mut columns = Vec::new();
        for (section, _, kinds) in SCHEMA {
            let records = self.len(section) as usize;
            for (column, _) in kinds.iter().enumerate().filter(|(_, kind)| **kind == Column::Text) {
                let mut seen = vec![false; texts.len()];
                let mut distinct = 0usize;
                for text in self.column(section, column) {
                    if let Some(seen) = seen.get_mut(text as usize).filter(|seen| !**seen) {
                        *seen = true;
                        distinct += 1;
                    }
                }
                columns.push((distinct * 1000 / records.max(1), section, column));
            }
        }
        // The order of the schema decides between equal ones.
        columns.sort_by_key(|(share, ..)| *share);
        let mut numbers = vec![NONE; texts.len()];
        let mut order = Vec::with_capacity(texts.len());
        let mut take = |text: u32| {
            if let Some(number) = numbers.get_mut(text as usize).filter(|number| **number == NONE) {
                *number = u32::try_from(order.len()).unwrap_or(NONE);
                order.push(text as usize);
            }
        };
        // The empty text.
        take(0);
        for &(_, section, column) in &columns {
            self.column(section, column).for_each(&mut take);
        }
        (0..texts.len() as u32).for_each(take);
        for &(_, section, column) in &columns {
            let table = self.sections.get_mut(section as usize).into_iter().flatten();
            for text in table.skip(column).step_by(section.width()) {
                *text = numbers.get(*text as usize).copied().unwrap_or(NONE);
            }
        }
        for text in order.into_iter().filter_map(|text| texts.get(text)) {
            self.push(Section::Strings, [self.blob_end()]);
            self.blob.push_str(text);
        }
        self.push(Section::Strings, [self.blob_end()]);
        numbers
    }

    /// Where a text starts in the blob; after [`Tables::set_texts`], by its new number.
    pub(crate) fn text_start(&self, number: u32) -> u32 {
        let starts = self.sections.get(Section::Strings as usize);
        starts.and_then(|starts| starts.get(number as usize)).copied().unwrap_or(NONE)
    }

    fn blob_end(&self) -> u32 {
        u32::try_from(self.blob.len()).unwrap_or(NONE)
    }

    fn column(&self, section: Section, column: usize) -> impl Iterator<Item = u32> + '_ {
        let table = self.sections.get(section as usize).into_iter().flatten();
        table.skip(column).step_by(section.width()).copied()
    }

    /// Makes a look-up table over records that have these hashes: their numbers bucket by bucket, and where each bucket
    /// starts. Two records a bucket: a miss costs two comparisons, and the table little more than the numbers.
    pub(crate) fn set_index(&mut self, buckets: Section, index: Section, hashes: impl Iterator<Item = Option<u64>>) {
        let hashes: Vec<(u32, u64)> = (0u32..).zip(hashes).filter_map(|(record, hash)| Some((record, hash?))).collect();
        let count = hashes.len() / 2 + 1;
        let mut found: Vec<(u32, u32)> =
            hashes.into_iter().map(|(record, hash)| (super::bucket(hash, count), record)).collect();
        found.sort_unstable();
        let mut found = found.into_iter().peekable();
        for bucket in 0..count as u32 {
            self.push(buckets, [self.len(index)]);
            while let Some((_, record)) = found.next_if(|(of, _)| *of == bucket) {
                self.push(index, [record]);
            }
        }
        self.push(buckets, [self.len(index)]);
    }

    /// The file.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, SnapshotError> {
        self.check_room()?;
        let (mut heights, mut widths, mut body) = (Vec::new(), Vec::new(), Vec::new());
        for (section, table, columns) in SCHEMA {
            let height = self.len(section);
            heights.extend(height.to_le_bytes());
            // Column after column: checking one then runs through memory.
            for (column, kind) in columns.iter().enumerate() {
                let values = || self.column(section, column);
                let before = body.len();
                let width = if kind.grows() { put_growing(&mut body, values) } else { put_plain(&mut body, values) };
                widths.push(width as u8);
                debug_assert!(body.len() >= before + width * height as usize, "{table}");
            }
        }
        let length = HEADER + body.len() + MARGIN + self.blob.len();
        let mut out = Vec::with_capacity(length);
        out.extend(MAGIC);
        out.extend(VERSION.to_le_bytes());
        out.extend((length as u64).to_le_bytes());
        out.extend([0; 4]);
        out.extend(heights);
        out.extend(widths);
        out.extend(body);
        out.extend([0; MARGIN]);
        out.extend(self.blob.as_bytes());
        let checksum = crc32fast::hash(out.get(CHECKSUM_AT + 4..).unwrap_or_default());
        if let Some(slot) = out.get_mut(CHECKSUM_AT..CHECKSUM_AT + 4) {
            slot.copy_from_slice(&checksum.to_le_bytes());
        }
        Ok(out)
    }

    /// Whether everything that is packed into less than 32 bits fits.
    fn check_room(&self) -> Result<(), SnapshotError> {
        for (section, table, columns) in SCHEMA {
            let over = columns.contains(&Column::RuleAndFlags) && self.len(Section::Rules) > NONE >> flags::BITS;
            if over || self.len(section) == NONE {
                return Err(SnapshotError::TooLarge { table });
            }
        }
        if self.blob_end() == NONE {
            return Err(SnapshotError::TooLarge { table: "texts" });
        }
        Ok(())
    }
}

/// Writes a column; returns its width.
fn put_plain<I: Iterator<Item = u32>>(out: &mut Vec<u8>, values: impl Fn() -> I) -> usize {
    let width = width(values().max().unwrap_or_default());
    values().for_each(|value| put(out, value, width));
    width
}

/// Writes a column whose numbers never go down: see [`super::numbers`].
fn put_growing<I: Iterator<Item = u32>>(out: &mut Vec<u8>, values: impl Fn() -> I) -> usize {
    let mut bases: Vec<u32> = Vec::new();
    let mut beyond = Vec::new();
    for (i, value) in values().enumerate() {
        if i % BLOCK == 0 {
            bases.push(value);
        }
        beyond.push(value.saturating_sub(bases.last().copied().unwrap_or_default()));
    }
    bases.iter().for_each(|base| out.extend(base.to_le_bytes()));
    put_plain(out, || beyond.iter().copied())
}
