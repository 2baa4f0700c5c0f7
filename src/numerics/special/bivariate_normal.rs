//! The bivariate normal law without loss of digits at correlation ±1 or in the tails.
//!
//! For standard normal U, V of correlation ρ let p = (h+k)/2, m = (h−k)/2 and
//! τ = √((1+ρ)/(1−ρ)). Plackett's identity ∂P/∂ρ = ϕ₂(h, k; ρ) (R. L. Plackett, *A reduction
//! formula for normal multivariate integrals*, Biometrika 41 (1954) 351–360), integrated from
//! ρ = −1 with t = √((1+r)/(1−r)), gives
//!
//! P(U>h, V>k) = P(h < U < −k) + J(p, m, τ),
//! J(p, m, τ) = (e^{−(p²+m²)/2}/π) ∫₀^τ e^{−p²/(2t²) − m²t²/2} / (1+t²) dt,
//!
//! in which every term is positive: small probabilities keep their relative accuracy. Integrated
//! from ρ = 1 instead, P(U>h, V>k) = P(U > max(h,k)) − J(m, p, 1/τ). The side that holds the
//! smaller part is taken.

use std::f64::consts::PI;

use super::gauss;
use super::{Correlation, normal_interval, normal_sf};

/// e^{−EXPONENT} is below half a unit in the last place: where integrands are cut off.
pub(super) const EXPONENT: f64 = 38.0;

/// Where the series in powers of t² stops and quadrature takes over: terms fall like 4⁻ʲ.
const SERIES_END: f64 = 0.5;

/// P(U > h, V > k) for standard normal U, V of correlation ρ; NaN if an argument is NaN.
///
/// Exchanging h and k changes no bit. For h = k = 0 it is (π − arccos ρ)/(2π).
///
/// # Accuracy
/// Peak error 1.1e−15 relative, 1.1e−16 absolute, over probabilities from 1e−300 to 1, correlations
/// to 1 − |ρ| = 5e−324, and thresholds equal, opposite and nearly so at every scale.
pub fn orthant(h: f64, k: f64, rho: Correlation) -> f64 {
    if h.is_nan() || k.is_nan() || rho.rho().is_nan() {
        return f64::NAN;
    }
    if h == f64::INFINITY || k == f64::INFINITY {
        return 0.0;
    }
    if h == f64::NEG_INFINITY {
        return normal_sf(k);
    }
    if k == f64::NEG_INFINITY {
        return normal_sf(h);
    }
    if h == 0.0 && k == 0.0 {
        return rho.one_plus().sqrt().atan2(rho.one_minus().sqrt()) / PI;
    }
    // P(h < U < −k), empty unless h + k < 0.
    let at_minus_one = || normal_interval(h, -k);
    let at_plus_one = || normal_sf(h.max(k));
    if rho.one_plus() == 0.0 {
        return at_minus_one();
    }
    if rho.one_minus() == 0.0 {
        return at_plus_one();
    }
    let tau = rho.one_plus().sqrt() / rho.one_minus().sqrt();
    let p = 0.5 * (h + k).abs();
    let m = 0.5 * (h - k).abs();
    let leading = leading_factor(h, k, rho) / PI;
    // The exponents at the upper end, t = τ, are a²/2 and b²/2.
    let (a, b) = (p / tau, m * tau);
    if a.max(b) >= 1.0 {
        if a >= b {
            at_minus_one() + leading * tail(p, a, b)
        } else {
            at_plus_one() - leading * tail(m, b, a)
        }
    } else if tau <= 1.0 {
        at_minus_one() + leading * core(tau, a, b)
    } else {
        at_plus_one() - leading * core(1.0 / tau, b, a)
    }
}

/// The highest power of [`orthant_defects`].
pub(crate) const HIGHEST_DEFECT: usize = 8;

/// ∫_ρ^1 (r−ρ)^{p−1} ϕ₂(h, k; r) dr and ∫_ρ^1 (r−ρ)^p ϕ₂(h, k; r) dr for ρ ≥ 0 and the given power p from 1 to
/// [`HIGHEST_DEFECT`]: for p = 1 what P(U>h, V>k) lacks of its value at correlation 1, and the integral of that.
///
/// # Method
/// With τ = √((1−ρ)/(1+ρ)) the integral without a power is J(m, p, τ), and (r−ρ) is a factor 2(τ²−t²)/((1+τ²)(1+t²)) under it.
///
/// # Accuracy
/// Both keep their relative accuracy, 2e−15, however small 1 − ρ is.
pub(crate) fn orthant_defects(h: f64, k: f64, rho: Correlation, power: usize) -> (f64, f64) {
    let leading = leading_factor(h, k, rho) / PI;
    let ttau = rho.one_minus() / rho.one_plus();
    if leading == 0.0 || ttau == 0.0 {
        return (0.0, 0.0);
    }
    let tau = ttau.sqrt();
    // In s = t/τ: ∫₀¹ e^{(1−1/s²)a²/2 + (1−s²)b²/2} ((1−s²)/(1+τ²s²))^p ds/(1+τ²s²).
    let (a, b) = (0.5 * (h - k).abs() / tau, 0.5 * (h + k).abs() * tau);
    let split = match a < 1.0 {
        true => (SERIES_END / tau).min(1.0 / b).min(1.0),
        false => 1.0,
    };
    let at = |ss: f64, exponent: f64| {
        let denominator = 1.0 / (1.0 + ttau * ss);
        let factor = (1.0 - ss) * denominator;
        let mut once = (exponent + 0.5 * b * b * (1.0 - ss)).exp() * denominator;
        for _ in 1..power {
            once *= factor;
        }
        (once, once * factor)
    };
    let (mut first, mut second) = if a < split {
        let scale = split * (0.5 * (a * a + b * b)).exp();
        let (first, second) =
            boundary_layers((tau * split, a / split, b * split), split * split, power);
        (scale * first, scale * second)
    } else {
        // s = a/w; at the end the first factor outweighs the second by e^{−EXPONENT}.
        let from = a / split;
        let end = (a * a + b * b + 2.0 * EXPONENT).sqrt();
        gauss::wide_pair(0.0, end - from, |u| {
            let w = from + u;
            let (once, twice) = at((a / w).powi(2), -0.5 * (w - a) * (w + a));
            (once * a / (w * w), twice * a / (w * w))
        })
    };
    if split < 1.0 {
        let rest = |s: f64| {
            let ss = s * s;
            at(ss, 0.5 * a * a * (1.0 - 1.0 / ss))
        };
        let rest = match b <= 1.0 {
            true => gauss::short_pair(split, 1.0, rest),
            false => gauss::wide_pair(split, 1.0, rest),
        };
        first += rest.0;
        second += rest.1;
    }
    let factor = 2.0 * ttau / (1.0 + ttau);
    let scale = leading * tau * factor.powi(power as i32 - 1);
    (scale * first, scale * factor * second)
}

/// As [`boundary_layer`], for a, b ≤ 1, with the factors ((1−es²)/(1+τ²s²))^{p−1} and ((1−es²)/(1+τ²s²))^p.
fn boundary_layers((tau, a, b): (f64, f64, f64), e: f64, power: usize) -> (f64, f64) {
    let edge = (-0.5 * a * a).exp();
    let moment = edge - a * (2.0 * PI).sqrt() * normal_sf(a);
    let next = |j: usize, before: f64| (edge - a * a * before) / (2.0 * j as f64 + 1.0);
    // ν_j, ν_{j+1}, …, ν_{j+p}.
    let mut moments = [0.0; HIGHEST_DEFECT + 1];
    moments[0] = moment;
    for i in 1..=power {
        moments[i] = next(i, moments[i - 1]);
    }
    // The j-th Taylor coefficient of e^{−b²s²/2}/(1+τ²s²)^i, i = 0…p+1.
    let mut coefficients = [1.0; HIGHEST_DEFECT + 2];
    let (mut first, mut second) = (0.0, 0.0);
    for j in 1..40 {
        // Times 1 − es², p − 1 and p times.
        let mut weighed = moments;
        for k in (2..=power).rev() {
            for i in 0..k {
                weighed[i] -= e * weighed[i + 1];
            }
        }
        let terms = (
            coefficients[power] * weighed[0],
            coefficients[power + 1] * (weighed[0] - e * weighed[1]),
        );
        first += terms.0;
        second += terms.1;
        if terms.0.abs() < 1e-18 * first && terms.1.abs() < 1e-18 * second {
            break;
        }
        moments.copy_within(1..=power, 0);
        moments[power] = next(j + power, moments[power - 1]);
        coefficients[0] *= -0.5 * b * b / j as f64;
        for i in 1..=power + 1 {
            coefficients[i] = coefficients[i - 1] - tau * tau * coefficients[i];
        }
    }
    (first, second)
}

/// (k − ρh)/√(1−ρ²): how far k lies above the mean of V given U = h, in standard deviations of
/// that conditional law; P(V > k | U = h) is [`normal_sf`] of it.
///
/// At ρ = ±1 it is ±∞, and 0 where k = ρh, the mean of the one-sided limits of the probability.
pub fn conditional_deviate(k: f64, h: f64, rho: Correlation) -> f64 {
    let residual = rho.residual(k, h);
    if residual == 0.0 {
        0.0
    } else {
        residual / rho.sine()
    }
}

/// e^{−p²/(1+ρ) − m²/(1−ρ)} = e^{−(h² − 2ρhk + k²)/(2(1−ρ²))}, with the rounding of the exponent,
/// which can be 700, put back.
fn leading_factor(h: f64, k: f64, rho: Correlation) -> f64 {
    let (minus_low, plus_low) = complements_low(rho);
    let (first, first_low) = square_over(h, k, rho.one_plus(), plus_low);
    let (second, second_low) = square_over(h, -k, rho.one_minus(), minus_low);
    let (exponent, low) = two_sum(first, second);
    let value = (-exponent).exp();
    if value == 0.0 || value.is_nan() {
        return 0.0;
    }
    value - value * (low + first_low + second_low)
}

/// What rounding took from 1 − ρ and from 1 + ρ. Where |ρ| ≤ ½ it is ρ that is exact, elsewhere the
/// smaller of the two complements.
fn complements_low(rho: Correlation) -> (f64, f64) {
    if rho.rho().abs() <= 0.5 {
        (two_sum(1.0, -rho.rho()).1, two_sum(1.0, rho.rho()).1)
    } else if rho.rho() > 0.0 {
        (0.0, two_sum(2.0, -rho.one_minus()).1)
    } else {
        (two_sum(2.0, -rho.one_plus()).1, 0.0)
    }
}

/// ((x+y)/2)²/(c + c_low) as an unevaluated sum of two doubles.
fn square_over(x: f64, y: f64, c: f64, c_low: f64) -> (f64, f64) {
    let (sum, sum_low) = two_sum(0.5 * x, 0.5 * y);
    let square = sum * sum;
    let quotient = square / c;
    let rest = (-quotient).mul_add(c, square) + sum.mul_add(sum, -square) + 2.0 * sum * sum_low
        - quotient * c_low;
    (quotient, rest / c)
}

/// x + y and its rounding error (Knuth).
fn two_sum(x: f64, y: f64) -> (f64, f64) {
    let sum = x + y;
    let virtual_y = sum - x;
    (sum, (x - (sum - virtual_y)) + (y - virtual_y))
}

/// J(p, m, τ) π / [`leading_factor`] for a = p/τ ≥ max(1, b), b = mτ. With w = p/t:
/// ∫_a^∞ e^{−(w²−a²)(1−b²/w²)/2} p/(w²+p²) dw, falling throughout.
fn tail(p: f64, a: f64, b: f64) -> f64 {
    let (aa, bb) = (a * a, b * b);
    if 0.5 * aa > 800.0 {
        // The leading factor is below e^{−800}.
        return 0.0;
    }
    // The larger root s = w² of (s − a²)(1 − b²/s) = 2·EXPONENT.
    let total = aa + bb + 2.0 * EXPONENT;
    let end = (0.5 * (total + (total * total - 4.0 * aa * bb).sqrt())).sqrt();
    gauss::wide(0.0, end - a, |u| {
        let w = a + u;
        let ww = w * w;
        (-0.5 * u * (a + w) * (1.0 - bb / ww)).exp() * p / (ww + p * p)
    })
}

/// J(p, m, τ) π / [`leading_factor`] for τ ≤ 1, a = p/τ < 1, b = mτ < 1: with t = τs,
/// τ ∫₀¹ e^{a²(1−1/s²)/2 + b²(1−s²)/2} / (1+τ²s²) ds.
///
/// Near s = 0 the first factor has a boundary layer of width a, integrated in closed form against
/// the power series of the others.
pub(super) fn core(tau: f64, a: f64, b: f64) -> f64 {
    let split = (SERIES_END / tau).min(1.0);
    let (half_aa, half_bb) = (0.5 * a * a, 0.5 * b * b);
    let scale = (half_aa + half_bb).exp();
    let mut sum = split * scale * boundary_layer(tau * split, a / split, b * split);
    if split < 1.0 {
        sum += gauss::short(split, 1.0, |s| {
            let ss = s * s;
            ((1.0 - ss) * (half_bb - half_aa / ss)).exp() / (1.0 + tau * tau * ss)
        });
    }
    tau * sum
}

/// ∫₀¹ e^{−a²/(2s²) − b²s²/2} / (1+τ²s²) ds for τ ≤ ½, a < 2, b < 1: the Taylor coefficients in s²
/// of the smooth factors times the moments ν_j = ∫₀¹ s^{2j} e^{−a²/(2s²)} ds, for which integration
/// by parts gives (2j+1) ν_j = e^{−a²/2} − a² ν_{j−1}.
fn boundary_layer(tau: f64, a: f64, b: f64) -> f64 {
    let edge = (-0.5 * a * a).exp();
    let mut moment = edge - a * (2.0 * PI).sqrt() * normal_sf(a);
    let mut exponential = 1.0;
    let mut coefficient = 1.0;
    let mut sum = moment;
    for j in 1..40 {
        let j = f64::from(j);
        moment = (edge - a * a * moment) / (2.0 * j + 1.0);
        exponential *= -0.5 * b * b / j;
        coefficient = exponential - tau * tau * coefficient;
        let term = coefficient * moment;
        sum += term;
        if term.abs() < 1e-18 * sum.abs() {
            break;
        }
    }
    sum
}
