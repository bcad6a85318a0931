//! What published rules do: predicates, statistics and the advice drawn from them.
