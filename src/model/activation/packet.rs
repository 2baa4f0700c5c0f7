//! Wave packets and exponentials: Gabor functions, e^{rate·z}.

use super::closed_form::{EXPONENT_TWO, RELATIVE_ERROR, exponential_tails, frequency};
use super::{
    ActivationFunction, Decay, Family, Feature, FourierSample, Kink, Parity, Remainder, Tails,
};
use crate::error::{Error, Result};
use num_complex::Complex64;
use std::f64::consts::PI;

/// φ(z) = e^{−z²/2} cos(frequency·z + phase),
/// φ̂(ω) = ½√(2π) [e^{i·phase} e^{−(ω−f)²/2} + e^{−i·phase} e^{−(ω+f)²/2}].
#[derive(Clone, Copy, Debug)]
pub(super) struct Gabor {
    pub(super) frequency: f64,
    pub(super) phase: f64,
}

impl ActivationFunction for Gabor {
    fn value(&self, z: f64) -> f64 {
        let envelope = (-0.5 * z * z).exp();
        // Far out the angle may be infinite.
        if envelope == 0.0 {
            return 0.0;
        }
        envelope * (self.frequency * z + self.phase).cos()
    }
    fn derivative(&self, z: f64) -> f64 {
        let envelope = (-0.5 * z * z).exp();
        if envelope == 0.0 {
            return 0.0;
        }
        let (sin, cos) = (self.frequency * z + self.phase).sin_cos();
        -envelope * (z * cos + self.frequency * sin)
    }
    fn kinks(&self) -> Vec<Kink> {
        Vec::new()
    }
    fn tails(&self) -> Tails {
        exponential_tails(&[], &[], 0.5, EXPONENT_TWO)
    }
    fn parity(&self) -> Parity {
        if self.phase == 0.0 {
            Parity::Even
        } else {
            Parity::None
        }
    }
    /// With ωφ̂′ = −½√(2π) ω [(ω−f) e^{ip}e^{−(ω−f)²/2} + (ω+f) e^{−ip}e^{−(ω+f)²/2}].
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let omega = frequency(omega)?;
        let f = self.frequency;
        // The larger of the two bells gives the exponent.
        let nearest = omega.abs() - f.abs();
        let other = (-2.0 * omega.abs() * f.abs()).exp();
        let (right, left) = if omega * f >= 0.0 {
            (1.0, other)
        } else {
            (other, 1.0)
        };
        let turn = Complex64::cis(self.phase);
        let half = 0.5 * (2.0 * PI).sqrt();
        let (a, b) = (turn * half * right, turn.conj() * half * left);
        let slope = |bell: Complex64, distance: f64| bell * (1.0 - omega * distance);
        let stretch = slope(a, omega - f) + slope(b, omega + f);
        // Where ω(ω−f) = 1 and where the bells have opposite signs the error is absolute.
        let value_size = a.norm() + b.norm();
        let stretch_size = a.norm() * (1.0 + (omega * (omega - f)).abs())
            + b.norm() * (1.0 + (omega * (omega + f)).abs());
        Ok(FourierSample {
            exponent: -0.5 * nearest * nearest,
            value: a + b,
            stretch,
            value_error: RELATIVE_ERROR * value_size,
            stretch_error: RELATIVE_ERROR * stretch_size,
        })
    }
    fn decay(&self) -> Decay {
        Decay::Exponential {
            rate: 0.5,
            exponent: 2.0,
        }
    }
    /// A = ½√π e^{−t²/4} [cos ft + e^{−f²} cos 2p], and −A″.
    fn autocorrelation(&self, feature: Feature, t: f64) -> Option<f64> {
        let (f, quarter) = (self.frequency, 0.25 * t * t);
        let decay = 0.5 * PI.sqrt() * (-quarter).exp();
        if decay == 0.0 {
            return Some(0.0);
        }
        let mirror = (-f * f).exp() * (2.0 * self.phase).cos();
        let (sin, cos) = (f * t).sin_cos();
        match feature {
            Feature::Value => Some(decay * (cos + mirror)),
            Feature::Derivative => {
                let curved = 0.5 - quarter;
                Some(decay * (curved * (cos + mirror) + f * f * cos - f * t * sin))
            }
            Feature::Stretch => None,
        }
    }
    fn family(&self) -> Family<'_> {
        Family::Packet {
            curvature: 1.0,
            frequency: self.frequency,
            phase: self.phase,
        }
    }
}

/// φ(z) = e^{rate·z}: no tempered distribution.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exponential {
    pub(super) rate: f64,
}

impl ActivationFunction for Exponential {
    fn value(&self, z: f64) -> f64 {
        (self.rate * z).exp()
    }
    fn derivative(&self, z: f64) -> f64 {
        self.rate * (self.rate * z).exp()
    }
    fn kinks(&self) -> Vec<Kink> {
        Vec::new()
    }
    fn tails(&self) -> Tails {
        Tails {
            left: vec![],
            right: vec![],
            remainder: Remainder::Persistent,
        }
    }
    fn parity(&self) -> Parity {
        Parity::None
    }
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        frequency(omega)?;
        Err(Error::undefined(
            "Fourier transform of an exponential",
            "it grows exponentially and is no tempered distribution",
        ))
    }
    fn decay(&self) -> Decay {
        Decay::Unknown
    }
    fn family(&self) -> Family<'_> {
        Family::Exponential { rate: self.rate }
    }
}
