//! Kernels of random networks by simulation: means over networks, with standard errors.

use crate::error::{Error, Result};
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
    /// Over `networks` networks drawn with the seeds `seed`, `seed` + 1, …, from the kernel of one of them:
    /// [`super::Network::nngp_kernel`], [`super::Network::tangent_kernel`], or those of a
    /// [`crate::simulation::DeepNetwork`]. Of a shallow network's the expectation is the kernel of infinite width at
    /// any width; of a deep one's it is up to order 1/width.
    ///
    /// # Errors
    /// Fewer than two networks; what the kernel of one says; kernels of different shapes.
    pub fn over(
        networks: usize,
        seed: u64,
        kernel: impl Fn(u64) -> Result<DMatrix<f64>>,
    ) -> Result<Self> {
        if networks < 2 {
            return Err(Error::invalid("networks", "at least two", networks));
        }
        let draw = |i: usize| kernel(seed.wrapping_add(i as u64));
        let mut mean = draw(0)?;
        let mut squares = DMatrix::zeros(mean.nrows(), mean.ncols());
        for i in 1..networks {
            // Welford's recursion.
            let one = draw(i)?;
            if one.shape() != mean.shape() {
                let [expected, found] = [&mean, &one].map(|m| format!("{:?}", m.shape()));
                return Err(Error::shape("kernel", expected, found));
            }
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
