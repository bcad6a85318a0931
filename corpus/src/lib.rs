//! What published rules do: predicates, statistics and the advice drawn from them.

pub mod attack;
pub mod fields;
pub mod logsource;
pub mod op;
pub mod vendor;
pub mod normal;
pub mod rule;
