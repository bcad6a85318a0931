//! What published rules do: predicates, statistics and the advice drawn from them.

pub mod attack;
pub mod fields;
pub mod logsource;
pub mod normal;
pub mod op;
pub mod readers;
pub mod rule;
pub mod vendor;

/// What published rules do: answers over the snapshot. (The builder and its queries follow.)
#[derive(Debug)]
pub struct Corpus;
