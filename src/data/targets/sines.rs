//! Sums of sines.

use super::{Atom, RidgePart, Target, TargetRadon, TargetSpectrum};
use crate::error::{Error, Result};
use num_complex::Complex64;

/// a sin(k·x + p).
#[derive(Clone, Debug, PartialEq)]
pub struct Sine {
    /// k, in radians per unit length.
    pub frequency: Vec<f64>,
    /// a.
    pub amplitude: f64,
    /// p, in radians.
    pub phase: f64,
}

/// Σ a sin(k·x + p): atoms a e^{ip}/(2i) at k and −a e^{−ip}/(2i) at −k.
#[derive(Clone, Debug, PartialEq)]
pub struct Sines {
    terms: Vec<Sine>,
    dim: usize,
}

impl Sines {
    /// The sum of these terms.
    ///
    /// # Errors
    /// No terms, frequencies of dimension 0 or of different dimensions, numbers that are not
    /// finite.
    pub fn new(terms: Vec<Sine>) -> Result<Self> {
        let dim = terms.first().map_or(0, |term| term.frequency.len());
        if dim == 0 || terms.iter().any(|term| term.frequency.len() != dim) {
            return Err(Error::shape(
                "target sines: frequencies",
                "at least one frequency, all with the same number ≥ 1 of coordinates",
                format!("{} frequencies, the first with {dim}", terms.len()),
            ));
        }
        let mut numbers = terms.iter().flat_map(|term| {
            let others = [term.amplitude, term.phase];
            term.frequency.iter().copied().chain(others)
        });
        if let Some(found) = numbers.find(|x| !x.is_finite()) {
            return Err(Error::invalid("target sines", "finite numbers", found));
        }
        Ok(Self { terms, dim })
    }

    /// Σ a_j sin(ω_j x₁ + p_j) on R^d: waves along the first axis.
    ///
    /// # Errors
    /// As [`Sines::new`]; also numbers of frequencies, amplitudes and phases that differ.
    pub fn along_first_axis(
        dim: usize,
        frequencies: &[f64],
        amplitudes: &[f64],
        phases: &[f64],
    ) -> Result<Self> {
        let n = frequencies.len();
        for (name, numbers) in [("amplitudes", amplitudes), ("phases", phases)] {
            if numbers.len() != n {
                return Err(Error::shape(
                    format!("target sines: {name}"),
                    format!("{n}, one for each frequency"),
                    numbers.len(),
                ));
            }
        }
        let terms = frequencies.iter().zip(amplitudes).zip(phases);
        let terms = terms.map(|((&omega, &amplitude), &phase)| {
            let mut frequency = vec![0.0; dim];
            if let Some(first) = frequency.first_mut() {
                *first = omega;
            }
            Sine {
                frequency,
                amplitude,
                phase,
            }
        });
        Self::new(terms.collect())
    }

    /// The terms.
    pub fn terms(&self) -> &[Sine] {
        &self.terms
    }
}

impl Target for Sines {
    /// The notation knows waves along the first axis only; others are given by their vectors.
    fn name(&self) -> String {
        let joined = |numbers: Vec<f64>| {
            let texts: Vec<String> = numbers.iter().map(f64::to_string).collect();
            texts.join("/")
        };
        let list = |f: fn(&Sine) -> f64| joined(self.terms.iter().map(f).collect());
        let along_first = |term: &Sine| term.frequency.iter().skip(1).all(|&k| k == 0.0);
        let frequencies = if self.terms.iter().all(along_first) {
            list(|term| term.frequency.first().copied().unwrap_or_default())
        } else {
            let vectors = self
                .terms
                .iter()
                .map(|term| format!("{:?}", term.frequency));
            vectors.collect::<Vec<_>>().join("/")
        };
        let mut name = format!("sines:frequencies={frequencies}");
        if self.terms.iter().any(|term| term.amplitude != 1.0) {
            name += &format!(",amplitudes={}", list(|term| term.amplitude));
        }
        if self.terms.iter().any(|term| term.phase != 0.0) {
            name += &format!(",phases={}", list(|term| term.phase));
        }
        name
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn value(&self, x: &[f64]) -> f64 {
        if x.len() != self.dim {
            return f64::NAN;
        }
        let term = |term: &Sine| {
            let argument: f64 = term.frequency.iter().zip(x).map(|(k, x)| k * x).sum();
            term.amplitude * (argument + term.phase).sin()
        };
        self.terms.iter().map(term).sum()
    }

    fn spectrum(&self) -> TargetSpectrum<'_> {
        let pair = |term: &Sine| {
            let coefficient =
                Complex64::from_polar(0.5 * term.amplitude, term.phase) / Complex64::I;
            [
                Atom {
                    frequency: term.frequency.clone(),
                    coefficient,
                },
                Atom {
                    frequency: term.frequency.iter().map(|k| -k).collect(),
                    coefficient: coefficient.conj(),
                },
            ]
        };
        TargetSpectrum::Atoms(self.terms.iter().flat_map(pair).collect())
    }

    /// Each wave is a ridge function along its frequency (a constant: along the first axis).
    fn radon(&self) -> TargetRadon<'_> {
        let part = |term: &'_ Sine| {
            let omega = super::norm(&term.frequency, self.dim);
            let mut direction: Vec<f64> = term.frequency.iter().map(|k| k / omega).collect();
            if omega == 0.0 {
                direction.fill(0.0);
                if let Some(first) = direction.first_mut() {
                    *first = 1.0;
                }
            }
            let (amplitude, phase) = (term.amplitude, term.phase);
            RidgePart {
                direction,
                profile: Box::new(move |t| amplitude * (omega * t + phase).sin()),
            }
        };
        TargetRadon::Ridges(self.terms.iter().map(part).collect())
    }
}
