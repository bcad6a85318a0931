//! EQL: event queries, sequences and samples.
