//! What published rules do: predicates, statistics and the advice drawn from them.

pub mod advice;
pub mod attack;
pub mod build;
pub mod corpus;
mod days;
pub mod fields;
mod likeness;
mod lists;
pub mod logsource;
pub mod normal;
pub mod op;
pub mod readers;
pub mod rule;
pub mod snapshot;
pub mod source;
pub mod vendor;
pub mod view;
pub mod words;

pub use corpus::{Corpus, Leave};
pub use snapshot::{Snapshot, SnapshotError};
