//! ‖f‖² of a function sampled on a regular grid: the number, where it lies, and its gradient.

mod breakdown;
mod regulariser;
mod weights;

pub use breakdown::{GridBreakdown, frequency_directions};
pub use regulariser::{GridPenalty, GridPenaltyOptions};

use super::{Penalty, Seminorm};
use crate::error::{Error, Result};
use crate::model::activation::Zeros;
use crate::numerics::Estimate;
use crate::numerics::fourier::{Aliasing, Grid};
use weights::Weights;

/// ‖f‖² from samples, with what the samples cannot tell.
#[derive(Clone, Debug, PartialEq)]
pub struct GridSeminorm {
    /// The number. Its error compares two densities of frequencies and continues the decay of the outermost
    /// frequencies that carry signal geometrically; it is infinite where they do not decay.
    pub seminorm: Seminorm,
    /// How far the samples are from a function held by the grid.
    pub aliasing: Aliasing,
    /// The largest frequency at which the transform stands out of the rounding of the samples; what f has beyond is not seen.
    pub band: f64,
}

/// A transform this many times the rounding of the sum of all samples is signal.
const SIGNAL: f64 = 16.0;
/// Samples on the boundary above this share of the largest are a jump to the zero outside, not a tail cut off.
const JUMP: f64 = 1e-3;
/// Frequencies are made denser by padding as long as the padded grid has at most so many points.
const MOST_POINTS: usize = 1 << 22;

impl Penalty {
    /// ‖f‖² ≈ (2π)^{−d} Σ_k |f̂(k)|²/K̂(‖k‖) ΠΔk of a function that is zero outside the grid, by a padded FFT.
    ///
    /// # Errors
    /// A grid of another dimension; samples that are not finite or not as many as its points; as
    /// [`Penalty::power_spectrum`].
    ///
    /// # Accuracy
    /// Spectral for smooth functions that vanish at the boundary and are resolved by the spacing; the error states
    /// what was reached.
    pub fn seminorm_of_grid(&self, grid: &Grid, samples: &[f64]) -> Result<GridSeminorm> {
        if grid.dimension() != self.dim {
            return Err(Error::shape(
                "grid",
                format!("{} axes", self.dim),
                grid.dimension(),
            ));
        }
        if let Some(at) = samples.iter().position(|f| !f.is_finite()) {
            return Err(Error::NotFinite {
                argument: "samples".into(),
                position: format!("sample {at} (from 0)"),
                found: samples[at],
            });
        }
        let aliasing = grid.aliasing(samples, &grid.forward(samples)?)?;
        let factor = padding(grid);
        let fine = Spectrum::new(grid, samples, factor)?;
        let mut weights = Weights::new(&fine.padded);
        if let Some(reason) = self.meets_zero(&fine) {
            return Ok(fine.answer(Seminorm::infinite(reason), aliasing));
        }
        let value = fine.weighted(self, &mut weights)?;
        let coarse = Spectrum::new(grid, samples, factor / 2)?.weighted(self, &mut weights)?;
        let decays = value.beyond.is_finite();
        if !decays && aliasing.boundary_leak > JUMP {
            let reason = format!(
                "the function jumps to the zero outside the grid: its boundary carries {:.1e} of its maximum",
                aliasing.boundary_leak
            );
            return Ok(fine.answer(Seminorm::infinite(reason), aliasing));
        }
        let error = (value.total - coarse.total).abs() + value.beyond + value.error;
        Ok(fine.answer(
            Seminorm::Finite(Estimate::new(value.total, error)),
            aliasing,
        ))
    }

    /// Why the seminorm is infinite, if an infinite weight falls on a frequency that the function has.
    fn meets_zero(&self, spectrum: &Spectrum) -> Option<String> {
        let zeros: Vec<f64> = match self.zeros() {
            Zeros::Everywhere => {
                return Some(format!(
                    "{} has no regular spectrum: the weight is infinite at every frequency off its lines",
                    self.activation().name()
                ));
            }
            Zeros::Multiples { spacing } => (1..)
                .map(|n| f64::from(n) * spacing)
                .take_while(|&r| r < spectrum.band)
                .collect(),
            Zeros::Listed(list) => list,
            Zeros::None | Zeros::Unknown => return None,
        };
        zeros.into_iter().find(|&r| spectrum.carries(r)).map(|r| {
            format!(
                "the weight is infinite at frequency {r}, where the activation's transform vanishes and the function's does not"
            )
        })
    }
}

/// How often a grid is padded to its own size, which makes frequencies denser: 4 or 2 times.
fn padding(grid: &Grid) -> usize {
    let power = grid.dimension().min(31) as u32;
    let fits = grid.len().saturating_mul(4_usize.pow(power)) <= MOST_POINTS;
    if fits { 4 } else { 2 }
}

/// Σ|f̂|²·weight with its error, and what lies beyond the band if the decay goes on.
#[derive(Debug)]
struct Weighted {
    total: f64,
    error: f64,
    beyond: f64,
}

/// The transform's power over ‖k‖, as far as it is signal.
#[derive(Debug)]
struct Spectrum {
    /// (‖k‖, |f̂(k)|²) of every frequency of the grid.
    power: Vec<(f64, f64)>,
    cell: f64,
    step: f64,
    band: f64,
    padded: Grid,
}

impl Spectrum {
    fn new(grid: &Grid, samples: &[f64], factor: usize) -> Result<Self> {
        let (padded, values) = grid.pad(samples, factor.max(1))?;
        let transform = padded.forward(&values)?;
        let power: Vec<(f64, f64)> = padded
            .frequency_norms()
            .zip(transform.iter().map(|v| v.norm_sqr()))
            .collect();
        let sum: f64 = samples.iter().map(|f| f * f).sum();
        let floor = (SIGNAL * f64::EPSILON * grid.cell()).powi(2) * sum;
        let axes = padded.axes();
        let nyquist = axes
            .iter()
            .map(|a| a.nyquist())
            .fold(f64::INFINITY, f64::min);
        let signal = power.iter().filter(|(_, p)| *p > floor).map(|(r, _)| *r);
        let band = signal.fold(0.0, f64::max).min(nyquist);
        Ok(Self {
            power,
            cell: padded.frequency_cell(),
            step: weights::step(&padded),
            band,
            padded,
        })
    }

    /// Whether the function has something at a frequency: more there than a passage through zero leaves.
    fn carries(&self, r: f64) -> bool {
        let (mut near, mut around): (f64, f64) = (0.0, 0.0);
        for &(k, p) in &self.power {
            if (k - r).abs() <= 0.5 * self.step {
                near = near.max(p);
            }
            if (k - r).abs() <= 0.1 * r.max(20.0 * self.step) {
                around = around.max(p);
            }
        }
        r <= self.band && near.sqrt() > (20.0 * self.step / r).min(0.5) * around.sqrt()
    }

    fn weighted(&self, penalty: &Penalty, weights: &mut Weights) -> Result<Weighted> {
        // Thirds of the band, the last two of which tell how the sum goes on.
        let mut thirds = [0.0; 3];
        let mut error = 0.0;
        for &(r, p) in self
            .power
            .iter()
            .filter(|(r, p)| *r <= self.band && *p > 0.0)
        {
            let (ln, relative) = weights.at(penalty, r)?;
            let term = (ln + p.ln() + self.cell.ln()).exp();
            let third = ((3.0 * r / self.band) as usize).min(2);
            thirds[third] += term;
            error += term * relative;
        }
        let ratio = thirds[2] / thirds[1];
        let beyond = match ratio {
            _ if thirds[2] == 0.0 => 0.0,
            q if q < 1.0 => thirds[2] * q / (1.0 - q),
            _ => f64::INFINITY,
        };
        let total = thirds.iter().sum::<f64>();
        Ok(Weighted {
            total,
            error: error + 1e-13 * total,
            beyond,
        })
    }

    fn answer(&self, seminorm: Seminorm, aliasing: Aliasing) -> GridSeminorm {
        GridSeminorm {
            seminorm,
            aliasing,
            band: self.band,
        }
    }
}
