//! The language server through real pipes, as an editor meets it.

mod actions;
mod diagnostics;
mod equality;
mod hostile;
mod protocol;
mod workspace;
