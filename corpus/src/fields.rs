//! Fields: one canonical name for what vendors call differently, and what kind of value stands in it.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::logsource::LogSourceRef;
use crate::vendor::Vendor;

/// The alias table.
const TABLE: &str = include_str!("../data/fields.tsv");

/// The name under which keywords (values without a field) are kept.
pub const KEYWORD: &str = "(keyword)";

/// How often a name is taken apart: `winlog.event_data.CommandLine.text` is a name within two others.
const MAX_WRAPS: usize = 3;

/// What the values of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Anything that is none of the others.
    Text,
    /// Whole paths, and other names within names, such as accounts (`DOMAIN\user`).
    Path,
    /// Paths of registry keys.
    RegistryKey,
    /// Data of registry values.
    RegistryData,
}

/// What of a canonical field's value a vendor's field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// All of it.
    Whole,
    /// The last component of a path.
    Name,
    /// What follows the last dot of a path.
    Extension,
    /// The name of a registry value: the last component of a key's path.
    ValueName,
    /// A registry key: the path of its values up to their names.
    Key,
    /// One word of a command line.
    Word,
    /// One of the hashes in `MD5=…,SHA256=…`, by its algorithm.
    Hash(&'static str),
}

impl Extent {
    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "name" => Self::Name,
            "extension" => Self::Extension,
            "value_name" => Self::ValueName,
            "key" => Self::Key,
            "word" => Self::Word,
            "md5" => Self::Hash("MD5"),
            "sha1" => Self::Hash("SHA1"),
            "sha256" => Self::Hash("SHA256"),
            "imphash" => Self::Hash("IMPHASH"),
            _ => return None,
        })
    }
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
    /// What of its value the vendor's field holds.
    pub extent: Extent,
    /// The vendor's values (in lower case) and the canonical ones, where they are different words for the same: any other
    /// value of the vendor's field is none of this field's. Empty where values are what they are.
    pub values: &'static [(&'static str, &'static str)],
}

impl<'a> Field<'a> {
    /// A field of which nothing is known but its name.
    pub const fn unknown(name: &'a str) -> Self {
        Self { name, kind: Kind::Text, scaffold: false, extent: Extent::Whole, values: &[] }
    }
}

/// A vendor's name for a field.
#[derive(Debug)]
struct Alias {
    /// Index of the line.
    entry: usize,
    /// It holds only where these are products, categories or services of the log source.
    only: Vec<&'static str>,
    extent: Extent,
    values: Vec<(&'static str, &'static str)>,
}

/// What stands around names of a vendor: `winlog.event_data.` before or `.text` after them.
#[derive(Debug)]
struct Wrap {
    vendor: Vendor,
    /// In lower case.
    text: String,
    before: bool,
}

/// The alias table, ready for look-ups.
#[derive(Debug)]
pub struct Fields {
    entries: Vec<Field<'static>>,
    /// Canonical names.
    canonical: FxHashMap<&'static str, usize>,
    /// By vendor, and name in lower case.
    aliases: FxHashMap<(Vendor, String), Vec<Alias>>,
    wraps: Vec<Wrap>,
    /// The first line that cannot be read, and why.
    slip: Option<(usize, &'static str)>,
}

impl Fields {
    /// The embedded table, read once when first asked for.
    pub fn embedded() -> &'static Self {
        static FIELDS: OnceLock<Fields> = OnceLock::new();
        FIELDS.get_or_init(|| Self::parse(TABLE))
    }

    fn parse(table: &'static str) -> Self {
        let mut fields = Self {
            entries: Vec::new(),
            canonical: FxHashMap::default(),
            aliases: FxHashMap::default(),
            wraps: Vec::new(),
            slip: None,
        };
        for (number, line) in (1..).zip(table.lines()) {
            if !line.starts_with('#')
                && !line.is_empty()
                && let Err(reason) = fields.line(line)
            {
                fields.slip.get_or_insert((number, reason));
            }
        }
        fields
    }

    fn line(&mut self, line: &'static str) -> Result<(), &'static str> {
        let mut columns = line.split('\t');
        let name = columns.next().filter(|name| !name.is_empty()).ok_or("no name")?;
        let kind = match columns.next() {
            Some("path") => Kind::Path,
            Some("registry_key") => Kind::RegistryKey,
            Some("registry_data") => Kind::RegistryData,
            Some("text") => Kind::Text,
            _ => return Err("unknown kind"),
        };
        let flag = columns.next().unwrap_or_default();
        if !matches!(flag, "" | "scaffold" | "alone") {
            return Err("unknown flag");
        }
        let entry = self.entries.len();
        self.entries.push(Field { kind, scaffold: flag == "scaffold", ..Field::unknown(name) });
        if self.canonical.insert(name, entry).is_some() {
            return Err("a canonical name stands here twice");
        }
        for alias in columns.next().unwrap_or_default().split_ascii_whitespace() {
            self.alias(entry, alias)?;
        }
        Ok(())
    }

    fn alias(&mut self, entry: usize, alias: &'static str) -> Result<(), &'static str> {
        let (vendor, rest) = alias.split_once(':').ok_or("no vendor before an alias")?;
        let vendor: Vendor = vendor.parse().map_err(|_| "unknown vendor")?;
        let (rest, values) = match rest.split_once('[') {
            Some((rest, list)) => {
                let pairs = list.strip_suffix(']').ok_or("no `]` after values")?.split(',');
                (rest, pairs.map(|pair| pair.split_once('=').ok_or("no `=` in values")).collect::<Result<Vec<_>, _>>()?)
            }
            None => (rest, Vec::new()),
        };
        let (rest, extent) = match rest.split_once('=') {
            Some((rest, word)) => (rest, Extent::from_word(word).ok_or("unknown extent")?),
            None => (rest, Extent::Whole),
        };
        let mut words = rest.split('/');
        let name = words.next().filter(|name| !name.is_empty()).ok_or("no name in an alias")?;
        let only: Vec<_> = words.collect();
        let lower = name.to_ascii_lowercase();
        if let Some(text) = lower.strip_suffix('*') {
            self.wraps.push(Wrap { vendor, text: text.to_owned(), before: true });
        } else if let Some(text) = lower.strip_prefix('*') {
            self.wraps.push(Wrap { vendor, text: text.to_owned(), before: false });
        } else {
            let aliases = self.aliases.entry((vendor, lower)).or_default();
            if aliases.iter().any(|known| known.only == only) {
                return Err("an alias stands here twice");
            }
            aliases.push(Alias { entry, only, extent, values });
        }
        Ok(())
    }

    /// The field that a vendor calls `raw`, in rules of a log source. A name that the table does not have is its own canonical
    /// name; Sigma's names are all canonical.
    pub fn of<'a>(&'static self, vendor: Vendor, source: LogSourceRef<'_>, raw: &'a str) -> Field<'a> {
        if vendor == Vendor::Sigma {
            return self.canonical(raw);
        }
        let mut name = raw;
        for _ in 0..=MAX_WRAPS {
            let lower = name.to_ascii_lowercase();
            if let Some(field) = self.alias_of(vendor, source, &lower) {
                return field;
            }
            match self.wraps.iter().filter(|wrap| wrap.vendor == vendor).find_map(|wrap| wrap.within(&lower, name)) {
                Some(inner) => name = inner,
                None => break,
            }
        }
        self.canonical(name)
    }

    fn alias_of(&'static self, vendor: Vendor, source: LogSourceRef<'_>, lower: &str) -> Option<Field<'static>> {
        let parts = [source.product, source.category, source.service];
        let aliases = self.aliases.get(&(vendor, lower.to_owned()))?;
        let holds = |alias: &&Alias| alias.only.iter().all(|word| parts.contains(&Some(word)));
        // The one that says most of the log source.
        let alias = aliases.iter().filter(holds).max_by_key(|alias| alias.only.len())?;
        let field = self.entries.get(alias.entry)?;
        Some(Field { extent: alias.extent, values: &alias.values, ..*field })
    }

    /// The field with this canonical name.
    pub fn canonical<'a>(&self, name: &'a str) -> Field<'a> {
        match self.canonical.get(name).and_then(|&i| self.entries.get(i)) {
            Some(field) => Field { name, ..*field },
            None => Field::unknown(name),
        }
    }

    /// Whether the table has a line for a canonical name.
    pub fn knows(&self, name: &str) -> bool {
        self.canonical.contains_key(name)
    }
}

impl Wrap {
    /// What of `name` (`lower` in lower case) this stands around.
    fn within<'a>(&self, lower: &str, name: &'a str) -> Option<&'a str> {
        let inner = if self.before {
            lower.strip_prefix(&*self.text).and(name.get(self.text.len()..))
        } else {
            lower.strip_suffix(&*self.text).and_then(|inner| name.get(..inner.len()))
        };
        inner.filter(|inner| !inner.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANYWHERE: LogSourceRef<'_> = LogSourceRef { product: None, category: None, service: None };

    fn table(text: &'static str) -> &'static Fields {
        Box::leak(Box::new(Fields::parse(text)))
    }

    #[test]
    fn the_table_reads() {
        let fields = Fields::embedded();
        assert_eq!(fields.slip, None);
        assert_eq!(fields.of(Vendor::Sigma, ANYWHERE, "Image").kind, Kind::Path);
        assert!(fields.of(Vendor::Sigma, ANYWHERE, "EventID").scaffold);
        assert_eq!(fields.of(Vendor::Sigma, ANYWHERE, "image").kind, Kind::Text);
        assert_eq!(fields.of(Vendor::Sigma, ANYWHERE, "TargetObject").kind, Kind::RegistryKey);
        for line in ["x", "x\tpath\tfoo", "x\ttext\t\tfoo:x", "x\ttext\t\tkusto:x=foo", "x\ttext\t\tkusto:x kusto:X"] {
            assert!(table(line).slip.is_some(), "{line}");
        }
    }

    #[test]
    fn aliases_of_other_vendors_ignore_case() {
        let fields = table("Image\tpath\t\telastic:process.executable elastic:process.name=name\n");
        let of = |vendor, name| fields.of(vendor, ANYWHERE, name);
        assert_eq!(of(Vendor::Elastic, "process.Executable").name, "Image");
        assert_eq!(of(Vendor::Elastic, "process.name").extent, Extent::Name);
        assert_eq!(of(Vendor::Splunk, "process.name").name, "process.name");
    }

    #[test]
    fn a_log_source_decides() {
        let fields = table(
            "Image\tpath\t\tkusto:FileName=name\nTargetFilename\tpath\t\tkusto:FileName/file_event=name\n\
             eventName\ttext\t\tkusto:FileName/windows/aws",
        );
        let of = |source: LogSourceRef<'_>| fields.of(Vendor::Kusto, source, "filename").name;
        assert_eq!(of(ANYWHERE), "Image");
        let files = LogSourceRef { product: Some("windows"), category: Some("file_event"), service: None };
        assert_eq!(of(files), "TargetFilename");
        assert_eq!(of(LogSourceRef { service: Some("aws"), ..files }), "eventName");
        assert_eq!(of(LogSourceRef { product: Some("windows"), ..ANYWHERE }), "Image");
    }

    #[test]
    fn names_within_names() {
        let fields = table("*\ttext\t\telastic:winlog.* elastic:*.text\nImage\tpath\t\telastic:exe\n");
        let of = |name| fields.of(Vendor::Elastic, ANYWHERE, name);
        assert_eq!((of("winlog.Image.text").name, of("winlog.Image.text").kind), ("Image", Kind::Path));
        assert_eq!(of("Winlog.EXE").name, "Image");
        assert_eq!(of("winlog.").name, "winlog.");
        assert_eq!(of("winlog.Foo").name, "Foo");
    }

    #[test]
    fn other_words_for_values() {
        let fields = table("Initiated\ttext\t\telastic:network.direction[egress=true,outgoing=true]");
        let field = fields.of(Vendor::Elastic, ANYWHERE, "network.direction");
        assert_eq!((field.name, field.values.len()), ("Initiated", 2));
    }
}
