//! Tables → bytes.

use super::{Column, MAGIC, NONE, SCHEMA, SECTIONS, Section, SnapshotError, VERSION};

/// Size of the header in bytes: magic, version, count, length, checksum, then start and length of every section.
pub(super) const HEADER: usize = 8 + 4 + 4 + 8 + 4 + 8 * (SECTIONS + 1);

/// Where the checksum stands; it covers everything after itself.
pub(super) const CHECKSUM_AT: usize = 8 + 4 + 4 + 8;

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

    /// Sets the texts. `texts` are numbered in their order.
    pub(crate) fn set_texts<'a>(&mut self, texts: impl Iterator<Item = &'a str>) {
        for text in texts {
            let start = u32::try_from(self.blob.len()).unwrap_or(NONE);
            self.push(Section::Strings, [start]);
            self.blob.push_str(text);
        }
        let end = u32::try_from(self.blob.len()).unwrap_or(NONE);
        self.push(Section::Strings, [end]);
    }

    /// Makes a hash table over records that have these hashes: open addressing, linear probing, at most four
    /// fifths full: the table is read as a whole when it is checked, so a small one is worth more than a short search.
    pub(crate) fn set_index(&mut self, section: Section, hashes: impl ExactSizeIterator<Item = Option<u64>>) {
        let size = (hashes.len() + hashes.len() / 4 + 1).next_power_of_two();
        let mut table = vec![NONE; size];
        for (record, hash) in hashes.enumerate() {
            let Some(hash) = hash else { continue };
            let mut at = hash as usize & (size - 1);
            while table.get(at).is_some_and(|&slot| slot != NONE) {
                at = (at + 1) & (size - 1);
            }
            if let (Some(slot), Ok(record)) = (table.get_mut(at), u32::try_from(record)) {
                *slot = record;
            }
        }
        if let Some(slot) = self.sections.get_mut(section as usize) {
            *slot = table;
        }
    }

    /// The file.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, SnapshotError> {
        self.check_room()?;
        let numbers: usize = self.sections.iter().map(Vec::len).sum();
        let length = HEADER + numbers * 4 + self.blob.len();
        if u32::try_from(length).is_err() {
            return Err(SnapshotError::TooLarge { table: "texts" });
        }
        let mut out = Vec::with_capacity(length);
        let word = |out: &mut Vec<u8>, n: usize| out.extend((n as u32).to_le_bytes());
        out.extend(MAGIC);
        out.extend(VERSION.to_le_bytes());
        word(&mut out, SECTIONS);
        out.extend((length as u64).to_le_bytes());
        out.extend([0; 4]);
        let mut at = HEADER;
        for table in &self.sections {
            word(&mut out, at);
            word(&mut out, table.len() * 4);
            at += table.len() * 4;
        }
        word(&mut out, at);
        word(&mut out, self.blob.len());
        for ((.., columns), table) in SCHEMA.iter().zip(&self.sections) {
            // Column after column: checking one then runs through memory.
            for column in 0..columns.len() {
                let values = table.iter().skip(column).step_by(columns.len());
                out.extend(values.flat_map(|n| n.to_le_bytes()));
            }
        }
        out.extend(self.blob.as_bytes());
        let checksum = crc32fast::hash(out.get(CHECKSUM_AT + 4..).unwrap_or_default());
        if let Some(slot) = out.get_mut(CHECKSUM_AT..CHECKSUM_AT + 4) {
            slot.copy_from_slice(&checksum.to_le_bytes());
        }
        Ok(out)
    }

    /// Whether everything that is packed into less than 32 bits fits.
    fn check_room(&self) -> Result<(), SnapshotError> {
        let full = |section: Section, bits: u32| self.len(section) > 1 << bits;
        for (section, table, columns) in SCHEMA {
            let over = columns.iter().any(|column| match column {
                Column::RuleAndFlags => full(Section::Rules, 24),
                Column::VendorAndText => full(Section::Strings, 24),
                Column::FieldAndOp => full(Section::Fields, 16) || full(Section::Ops, 16),
                _ => false,
            });
            if over || self.len(section) == NONE {
                return Err(SnapshotError::TooLarge { table });
            }
        }
        Ok(())
    }
}
