//! Ellipsoidal coordinates x = c + F u, shared by Gaussians and ellipsoids.

use crate::error::{Error, Result, positive};
use nalgebra::{Cholesky, DMatrix};

/// The map u ↦ c + F u with its inverse; C = F Fᵀ is the shape matrix (covariance).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Frame {
    pub centre: Vec<f64>,
    factor: DMatrix<f64>,
    inverse: DMatrix<f64>,
    /// |det F| = √det C.
    pub volume: f64,
    /// The relative error of the volume.
    volume_error: f64,
    /// tr C.
    trace: f64,
}

impl Frame {
    /// C = r² I.
    pub fn ball(argument: &str, centre: Vec<f64>, radius: f64) -> Result<Self> {
        let radius = positive(&format!("{argument}: radius"), radius)?;
        let axes = vec![radius; centre.len()];
        Self::axes(argument, centre, &axes)
    }

    /// Half-axes along the coordinates.
    pub fn axes(argument: &str, centre: Vec<f64>, axes: &[f64]) -> Result<Self> {
        check_centre(argument, &centre)?;
        if axes.len() != centre.len() {
            return Err(Error::shape(
                format!("{argument}: axes"),
                format!("{} of them", centre.len()),
                axes.len(),
            ));
        }
        for &axis in axes {
            positive(&format!("{argument}: axes"), axis)?;
        }
        let factor = DMatrix::from_diagonal(&axes.to_vec().into());
        let inverse =
            DMatrix::from_diagonal(&axes.iter().map(|a| 1.0 / a).collect::<Vec<_>>().into());
        Self::build(
            argument,
            centre,
            factor,
            inverse,
            axes.iter().product(),
            0.0,
        )
    }

    /// An ellipse with half-axes a and b, the first turned by `angle` from the first coordinate.
    pub fn turned(argument: &str, centre: [f64; 2], axes: [f64; 2], angle: f64) -> Result<Self> {
        let frame = Self::axes(argument, centre.to_vec(), &axes)?;
        crate::error::finite(&format!("{argument}: angle"), angle)?;
        let (s, c) = angle.sin_cos();
        let turn = DMatrix::from_row_slice(2, 2, &[c, -s, s, c]);
        let factor = &turn * &frame.factor;
        let inverse = &frame.inverse * turn.transpose();
        Self::build(argument, frame.centre, factor, inverse, frame.volume, 0.0)
    }

    /// A symmetric positive definite matrix C.
    pub fn covariance(argument: &str, centre: Vec<f64>, c: &DMatrix<f64>) -> Result<Self> {
        check_centre(argument, &centre)?;
        let d = centre.len();
        let wrong = |found: String| {
            Error::invalid(
                format!("{argument}: covariance"),
                format!("a symmetric positive definite {d} × {d} matrix of finite numbers"),
                found,
            )
        };
        if c.shape() != (d, d) {
            return Err(wrong(format!("{} × {}", c.nrows(), c.ncols())));
        }
        if let Some(bad) = c.iter().find(|x| !x.is_finite()) {
            return Err(wrong(bad.to_string()));
        }
        let asymmetry = (c - c.transpose()).amax();
        if asymmetry > 1e-12 * c.amax() {
            return Err(wrong(format!("an asymmetry of {asymmetry:e}")));
        }
        let Some(cholesky) = Cholesky::new(c.clone()) else {
            return Err(wrong("one that is not positive definite".into()));
        };
        let factor = cholesky.l();
        let identity = DMatrix::identity(d, d);
        let inverse = factor
            .solve_lower_triangular(&identity)
            .ok_or_else(|| wrong("a singular one".into()))?;
        let diagonal = factor.diagonal();
        // Cholesky loses ε C_ii of each pivot L_ii², unless nothing was subtracted from it.
        let lost = |i: usize| {
            let pivot = diagonal[i] * diagonal[i];
            if factor.row(i).iter().filter(|x| **x != 0.0).count() > 1 {
                2.0 * d as f64 * f64::EPSILON * c[(i, i)] / pivot
            } else {
                f64::EPSILON
            }
        };
        let error = (0..d).map(lost).sum();
        Self::build(argument, centre, factor, inverse, diagonal.product(), error)
    }

    fn build(
        argument: &str,
        centre: Vec<f64>,
        factor: DMatrix<f64>,
        inverse: DMatrix<f64>,
        volume: f64,
        volume_error: f64,
    ) -> Result<Self> {
        let trace = factor.norm_squared();
        let usable = volume > 0.0 && volume.is_finite() && trace.is_finite() && trace > 0.0;
        if !usable || inverse.iter().any(|x| !x.is_finite()) {
            return Err(Error::invalid(
                argument,
                "a shape whose volume is inside the range of doubles",
                format!("volume {volume:e}"),
            ));
        }
        Ok(Self {
            centre,
            factor,
            inverse,
            volume,
            volume_error: volume_error + 2.0 * f64::EPSILON,
            trace,
        })
    }

    pub fn dim(&self) -> usize {
        self.centre.len()
    }

    /// F⁻¹(x − c), for d coordinates.
    pub fn local(&self, x: &[f64]) -> Vec<f64> {
        let offset: Vec<f64> = x.iter().zip(&self.centre).map(|(x, c)| x - c).collect();
        let rows = self.inverse.row_iter();
        rows.map(|row| row.iter().zip(&offset).map(|(a, b)| a * b).sum())
            .collect()
    }

    /// ‖Fᵀk‖ = √(kᵀCk), with its relative error.
    pub fn stretch(&self, k: &[f64]) -> (f64, f64) {
        let pulled = self.pulled(k);
        let length = pulled.iter().fold(0.0, |r: f64, x| r.hypot(*x));
        let size = k.iter().fold(0.0, |r: f64, x| r.hypot(*x));
        let spread = if length > 0.0 {
            let ratio = size * self.trace.sqrt() / length;
            if self.volume_error > 4.0 * f64::EPSILON {
                // The factor itself carries the rounding of Cholesky, relative to C.
                ratio * ratio
            } else {
                ratio
            }
        } else {
            1.0
        };
        (length, 2.0 * self.dim() as f64 * f64::EPSILON * spread)
    }

    /// Fᵀk.
    fn pulled(&self, k: &[f64]) -> Vec<f64> {
        let columns = self.factor.column_iter();
        columns
            .map(|column| column.iter().zip(k).map(|(a, b)| a * b).sum())
            .collect()
    }

    /// Ck.
    pub fn image(&self, k: &[f64]) -> Vec<f64> {
        let pulled = self.pulled(k);
        let rows = self.factor.row_iter();
        rows.map(|row| row.iter().zip(&pulled).map(|(a, b)| a * b).sum())
            .collect()
    }

    /// C_ij.
    pub fn entry(&self, i: usize, j: usize) -> f64 {
        self.factor.row(i).dot(&self.factor.row(j))
    }

    /// A hyperplane in units of the shape.
    pub fn section(&self, direction: &[f64], offset: f64) -> Section {
        let (width, relative) = self.stretch(direction);
        let shift = dot(direction, &self.centre);
        let size: f64 = direction
            .iter()
            .zip(&self.centre)
            .map(|(a, b)| (a * b).abs())
            .sum();
        let position = (offset - shift) / width;
        Section {
            width,
            position,
            position_error: position.abs() * (relative + f64::EPSILON)
                + f64::EPSILON * self.dim() as f64 * size / width,
            relative: relative + self.volume_error,
        }
    }
}

/// Where a hyperplane cuts a shape.
pub(super) struct Section {
    /// √(ξᵀCξ).
    pub width: f64,
    /// (γ − ⟨ξ, c⟩)/width.
    pub position: f64,
    pub position_error: f64,
    /// The relative error of volume/width.
    pub relative: f64,
}

fn check_centre(argument: &str, centre: &[f64]) -> Result<()> {
    if centre.is_empty() {
        return Err(Error::invalid("dim", "at least 1", 0));
    }
    match centre.iter().find(|c| !c.is_finite()) {
        Some(found) => Err(Error::invalid(
            format!("{argument}: centre"),
            "finite numbers",
            found,
        )),
        None => Ok(()),
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
