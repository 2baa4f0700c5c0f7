//! How two points lie to each other in the first layer, and how that moves with the first of them.

use super::dual::{Covariance, Layer};
use crate::numerics::{double::Double, special::Correlation};

/// Rounding of sums in twice the working precision, per term.
const DOUBLE_ROUNDING: f64 = f64::EPSILON * f64::EPSILON;

/// x and x′ as the first layer sees them, and what a step of x makes of that.
pub(super) struct Separation {
    /// Its 1 − ρ, or 1 + ρ, to the last digits also where x′ lies along x.
    pub(super) covariance: Covariance,
    /// q₁₁ − q₂₂.
    pub(super) excess: f64,
    /// A bound on the error of q₁₂ beyond rounding.
    pub(super) error_of_q12: f64,
    /// ∇ρ, with a bound on the error of every coordinate.
    pub(super) of_rho: Vec<(f64, f64)>,
    /// ∇ln q₁₁.
    pub(super) of_q: Vec<f64>,
}

impl Separation {
    /// With X = (√α x, √β), of which ‖X‖² = q₁₁, what X′ has across X is R = X′ − (q₁₂/q₁₁)X, so that ∇ρ = αr/√(q₁₁q₂₂)
    /// and 1 − ρ² = ‖R‖²/q₂₂. With p = x′ − (⟨x,x′⟩/‖x‖²)x and t = ⟨x,x′−x⟩/‖x‖², both from inner products in twice the
    /// working precision, r = p + (βt/q₁₁)x and √β(−αt‖x‖²/q₁₁) is the part of the bias, nothing of which cancels.
    pub(super) fn new(layer: Layer, x: &[f64], y: &[f64], covariance: &Covariance) -> Self {
        let (alpha, beta) = (layer.weight_variance, layer.bias_variance);
        let Covariance { q11, q22, .. } = *covariance;
        // Squares neither overflow nor underflow in units of a power of two.
        let largest = x.iter().chain(y).fold(0.0, |m: f64, c| m.max(c.abs()));
        let unit = f64::from_bits(largest.to_bits() & 0x7ff0_0000_0000_0000);
        let unit = unit.max(f64::MIN_POSITIVE);
        let [u, v] = [x, y].map(|p| p.iter().map(|c| c / unit).collect::<Vec<f64>>());
        let (own, both, other) = (
            Double::inner(&u, &u),
            Double::inner(&u, &v),
            Double::inner(&v, &v),
        );
        let ratio = match own.value() > 0.0 {
            true => both / own,
            // Nothing lies along a point at 0.
            false => Double::default(),
        };
        let along = (ratio - Double::from(1.0)).value();
        let share = beta * along / q11;
        let beyond = (x.len() as f64 + 8.0) * DOUBLE_ROUNDING;
        let across: Vec<(f64, f64)> = { x.iter().zip(y) }
            .map(|(&x, &y)| {
                let p = (Double::from(y) - ratio * Double::from(x)).value();
                let moduli = y.abs() + (ratio.value() * x).abs();
                let rounding = 4.0 * f64::EPSILON * (p.abs() + (share * x).abs());
                (p + share * x, rounding + beyond * moduli)
            })
            .collect();
        let r: Vec<f64> = across.iter().map(|(r, _)| r / unit).collect();
        let of_bias = alpha * along * (unit * unit * own.value()) / q11;
        let square = alpha * unit * unit * Double::inner(&r, &r).value() + beta * of_bias.powi(2);
        let sine = square / q22;
        let rho = covariance.correlation;
        let correlation = if rho.rho() < 0.0 {
            Correlation::from_one_plus(sine / rho.one_minus())
        } else {
            Correlation::from_one_minus(sine / rho.one_plus())
        };
        let factor = alpha / covariance.scale();
        Self {
            covariance: Covariance {
                correlation,
                ..*covariance
            },
            excess: alpha * (unit * unit) * (own - other).value(),
            error_of_q12: 4.0 * beyond * sine.sqrt() * covariance.scale(),
            of_rho: across
                .iter()
                .map(|(r, e)| (factor * r, factor * e))
                .collect(),
            of_q: x.iter().map(|x| 2.0 * alpha * x / q11).collect(),
        }
    }
}
