//! What nearly equal, or opposite, pre-activations differ by, without cancellation.

use super::Covariance;
use super::beside::Beside;
use super::defect::{Radial, below_one};
use super::slopes::{Integrals, SlopesOf};
use crate::model::activation::{Family, Parity, PiecewisePolynomial};
use crate::numerics::Estimate;
use crate::numerics::quadrature::gauss_legendre;

/// Relatively this close, variances and correlations ask for differences without cancellation.
const CLOSE: f64 = 1e-3;

impl SlopesOf<'_> {
    /// φ, where it is a continuous piecewise polynomial.
    pub(super) fn function(&self) -> Option<&PiecewisePolynomial> {
        match self.activation.family() {
            Family::PiecewisePolynomial(function) => {
                let continuous = |k| function.jump(k, 0) == 0.0;
                (0..function.knots().len())
                    .all(continuous)
                    .then_some(function)
            }
            _ => None,
        }
    }

    /// Whether φ is continuous with kinks, next to which distances count relative to themselves.
    fn asks_for_care(&self) -> bool {
        let kinks = self.activation.kinks();
        self.function().is_some() || !kinks.is_empty() && kinks.iter().all(|k| k.order > 0)
    }

    /// E[φ(u)²] − E[φ(v)²] from q₁₁ − q₂₂ without cancellation: ∫ E[uφ′(u)φ(u)] d ln q; `None` where the variances differ so much that
    /// nothing cancels, or φ asks for no such care.
    pub(crate) fn excess(&self, covariance: &Covariance, excess: f64) -> Option<f64> {
        let length = -(-excess / covariance.q11).ln_1p();
        if length.abs() > CLOSE || !self.asks_for_care() {
            return None;
        }
        let rule = gauss_legendre(3);
        let mut sum = 0.0;
        for (x, w) in rule.nodes.iter().zip(&rule.weights) {
            let q = covariance.q11 * (-0.5 * length * (1.0 - x)).exp();
            sum += 0.5 * length * w * self.stretch(&Covariance::same(q))?.value;
        }
        Some(sum)
    }

    /// E[uφ′(u)(φ(v) ∓ φ(u))] with the sign ±1, as exact as u ∓ v: for ρ next to 1, and next to −1 of odd φ, where the sign is −1, and of
    /// even φ; `None` for others.
    ///
    /// # Method
    /// What unequal variances do at ρ = 1, and ∂E[uφ′(u)φ(v)]/∂ρ = √(q₁₁q₂₂)E[(uφ′(u))′φ′(v)] along the correlations below.
    pub(crate) fn stretch_beside(
        &self,
        covariance: &Covariance,
        excess: f64,
    ) -> Option<(Estimate, f64)> {
        let (near, sign) = match self.activation.parity() {
            Parity::Odd if covariance.correlation.rho() < 0.0 => (covariance.mirrored(), -1.0),
            Parity::Even if covariance.correlation.rho() < 0.0 => (covariance.mirrored(), 1.0),
            _ => (*covariance, 1.0),
        };
        let away = near.correlation.one_minus();
        if away >= CLOSE || excess.abs() >= CLOSE * near.q11 || !self.asks_for_care() {
            return None;
        }
        if let Some(function) = self.function().filter(|_| away > 0.0) {
            return Some((Beside::new(&near, excess).stretch(function) * sign, sign));
        }
        let (s1, s2) = (near.q11.sqrt(), near.q22.sqrt());
        let radial = Radial::new(self.activation, (s1, s2), excess / (s1 + s2)).stretch;
        let turned = if away > 0.0 {
            let closed = self.closed()?;
            below_one(&near, |at| {
                Integrals::new(closed, at)
                    .beside(None, at, excess)
                    .turning()
            })
        } else {
            Estimate::default()
        };
        Some(((radial - turned * near.scale()) * sign, sign))
    }
}
