//! Sampled images of the plane.

use crate::error::{Error, Result, finite, positive};

/// Square pixels, constant on each, around the origin of the plane: row 0 on top, so that pixel (i, j) is centred at
/// x = (j − (columns−1)/2)·h, y = ((rows−1)/2 − i)·h.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    rows: usize,
    columns: usize,
    spacing: f64,
    pixels: Vec<f64>,
}

impl Image {
    /// From its pixels, row by row.
    ///
    /// # Errors
    /// No rows or columns, another number of pixels, pixels that are not finite, a spacing that is not > 0.
    pub fn new(rows: usize, columns: usize, spacing: f64, pixels: Vec<f64>) -> Result<Self> {
        let spacing = positive("spacing", spacing)?;
        if rows == 0 || columns == 0 {
            return Err(Error::invalid(
                "image",
                "at least one pixel",
                format!("{rows} × {columns}"),
            ));
        }
        if rows.checked_mul(columns) != Some(pixels.len()) {
            return Err(Error::shape(
                "image",
                format!("{rows} × {columns} pixels"),
                pixels.len(),
            ));
        }
        if let Some((i, found)) = pixels.iter().enumerate().find(|(_, x)| !x.is_finite()) {
            return Err(Error::NotFinite {
                argument: "image".into(),
                position: format!("row {}, column {}", i / columns, i % columns),
                found: *found,
            });
        }
        Ok(Self {
            rows,
            columns,
            spacing,
            pixels,
        })
    }

    /// The values of f at the centres of the pixels.
    ///
    /// # Errors
    /// As [`Image::new`].
    pub fn sample(
        rows: usize,
        columns: usize,
        spacing: f64,
        f: impl Fn(&[f64]) -> f64,
    ) -> Result<Self> {
        Self::average(rows, columns, spacing, 1, f)
    }

    /// The means of f over the pixels, by n × n midpoints in each: what the projection of a function with jumps
    /// should start from.
    ///
    /// # Errors
    /// As [`Image::new`]; n = 0.
    pub fn average(
        rows: usize,
        columns: usize,
        spacing: f64,
        n: usize,
        f: impl Fn(&[f64]) -> f64,
    ) -> Result<Self> {
        let blank = Self::new(
            rows,
            columns,
            spacing,
            vec![0.0; Self::count(rows, columns)?],
        )?;
        if n == 0 {
            return Err(Error::invalid("samples per pixel", "at least 1", n));
        }
        let shift = |a: usize| ((a as f64 + 0.5) / n as f64 - 0.5) * spacing;
        let mean = |p: usize| {
            let (x, y) = blank.centre_of(p / columns, p % columns);
            let places = (0..n * n).map(|q| f(&[x + shift(q % n), y + shift(q / n)]));
            places.sum::<f64>() / (n * n) as f64
        };
        let pixels = (0..blank.pixels.len()).map(mean).collect();
        Self::new(rows, columns, spacing, pixels)
    }

    fn count(rows: usize, columns: usize) -> Result<usize> {
        let count = rows.checked_mul(columns).filter(|n| *n <= 1 << 31);
        count.ok_or_else(|| Error::invalid("image", "at most 2^31 pixels", "more"))
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The side h of a pixel.
    pub fn spacing(&self) -> f64 {
        self.spacing
    }

    /// The pixels, row by row.
    pub fn pixels(&self) -> &[f64] {
        &self.pixels
    }

    /// The centre (x, y) of pixel (i, j).
    pub fn centre_of(&self, i: usize, j: usize) -> (f64, f64) {
        let half = |n: usize| 0.5 * (n as f64 - 1.0);
        (
            (j as f64 - half(self.columns)) * self.spacing,
            (half(self.rows) - i as f64) * self.spacing,
        )
    }

    /// The distance of its corners from the origin.
    pub fn radius(&self) -> f64 {
        0.5 * (self.rows as f64).hypot(self.columns as f64) * self.spacing
    }
}

/// Parallel rays: directions (cos θ, sin θ) and offsets.
#[derive(Clone, Debug, PartialEq)]
pub struct ParallelBeam {
    angles: Vec<f64>,
    offsets: Vec<f64>,
}

impl ParallelBeam {
    /// Any angles, in radians, and ascending offsets.
    ///
    /// # Errors
    /// No angles or offsets, numbers that are not finite, offsets that do not ascend.
    pub fn new(angles: Vec<f64>, offsets: Vec<f64>) -> Result<Self> {
        for (name, numbers) in [("angles", &angles), ("offsets", &offsets)] {
            if numbers.is_empty() {
                return Err(Error::invalid(name, "at least one", "none"));
            }
            for &number in numbers {
                finite(name, number)?;
            }
        }
        let descent = offsets
            .windows(2)
            .find(|pair| !matches!(pair, [a, b] if a < b));
        if let Some(pair) = descent {
            return Err(Error::invalid(
                "offsets",
                "ascending numbers",
                format!("{pair:?}"),
            ));
        }
        Ok(Self { angles, offsets })
    }

    /// `directions` angles kπ/directions and `offsets` equally spaced offsets from −reach to reach.
    ///
    /// # Errors
    /// No directions, fewer than two offsets, a reach that is not > 0.
    pub fn uniform(directions: usize, offsets: usize, reach: f64) -> Result<Self> {
        let reach = positive("reach", reach)?;
        if offsets < 2 {
            return Err(Error::invalid("offsets", "at least 2", offsets));
        }
        let angle = |k: usize| k as f64 * std::f64::consts::PI / directions as f64;
        let last = (offsets - 1) as f64;
        let offset = |j: usize| reach * (2.0 * j as f64 - last) / last;
        Self::new(
            (0..directions).map(angle).collect(),
            (0..offsets).map(offset).collect(),
        )
    }

    /// θ.
    pub fn angles(&self) -> &[f64] {
        &self.angles
    }

    /// γ.
    pub fn offsets(&self) -> &[f64] {
        &self.offsets
    }

    /// The distance between neighbouring offsets.
    ///
    /// # Errors
    /// A single offset, or distances that differ by more than a millionth.
    pub fn spacing(&self) -> Result<f64> {
        let (Some(first), Some(last)) = (self.offsets.first(), self.offsets.last()) else {
            return Err(Error::invalid("offsets", "at least 2", 0));
        };
        let n = self.offsets.len();
        if n < 2 {
            return Err(Error::invalid("offsets", "at least 2", n));
        }
        let step = (last - first) / (n - 1) as f64;
        let uneven = |(j, x): (usize, &f64)| (x - (first + step * j as f64)).abs() > 1e-6 * step;
        match self.offsets.iter().enumerate().find(|&p| uneven(p)) {
            None => Ok(step),
            Some((j, x)) => Err(Error::invalid(
                "offsets",
                "equally spaced ones, which filtering needs",
                format!("{x} at place {j}"),
            )),
        }
    }

    /// The part of the half circle that each angle stands for (they sum to π), whatever their order: half the
    /// distances to both neighbours modulo π, equal angles sharing theirs.
    pub fn angle_weights(&self) -> Vec<f64> {
        use std::f64::consts::PI;
        let n = self.angles.len();
        let mut order: Vec<(f64, usize)> = self
            .angles
            .iter()
            .map(|a| a.rem_euclid(PI))
            .zip(0..)
            .collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut weights = vec![PI; n];
        if n > 1 {
            for (place, &(angle, index)) in order.iter().enumerate() {
                let (before, _) = order[(place + n - 1) % n];
                let (after, _) = order[(place + 1) % n];
                let left = if place == 0 {
                    angle + PI - before
                } else {
                    angle - before
                };
                let right = if place + 1 == n {
                    after + PI - angle
                } else {
                    after - angle
                };
                weights[index] = 0.5 * (left + right);
            }
        }
        weights
    }
}

/// Values for every ray of a beam, the offsets running fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Sinogram {
    beam: ParallelBeam,
    values: Vec<f64>,
}

impl Sinogram {
    /// From its values, direction by direction.
    ///
    /// # Errors
    /// Another number of values than rays, values that are not finite.
    pub fn new(beam: ParallelBeam, values: Vec<f64>) -> Result<Self> {
        let rays = beam.angles.len().checked_mul(beam.offsets.len());
        if rays != Some(values.len()) {
            return Err(Error::shape(
                "sinogram",
                format!(
                    "{} directions × {} offsets",
                    beam.angles.len(),
                    beam.offsets.len()
                ),
                values.len(),
            ));
        }
        if let Some((i, found)) = values.iter().enumerate().find(|(_, x)| !x.is_finite()) {
            let n = beam.offsets.len();
            return Err(Error::NotFinite {
                argument: "sinogram".into(),
                position: format!("direction {}, offset {}", i / n, i % n),
                found: *found,
            });
        }
        Ok(Self { beam, values })
    }

    /// The rays.
    pub fn beam(&self) -> &ParallelBeam {
        &self.beam
    }

    /// The values, direction by direction.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The values of each direction in turn.
    pub fn directions(&self) -> std::slice::ChunksExact<'_, f64> {
        self.values.chunks_exact(self.beam.offsets.len())
    }
}
