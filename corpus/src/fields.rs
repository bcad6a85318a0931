//! Fields: one canonical name for what vendors call differently, and what kind of value stands in it.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::vendor::Vendor;

/// The alias table.
const TABLE: &str = include_str!("../data/fields.tsv");

/// The name under which keywords (values without a field) are kept.
pub const KEYWORD: &str = "(keyword)";

/// What the values of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Anything that is none of the others.
    Text,
    /// Whole paths.
    Path,
    /// The last component of a path: the vendor's field holds it bare.
    Name,
    /// Paths of registry keys.
    RegistryKey,
    /// Data of registry values.
    RegistryData,
}

/// What is known of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The canonical name.
    pub name: &'a str,
    /// What its values are.
    pub kind: Kind,
    /// It says where to look, not what for.
    pub scaffold: bool,
}

/// The alias table, ready for look-ups.
#[derive(Debug)]
pub struct Fields {
    entries: Vec<Field<'static>>,
    /// Canonical names.
    canonical: FxHashMap<&'static str, usize>,
    /// Per vendor (in lower case, but for Sigma): entry, and whether the field holds the bare last component.
    aliases: FxHashMap<(Vendor, &'static str), (usize, bool)>,
}

impl Fields {
    /// The embedded table, read once when first asked for.
    pub fn embedded() -> &'static Self {
        static FIELDS: OnceLock<Fields> = OnceLock::new();
        FIELDS.get_or_init(|| Self::parse(TABLE))
    }

    fn parse(table: &'static str) -> Self {
        let mut fields = Self { entries: Vec::new(), canonical: FxHashMap::default(), aliases: FxHashMap::default() };
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            let Some(name) = columns.next().filter(|name| !name.is_empty()) else { continue };
            let kind = match columns.next() {
                Some("path") => Kind::Path,
                Some("registry_key") => Kind::RegistryKey,
                Some("registry_data") => Kind::RegistryData,
                _ => Kind::Text,
            };
            let scaffold = columns.next() == Some("scaffold");
            let entry = fields.entries.len();
            fields.entries.push(Field { name, kind, scaffold });
            fields.canonical.insert(name, entry);
            for alias in columns.next().unwrap_or_default().split_ascii_whitespace() {
                let Some((vendor, alias)) = alias.split_once(':') else { continue };
                let Ok(vendor) = vendor.parse() else { continue };
                let (alias, bare) = match alias.strip_suffix("=name") {
                    Some(alias) => (alias, true),
                    None => (alias, false),
                };
                fields.aliases.insert((vendor, alias), (entry, bare));
            }
        }
        fields
    }

    /// The field that a vendor calls `raw`. A name that the table does not have is its own canonical name.
    pub fn of<'a>(&self, vendor: Vendor, raw: &'a str) -> Field<'a> {
        let lower;
        let key = if vendor == Vendor::Sigma {
            raw
        } else {
            lower = raw.to_ascii_lowercase();
            &lower
        };
        // An alias goes first: a vendor's own name may be another field's canonical one.
        let alias = self.aliases.get(&(vendor, key)).and_then(|&(i, bare)| Some((*self.entries.get(i)?, bare)));
        match alias {
            Some((field, true)) => Field { kind: Kind::Name, ..field },
            Some((field, false)) => field,
            None => self.canonical(raw),
        }
    }

    /// The field with this canonical name.
    pub fn canonical<'a>(&self, name: &'a str) -> Field<'a> {
        match self.canonical.get(name).and_then(|&i| self.entries.get(i)) {
            Some(field) => Field { name, ..*field },
            None => Field { name, kind: Kind::Text, scaffold: false },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_reads() {
        let fields = Fields::embedded();
        assert_eq!(fields.of(Vendor::Sigma, "Image"), Field { name: "Image", kind: Kind::Path, scaffold: false });
        assert!(fields.of(Vendor::Sigma, "EventID").scaffold);
        assert_eq!(fields.of(Vendor::Sigma, "image").kind, Kind::Text);
        assert_eq!(fields.of(Vendor::Sigma, "TargetObject").kind, Kind::RegistryKey);
        let mut names: Vec<_> = fields.entries.iter().map(|f| f.name).collect();
        names.sort_unstable();
        let before = names.len();
        names.dedup();
        assert_eq!(names.len(), before, "a field stands in the table twice");
    }

    #[test]
    fn aliases_of_other_vendors_ignore_case() {
        let table = "Image\tpath\t\telastic:process.executable elastic:process.name=name\n";
        let fields = Fields::parse(table);
        assert_eq!(fields.of(Vendor::Elastic, "process.Executable").name, "Image");
        assert_eq!(fields.of(Vendor::Elastic, "process.name").kind, Kind::Name);
        assert_eq!(fields.of(Vendor::Splunk, "process.name").name, "process.name");
    }
}
