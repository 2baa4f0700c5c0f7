//! Exponential linear units: ELU, CELU, SELU.

use super::closed_form::{EXPONENT_ONE, exponential_tails, frequency, sample};
use super::rows::{Pair, from_pair};
use super::{ActivationFunction, Decay, Family, Feature, FourierSample, Kink, Parity, Tails};
use crate::error::Result;
use crate::numerics::special::branchless::exp_and_expm1;
use num_complex::Complex64;

/// φ(z) = factor·z for z > 0, factor·depth·(e^{z/width} − 1) for z ≤ 0. With b = width − depth,
/// φ̂(ω) = −factor (1 − ibω)/(ω²(1 − i·width·ω)).
#[derive(Clone, Copy, Debug)]
pub(super) struct ExponentialLinear {
    factor: f64,
    depth: f64,
    width: f64,
}

impl ExponentialLinear {
    /// ELU: α(e^z − 1).
    pub(super) fn elu(alpha: f64) -> Self {
        Self {
            factor: 1.0,
            depth: alpha,
            width: 1.0,
        }
    }

    /// CELU: α(e^{z/α} − 1).
    pub(super) fn celu(alpha: f64) -> Self {
        Self {
            factor: 1.0,
            depth: alpha,
            width: alpha,
        }
    }

    /// SELU, the self-normalising constants of Klambauer et al. (arXiv 1706.02515).
    pub(super) fn selu() -> Self {
        Self {
            factor: 1.050_700_987_355_480_5,
            depth: 1.673_263_242_354_377_2,
            width: 1.0,
        }
    }
}

impl Pair for ExponentialLinear {
    #[inline(always)]
    fn pair(&self, z: f64) -> (f64, f64) {
        let below = self.depth / self.width;
        let (e, lost) = exp_and_expm1(z.clamp(f64::NEG_INFINITY, 0.0) / self.width);
        let value = if z > 0.0 { z } else { self.depth * lost };
        let slope = if z > 0.0 {
            1.0
        } else if z == 0.0 {
            0.5 * (1.0 + below)
        } else {
            below * e
        };
        (self.factor * value, self.factor * slope)
    }
}

impl ActivationFunction for ExponentialLinear {
    from_pair!();
    fn kinks(&self) -> Vec<Kink> {
        let (order, jump) = if self.depth == self.width {
            (2, -1.0 / self.width)
        } else {
            (1, 1.0 - self.depth / self.width)
        };
        vec![Kink {
            at: 0.0,
            order,
            jump: self.factor * jump,
        }]
    }
    fn tails(&self) -> Tails {
        let left = -self.factor * self.depth;
        exponential_tails(&[left], &[0.0, self.factor], 1.0 / self.width, EXPONENT_ONE)
    }
    fn parity(&self) -> Parity {
        Parity::None
    }
    /// φ̂ + ωφ̂′ = factor (1 − 2icω − bcω²)/(ω²(1 − icω)²), c = width.
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let omega = frequency(omega)?;
        let exponent = -2.0 * omega.abs().ln();
        let (b, c) = (self.width - self.depth, self.width);
        let one = Complex64::ONE;
        // 1/(1 − icω), and ω/(1 − icω) = (i/c)(1 − 1/(1 − icω)) in a form without overflow.
        let inverse = (one - Complex64::new(0.0, c * omega)).finv();
        let ratio = (Complex64::new(1.0 / omega, -c)).finv();
        let value = inverse - Complex64::i() * b * ratio;
        let stretch =
            inverse * inverse - ratio * (2.0 * Complex64::i() * c * inverse + b * c * ratio);
        // Only extreme frequencies need their power of ω in the exponent.
        let (power, exponent) = if exponent.abs() < 300.0 {
            (1.0 / (omega * omega), 0.0)
        } else {
            (1.0, exponent)
        };
        let factor = self.factor * power;
        Ok(sample(exponent, -value * factor, stretch * factor))
    }
    fn decay(&self) -> Decay {
        let order = if self.depth == self.width { 3.0 } else { 2.0 };
        Decay::Algebraic { order }
    }
    /// With α = depth, c = width, e = e^{−|t|/c}, per factor²: |t|³/12 + α(2c−α)(|t| + ce)/2;
    /// −A″ = −|t|/2 − α(2c−α)e/(2c); for zφ′
    /// |t|³/12 − cα|t| − c²αe − α(4c−α)(c+|t|)e/4.
    fn autocorrelation(&self, feature: Feature, t: f64) -> Option<f64> {
        let (alpha, c, t) = (self.depth, self.width, t.abs());
        let e = (-t / c).exp();
        let pull = alpha * (2.0 * c - alpha);
        let unit = match feature {
            Feature::Value => t * t * t / 12.0 + 0.5 * pull * (t + c * e),
            Feature::Derivative => -0.5 * (t + pull * e / c),
            Feature::Stretch => {
                let near = c * c + 0.25 * (4.0 * c - alpha) * (c + t);
                t * (t * t / 12.0 - c * alpha) - alpha * e * near
            }
        };
        Some(self.factor * self.factor * unit)
    }
    fn family(&self) -> Family<'_> {
        Family::ExponentialLinear {
            factor: self.factor,
            depth: self.depth,
            width: self.width,
        }
    }
}
