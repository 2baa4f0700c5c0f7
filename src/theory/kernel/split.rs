//! A kernel as a polynomial part plus a remainder.

use super::Kernel;
use nalgebra::DMatrix;
use std::sync::Arc;

/// K(x, x′) = Σ_αβ D_αβ x^α x′^β + K̃(x, x′): polynomials of degree < q in each argument, plus a
/// remainder that is conditionally positive definite of order ≤ q.
///
/// Where the polynomial part is much the larger (offsets uniform on [−R, R] with R large: R²/6
/// beside ‖δ‖³/(24R)), the remainder, which alone tells the data apart, drowns in the rounding of
/// the sum; kept apart, no digit is lost.
#[derive(Clone, Debug)]
pub struct Split {
    /// The order q.
    pub order: usize,
    /// D, symmetric and positive semi-definite, in the order of
    /// [`Monomials::new(d, q)`](crate::theory::interpolant::Monomials::new).
    pub polynomial: DMatrix<f64>,
    /// K̃.
    pub remainder: Arc<dyn Kernel>,
}
