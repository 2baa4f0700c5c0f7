//! Hidden neurons drawn or given, in either system of coordinates.

use crate::error::{Error, Result};
use nalgebra::{DMatrix, DVector};

/// m hidden neurons of R^d.
#[derive(Clone, Debug, PartialEq)]
pub enum Neurons {
    /// z = s(⟨ξ,x⟩ − γ).
    RadonSpline {
        /// The unit vectors ξ, as the columns of a d × m matrix.
        directions: DMatrix<f64>,
        /// The offsets γ.
        offsets: DVector<f64>,
        /// The scales s.
        scales: DVector<f64>,
    },
    /// z = ⟨w,x⟩ − b.
    Standard {
        /// The weight vectors w, as the columns of a d × m matrix.
        weights: DMatrix<f64>,
        /// The biases b.
        biases: DVector<f64>,
    },
}

impl Neurons {
    /// d.
    pub fn dim(&self) -> usize {
        match self {
            Self::RadonSpline { directions, .. } => directions.nrows(),
            Self::Standard { weights, .. } => weights.nrows(),
        }
    }

    /// m.
    pub fn width(&self) -> usize {
        match self {
            Self::RadonSpline { directions, .. } => directions.ncols(),
            Self::Standard { weights, .. } => weights.ncols(),
        }
    }

    /// The same neurons as (w, b) = (sξ, sγ).
    #[must_use]
    pub fn into_standard(self) -> Self {
        match self {
            Self::RadonSpline {
                directions,
                offsets,
                scales,
            } => {
                let mut weights = directions;
                for (mut column, &s) in weights.column_iter_mut().zip(scales.iter()) {
                    column *= s;
                }
                Self::Standard {
                    weights,
                    biases: offsets.component_mul(&scales),
                }
            }
            standard @ Self::Standard { .. } => standard,
        }
    }

    /// The same neurons as (ξ, γ, s) = (w/‖w‖, b/‖w‖, ‖w‖).
    ///
    /// # Errors
    /// A weight vector 0, which has no direction.
    pub fn into_radon_spline(self) -> Result<Self> {
        match self {
            Self::Standard { weights, biases } => {
                let (d, m) = weights.shape();
                // The largest entry is divided out first: no overflow, no underflow.
                let scales = DVector::from_iterator(
                    m,
                    weights.column_iter().map(|w| {
                        let largest = w.amax();
                        if largest > 0.0 && largest.is_finite() {
                            largest * (w / largest).norm()
                        } else {
                            largest
                        }
                    }),
                );
                if let Some(at) = scales.iter().position(|s| !(*s > 0.0 && s.is_finite())) {
                    return Err(Error::invalid(
                        "weights",
                        "weight vectors that are not 0 (a zero vector has no direction)",
                        format!("norm {} of neuron {at} (from 0)", scales[at]),
                    ));
                }
                let directions = DMatrix::from_fn(d, m, |k, i| weights[(k, i)] / scales[i]);
                Ok(Self::RadonSpline {
                    directions,
                    offsets: biases.component_div(&scales),
                    scales,
                })
            }
            radon @ Self::RadonSpline { .. } => Ok(radon),
        }
    }
}
