//! The interface of a kernel.

use super::Split;
use crate::data::Points;
use crate::error::Result;
use crate::numerics::{Estimate, PANEL, parallel};
use nalgebra::DMatrix;
use std::fmt::Debug;
use std::ops::Range;

/// A symmetric, (conditionally) positive definite function of two points.
pub trait Kernel: Debug + Send + Sync {
    /// The dimension of the points it takes; `None` for any.
    fn dim(&self) -> Option<usize>;

    /// K(x, x′). Both points have the kernel's dimension and are finite. A quadrature that does not
    /// converge answers with a wide error, never with a silent one; where K does not exist (a point
    /// outside the kernel's domain) the value is NaN and the error infinite.
    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate;

    /// ∇_x K(x, x′) where the mathematics gives it without differences; where K has a cusp at x (the tangent kernel of ReLU
    /// at x = ±x′), the mean of the one-sided derivatives. `None` (the default) leaves it to extrapolation.
    /// See [`super::gradient`], which asks this first and checks the points.
    fn gradient(&self, _x: &[f64], _y: &[f64]) -> Option<Vec<Estimate>> {
        None
    }

    /// ∇_x∇_{x′} K(x, x′) with a bound on the error of its entries, where the mathematics gives it without differences; the
    /// bound is infinite where it does not exist. See [`super::mixed_derivatives`].
    fn mixed_derivatives(&self, _x: &[f64], _y: &[f64]) -> Option<(DMatrix<f64>, f64)> {
        None
    }

    /// A radius about x within which K(·, x′) has a gradient; 0 where x itself is at a cusp, infinite where there are none. Differences
    /// keep within it: longer steps may agree with one another across a cusp. By default the distance to the nearer of ±x′.
    fn smooth_within(&self, x: &[f64], y: &[f64]) -> f64 {
        apart(x, y)
    }

    /// The order q of conditional positive definiteness: the polynomials of degree < q are the null
    /// space of its seminorm. 0 for a positive definite kernel.
    fn order(&self) -> usize {
        0
    }

    /// The kernel as polynomials plus a remainder, for kernels whose polynomial part may drown the
    /// rest; `None` (the default) where [`Kernel::evaluate`] keeps its digits by itself.
    fn split(&self) -> Option<Split> {
        None
    }

    /// Does once for every point of two sets what need not be repeated for every pair, and answers
    /// with the pairs. Called by [`super::gram`] and [`super::cross`] after the dimensions were checked;
    /// `rows` and `columns` may be the same set.
    ///
    /// # Errors
    /// A point outside the kernel's domain; a precomputation that fails.
    fn pairs<'a>(&'a self, rows: &'a Points, columns: &'a Points) -> Result<Box<dyn Pairs + 'a>> {
        Ok(Box::new(OneByOne {
            evaluate: move |i, j| self.evaluate(rows.point(i), columns.point(j)),
        }))
    }
}

/// A kernel on the pairs of two sets of points, prepared.
pub trait Pairs: Send + Sync {
    /// `out[i] = K(rows[from + i], columns[j])`; the answer is the largest error among them.
    /// The caller keeps j and from + out.len() within the sets.
    fn column(&self, j: usize, from: usize, out: &mut [f64]) -> f64;

    /// The block of these rows and columns, column by column into `out`, which has its size; the answer is
    /// the largest error. For kernels that are faster on many pairs at once.
    fn block(&self, rows: Range<usize>, columns: Range<usize>, out: &mut [f64]) -> f64 {
        let height = rows.len().max(1);
        out.chunks_exact_mut(height)
            .zip(columns)
            .map(|(out, j)| self.column(j, rows.start, out))
            .fold(0.0, larger)
    }

    /// How many columns of a large block are best asked for at once: as few as a line of cache has numbers, for
    /// then they stay in cache until they are written, unless more of them share some work.
    fn panel(&self) -> usize {
        PANEL
    }
}

/// Pairs that are evaluated each on its own by a function of the two indices.
pub(crate) struct OneByOne<F> {
    pub(crate) evaluate: F,
}

impl<F: Fn(usize, usize) -> Estimate + Send + Sync> Pairs for OneByOne<F> {
    fn column(&self, j: usize, from: usize, out: &mut [f64]) -> f64 {
        let mut worst = 0.0;
        for (i, slot) in out.iter_mut().enumerate() {
            let entry = (self.evaluate)(from + i, j);
            *slot = entry.value;
            worst = larger(worst, entry.error);
        }
        worst
    }
}

/// The distance of x to the nearer of ±x′, where kernels may have cusps.
pub(crate) fn apart(x: &[f64], y: &[f64]) -> f64 {
    let distance = |sign: f64| {
        let squares = x.iter().zip(y).map(|(a, b)| (a - sign * b).powi(2));
        squares.sum::<f64>()
    };
    distance(1.0).min(distance(-1.0)).sqrt()
}

/// The larger of two errors, where a NaN is infinitely large.
pub(crate) fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::INFINITY
    } else {
        a.max(b)
    }
}

/// f of every point, in their order.
pub(crate) fn map_points<T: Send>(points: &Points, f: impl Fn(&[f64]) -> T + Sync) -> Vec<T> {
    parallel::map(points.iter().collect(), &f)
}

/// ⟨x, y⟩.
pub(crate) fn inner(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(a, b)| a * b).sum()
}
