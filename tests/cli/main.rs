//! The program as its users meet it: arguments in, output and exit code out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that cannot set itself up fails.

mod corpus;
mod exit_codes;
mod explain;
mod fixes;
mod formats;
mod hostile;
mod project;
mod services;
mod setup;
mod since;
