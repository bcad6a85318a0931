//! The language server through real pipes, as an editor meets it.

mod actions;
mod clients;
mod completion;
mod diagnostics;
mod equality;
mod every_action;
mod hostile;
mod hover;
mod navigation;
mod protocol;
mod shown;
mod workspace;
