//! Filtered back-projection.

use super::threads;
use super::{Image, RampFilter, Sinogram, Window};
use crate::error::{Error, Result, positive};
use crate::numerics::wide;
use std::f64::consts::TAU;

/// How the filtered projections are read between their samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Interpolation {
    /// Straight lines.
    Linear,
    /// The cubic polynomial through the four nearest samples.
    #[default]
    Cubic,
}

/// f from its sinogram: f = (1/4π) R*[|∂_γ| Rf], the inversion formula for d = 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FilteredBackProjection {
    /// The window of the ramp filter.
    pub window: Window,
    /// How filtered projections are read.
    pub interpolation: Interpolation,
}

/// Adding and subtracting this rounds to the nearest integer; see the projection.
const MAGIC: f64 = 6_755_399_441_055_744.0;
/// Pixels whose places are computed together.
const STRIP: usize = 64;
/// Image rows that share the pass over a filtered projection.
const ROWS: usize = 16;
/// Samples kept beyond the reach of the image, for the cubic.
const SPARE: usize = 3;

impl FilteredBackProjection {
    /// The image of this size. Offsets must be equally spaced; angles may be any, each weighted by the part of the
    /// half circle it stands for. Beyond the offsets the transform counts as 0.
    ///
    /// # Errors
    /// Offsets that are not equally spaced, an image without pixels, a spacing that is not > 0.
    pub fn reconstruct(
        &self,
        sinogram: &Sinogram,
        rows: usize,
        columns: usize,
        spacing: f64,
    ) -> Result<Image> {
        let spacing = positive("spacing", spacing)?;
        let pixels = rows
            .checked_mul(columns)
            .filter(|n| *n > 0 && *n <= 1 << 31);
        let Some(pixels) = pixels else {
            return Err(Error::invalid(
                "image",
                "between 1 and 2^31 pixels",
                format!("{rows} × {columns}"),
            ));
        };
        let beam = sinogram.beam();
        let step = beam.spacing()?;
        let (Some(first), Some(last)) = (beam.offsets().first(), beam.offsets().last()) else {
            return Err(Error::invalid("offsets", "at least 2", 0));
        };
        let corner = 0.5 * (rows as f64).hypot(columns as f64) * spacing;
        let missing = (corner - last).max(corner + first).max(0.0) / step;
        if missing > 1e8 {
            return Err(Error::invalid(
                "spacing",
                "an image no larger than 10^8 offsets",
                spacing,
            ));
        }
        let margin = missing.ceil() as usize + SPARE;
        let filter = RampFilter::new(beam.offsets().len(), margin, step, 1, self.window)?;
        let tables = self.tables(sinogram, &filter)?;
        let start = first - margin as f64 * step;
        let mut image = vec![0.0; pixels];
        let blocks: Vec<(usize, &mut [f64])> =
            image.chunks_mut(ROWS * columns).enumerate().collect();
        let places: Vec<f64> = (0..columns).map(|j| j as f64).collect();
        let (half_width, half_height) = (0.5 * (columns as f64 - 1.0), 0.5 * (rows as f64 - 1.0));
        threads::for_each(blocks, |(block, pixels)| {
            for (theta, table) in beam.angles().iter().zip(&tables) {
                let (sin, cos) = theta.sin_cos();
                let slope = cos * spacing / step;
                for (i, row) in pixels.chunks_exact_mut(columns).enumerate() {
                    let y = (half_height - (block * ROWS + i) as f64) * spacing;
                    let x = -half_width * spacing;
                    let origin = (x * cos + y * sin - start) / step;
                    table.add(origin, slope, &places, row);
                }
            }
        });
        Image::new(rows, columns, spacing, image)
    }

    /// The filtered projections as piecewise polynomials, times weight/2π.
    fn tables(&self, sinogram: &Sinogram, filter: &RampFilter) -> Result<Vec<Table>> {
        let weights = sinogram.beam().angle_weights();
        let projections: Vec<&[f64]> = sinogram.directions().collect();
        let mut tables: Vec<Table> = weights.iter().map(|_| Table::Linear(Vec::new())).collect();
        let tasks: Vec<_> = tables
            .chunks_mut(2)
            .zip(projections.chunks(2).zip(weights.chunks(2)))
            .collect();
        threads::for_each(tasks, |(tables, (rows, weights))| {
            let (Some(a), Some(b)) = (rows.first(), rows.last()) else {
                return;
            };
            // The rows have the filter's length: there is nothing it could refuse.
            let Ok((a, b)) = filter.pair(a, b) else {
                return;
            };
            for ((table, row), weight) in tables.iter_mut().zip([a, b]).zip(weights) {
                *table = Table::new(self.interpolation, &row, weight / TAU);
            }
        });
        Ok(tables)
    }
}

/// A piecewise polynomial with unit pieces.
enum Table {
    /// a + b t on piece i, t counted from 0.
    Linear(Vec<[f64; 2]>),
    /// a + b s + c s² + d s³ on piece i, s = t − i − ½.
    Cubic(Vec<[f64; 4]>),
}

impl Table {
    fn new(interpolation: Interpolation, row: &[f64], factor: f64) -> Self {
        match interpolation {
            Interpolation::Linear => {
                let pieces = row.windows(2).enumerate().map(|(i, pair)| {
                    let (p, q) = (factor * pair[0], factor * pair[1]);
                    [p - i as f64 * (q - p), q - p]
                });
                Self::Linear(pieces.collect())
            }
            Interpolation::Cubic => {
                let piece = |w: &[f64]| {
                    let [p, q, r, s] = [w[0], w[1], w[2], w[3]].map(|x| x * factor);
                    // Through (−3/2, p), (−1/2, q), (1/2, r), (3/2, s).
                    let (even, outer) = (0.5 * (q + r), 0.5 * (p + s));
                    let (odd, wide) = (r - q, s - p);
                    let square = 0.5 * (outer - even);
                    let cube = (wide - 3.0 * odd) / 6.0;
                    [even - 0.25 * square, odd - 0.25 * cube, square, cube]
                };
                let first = [[0.0; 4]];
                let pieces = row.windows(4).map(piece);
                Self::Cubic(first.into_iter().chain(pieces).collect())
            }
        }
    }

    /// row[j] += table(origin + slope·j).
    fn add(&self, origin: f64, slope: f64, places: &[f64], row: &mut [f64]) {
        match self {
            Self::Linear(pieces) => wide(|| {
                add(row, places, origin, slope, |at, t, _| {
                    pieces.get(at).map_or(0.0, |[a, b]| a + b * t)
                });
            }),
            Self::Cubic(pieces) => wide(|| {
                add(row, places, origin, slope, |at, _, s| {
                    let piece = pieces.get(at);
                    piece.map_or(0.0, |[a, b, c, d]| a + s * (b + s * (c + s * d)))
                });
            }),
        }
    }
}

/// row[j] += piece(i, t, s), t = origin + slope·j, i the integer next to t − ½ and s their difference: first the places of
/// a strip of pixels, which goes through vector registers, then their values.
#[inline(always)]
fn add(
    row: &mut [f64],
    places: &[f64],
    origin: f64,
    slope: f64,
    piece: impl Fn(usize, f64, f64) -> f64,
) {
    let (mut at, mut whole, mut part) = ([0_u32; STRIP], [0.0; STRIP], [0.0; STRIP]);
    for (pixels, places) in row.chunks_mut(STRIP).zip(places.chunks(STRIP)) {
        let slots = at.iter_mut().zip(whole.iter_mut().zip(part.iter_mut()));
        for ((at, (whole, part)), j) in slots.zip(places) {
            let t = origin + slope * j;
            let moved = t - 0.5;
            let shifted = moved + MAGIC;
            *at = shifted.to_bits() as u32;
            *whole = t;
            *part = moved - (shifted - MAGIC);
        }
        for ((pixel, at), (t, s)) in pixels.iter_mut().zip(&at).zip(whole.iter().zip(&part)) {
            *pixel += piece(*at as usize, *t, *s);
        }
    }
}
