//! Blocks of neurons: the unit of parallel work, fixed by the width alone, so that every sum is taken in
//! the same order with one thread or many.

use crate::numerics::axpy;

/// Neurons per block. A partial sum over the neurons of a block costs one write per point, a 32nd of
/// the work in it; fewer neurons would spend more time on adding the partial sums.
pub(super) const BLOCK: usize = 32;

/// Below this many neuron·point pairs, threads cost more (about 10 µs) than they save.
#[cfg(feature = "parallel")]
const PARALLEL_FROM: usize = 1 << 14;

/// Applies `f` to every item, in parallel if the whole has `pairs` neuron·point pairs or more.
#[cfg(feature = "parallel")]
pub(super) fn for_each<T: Send>(items: Vec<T>, pairs: usize, f: impl Fn(T) + Sync + Send) {
    use rayon::prelude::*;
    if pairs < PARALLEL_FROM {
        items.into_iter().for_each(f);
    } else {
        items.into_par_iter().for_each(f);
    }
}

/// Applies `f` to every item.
#[cfg(not(feature = "parallel"))]
pub(super) fn for_each<T: Send>(items: Vec<T>, _pairs: usize, f: impl Fn(T) + Sync + Send) {
    items.into_iter().for_each(f);
}

/// The sum of the rows of length n of `partial`, in order.
pub(super) fn sum_rows(partial: &[f64], n: usize) -> Vec<f64> {
    let mut sum = vec![0.0; n];
    for row in partial.chunks_exact(n) {
        axpy(1.0, row, &mut sum);
    }
    sum
}
