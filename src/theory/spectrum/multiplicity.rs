//! Dimensions of the spaces of one degree.

use crate::numerics::special::ln_gamma;

/// N(d,k), the number of independent harmonics of degree k on S^{d−1}, d ≥ 2:
/// (2k+d−2)/(k+d−2) · C(k+d−2, k), and 1 for k = 0. Exact below 2¹²⁷ (then rounded to a double).
pub fn harmonics(dim: usize, degree: usize) -> f64 {
    if degree == 0 {
        return 1.0;
    }
    let (d, k) = (dim as u128, degree as u128);
    if dim < 2 {
        return if degree <= dim { 1.0 } else { 0.0 };
    }
    let exact = exact_binomial(k + d - 2, k.min(d - 2))
        .and_then(|choices| choices.checked_mul(2 * k + d - 2));
    match exact {
        // (2k+d−2) C(k+d−2, k) is a multiple of k+d−2.
        Some(product) => (product / (k + d - 2)) as f64,
        None => {
            let (d, k) = (dim as f64, degree as f64);
            (2.0 * k + d - 2.0) / (k + d - 2.0) * rounded_binomial(k + d - 2.0, k.min(d - 2.0))
        }
    }
}

/// C(n, k), the number of parity functions of degree k on the hypercube of dimension n.
pub fn binomial(n: usize, k: usize) -> f64 {
    if k > n {
        return 0.0;
    }
    let short = k.min(n - k);
    exact_binomial(n as u128, short as u128).map_or_else(
        || rounded_binomial(n as f64, short as f64),
        |exact| exact as f64,
    )
}

/// ln C(n, k), k ≤ n.
pub(super) fn ln_binomial(n: usize, k: usize) -> f64 {
    let ln_factorial = |n: usize| ln_gamma(n as f64 + 1.0);
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

/// C(n, k) by the products C(n−k+i, i), which are whole; `None` beyond 128 bits.
fn exact_binomial(n: u128, k: u128) -> Option<u128> {
    let mut product = 1_u128;
    for i in 1..=k {
        product = product.checked_mul(n - k + i)? / i;
    }
    Some(product)
}

/// The same in doubles; infinite where it overflows.
fn rounded_binomial(n: f64, k: f64) -> f64 {
    let mut product = 1.0;
    let mut i = 1.0;
    while i <= k && product < f64::INFINITY {
        product *= (n - k + i) / i;
        i += 1.0;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_cases_and_generating_sums() {
        assert_eq!(harmonics(3, 7), 15.0);
        assert_eq!(harmonics(2, 0), 1.0);
        assert_eq!(harmonics(2, 9), 2.0);
        assert_eq!(harmonics(4, 5), 36.0);
        // Polynomials of degree ≤ 6 on S⁹: C(15,9) + C(14,9).
        let all: f64 = (0..=6).map(|k| harmonics(10, k)).sum();
        assert_eq!(all, binomial(15, 9) + binomial(14, 9));
        assert_eq!(binomial(5, 7), 0.0);
        assert!(binomial(3000, 1500).is_infinite());
    }
}
