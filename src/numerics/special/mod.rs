//! Special functions to nearly full double precision.
//!
//! Every function is total: outside its domain it answers NaN, and NaN in is NaN out. The measured
//! accuracy of each is tabulated in `docs/accuracy/special.md`.

mod bessel;
mod bivariate_normal;
pub(crate) mod branchless;
mod correlation;
mod erf;
mod gamma;
mod gauss;
mod normal;
mod polylog;
mod polynomials;
mod sphere;
mod spherical_bessel;
mod tilted_quadrant;

pub use bessel::{bessel_j, bessel_k, bessel_k_scaled};
pub(crate) use bivariate_normal::{HIGHEST_DEFECT, orthant_defects};
pub use bivariate_normal::{conditional_deviate, orthant};
pub use correlation::Correlation;
pub use erf::{erf, erf_inv, erfc, erfcx};
pub use gamma::{gamma, ln_gamma};
pub use normal::{
    ln_normal_cdf, normal_cdf, normal_interval, normal_pdf, normal_quantile, normal_sf,
};
pub use polylog::{polylog2, polylog3};
pub use polynomials::{
    gegenbauer, gegenbauer_derivative_into, gegenbauer_into, hermite, hermite_derivative_into,
    hermite_function, hermite_function_into, hermite_into, legendre, legendre_derivative_into,
    legendre_into,
};
pub use sphere::{ln_sphere_surface, sphere_moment, sphere_monomial, sphere_surface};
pub use spherical_bessel::spherical_bessel_into;
pub use tilted_quadrant::tilted_quadrant;
