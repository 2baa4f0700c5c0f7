//! ∫_0^S s^n e^{−qs²/2} ds: the lower incomplete gamma function in the form the densities need.

use crate::numerics::Estimate;

/// ln Γ(x) for x > 0.
pub(super) fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// Terms of the series or the continued fraction; either needs O(√a) of them near x = a.
const MAX_TERMS: usize = 100_000;

/// ∫_0^S s^n e^{−qs²/2} ds for n > −1, q ≥ 0, S ≤ ∞ (infinite if q = 0 and S = ∞).
///
/// With a = (n+1)/2, x = qS²/2: ½(2/q)^a γ(a, x). Below x = a + 1 the series
/// γ(a,x) = x^a e^{−x} Σ xʲ/(a(a+1)…(a+j)) of positive terms, above it Γ(a) minus the continued
/// fraction of Γ(a,x) (DLMF 8.11.4, 8.9.2).
pub(super) fn power_exponential(n: f64, q: f64, upper: f64) -> Estimate {
    let a = 0.5 * (n + 1.0);
    let x = 0.5 * q * upper * upper;
    if upper == f64::INFINITY && q == 0.0 {
        return Estimate::new(f64::INFINITY, 0.0);
    }
    if x < a + 1.0 {
        // ½ S^{n+1} e^{−x} Σ xʲ/(a…(a+j))
        let (mut term, mut sum, mut j) = (1.0 / a, 1.0 / a, 0);
        while term > f64::EPSILON * 0.1 * sum && j < MAX_TERMS {
            j += 1;
            term *= x / (a + j as f64);
            sum += term;
        }
        return estimate_exp(&[(n + 1.0) * upper.ln(), -x], 0.5 * sum);
    }
    let whole = estimate_exp(&[a * (2.0 / q).ln(), ln_gamma(a)], 0.5);
    if x == f64::INFINITY {
        return whole;
    }
    // Γ(a,x)/Γ(a) by the continued fraction, modified Lentz.
    let tiny = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / tiny;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..MAX_TERMS {
        let i = i as f64;
        let an = -i * (i - a);
        b += 2.0;
        d = 1.0 / guard(an * d + b, tiny);
        c = guard(b + an / c, tiny);
        let delta = d * c;
        h *= delta;
        if (delta - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    let rest = (a * x.ln() - x - ln_gamma(a)).exp() * h;
    whole * (1.0 - rest)
}

fn guard(value: f64, tiny: f64) -> f64 {
    if value.abs() < tiny { tiny } else { value }
}

/// factor·e^{Σ terms}, with the error of rounding every term.
pub(super) fn estimate_exp(terms: &[f64], factor: f64) -> Estimate {
    let exponent: f64 = terms.iter().sum();
    let size: f64 = terms.iter().map(|t| t.abs()).sum();
    let value = factor * exponent.exp();
    let relative = 1e-13 + 4.0 * f64::EPSILON * size;
    let error = if value.is_finite() {
        relative * value.abs()
    } else {
        0.0
    };
    Estimate::new(value, error)
}

#[cfg(test)]
mod tests {
    use super::power_exponential;

    #[test]
    fn agrees_with_elementary_cases() {
        // n = 1: (1 − e^{−qS²/2})/q, on both sides of the cut-off.
        for q in [1e-8, 0.3, 1.0, 7.0, 1e6] {
            for upper in [1e-3, 0.7, 2.0, 5.0, 40.0] {
                let expected = -f64::exp_m1(-0.5 * q * upper * upper) / q;
                let found = power_exponential(1.0, q, upper);
                assert!(
                    (found.value - expected).abs() <= 1e-14 * expected + found.error,
                    "q {q} S {upper}: {found:?} against {expected}"
                );
                assert!(found.error <= 2e-13 * expected);
            }
        }
        // n = 0: √(π/2q) erf(S√(q/2)).
        for (q, upper) in [(1.0, 1.0), (2.0, 3.0), (5.0, 0.1)] {
            let expected =
                (0.5 * std::f64::consts::PI / q).sqrt() * libm::erf(upper * f64::sqrt(0.5 * q));
            let found = power_exponential(0.0, q, upper).value;
            assert!((found / expected - 1.0).abs() < 1e-13, "{found} {expected}");
        }
        // q = 0: S^{n+1}/(n+1).
        assert!((power_exponential(4.0, 0.0, 2.0).value - 6.4).abs() < 1e-13);
    }
}
