//! Readers: the bytes of one vendor's file become [`Rule`]s. One function per vendor, no I/O.

mod cursor;
mod elastic;
mod kusto;
mod logic;
mod query;
pub mod sigma;
mod splunk;

use crate::rule::Rule;
use crate::vendor::Vendor;

/// What a file gave.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Its rules, in the order of the file.
    pub rules: Vec<Rule>,
    /// Why the file, or a part of it, was not read.
    pub unread: Vec<String>,
    /// Rules that are no longer maintained, which the corpus leaves out.
    pub inactive: Vec<Rule>,
}

/// What rules of a source refer to and does not stand in their files, such as Splunk's macros.
#[derive(Clone, Debug, Default)]
pub struct Library {
    macros: splunk::Macros,
}

impl Library {
    /// The folder, beside those of the rules, whose files a vendor's library is made of.
    pub fn folder(vendor: Vendor) -> Option<&'static str> {
        (vendor == Vendor::Splunk).then_some("macros")
    }

    /// Adds what a file of that folder has.
    pub fn add(&mut self, vendor: Vendor, bytes: Vec<u8>) {
        if vendor == Vendor::Splunk {
            splunk::add_macro(&mut self.macros, bytes);
        }
    }
}

/// Reads one file of a vendor. `path` is what [`Rule::path`] becomes, `library` what stands around the file.
///
/// A file that is none of this vendor's gives nothing, without complaint.
pub fn read(vendor: Vendor, path: &str, bytes: Vec<u8>, library: &Library) -> Reading {
    match vendor {
        Vendor::Sigma => sigma::read(path, bytes),
        Vendor::Elastic => elastic::read(path, bytes),
        Vendor::Splunk => splunk::read(path, bytes, &library.macros),
        Vendor::Kusto => kusto::read(path, bytes),
    }
}

/// Whether files with this name can hold rules of the vendor.
pub fn takes(vendor: Vendor, file_name: &str) -> bool {
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match vendor {
        Vendor::Sigma | Vendor::Splunk => matches!(extension.as_deref(), Some("yml" | "yaml")),
        Vendor::Elastic => extension.as_deref() == Some("toml"),
        Vendor::Kusto => true,
    }
}

/// Folders whose rules are not maintained, or not rules at all.
pub fn skips_folder(vendor: Vendor, name: &str) -> bool {
    name.starts_with('.')
        || match vendor {
            Vendor::Sigma => matches!(name, "deprecated" | "unsupported" | "rules-placeholder" | "tests"),
            Vendor::Elastic => name == "_deprecated",
            Vendor::Splunk => name == "deprecated",
            Vendor::Kusto => false,
        }
}
