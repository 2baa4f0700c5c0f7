//! The hypercube {±1}^d: parity functions and Krawtchouk polynomials (Yang & Salman 2019).

use super::multiplicity::ln_binomial;
use super::sphere::keep_better;
use super::zonal::ZonalKernel;
use crate::error::{Error, Result};
use crate::numerics::Estimate;
use crate::numerics::special::Correlation;

/// Terms of a series for each dimension: (1 − 2/d)^{24d} < 1e−20.
const TERMS_PER_DIM: usize = 24;
/// But not more.
const MOST_TERMS: usize = 8192;
const FEWEST_TERMS: usize = 256;

/// The eigenvalues of degrees 0…count−1, count ≤ d+1, of K(x,x′) = κ(⟨x,x′⟩/d) under the uniform
/// probability.
pub(super) fn eigenvalues(
    kernel: &dyn ZonalKernel,
    dim: usize,
    count: usize,
) -> Result<Vec<Estimate>> {
    let mut best = vec![Estimate::new(0.0, f64::INFINITY); count];
    keep_better(&mut best, &direct(kernel, dim, count));
    let terms = (TERMS_PER_DIM * dim).clamp(FEWEST_TERMS, MOST_TERMS);
    if best.iter().any(|e| e.error > 1e-11 * e.value.abs())
        && let Some(series) = kernel.power_series(terms)
    {
        keep_better(&mut best, &series.on_hypercube(dim, count));
    }
    if best.iter().all(|e| !e.error.is_finite()) {
        return Err(Error::undefined(
            "spectrum",
            "the kernel is not finite on its domain",
        ));
    }
    Ok(best)
}

/// λ_k = 2^{−d} Σ_j C(d,j) κ(1 − 2j/d) P_k(j) with the Krawtchouk polynomials P_k of P_k(0) = 1:
/// (d−k) P_{k+1}(j) = (d−2j) P_k(j) − k P_{k−1}(j). Errors are relative to κ(1), not to λ_k.
fn direct(kernel: &dyn ZonalKernel, dim: usize, count: usize) -> Vec<Estimate> {
    let d = dim as f64;
    let ln_corners = d * std::f64::consts::LN_2;
    let mut sums = vec![Estimate::default(); count];
    for j in 0..=dim {
        let at = j as f64;
        let t = if 2 * j <= dim {
            Correlation::from_one_minus(2.0 * at / d)
        } else {
            Correlation::from_one_plus(2.0 * (d - at) / d)
        };
        let weight = (ln_binomial(dim, j) - ln_corners).exp();
        if weight == 0.0 {
            continue;
        }
        let value = kernel.value(t);
        // The logarithms of the factorials lose digits with d.
        let lost = f64::EPSILON * (8.0 + 2.0 * d * d.max(2.0).ln());
        let noise = weight * (value.error + lost * value.value.abs());
        // P_k(d−j) = (−1)^k P_k(j): the half j ≤ d/2 alone is stable enough; |P_k| ≤ 1 bounds its error.
        let (mut before, mut now) = (0.0, 1.0);
        for (k, sum) in sums.iter_mut().enumerate() {
            let degree = k as f64;
            sum.value += weight * value.value * now;
            let polynomial: f64 = now;
            sum.error += noise * (polynomial.abs() + f64::EPSILON * degree);
            let next = ((d - 2.0 * at) * now - degree * before) / (d - degree).max(1.0);
            (before, now) = (now, next);
        }
    }
    sums
}
