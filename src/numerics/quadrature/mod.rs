//! Adaptive quadrature with an error bound and the L1 norm, and cached Gauss rules.
//!
//! # Which function
//!
//! | integral | function |
//! |---|---|
//! | ∫_a^b f, either end finite or infinite | [`integrate`] |
//! | the same, each value of f known only up to an error (nested integrals) | [`integrate_estimates`] |
//! | ∫_a^b e^{ℓ(z)} dz where e^ℓ may overflow or underflow | [`log_integrate`] |
//! | ∫ f(z) e^{−iωz} dz over the line, f decaying however slowly | [`fourier_integral`] |
//! | ∫_a^b f(x) e^{iωx} dx, f smooth, at any ω | [`FilonRule`], [`FilonPanel`] |
//! | polynomials against a classical weight | [`gauss_legendre`], [`gauss_hermite`], [`gauss_gegenbauer`] |
//!
//! # Splits
//!
//! `splits` name the points where the integrand is not smooth (kinks, jumps, integrable
//! singularities) and the places where something happens on a scale much smaller than the range
//! (a narrow peak). At a split every length scale is looked at, down to 1e−12 of the range; between
//! splits only what a mesh of some twenty points per unit of the range can see. Order and
//! repetitions do not matter; points outside the range, and points that are not finite, are ignored.
//!
//! # Two-dimensional integrals
//!
//! Nest: `integrate_estimates(|x| integrate(|y| f(x, y), …).estimate(), …)`. The outer error then
//! contains ∫ (inner error) dx. Give the inner integral a tolerance ten times smaller than the
//! outer one's, so that the outer refinement does not chase the inner noise.

mod adaptive;
mod expansion;
mod filon;
mod gauss;
mod infinite;
mod logarithmic;
mod mesh;
mod oscillatory;
mod refine;
mod tolerance;

pub use adaptive::{integrate, integrate_estimates};
pub use filon::{FilonPanel, FilonRule};
pub use gauss::{GaussRule, gauss_gegenbauer, gauss_hermite, gauss_legendre};
pub use logarithmic::log_integrate;
pub use oscillatory::fourier_integral;
pub use tolerance::{Integral, Tolerance};
