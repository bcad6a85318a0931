//! What the corpus shows, as plain structs: the JSON contracts of `corpus extract`, `corpus info`, `technique`, `rule` and
//! `indicator`, and what text, pages and hover texts are made from. The field names are the contract.

mod extract;

pub use extract::{ExtractLine, LogSourceView, PredicateView, SpanView};
