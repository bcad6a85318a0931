//! What a run stands on, found and read: the project root, configurations, corpora, ATT&CK tables, rule files, date and ids.
//!
//! The command line and the language server share it, so that both lint a file with the same settings. It does I/O, and knows
//! neither terminals nor protocols.

pub mod configuration;
mod error;
pub mod files;
pub mod fill;
pub mod knowledge;
pub mod path;

pub use configuration::{CONFIG_FILE, Configuration};
pub use error::{Error, FileError, without_code};
