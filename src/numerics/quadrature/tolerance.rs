//! What is asked of a quadrature, and what it answers.

use crate::numerics::Estimate;

/// When a quadrature may stop: error ≤ max(absolute, relative·|value|).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// Absolute tolerance.
    pub absolute: f64,
    /// Relative tolerance.
    pub relative: f64,
    /// The most evaluations of the integrand.
    pub evaluations: usize,
}

impl Default for Tolerance {
    /// The crate's default: 1e−10 relative, at most 200 000 evaluations.
    fn default() -> Self {
        Self {
            absolute: 0.0,
            relative: 1e-10,
            evaluations: 200_000,
        }
    }
}

impl Tolerance {
    /// The default with another relative tolerance.
    pub fn relative(relative: f64) -> Self {
        Self {
            relative,
            ..Self::default()
        }
    }

    /// The error with which an integral of this modulus is good enough.
    pub(super) fn target(&self, modulus: f64) -> f64 {
        self.absolute.max(self.relative * modulus)
    }
}

/// An integral with its error bound and the L1 norm ∫|f|, which tells how much was cancelled.
/// It always holds the best value found; `error` is wide where the tolerance was not reached, and
/// infinite where the integrand was not finite or the integral seems to diverge.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Integral {
    /// The value.
    pub value: f64,
    /// A bound on the absolute error.
    pub error: f64,
    /// ∫|f|.
    pub l1: f64,
    /// Evaluations used.
    pub evaluations: usize,
}

impl Integral {
    /// Value and error.
    pub fn estimate(&self) -> Estimate {
        Estimate::new(self.value, self.error)
    }
}
