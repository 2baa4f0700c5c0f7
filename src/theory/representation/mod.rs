//! A function as a distribution over neurons: the filtered Radon transform, the representing density α, and finite
//! networks drawn from it.
//!
//! f(x) = E_ξ ∫ α(ξ,γ) φ(s(⟨ξ,x⟩−γ)) dγ, E_ξ the average over the sphere, modulo polynomials. In frequency
//! α̂(ξ,ω) = conj(φ̂_s(ω)) ĥ(ξ,ω)/|φ̂_s(ω)|² with φ̂_s(ω) = φ̂(ω/s)/s, and the filtered Radon transform
//! ĥ(ξ,ω) = (2π)^{1−d} (|S^{d−1}|/2) |ω|^{d−1} f̂(ωξ), which makes f(x) = E_ξ h(ξ, ⟨ξ,x⟩). For ReLU α = h″/s.
//!
//! | question | answer |
//! |---|---|
//! | which neurons is f made of? | [`RepresentingDensity`] |
//! | and of neurons of many scales? | [`ScaleDensity`] |
//! | what must be left out? | [`Regularisation`], [`RepresentingDensity::energy`] |
//! | what is left to a polynomial? | [`RepresentingDensity::polynomial`] |
//! | what does f cost, in any ensemble? | [`RadonForm`]; by direction and offset: [`Breakdown`]; ∫\|α\|: [`RadonForm::variation_of_target`] |
//! | a finite network that is f before any training | [`RepresentingDensity::sample`], [`SampledNetwork`] |
//!
//! # References
//! Sahs, Pyle, Anselmi, Patel, arXiv 2503.10587; for ReLU Ongie et al., arXiv 1910.01635; Candès, *Harmonic analysis of
//! neural networks* (1999).

mod band;
mod cube;
mod density;
mod domain;
mod energy;
mod form;
mod network;
mod panels;
mod polynomial;
mod regularisation;
mod sampling;
mod scales;
mod slices;
mod source;
mod waves;

pub use density::RepresentingDensity;
pub use energy::Energy;
pub use form::{
    Breakdown, DirectionCost, Hinge, RadonCost, RadonForm, hinge_variation, univariate_variation,
};
pub use network::{Misfit, SampledNetwork, ball_points};
pub use polynomial::Polynomial;
pub use regularisation::Regularisation;
pub use sampling::{Draws, Proposal, Sampling};
pub use scales::ScaleDensity;
