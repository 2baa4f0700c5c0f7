//! Rays with a width, as detectors have one: means of line integrals across it.

use super::{Image, ParallelBeam, Pixels, Sinogram};
use crate::error::{Error, Result, positive};

/// Projection along strips of a width w: (1/w)∫_{γ−w/2}^{γ+w/2} Rf(ξ, t) dt by the midpoint rule of some lines.
///
/// A strip about as wide as a pixel averages out where samples lie on either side of an edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Strips {
    /// How far each line is from the middle.
    shifts: Vec<f64>,
}

impl Strips {
    /// Strips of a width, in units of the offsets, of so many lines each.
    ///
    /// # Errors
    /// A width that is not > 0 and finite, no lines.
    pub fn new(width: f64, lines: usize) -> Result<Self> {
        let width = positive("width", width)?;
        if lines == 0 {
            return Err(Error::invalid("lines", "at least 1", lines));
        }
        let part = width / lines as f64;
        let shift = |k: usize| part * (k as f64 - 0.5 * (lines - 1) as f64);
        Ok(Self {
            shifts: (0..lines).map(shift).collect(),
        })
    }

    /// The mean over the lines of each strip; offsets are those of the strips' middles.
    ///
    /// # Errors
    /// Those of [`Pixels::project`].
    pub fn project(&self, pixels: Pixels, image: &Image, beam: &ParallelBeam) -> Result<Sinogram> {
        let mut sums = vec![0.0; beam.angles().len() * beam.offsets().len()];
        for beam in self.beams(beam) {
            let lines = pixels.project(image, &beam?)?;
            for (sum, value) in sums.iter_mut().zip(lines.values()) {
                *sum += value;
            }
        }
        let count = self.shifts.len() as f64;
        sums.iter_mut().for_each(|sum| *sum /= count);
        Sinogram::new(beam.clone(), sums)
    }

    /// The adjoint of [`Strips::project`], its exact transpose.
    ///
    /// # Errors
    /// Those of [`Pixels::back_project`].
    pub fn back_project(
        &self,
        pixels: Pixels,
        sinogram: &Sinogram,
        rows: usize,
        columns: usize,
        spacing: f64,
    ) -> Result<Image> {
        let mut sums = Vec::new();
        for beam in self.beams(sinogram.beam()) {
            let lines = Sinogram::new(beam?, sinogram.values().to_vec())?;
            let image = pixels.back_project(&lines, rows, columns, spacing)?;
            sums.resize(image.pixels().len(), 0.0);
            for (sum, value) in sums.iter_mut().zip(image.pixels()) {
                *sum += value;
            }
        }
        let count = self.shifts.len() as f64;
        sums.iter_mut().for_each(|sum| *sum /= count);
        Image::new(rows, columns, spacing, sums)
    }

    /// The first lines of all strips, the second, …
    fn beams(&self, beam: &ParallelBeam) -> impl Iterator<Item = Result<ParallelBeam>> {
        self.shifts.iter().map(|shift| {
            let offsets = beam.offsets().iter().map(|offset| offset + shift);
            ParallelBeam::new(beam.angles().to_vec(), offsets.collect())
        })
    }
}
