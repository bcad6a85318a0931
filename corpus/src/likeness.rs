//! What makes rules alike: the kinds of things that they have, and how much each says. What few rules have says most
//! (tf-idf). A snapshot keeps of every rule how much there is of it; `advice/similar.rs` compares.

/// A kind of thing that rules have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// A row that it looks for.
    Indicator,
    /// A row that it leaves out.
    Exclusion,
    /// A field that it looks at.
    Field,
    /// A word of its title or values.
    Word,
    /// A technique, or the parent of one.
    Technique,
}

/// How many kinds there are.
pub(crate) const KINDS: usize = 5;

/// The square of the weight of what `count` of `all` rules have.
pub(crate) fn weight(all: u32, count: u32) -> f32 {
    ((all as f32 + 1.0) / (count as f32 + 0.5)).ln().max(0.0).powi(2)
}

/// How much there is of a rule, by kind: the sum of the squares of the weights of what it has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Mass(pub(crate) [f32; KINDS]);

/// A snapshot keeps masses in such steps: whole numbers are the same on every machine, whatever its logarithm's last digit.
const STEPS: f32 = 256.0;

impl Mass {
    /// As a snapshot keeps it.
    pub(crate) fn pack(self) -> [u32; KINDS] {
        // Beyond the largest number it stays the largest number.
        self.0.map(|sum| (sum * STEPS).round() as u32)
    }

    /// What a snapshot keeps.
    pub(crate) fn unpack(packed: [u32; KINDS]) -> Self {
        Self(packed.map(|sum| sum as f32 / STEPS))
    }

    /// Adds something of a kind.
    pub(crate) fn add(&mut self, kind: Kind, weight: f32) {
        if let Some(sum) = self.0.get_mut(kind as usize) {
            *sum += weight;
        }
    }
}
