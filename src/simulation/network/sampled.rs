//! Kernels of random networks by simulation: means over networks, with standard errors.

use super::Network;
use crate::data::Points;
use crate::error::{Error, Result};
use crate::model::Shallow;
use nalgebra::DMatrix;

/// The mean of a kernel over random networks.
#[derive(Clone, Debug, PartialEq)]
pub struct SampledKernel {
    /// The mean.
    pub mean: DMatrix<f64>,
    /// The standard error of every entry of the mean.
    pub standard_error: DMatrix<f64>,
    /// The number of networks.
    pub networks: usize,
}

impl SampledKernel {
    /// The empirical NNGP kernel ([`Network::nngp_kernel`]) over `networks` networks of width `width`, with the seeds
    /// `seed`, `seed` + 1, …; its expectation is that of infinite width at any width.
    ///
    /// # Errors
    /// Fewer than two networks; as [`Network::sample`]; points of another dimension.
    pub fn nngp(
        specification: &Shallow,
        points: &Points,
        width: usize,
        networks: usize,
        seed: u64,
    ) -> Result<Self> {
        let kernel = |network: &Network| network.nngp_kernel(points);
        Self::over(specification, width, networks, seed, kernel)
    }

    /// The empirical tangent kernel ([`Network::tangent_kernel`]) likewise, trained groups and rates as specified.
    ///
    /// # Errors
    /// As [`SampledKernel::nngp`].
    pub fn tangent(
        specification: &Shallow,
        points: &Points,
        width: usize,
        networks: usize,
        seed: u64,
    ) -> Result<Self> {
        let kernel = |network: &Network| network.tangent_kernel(points);
        Self::over(specification, width, networks, seed, kernel)
    }

    fn over(
        specification: &Shallow,
        width: usize,
        networks: usize,
        seed: u64,
        kernel: impl Fn(&Network) -> Result<DMatrix<f64>>,
    ) -> Result<Self> {
        if networks < 2 {
            return Err(Error::invalid("networks", "at least two", networks));
        }
        let draw = |i: usize| {
            let seed = seed.wrapping_add(i as u64);
            kernel(&Network::sample(specification, width, seed)?)
        };
        let mut mean = draw(0)?;
        let mut squares = DMatrix::zeros(mean.nrows(), mean.ncols());
        for i in 1..networks {
            // Welford's recursion.
            let one = draw(i)?;
            let step = &one - &mean;
            mean += &step / (i + 1) as f64;
            squares += step.component_mul(&(one - &mean));
        }
        let count = networks as f64;
        let standard_error = squares.map(|s: f64| (s / (count * (count - 1.0))).sqrt());
        Ok(Self {
            mean,
            standard_error,
            networks,
        })
    }
}
