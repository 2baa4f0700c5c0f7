//! What a function is made of, as its neurons see it.

use crate::data::{RadialProfile, Target, TargetRadon, TargetSpectrum};
use crate::error::{Error, Result};
use crate::theory::radon::{Direction, RadonTransform, TargetTransform};
use num_complex::Complex64;
use std::sync::Arc;

/// coefficient · (a radial function about a centre).
pub(super) struct Part<'a> {
    pub coefficient: f64,
    pub centre: Vec<f64>,
    pub profile: &'a dyn RadialProfile,
}

/// The parts of f whose slices f̂(ωξ) are found in different ways.
pub(super) enum Source<'a> {
    /// Radial functions with transforms.
    Radial(Vec<Part<'a>>),
    /// mass · (the mean of e^{ik·x} over ‖k‖ = radius).
    Ring { radius: f64, mass: f64 },
    /// d = 1: Σ Re[c e^{ikx}], k > 0.
    Lines(Vec<(f64, Complex64)>),
    /// Any transform.
    Any(Arc<dyn RadonTransform + 'a>),
}

impl<'a> Source<'a> {
    /// The source of a target, and the constant at infinity that stands beside it.
    pub fn of_target(target: &'a dyn Target) -> Result<(Self, f64)> {
        let undefined = |reason: String| {
            Err(Error::undefined(
                format!("representing density of {}", target.name()),
                reason,
            ))
        };
        let mut parts = Vec::new();
        if let Some(constant) = gather(target, 1.0, &mut parts) {
            return Ok((Self::Radial(parts), constant));
        }
        match target.spectrum() {
            TargetSpectrum::Ring { radius, mass } => Ok((Self::Ring { radius, mass }, 0.0)),
            TargetSpectrum::Atoms(atoms) if target.dim() == 1 => {
                let mut constant = 0.0;
                let mut lines: Vec<(f64, Complex64)> = Vec::new();
                for atom in atoms {
                    let k = atom.frequency.first().copied().unwrap_or(0.0);
                    // f is real: c e^{ikx} and its mirror image are the real part of one.
                    if k == 0.0 {
                        constant += atom.coefficient.re;
                    } else if k > 0.0 {
                        lines.push((k, atom.coefficient));
                    } else {
                        lines.push((-k, atom.coefficient.conj()));
                    }
                }
                lines.sort_by(|a, b| a.0.total_cmp(&b.0));
                Ok((Self::Lines(lines), constant))
            }
            TargetSpectrum::Atoms(_) => undefined(
                "waves in more than one dimension are ridge functions: their density is a measure on \
                 single directions, no function"
                    .into(),
            ),
            _ => match target.radon() {
                TargetRadon::Ridges(parts) => undefined(format!(
                    "a ridge function's density is a measure on the {} directions ±u, no function",
                    2 * parts.len()
                )),
                _ => Ok((Self::Any(Arc::new(TargetTransform::new(target))), 0.0)),
            },
        }
    }
}

/// Splits a target into radial parts, if it is a sum of such; answers the constant beside them.
fn gather<'a>(target: &'a dyn Target, factor: f64, parts: &mut Vec<Part<'a>>) -> Option<f64> {
    if let TargetSpectrum::Radial {
        centre,
        profile,
        constant,
    } = target.spectrum()
    {
        parts.push(Part {
            coefficient: factor,
            centre: centre.to_vec(),
            profile,
        });
        return Some(factor * constant);
    }
    match target.radon() {
        TargetRadon::Sum(terms) => terms
            .into_iter()
            .map(|(c, term)| gather(term, factor * c, parts))
            .try_fold(0.0, |sum, constant| Some(sum + constant?)),
        _ => None,
    }
}

/// f̂(ωξ) with a bound on its error, and the logarithm of its modulus where that is known beyond underflow.
pub(super) fn slice(
    source: &Source,
    direction: &Direction,
    omega: f64,
) -> Result<(Complex64, f64, Option<f64>)> {
    match source {
        Source::Radial(parts) => {
            let (mut sum, mut error, mut ln) = (Complex64::default(), 0.0, f64::NEG_INFINITY);
            for part in parts {
                let p = part.profile.at(omega);
                let phase = -omega * direction.dot(&part.centre);
                sum += Complex64::from_polar(1.0, phase) * part.coefficient * p.value;
                error += part.coefficient.abs()
                    * (p.error + f64::EPSILON * (1.0 + phase.abs()) * p.value.abs());
                ln = ln.max(part.coefficient.abs().ln() + part.profile.ln_modulus(omega));
            }
            Ok((sum, error, Some(ln)))
        }
        Source::Any(transform) => {
            let (value, error) = transform.along(direction, omega)?;
            Ok((value, error, None))
        }
        Source::Ring { .. } | Source::Lines(_) => Ok((Complex64::default(), 0.0, None)),
    }
}
