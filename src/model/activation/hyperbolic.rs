//! Activations made of hyperbolic functions: tanh.

use super::closed_form::{frequency, sample, scaled_csch, u_coth_u_minus_one};
use super::{ActivationFunction, Decay, Feature, FourierSample, Kink, Parity, Remainder, Tails};
use crate::error::Result;
use num_complex::Complex64;
use std::f64::consts::{FRAC_PI_2, PI};

/// Beyond this e^{−2|t|} is 0, and 1/sinh²t with it.
const VANISHED: f64 = 400.0;

/// sech²z without overflow.
fn sech_squared(z: f64) -> f64 {
    let e = (-2.0 * z.abs()).exp();
    4.0 * e / ((1.0 + e) * (1.0 + e))
}

/// φ(z) = tanh z, φ̂(ω) = −iπ csch(πω/2).
#[derive(Clone, Copy, Debug)]
pub(super) struct Tanh;

impl ActivationFunction for Tanh {
    fn value(&self, z: f64) -> f64 {
        z.tanh()
    }
    fn derivative(&self, z: f64) -> f64 {
        sech_squared(z)
    }
    fn kinks(&self) -> Vec<Kink> {
        Vec::new()
    }
    fn tails(&self) -> Tails {
        Tails {
            left: vec![-1.0],
            right: vec![1.0],
            remainder: Remainder::Exponential {
                rate: 2.0,
                exponent: 1.0,
            },
        }
    }
    fn parity(&self) -> Parity {
        Parity::Odd
    }
    /// φ̂ + ωφ̂′ = iπ csch(u)(u coth u − 1), u = πω/2.
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let u = FRAC_PI_2 * frequency(omega)?;
        let csch = PI * scaled_csch(u);
        Ok(sample(
            -u.abs(),
            Complex64::new(0.0, -csch),
            Complex64::new(0.0, csch * u_coth_u_minus_one(u)),
        ))
    }
    fn decay(&self) -> Decay {
        Decay::Exponential {
            rate: FRAC_PI_2,
            exponent: 1.0,
        }
    }
    /// With κ = t coth t: A = −2κ, −A″ = 4(κ−1)/sinh²t, and [π²(κ−1) − 2t²κ]/(3 sinh²t) for zφ′.
    fn autocorrelation(&self, feature: Feature, t: f64) -> Option<f64> {
        let excess = u_coth_u_minus_one(t);
        let value = match feature {
            Feature::Value => return Some(-2.0 * (1.0 + excess)),
            _ if t.abs() > VANISHED => return Some(0.0),
            Feature::Derivative if t == 0.0 => 4.0 / 3.0,
            Feature::Derivative => 4.0 * excess / t.sinh().powi(2),
            Feature::Stretch if t == 0.0 => (PI * PI / 3.0 - 2.0) / 3.0,
            Feature::Stretch => {
                let growing = PI * PI * excess - 2.0 * t * t * (1.0 + excess);
                growing / (3.0 * t.sinh().powi(2))
            }
        };
        Some(value)
    }
}
