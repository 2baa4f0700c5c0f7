//! Ensembles: the laws from which neurons are drawn.
//!
//! Their notation, densities in (ξ, γ, s), moments and samplers. A neuron is z = s(⟨ξ,x⟩ − γ) in
//! Radon-spline coordinates and z = ⟨w,x⟩ − b in standard ones, w = sξ, b = sγ.

mod density;
mod gamma_integral;
mod initialisation;
mod laws;
mod neurons;
mod notation;
mod sample;

pub use initialisation::Initialisation;
pub use neurons::Neurons;
pub use sample::{Draw, generator};

use crate::error::{Error, Result, non_negative, positive};

/// The law of the hidden neurons' parameters.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Ensemble {
    /// ξ uniform on the sphere, γ and s independent: z = s(⟨ξ,x⟩ − γ).
    RadonSpline {
        /// The law of the offsets γ.
        offset: OffsetLaw,
        /// The law of the scales s.
        scale: ScaleLaw,
    },
    /// Entries of w with law N(0, weight_std²/d), b with N(0, bias_std²): z = ⟨w,x⟩ − b
    /// (as in the NTK parameterisation, whose pre-activation is σ_w⟨g,x⟩/√d + σ_b β).
    Gaussian {
        /// σ_w.
        weight_std: f64,
        /// σ_b.
        bias_std: f64,
    },
    /// Entries of w independent with one law, b with another: z = ⟨w,x⟩ − b.
    Independent {
        /// The law of every entry of w.
        weight: ParameterLaw,
        /// The law of b.
        bias: ParameterLaw,
    },
}

/// The law of an offset γ.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum OffsetLaw {
    /// Uniform probability on [−radius, radius].
    Uniform {
        /// R.
        radius: f64,
    },
    /// The limit R → ∞ with unit density on the whole line (no probability).
    Unbounded,
    /// N(0, std²).
    Gaussian {
        /// The standard deviation.
        std: f64,
    },
    /// Cauchy with median 0.
    Cauchy {
        /// The half width at half maximum.
        scale: f64,
    },
}

/// The law of a scale s > 0.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ScaleLaw {
    /// Always the same.
    Fixed(f64),
    /// s = ‖w‖ for w ~ N(0, std² I_d): std times a χ_d variable (half-normal in d = 1).
    GaussianNorm {
        /// σ.
        std: f64,
    },
    /// |N(0, std²)| in every dimension.
    HalfNormal {
        /// σ.
        std: f64,
    },
    /// Uniform on [low, high], 0 ≤ low < high.
    Uniform {
        /// The least scale.
        low: f64,
        /// The largest.
        high: f64,
    },
}

/// The law of a single parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ParameterLaw {
    /// N(0, std²).
    Gaussian {
        /// The standard deviation.
        std: f64,
    },
    /// Uniform on [−bound, bound].
    Uniform {
        /// The bound.
        bound: f64,
    },
    /// Always 0 (PyTorch's `zeros_`).
    Zero,
}

impl Ensemble {
    /// Checks every parameter.
    ///
    /// # Errors
    /// A parameter outside its domain: radius, standard deviations, widths and bounds must be finite
    /// and > 0 (`bias_std` may be 0), scales 0 ≤ low < high, and the law of the weights not
    /// [`ParameterLaw::Zero`], for which no neuron has a direction.
    pub fn validate(&self) -> Result<()> {
        match *self {
            Self::RadonSpline { offset, scale } => {
                offset.validate()?;
                scale.validate()
            }
            Self::Gaussian {
                weight_std,
                bias_std,
            } => {
                positive("weight_std", weight_std)?;
                non_negative("bias_std", bias_std).map(drop)
            }
            Self::Independent { weight, bias } => {
                if weight == ParameterLaw::Zero {
                    return Err(Error::invalid(
                        "weight",
                        "a law of the weights that is not always 0",
                        "zero",
                    ));
                }
                weight.validate("weight")?;
                bias.validate("bias")
            }
        }
    }
}
