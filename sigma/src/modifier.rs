//! The modifiers of specification 2.1.0 and of pySigma 1.5.1, and what each of them takes.

use crate::scalar::Type;

/// A value modifier: the words after `|` in a field's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the variants are the specification's own words")]
pub enum Modifier {
    All,
    Base64,
    Base64Offset,
    Cased,
    Cidr,
    Contains,
    Day,
    DotAll,
    EndsWith,
    Exists,
    Expand,
    FieldRef,
    Gt,
    Gte,
    Hour,
    I,
    IgnoreCase,
    Lt,
    Lte,
    M,
    Minute,
    Month,
    MultiLine,
    Neq,
    Re,
    S,
    StartsWith,
    Utf16,
    Utf16Be,
    Utf16Le,
    Week,
    Wide,
    WinDash,
    Year,
}

/// What a modifier is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// `all`, `neq`: how the values as a whole are linked or negated.
    Linking,
    /// `contains`, `startswith`, `endswith`: where in the field the value stands.
    Shape,
    /// `cased`: how letters are compared.
    Case,
    /// `re`
    Regex,
    /// `i`, `m`, `s` and their long forms: flags of a regular expression.
    RegexFlag,
    /// `base64`, `base64offset`, `wide`, `utf16`, `utf16le`, `utf16be`: the value is encoded.
    Encoding,
    /// `windash`: the value is varied.
    Variation,
    /// `lt`, `lte`, `gt`, `gte`
    Comparison,
    /// `minute` to `year`: a number is taken out of a date.
    TimePart,
    /// `cidr`
    Network,
    /// `exists`
    Existence,
    /// `fieldref`: the value is a field's name.
    Reference,
    /// `expand`: the value holds placeholders.
    Placeholder,
}

/// What a value is while its modifiers are applied one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// Null.
    Null,
    /// A date, map or list: no value of a Sigma rule at all.
    Unsupported,
    /// After `re`.
    Regex,
    /// After `fieldref`.
    Reference,
    /// After `cidr`.
    Network,
    /// After `lt`, `lte`, `gt`, `gte`.
    Comparison,
    /// After `minute` to `year`.
    TimePart,
    /// After `exists`.
    Existence,
}

impl Stage {
    /// What a value of this YAML type is before any modifier.
    pub fn of(ty: Type) -> Self {
        match ty {
            Type::Str => Self::Text,
            Type::Null => Self::Null,
            Type::Bool(_) => Self::Boolean,
            Type::Int(_) | Type::Float(_) => Self::Number,
            Type::Timestamp | Type::InvalidTimestamp => Self::Unsupported,
        }
    }
}

impl Modifier {
    /// Every modifier, in the order of their words.
    pub const ALL: [Self; 34] = [
        Self::All,
        Self::Base64,
        Self::Base64Offset,
        Self::Cased,
        Self::Cidr,
        Self::Contains,
        Self::Day,
        Self::DotAll,
        Self::EndsWith,
        Self::Exists,
        Self::Expand,
        Self::FieldRef,
        Self::Gt,
        Self::Gte,
        Self::Hour,
        Self::I,
        Self::IgnoreCase,
        Self::Lt,
        Self::Lte,
        Self::M,
        Self::Minute,
        Self::Month,
        Self::MultiLine,
        Self::Neq,
        Self::Re,
        Self::S,
        Self::StartsWith,
        Self::Utf16,
        Self::Utf16Be,
        Self::Utf16Le,
        Self::Week,
        Self::Wide,
        Self::WinDash,
        Self::Year,
    ];

    /// The modifier that `word` names: exactly and in lower case, as pySigma wants it.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "all" => Self::All,
            "base64" => Self::Base64,
            "base64offset" => Self::Base64Offset,
            "cased" => Self::Cased,
            "cidr" => Self::Cidr,
            "contains" => Self::Contains,
            "day" => Self::Day,
            "dotall" => Self::DotAll,
            "endswith" => Self::EndsWith,
            "exists" => Self::Exists,
            "expand" => Self::Expand,
            "fieldref" => Self::FieldRef,
            "gt" => Self::Gt,
            "gte" => Self::Gte,
            "hour" => Self::Hour,
            "i" => Self::I,
            "ignorecase" => Self::IgnoreCase,
            "lt" => Self::Lt,
            "lte" => Self::Lte,
            "m" => Self::M,
            "minute" => Self::Minute,
            "month" => Self::Month,
            "multiline" => Self::MultiLine,
            "neq" => Self::Neq,
            "re" => Self::Re,
            "s" => Self::S,
            "startswith" => Self::StartsWith,
            "utf16" => Self::Utf16,
            "utf16be" => Self::Utf16Be,
            "utf16le" => Self::Utf16Le,
            "week" => Self::Week,
            "wide" => Self::Wide,
            "windash" => Self::WinDash,
            "year" => Self::Year,
            _ => return None,
        })
    }

    /// The word that stands in a rule.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Base64 => "base64",
            Self::Base64Offset => "base64offset",
            Self::Cased => "cased",
            Self::Cidr => "cidr",
            Self::Contains => "contains",
            Self::Day => "day",
            Self::DotAll => "dotall",
            Self::EndsWith => "endswith",
            Self::Exists => "exists",
            Self::Expand => "expand",
            Self::FieldRef => "fieldref",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Hour => "hour",
            Self::I => "i",
            Self::IgnoreCase => "ignorecase",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::M => "m",
            Self::Minute => "minute",
            Self::Month => "month",
            Self::MultiLine => "multiline",
            Self::Neq => "neq",
            Self::Re => "re",
            Self::S => "s",
            Self::StartsWith => "startswith",
            Self::Utf16 => "utf16",
            Self::Utf16Be => "utf16be",
            Self::Utf16Le => "utf16le",
            Self::Week => "week",
            Self::Wide => "wide",
            Self::WinDash => "windash",
            Self::Year => "year",
        }
    }

    /// What it does, in one sentence for hover and help.
    pub fn description(self) -> &'static str {
        match self {
            Self::All => "All values of the list must match instead of any one of them.",
            Self::Base64 => "The value is encoded with Base64; wildcards are not allowed in it.",
            Self::Base64Offset => {
                "The value is encoded with Base64 at all three offsets, to be found anywhere inside encoded data \
                 (together with `contains`)."
            }
            Self::Cased => "Upper and lower case are told apart; by default they are not.",
            Self::Cidr => {
                "The value is a network such as `10.0.0.0/8` (IPv4 or IPv6) that the field's address lies in."
            }
            Self::Contains => "The value may stand anywhere in the field, as if it were written `*value*`.",
            Self::Day => "The day of the month, 1 to 31, of the field's date is compared.",
            Self::DotAll | Self::S => "In the regular expression before it, `.` matches line breaks too.",
            Self::EndsWith => "The field ends with the value, as if it were written `*value`.",
            Self::Exists => "With `true` the field must be present in the event, with `false` absent.",
            Self::Expand => {
                "Placeholders such as `%Administrators%` in the value are replaced when the rule is converted."
            }
            Self::FieldRef => "The value is the name of another field of the same event to compare with.",
            Self::Gt => "The field is greater than the number.",
            Self::Gte => "The field is greater than or equal to the number.",
            Self::Hour => "The hour, 0 to 23, of the field's date is compared.",
            Self::I | Self::IgnoreCase => "The regular expression before it ignores upper and lower case.",
            Self::Lt => "The field is less than the number.",
            Self::Lte => "The field is less than or equal to the number.",
            Self::M | Self::MultiLine => {
                "In the regular expression before it, `^` and `$` match at the start and end of every line."
            }
            Self::Minute => "The minute, 0 to 59, of the field's date is compared.",
            Self::Month => "The month, 1 to 12, of the field's date is compared.",
            Self::Neq => "The field differs from the values.",
            Self::Re => "The value is a regular expression, which tells upper and lower case apart by default.",
            Self::StartsWith => "The field starts with the value, as if it were written `value*`.",
            Self::Utf16 => "The value is encoded as UTF-16 with a byte order mark, for use before Base64.",
            Self::Utf16Be => "The value is encoded as UTF-16 with the high byte first, for use before Base64.",
            Self::Utf16Le | Self::Wide => {
                "The value is encoded as UTF-16 with the low byte first, as Windows does, for use before Base64."
            }
            Self::Week => "The week of the year, 1 to 52, of the field's date is compared.",
            Self::WinDash => {
                "A leading `-` or `/` of an option also matches as the other one and as the three long dashes."
            }
            Self::Year => "The year of the field's date is compared.",
        }
    }

    /// Whether specification 2.1.0 names it; the others are pySigma's long forms of `i`, `m` and `s`.
    pub fn in_specification(self) -> bool {
        !matches!(self, Self::DotAll | Self::IgnoreCase | Self::MultiLine)
    }

    /// Whether pySigma 1.5.1 knows it: all but `utf16le`.
    pub fn in_pysigma(self) -> bool {
        self != Self::Utf16Le
    }

    /// What it is about.
    pub fn category(self) -> Category {
        match self {
            Self::All | Self::Neq => Category::Linking,
            Self::Contains | Self::StartsWith | Self::EndsWith => Category::Shape,
            Self::Cased => Category::Case,
            Self::Re => Category::Regex,
            Self::I | Self::IgnoreCase | Self::M | Self::MultiLine | Self::S | Self::DotAll => Category::RegexFlag,
            Self::Base64 | Self::Base64Offset | Self::Utf16 | Self::Utf16Be | Self::Utf16Le | Self::Wide => {
                Category::Encoding
            }
            Self::WinDash => Category::Variation,
            Self::Gt | Self::Gte | Self::Lt | Self::Lte => Category::Comparison,
            Self::Minute | Self::Hour | Self::Day | Self::Week | Self::Month | Self::Year => Category::TimePart,
            Self::Cidr => Category::Network,
            Self::Exists => Category::Existence,
            Self::FieldRef => Category::Reference,
            Self::Expand => Category::Placeholder,
        }
    }

    /// The modifier that means the same, where there are two words: `wide` is `utf16le`, `ignorecase` is `i`.
    pub fn canonical(self) -> Self {
        match self {
            Self::Wide => Self::Utf16Le,
            Self::IgnoreCase => Self::I,
            Self::MultiLine => Self::M,
            Self::DotAll => Self::S,
            other => other,
        }
    }

    /// Whether it may only follow the field directly: pySigma applies `re`, `cidr` and `exists` to unmodified values only.
    pub fn must_be_first(self) -> bool {
        matches!(self, Self::Re | Self::Cidr | Self::Exists)
    }

    /// The modifier that must stand somewhere before this one: `re` before its flags.
    pub fn needs(self) -> Option<Self> {
        (self.category() == Category::RegexFlag).then_some(Self::Re)
    }

    /// Whether it takes a value that is `stage` at this point, and what the value is afterwards: pySigma's type check.
    /// Order (see [`Modifier::must_be_first`]) is not looked at.
    pub fn apply(self, stage: Stage) -> Option<Stage> {
        use Stage::{Boolean, Comparison, Existence, Network, Number, Reference, Regex, Text, TimePart};
        match (self.category(), stage) {
            (_, Stage::Unsupported) => None,
            (Category::Linking, stage) => Some(stage),
            (Category::Shape, Text | Regex | Reference) | (Category::Placeholder, Text | Regex) => Some(stage),
            (Category::Case | Category::Encoding | Category::Variation, Text) => Some(Text),
            (Category::Regex, Text) | (Category::RegexFlag, Regex) => Some(Regex),
            (Category::Comparison, Number | TimePart) => Some(Comparison),
            (Category::TimePart, Number | TimePart) => Some(TimePart),
            (Category::Network, Text) => Some(Network),
            (Category::Existence, Boolean) => Some(Existence),
            (Category::Reference, Text) => Some(Reference),
            _ => None,
        }
    }

    /// Whether it takes a value of this YAML type at all, be it alone or after the modifiers it needs.
    pub fn accepts(self, ty: Type) -> bool {
        let stage = match (self.needs(), Stage::of(ty)) {
            (Some(before), stage) => before.apply(stage),
            (None, stage) => Some(stage),
        };
        stage.and_then(|stage| self.apply(stage)).is_some()
    }
}

impl std::fmt::Display for Modifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_back_in_order() {
        let words: Vec<_> = Modifier::ALL.iter().map(|modifier| modifier.word()).collect();
        assert!(words.is_sorted());
        for modifier in Modifier::ALL {
            assert_eq!(Modifier::from_word(modifier.word()), Some(modifier));
            assert!(modifier.description().ends_with('.'), "{modifier}");
        }
        for word in ["", "Contains", "contains ", "utf-16", "equals"] {
            assert_eq!(Modifier::from_word(word), None, "{word}");
        }
    }

    #[test]
    fn what_the_two_standards_know() {
        let only = |keep: fn(Modifier) -> bool| Modifier::ALL.into_iter().filter(|&m| !keep(m)).collect::<Vec<_>>();
        assert_eq!(only(Modifier::in_pysigma), [Modifier::Utf16Le]);
        assert_eq!(only(Modifier::in_specification), [Modifier::DotAll, Modifier::IgnoreCase, Modifier::MultiLine]);
    }

    #[test]
    fn value_types() {
        let accepting =
            |ty: Type| Modifier::ALL.into_iter().filter(|m| m.accepts(ty)).map(Modifier::word).collect::<Vec<_>>();
        assert_eq!(
            accepting(Type::Int(Some(1))),
            ["all", "day", "gt", "gte", "hour", "lt", "lte", "minute", "month", "neq", "week", "year"]
        );
        assert_eq!(accepting(Type::Bool(true)), ["all", "exists", "neq"]);
        assert_eq!(accepting(Type::Null), ["all", "neq"]);
        assert!(accepting(Type::Timestamp).is_empty());
        let text = accepting(Type::Str);
        assert!(
            text.contains(&"i") && text.contains(&"contains") && !text.contains(&"gt") && !text.contains(&"exists")
        );
    }

    #[test]
    fn chains() {
        let chain = |words: &str, ty: Type| {
            words.split('|').filter_map(Modifier::from_word).try_fold(Stage::of(ty), |stage, m| m.apply(stage))
        };
        assert_eq!(chain("wide|base64offset|contains", Type::Str), Some(Stage::Text));
        assert_eq!(chain("re|i|contains", Type::Str), Some(Stage::Regex));
        assert_eq!(chain("fieldref|endswith", Type::Str), Some(Stage::Reference));
        assert_eq!(chain("hour|gte", Type::Int(Some(5))), Some(Stage::Comparison));
        assert_eq!(chain("re|cased", Type::Str), None);
        assert_eq!(chain("gt|lt", Type::Int(Some(5))), None);
        assert_eq!(chain("contains|i", Type::Str), None);
    }
}
