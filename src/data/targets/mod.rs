//! Functions to be learned whose Fourier and Radon transforms are known.
//!
//! The convention is f̂(k) = ∫ f(x) e^{−ik·x} dx, f(x) = (2π)^{−d} ∫ f̂(k) e^{ik·x} dk.

mod combination;
mod doppler;
mod ellipsoid;
mod frame;
mod function;
mod gaussian;
mod notation;
mod phantom;
mod polynomial;
mod radon;
mod ring;
mod sines;
mod spectrum;
mod step;

use super::{Dataset, Points};
use crate::error::Result;
use nalgebra::DVector;
use std::fmt::Debug;

pub use combination::{AffineMap, Combination, Ridge, Transformed};
pub use doppler::Doppler;
pub use ellipsoid::Ellipsoid;
pub use function::FunctionTarget;
pub use gaussian::Gaussian;
pub use notation::{TargetEntry, parse_target, targets};
pub use phantom::SheppLogan;
pub use polynomial::{GaussianPolynomial, Monomial};
pub use radon::{HyperplaneIntegral, RidgePart, TargetRadon};
pub use ring::BesselRing;
pub use sines::{Sine, Sines};
pub use spectrum::{Atom, FrequencyFunction, RadialProfile, TargetSpectrum};
pub use step::RadialStep;

/// A real function on R^d with what is known of its Fourier transform.
pub trait Target: Debug + Send + Sync {
    /// What it is called, in the notation that [`parse_target`] reads.
    fn name(&self) -> String;

    /// The dimension d of its points.
    fn dim(&self) -> usize;

    /// f(x), for d finite coordinates. (NaN for another number of them.)
    fn value(&self, x: &[f64]) -> f64;

    /// Its Fourier transform.
    fn spectrum(&self) -> TargetSpectrum<'_>;

    /// Its Radon transform; not known unless the target says otherwise.
    fn radon(&self) -> TargetRadon<'_> {
        TargetRadon::Unknown {
            reason: format!("{} is given by its values only", self.name()),
        }
    }

    /// The data set of its values at these points.
    ///
    /// # Errors
    /// Points of another dimension; a value that is not finite.
    fn sample_on(&self, points: &Points) -> Result<Dataset> {
        points.expect_dim("points", self.dim())?;
        let values = points.iter().map(|x| self.value(x));
        let values = DVector::from_iterator(points.len(), values);
        Dataset::new(points.clone(), values)
    }
}

/// ‖x‖ for d coordinates, NaN for another number of them.
fn norm(x: &[f64], dim: usize) -> f64 {
    if x.len() == dim {
        x.iter().fold(0.0, |r: f64, x| r.hypot(*x))
    } else {
        f64::NAN
    }
}
