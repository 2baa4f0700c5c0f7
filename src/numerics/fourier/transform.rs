//! The transforms themselves: FFTs along each axis in turn.

use super::Grid;
use crate::error::{Error, Result};
use num_complex::Complex64;
use rustfft::{FftDirection, FftPlanner};

impl Grid {
    /// f̂(k) = Π h · Σ_j f(x_j) e^{−ik·x_j} at every frequency of the grid, for real samples.
    ///
    /// # Errors
    /// Samples that are not as many as the grid's points, or not finite.
    pub fn forward(&self, samples: &[f64]) -> Result<Vec<Complex64>> {
        self.check(samples.len())?;
        if let Some((i, bad)) = samples.iter().enumerate().find(|(_, x)| !x.is_finite()) {
            return Err(Error::NotFinite {
                argument: "samples".into(),
                position: format!("index {i}"),
                found: *bad,
            });
        }
        let complex: Vec<Complex64> = samples.iter().map(|x| Complex64::from(*x)).collect();
        self.forward_complex(&complex)
    }

    /// [`Grid::forward`] for complex samples.
    ///
    /// # Errors
    /// Samples that are not as many as the grid's points.
    pub fn forward_complex(&self, samples: &[Complex64]) -> Result<Vec<Complex64>> {
        self.check(samples.len())?;
        let mut values = samples.to_vec();
        self.along_axes(&mut values, FftDirection::Forward);
        let cell = self.cell();
        values.iter_mut().for_each(|v| *v *= cell);
        Ok(values)
    }

    /// f(x_j) = Π Δk/2π · Σ_k f̂(k) e^{ik·x_j} at every point of the grid: the inverse of
    /// [`Grid::forward_complex`] up to rounding. For the transform of a real function the imaginary parts are
    /// rounding (and what an unpaired highest frequency of even n leaves).
    ///
    /// # Errors
    /// Values that are not as many as the grid's points.
    pub fn inverse(&self, transform: &[Complex64]) -> Result<Vec<Complex64>> {
        self.check(transform.len())?;
        let mut values = transform.to_vec();
        self.along_axes(&mut values, FftDirection::Inverse);
        let cell = self.frequency_cell();
        values.iter_mut().for_each(|v| *v *= cell);
        Ok(values)
    }

    /// Unnormalised transforms along every axis. The point at 0 is number ⌊n/2⌋ in space, 0 for the FFT:
    /// lines are turned by that, which costs no rounding.
    fn along_axes(&self, values: &mut [Complex64], direction: FftDirection) {
        let mut planner = FftPlanner::new();
        // Number of values between neighbours along the axis.
        let mut stride = self.len();
        for axis in self.axes() {
            let n = axis.points();
            let block = stride;
            stride /= n;
            let fft = planner.plan_fft(n, direction);
            let mut line = vec![Complex64::default(); n];
            let mut scratch = vec![Complex64::default(); fft.get_inplace_scratch_len()];
            for chunk in values.chunks_exact_mut(block) {
                for offset in 0..stride {
                    let along = || (offset..block).step_by(stride);
                    for (slot, i) in line.iter_mut().zip(along()) {
                        *slot = chunk[i];
                    }
                    if direction == FftDirection::Forward {
                        line.rotate_left(axis.centre());
                    }
                    fft.process_with_scratch(&mut line, &mut scratch);
                    if direction == FftDirection::Inverse {
                        line.rotate_right(axis.centre());
                    }
                    for (value, i) in line.iter().zip(along()) {
                        chunk[i] = *value;
                    }
                }
            }
        }
    }
}
