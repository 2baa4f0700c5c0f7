//! Blocks of neurons: the unit of parallel work, fixed by the width alone, so that every sum is taken in
//! the same order with one thread or many.

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

/// y += a x.
pub(super) fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

/// ⟨x, y⟩ in eight interleaved sums: a fixed order that a compiler can do in vector registers.
pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0; LANES];
    let (xs, ys) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    let rest: f64 = xs
        .remainder()
        .iter()
        .zip(ys.remainder())
        .map(|(x, y)| x * y)
        .sum();
    for (x, y) in xs.zip(ys) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let pairs = [
        sums[0] + sums[4],
        sums[1] + sums[5],
        sums[2] + sums[6],
        sums[3] + sums[7],
    ];
    (pairs[0] + pairs[2]) + (pairs[1] + pairs[3]) + rest
}

/// The sum of the rows of length n of `partial`, in order.
pub(super) fn sum_rows(partial: &[f64], n: usize) -> Vec<f64> {
    let mut sum = vec![0.0; n];
    for row in partial.chunks_exact(n) {
        axpy(1.0, row, &mut sum);
    }
    sum
}
