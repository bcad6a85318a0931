//! Operators: what is done with a value, derived from the pattern's shape and not from a vendor's spelling.

use std::fmt;
use std::str::FromStr;

/// What a predicate does with its value, encodings and flags left aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Base {
    /// The whole value, case ignored.
    Eq,
    /// The last component of a path.
    Name,
    /// `*x*`
    Contains,
    /// `x*`
    StartsWith,
    /// `*x`
    EndsWith,
    /// Any other pattern with `*` or `?`.
    Wildcard,
    /// A keyword, anywhere in the event.
    Match,
    /// A regular expression.
    Regex,
    /// A network.
    Cidr,
    /// Less than.
    Lt,
    /// At most.
    Lte,
    /// More than.
    Gt,
    /// At least.
    Gte,
    /// The field is there.
    Exists,
    /// The field is not there, or null.
    Missing,
    /// The value of another field.
    FieldRef,
    /// A value of a list kept elsewhere.
    Lookup,
}

impl Base {
    /// Every one, in the order of declaration.
    pub const ALL: [Self; 17] = [
        Self::Eq,
        Self::Name,
        Self::Contains,
        Self::StartsWith,
        Self::EndsWith,
        Self::Wildcard,
        Self::Match,
        Self::Regex,
        Self::Cidr,
        Self::Lt,
        Self::Lte,
        Self::Gt,
        Self::Gte,
        Self::Exists,
        Self::Missing,
        Self::FieldRef,
        Self::Lookup,
    ];

    /// Its word in JSON and on pages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Name => "name",
            Self::Contains => "contains",
            Self::StartsWith => "startswith",
            Self::EndsWith => "endswith",
            Self::Wildcard => "wildcard",
            Self::Match => "match",
            Self::Regex => "regex",
            Self::Cidr => "cidr",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Exists => "exists",
            Self::Missing => "missing",
            Self::FieldRef => "fieldref",
            Self::Lookup => "lookup",
        }
    }

    /// Whether the value is text whose shape made the operator.
    pub fn is_pattern(self) -> bool {
        matches!(
            self,
            Self::Eq | Self::Name | Self::Contains | Self::StartsWith | Self::EndsWith | Self::Wildcard | Self::Match
        )
    }
}

/// An encoding, flag or part that changes what the value is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the variants are Sigma's own words")]
pub enum Extra {
    Base64 = 1,
    Base64Offset,
    /// Also `utf16le`, which is the same.
    Wide,
    Utf16,
    Utf16Be,
    Cased,
    /// Flag `i` of a regular expression.
    IgnoreCase,
    /// Flag `m` of a regular expression.
    MultiLine,
    /// Flag `s` of a regular expression.
    DotAll,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Extra {
    /// Every one, in the order of declaration.
    pub const ALL: [Self; 15] = [
        Self::Base64,
        Self::Base64Offset,
        Self::Wide,
        Self::Utf16,
        Self::Utf16Be,
        Self::Cased,
        Self::IgnoreCase,
        Self::MultiLine,
        Self::DotAll,
        Self::Minute,
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Year,
    ];

    /// Its word, as a Sigma modifier.
    pub fn word(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Base64Offset => "base64offset",
            Self::Wide => "wide",
            Self::Utf16 => "utf16",
            Self::Utf16Be => "utf16be",
            Self::Cased => "cased",
            Self::IgnoreCase => "i",
            Self::MultiLine => "m",
            Self::DotAll => "s",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// Whether the case of the value means something beneath it.
    pub fn keeps_case(self) -> bool {
        matches!(self, Self::Base64 | Self::Base64Offset | Self::Cased)
    }

    /// Whether the value is encoded before it is compared.
    pub fn is_encoding(self) -> bool {
        matches!(self, Self::Base64 | Self::Base64Offset | Self::Wide | Self::Utf16 | Self::Utf16Be)
    }
}

/// An operator: a base and up to [`Op::MAX_EXTRAS`] extras in the order in which they apply, written
/// `contains+wide+base64offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Op {
    base: Base,
    /// Four bits per extra, the first in the lowest; 0 ends the list.
    extras: u32,
}

impl Op {
    /// How many extras fit.
    pub const MAX_EXTRAS: usize = 8;

    /// A plain operator.
    pub const fn new(base: Base) -> Self {
        Self { base, extras: 0 }
    }

    /// The operator with one more extra; `None` where there is no room.
    pub fn with(mut self, extra: Extra) -> Option<Self> {
        let at = self.extras().count();
        if at == Self::MAX_EXTRAS {
            return None;
        }
        self.extras |= (extra as u32) << (4 * at);
        Some(self)
    }

    /// The same extras on another base.
    pub fn on(self, base: Base) -> Self {
        Self { base, ..self }
    }

    /// The base.
    pub fn base(self) -> Base {
        self.base
    }

    /// The extras in the order in which they apply.
    pub fn extras(self) -> impl Iterator<Item = Extra> {
        (0..Self::MAX_EXTRAS).map_while(move |i| {
            let code = (self.extras >> (4 * i)) & 15;
            (code as usize).checked_sub(1).and_then(|i| Extra::ALL.get(i)).copied()
        })
    }

    /// Whether it has no extras.
    pub fn is_plain(self) -> bool {
        self.extras == 0
    }

    /// Whether the case of the value means something: regular expressions, `cased` and what is Base64-encoded.
    pub fn keeps_case(self) -> bool {
        self.base == Base::Regex || self.extras().any(Extra::keeps_case)
    }

    /// As two numbers, for the snapshot.
    pub(crate) fn to_code(self) -> (u8, u32) {
        (self.base as u8, self.extras)
    }

    /// From the numbers of [`Op::to_code`]; `None` if they are none.
    pub(crate) fn from_code(base: u8, extras: u32) -> Option<Self> {
        let base = *Base::ALL.get(base as usize)?;
        let used = (32 - extras.leading_zeros()).div_ceil(4);
        let gaps = (0..used).any(|i| (extras >> (4 * i)) & 15 == 0);
        (!gaps).then_some(Self { base, extras })
    }
}

impl From<Base> for Op {
    fn from(base: Base) -> Self {
        Self::new(base)
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base.word())?;
        self.extras().try_for_each(|extra| write!(f, "+{}", extra.word()))
    }
}

/// A word that is no operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownOp(pub String);

impl fmt::Display for UnknownOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown operator `{}`", self.0)
    }
}

impl std::error::Error for UnknownOp {}

impl FromStr for Op {
    type Err = UnknownOp;

    fn from_str(text: &str) -> Result<Self, UnknownOp> {
        let unknown = || UnknownOp(text.to_owned());
        let mut words = text.split('+');
        let first = words.next().unwrap_or_default();
        let base = Base::ALL.into_iter().find(|b| b.word() == first).ok_or_else(unknown)?;
        words.try_fold(Self::new(base), |op, word| {
            let extra = Extra::ALL.into_iter().find(|e| e.word() == word).ok_or_else(unknown)?;
            op.with(extra).ok_or_else(unknown)
        })
    }
}

impl serde::Serialize for Op {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back() {
        for base in Base::ALL {
            assert_eq!(base.word().parse(), Ok(Op::new(base)));
            for extra in Extra::ALL {
                let op = Op::new(base).with(extra).unwrap().with(Extra::Wide).unwrap();
                assert_eq!(op.to_string().parse(), Ok(op));
                let (b, e) = op.to_code();
                assert_eq!(Op::from_code(b, e), Some(op));
            }
        }
        assert!("contains+nothing".parse::<Op>().is_err());
        assert!("".parse::<Op>().is_err());
        assert_eq!(Op::from_code(200, 0), None);
        assert_eq!(Op::from_code(0, 0x10), None);
    }

    #[test]
    fn extras_are_bounded() {
        let mut op = Op::new(Base::Eq);
        for _ in 0..Op::MAX_EXTRAS {
            op = op.with(Extra::Base64).unwrap();
        }
        assert_eq!(op.with(Extra::Base64), None);
    }
}
