//! Exponentially tilted quadrant moments of the bivariate normal law: its erfcx.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use super::bivariate_normal::{EXPONENT, core};
use super::{Correlation, erfcx, gauss};

/// E[e^{aU + bV}; U < 0, V < 0] for standard normal U, V of correlation ρ and a, b ≥ 0; NaN for
/// negative or undefined arguments. Exchanging a and b changes no bit.
///
/// It lies between 0 and 1 and equals e^{(a²+2ρab+b²)/2} P(U > a+ρb, V > b+ρa), whose factors
/// overflow and underflow; a = 0 or b = 0 alone is a scaled tail, a = b = 0 an orthant.
///
/// # Method
/// As [`super::orthant`], from the scaled form of Plackett's integral: with
/// A = ½√(1−ρ²)(a+b), B = ½√(1−ρ²)|a−b| and τ = √((1+ρ)/(1−ρ)) it is
/// (1/π)∫₀^τ e^{A²(1−τ²/t²)/2 + B²(1−t²/τ²)/2}/(1+t²) dt, in which no exponent is positive
/// beyond B²/2; for τ > 1 and A < 1 from the other end, ½ erfcx(max(a+ρb, b+ρa)/√2) e^{(1−ρ²)min(a,b)²/2}
/// minus the complement.
///
/// # Accuracy
/// Better than 2e−15 absolute, and relative to itself unless it is an orthant that nearly vanishes.
pub fn tilted_quadrant(a: f64, b: f64, rho: Correlation) -> f64 {
    if a.is_nan() || b.is_nan() || rho.rho().is_nan() || a < 0.0 || b < 0.0 {
        return f64::NAN;
    }
    let (long, short) = if a >= b { (a, b) } else { (b, a) };
    if long == f64::INFINITY || rho.one_plus() == 0.0 {
        return 0.0;
    }
    let sine = rho.sine();
    let (above, below) = (0.5 * sine * (long + short), 0.5 * sine * (long - short));
    let tau = rho.one_plus().sqrt() / rho.one_minus().sqrt();
    if above >= 1.0 {
        let p = 0.5 * rho.one_plus() * (long + short);
        return scaled_tail(p, above, below, sine * short) / PI;
    }
    if tau <= 1.0 {
        return core(tau, above, below) / PI;
    }
    let gap = sine * short;
    // long + ρ short, where ρ may be 1 less a little.
    let threshold = (long + short) - rho.one_minus() * short;
    let whole = 0.5 * erfcx(threshold * FRAC_1_SQRT_2) * (0.5 * gap * gap).exp();
    whole - core(1.0 / tau, below, above) / PI
}

/// ∫_a^∞ e^{−(w²−a²)(1−b²/w²)/2} p/(w²+p²) dw for a ≥ 1, b = a − gap, falling throughout.
fn scaled_tail(p: f64, a: f64, b: f64, gap: f64) -> f64 {
    // With w = a + u the exponent is ½ u (2a+u) (u+gap)(w+b)/w²; u beyond `end` is negligible: both
    // (2a+u)(w+b)/w² ≥ 1 and, while u ≤ a, ≥ 1.5.
    let exponent = |u: f64| {
        let w = a + u;
        0.5 * u * ((a + w) / w) * (u + gap) * ((w + b) / w)
    };
    // u (u + gap) = 2·EXPONENT bounds it from above.
    let root = 0.25 * gap * gap + 2.0 * EXPONENT;
    let mut end = 2.0 * EXPONENT / (root.sqrt() + 0.5 * gap);
    // Two Newton-like steps: the true end may be half as far.
    for _ in 0..2 {
        end *= (EXPONENT / exponent(end)).clamp(0.25, 1.0).sqrt();
    }
    gauss::wide(0.0, end, |u| {
        let w = a + u;
        (-exponent(u)).exp() * (p / w) / (w + p * (p / w))
    })
}

#[cfg(test)]
mod tests {
    use super::super::orthant;
    use super::*;

    #[test]
    fn where_nothing_overflows_it_is_the_orthant_with_its_factor() {
        let mut worst = 0.0_f64;
        // Binary fractions: the thresholds a + ρb are exact, however they cancel.
        let near = 1.0 - 2.0_f64.powi(-20);
        for rho in [-1.0, -near, -0.75, -0.25, 0.0, 0.375, 0.875, near, 1.0] {
            let law = Correlation::from_rho(rho);
            for a in [0.0, 2.0_f64.powi(-10), 0.25, 1.0, 2.5, 6.0] {
                for b in [0.0, 2.0_f64.powi(-17), 0.25, 0.875, 3.0, 6.0] {
                    let got = tilted_quadrant(a, b, law);
                    assert_eq!(got, tilted_quadrant(b, a, law));
                    let factor = (0.5 * (a * a + 2.0 * rho * a * b + b * b)).exp();
                    let want = factor * orthant(a + rho * b, b + rho * a, law);
                    worst = worst.max((got - want).abs() / want.max(1e-6));
                }
            }
        }
        assert!(worst < 2e-14, "{worst:e}");
    }

    #[test]
    fn special_points() {
        let half = |a: f64| 0.5 * erfcx(a * FRAC_1_SQRT_2);
        for a in [0.0, 0.7, 20.0, 1e3, 1e8] {
            let alone = tilted_quadrant(a, 0.0, Correlation::from_rho(0.0));
            assert!((alone / (0.5 * half(a)) - 1.0).abs() < 1e-14, "{a}");
            for b in [0.0, 2.0, 1e5] {
                let product = tilted_quadrant(a, b, Correlation::from_rho(0.0));
                assert!((product / (half(a) * half(b)) - 1.0).abs() < 1e-14);
                let same = tilted_quadrant(a, b, Correlation::from_rho(1.0));
                assert!((same / half(a + b) - 1.0).abs() < 1e-14);
                assert_eq!(tilted_quadrant(a, b, Correlation::from_rho(-1.0)), 0.0);
            }
        }
        let law = Correlation::from_rho(0.3);
        assert_eq!(tilted_quadrant(f64::INFINITY, 1.0, law), 0.0);
        assert!(tilted_quadrant(-1.0, 1.0, law).is_nan());
        assert!(tilted_quadrant(f64::NAN, 1.0, law).is_nan());
    }
}
