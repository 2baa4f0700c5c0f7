//! Activations with algebraic tails: arctan, softsign.

use super::closed_form::{frequency, sample};
use super::rows::{Pair, from_pair};
use super::{
    ActivationFunction, Decay, Family, Feature, FourierSample, Kink, Parity, Remainder,
    ScaleMixture, Tails,
};
use crate::error::Result;
use crate::numerics::quadrature::gauss_legendre;
use crate::numerics::special::branchless::arctan;
use num_complex::Complex64;
use std::f64::consts::{FRAC_PI_2, PI};

/// φ(z) = arctan z, φ̂(ω) = πe^{−|ω|}/(iω).
#[derive(Clone, Copy, Debug)]
pub(super) struct Arctan;

impl Pair for Arctan {
    #[inline(always)]
    fn pair(&self, z: f64) -> (f64, f64) {
        (arctan(z), 1.0 / (1.0 + z * z))
    }
}

impl ActivationFunction for Arctan {
    from_pair!();
    fn kinks(&self) -> Vec<Kink> {
        Vec::new()
    }
    fn tails(&self) -> Tails {
        Tails {
            left: vec![-FRAC_PI_2],
            right: vec![FRAC_PI_2],
            remainder: Remainder::Algebraic { power: 1.0 },
        }
    }
    fn parity(&self) -> Parity {
        Parity::Odd
    }
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let omega = frequency(omega)?;
        Ok(sample(
            -omega.abs(),
            Complex64::new(0.0, -PI / omega),
            Complex64::new(0.0, PI * omega.signum()),
        ))
    }
    fn family(&self) -> Family<'_> {
        Family::ScaleMixture(ScaleMixture::Arctan)
    }
    fn decay(&self) -> Decay {
        Decay::Exponential {
            rate: 1.0,
            exponent: 1.0,
        }
    }
    /// A = −π[t arctan(t/2) − ln(1 + t²/4)]; 2π/(4 + t²) for φ′ and for zφ′.
    fn autocorrelation(&self, feature: Feature, t: f64) -> Option<f64> {
        let half = 0.5 * t;
        Some(match feature {
            Feature::Value => -PI * (t * half.atan() - (half * half).ln_1p()),
            _ => FRAC_PI_2 / (1.0 + half * half),
        })
    }
}

/// φ(z) = z/(1 + |z|), φ̂(ω) = (2/(iω)) ∫₀^∞ e^{−u} u²/(ω² + u²) du for ω > 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Softsign;

/// The ends of panels on which e^{−u}u²/(ω² + u²) and its ω-derivative are smooth whatever ω is: they
/// double from ω/2 (but not below where nothing is left) up to where e^{−u} is below 1e−20.
fn panels(omega: f64) -> Vec<f64> {
    const END: f64 = 64.0;
    let mut ends = vec![0.0];
    let mut end = (0.5 * omega).clamp(f64::MIN_POSITIVE, 1.0);
    while end < END {
        ends.push(end);
        end *= 2.0;
        // Wide panels would miss e^{−u}.
        end = end.min(ends.last().copied().unwrap_or(0.0) + 4.0);
    }
    ends.push(END);
    ends
}

impl Pair for Softsign {
    #[inline(always)]
    fn pair(&self, z: f64) -> (f64, f64) {
        // Bounded where an infinity would meet its own reciprocal.
        let inverse = 1.0 / (1.0 + z.abs());
        let ratio = if z.is_infinite() {
            1.0
        } else {
            z.abs() * inverse
        };
        (ratio.copysign(z), inverse * inverse)
    }
}

impl ActivationFunction for Softsign {
    from_pair!();
    fn kinks(&self) -> Vec<Kink> {
        vec![Kink {
            at: 0.0,
            order: 2,
            jump: -4.0,
        }]
    }
    fn tails(&self) -> Tails {
        Tails {
            left: vec![-1.0],
            right: vec![1.0],
            remainder: Remainder::Algebraic { power: 1.0 },
        }
    }
    fn parity(&self) -> Parity {
        Parity::Odd
    }
    /// φ = sign(z)(1 − 1/(1+|z|)), and ∫₀^∞ sin(ωz)/(1+z) dz = ∫₀^∞ ωe^{−u}/(ω²+u²) du
    /// (DLMF 6.7.13). Both integrands have one sign: Gauss–Legendre panels lose no digits.
    /// φ̂ + ωφ̂′ = 4iω ∫₀^∞ e^{−u} u²/(ω²+u²)² du.
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let signed = frequency(omega)?;
        let omega = signed.abs();
        let rule = gauss_legendre(20);
        let (mut value, mut stretch) = (0.0, 0.0);
        for ends in panels(omega).windows(2) {
            let (middle, half) = (0.5 * (ends[0] + ends[1]), 0.5 * (ends[1] - ends[0]));
            for (x, w) in rule.nodes.iter().zip(&rule.weights) {
                let u = middle + half * x;
                let weight = w * half * (-u).exp();
                // u/√(ω²+u²) and ω/√(ω²+u²) neither overflow nor underflow.
                let radius = omega.hypot(u);
                let (sine, cosine) = (u / radius, omega / radius);
                value += weight * sine * sine;
                stretch += weight * (sine * cosine) * (sine / radius);
            }
        }
        let factor = 2.0 / omega * signed.signum();
        Ok(sample(
            0.0,
            Complex64::new(0.0, -factor * value),
            Complex64::new(0.0, 4.0 * signed.signum() * stretch),
        ))
    }
    fn family(&self) -> Family<'_> {
        Family::ScaleMixture(ScaleMixture::Softsign)
    }
    fn decay(&self) -> Decay {
        Decay::Algebraic { order: 3.0 }
    }
}
