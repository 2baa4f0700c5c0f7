//! Chebyshev points, and polynomials through values at them.

use std::f64::consts::PI;

/// The i-th of n Chebyshev points.
pub(crate) fn point(i: usize, n: usize) -> f64 {
    ((i as f64 + 0.5) * PI / n as f64).cos()
}

/// Chebyshev coefficients of values at the points.
pub(crate) fn transform(values: &[f64]) -> Vec<f64> {
    let n = values.len();
    (0..n)
        .map(|k| {
            let terms = values.iter().enumerate();
            let sum: f64 = terms
                .map(|(i, v)| v * (k as f64 * (i as f64 + 0.5) * PI / n as f64).cos())
                .sum();
            sum * if k == 0 { 1.0 } else { 2.0 } / n as f64
        })
        .collect()
}

/// Their sum Σ c_k T_k(x).
pub(crate) fn clenshaw(coefficients: &[f64], x: f64) -> f64 {
    let (mut one, mut two) = (0.0, 0.0);
    for &c in coefficients.iter().skip(1).rev() {
        (one, two) = (2.0 * x * one - two + c, one);
    }
    x * one - two + coefficients.first().copied().unwrap_or(0.0)
}
