//! tanh and sech.

use super::closed_form::{
    EXPONENT_ONE, exponential_tails, frequency, sample, scaled_csch, u_coth_u_minus_one,
};
use super::rows::{Pair, from_pair};
use super::{
    ActivationFunction, Decay, Family, Feature, FourierSample, Kink, Parity, ScaleMixture, Tails,
};
use crate::error::Result;
use crate::numerics::special::branchless::exp_and_expm1;
use num_complex::Complex64;
use std::f64::consts::{FRAC_PI_2, PI};

/// Beyond this 1/sinh t is below the range of double precision.
const VANISHED: f64 = 700.0;

/// φ(z) = tanh z, φ̂(ω) = −iπ csch(πω/2).
#[derive(Clone, Copy, Debug)]
pub(super) struct Tanh;

impl Pair for Tanh {
    #[inline(always)]
    fn pair(&self, z: f64) -> (f64, f64) {
        // With e = e^{−2|z|}: (1−e)/(1+e) and 4e/(1+e)². Near 0 it is 1 − e that must keep its digits, far
        // out e.
        let (e, lost) = exp_and_expm1(-2.0 * z.abs());
        let whole = 1.0 + e;
        ((-lost / whole).copysign(z), 4.0 * e / (whole * whole))
    }
}

impl ActivationFunction for Tanh {
    from_pair!();
    fn kinks(&self) -> Vec<Kink> {
        Vec::new()
    }
    fn tails(&self) -> Tails {
        exponential_tails(&[-1.0], &[1.0], 2.0, EXPONENT_ONE)
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
    fn family(&self) -> Family<'_> {
        Family::ScaleMixture(ScaleMixture::Tanh)
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
        if feature == Feature::Value {
            return Some(-2.0 * (1.0 + excess));
        }
        if t.abs() > 0.5 * VANISHED {
            return Some(0.0);
        }
        // sinh²t underflows before t does; the limits are the values at 0.
        let (excess, square) = if t.abs() < 1e-9 {
            (1.0 / 3.0, 1.0)
        } else {
            (excess / t.sinh().powi(2), (t / t.sinh()).powi(2))
        };
        Some(match feature {
            Feature::Derivative => 4.0 * excess,
            _ => (PI * PI * excess - 2.0 * square * (1.0 + u_coth_u_minus_one(t))) / 3.0,
        })
    }
}

/// φ(z) = sech z, φ̂(ω) = π sech(πω/2).
#[derive(Clone, Copy, Debug)]
pub(super) struct Sech;

impl Pair for Sech {
    #[inline(always)]
    fn pair(&self, z: f64) -> (f64, f64) {
        // With e = e^{−|z|}: 2e/(1+e²), times −tanh z = −(1−e)(1+e)/(1+e²).
        let (e, lost) = exp_and_expm1(-z.abs());
        let whole = 1.0 + e * e;
        let sech = 2.0 * e / whole;
        (sech, (sech * lost * (1.0 + e) / whole).copysign(-z))
    }
}

impl ActivationFunction for Sech {
    from_pair!();
    fn kinks(&self) -> Vec<Kink> {
        Vec::new()
    }
    fn tails(&self) -> Tails {
        exponential_tails(&[], &[], 1.0, EXPONENT_ONE)
    }
    fn parity(&self) -> Parity {
        Parity::Even
    }
    /// φ̂ + ωφ̂′ = φ̂ (1 − u tanh u), u = πω/2.
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let u = (FRAC_PI_2 * frequency(omega)?).abs();
        let value = 2.0 * PI / (1.0 + (-2.0 * u).exp());
        let bracket = 1.0 - u * u.tanh();
        let mut sample = sample(-u, value.into(), (value * bracket).into());
        // The bracket vanishes at u = 1.19968: there the error is absolute.
        sample.stretch_error += 1e-15 * value;
        Ok(sample)
    }
    fn family(&self) -> Family<'_> {
        Family::ScaleMixture(ScaleMixture::Sech)
    }
    fn decay(&self) -> Decay {
        Decay::Exponential {
            rate: FRAC_PI_2,
            exponent: 1.0,
        }
    }
    /// With s = t/sinh t, κ = t coth t and e = κ − 1: A = 2s and D = −A″ = 2s(t² − 2κe)/t²; for
    /// zφ′ it is (π²+t²)s/6 + [2κs − (π²+t²)κse/t²]/3 − t²D/4.
    fn autocorrelation(&self, feature: Feature, t: f64) -> Option<f64> {
        if t.abs() > VANISHED {
            return Some(0.0);
        }
        let square = t * t;
        let excess = u_coth_u_minus_one(t);
        let kappa = 1.0 + excess;
        // e/t² and t/sinh t tend to 1/3 and 1.
        let (excess, s) = if t.abs() < 1e-9 {
            (1.0 / 3.0, 1.0)
        } else {
            (excess / square, t / t.sinh())
        };
        let derivative = 2.0 * s * (1.0 - 2.0 * kappa * excess);
        Some(match feature {
            Feature::Value => 2.0 * s,
            Feature::Derivative => derivative,
            Feature::Stretch => {
                let strip = PI * PI + square;
                strip * s / 6.0 + s * kappa * (2.0 - strip * excess) / 3.0
                    - 0.25 * square * derivative
            }
        })
    }
}
