//! Line integrals through the pixels of an image, and the exact transpose.
//!
//! A line that is steep in one axis crosses at most two pixels of every column (or row). It is
//! followed column by column; what the two pixels contribute is for [`Pixels`] to say.

use super::threads;
use super::{Image, ParallelBeam, Sinogram};
use crate::error::{Error, Result};
use crate::numerics::wide;
use std::str::FromStr;

/// Adding and subtracting this rounds |t| < 2⁵¹ to the nearest integer, which then stands in the low bits.
const MAGIC: f64 = 6_755_399_441_055_744.0;
/// Angles that share the pass over a column, so that it stays in the first-level cache.
const ANGLES: usize = 16;
/// Rays whose places are computed together.
const STRIP: usize = 64;
/// Beyond this 1/|slope| a line lies in one row, to the last digit.
const FLAT: f64 = 1e300;

/// What an image says between the centres of its pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pixels {
    /// Constant on each pixel: the exact length of the line in each. For means over the pixels.
    #[default]
    Constant,
    /// Followed through the columns (or rows) that it crosses steeply, the line reads in the middle of each the straight line
    /// between the two nearest centres (Joseph, IEEE Trans. Med. Imaging 1, 1982). For point samples.
    Linear,
}

impl FromStr for Pixels {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim() {
            "constant" => Ok(Self::Constant),
            "linear" => Ok(Self::Linear),
            other => Err(Error::UnknownName {
                kind: "reading of pixels",
                name: other.chars().take(40).collect(),
                hint: "constant or linear".into(),
            }),
        }
    }
}

/// One angle in the coordinates of an image whose lanes (columns, or rows) it crosses: the line of offset γ stands in
/// lane j at place first + j·step + γ·scale (in pixels, the padding counted); its two pixels are those on both sides of the
/// integer above that place.
struct Crossing {
    angle: usize,
    first: f64,
    step: f64,
    scale: f64,
    /// The share that a unit of place takes from one pixel to the other: 1/|step| or 1.
    inverse: f64,
    /// The length of a line within a lane.
    length: f64,
}

impl Crossing {
    /// The pixel of smaller index, and its share of the length in this lane; the rest is in the next one.
    #[inline(always)]
    fn share(&self, place: f64) -> (u32, f64) {
        let shifted = place - 0.5 + MAGIC;
        let below = shifted - MAGIC;
        let index = shifted.to_bits() as u32;
        (index, ((below + 1.0 - place) * self.inverse).min(1.0))
    }

    /// Visits every ray with its entry of `values`, its pixel and share: first the places of a strip of rays, which goes through
    /// vector registers, then the visits.
    #[inline(always)]
    fn follow<T>(
        &self,
        base: f64,
        offsets: &[f64],
        values: impl IntoIterator<Item = T>,
        mut visit: impl FnMut(T, usize, f64),
    ) {
        let (mut at, mut shares) = ([0_u32; STRIP], [0.0; STRIP]);
        let mut values = values.into_iter();
        for offsets in offsets.chunks(STRIP) {
            for ((at, share), gamma) in at.iter_mut().zip(&mut shares).zip(offsets) {
                (*at, *share) = self.share(base + gamma * self.scale);
            }
            let places = at.iter().zip(&shares).take(offsets.len());
            // The places first: when they end, no value is taken.
            for ((at, share), value) in places.zip(values.by_ref()) {
                visit(value, *at as usize, *share);
            }
        }
    }

    /// The places in lane j of the offsets that meet it: which offsets, and first + j·step.
    fn rays(&self, lane: usize, offsets: &[f64], pixels: usize) -> (std::ops::Range<usize>, f64) {
        let base = self.first + self.step * lane as f64;
        let end = pixels as f64 + 1.0;
        // place = base + γ·scale in (0, end), γ ascending.
        let range = if self.scale > 0.0 {
            let from = offsets.partition_point(|g| base + g * self.scale <= 0.0);
            let to = offsets.partition_point(|g| base + g * self.scale < end);
            from..to.max(from)
        } else {
            let from = offsets.partition_point(|g| base + g * self.scale >= end);
            let to = offsets.partition_point(|g| base + g * self.scale > 0.0);
            from..to.max(from)
        };
        (range, base)
    }
}

/// The crossings of the angles that are followed along columns (`false`) or along rows (`true`) of an image.
fn crossings(
    model: Pixels,
    beam: &ParallelBeam,
    rows: usize,
    columns: usize,
    spacing: f64,
) -> [Vec<Crossing>; 2] {
    let mut found = [Vec::new(), Vec::new()];
    let [along_columns, along_rows] = &mut found;
    for (angle, theta) in beam.angles().iter().enumerate() {
        let (sin, cos) = theta.sin_cos();
        // In pixels from the upper left corner, column u and row v: (u − columns/2) cos − (v − rows/2) sin = γ/h.
        let steep = sin.abs() >= cos.abs();
        let (lanes, pixels, step, scale) = if steep {
            (columns, rows, cos / sin, -1.0 / (sin * spacing))
        } else {
            (rows, columns, sin / cos, 1.0 / (cos * spacing))
        };
        // Counted from the lower end of what the line covers of a lane; from half a pixel below the middle of it.
        let (below, inverse) = match model {
            Pixels::Constant => (step.min(0.0) + 1.0, (1.0 / step.abs()).min(FLAT)),
            Pixels::Linear => (0.5 * step + 0.5, 1.0),
        };
        let crossing = Crossing {
            angle,
            first: 0.5 * pixels as f64 - 0.5 * lanes as f64 * step + below,
            step,
            scale,
            inverse,
            length: spacing / sin.abs().max(cos.abs()),
        };
        if steep {
            along_columns.push(crossing);
        } else {
            along_rows.push(crossing);
        }
    }
    found
}

fn transposed(pixels: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    let mut out = Vec::with_capacity(pixels.len());
    for j in 0..columns {
        out.extend(pixels.iter().skip(j).step_by(columns));
    }
    debug_assert_eq!(out.len(), rows * columns);
    out
}

/// The Radon transform of an image: the exact integral of the function that is constant on every pixel, along every
/// line of the beam. (A line along the border of two pixels counts for one of them.) The same as
/// [`Pixels::project`] of [`Pixels::Constant`].
///
/// # Errors
/// Sums that overflow.
pub fn project(image: &Image, beam: &ParallelBeam) -> Result<Sinogram> {
    Pixels::Constant.project(image, beam)
}

/// The adjoint of [`project`].
///
/// # Errors
/// An image without pixels, a spacing that is not > 0.
pub fn back_project(
    sinogram: &Sinogram,
    rows: usize,
    columns: usize,
    spacing: f64,
) -> Result<Image> {
    Pixels::Constant.back_project(sinogram, rows, columns, spacing)
}

impl Pixels {
    /// The Radon transform of an image along every line of the beam.
    ///
    /// # Accuracy
    /// Rounding, some 1e−14 of the longest sum. Of the transform of the sampled function it is as good as the pixels are: see
    /// `docs/accuracy/radon.md`.
    ///
    /// # Errors
    /// Sums that overflow.
    pub fn project(self, image: &Image, beam: &ParallelBeam) -> Result<Sinogram> {
        let (rows, columns) = (image.rows(), image.columns());
        let offsets = beam.offsets();
        let columnwise = transposed(image.pixels(), rows, columns);
        let [steep, shallow] = crossings(self, beam, rows, columns, image.spacing());
        let mut values = vec![0.0; beam.angles().len() * offsets.len()];
        let mut sinks: Vec<Option<&mut [f64]>> =
            values.chunks_exact_mut(offsets.len()).map(Some).collect();
        let mut tasks = Vec::new();
        for (crossings, lanes, pixels) in [
            (&steep, &columnwise[..], rows),
            (&shallow, image.pixels(), columns),
        ] {
            for group in crossings.chunks(ANGLES) {
                let rows_of = group.iter().filter_map(|crossing| {
                    let sink = sinks.get_mut(crossing.angle)?.take()?;
                    Some((crossing, sink))
                });
                tasks.push((rows_of.collect::<Vec<_>>(), lanes, pixels));
            }
        }
        threads::for_each(tasks, |(mut sinks, lanes, pixels)| {
            // [p_{i}, p_{i−1} − p_{i}] with a zero beyond either end.
            let mut pairs = vec![[0.0; 2]; pixels + 1];
            for (j, lane) in lanes.chunks_exact(pixels).enumerate() {
                let mut before = 0.0;
                for (pair, &pixel) in pairs.iter_mut().zip(lane.iter().chain(&[0.0])) {
                    *pair = [pixel, before - pixel];
                    before = pixel;
                }
                for (crossing, sink) in &mut sinks {
                    let (range, base) = crossing.rays(j, offsets, pixels);
                    let (Some(sink), Some(offsets)) =
                        (sink.get_mut(range.clone()), offsets.get(range))
                    else {
                        continue;
                    };
                    wide(|| {
                        crossing.follow(
                            base,
                            offsets,
                            sink.iter_mut(),
                            |sum: &mut f64, index, share| {
                                if let Some([pixel, step]) = pairs.get(index) {
                                    *sum += pixel + share * step;
                                }
                            },
                        );
                    });
                }
            }
            for (crossing, sink) in sinks {
                sink.iter_mut().for_each(|value| *value *= crossing.length);
            }
        });
        Sinogram::new(beam.clone(), values)
    }

    /// The adjoint of [`Pixels::project`]: the image with ⟨project(f), g⟩ = ⟨f, back_project(g)⟩, plain sums over rays and pixels.
    /// It is the exact transpose: the same shares of the same lines in the same pixels.
    ///
    /// # Errors
    /// An image without pixels, a spacing that is not > 0.
    pub fn back_project(
        self,
        sinogram: &Sinogram,
        rows: usize,
        columns: usize,
        spacing: f64,
    ) -> Result<Image> {
        let count = rows
            .checked_mul(columns)
            .filter(|n| *n > 0 && *n <= 1 << 31)
            .ok_or_else(|| {
                Error::invalid(
                    "image",
                    "between 1 and 2^31 pixels",
                    format!("{rows} × {columns}"),
                )
            })?;
        Image::new(1, 1, spacing, vec![0.0])?;
        let beam = sinogram.beam();
        let offsets = beam.offsets();
        let [steep, shallow] = crossings(self, beam, rows, columns, spacing);
        let mut columnwise = vec![0.0; count];
        let mut rowwise = vec![0.0; count];
        let scatter = |crossings: &[Crossing], pixels: usize, lanes: &mut [f64]| {
            let tasks: Vec<(usize, &mut [f64])> =
                lanes.chunks_exact_mut(pixels).enumerate().collect();
            threads::for_each(tasks, |(j, lane)| {
                let mut pairs = vec![[0.0; 2]; pixels + 1];
                for crossing in crossings {
                    let start = crossing.angle * offsets.len();
                    let (range, base) = crossing.rays(j, offsets, pixels);
                    let source = sinogram
                        .values()
                        .get(start + range.start..start + range.end);
                    let (Some(source), Some(offsets)) = (source, offsets.get(range)) else {
                        continue;
                    };
                    wide(|| {
                        crossing.follow(base, offsets, source, |value, index, share| {
                            if let Some([here, before]) = pairs.get_mut(index) {
                                let value = value * crossing.length;
                                *before += share * value;
                                *here += (1.0 - share) * value;
                            }
                        });
                    });
                }
                for (pixel, (here, next)) in
                    lane.iter_mut().zip(pairs.iter().zip(pairs.iter().skip(1)))
                {
                    *pixel = here[0] + next[1];
                }
            });
        };
        scatter(&steep, rows, &mut columnwise);
        scatter(&shallow, columns, &mut rowwise);
        let turned = transposed(&columnwise, columns, rows);
        for (pixel, other) in rowwise.iter_mut().zip(turned) {
            *pixel += other;
        }
        Image::new(rows, columns, spacing, rowwise)
    }
}
