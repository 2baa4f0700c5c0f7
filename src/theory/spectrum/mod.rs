//! Spectra of kernels: which functions the kernel regime learns first, and how much of each.
//!
//! | points | [`Spectrum`] of |
//! |---|---|
//! | sphere, circle, hypercube, Gaussian in high dimension | a [`ZonalKernel`]: a [`ZonalNetwork`], or any function of the cosine, [`ZonalFunction`] |
//! | a data set, an interval | any [`crate::theory::kernel::Kernel`], by [`EmpiricalSpectrum`] |
//! | torus | a translation-invariant kernel, by its [`crate::theory::penalty::Penalty`] |
//! | R^d | the same: the spectrum is continuous, [`crate::theory::penalty::Penalty::spectral_density`] |
//!
//! A spectrum and the power of a target in every degree predict the error of kernel regression:
//! [`LearningCurve`].
//!
//! # Conventions
//! Eigenvalues are with respect to the uniform *probability* measure: K(x,x′) = Σ_k λ_k N_k P_k(t) with t the
//! cosine, P_k(1) = 1 and N_k the multiplicity, so that Σ λ_k N_k = K(x,x).

mod continuation;
mod data;
mod decay;
mod degrees;
mod homogeneous;
mod hypercube;
mod layers;
mod learning;
mod moments;
mod multiplicity;
mod network;
mod series;
mod sphere;
mod torus;
mod zonal;

pub use continuation::Continuation;
pub use data::EmpiricalSpectrum;
pub use decay::{DecayFit, DecayLaw};
pub use degrees::{Domain, Eigenspace, Spectrum};
pub use learning::{LearningCurve, Modes, Prediction};
pub use multiplicity::{binomial, harmonics};
pub use network::ZonalNetwork;
pub use series::PowerSeries;
pub use zonal::{ZonalFunction, ZonalKernel};
