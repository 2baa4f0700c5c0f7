//! The Radon transform: functions by their integrals over hyperplanes, which is how a shallow network sees them.
//!
//! Rf(ξ, γ) = ∫_{⟨ξ,x⟩=γ} f, ξ a unit vector of R^d. Slice theorem: ∫ Rf(ξ,γ) e^{−iωγ} dγ = f̂(ωξ). Dual transform
//! R*g(x) = ∫_{S^{d−1}} g(ξ, ⟨ξ,x⟩) dξ, the unnormalised surface integral. Inversion f = (2(2π)^{d−1})^{−1} R*[|∂_γ|^{d−1} Rf].
//!
//! | f is | its transform |
//! |---|---|
//! | a target | [`TargetTransform`]: closed forms, sums, affine maps; Abel transform or quadrature where there is none |
//! | radial | [`RadialFunction`] |
//! | any function | [`HyperplaneQuadrature`] |
//! | an image, a volume | [`project`] ([`Pixels`] for another reading, [`Strips`] for rays with a width), [`project_volume`]; adjoints [`back_project`], [`back_project_volume`] |
//!
//! Back: [`Inversion`] for transforms in any dimension, [`FilteredBackProjection`] for sinograms. The pieces: [`dual`],
//! [`DirectionRule`], [`RampFilter`].

mod direction;
mod filter;
mod image;
mod inversion;
mod jumps;
mod lattice;
mod projection;
mod quadrature;
mod radial;
mod reconstruction;
mod rule;
mod strips;
mod threads;
mod transform;
mod volume;

pub use direction::Direction;
pub use filter::{RampFilter, Window};
pub use image::{Image, ParallelBeam, Sinogram};
pub use inversion::{Inversion, dual};
pub use projection::{Pixels, back_project, project};
pub use quadrature::HyperplaneQuadrature;
pub use radial::RadialFunction;
pub use reconstruction::{FilteredBackProjection, Interpolation};
pub use rule::{DirectionRule, spread_directions};
pub use strips::Strips;
pub use transform::{RadonTransform, TargetTransform, slice};
pub use volume::{Volume, back_project_volume, project_volume};
