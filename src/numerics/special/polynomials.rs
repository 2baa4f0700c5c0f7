//! Orthogonal polynomials by their three-term recurrences, scaled so that degrees in the thousands
//! neither overflow nor lose digits.
//!
//! Every family comes as a primitive that fills `out[k]` with degree k for all k < `out.len()`, and
//! as a convenience that allocates the degrees 0…count−1. All orthogonality is with respect to a
//! probability measure, so degree 0 is the constant 1.
//!
//! Accuracy is stated relative to (f_k² + f_{k−1}²)^{½}, which has no zeros; in those terms the
//! recurrences lose about one unit of 2⁻⁵³ for every few degrees (`docs/accuracy/special.md`).

use super::normal::FRAC_1_SQRT_2PI;

/// Legendre polynomials √(2k+1) P_k(x), orthonormal under the uniform probability dx/2 on [−1, 1].
pub fn legendre_into(x: f64, out: &mut [f64]) {
    gegenbauer_into(3, x, out);
    normalise_legendre(out);
}

/// The degrees 0…count−1 of [`legendre_into`].
pub fn legendre(x: f64, count: usize) -> Vec<f64> {
    collect(count, |out| legendre_into(x, out))
}

/// The derivatives √(2k+1) P_k′(x) of [`legendre_into`].
pub fn legendre_derivative_into(x: f64, out: &mut [f64]) {
    gegenbauer_derivative_into(3, x, out);
    normalise_legendre(out);
}

fn normalise_legendre(out: &mut [f64]) {
    for (k, value) in out.iter_mut().enumerate() {
        *value *= (2.0 * k as f64 + 1.0).sqrt();
    }
}

/// Probabilists' Hermite polynomials He_k(x)/√(k!), orthonormal under the standard normal law.
///
/// For large |x| they overflow from some degree on (x = 60: degree 508) and are then infinite or
/// NaN; [`hermite_function_into`] never does.
pub fn hermite_into(x: f64, out: &mut [f64]) {
    let (mut previous, mut current) = (0.0, 1.0);
    for (k, value) in out.iter_mut().enumerate() {
        *value = current;
        (previous, current) = (current, hermite_step(k, x, previous, current));
    }
}

/// The degrees 0…count−1 of [`hermite_into`].
pub fn hermite(x: f64, count: usize) -> Vec<f64> {
    collect(count, |out| hermite_into(x, out))
}

/// The derivatives √k He_{k−1}(x)/√((k−1)!) of [`hermite_into`].
pub fn hermite_derivative_into(x: f64, out: &mut [f64]) {
    let Some((first, rest)) = out.split_first_mut() else {
        return;
    };
    *first = 0.0 * x;
    hermite_into(x, rest);
    for (k, value) in rest.iter_mut().enumerate() {
        *value *= (k as f64 + 1.0).sqrt();
    }
}

/// Hermite functions He_k(x)/√(k!) · √ϕ(x) with ϕ the standard normal density: orthonormal in
/// L²(dx), bounded by 0.64, free of overflow and underflow at any degree.
///
/// # Method
/// The recurrence on mantissas with a separate power of two: √ϕ(x) itself underflows beyond
/// x = 54, where degrees above 750 are of order one.
pub fn hermite_function_into(x: f64, out: &mut [f64]) {
    /// ln 2 in two parts, the first with trailing zeros so that its multiples are exact.
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    /// Beyond this all degrees below 10⁷ are zero.
    const FAR: f64 = 1e4;
    const LARGE: f64 = 2.037_035_976_334_486e90; // 2³⁰⁰
    if x.is_nan() || x.abs() > FAR {
        out.fill(if x.is_nan() { f64::NAN } else { 0.0 });
        return;
    }
    let square = 0.25 * x * x;
    let square_low = 0.25 * x.mul_add(x, -x * x);
    let halvings = (square / std::f64::consts::LN_2).round();
    let rest = (square - halvings * LN_2_HIGH) - halvings * LN_2_LOW + square_low;
    let mut exponent = -(halvings as i32);
    let (mut previous, mut current) = (0.0, (-rest).exp() * FRAC_1_SQRT_2PI.sqrt());
    for (k, value) in out.iter_mut().enumerate() {
        *value = libm::ldexp(current, exponent);
        (previous, current) = (current, hermite_step(k, x, previous, current));
        if current.abs() > LARGE {
            previous /= LARGE;
            current /= LARGE;
            exponent += 300;
        }
    }
}

/// The degrees 0…count−1 of [`hermite_function_into`].
pub fn hermite_function(x: f64, count: usize) -> Vec<f64> {
    collect(count, |out| hermite_function_into(x, out))
}

/// h_{k+1} = (x h_k − √k h_{k−1})/√(k+1).
fn hermite_step(k: usize, x: f64, previous: f64, current: f64) -> f64 {
    let k = k as f64;
    (x * current - k.sqrt() * previous) / (k + 1.0).sqrt()
}

/// Gegenbauer (ultraspherical) polynomials P_k^{(d)}(t) of the sphere S^{d−1}, with P_k(1) = 1:
/// orthogonal under (1−t²)^{(d−3)/2} dt, ‖P_k‖² = 1/N(d,k) under the law of one coordinate,
/// N(d,k) the dimension of the harmonics of degree k.
///
/// d = 2 are the Chebyshev polynomials cos(k arccos t), d = 3 the Legendre polynomials. S⁰ is two
/// points and has harmonics of degree 0 and 1 alone: for d = 1, P_0 = 1, P_1 = t and the rest is 0.
/// For d = 0 there is no sphere, and NaN.
///
/// # Method
/// On |t| ≤ ½ the recurrence (k+d−1) P_{k+2} = (2k+d) t P_{k+1} − (k+1) P_k; nearer to the ends,
/// where that loses k² units of 2⁻⁵³, the same for the differences P_{k+1} − P_k in 1 − |t|
/// (Reinsch's device; J. Oliver, *An error analysis of the modified Clenshaw method*, J. Inst. Math.
/// Appl. 20 (1977) 379–391), with the parity (−1)ᵏ.
pub fn gegenbauer_into(d: usize, t: f64, out: &mut [f64]) {
    if d < 2 {
        point_pair_into(d, t, out);
        return;
    }
    let d = d as f64;
    if t.abs() <= 0.5 {
        let (mut previous, mut current) = (1.0, t);
        for (k, value) in out.iter_mut().enumerate() {
            *value = previous;
            let k = k as f64;
            let next = ((2.0 * k + d) * t * current - (k + 1.0) * previous) / (k + d - 1.0);
            (previous, current) = (current, next);
        }
    } else {
        let below = t.abs() - 1.0;
        let (mut current, mut difference) = (1.0, below);
        for (k, value) in out.iter_mut().enumerate() {
            *value = if k % 2 == 1 && t < 0.0 {
                -current
            } else {
                current
            };
            current += difference;
            let k = k as f64;
            difference = ((2.0 * k + d) * below * current + (k + 1.0) * difference) / (k + d - 1.0);
        }
    }
}

/// The two harmonics 1, t of S⁰, or the absence of any for d = 0.
fn point_pair_into(d: usize, t: f64, out: &mut [f64]) {
    for (k, value) in out.iter_mut().enumerate() {
        *value = match (d, k) {
            (0, _) => f64::NAN,
            (_, 0) => 1.0,
            (_, 1) => t,
            _ => 0.0 * t,
        };
    }
}

/// The degrees 0…count−1 of [`gegenbauer_into`].
pub fn gegenbauer(d: usize, t: f64, count: usize) -> Vec<f64> {
    collect(count, |out| gegenbauer_into(d, t, out))
}

/// The derivatives of [`gegenbauer_into`] in t: k(k+d−2)/(d−1) P_{k−1}^{(d+2)}(t).
pub fn gegenbauer_derivative_into(d: usize, t: f64, out: &mut [f64]) {
    let Some((first, rest)) = out.split_first_mut() else {
        return;
    };
    if d < 2 {
        // P_1 = t is all that S⁰ has to differentiate.
        *first = if d == 1 { 0.0 * t } else { f64::NAN };
        for (k, value) in rest.iter_mut().enumerate() {
            *value = *first + if k == 0 { 1.0 } else { 0.0 };
        }
        return;
    }
    *first = 0.0 * t;
    gegenbauer_into(d + 2, t, rest);
    let d = d as f64;
    for (k, value) in rest.iter_mut().enumerate() {
        let k = k as f64 + 1.0;
        *value *= k * (k + d - 2.0) / (d - 1.0);
    }
}

fn collect(count: usize, fill: impl FnOnce(&mut [f64])) -> Vec<f64> {
    let mut out = vec![0.0; count];
    fill(&mut out);
    out
}
