//! Lucene's query syntax.
