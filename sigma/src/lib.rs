//! Text → spanned YAML → Sigma rules: detection, correlation and filter rules of specification 2.1.0.
//!
//! Everything here is infallible and does no I/O: broken text yields a model of what is readable plus [`Problem`]s.
//! Every span is a byte range of the file that was read.

pub mod condition;
pub mod correlation;
pub mod detection;
pub mod document;
pub mod filter;
pub mod modifier;
pub mod pattern;
pub mod regex;
pub mod scalar;
pub mod source;
pub mod yaml;

pub use document::{Body, Document, File, RuleKind, parse, sniff};
pub use source::{Source, Span};
pub use yaml::{Problem, ProblemKind};
