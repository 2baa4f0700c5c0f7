//! What a comparison trains, and for how long.

use crate::error::{Error, Result};
use crate::numerics::parallel;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Networks of more neuron·point pairs than this are trained one after another, each on all threads: side by
/// side they would need 32 MB each.
const SIDE_BY_SIDE: usize = 1 << 20;

/// Widths, seeds and steps of a comparison.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The widths to train.
    pub widths: Vec<usize>,
    /// The seeds; one network for each width and seed.
    pub seeds: Vec<u64>,
    /// Steps of gradient descent.
    pub steps: usize,
    /// The step size as a part of the largest stable one of the predicted kernel, 2/λ_max.
    pub rate_fraction: f64,
    /// The number of frequency bands.
    pub bands: usize,
    /// Set by someone who wants the comparison to stop; what is finished is kept.
    pub interrupt: Option<Arc<AtomicBool>>,
}

impl Default for Settings {
    /// Widths 256, 1024, 4096, eight seeds, 40 steps at three quarters of the largest stable rate, five bands.
    fn default() -> Self {
        Self {
            widths: vec![256, 1024, 4096],
            seeds: (0..8).collect(),
            steps: 40,
            rate_fraction: 0.75,
            bands: 5,
            interrupt: None,
        }
    }
}

impl Settings {
    /// The work of a comparison on n training points, in steps of a neuron on a point.
    pub fn work(&self, points: usize) -> u64 {
        let neurons: usize = self.widths.iter().sum();
        (neurons * self.seeds.len() * self.steps * points) as u64
    }

    /// `f` of every (width, seed), in the order of the seeds and within it of the widths. Networks too small
    /// to keep all threads busy are trained side by side.
    pub(super) fn map_networks<R: Send>(
        &self,
        points: usize,
        f: impl Fn((usize, u64)) -> R + Sync + Send,
    ) -> Vec<R> {
        let networks: Vec<(usize, u64)> = self
            .seeds
            .iter()
            .flat_map(|&seed| self.widths.iter().map(move |&width| (width, seed)))
            .collect();
        let largest = self.widths.iter().max().copied().unwrap_or(0);
        if largest.saturating_mul(points) <= SIDE_BY_SIDE {
            parallel::map(networks, f)
        } else {
            networks.into_iter().map(f).collect()
        }
    }

    pub(super) fn validate(&self) -> Result<()> {
        if self.widths.is_empty() || self.widths.contains(&0) {
            return Err(Error::invalid(
                "width",
                "one or more widths ≥ 1",
                format!("{:?}", self.widths),
            ));
        }
        if self.seeds.is_empty() {
            return Err(Error::invalid("seeds", "at least one", "none"));
        }
        if self.steps == 0 {
            return Err(Error::invalid("steps", "at least one", 0));
        }
        if !(self.rate_fraction > 0.0 && self.rate_fraction < 1.0) {
            return Err(Error::invalid(
                "rate",
                "a part of the largest stable rate, between 0 and 1",
                self.rate_fraction,
            ));
        }
        Ok(())
    }

    /// About sixteen steps, equally spaced in the logarithm, from 1 to the last.
    pub(super) fn recorded(&self) -> Vec<u64> {
        let last = self.steps as f64;
        let mut steps: Vec<u64> = (0..16)
            .map(|i| last.powf(f64::from(i) / 15.0).round() as u64)
            .collect();
        steps.dedup();
        steps
    }
}
