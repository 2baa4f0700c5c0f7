//! Special functions to nearly full double precision.

mod bivariate_normal;

pub use bivariate_normal::{Correlation, orthant};

/// erf(x).
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}
/// erfc(x).
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}
/// e^{x²} erfc(x).
pub fn erfcx(_x: f64) -> f64 {
    todo!()
}
/// The standard normal density ϕ(x).
pub fn normal_pdf(_x: f64) -> f64 {
    todo!()
}
/// The standard normal distribution function Φ(x), with relative accuracy in the lower tail.
pub fn normal_cdf(_x: f64) -> f64 {
    todo!()
}
/// 1 − Φ(x), with relative accuracy in the upper tail.
pub fn normal_sf(_x: f64) -> f64 {
    todo!()
}
/// ln Φ(x).
pub fn ln_normal_cdf(_x: f64) -> f64 {
    todo!()
}
/// Φ⁻¹(p).
pub fn normal_quantile(_p: f64) -> f64 {
    todo!()
}
/// Γ(x).
pub fn gamma(_x: f64) -> f64 {
    todo!()
}
/// ln|Γ(x)|.
pub fn ln_gamma(_x: f64) -> f64 {
    todo!()
}
/// J_ν(x), ν ≥ 0, x ≥ 0.
pub fn bessel_j(_nu: f64, _x: f64) -> f64 {
    todo!()
}
/// K_ν(x), ν ≥ 0, x > 0.
pub fn bessel_k(_nu: f64, _x: f64) -> f64 {
    todo!()
}
/// e^{x} K_ν(x).
pub fn bessel_k_scaled(_nu: f64, _x: f64) -> f64 {
    todo!()
}
/// Li₂(x), 0 ≤ x ≤ 1.
pub fn polylog2(_x: f64) -> f64 {
    todo!()
}
/// Li₃(x), 0 ≤ x ≤ 1.
pub fn polylog3(_x: f64) -> f64 {
    todo!()
}
/// |S^{d−1}| = 2π^{d/2}/Γ(d/2), the surface of the unit sphere of R^d.
pub fn sphere_surface(_d: usize) -> f64 {
    todo!()
}
/// ln |S^{d−1}|.
pub fn ln_sphere_surface(_d: usize) -> f64 {
    todo!()
}
/// c_d^{(p)} = E|ξ₁|^p for ξ uniform on S^{d−1}: Γ(d/2)Γ((p+1)/2)/(√π Γ((d+p)/2)).
pub fn sphere_moment(_d: usize, _p: f64) -> f64 {
    todo!()
}
