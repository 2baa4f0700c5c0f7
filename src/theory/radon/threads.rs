//! Independent pieces of work, in parallel where that is compiled in. No sum crosses a piece, so that results do not
//! depend on the number of threads.

/// Applies `f` to every item.
#[cfg(feature = "parallel")]
pub(super) fn for_each<T: Send>(items: Vec<T>, f: impl Fn(T) + Sync + Send) {
    use rayon::prelude::*;
    items.into_par_iter().for_each(f);
}

/// Applies `f` to every item.
#[cfg(not(feature = "parallel"))]
pub(super) fn for_each<T: Send>(items: Vec<T>, f: impl Fn(T) + Sync + Send) {
    items.into_iter().for_each(f);
}
