//! The harness that the test programs of this folder share: marked examples, the test corpus, and linting as the edges do it.

pub mod client;
pub mod fixes;
pub mod markdown;
pub mod markers;
pub mod matcher;
pub mod published;
pub mod say;
pub mod setup;
pub mod timetravel;
