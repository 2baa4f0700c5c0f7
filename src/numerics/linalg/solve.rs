//! Positive definite systems.

use super::checks::{self, power_of_two, scaled_symmetric};
use super::cholesky::Cholesky;
use super::compensated::Accumulator;
use super::eigen::{condition, decompose};
use crate::error::{Error, Result};
use nalgebra::{DMatrix, DVector};

/// Refinement gains log₁₀(1/(n·2⁻⁵³·condition)) digits a round: only a matrix that is singular to
/// working precision needs more rounds, and gains nothing from them.
pub(super) const MAX_REFINEMENTS: usize = 20;

/// From this condition number on no digit of a solution is sure.
pub(super) const SINGULAR: f64 = 1.0 / f64::EPSILON;

/// An eigenvalue below zero by this much, relative to the largest, is neither rounding nor the
/// tolerance of a kernel computed by quadrature.
const INDEFINITE: f64 = 1e-8;

/// A solution of A X = B and how far it can be trusted.
#[derive(Clone, Debug)]
pub struct Solution {
    /// X.
    pub x: DMatrix<f64>,
    /// The 2-norm condition number of A.
    pub condition: f64,
    /// The normwise backward error ‖AX − B‖/(‖A‖‖X‖ + ‖B‖), in the maximum norm, the worst over
    /// the columns of X.
    pub backward_error: f64,
}

/// Solves A X = B for a symmetric positive definite A (the lower triangle is read).
///
/// # Method
/// Cholesky factorisation, then iterative refinement with residuals in twice the working
/// precision (N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., §12.1).
///
/// # Accuracy
/// While the condition number stays below 1e14 or so X is right to a few units in its last place
/// (in the maximum norm of a column) as the solution for the numbers in A and B as given. The
/// condition number is a quotient of computed eigenvalues, itself uncertain by the factor
/// 1 ± 1e−15·condition.
///
/// # Errors
/// Shapes, numbers that are not finite, a matrix that is not symmetric;
/// [`Error::Singular`] where A is singular to working precision, [`Error::Undefined`] where it is
/// not positive definite at all.
pub fn solve_positive_definite(a: &DMatrix<f64>, b: &DMatrix<f64>) -> Result<Solution> {
    checks::symmetric("matrix", a)?;
    if b.nrows() != a.nrows() {
        return Err(Error::shape(
            "right-hand side",
            format!("{} rows", a.nrows()),
            format!("{} × {}", b.nrows(), b.ncols()),
        ));
    }
    checks::finite("right-hand side", b)?;
    let (scale_a, scale_b) = (power_of_two(a.amax()), power_of_two(b.amax()));
    let a = scaled_symmetric(a, scale_a);
    let b = b / scale_b;

    let eigenvalues = decompose(&a, None)?;
    let condition = condition(&eigenvalues);
    let factor = Cholesky::new(a.clone())
        .filter(|_| condition < SINGULAR)
        .ok_or_else(|| not_positive("linear system", &eigenvalues, scale_a))?;

    let norm_a = infinity_norm(&a);
    let columns: Vec<(Vec<f64>, f64)> = for_each_column(&b, |b| refine(&a, norm_a, &factor, b));
    let backward_error = columns.iter().map(|(_, e)| *e).fold(0.0, f64::max);
    let x = columns.into_iter().flat_map(|(x, _)| x);
    let x = DMatrix::from_iterator(a.nrows(), b.ncols(), x) * (scale_b / scale_a);
    checks::finite("solution", &x)?;
    Ok(Solution {
        x,
        condition,
        backward_error,
    })
}

/// The error of a symmetric system that Cholesky cannot factor, from its eigenvalues.
pub(super) fn not_positive(what: &str, eigenvalues: &DVector<f64>, scale: f64) -> Error {
    let smallest = eigenvalues.iter().copied().fold(f64::MAX, f64::min);
    if smallest < -INDEFINITE * eigenvalues.amax() {
        return Error::undefined(
            what,
            format!(
                "its matrix is not positive definite: it has the eigenvalue {:.1e}",
                smallest * scale
            ),
        );
    }
    Error::Singular {
        what: what.into(),
        condition: condition(eigenvalues),
        hint: format!(
            "its smallest eigenvalue is {:.1e}, not > 0 beyond rounding: add a ridge, \
             stop at a finite time, or use fewer or better separated points",
            smallest * scale
        ),
    }
}

/// The largest row sum of |a_ij|.
pub(super) fn infinity_norm(a: &DMatrix<f64>) -> f64 {
    let mut sums = vec![0.0; a.nrows()];
    for column in a.column_iter() {
        for (sum, x) in sums.iter_mut().zip(column.iter()) {
            *sum += x.abs();
        }
    }
    sums.into_iter().fold(0.0, f64::max)
}

/// The largest |v_i|.
pub(super) fn max_abs(v: &[f64]) -> f64 {
    v.iter().fold(0.0, |m: f64, x| m.max(x.abs()))
}

/// ‖r‖/(‖A‖‖x‖ + ‖b‖), 0 for 0/0.
pub(super) fn backward_error(residual: f64, norm_a: f64, norm_x: f64, norm_b: f64) -> f64 {
    if residual == 0.0 {
        0.0
    } else {
        residual / (norm_a * norm_x + norm_b)
    }
}

/// Whether a refinement step of size `step` is worth adding, after one of size `previous`.
pub(super) fn still_converging(step: f64, previous: f64) -> bool {
    step.is_finite() && step <= 0.5 * previous
}

/// The refined solution for one right-hand side, and its backward error.
fn refine(a: &DMatrix<f64>, norm_a: f64, factor: &Cholesky, b: &[f64]) -> (Vec<f64>, f64) {
    let residual = |x: &[f64]| {
        let mut sum = Accumulator::new(b);
        sum.subtract_product(a, x);
        sum.finish()
    };
    let solve = |b: &[f64]| {
        let mut x = DMatrix::from_column_slice(b.len(), 1, b);
        factor.solve(&mut x);
        x
    };
    let mut x = solve(b);
    let mut previous = f64::INFINITY;
    let mut remaining = residual(x.as_slice());
    for _ in 0..MAX_REFINEMENTS {
        let step = solve(&remaining);
        let size = step.amax();
        if !still_converging(size, previous) {
            break;
        }
        x += &step;
        remaining = residual(x.as_slice());
        if size <= 0.5 * f64::EPSILON * x.amax() {
            break;
        }
        previous = size;
    }
    let error = backward_error(max_abs(&remaining), norm_a, x.amax(), max_abs(b));
    (x.data.into(), error)
}

/// `f` of every column, in order, in parallel with the feature `parallel`.
fn for_each_column<T: Send>(b: &DMatrix<f64>, f: impl Fn(&[f64]) -> T + Send + Sync) -> Vec<T> {
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;
        b.as_slice().par_chunks_exact(b.nrows()).map(f).collect()
    }
    #[cfg(not(feature = "parallel"))]
    b.as_slice().chunks_exact(b.nrows()).map(f).collect()
}
