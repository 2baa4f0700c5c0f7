//! Adaptive quadrature with an error estimate and the L1 norm, and cached Gauss rules.

use super::Estimate;
use num_complex::Complex64;

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

/// An integral with its error bound and the L1 norm ∫|f|, which tells how much was cancelled.
/// It always holds the best value found; `error` is wide where the tolerance was not reached.
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

/// ∫_a^b f for −∞ ≤ a < b ≤ ∞, split at the given points (those outside are ignored).
/// Infinite ends are for integrands that decay at least like |z|^{−1−ε} (any faster is better).
pub fn integrate(
    _f: impl FnMut(f64) -> f64,
    _a: f64,
    _b: f64,
    _splits: &[f64],
    _tolerance: &Tolerance,
) -> Integral {
    todo!()
}

/// ∫_{−∞}^{∞} f(z) e^{−iωz} dz (ω ≠ 0) for f decaying to 0, however slowly, smooth between the splits;
/// the error bound holds for the modulus.
pub fn fourier_integral(
    _f: impl FnMut(f64) -> f64,
    _omega: f64,
    _splits: &[f64],
    _tolerance: &Tolerance,
) -> (Complex64, f64) {
    todo!()
}

/// Nodes and weights of a Gauss rule: Σ w_i f(x_i).
#[derive(Clone, Debug, PartialEq)]
pub struct GaussRule {
    /// The nodes, ascending.
    pub nodes: Vec<f64>,
    /// The weights.
    pub weights: Vec<f64>,
}

/// The n-point Gauss–Legendre rule on [−1, 1], cached.
pub fn gauss_legendre(_n: usize) -> std::sync::Arc<GaussRule> {
    todo!()
}
/// The n-point Gauss–Hermite rule for the standard normal probability, cached, weights to full relative accuracy.
pub fn gauss_hermite(_n: usize) -> std::sync::Arc<GaussRule> {
    todo!()
}
/// The n-point Gauss–Gegenbauer rule for the weight (1−x²)^{λ−½} on [−1, 1], λ > −½, cached.
pub fn gauss_gegenbauer(_n: usize, _lambda: f64) -> std::sync::Arc<GaussRule> {
    todo!()
}
