//! ‖f‖² of the functions whose transform is known.

use super::{DecayClass, LogEstimate, Penalty, Seminorm};
use crate::data::{RadialProfile, Target, TargetSpectrum};
use crate::error::{Error, Result};
use crate::numerics::Estimate;

impl Penalty {
    /// ‖f‖² of a target.
    ///
    /// A constant at infinity is free where constants are in the null space. Waves and rings of waves have no
    /// transform that is a function and lie in no space of this kind.
    ///
    /// # Errors
    /// A target of another dimension; one whose transform is not known (sample it and use
    /// [`Penalty::seminorm_of_grid`]); as [`Penalty::power_spectrum`].
    pub fn seminorm_of_target(&self, target: &dyn Target) -> Result<Seminorm> {
        if target.dim() != self.dim() {
            return Err(Error::shape(
                "target",
                format!("a function on R^{}", self.dim()),
                format!("{} on R^{}", target.name(), target.dim()),
            ));
        }
        let free_constants = self.null_space_degree() >= 0;
        let charged_constant = || {
            Seminorm::infinite(format!(
                "{} contains a constant, which is not in the null space of this penalty",
                target.name()
            ))
        };
        match target.spectrum() {
            TargetSpectrum::Radial {
                profile, constant, ..
            } => {
                if constant != 0.0 && !free_constants {
                    return Ok(charged_constant());
                }
                self.seminorm_of_profile(|r| modulus(profile, r), &[])
            }
            TargetSpectrum::Function(function) => {
                if function.decay().is_some_and(|p| self.outgrows(p)) {
                    return Ok(Seminorm::infinite(
                        "the weight outgrows the function's transform: ∫|f̂|²/K̂ diverges as r → ∞",
                    ));
                }
                self.seminorm_of_transform(|k| function.at(k).0.norm_sqr(), &[])
            }
            TargetSpectrum::Ring { mass: 0.0, .. } => Ok(Seminorm::Finite(Estimate::default())),
            TargetSpectrum::Ring { radius, .. } => Ok(Seminorm::infinite(format!(
                "the transform of {} is a measure on the sphere ‖k‖ = {radius}, whose square is not integrable",
                target.name()
            ))),
            TargetSpectrum::Atoms(atoms) => {
                let waves = atoms.iter().filter(|atom| atom.coefficient.norm() > 0.0);
                let (constants, waves): (Vec<_>, Vec<_>) =
                    waves.partition(|atom| atom.frequency.iter().all(|&k| k == 0.0));
                if let Some(wave) = waves.first() {
                    return Ok(Seminorm::infinite(format!(
                        "{} does not decay: its transform has a line at k = {:?}, whose square is not integrable",
                        target.name(),
                        wave.frequency
                    )));
                }
                if constants.is_empty() || free_constants {
                    return Ok(Seminorm::Finite(Estimate::default()));
                }
                Ok(charged_constant())
            }
            TargetSpectrum::Unknown { reason } => Err(Error::undefined(
                "seminorm",
                format!("{reason}; sample it on a grid instead"),
            )),
        }
    }
}

impl Penalty {
    /// Whether ∫^∞ weight(r) r^{−p} r^{d−1} dr diverges.
    fn outgrows(&self, p: f64) -> bool {
        match self.decay() {
            DecayClass::Algebraic { order } => order - p + self.dim() as f64 >= 0.0,
            DecayClass::Exponential { rate, .. } => rate > 0.0,
            DecayClass::Infinite | DecayClass::Unknown => false,
        }
    }
}

/// |p(r)| with its relative error.
pub(super) fn modulus(profile: &dyn RadialProfile, r: f64) -> LogEstimate {
    let lost = |r: f64| {
        let at = profile.at(r);
        at.error >= at.value.abs() && at.error > f64::MIN_POSITIVE
    };
    let at = profile.at(r);
    LogEstimate {
        ln: profile.ln_modulus(r),
        relative_error: if lost(r) && lost(1.001 * r) {
            // No crossing of zero: the profile is below its own error for good.
            f64::INFINITY
        } else if at.value.abs() > f64::MIN_POSITIVE {
            at.relative_error()
        } else {
            // Where the number itself underflows, its logarithm is what is known.
            0.0
        },
    }
}
