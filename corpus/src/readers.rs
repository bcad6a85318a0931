//! Readers: the bytes of one vendor's file become [`Rule`]s. One function per vendor, no I/O.

pub mod sigma;

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

/// Reads one file of a vendor. `path` is what [`Rule::path`] becomes.
///
/// A file that is none of this vendor's gives nothing, without complaint.
pub fn read(vendor: Vendor, path: &str, bytes: Vec<u8>) -> Reading {
    match vendor {
        Vendor::Sigma => sigma::read(path, bytes),
        vendor => Reading { unread: vec![format!("rules of {vendor} cannot be read yet")], ..Reading::default() },
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
