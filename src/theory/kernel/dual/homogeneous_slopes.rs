//! Derivatives of arc-cosine functions in the variances and in the correlation, and what layers make of them.

use super::homogeneous::Homogeneous;
use super::{Covariance, DualActivation, DualSlopes, Method};
use crate::numerics::Estimate;

/// Those of φ(z) = a z₊^k + b (−z)₊^k: E\[φφ\] is homogeneous of degree k in √q₁₁, E\[φ′φ′\] of degree k − 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HomogeneousSlopes(pub(super) Homogeneous);

impl DualActivation {
    /// Derivatives in closed form, for a homogeneous activation of degree ≥ 1.
    pub(crate) fn homogeneous(&self) -> Option<HomogeneousSlopes> {
        match &self.method {
            Method::Homogeneous(function) if function.degree > 0 => {
                Some(HomogeneousSlopes(*function))
            }
            _ => None,
        }
    }
}

impl HomogeneousSlopes {
    /// k.
    pub(crate) fn degree(&self) -> f64 {
        self.0.degree as f64
    }

    pub(super) fn at(&self, covariance: &Covariance) -> DualSlopes {
        let (function, k) = (&self.0, self.degree());
        let dual = function.dual(covariance);
        let rho = covariance.correlation;
        let curvature = if function.degree == 0 {
            // E[δδ] ~ 1/√(1−ρ²).
            dual.derivative * (rho.rho() / rho.sine().powi(2))
        } else {
            function.derivative().dual(covariance).derivative * covariance.scale()
        };
        DualSlopes {
            stretch: dual.nngp * k,
            slope_stretch: dual.derivative * (k - 1.0),
            curvature,
        }
    }

    /// E[φ(u)φ(v)] and its first three derivatives in ρ, s^n E[φ^(n)φ^(n)] with s = √(q₁₁q₂₂) (Price 1958), k ≥ 1, at a covariance whose
    /// q₁₂ is right to `error`.
    pub(crate) fn derivatives(&self, covariance: &Covariance, error: f64) -> [Estimate; 4] {
        let exact = self.derivatives_at(covariance);
        if !covariance.sees(error) {
            return exact;
        }
        let moved = self.derivatives_at(&covariance.moved(error));
        let pairs = exact.into_iter().zip(moved);
        let mut wider =
            pairs.map(|(a, b)| Estimate::new(a.value, a.error + (a.value - b.value).abs()));
        [(); 4].map(|()| wider.next().unwrap_or_default())
    }

    fn derivatives_at(&self, covariance: &Covariance) -> [Estimate; 4] {
        let (s, rho) = (covariance.scale(), covariance.correlation);
        let dual = self.0.dual(covariance);
        let slope = self.0.derivative();
        let (second, third) = if self.0.degree == 1 {
            // J²/(2π√(1−ρ²)).
            let bent = slope.dual(covariance).derivative * (s * s);
            (
                bent,
                bent * (rho.rho() / (rho.one_minus() * rho.one_plus())),
            )
        } else {
            let curve = slope.derivative().dual(covariance);
            (curve.nngp * (s * s), curve.derivative * (s * s * s))
        };
        [dual.nngp, dual.derivative * s, second, third]
    }

    /// ½[αE[uφ′(u)φ(v)]/√(q₁₁′q₂₂′) − ρ′αE[uφ′(u)φ(u)]/q₁₁′], what the next layer's correlation gains per ln q₁₁: nothing but what a
    /// bias β makes of it, (kβ/2q₁₁′)(ρ′ − √(q₁₁′/q₂₂′)). `excess`: q₁₁′ − q₂₂′.
    pub(crate) fn along(&self, after: &Covariance, excess: f64, bias: f64) -> Estimate {
        let (s1, s2) = (after.q11.sqrt(), after.q22.sqrt());
        let factor = 0.5 * self.degree() * bias / after.q11;
        let (longer, away) = (excess / (s2 * (s1 + s2)), after.correlation.one_minus());
        let rounding = 8.0 * f64::EPSILON * factor * (longer.abs() + away);
        Estimate::new(-factor * (longer + away), rounding)
    }

    /// α(E[φ(u)²] − E[φ(v)²]) from q₁₁ − q₂₂ without cancellation; `square`: αE[φ(u)²].
    pub(crate) fn excess(&self, square: f64, covariance: &Covariance, excess: f64) -> f64 {
        let ratio = (-excess / covariance.q11).ln_1p();
        -square * (self.degree() * ratio).exp_m1()
    }
}
