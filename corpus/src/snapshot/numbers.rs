//! Columns of numbers, each as wide as its largest, read in place.
//!
//! A column whose numbers only grow (where lists and texts start) is stored in blocks: the first number of every [`BLOCK`],
//! then for every number how far beyond it it lies.

use std::ops::Range;

/// How many growing numbers share their beginning. Chosen on the embedded snapshot, as the size where most fit into one byte.
pub(super) const BLOCK: usize = 64;

/// Bytes that must follow a column: numbers are read four bytes at a time, whatever their width.
pub(super) const MARGIN: usize = 3;

/// Numbers of a column, read in place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers<'a> {
    /// Per block what to add; empty where the numbers are stored as they are.
    bases: &'a [[u8; 4]],
    /// The numbers, and [`MARGIN`] bytes or more of whatever follows.
    bytes: &'a [u8],
    width: usize,
    first: usize,
    len: usize,
}

impl<'a> Numbers<'a> {
    /// None at all.
    pub(super) const EMPTY: Self = Self { bases: &[], bytes: &[], width: 1, first: 0, len: 0 };

    /// `len` numbers of `width` bytes at the beginning of `bytes`.
    pub(super) fn of(bases: &'a [[u8; 4]], bytes: &'a [u8], width: usize, len: usize) -> Self {
        Self { bases, bytes, width, first: 0, len }
    }

    /// The number at `i`.
    pub(crate) fn get(self, i: usize) -> Option<u32> {
        (i < self.len).then(|| self.read(self.first + i))
    }

    /// The number at `i`, 0 beyond the end (where nothing points that has been checked).
    pub(crate) fn at(self, i: usize) -> u32 {
        self.get(i).unwrap_or_default()
    }

    fn read(self, i: usize) -> u32 {
        let at = i * self.width;
        let four = self.bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
        let mask = u32::MAX >> (32 - 8 * self.width);
        let number = four.map_or(0, |four| u32::from_le_bytes(*four)) & mask;
        match self.bases.get(i / BLOCK) {
            Some(base) => number.wrapping_add(u32::from_le_bytes(*base)),
            None => number,
        }
    }

    /// All of them.
    pub(crate) fn iter(self) -> impl ExactSizeIterator<Item = u32> + Clone + 'a {
        (self.first..self.first + self.len).map(move |i| self.read(i))
    }

    /// The first `count` of them.
    pub(super) fn first(self, count: usize) -> Self {
        Self { len: self.len.min(count), ..self }
    }

    /// Those in a range; none where it goes beyond the end.
    pub(crate) fn range(self, range: Range<u32>) -> Self {
        let (start, end) = (range.start as usize, range.end as usize);
        if start <= end && end <= self.len {
            Self { first: self.first + start, len: end - start, ..self }
        } else {
            Self::EMPTY
        }
    }

    /// Whether all are good. If not, which is not cannot be said.
    ///
    /// Goes through all of them without looking back, which is many times faster than stopping at a bad one.
    pub(super) fn all(self, mut good: impl FnMut(u32) -> bool) -> bool {
        if !self.bases.is_empty() || self.first != 0 {
            return self.iter().fold(true, |right, n| right & good(n));
        }
        let bytes = self.bytes.get(..self.len * self.width).unwrap_or_default();
        match self.width {
            1 => bytes.iter().fold(true, |right, n| right & good(u32::from(*n))),
            2 => bytes.as_chunks().0.iter().fold(true, |right, n| right & good(u32::from(u16::from_le_bytes(*n)))),
            3 => {
                let number = |n: &[u8; 3]| u32::from_le_bytes([n[0], n[1], n[2], 0]);
                bytes.as_chunks().0.iter().fold(true, |right, n| right & good(number(n)))
            }
            _ => bytes.as_chunks().0.iter().fold(true, |right, n| right & good(u32::from_le_bytes(*n))),
        }
    }
}

/// How many bytes the numbers up to `largest` need.
pub(super) fn width(largest: u32) -> usize {
    match largest {
        0..=0xFF => 1,
        0x100..=0xFFFF => 2,
        0x1_0000..=0xFF_FFFF => 3,
        _ => 4,
    }
}

/// Writes a number of `width` bytes.
pub(super) fn put(out: &mut Vec<u8>, number: u32, width: usize) {
    out.extend(number.to_le_bytes().iter().take(width));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_width() {
        for numbers in [vec![], vec![1, 255], vec![0, 256, 3], vec![70_000, 1], vec![u32::MAX, 0, 5]] {
            let width = width(numbers.iter().copied().max().unwrap_or_default());
            let mut bytes = Vec::new();
            numbers.iter().for_each(|n| put(&mut bytes, *n, width));
            assert_eq!(bytes.len(), width * numbers.len());
            bytes.extend([0xAB; MARGIN]);
            let read = Numbers::of(&[], &bytes, width, numbers.len());
            assert_eq!(read.iter().collect::<Vec<_>>(), numbers);
            assert_eq!(read.get(numbers.len()), None);
            let mut seen = Vec::new();
            assert!(read.all(|n| {
                seen.push(n);
                true
            }));
            assert_eq!(seen, numbers);
            assert_eq!(read.range(1..9).iter().len(), 0);
        }
    }

    #[test]
    fn growing_numbers_share_their_beginning() {
        let bases = [1000u32.to_le_bytes(), 5000u32.to_le_bytes()];
        let mut bytes: Vec<u8> = (0..=BLOCK as u8).collect();
        bytes.extend([0; MARGIN]);
        let read = Numbers::of(&bases, &bytes, 1, BLOCK + 1);
        assert_eq!((read.at(0), read.at(63), read.at(64), read.at(65)), (1000, 1063, 5064, 0));
    }
}
