//! Kernels that depend on the cosine of two points only.

use super::continuation::Continuation;
use super::series::PowerSeries;
use crate::error::{Result, non_negative};
use crate::numerics::{Estimate, special::Correlation};
use std::fmt;

/// A kernel K(x, x′) = κ(t), t = ⟨x, x′⟩/(‖x‖‖x′‖), on points of one common norm: the points of a
/// sphere or circle, the corners of a hypercube.
///
/// Only the value is needed. What else is known of κ lets eigenvalues keep their digits far below the
/// rounding of κ itself; of several ways the one with the smallest error is taken, degree by degree.
pub trait ZonalKernel: fmt::Debug + Send + Sync {
    /// κ(t) with a bound on its error.
    fn value(&self, t: Correlation) -> Estimate;

    /// The first coefficients, about `terms` of them, of κ(t) = Σ b_n tⁿ, b_n ≥ 0.
    fn power_series(&self, _terms: usize) -> Option<PowerSeries> {
        None
    }

    /// The eigenvalues of degrees 0…count−1 on S^{d−1} in closed form.
    fn closed_form(&self, _dim: usize, _count: usize) -> Option<Vec<Estimate>> {
        None
    }

    /// κ beyond t = ±1, for kernels that are analytic there on either side of the real line.
    fn continuation(&self) -> Option<&dyn Continuation> {
        None
    }
}

/// A function of the cosine, of which nothing but its values is known.
pub struct ZonalFunction<F> {
    function: F,
    relative_error: f64,
}

impl<F: Fn(Correlation) -> f64 + Send + Sync> ZonalFunction<F> {
    /// `relative_error` bounds the error of every value relative to κ(1).
    ///
    /// # Errors
    /// An error that is negative or not finite.
    pub fn new(function: F, relative_error: f64) -> Result<Self> {
        Ok(Self {
            function,
            relative_error: non_negative("relative_error", relative_error)?,
        })
    }
}

impl<F> fmt::Debug for ZonalFunction<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZonalFunction")
            .field("relative_error", &self.relative_error)
            .finish_non_exhaustive()
    }
}

impl<F: Fn(Correlation) -> f64 + Send + Sync> ZonalKernel for ZonalFunction<F> {
    fn value(&self, t: Correlation) -> Estimate {
        let scale = (self.function)(Correlation::from_one_minus(0.0)).abs();
        Estimate::new((self.function)(t), self.relative_error * scale)
    }
}
