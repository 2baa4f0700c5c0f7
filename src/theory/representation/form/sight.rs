//! α at one scale, for any direction and on the whole line.

use super::super::regularisation::Regularisation;
use super::super::slices::Slices;
use super::super::source::{Source, slice};
use super::super::{band, waves};
use super::line::Line;
use super::pieces::Rotations;
use super::tail::Tail;
use crate::error::{Error, Result};
use crate::model::Activation;
use crate::theory::radon::Direction;
use num_complex::Complex64;

/// Waves are resolved to so many times 1/band: where α decays exponentially, or an expansion takes over;
const REACH: f64 = 192.0;
/// and where it decays like a power that is read off its values.
const FAR_REACH: f64 = 512.0;
/// Doublings of the rule in frequency until α stands still.
const DOUBLINGS: usize = 4;
const TOLERANCE: f64 = 1e-13;
/// A factor of ĥ(ω) with its relative error.
pub(super) type Multiplier = (Complex64, f64);

/// α̂ = ĥ/φ̂_s at the nodes of a rule in frequency.
pub(super) struct Sight<'a> {
    source: &'a Source<'a>,
    dim: usize,
    band: f64,
    reach: f64,
    slices: Slices<'a>,
    rotations: Rotations,
    inverse: Vec<Complex64>,
    /// The relative errors of 1/φ̂.
    doubt: Vec<f64>,
    /// What the rule loses, relative to Σ|waves|.
    moved: f64,
    /// (k, J) of a homogeneous φ.
    homogeneous: Option<(usize, f64)>,
}

impl<'a> Sight<'a> {
    /// Or why α has no finite square.
    pub fn new(
        source: &'a Source<'a>,
        dim: usize,
        activation: &Activation,
        scale: f64,
        homogeneous: Option<(usize, f64)>,
    ) -> Result<std::result::Result<Self, Rough>> {
        if let Some(reason) = persistent(source) {
            return Ok(Err(reason.into()));
        }
        let found = band::search(source, dim, activation, &Regularisation::none(), |omega| {
            let value = band::transform(activation, scale, omega)?;
            Ok(band::ln_inverse(value, 0.0))
        })?;
        let band = match found {
            Ok(band) => band,
            Err(endless) => return rough(endless).map(Err),
        };
        let multiplier = |omega: f64| -> Result<Multiplier> {
            let sample = activation.fourier(omega / scale)?;
            let value = (sample.value / scale, sample.exponent);
            let (inverse, _) = band::inverse(value, 0.0);
            if !inverse.is_finite() {
                return Err(Error::undefined(
                    "Radon form",
                    format!(
                        "1/φ̂ of {} leaves the range of doubles at frequency {omega}",
                        activation.name()
                    ),
                ));
            }
            let lost = sample.value_error / sample.value.norm();
            Ok((inverse, lost + 4.0 * f64::EPSILON))
        };
        Self::of(source, dim, band, dim % 2 == 1, homogeneous, &multiplier).map(Ok)
    }

    /// α̂ = multiplier · ĥ on a band; `exponential`: without a singularity at frequency 0.
    pub fn of(
        source: &'a Source<'a>,
        dim: usize,
        band: f64,
        exponential: bool,
        homogeneous: Option<(usize, f64)>,
        multiplier: &dyn Fn(f64) -> Result<Multiplier>,
    ) -> Result<Self> {
        let reach = if exponential || homogeneous.is_some() {
            REACH / band
        } else {
            FAR_REACH / band
        };
        let mut sight = Self {
            slices: Slices::new(source, dim, band, reach)?,
            source,
            dim,
            band,
            reach,
            rotations: Rotations::new(&[], band, 0.0),
            inverse: Vec::new(),
            doubt: Vec::new(),
            moved: 0.0,
            homogeneous,
        };
        sight.reach += sight.slices.extent();
        sight.refine(multiplier)?;
        sight.rotations = Rotations::new(&sight.slices.frequencies, band, sight.reach);
        Ok(sight)
    }

    /// Makes the rule finer until α stands still.
    fn refine(&mut self, multiplier: &dyn Fn(f64) -> Result<Multiplier>) -> Result<()> {
        let skew: Vec<f64> = (0..self.dim).map(|i| 1.0 / (1.0 + i as f64)).collect();
        let skew = Direction::new(&skew)?;
        let mut length = self.reach + self.slices.extent();
        let mut before: Option<Vec<f64>> = None;
        for _ in 0..=DOUBLINGS {
            self.slices = Slices::new(self.source, self.dim, self.band, length)?;
            self.inverse.clear();
            self.doubt.clear();
            for &omega in &self.slices.frequencies {
                let (inverse, doubt) = multiplier(omega)?;
                self.inverse.push(inverse);
                self.doubt.push(doubt);
            }
            let coefficients = waves::product(&self.slices.along(&skew)?, &self.inverse);
            let probes = (-8..=8).map(|i| self.reach * f64::from(i * i * i) / 512.0);
            let now: Vec<f64> = probes
                .map(|u| waves::sum(&self.slices.frequencies, &coefficients, u))
                .collect();
            let size = waves::size(&coefficients);
            if let Some(before) = before.replace(now.clone()) {
                let moved = now
                    .iter()
                    .zip(&before)
                    .map(|(a, b): (&f64, &f64)| (a - b).abs());
                let moved = moved.fold(0.0, f64::max);
                self.moved = if size > 0.0 { moved / size } else { 0.0 };
                if self.moved <= TOLERANCE {
                    break;
                }
            }
            length *= 1.5;
        }
        Ok(())
    }

    /// α along a direction.
    pub fn along(&self, direction: &Direction) -> Result<Line<'_>> {
        let h = self.slices.along(direction)?;
        let coefficients = waves::product(&h, &self.inverse);
        let cells = coefficients.iter().zip(&self.doubt);
        let doubt: f64 = cells.map(|(c, d)| c.norm() * d).sum();
        let cells = self.slices.errors.iter().zip(&self.inverse);
        let lost: f64 = cells.map(|(e, c)| e * c.norm()).sum();
        // What lies beyond the band, if α̂ falls at least like e^{−ω/Ω}.
        let edge = coefficients.last().map_or(0.0, |c| c.norm());
        let floor = doubt + lost + self.moved * waves::size(&coefficients) + edge;
        let tail = match self.homogeneous {
            Some((degree, jump)) if self.dim.is_multiple_of(2) => {
                let width = (self.band / 8.0).min(2.0 / self.slices.extent().max(1e-300));
                let g = |omega: f64| {
                    let (value, error, _) = slice(self.source, direction, omega)?;
                    Ok((value, error))
                };
                Some(Tail::new(self.dim, degree, jump, width, g)?)
            }
            _ => None,
        };
        Ok(Line::new(
            &self.rotations,
            coefficients,
            floor,
            self.reach,
            self.band,
            self.centres(direction),
            tail,
        ))
    }

    /// Where the parts of the function lie along a direction.
    fn centres(&self, direction: &Direction) -> Vec<f64> {
        match self.source {
            Source::Radial(parts) => parts.iter().map(|p| direction.dot(&p.centre)).collect(),
            _ => vec![0.0],
        }
    }

    /// Whether α is the same in every direction.
    pub fn isotropic(&self) -> bool {
        self.slices.isotropic()
    }

    /// Whether it is so but for a shift.
    pub fn centred(&self) -> bool {
        matches!(self.source, Source::Radial(parts) if parts.len() <= 1)
    }
}

/// Why a function made of lines has no finite seminorm.
pub(super) fn persistent(source: &Source) -> Option<String> {
    match source {
        Source::Ring { mass, radius } if *mass != 0.0 => Some(format!(
            "its transform is a measure on the sphere ‖k‖ = {radius}: α does not decay along the offsets"
        )),
        Source::Lines(lines) if lines.iter().any(|(_, c)| c.norm() > 0.0) => {
            Some("its transform is a sum of lines: α does not decay along the offsets".to_string())
        }
        _ => None,
    }
}

/// Why α has no finite square.
pub(super) struct Rough {
    pub reason: String,
    /// Whether α̂ is bounded all the same, so that α may be a measure.
    pub bounded: bool,
}

impl From<String> for Rough {
    fn from(reason: String) -> Self {
        Self {
            reason,
            bounded: false,
        }
    }
}

/// An α̂ that does not end: not square integrable, which is an answer, or only too slow to be summed.
pub(super) fn rough(endless: band::Endless) -> Result<Rough> {
    /// What the power of a bounded α̂ may look like between two decades.
    const FLAT: f64 = 0.1;
    if endless.power < -0.5 {
        return Err(Error::undefined(
            "Radon form",
            format!(
                "{}: its square may be integrable, but offsets do not show it; the Fourier form does (`Penalty`)",
                endless.reason
            ),
        ));
    }
    Ok(Rough {
        bounded: endless.power < FLAT,
        reason: endless.reason,
    })
}
