//! Linear combinations, affine changes of variable, ridge functions.

use super::frame::dot;
use super::{FrequencyFunction, RidgePart, Target, TargetRadon, TargetSpectrum};
use crate::error::{Error, Result, finite};
use nalgebra::{DMatrix, DVector};
use num_complex::Complex64;
use std::fmt;
use std::sync::Arc;

/// Σ c f.
#[derive(Clone, Debug)]
pub struct Combination {
    terms: Vec<(f64, Arc<dyn Target>)>,
    dim: usize,
}

impl Combination {
    /// The sum of these multiples.
    ///
    /// # Errors
    /// No terms, targets of different dimensions, coefficients that are not finite.
    pub fn new(terms: Vec<(f64, Arc<dyn Target>)>) -> Result<Self> {
        let dim = terms.first().map_or(0, |(_, target)| target.dim());
        if dim == 0 {
            return Err(Error::invalid("combination", "at least one target", "none"));
        }
        for (coefficient, target) in &terms {
            finite("combination: coefficient", *coefficient)?;
            if target.dim() != dim {
                return Err(Error::shape(
                    "combination",
                    format!("functions on R^{dim}"),
                    format!("{} on R^{}", target.name(), target.dim()),
                ));
            }
        }
        Ok(Self { terms, dim })
    }
}

impl Target for Combination {
    fn name(&self) -> String {
        let terms = self.terms.iter();
        let terms: Vec<String> = terms.map(|(c, f)| format!("{c}·[{}]", f.name())).collect();
        terms.join(" + ")
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn value(&self, x: &[f64]) -> f64 {
        self.terms.iter().map(|(c, f)| c * f.value(x)).sum()
    }

    fn spectrum(&self) -> TargetSpectrum<'_> {
        let spectra: Vec<TargetSpectrum> = self.terms.iter().map(|(_, f)| f.spectrum()).collect();
        if spectra.iter().all(is_function) {
            return TargetSpectrum::Function(self);
        }
        let mut all = Vec::new();
        for ((c, f), spectrum) in self.terms.iter().zip(spectra) {
            let TargetSpectrum::Atoms(atoms) = spectrum else {
                return TargetSpectrum::Unknown {
                    reason: format!(
                        "the transform of {} is a sum of functions and measures ({})",
                        self.name(),
                        f.name()
                    ),
                };
            };
            all.extend(atoms.into_iter().map(|mut atom| {
                atom.coefficient *= *c;
                atom
            }));
        }
        TargetSpectrum::Atoms(all)
    }

    fn radon(&self) -> TargetRadon<'_> {
        TargetRadon::Sum(self.terms.iter().map(|(c, f)| (*c, f.as_ref())).collect())
    }
}

fn is_function(spectrum: &TargetSpectrum) -> bool {
    match spectrum {
        TargetSpectrum::Radial { constant, .. } => *constant == 0.0,
        TargetSpectrum::Function(_) => true,
        _ => false,
    }
}

impl FrequencyFunction for Combination {
    fn at(&self, k: &[f64]) -> (Complex64, f64) {
        let (mut sum, mut error) = (Complex64::default(), 0.0);
        for (c, f) in &self.terms {
            let (value, bound) = f
                .spectrum()
                .density(k)
                .unwrap_or((Complex64::new(f64::NAN, 0.0), f64::INFINITY));
            sum += value * *c;
            error += c.abs() * (bound + f64::EPSILON * value.norm());
        }
        (sum, error)
    }
}

/// x ↦ Ax + b with A invertible.
#[derive(Clone, Debug, PartialEq)]
pub struct AffineMap {
    inverse_transpose: DMatrix<f64>,
    matrix: DMatrix<f64>,
    shift: DVector<f64>,
    determinant: f64,
    /// Σ|A⁻¹||A|: what a solution with A may lose.
    condition: f64,
}

impl AffineMap {
    /// With the matrix A and the vector b.
    ///
    /// # Errors
    /// A that is not square or singular to working precision, b of another dimension, numbers that
    /// are not finite.
    pub fn new(matrix: DMatrix<f64>, shift: DVector<f64>) -> Result<Self> {
        let d = matrix.nrows();
        if d == 0 || matrix.ncols() != d || shift.len() != d {
            return Err(Error::shape(
                "affine map",
                "a square matrix and a vector of the same dimension ≥ 1",
                format!("{d} × {} and {}", matrix.ncols(), shift.len()),
            ));
        }
        if let Some(bad) = matrix.iter().chain(shift.iter()).find(|x| !x.is_finite()) {
            return Err(Error::invalid("affine map", "finite numbers", bad));
        }
        let determinant = matrix.determinant().abs();
        let inverse = matrix.clone().try_inverse();
        let singular = |condition| Error::Singular {
            what: "affine map".into(),
            condition,
            hint: "its matrix must be invertible".into(),
        };
        let Some(inverse) = inverse.filter(|_| determinant > 0.0 && determinant.is_finite()) else {
            return Err(singular(f64::INFINITY));
        };
        let condition = inverse.norm() * matrix.norm();
        if !condition.is_finite() || condition > 1e14 {
            return Err(singular(condition));
        }
        Ok(Self {
            inverse_transpose: inverse.transpose(),
            matrix,
            shift,
            determinant,
            condition,
        })
    }

    /// d.
    pub fn dim(&self) -> usize {
        self.shift.len()
    }

    /// Ax + b.
    pub fn apply(&self, x: &[f64]) -> Vec<f64> {
        let rows = self.matrix.row_iter().zip(self.shift.iter());
        rows.map(|(row, b)| row.iter().zip(x).map(|(a, x)| a * x).sum::<f64>() + b)
            .collect()
    }

    /// A^{−T}k.
    pub fn pull_back(&self, k: &[f64]) -> Vec<f64> {
        let rows = self.inverse_transpose.row_iter();
        rows.map(|row| row.iter().zip(k).map(|(a, k)| a * k).sum())
            .collect()
    }

    /// |det A|.
    pub fn determinant(&self) -> f64 {
        self.determinant
    }

    /// b.
    pub fn shift(&self) -> &[f64] {
        self.shift.as_slice()
    }

    /// A bound on the relative error of [`AffineMap::pull_back`] and of the determinant.
    pub fn relative_error(&self) -> f64 {
        // Orthogonal and diagonal matrices are exact to rounding.
        4.0 * self.dim() as f64 * f64::EPSILON * self.condition
    }
}

/// f(Ax + b): Rg(ξ,γ) = Rf(η/‖η‖, (γ + ⟨η,b⟩)/‖η‖)/(|det A| ‖η‖) with η = A^{−T}ξ, and
/// ĝ(k) = e^{i⟨A^{−T}k, b⟩} f̂(A^{−T}k)/|det A|.
#[derive(Clone, Debug)]
pub struct Transformed {
    inner: Arc<dyn Target>,
    map: AffineMap,
}

impl Transformed {
    /// The function x ↦ f(Ax + b).
    ///
    /// # Errors
    /// A map of another dimension.
    pub fn new(inner: Arc<dyn Target>, map: AffineMap) -> Result<Self> {
        if inner.dim() == map.dim() {
            Ok(Self { inner, map })
        } else {
            Err(Error::shape(
                "affine map",
                format!("dimension {}", inner.dim()),
                map.dim(),
            ))
        }
    }
}

impl Target for Transformed {
    fn name(&self) -> String {
        format!("[{}] of an affine map", self.inner.name())
    }

    fn dim(&self) -> usize {
        self.inner.dim()
    }

    fn value(&self, x: &[f64]) -> f64 {
        if x.len() == self.dim() {
            self.inner.value(&self.map.apply(x))
        } else {
            f64::NAN
        }
    }

    fn spectrum(&self) -> TargetSpectrum<'_> {
        if is_function(&self.inner.spectrum()) {
            TargetSpectrum::Function(self)
        } else {
            TargetSpectrum::Unknown {
                reason: format!("the transform of {} is no function", self.inner.name()),
            }
        }
    }

    fn radon(&self) -> TargetRadon<'_> {
        TargetRadon::Affine {
            inner: self.inner.as_ref(),
            map: &self.map,
        }
    }
}

impl FrequencyFunction for Transformed {
    fn at(&self, k: &[f64]) -> (Complex64, f64) {
        let pulled = self.map.pull_back(k);
        let Some((value, error)) = self.inner.spectrum().density(&pulled) else {
            return (Complex64::new(f64::NAN, 0.0), f64::INFINITY);
        };
        let phase = dot(&pulled, self.map.shift());
        // f̂ at a frequency that is off by its own relative error.
        let moved = self.map.relative_error();
        let nudged: Vec<f64> = pulled.iter().map(|x| x * (1.0 + moved)).collect();
        let slope = self
            .inner
            .spectrum()
            .density(&nudged)
            .map_or(0.0, |(other, _)| (other - value).norm());
        let size: f64 = pulled
            .iter()
            .zip(self.map.shift())
            .map(|(a, b)| (a * b).abs())
            .sum();
        let relative = moved * (1.0 + size) + 4.0 * f64::EPSILON * (1.0 + size);
        let total = (error + 2.0 * slope + relative * value.norm()) / self.map.determinant();
        (
            Complex64::from_polar(1.0, phase) * value / self.map.determinant(),
            total,
        )
    }
}

/// g(⟨u, x⟩), u a unit vector.
#[derive(Clone)]
pub struct Ridge {
    name: String,
    direction: Vec<f64>,
    profile: Arc<dyn Fn(f64) -> f64 + Send + Sync>,
}

impl fmt::Debug for Ridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ridge")
            .field("name", &self.name)
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}

impl Ridge {
    /// Along `direction`, which is normalised.
    ///
    /// # Errors
    /// A direction that is zero, not finite or without coordinates.
    pub fn new(
        name: impl Into<String>,
        direction: &[f64],
        profile: impl Fn(f64) -> f64 + Send + Sync + 'static,
    ) -> Result<Self> {
        let length = super::norm(direction, direction.len());
        if !(length > 0.0 && length.is_finite()) {
            return Err(Error::invalid(
                "ridge: direction",
                "a finite vector that is not 0",
                format!("{direction:?}"),
            ));
        }
        Ok(Self {
            name: name.into(),
            direction: direction.iter().map(|x| x / length).collect(),
            profile: Arc::new(profile),
        })
    }
}

impl Target for Ridge {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn dim(&self) -> usize {
        self.direction.len()
    }

    fn value(&self, x: &[f64]) -> f64 {
        if x.len() == self.dim() {
            (self.profile)(dot(&self.direction, x))
        } else {
            f64::NAN
        }
    }

    fn spectrum(&self) -> TargetSpectrum<'_> {
        TargetSpectrum::Unknown {
            reason: format!(
                "{} is a ridge function: its transform is concentrated on a line",
                self.name
            ),
        }
    }

    fn radon(&self) -> TargetRadon<'_> {
        TargetRadon::Ridges(vec![RidgePart {
            direction: self.direction.clone(),
            profile: Box::new(|t| (self.profile)(t)),
        }])
    }
}
