//! Slices of the filtered Radon transform at fixed frequencies.

use super::source::Source;
use super::waves;
use crate::error::Result;
use crate::numerics::quadrature::gauss_legendre;
use crate::numerics::special::ln_sphere_surface;
use crate::theory::radon::{Direction, RadonTransform};
use num_complex::Complex64;
use std::f64::consts::{LN_2, PI, TAU};
use std::sync::Arc;

/// Points of each panel; they integrate a wave of PHASE radians to rounding.
pub(super) const POINTS: usize = 16;
pub(super) const PHASE: f64 = 16.0;
/// The panels shrink towards frequency 0 by this power of two: a transform may be singular there.
const GRADED: i32 = 8;

/// h(ξ,u) = Σ_j Re[h_j(ξ) e^{iω_j u}], with h_j(ξ) = (weight_j/π) ĥ(ξ,ω_j) for the nodes of a quadrature rule in frequency. No
/// periodic continuation, as a discrete transform would make, and no grid of offsets.
pub(super) struct Slices<'a> {
    dim: usize,
    pub frequencies: Vec<f64>,
    kind: Kind<'a>,
    /// Error bounds of the h_j.
    pub errors: Vec<f64>,
}

enum Kind<'a> {
    /// Centres with amplitudes at every frequency.
    Centred(Vec<(Vec<f64>, Vec<f64>)>),
    /// Waves of a line.
    Lines(Vec<Complex64>),
    /// A transform with the factor of every frequency.
    Any(Arc<dyn RadonTransform + 'a>, Vec<f64>),
}

/// (2π)^{1−d} |S^{d−1}|/2 ω^{d−1}.
pub(super) fn filter(dim: usize, omega: f64) -> f64 {
    ln_filter(dim, omega).exp()
}

/// Its logarithm, which keeps the range of doubles in every dimension.
pub(super) fn ln_filter(dim: usize, omega: f64) -> f64 {
    if dim == 1 {
        return 0.0;
    }
    let power = dim as f64 - 1.0;
    ln_sphere_surface(dim) - LN_2 - power * TAU.ln() + power * omega.ln()
}

impl<'a> Slices<'a> {
    /// On [0, band], for offsets and centres such that waves turn by frequency × `length` at most.
    pub fn new(source: &Source<'a>, dim: usize, band: f64, length: f64) -> Result<Self> {
        match source {
            Source::Ring { radius, mass } => Ok(Self {
                dim,
                frequencies: vec![*radius],
                kind: Kind::Centred(vec![(vec![0.0; dim], vec![*mass])]),
                errors: vec![f64::EPSILON * mass.abs()],
            }),
            Source::Lines(lines) => {
                let kept = lines.iter().filter(|(k, _)| *k <= band);
                let (frequencies, waves): (Vec<f64>, Vec<Complex64>) = kept.copied().unzip();
                Ok(Self {
                    dim,
                    errors: waves.iter().map(|c| f64::EPSILON * c.norm()).collect(),
                    frequencies,
                    kind: Kind::Lines(waves),
                })
            }
            Source::Radial(parts) => {
                let rule = panels(dim, band, length);
                let mut errors = vec![0.0; rule.len()];
                let mut centred = Vec::with_capacity(parts.len());
                for part in parts {
                    let mut amplitudes = Vec::with_capacity(rule.len());
                    for ((omega, factor), error) in rule.iter().zip(&mut errors) {
                        let p = part.profile.at(*omega);
                        let factor = factor * part.coefficient;
                        amplitudes.push(factor * p.value);
                        *error += factor.abs() * p.error;
                    }
                    centred.push((part.centre.clone(), amplitudes));
                }
                Ok(Self {
                    dim,
                    frequencies: rule.iter().map(|(omega, _)| *omega).collect(),
                    kind: Kind::Centred(centred),
                    errors,
                })
            }
            Source::Any(transform) => {
                let (frequencies, factors): (Vec<f64>, Vec<f64>) =
                    panels(dim, band, length).into_iter().unzip();
                // The errors of one direction stand for all.
                let first = axis(dim)?;
                let mut errors = Vec::with_capacity(factors.len());
                for (omega, factor) in frequencies.iter().zip(&factors) {
                    errors.push(factor * transform.along(&first, *omega)?.1);
                }
                Ok(Self {
                    dim,
                    frequencies,
                    kind: Kind::Any(Arc::clone(transform), factors),
                    errors,
                })
            }
        }
    }

    /// Whether h does not depend on the direction.
    pub fn isotropic(&self) -> bool {
        match &self.kind {
            Kind::Centred(parts) => parts.iter().all(|(c, _)| c.iter().all(|&x| x == 0.0)),
            _ => false,
        }
    }

    /// The farthest centre.
    pub fn extent(&self) -> f64 {
        match &self.kind {
            Kind::Centred(parts) => {
                let norm = |c: &Vec<f64>| c.iter().fold(0.0, |r: f64, x| r.hypot(*x));
                parts.iter().map(|(c, _)| norm(c)).fold(0.0, f64::max)
            }
            _ => 0.0,
        }
    }

    /// h_j(ξ).
    pub fn along(&self, direction: &Direction) -> Result<Vec<Complex64>> {
        match &self.kind {
            Kind::Centred(parts) => {
                let mut sum = vec![Complex64::default(); self.frequencies.len()];
                for (centre, amplitudes) in parts {
                    let shift = direction.dot(centre);
                    if shift == 0.0 {
                        for (slot, amplitude) in sum.iter_mut().zip(amplitudes) {
                            *slot += amplitude;
                        }
                        continue;
                    }
                    let cells = sum.iter_mut().zip(&self.frequencies).zip(amplitudes);
                    for ((slot, omega), amplitude) in cells {
                        let (sin, cos) = (omega * shift).sin_cos();
                        *slot += Complex64::new(amplitude * cos, -amplitude * sin);
                    }
                }
                Ok(sum)
            }
            Kind::Lines(waves) => {
                let forwards = direction.as_slice().first().is_none_or(|x| *x > 0.0);
                let turned = |c: &Complex64| if forwards { *c } else { c.conj() };
                Ok(waves.iter().map(turned).collect())
            }
            Kind::Any(transform, factors) => {
                let cells = self.frequencies.iter().zip(factors);
                cells
                    .map(|(omega, factor)| Ok(transform.along(direction, *omega)?.0 * *factor))
                    .collect()
            }
        }
    }

    /// E_ξ Σ_j Re[m_j h_j(ξ) e^{iω_j⟨ξ,x⟩}] without a rule of directions, where the average is a Bessel function.
    pub fn mean(&self, kept: &[f64], x: &[f64]) -> Option<f64> {
        let Kind::Centred(parts) = &self.kind else {
            return None;
        };
        let part = |(centre, amplitudes): &(Vec<f64>, Vec<f64>)| -> f64 {
            let offsets = x.iter().zip(centre).map(|(x, c)| x - c);
            let r = offsets.fold(0.0, |r: f64, x| r.hypot(x));
            let waves = self.frequencies.iter().zip(amplitudes).zip(kept);
            waves
                .map(|((omega, a), m)| a * m * waves::mean_wave(self.dim, omega * r))
                .sum()
        };
        Some(parts.iter().map(part).sum())
    }
}

/// Frequencies with weight · filter/π.
fn panels(dim: usize, band: f64, length: f64) -> Vec<(f64, f64)> {
    let rule = gauss_legendre(POINTS);
    let mut nodes = Vec::new();
    let mut low = 0.0;
    for j in (0..=GRADED).rev() {
        let high = band * 0.5f64.powi(j);
        let pieces = ((high - low) * length / PHASE).ceil().max(1.0) as usize;
        let width = (high - low) / pieces as f64;
        for i in 0..pieces {
            let centre = low + (i as f64 + 0.5) * width;
            for (t, w) in rule.nodes.iter().zip(&rule.weights) {
                let omega = centre + 0.5 * width * t;
                nodes.push((omega, 0.5 * width * w * filter(dim, omega) / PI));
            }
        }
        low = high;
    }
    nodes
}

/// The first axis.
pub(super) fn axis(dim: usize) -> Result<Direction> {
    let mut x = vec![0.0; dim];
    if let Some(first) = x.first_mut() {
        *first = 1.0;
    }
    Direction::new(&x)
}
