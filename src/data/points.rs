//! Points of R^d and data sets: shapes and finiteness are checked once, here.

use crate::error::{Error, Result};
use nalgebra::{DMatrix, DMatrixView, DVector};

/// `n ≥ 1` points of R^d, all finite. Stored as a d × n matrix: a point is a (contiguous) column.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    columns: DMatrix<f64>,
}

impl Points {
    /// From a d × n matrix whose columns are the points.
    ///
    /// # Errors
    /// No points, no coordinates, or a coordinate that is not finite.
    pub fn from_columns(columns: DMatrix<f64>) -> Result<Self> {
        if columns.is_empty() {
            return Err(Error::shape(
                "points",
                "at least one point with at least one coordinate",
                format!(
                    "{} points in dimension {}",
                    columns.ncols(),
                    columns.nrows()
                ),
            ));
        }
        if let Some(at) = columns.iter().position(|x| !x.is_finite()) {
            let (point, coordinate) = (at / columns.nrows(), at % columns.nrows());
            return Err(Error::NotFinite {
                argument: "points".into(),
                position: format!("point {point}, coordinate {coordinate} (from 0)"),
                found: columns[at],
            });
        }
        Ok(Self { columns })
    }

    /// From columns known to be finite and at least one.
    pub(super) fn trusted(columns: DMatrix<f64>) -> Self {
        Self { columns }
    }

    /// From one slice per point.
    ///
    /// # Errors
    /// As [`Points::from_columns`]; also points of different dimension.
    pub fn from_rows<R: AsRef<[f64]>>(rows: &[R]) -> Result<Self> {
        let dim = rows.first().map_or(0, |row| row.as_ref().len());
        if let Some(at) = rows.iter().position(|row| row.as_ref().len() != dim) {
            return Err(Error::shape(
                "points",
                format!("{dim} coordinates in every point"),
                format!("{} in point {at} (from 0)", rows[at].as_ref().len()),
            ));
        }
        let coordinates = rows.iter().flat_map(|row| row.as_ref().iter().copied());
        Self::from_columns(DMatrix::from_iterator(dim, rows.len(), coordinates))
    }

    /// Points of the real line.
    ///
    /// # Errors
    /// As [`Points::from_columns`].
    pub fn on_line(xs: &[f64]) -> Result<Self> {
        Self::from_columns(DMatrix::from_row_slice(1, xs.len(), xs))
    }

    /// Their number n.
    pub fn len(&self) -> usize {
        self.columns.ncols()
    }

    /// Always false: there is no empty set of points.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Their dimension d.
    pub fn dim(&self) -> usize {
        self.columns.nrows()
    }

    /// The i-th point (i < n).
    pub fn point(&self, i: usize) -> &[f64] {
        let d = self.dim();
        &self.columns.as_slice()[i * d..(i + 1) * d]
    }

    /// The coordinates, point after point.
    pub fn as_slice(&self) -> &[f64] {
        self.columns.as_slice()
    }

    /// The points in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[f64]> + Clone {
        self.columns.as_slice().chunks_exact(self.dim())
    }

    /// The d × n matrix whose columns are the points.
    pub fn columns(&self) -> DMatrixView<'_, f64> {
        self.columns.as_view()
    }

    /// max‖x‖.
    pub fn max_norm(&self) -> f64 {
        self.columns
            .column_iter()
            .map(|x| x.norm())
            .fold(0.0, f64::max)
    }

    /// The indices of the points in lexicographic order; equal points stay in their order.
    pub fn ascending(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by(|&i, &j| {
            let mut pairs = self.point(i).iter().zip(self.point(j));
            // −0 and 0 are the same place.
            let unequal = pairs.find_map(|(a, b)| {
                let order = (a + 0.0).total_cmp(&(b + 0.0));
                order.is_ne().then_some(order)
            });
            unequal.unwrap_or(std::cmp::Ordering::Equal)
        });
        order
    }

    /// The points with the given indices (each < n), in that order.
    ///
    /// # Errors
    /// No index at all.
    pub fn select(&self, indices: &[usize]) -> Result<Self> {
        Self::from_columns(self.columns.select_columns(indices))
    }

    /// An error naming `argument` unless the dimension is `dim`.
    ///
    /// # Errors
    /// [`Error::Shape`].
    pub fn expect_dim(&self, argument: &str, dim: usize) -> Result<()> {
        if self.dim() == dim {
            Ok(())
        } else {
            Err(Error::shape(
                argument,
                format!("points of dimension {dim}"),
                format!("dimension {}", self.dim()),
            ))
        }
    }
}

/// Points with one real target each.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    points: Points,
    targets: DVector<f64>,
}

impl Dataset {
    /// Pairs points with targets.
    ///
    /// # Errors
    /// Numbers of points and targets that differ; a target that is not finite.
    pub fn new(points: Points, targets: DVector<f64>) -> Result<Self> {
        if points.len() != targets.len() {
            return Err(Error::shape(
                "targets",
                format!("one for each of {} points", points.len()),
                format!("{} targets", targets.len()),
            ));
        }
        if let Some(at) = targets.iter().position(|y| !y.is_finite()) {
            return Err(Error::NotFinite {
                argument: "targets".into(),
                position: format!("target {at} (from 0)"),
                found: targets[at],
            });
        }
        Ok(Self { points, targets })
    }

    /// From as many points as targets, all known to be finite.
    pub(super) fn trusted(points: Points, targets: DVector<f64>) -> Self {
        Self { points, targets }
    }

    /// The points.
    pub fn points(&self) -> &Points {
        &self.points
    }

    /// The targets, in the order of the points.
    pub fn targets(&self) -> &DVector<f64> {
        &self.targets
    }

    /// The number of pairs.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Always false: there is no empty data set.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The dimension of the points.
    pub fn dim(&self) -> usize {
        self.points.dim()
    }

    /// The pairs with the given indices, in that order.
    ///
    /// # Errors
    /// No index at all.
    pub fn select(&self, indices: &[usize]) -> Result<Self> {
        Self::new(
            self.points.select(indices)?,
            self.targets.select_rows(indices),
        )
    }

    /// The pairs with exact repetitions merged.
    ///
    /// # Errors
    /// [`Error::ConflictingPoints`] where the same point comes with two targets.
    pub fn distinct(&self) -> Result<Self> {
        let order = self.points.ascending();
        let key = |i: usize| self.points.point(i);
        let mut repeated = vec![false; self.len()];
        for pair in order.windows(2) {
            let (i, j) = (pair[0], pair[1]);
            if key(i) == key(j) {
                if self.targets[i] != self.targets[j] {
                    return Err(Error::ConflictingPoints {
                        first: i.min(j),
                        second: i.max(j),
                        first_target: self.targets[i.min(j)],
                        second_target: self.targets[i.max(j)],
                    });
                }
                repeated[j] = true;
            }
        }
        if repeated.iter().any(|&r| r) {
            let kept: Vec<usize> = (0..self.len()).filter(|&i| !repeated[i]).collect();
            self.select(&kept)
        } else {
            Ok(self.clone())
        }
    }
}
