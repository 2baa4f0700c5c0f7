//! Weights at the frequencies of a grid, each computed once.

use crate::error::Result;
use crate::numerics::fourier::Grid;
use crate::theory::penalty::Penalty;
use std::collections::HashMap;

/// ‖k‖ = 0 is looked at so close by, in spacings of the frequencies.
const NEAR_ZERO: f64 = 1e-8;

/// ln(1/K̂) by frequency, with relative errors; the weight at 0 is its limit.
#[derive(Debug)]
pub(super) struct Weights {
    step: f64,
    known: HashMap<u64, (f64, f64)>,
}

impl Weights {
    pub(super) fn new(grid: &Grid) -> Self {
        Self {
            step: step(grid),
            known: HashMap::new(),
        }
    }

    /// (ln weight, its error) at a frequency ≥ 0.
    pub(super) fn at(&mut self, penalty: &Penalty, r: f64) -> Result<(f64, f64)> {
        let at = if r == 0.0 { NEAR_ZERO * self.step } else { r };
        if let Some(&known) = self.known.get(&at.to_bits()) {
            return Ok(known);
        }
        let density = penalty.spectral_density(at)?;
        let weight = (-density.ln, density.relative_error);
        self.known.insert(at.to_bits(), weight);
        Ok(weight)
    }
}

/// The largest spacing of the frequencies of a grid.
pub(super) fn step(grid: &Grid) -> f64 {
    grid.axes()
        .iter()
        .map(|a| a.frequency_spacing())
        .fold(0.0, f64::max)
}
