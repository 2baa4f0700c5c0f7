//! α along one direction.

use super::super::waves;
use super::pieces::{Piece, Rotations};
use super::tail::Tail;
use crate::numerics::Estimate;
use num_complex::Complex64;
use std::cell::OnceCell;

/// The step, times 1/band, with which the end of α is looked for: below π nothing of that band can hide.
const STEP: f64 = 2.0;
/// The expansion far out takes over as soon as it is as good as this, or as the sum of waves.
const AS_GOOD: f64 = 1e-13;

/// γ ↦ α(γ) as a sum of waves, and far out by its expansion where that is known.
pub(super) struct Line<'s> {
    rotations: &'s Rotations,
    coefficients: Vec<Complex64>,
    /// The pieces within reach, made where they are asked for, the first at this index.
    pieces: Vec<OnceCell<Option<Piece>>>,
    first: i64,
    floor: f64,
    /// Σ|c|ω: what a rounded phase loses per unit of offset, in units of ε.
    slope: f64,
    reach: f64,
    band: f64,
    centres: Vec<f64>,
    tail: Option<Tail>,
    /// From where on the expansion is used.
    seam: f64,
}

/// How far out α is seen above its error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visible {
    pub low: f64,
    pub high: f64,
    /// Whether it is still seen there: waves are not resolved beyond.
    pub open: (bool, bool),
}

impl<'s> Line<'s> {
    pub fn new(
        rotations: &'s Rotations,
        coefficients: Vec<Complex64>,
        floor: f64,
        reach: f64,
        band: f64,
        centres: Vec<f64>,
        tail: Option<Tail>,
    ) -> Self {
        let cells = coefficients.iter().zip(&rotations.frequencies);
        let slope = cells.map(|(c, omega)| c.norm() * omega).sum();
        let floor = floor + 4.0 * f64::EPSILON * waves::size(&coefficients);
        let (first, last) = (rotations.index(-reach), rotations.index(reach));
        let mut line = Self {
            rotations,
            coefficients,
            pieces: (first..=last).map(|_| OnceCell::new()).collect(),
            first,
            floor,
            slope,
            reach,
            band,
            centres,
            tail: None,
            seam: reach,
        };
        if let Some(tail) = tail {
            line.join(tail);
        }
        line
    }

    /// Finds where the expansion takes over.
    fn join(&mut self, tail: Tail) {
        let farthest = self.centres.iter().fold(0.0, |m: f64, c| m.max(c.abs()));
        let mut seam = farthest + 16.0 / self.band;
        let good = |at: f64| {
            [at, -at].into_iter().all(|u| {
                let far = tail.at(u);
                far.error <= self.lost(u).max(AS_GOOD * far.value.abs())
            })
        };
        while seam < self.reach && !good(seam) {
            seam *= 1.1;
        }
        // Both must tell the same.
        let seam = seam.min(self.reach);
        let agree = [seam, -seam, self.reach, -self.reach].into_iter().all(|u| {
            let (near, far) = (self.waves(u), tail.at(u));
            (near.value - far.value).abs() <= near.error + far.error
        });
        if agree {
            self.seam = seam;
            self.tail = Some(tail);
        }
    }

    fn waves(&self, offset: f64) -> Estimate {
        let index = self.rotations.index(offset);
        let slot = usize::try_from(index - self.first).ok();
        let piece = slot.and_then(|i| self.pieces.get(i)).and_then(|slot| {
            slot.get_or_init(|| self.rotations.piece(&self.coefficients, index))
                .as_ref()
        });
        let value = match piece {
            Some(piece) => self.rotations.at(piece, index, offset),
            None => waves::sum(&self.rotations.frequencies, &self.coefficients, offset),
        };
        Estimate::new(value, self.lost(offset))
    }

    /// The error of the sum of waves.
    fn lost(&self, offset: f64) -> f64 {
        self.floor + f64::EPSILON * self.slope * offset.abs()
    }

    /// α(γ), for |γ| up to the seam or, with an expansion, everywhere.
    pub fn at(&self, offset: f64) -> Estimate {
        match &self.tail {
            Some(tail) if offset.abs() > self.seam => tail.at(offset),
            _ => self.waves(offset),
        }
    }

    /// Whether α is known at all offsets.
    pub fn known_far_out(&self) -> bool {
        self.tail.is_some()
    }

    /// The length on which α changes.
    pub fn unit(&self) -> f64 {
        1.0 / self.band
    }

    /// Places around which α lies.
    pub fn centres(&self) -> &[f64] {
        &self.centres
    }

    /// The range in which α is seen above its error; none where it is not seen at all.
    pub fn visible(&self) -> Option<Visible> {
        if self.tail.is_some() {
            return Some(Visible {
                low: -self.seam,
                high: self.seam,
                open: (true, true),
            });
        }
        let step = STEP / self.band;
        let count = (2.0 * self.seam / step).ceil() as usize;
        let place = |i: usize| -self.seam + 2.0 * self.seam * i as f64 / count as f64;
        let seen = |i: &usize| {
            let alpha = self.waves(place(*i));
            alpha.value.abs() > 2.0 * alpha.error
        };
        let first = (0..=count).find(seen)?;
        let last = (0..=count).rev().find(seen)?;
        let margin = count / 16;
        Some(Visible {
            low: place(first.saturating_sub(1)),
            high: place((last + 1).min(count)),
            open: (first <= margin, last >= count - margin),
        })
    }
}
