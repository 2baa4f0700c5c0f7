//! Sums of waves Σ Re[c_j e^{iω_j u}].

use num_complex::Complex64;

/// Σ Re[c_j e^{iω_j u}].
pub(super) fn sum(frequencies: &[f64], coefficients: &[Complex64], u: f64) -> f64 {
    let term = |(omega, c): (&f64, &Complex64)| {
        let (sin, cos) = (omega * u).sin_cos();
        c.re * cos - c.im * sin
    };
    frequencies.iter().zip(coefficients).map(term).sum()
}

/// Σ |c_j|.
pub(super) fn size(coefficients: &[Complex64]) -> f64 {
    coefficients.iter().map(|c| c.norm()).sum()
}

/// a_j b_j.
pub(super) fn product(a: &[Complex64], b: &[Complex64]) -> Vec<Complex64> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

/// The mean of e^{ik·x} over the sphere of k with ‖k‖‖x‖ = z: Γ(d/2) (2/z)^{d/2−1} J_{d/2−1}(z).
pub(super) fn mean_wave(dim: usize, z: f64) -> f64 {
    if dim == 1 {
        return z.cos();
    }
    let half = 0.5 * dim as f64;
    if z * z <= 2.0 * half {
        let quarter = -0.25 * z * z;
        let (mut term, mut sum, mut k) = (1.0, 1.0, 0.0);
        while f64::abs(term) > 0.1 * f64::EPSILON {
            term *= quarter / ((k + 1.0) * (half + k));
            sum += term;
            k += 1.0;
        }
        return sum;
    }
    use crate::numerics::special::{bessel_j, ln_gamma};
    let nu = half - 1.0;
    (ln_gamma(half) + nu * (2.0 / z).ln()).exp() * bessel_j(nu, z)
}
