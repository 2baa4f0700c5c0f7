//! Where two pre-activations both meet a step.

use crate::numerics::Estimate;
use crate::numerics::special::{Correlation, normal_pdf};

/// The density ϕ₂(h, k; ρ) of standard normal (U, V); at |ρ| = 1 that of two lines: 0, or infinite where they meet.
pub(super) fn crossing(h: f64, k: f64, rho: Correlation) -> Estimate {
    let (away, sine) = (rho.residual(k, h), rho.sine());
    if sine == 0.0 {
        return Estimate::new(if away == 0.0 { f64::INFINITY } else { 0.0 }, 0.0);
    }
    let away = away / sine;
    let density = normal_pdf(h) * normal_pdf(away) / sine;
    // k − h is right to the rounding of h and k, which next to |ρ| = 1 counts in units of √(1−ρ²).
    let moved = f64::EPSILON * (h.abs() + k.abs()) / sine;
    let error = density * (4.0 * f64::EPSILON + moved * (away.abs() + moved));
    Estimate::new(density, error)
}
