//! Chebyshev points, and polynomials through values at them.

use nalgebra::DMatrix;
use std::f64::consts::PI;

/// The i-th of n Chebyshev points.
pub(crate) fn point(i: usize, n: usize) -> f64 {
    ((i as f64 + 0.5) * PI / n as f64).cos()
}

/// cos(jπ/2n), j < 4n: all cosines of a transform.
fn cosines(n: usize) -> Vec<f64> {
    let at = |j: usize| (j as f64 * PI / (2 * n) as f64).cos();
    (0..4 * n).map(at).collect()
}

/// What the value at the i-th point gives the k-th coefficient.
fn share(cosines: &[f64], k: usize, i: usize) -> f64 {
    let n = cosines.len() / 4;
    let gain = if k == 0 { 1.0 } else { 2.0 };
    gain / n as f64 * cosines[k * (2 * i + 1) % (4 * n)]
}

/// Chebyshev coefficients of values at the points.
pub(crate) fn transform(values: &[f64]) -> Vec<f64> {
    let n = values.len();
    let cosines = cosines(n);
    let terms = |k: usize| {
        let terms = values.iter().enumerate();
        terms.map(|(i, v)| v * share(&cosines, k, i)).sum()
    };
    (0..n).map(terms).collect()
}

/// [`transform`] as a matrix.
pub(crate) fn transformation(n: usize) -> DMatrix<f64> {
    let cosines = cosines(n);
    DMatrix::from_fn(n, n, |k, i| share(&cosines, k, i))
}

/// Their sum Σ c_k T_k(x).
pub(crate) fn clenshaw(coefficients: &[f64], x: f64) -> f64 {
    let (mut one, mut two) = (0.0, 0.0);
    for &c in coefficients.iter().skip(1).rev() {
        (one, two) = (2.0 * x * one - two + c, one);
    }
    x * one - two + coefficients.first().copied().unwrap_or(0.0)
}
