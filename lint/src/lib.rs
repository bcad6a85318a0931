//! The engine: checks, diagnostics, fixes, suppressions, configuration and the project index.
//!
//! [`lint`] never fails, never panics and does no I/O: what it may not fetch itself comes in through [`Context`].

mod chain;
pub mod check;
pub mod checks;
pub mod config;
pub mod date;
pub mod diagnostic;
pub mod docs;
pub mod edit;
mod engine;
pub mod exclusion;
mod fingerprint;
pub mod fix;
pub mod keys;
mod logic;
pub mod logsource;
pub mod nearest;
pub mod peers;
pub mod project;
pub mod references;
mod remodel;
pub mod report;
pub mod rule;
pub mod suppress;
pub mod tag;
pub mod uuid;
mod values;
pub mod words;

pub use check::Check;
pub use config::{Config, Settings};
pub use diagnostic::{Diagnostic, Fix, Severity};
pub use engine::{Context, lint};
pub use project::Project;
