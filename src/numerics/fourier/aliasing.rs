//! How well a grid holds a sampled function.

use super::Grid;
use crate::error::Result;
use num_complex::Complex64;

/// What a discrete transform cannot see, stated: the transform on a grid is that of the periodic
/// continuation (wrong by what sits at the boundary), with all frequencies beyond π/h folded back
/// (wrong by what lies beyond, which the top of the band betrays). Both numbers are 0 for a
/// perfectly held function and of order 1 for a hopeless one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Aliasing {
    /// max|f| on the outermost points of the grid over max|f|: periodicity.
    pub boundary_leak: f64,
    /// The share of Σ|f̂|² at frequencies with a component in the top third of its axis' band,
    /// |k_i| > ⅔ π/h_i: aliasing.
    pub top_band_energy: f64,
}

impl Aliasing {
    /// The larger of the relative amplitudes, boundary_leak and √top_band_energy.
    pub fn amplitude(&self) -> f64 {
        self.boundary_leak.max(self.top_band_energy.sqrt())
    }
}

impl Grid {
    /// The statement for real samples and their transform by [`Grid::forward`].
    ///
    /// # Errors
    /// Samples or values that are not as many as the grid's points.
    pub fn aliasing(&self, samples: &[f64], transform: &[Complex64]) -> Result<Aliasing> {
        self.check(samples.len())?;
        self.check(transform.len())?;
        let (mut largest, mut boundary) = (0.0f64, 0.0f64);
        for (index, sample) in self.indices().zip(samples) {
            let size = sample.abs();
            largest = largest.max(size);
            let on_boundary = index
                .iter()
                .zip(self.axes())
                .any(|(&j, axis)| j == 0 || j + 1 == axis.points());
            if on_boundary {
                boundary = boundary.max(size);
            }
        }
        // In units of the largest value: squares neither over- nor underflow.
        let unit = transform.iter().map(|v| v.norm()).fold(0.0, f64::max);
        let (mut total, mut top) = (0.0, 0.0);
        for (index, value) in self.indices().zip(transform) {
            let energy = if unit > 0.0 {
                (value / unit).norm_sqr()
            } else {
                0.0
            };
            total += energy;
            let is_top = index
                .iter()
                .zip(self.axes())
                .any(|(&m, axis)| 3.0 * axis.frequency(m).abs() > 2.0 * axis.nyquist());
            if is_top {
                top += energy;
            }
        }
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        Ok(Aliasing {
            boundary_leak: share(boundary, largest),
            top_band_energy: share(top, total),
        })
    }
}
