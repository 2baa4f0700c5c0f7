//! Splines through a table of samples.

use super::{Piece, PiecewisePolynomial};
use crate::error::{Error, Result};

/// How a table goes on beyond its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extrapolation {
    /// The end values; the spline arrives with slope 0.
    Constant,
    /// Straight lines with the slopes at the ends; the spline arrives with curvature 0, so that
    /// the whole is twice continuously differentiable.
    Linear,
}

impl PiecewisePolynomial {
    /// The cubic spline through (z_i, φ_i), z strictly ascending, twice continuously differentiable
    /// between its ends.
    ///
    /// # Errors
    /// Fewer than two samples, lengths that differ, places not strictly ascending, numbers
    /// that are not finite.
    pub fn cubic_spline(z: &[f64], phi: &[f64], beyond: Extrapolation) -> Result<Self> {
        if z.len() < 2 || z.len() != phi.len() {
            let found = format!("{} and {}", z.len(), phi.len());
            return Err(Error::shape("samples", "two or more z, as many φ", found));
        }
        if let Some(at) = phi.iter().position(|v| !v.is_finite()) {
            return Err(Error::NotFinite {
                argument: "phi".into(),
                position: format!("sample {at} (from 0)"),
                found: phi[at],
            });
        }
        let n = z.len();
        // Checks the places.
        Self::new(z.to_vec(), vec![Piece::new(0.0, vec![]); n + 1])?;
        let step: Vec<f64> = z.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let secant: Vec<f64> = phi
            .windows(2)
            .zip(&step)
            .map(|(pair, h)| (pair[1] - pair[0]) / h)
            .collect();
        let m = curvatures(&step, &secant, beyond);
        let slope = |i: usize| secant[i] - step[i] * (2.0 * m[i] + m[i + 1]) / 6.0;
        let (left, right) = match beyond {
            Extrapolation::Constant => (0.0, 0.0),
            Extrapolation::Linear => (
                slope(0),
                secant[n - 2] + step[n - 2] * (m[n - 2] + 2.0 * m[n - 1]) / 6.0,
            ),
        };
        let third: Vec<f64> = (0..n - 1).map(|i| (m[i + 1] - m[i]) / step[i]).collect();
        let mut pieces = vec![Piece::new(z[0], vec![phi[0], left])];
        for i in 0..n - 1 {
            let coefficients = vec![phi[i], slope(i), 0.5 * m[i], third[i] / 6.0];
            pieces.push(Piece::new(z[i], coefficients));
        }
        pieces.push(Piece::new(z[n - 1], vec![phi[n - 1], right]));
        // Only the third derivative jumps, and at the ends the second where lines are arrived at curved.
        let jumps = (0..n)
            .map(|i| {
                let before = if i == 0 { 0.0 } else { third[i - 1] };
                let after = third.get(i).copied().unwrap_or(0.0);
                let curvature = match i {
                    0 => m[0],
                    _ if i == n - 1 => -m[i],
                    _ => 0.0,
                };
                vec![0.0, 0.0, curvature, after - before]
            })
            .collect();
        Ok(Self::from_parts(z.to_vec(), pieces, jumps))
    }
}

/// The second derivatives at the samples: the tridiagonal system of continuous slopes, whose
/// diagonal dominates.
fn curvatures(step: &[f64], secant: &[f64], beyond: Extrapolation) -> Vec<f64> {
    let n = step.len() + 1;
    let clamped = beyond == Extrapolation::Constant;
    let (mut diagonal, mut right) = (vec![1.0; n], vec![0.0; n]);
    // `above[i]` couples i to i + 1, `below[i]` couples i + 1 to i.
    let (mut above, mut below) = (vec![0.0; n - 1], vec![0.0; n - 1]);
    for i in 1..n - 1 {
        below[i - 1] = step[i - 1];
        diagonal[i] = 2.0 * (step[i - 1] + step[i]);
        above[i] = step[i];
        right[i] = 6.0 * (secant[i] - secant[i - 1]);
    }
    if clamped {
        (diagonal[0], above[0], right[0]) = (2.0 * step[0], step[0], 6.0 * secant[0]);
        let h = step[n - 2];
        (diagonal[n - 1], below[n - 2], right[n - 1]) = (2.0 * h, h, -6.0 * secant[n - 2]);
    }
    for i in 1..n {
        let factor = below[i - 1] / diagonal[i - 1];
        diagonal[i] -= factor * above[i - 1];
        right[i] -= factor * right[i - 1];
    }
    right[n - 1] /= diagonal[n - 1];
    for i in (0..n - 1).rev() {
        right[i] = (right[i] - above[i] * right[i + 1]) / diagonal[i];
    }
    right
}
