//! Activations designed for a penalty: from a wanted weight P(r) = 1/K̂(r) in dimension d to φ with
//! |φ̂(ω)|² = S(ω) = π|S^{d−1}| ω^{d−1}/((2π)^d P(ω)); and activations designed for a dot-product kernel.
//!
//! | question | answer |
//! |---|---|
//! | which weight? | [`WantedWeight`]: a closure, a formula in r, a table, another activation in another dimension |
//! | is there such an activation? | [`Feasibility`] |
//! | which? | [`Design`]: an [`crate::model::Activation`], checked forward through [`crate::theory::penalty`] |
//! | in another form? | [`BSplines`]; [`Design::source`] for NumPy, PyTorch, JAX; JSON |
//! | and for a kernel on the sphere? | [`KernelDesign`] |
//!
//! The modulus of φ̂ is all that a penalty fixes: the phase is free ([`Phase`]), and so are the polynomials of the null space.
//!
//! # Examples
//! The cubic spline's weight r⁴ in one dimension, even: −|z|/2.
//! ```
//! use spectral_bias::theory::design::{Design, DesignOptions, Phase, WantedWeight};
//! let weight = WantedWeight::from_fn("r^4", |r| r.powi(4));
//! let design = Design::new(&weight, 1, Phase::Even, &DesignOptions::default())?;
//! let phi = design.activation();
//! assert!((phi.value(3.0) - phi.value(1.0) + 1.0).abs() < 1e-9);
//! assert!(design.round_trip_error() < 1e-6);
//! # Ok::<(), spectral_bias::Error>(())
//! ```

mod basis;
mod export;
mod feasibility;
mod inversion;
mod kernel;
mod pieces;
mod weight;
mod weighted;

pub use basis::BSplines;
pub use export::Language;
pub use feasibility::Feasibility;
pub use kernel::{KernelDesign, Reproduction};
pub use weight::WantedWeight;
pub use weighted::{Design, DesignOptions, Phase, RoundTrip};
