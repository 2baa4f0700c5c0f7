//! Regular grids of any dimension, in space and in frequency.

use crate::error::{Error, Result, positive};
use std::f64::consts::{PI, TAU};

/// One axis of a grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    points: usize,
    spacing: f64,
}

impl Axis {
    /// Number of points n.
    pub fn points(&self) -> usize {
        self.points
    }

    /// Spacing h.
    pub fn spacing(&self) -> f64 {
        self.spacing
    }

    /// The index of the point at 0.
    pub fn centre(&self) -> usize {
        self.points / 2
    }

    /// (j − ⌊n/2⌋)·h.
    pub fn coordinate(&self, j: usize) -> f64 {
        (j as f64 - self.centre() as f64) * self.spacing
    }

    /// The angular frequency at FFT index m.
    pub fn frequency(&self, m: usize) -> f64 {
        let n = self.points;
        let signed = if m < n.div_ceil(2) {
            m as f64
        } else {
            m as f64 - n as f64
        };
        signed * self.frequency_spacing()
    }

    /// Δk = 2π/(nh).
    pub fn frequency_spacing(&self) -> f64 {
        TAU / (self.points as f64 * self.spacing)
    }

    /// The largest frequency that the spacing resolves, π/h.
    pub fn nyquist(&self) -> f64 {
        PI / self.spacing
    }
}

/// The transform of more points would take above 32 GB.
const MOST_POINTS: usize = 1 << 31;
/// More axes than a grid with at least two points on each can have.
const MOST_AXES: usize = 31;

fn too_many() -> Error {
    Error::invalid("grid", "at most 2^31 points on at most 31 axes", "more")
}

/// A regular grid centred at the origin; see the [module](super) for the conventions.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    axes: Vec<Axis>,
    len: usize,
}

impl Grid {
    /// A grid with `points[i]` points at distance `spacing[i]` along axis i.
    ///
    /// # Errors
    /// No axes, different numbers of them, an axis without points, more than 2³¹ points in all, or a
    /// spacing that is not a finite number > 0.
    pub fn new(points: &[usize], spacing: &[f64]) -> Result<Self> {
        if points.len() > MOST_AXES {
            return Err(too_many());
        }
        if points.is_empty() {
            return Err(Error::invalid("grid", "at least one axis", "none"));
        }
        if points.len() != spacing.len() {
            return Err(Error::shape(
                "spacing",
                format!("one number for each of {} axes", points.len()),
                spacing.len(),
            ));
        }
        let mut len = 1usize;
        let mut axes = Vec::with_capacity(points.len());
        for (&points, &spacing) in points.iter().zip(spacing) {
            if points == 0 {
                return Err(Error::invalid("grid", "at least one point per axis", 0));
            }
            len = len
                .checked_mul(points)
                .filter(|len| *len <= MOST_POINTS)
                .ok_or_else(too_many)?;
            axes.push(Axis {
                points,
                spacing: positive("spacing", spacing)?,
            });
        }
        Ok(Self { axes, len })
    }

    /// A grid with the same number of points and spacing along each of `dimension` axes.
    ///
    /// # Errors
    /// As [`Grid::new`].
    pub fn cubic(dimension: usize, points: usize, spacing: f64) -> Result<Self> {
        // Before the lists are made: 2³¹ points are exceeded by 32 axes of 2.
        if dimension > MOST_AXES {
            return Err(too_many());
        }
        Self::new(&vec![points; dimension], &vec![spacing; dimension])
    }

    /// The axes.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// The dimension d.
    pub fn dimension(&self) -> usize {
        self.axes.len()
    }

    /// Number of points in all.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no point; there always is one.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The volume of a cell in space, Π h.
    pub fn cell(&self) -> f64 {
        self.axes.iter().map(Axis::spacing).product()
    }

    /// The volume of a cell in frequency over (2π)^d, Π Δk/2π: Σ of this times g(k) approximates
    /// (2π)^{−d} ∫ g(k) dk.
    pub fn frequency_cell(&self) -> f64 {
        self.axes
            .iter()
            .map(|a| a.frequency_spacing() / TAU)
            .product()
    }

    /// All points in the order of the samples.
    pub fn points(&self) -> impl Iterator<Item = Vec<f64>> + '_ {
        self.indices().map(|index| {
            let axes = self.axes.iter().zip(index);
            axes.map(|(axis, j)| axis.coordinate(j)).collect()
        })
    }

    /// All frequency vectors k in the order of the transform.
    pub fn frequencies(&self) -> impl Iterator<Item = Vec<f64>> + '_ {
        self.indices().map(|index| {
            let axes = self.axes.iter().zip(index);
            axes.map(|(axis, m)| axis.frequency(m)).collect()
        })
    }

    /// ‖k‖ for all frequencies in the order of the transform.
    pub fn frequency_norms(&self) -> impl Iterator<Item = f64> + '_ {
        // hypot, so that neither a square overflows nor a single axis is rounded.
        self.frequencies()
            .map(|k| k.into_iter().fold(0.0, f64::hypot))
    }

    /// The samples f(x_j) of a function.
    pub fn sample(&self, mut f: impl FnMut(&[f64]) -> f64) -> Vec<f64> {
        self.points().map(|x| f(&x)).collect()
    }

    /// The grid with `factor` times the points along each axis and the same spacing: frequencies `factor` times as dense.
    ///
    /// # Errors
    /// A factor of 0; as [`Grid::new`].
    pub fn padded(&self, factor: usize) -> Result<Self> {
        if factor == 0 {
            return Err(Error::invalid("factor", "at least 1", 0));
        }
        let points: Vec<usize> = self
            .axes
            .iter()
            .map(|a| a.points.saturating_mul(factor))
            .collect();
        let spacing: Vec<f64> = self.axes.iter().map(Axis::spacing).collect();
        Self::new(&points, &spacing)
    }

    /// The samples on the grid of [`Grid::padded`], zero outside.
    ///
    /// # Errors
    /// A factor of 0, or samples that are not as many as the grid's points.
    pub fn pad(&self, samples: &[f64], factor: usize) -> Result<(Self, Vec<f64>)> {
        self.check(samples.len())?;
        let padded = self.padded(factor)?;
        let mut values = vec![0.0; padded.len];
        for (flat, sample) in self.places_in(&padded).zip(samples) {
            if let Some(slot) = values.get_mut(flat) {
                *slot = *sample;
            }
        }
        Ok((padded, values))
    }

    /// What `read` makes of the values on a padded grid at the points of this one: the adjoint of [`Grid::pad`].
    pub(crate) fn crop<T>(
        &self,
        padded: &Self,
        values: &[T],
        read: impl Fn(&T) -> f64,
        out: &mut [f64],
    ) {
        for (flat, slot) in self.places_in(padded).zip(out) {
            if let Some(value) = values.get(flat) {
                *slot = read(value);
            }
        }
    }

    /// Where the points stand among those of a padded grid.
    fn places_in<'a>(&'a self, padded: &'a Self) -> impl Iterator<Item = usize> + 'a {
        self.indices().map(move |index| {
            let mut flat = 0;
            for ((j, old), new) in index.into_iter().zip(&self.axes).zip(&padded.axes) {
                flat = flat * new.points + (j + new.centre() - old.centre());
            }
            flat
        })
    }

    /// Every multi-index, the last axis fastest.
    pub(super) fn indices(&self) -> impl Iterator<Item = Vec<usize>> + '_ {
        (0..self.len).map(|flat| {
            let mut rest = flat;
            let mut index = vec![0; self.axes.len()];
            for (slot, axis) in index.iter_mut().zip(&self.axes).rev() {
                *slot = rest % axis.points;
                rest /= axis.points;
            }
            index
        })
    }

    pub(super) fn check(&self, found: usize) -> Result<()> {
        if found == self.len {
            Ok(())
        } else {
            Err(Error::shape(
                "samples",
                format!("{} values, one for each point of the grid", self.len),
                found,
            ))
        }
    }
}
