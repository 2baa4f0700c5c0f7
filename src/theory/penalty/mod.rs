//! The penalty that training puts on frequency: power spectrum, spectral density, weight, null space,
//! and the seminorm whose least interpolant gradient descent finds in the kernel regime.
//!
//! | question | answer |
//! |---|---|
//! | how much does frequency r cost? | [`Penalty::weight`], [`Penalty::power_spectrum`], [`Penalty::spectral_density`] |
//! | what costs nothing, what is out of reach? | [`Penalty::null_space_degree`], [`Penalty::decay`], [`Penalty::zeros`], [`Penalty::atoms`] |
//! | what does this function cost? | [`Penalty::seminorm_of_radial`], [`Penalty::seminorm_of_transform`], [`Penalty::seminorm_of_grid`], [`Penalty::seminorm_of_target`], [`seminorm_of_expansion`] |
//! | where does the cost lie? | [`Penalty::breakdown_of_target`], [`Penalty::breakdown_of_radial`]; shells and directions: [`Penalty::breakdown_of_grid`] |
//! | in which direction does it fall? | [`GridPenalty`]: value and gradient of grid values |
//! | and with offsets that are not uniform? | in d = 1, from derivatives: [`WeightedForm`]; in any d: [`crate::theory::representation::RadonForm`] |
//! | and with any activation, group and ensemble, on a ball? | [`LeastNorm`] |
//!
//! Fourier sign and measure: f̂(k) = ∫ f(x) e^{−ik·x} dx; ‖f‖² = (2π)^{−d} ∫ |f̂(k)|²/K̂(‖k‖) dk.
//!
//! # Examples
//! ReLU with trained outputs in one dimension: ∫|f″|², the cubic spline.
//! ```
//! use spectral_bias::model::ensemble::{OffsetLaw, ScaleLaw};
//! use spectral_bias::model::{Activation, Ensemble, Group, LearningRates, Shallow};
//! use spectral_bias::theory::penalty::{DecayClass, Penalty};
//!
//! let ensemble = Ensemble::RadonSpline {
//!     offset: OffsetLaw::Unbounded,
//!     scale: ScaleLaw::Fixed(1.0),
//! };
//! let rates = LearningRates::train(&[Group::Output])?;
//! let penalty = Penalty::new(&Shallow::new(Activation::parse("relu")?, 1, ensemble, rates)?)?;
//! let weight = penalty.weight(3.0)?.weight.unwrap_or(f64::INFINITY);
//! assert!((weight - 81.0).abs() < 1e-11);
//! assert_eq!(penalty.decay(), DecayClass::Algebraic { order: 4.0 });
//! assert_eq!(penalty.null_space_degree(), 1);
//! # Ok::<(), spectral_bias::Error>(())
//! ```

mod asymptotics;
mod breakdown;
mod expansion;
mod grid;
pub(in crate::theory) mod homogeneous;
mod least_norm;
mod log_estimate;
mod range;
mod ripples;
mod scales;
mod seminorm;
mod spectrum;
mod target;
mod weighted;

pub use asymptotics::DecayClass;
pub use breakdown::FrequencyBreakdown;
pub use expansion::seminorm_of_expansion;
pub use grid::{
    GridBreakdown, GridPenalty, GridPenaltyOptions, GridSeminorm, frequency_directions,
};
pub use least_norm::{LeastNorm, LeastNormAnswer};
pub use log_estimate::LogEstimate;
pub use seminorm::Seminorm;
pub use spectrum::{Penalty, Weight};
pub use weighted::WeightedForm;
