//! The techniques that rules have: `sigwise technique` without an id.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::tactics;
use crate::attack::{self, Attack};
use crate::corpus::{Corpus, Leave};
use crate::view::{ByVendor, CONTRACT, by_vendor};

/// The techniques that rules have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TechniqueList {
    /// The version of this contract.
    pub version: u32,
    /// The version of ATT&CK.
    pub attack_version: String,
    /// The techniques, sorted by id.
    pub techniques: Vec<TechniqueListEntry>,
}

/// A technique in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TechniqueListEntry {
    /// Its id.
    pub id: String,
    /// Its name; null where ATT&CK does not know it (any more).
    pub name: Option<String>,
    /// Short names of its tactics.
    pub tactics: Vec<String>,
    /// Rules that have it or one of its sub-techniques.
    pub rules: u32,
    /// Rules that have exactly it.
    pub own: u32,
    /// Rules per vendor, sub-techniques included.
    pub by_vendor: ByVendor,
}

impl TechniqueList {
    /// Every technique that rules of the corpus have, parents of their sub-techniques included.
    pub fn of(corpus: &Corpus, attack: &Attack) -> Self {
        let mut own: BTreeMap<&str, u32> = BTreeMap::new();
        for count in corpus.techniques() {
            own.insert(count.of, count.rules);
            own.entry(attack::parent_or_self(count.of)).or_default();
        }
        let entry = |(id, own): (&&str, &u32)| {
            let known = attack.technique(id);
            let evidence = corpus.evidence(&corpus.rules_of_technique(id, Leave::NONE));
            TechniqueListEntry {
                id: (*id).to_owned(),
                name: known.map(|t| t.name.to_string()),
                tactics: known.map(tactics).unwrap_or_default(),
                rules: evidence.rules,
                own: *own,
                by_vendor: by_vendor(&evidence),
            }
        };
        Self {
            version: CONTRACT,
            attack_version: attack.version().to_owned(),
            techniques: own.iter().map(entry).collect(),
        }
    }
}
