//! sin and cos: transforms that are lines.

use super::{
    ActivationFunction, Decay, Family, FourierSample, Kink, Parity, Remainder, Tails, Zeros,
};
use crate::error::{Error, Result};
use num_complex::Complex64;
use std::f64::consts::FRAC_PI_2;

/// sin(frequency·z + phase), or cos of the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sine {
    pub(super) frequency: f64,
    pub(super) phase: f64,
    pub(super) cosine: bool,
}

impl ActivationFunction for Sine {
    fn value(&self, z: f64) -> f64 {
        let angle = self.frequency * z + self.phase;
        if self.cosine {
            angle.cos()
        } else {
            angle.sin()
        }
    }
    fn derivative(&self, z: f64) -> f64 {
        let angle = self.frequency * z + self.phase;
        let slope = if self.cosine {
            -angle.sin()
        } else {
            angle.cos()
        };
        self.frequency * slope
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
        match (self.phase == 0.0, self.cosine) {
            (true, true) => Parity::Even,
            (true, false) => Parity::Odd,
            _ => Parity::None,
        }
    }
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        super::closed_form::frequency(omega)?;
        Err(Error::undefined(
            "Fourier transform of a sine",
            format!(
                "it has no regular part, only lines at ±{}",
                self.frequency.abs()
            ),
        ))
    }
    fn spectral_atoms(&self) -> Vec<(f64, Complex64)> {
        let turn = if self.cosine {
            Complex64::ONE
        } else {
            -Complex64::i()
        };
        let line = 0.5 * turn * Complex64::cis(self.phase);
        vec![(-self.frequency, line.conj()), (self.frequency, line)]
    }
    fn decay(&self) -> Decay {
        Decay::Atomic
    }
    fn zeros(&self) -> Zeros {
        Zeros::Everywhere
    }
    fn family(&self) -> Family<'_> {
        let quarter = if self.cosine { FRAC_PI_2 } else { 0.0 };
        Family::Sine {
            frequency: self.frequency,
            phase: self.phase + quarter,
        }
    }
}
