//! Work on many files at once.

use rayon::prelude::*;

/// Fewer items than this are not worth a thread pool.
const PARALLEL_FROM: usize = 12;

/// Maps in the order of the items; in parallel if they are many.
pub(crate) fn each<T: Send, R: Send>(items: Vec<T>, map: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    if items.len() < PARALLEL_FROM {
        return items.into_iter().map(map).collect();
    }
    items.into_par_iter().with_min_len(4).map(map).collect()
}
