//! The interface of a kernel.

use crate::numerics::Estimate;
use std::fmt::Debug;

/// A symmetric, (conditionally) positive definite function of two points.
pub trait Kernel: Debug + Send + Sync {
    /// The dimension of the points it takes; `None` for any.
    fn dim(&self) -> Option<usize>;

    /// K(x, x′). Both points have the kernel's dimension and are finite. A quadrature that does not
    /// converge answers with a wide error, never with a silent one.
    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate;

    /// The order q of conditional positive definiteness: the polynomials of degree < q are the null
    /// space of its seminorm. 0 for a positive definite kernel.
    fn order(&self) -> usize {
        0
    }
}
