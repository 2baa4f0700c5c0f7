//! Errors resolved by frequency, for data on a regular grid.

use crate::data::RegularGrid;
use crate::error::{Error, Result};
use nalgebra::{DMatrix, DVector};
use std::f64::consts::PI;

/// The cosine modes of a regular grid, gathered in bands of angular frequency.
///
/// Data on an interval are not periodic, so that they are expanded in the orthonormal modes
/// Π_a cos(π k_a (j_a + ½)/n_a) (the discrete cosine transform of type II, the modes of the reflected
/// data), of angular frequency ‖(π k_a/(n_a h_a))_a‖.
#[derive(Clone, Debug)]
pub struct Bands {
    grid: RegularGrid,
    cosines: Vec<DMatrix<f64>>,
    band: Vec<usize>,
    frequencies: Vec<f64>,
}

impl Bands {
    /// At most `count` bands between the lowest and the highest frequency of the grid, equally spaced
    /// in the logarithm of the frequency; bands without a mode are left out. The constant mode
    /// belongs to none.
    ///
    /// # Errors
    /// A grid with a single place, or no band.
    pub fn new(grid: RegularGrid, count: usize) -> Result<Self> {
        let modes = grid.order.len();
        if modes < 2 || count == 0 {
            return Err(Error::invalid(
                "bands",
                "at least one band on a grid of at least two places",
                format!("{count} bands on {modes} places"),
            ));
        }
        let frequency: Vec<f64> = (0..modes).map(|mode| mode_frequency(&grid, mode)).collect();
        let lowest = frequency[1..].iter().copied().fold(f64::INFINITY, f64::min);
        let highest = frequency.iter().copied().fold(0.0, f64::max);
        let span = (highest / lowest).ln().max(f64::MIN_POSITIVE);
        let raw: Vec<usize> = frequency[1..]
            .iter()
            .map(|f| (((f / lowest).ln() / span * count as f64) as usize).min(count - 1))
            .collect();
        let kept: Vec<usize> = (0..count).filter(|b| raw.contains(b)).collect();
        let band = raw
            .iter()
            .map(|b| kept.partition_point(|k| k < b))
            .collect();
        let mean = |b: &usize| {
            let inside = raw.iter().zip(&frequency[1..]).filter(|(r, _)| *r == b);
            let (sum, count) = inside.fold((0.0, 0.0), |(s, c), (_, f)| (s + f.ln(), c + 1.0));
            f64::exp(sum / count)
        };
        let frequencies = kept.iter().map(mean).collect();
        let cosines = grid.shape.iter().map(|&n| cosine_matrix(n)).collect();
        Ok(Self {
            grid,
            cosines,
            band,
            frequencies,
        })
    }

    /// The (geometric mean) angular frequency of each band.
    pub fn frequencies(&self) -> &[f64] {
        &self.frequencies
    }

    /// √(Σ |coefficient|²) of the values (one for each point of the grid, in the points' order) over the
    /// modes of each band.
    ///
    /// # Errors
    /// Another number of values than points.
    pub fn amplitudes(&self, values: &DVector<f64>) -> Result<Vec<f64>> {
        if values.len() != self.grid.order.len() {
            return Err(Error::shape(
                "values",
                format!("one for each of {} points", self.grid.order.len()),
                values.len(),
            ));
        }
        let mut field: Vec<f64> = self.grid.order.iter().map(|&i| values[i]).collect();
        let mut stride = 1;
        for (cosine, &n) in self.cosines.iter().zip(&self.grid.shape) {
            for start in (0..field.len()).filter(|s| (s / stride) % n == 0) {
                let line = DVector::from_fn(n, |j, _| field[start + j * stride]);
                for (k, value) in (cosine * line).iter().enumerate() {
                    field[start + k * stride] = *value;
                }
            }
            stride *= n;
        }
        let mut energy = vec![0.0; self.frequencies.len()];
        for (&band, coefficient) in self.band.iter().zip(&field[1..]) {
            energy[band] += coefficient * coefficient;
        }
        Ok(energy.into_iter().map(f64::sqrt).collect())
    }
}

fn mode_frequency(grid: &RegularGrid, mode: usize) -> f64 {
    let mut rest = mode;
    let mut square = 0.0;
    for (&n, &h) in grid.shape.iter().zip(&grid.spacing) {
        let k = (rest % n) as f64;
        rest /= n;
        if n > 1 {
            square += (PI * k / (n as f64 * h)).powi(2);
        }
    }
    square.sqrt()
}

fn cosine_matrix(n: usize) -> DMatrix<f64> {
    DMatrix::from_fn(n, n, |k, j| {
        let norm = if k == 0 { 1.0 } else { 2.0 };
        (norm / n as f64).sqrt() * (PI * k as f64 * (j as f64 + 0.5) / n as f64).cos()
    })
}
