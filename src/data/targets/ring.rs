//! A function whose frequencies all have one modulus.

use super::{HyperplaneIntegral, Target, TargetRadon, TargetSpectrum};
use crate::error::{Result, positive};
use crate::numerics::Estimate;
use std::f64::consts::TAU;

/// J₀(ω‖x‖) on R², with ω = 2π unless chosen otherwise: the mean of e^{ik·x} over the ring ‖k‖ = ω
/// (Sahs et al., arXiv 2503.10587, take ω = 2π).
#[derive(Clone, Debug, PartialEq)]
pub struct BesselRing {
    frequency: f64,
}

impl BesselRing {
    /// With ω in radians per unit length.
    ///
    /// # Errors
    /// A frequency that is not > 0.
    pub fn new(frequency: f64) -> Result<Self> {
        positive("target j0: frequency", frequency).map(|frequency| Self { frequency })
    }
}

impl Default for BesselRing {
    fn default() -> Self {
        Self { frequency: TAU }
    }
}

impl Target for BesselRing {
    fn name(&self) -> String {
        if self.frequency == TAU {
            "j0".into()
        } else {
            format!("j0:frequency={}", self.frequency)
        }
    }

    fn dim(&self) -> usize {
        2
    }

    fn value(&self, x: &[f64]) -> f64 {
        libm::j0(self.frequency * super::norm(x, 2))
    }

    fn spectrum(&self) -> TargetSpectrum<'_> {
        TargetSpectrum::Ring {
            radius: self.frequency,
            mass: 1.0,
        }
    }

    fn radon(&self) -> TargetRadon<'_> {
        TargetRadon::Function(self)
    }
}

impl HyperplaneIntegral for BesselRing {
    /// 2 cos(ωγ)/ω, the improper integral along a line.
    fn at(&self, _direction: &[f64], offset: f64) -> Estimate {
        let phase = self.frequency * offset;
        let amplitude = 2.0 / self.frequency;
        let error = f64::EPSILON * (2.0 + phase.abs()) * amplitude;
        Estimate::new(amplitude * phase.cos(), error)
    }
}
