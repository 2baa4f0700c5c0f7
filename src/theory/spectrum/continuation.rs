//! Eigenvalues from the jump of κ across t > 1 and t < −1: positive integrals, no cancellation at any
//! degree.

use crate::numerics::Estimate;
use crate::numerics::quadrature::{gauss_gegenbauer, gauss_legendre};
use num_complex::Complex64;
use std::f64::consts::PI;

/// κ on the upper side of the cuts t > 1 and t < −1, for a κ that is analytic in the open upper half plane near
/// \[−1, 1\] and an analytic function of the angle at both ends (arc-cosine kernels and their compositions).
pub trait Continuation {
    /// κ(cosh y + i0), y > 0.
    fn right(&self, y: f64) -> Complex64;

    /// κ(−cosh y + i0), y > 0.
    fn left(&self, y: f64) -> Complex64;

    /// Both are wanted for y up to this only: κ(cos θ) is taken to be analytic for |Im θ| below it. What is
    /// found is checked against quadrature at low degrees, and a smaller reach tried if it does not hold.
    fn reach(&self) -> f64;
}

/// Panels halve in width towards L = 0, where the integrand is a power of L.
const PANELS: usize = 44;
/// Nodes per panel.
const NODES: usize = 20;
/// Positive nodes of the inner rules that are compared.
const INNER: [usize; 2] = [20, 28];
/// Values of Im κ are good to a few units, but for what the powers lose.
const ROUNDING: f64 = 64.0 * f64::EPSILON;
/// e^{−kL} below e^{−700} is nothing.
const NOTHING: f64 = 700.0;

/// The averages Ī(L) of Im κ for both ends, ready for any degree.
#[derive(Clone, Debug)]
pub(super) struct CutSpectrum {
    dim: f64,
    reach: f64,
    /// L, weight·(1−e^{−L})^{d−2}/π, and Ī of right and left end with the difference of two rules.
    nodes: Vec<(f64, f64, [Estimate; 2])>,
    /// A bound on |κ| on the path that is left out.
    size: f64,
}

impl CutSpectrum {
    /// λ_k = (1/π) ∫₀^∞ e^{−kL}(1−e^{−L})^{d−2} [Ī_right(L) − (−1)ᵏ Ī_left(L)] dL with the averages
    /// Ī(L) = ((d−2)/2) ∫₀¹ Im κ(±cosh y) (1−τ)^{(d−4)/2} dτ over cosh y = 1 + τ(cosh L − 1), or Im κ at y = L for
    /// d = 2.
    ///
    /// Cauchy's formula λ_k = (1/2πi)∮ κ(z) S_k(z) dz with S_k(z) = E[P_k(t)/(z−t)], Heine's integral of S_k
    /// and an exchange of the integrals.
    pub(super) fn new(kernel: &dyn Continuation, dim: usize, reach: f64) -> Self {
        let rule = gauss_legendre(NODES);
        let mut nodes = Vec::with_capacity(PANELS * NODES);
        let mut high = reach;
        for panel in 0..PANELS {
            let low = if panel + 1 == PANELS { 0.0 } else { 0.5 * high };
            let half = 0.5 * (high - low);
            for (&x, &w) in rule.nodes.iter().zip(&rule.weights) {
                let l = low + half * (1.0 + x);
                let power = (-(-l).exp_m1()).powf(dim as f64 - 2.0);
                let averages = [
                    average(|y| kernel.right(y).im, dim, l),
                    average(|y| kernel.left(y).im, dim, l),
                ];
                nodes.push((l, w * half * power / PI, averages));
            }
            high = low;
        }
        let size = kernel.right(reach).norm().max(kernel.left(reach).norm());
        Self {
            dim: dim as f64,
            reach,
            nodes,
            size,
        }
    }

    pub(super) fn eigenvalue(&self, degree: usize) -> Estimate {
        let k = degree as f64;
        let sign = if degree.is_multiple_of(2) { -1.0 } else { 1.0 };
        let (mut sum, mut error) = (0.0, 0.0);
        for (l, weight, [right, left]) in &self.nodes {
            if k * l > NOTHING {
                continue;
            }
            let weight = weight * (-k * l).exp();
            sum += weight * (right.value + sign * left.value);
            let rounding = ROUNDING * (right.value.abs() + left.value.abs()) * (1.0 + 0.02 * k * l);
            error += weight * (right.error + left.error + rounding);
        }
        // The path that closes the contour at height `reach`: at most 2π long in θ, sinh-wide.
        let length = 4.0 * self.reach.cosh() * self.reach.cosh().max(1.0);
        Estimate::new(sum, error + length * self.size * self.beyond(k))
    }

    /// (1/π) S_k(cosh y) at the reach, ∫_Y^∞ e^{−kL}(1−e^{−L})^{d−2} … dL, bounded.
    fn beyond(&self, k: f64) -> f64 {
        let integrand = |l: f64| {
            let log = -k * l + (self.dim - 2.0) * (-(-l).exp()).ln_1p();
            log.exp()
        };
        // Its maximum lies at e^L = 1 + (d−2)/k.
        let peak = if k > 0.0 {
            ((self.dim - 2.0) / k).ln_1p().max(self.reach)
        } else {
            return 1.0;
        };
        integrand(peak) * (peak - self.reach + 1.0 / k) / self.reach.sinh().min(1.0)
    }
}

/// Ī(L) by the Gauss–Gegenbauer rule in σ, sinh(y/2) = σ sinh(L/2), in which the integrand is even.
fn average(jump: impl Fn(f64) -> f64, dim: usize, l: f64) -> Estimate {
    if dim == 2 {
        return Estimate::new(jump(l), 0.0);
    }
    let half = (0.5 * l).sinh();
    let by = |positive: usize| {
        let rule = gauss_gegenbauer(2 * positive, 0.5 * (dim as f64 - 3.0));
        let nodes = rule.nodes.iter().zip(&rule.weights).filter(|n| *n.0 > 0.0);
        let sum: f64 = nodes
            .map(|(s, w)| w * s * jump(2.0 * (s * half).asinh()))
            .sum();
        (dim as f64 - 2.0) * sum
    };
    let (coarse, fine) = (by(INNER[0]), by(INNER[1]));
    let gap = (fine - coarse).abs();
    // Geometric convergence: the gap is the error of the coarse rule.
    let truncation = if gap < 1e-3 * fine.abs() {
        10.0 * gap * (gap / fine.abs()).sqrt()
    } else {
        gap
    };
    Estimate::new(fine, truncation)
}
