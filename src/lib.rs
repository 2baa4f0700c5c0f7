//! What a shallow network prefers, computed before it is trained.
//!
//! In the kernel regime a network with activation φ, drawn from a known ensemble and trained by gradient descent, becomes the
//! interpolant of its data that minimises a Fourier seminorm. This crate computes that seminorm, the kernels behind it, the interpolant and the
//! whole training curve; and it trains real networks and tells how well the answer held.
//!
//! | question | where |
//! |---|---|
//! | What is studied: activation, ensemble of neurons, trained groups? | [`model`]: [`Activation`], [`Ensemble`], [`LearningRates`], [`Shallow`] |
//! | What does training charge for a frequency, or for a function? What is free? | [`theory::penalty`]: [`Penalty`] |
//! | What is the NNGP or tangent kernel, of any depth? | [`theory::kernel`]: [`GaussianKernel`], [`tangent_kernel`], [`gram`] |
//! | What are its eigenvalues, and the learning curve? | [`theory::spectrum`] |
//! | Which function will training find, and when? | [`theory::interpolant`]: [`Interpolant`]; [`theory::dynamics`]: [`Dynamics`] |
//! | Which neurons is a function made of? | [`theory::radon`], [`theory::representation`] |
//! | Which activation has the penalty I want? | [`theory::design`] |
//! | Does real gradient descent agree? | [`simulation`]: [`Network`], [`train`]; [`verify`]: [`compare`] |
//!
//! # Conventions
//! * Fourier transform f̂(k) = ∫ f(x) e^{−ik·x} dx; frequencies are angular, in radians per unit length.
//! * A neuron is φ(z), z = ⟨w,x⟩ − b = s(⟨ξ,x⟩ − γ): direction ξ, offset γ, scale s. A network is m^{−½} Σ v_i φ(z_i).
//! * The penalty of f is ‖f‖² = (2π)^{−d} ∫ |f̂(k)|²/K̂(‖k‖) dk; its weight is 1/K̂.
//! * Points are the columns of a d × n matrix. The loss is ½Σ(f − y)², without a mean.
//! * `radon:radius=inf` has unit density of offsets per unit length; `radon:radius=R` is a probability, its kernel carries 1/(2R).
//!
//! `docs/conventions.md` has all of them.
//!
//! # Accuracy and errors
//! Closed forms are right to some 1e−13. Everything else answers with an [`Estimate`], whose error bounds the truth. What cannot
//! reach its tolerance, and all bad input, is an [`Error`] that names the argument; no input makes the crate panic, and it prints nothing.
//!
//! # Reproducibility
//! Every random draw has a seed; the same seed gives the same numbers with one thread or many, on every machine.
//!
//! # Features
//! `cli` (default) the command line, with all below; `parallel` (default) threads; `io` files; `formula` activations as formulas;
//! `report` tables, plots and the HTML page. Without any of them the mathematics alone is left.
//!
//! # Examples
//! ReLU in one dimension: bending costs r⁴, so training finds the natural cubic spline through the data.
//! ```
//! use spectral_bias::prelude::*;
//!
//! let ensemble = Ensemble::parse("radon:radius=inf", 1, None)?;
//! let train = LearningRates::train(&[Group::Output])?;
//! let model = Shallow::new(Activation::parse("relu")?, 1, ensemble, train)?;
//!
//! let penalty = Penalty::new(&model)?;
//! assert!((penalty.weight(2.0)?.weight.unwrap_or(f64::INFINITY) - 16.0).abs() < 1e-11);
//! assert_eq!(penalty.null_space_degree(), 1);
//!
//! let data = Dataset::new(Points::on_line(&[0.0, 1.0, 2.0])?, vec![0.0, 1.0, 0.0].into())?;
//! let spline = Interpolant::fit(tangent_kernel(&model)?, &data, 0.0)?;
//! let between = spline.predict(&Points::on_line(&[0.5])?)?[0];
//! assert!((between - 0.6875).abs() < 1e-12); // 3x/2 − x³/2 at ½
//! # Ok::<(), spectral_bias::Error>(())
//! ```
//!
//! [`Activation`]: model::Activation
//! [`Ensemble`]: model::Ensemble
//! [`LearningRates`]: model::LearningRates
//! [`Shallow`]: model::Shallow
//! [`Penalty`]: theory::penalty::Penalty
//! [`GaussianKernel`]: theory::kernel::GaussianKernel
//! [`tangent_kernel`]: theory::kernel::tangent_kernel
//! [`gram`]: theory::kernel::gram
//! [`Interpolant`]: theory::interpolant::Interpolant
//! [`Dynamics`]: theory::dynamics::Dynamics
//! [`Network`]: simulation::Network
//! [`train`]: simulation::train
//! [`compare`]: verify::compare
//! [`Estimate`]: numerics::Estimate
// One file is the exception, and says why: numerics/stream.rs.
#![deny(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]

pub mod data;
pub mod error;
pub mod model;
pub mod numerics;
pub mod prelude;
pub mod simulation;
pub mod theory;
pub mod verify;

#[cfg(feature = "report")]
pub mod report;

#[cfg(feature = "cli")]
pub mod cli;

pub use error::{Error, Result};
