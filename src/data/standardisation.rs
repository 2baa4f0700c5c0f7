//! Bringing data to the scale of the unit cube.

use super::{Dataset, Points};
use crate::error::Result;
use nalgebra::{DMatrix, DVector};

/// x ↦ (x − centre)/half_extent, the same factor for every axis so that distances keep their proportions,
/// and y ↦ (y − mean)/std.
#[derive(Clone, Debug, PartialEq)]
pub struct Standardisation {
    /// The middle of the range of every coordinate.
    pub centre: DVector<f64>,
    /// Half the largest range of a coordinate (1 where all points coincide).
    pub half_extent: f64,
    /// The mean of the targets.
    pub mean: f64,
    /// Their standard deviation (1 where all are equal).
    pub std: f64,
}

impl Standardisation {
    /// The scaling after which these data lie in [−1, 1]^d, with targets of mean 0 and variance 1.
    pub fn of(data: &Dataset) -> Self {
        let range = |axis: usize| {
            data.points()
                .iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| {
                    (a.min(x[axis]), b.max(x[axis]))
                })
        };
        let ranges: Vec<(f64, f64)> = (0..data.dim()).map(range).collect();
        let or_one = |value: f64| {
            if value > 0.0 && value.is_finite() {
                value
            } else {
                1.0
            }
        };
        let widest = ranges
            .iter()
            .map(|(a, b)| 0.5 * b - 0.5 * a)
            .fold(0.0, f64::max);
        let mean = data.targets().mean();
        Self {
            centre: DVector::from_iterator(
                data.dim(),
                ranges.iter().map(|(a, b)| 0.5 * a + 0.5 * b),
            ),
            half_extent: or_one(widest),
            mean,
            std: or_one(data.targets().variance().sqrt()),
        }
    }

    /// The scaled data.
    ///
    /// # Errors
    /// Data of another dimension, or so far out that scaling overflows.
    pub fn apply(&self, data: &Dataset) -> Result<Dataset> {
        data.points().expect_dim("data", self.centre.len())?;
        let columns = data.points().columns();
        let scaled = DMatrix::from_fn(columns.nrows(), columns.ncols(), |i, j| {
            (columns[(i, j)] - self.centre[i]) / self.half_extent
        });
        let targets = data.targets().map(|y| (y - self.mean) / self.std);
        Dataset::new(Points::from_columns(scaled)?, targets)
    }
}
