//! A jump on a sphere.

use super::{Combination, Ellipsoid, RadialProfile, Target, TargetRadon, TargetSpectrum};
use crate::error::{Error, Result, positive};
use crate::numerics::Estimate;
use crate::numerics::special::{bessel_j, ln_gamma};
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// 0 for ‖x‖ < a and 1 elsewhere, on R^d: 1 − the indicator of a ball, so
/// f̂(k) = (2π)^d δ(k) − (2πa/‖k‖)^{d/2} J_{d/2}(a‖k‖). Sahs et al. (arXiv 2503.10587) take d = 2, a = ¾.
#[derive(Clone, Debug, PartialEq)]
pub struct RadialStep {
    radius: f64,
    origin: Vec<f64>,
}

/// Below this argument J_ν(z)/z^ν is summed as a power series, above it is a quotient.
const SERIES: f64 = 1.0;

impl RadialStep {
    /// The step at radius a in R^d.
    ///
    /// # Errors
    /// A radius that is not > 0; d = 0.
    pub fn new(dim: usize, radius: f64) -> Result<Self> {
        let radius = positive("target step: radius", radius)?;
        if dim == 0 {
            return Err(Error::invalid("dim", "at least 1", dim));
        }
        Ok(Self {
            radius,
            origin: vec![0.0; dim],
        })
    }
}

impl Target for RadialStep {
    fn name(&self) -> String {
        format!("step:radius={}", self.radius)
    }

    fn dim(&self) -> usize {
        self.origin.len()
    }

    fn value(&self, x: &[f64]) -> f64 {
        let r = super::norm(x, self.dim());
        if r.is_nan() {
            r
        } else {
            f64::from(u8::from(r >= self.radius))
        }
    }

    fn spectrum(&self) -> TargetSpectrum<'_> {
        TargetSpectrum::Radial {
            centre: &self.origin,
            profile: self,
            constant: 1.0,
        }
    }

    /// Infinite: 1 − the indicator of the ball, whose transform is −Rf of the ball.
    fn radon(&self) -> TargetRadon<'_> {
        let minus_ball = || {
            let ball: Arc<dyn Target> =
                Arc::new(Ellipsoid::ball(self.origin.clone(), self.radius)?);
            Combination::new(vec![(-1.0, ball)])
        };
        match minus_ball() {
            Ok(rest) => TargetRadon::Infinite {
                constant: 1.0,
                rest: Box::new(rest),
            },
            Err(error) => TargetRadon::Unknown {
                reason: error.to_string(),
            },
        }
    }
}

impl RadialProfile for RadialStep {
    fn at(&self, r: f64) -> Estimate {
        -ball_profile(self.dim(), self.radius, r)
    }
}

/// The transform (2πa/r)^{d/2} J_{d/2}(ar) of the indicator of a ball of radius a.
pub(super) fn ball_profile(dim: usize, radius: f64, r: f64) -> Estimate {
    let nu = 0.5 * dim as f64;
    let z = radius * r;
    let volume = (TAU * radius * radius).powf(nu);
    let (quotient, envelope) = quotient(nu, z);
    // z is rounded, which moves the oscillation by εz.
    let error = 8.0 * f64::EPSILON * (1.0 + nu + z) * volume * envelope;
    Estimate::new(volume * quotient, error)
}

/// J_ν(z)/z^ν, and a bound of its modulus near z.
pub(super) fn quotient(nu: f64, z: f64) -> (f64, f64) {
    let at_zero = (-nu * 2f64.ln() - ln_gamma(nu + 1.0)).exp();
    if z < SERIES {
        let quarter = -0.25 * z * z;
        let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
        while f64::abs(term) > 0.25 * f64::EPSILON {
            term *= quarter / (k * (nu + k));
            sum += term;
            k += 1.0;
        }
        return (at_zero * sum, at_zero);
    }
    let power = z.powf(nu);
    // |J_ν(z)| ≤ 1, and about √(2/(πz)) once z is well above ν.
    let bound = (2.0 * (2.0 / (PI * (z - nu).max(1.0))).sqrt()).min(1.0);
    (bessel_j(nu, z) / power, (bound / power).min(at_zero))
}
