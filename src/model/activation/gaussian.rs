//! Activations made of the normal law: erf, GELU, Gaussian.

use super::closed_form::{EXPONENT_TWO, exponential_tails, frequency, sample};
use super::rows::{Pair, from_pair};
use super::{ActivationFunction, Decay, Family, Feature, FourierSample, Kink, Parity, Tails};
use crate::error::Result;
use crate::numerics::special::branchless::{
    erf_and_gaussian, exp_minus_half_square, normal_pdf_and_cdf,
};
use crate::numerics::special::{erf, normal_pdf as pdf};
use num_complex::Complex64;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI};

/// Beyond |z| = 40 the normal density is 0.
const FAR: f64 = 40.0;

/// φ(z) = erf(z), φ̂(ω) = 2e^{−ω²/4}/(iω).
#[derive(Clone, Copy, Debug)]
pub(super) struct Erf;

impl Pair for Erf {
    #[inline(always)]
    fn pair(&self, z: f64) -> (f64, f64) {
        let (value, gaussian) = erf_and_gaussian(z);
        (value, FRAC_2_SQRT_PI * gaussian)
    }
}

impl ActivationFunction for Erf {
    from_pair!();
    fn kinks(&self) -> Vec<Kink> {
        Vec::new()
    }
    fn tails(&self) -> Tails {
        exponential_tails(&[-1.0], &[1.0], 1.0, EXPONENT_TWO)
    }
    fn parity(&self) -> Parity {
        Parity::Odd
    }
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let omega = frequency(omega)?;
        Ok(sample(
            -0.25 * omega * omega,
            Complex64::new(0.0, -2.0 / omega),
            Complex64::new(0.0, omega),
        ))
    }
    fn decay(&self) -> Decay {
        Decay::Exponential {
            rate: 0.25,
            exponent: 2.0,
        }
    }
    /// A = −4[t(Φ(t)−½) + ϕ(t)], −A″ = 4ϕ(t), and ϕ(t)(1−t²) for zφ′.
    fn autocorrelation(&self, feature: Feature, t: f64) -> Option<f64> {
        Some(match feature {
            Feature::Value => -2.0 * t * erf(t * FRAC_1_SQRT_2) - 4.0 * pdf(t),
            Feature::Derivative => 4.0 * pdf(t),
            Feature::Stretch => pdf(t) * (1.0 - t.abs()) * (1.0 + t.abs()),
        })
    }
    fn family(&self) -> Family<'_> {
        Family::Erf { scale: 1.0 }
    }
}

/// φ(z) = zΦ(z), φ̂(ω) = −e^{−ω²/2}(1 + 1/ω²).
#[derive(Clone, Copy, Debug)]
pub(super) struct Gelu;

impl Pair for Gelu {
    #[inline(always)]
    fn pair(&self, z: f64) -> (f64, f64) {
        let (density, below) = normal_pdf_and_cdf(z);
        // Bounded where an infinity would meet a 0.
        let (left, middle) = (z.clamp(-FAR, f64::INFINITY), z.clamp(-FAR, FAR));
        (left * below, below + middle * density)
    }
}

impl ActivationFunction for Gelu {
    from_pair!();
    fn kinks(&self) -> Vec<Kink> {
        Vec::new()
    }
    fn tails(&self) -> Tails {
        exponential_tails(&[], &[0.0, 1.0], 0.5, EXPONENT_TWO)
    }
    fn parity(&self) -> Parity {
        Parity::None
    }
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let omega = frequency(omega)?;
        let square = omega * omega;
        // Below this 1/ω² overflows: its logarithm goes into the exponent.
        if omega.abs() < 1e-150 {
            let exponent = -2.0 * omega.abs().ln();
            return Ok(sample(exponent, (-1.0).into(), 1.0.into()));
        }
        Ok(sample(
            -0.5 * square,
            (-1.0 - 1.0 / square).into(),
            (square + 1.0 / square).into(),
        ))
    }
    fn decay(&self) -> Decay {
        Decay::Exponential {
            rate: 0.5,
            exponent: 2.0,
        }
    }
    /// With n = e^{−t²/4}/(2√π), Q = ½erf(t/2): the inverse transforms of e^{−ω²} times 1, ω^{−2}
    /// and ω^{−4} are n, −(tQ + 2n) and (t³/6 + t)Q + (t²/3 + 4/3)n.
    fn autocorrelation(&self, feature: Feature, t: f64) -> Option<f64> {
        let square = t * t;
        let n = (-0.25 * square).exp() / (2.0 * PI.sqrt());
        let q = 0.5 * erf(0.5 * t);
        if n == 0.0 {
            // The decaying terms are 0 times a power that may be ∞.
            let growing = match feature {
                Feature::Value => square / 6.0 - 1.0,
                Feature::Derivative => -1.0,
                Feature::Stretch => square / 6.0 + 1.0,
            };
            return Some(0.5 * t.abs() * growing);
        }
        Some(match feature {
            Feature::Value => n * (square - 5.0) / 3.0 + q * t * (square / 6.0 - 1.0),
            Feature::Derivative => n * (0.5 - 0.25 * square) - t * q,
            Feature::Stretch => {
                let decaying = square * square / 16.0 - 5.0 / 12.0 * square + 49.0 / 12.0;
                n * decaying + q * t * (square / 6.0 + 1.0)
            }
        })
    }
    fn family(&self) -> Family<'_> {
        Family::Gelu
    }
}

/// φ(z) = e^{−z²/2}, φ̂(ω) = √(2π) e^{−ω²/2}.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gaussian;

impl Pair for Gaussian {
    #[inline(always)]
    fn pair(&self, z: f64) -> (f64, f64) {
        let value = exp_minus_half_square(z);
        (value, -z.clamp(-FAR, FAR) * value)
    }
}

impl ActivationFunction for Gaussian {
    from_pair!();
    fn kinks(&self) -> Vec<Kink> {
        Vec::new()
    }
    fn tails(&self) -> Tails {
        exponential_tails(&[], &[], 0.5, EXPONENT_TWO)
    }
    fn parity(&self) -> Parity {
        Parity::Even
    }
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let omega = frequency(omega)?.abs();
        let value = (2.0 * PI).sqrt();
        let stretch = value * (1.0 - omega) * (1.0 + omega);
        Ok(sample(-0.5 * omega * omega, value.into(), stretch.into()))
    }
    fn decay(&self) -> Decay {
        Decay::Exponential {
            rate: 0.5,
            exponent: 2.0,
        }
    }
    /// √π e^{−t²/4} times 1, ½ − t²/4, and ¾ − t²/4 + t⁴/16.
    fn autocorrelation(&self, feature: Feature, t: f64) -> Option<f64> {
        let quarter = 0.25 * t * t;
        let factor = match feature {
            Feature::Value => 1.0,
            Feature::Derivative => 0.5 - quarter,
            Feature::Stretch => 0.75 - quarter + quarter * quarter,
        };
        let decay = (-quarter).exp();
        // Far out the polynomial is ∞ where the product is 0.
        Some(if decay == 0.0 {
            0.0
        } else {
            PI.sqrt() * decay * factor
        })
    }
    fn family(&self) -> Family<'_> {
        Family::Packet {
            curvature: 1.0,
            frequency: 0.0,
            phase: 0.0,
        }
    }
}
