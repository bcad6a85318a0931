//! Whose rules they are.

use std::fmt;
use std::str::FromStr;

/// Who publishes a rule, and in which language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vendor {
    /// Sigma rules, SigmaHQ's and others.
    Sigma,
    /// Elastic's detection rules (TOML; EQL, KQL, ES|QL).
    Elastic,
    /// Splunk's security content (YAML; SPL).
    Splunk,
    /// Kusto queries.
    Kusto,
}

impl Vendor {
    /// Every one, in the order of declaration.
    pub const ALL: [Self; 4] = [Self::Sigma, Self::Elastic, Self::Splunk, Self::Kusto];

    /// Its word in arguments and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sigma => "sigma",
            Self::Elastic => "elastic",
            Self::Splunk => "splunk",
            Self::Kusto => "kusto",
        }
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A word that names no vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownVendor(pub String);

impl fmt::Display for UnknownVendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown vendor `{}`: sigma, elastic, splunk or kusto", self.0)
    }
}

impl std::error::Error for UnknownVendor {}

impl FromStr for Vendor {
    type Err = UnknownVendor;

    fn from_str(word: &str) -> Result<Self, UnknownVendor> {
        Self::ALL.into_iter().find(|v| v.word() == word).ok_or_else(|| UnknownVendor(word.to_owned()))
    }
}

impl serde::Serialize for Vendor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl schemars::JsonSchema for Vendor {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Vendor".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "enum": Self::ALL.map(Self::word) })
    }
}
