//! Closed forms for erf and GELU: orthant probabilities of pre-activations with added unit noise.

use super::{Covariance, DualValue};
use crate::numerics::quadrature::gauss_legendre;
use crate::numerics::special::{Correlation, erf, normal_cdf, orthant};
use std::f64::consts::{FRAC_2_PI, FRAC_2_SQRT_PI, PI, SQRT_2};

/// Below this correlation the excess of an orthant over independence is integrated; above, it is as
/// large as the orthant itself and a difference loses nothing.
const WEAK: f64 = 0.5;
/// Nodes for e^{−(h²+k²−2hk sin θ)/(2cos²θ)} over |θ| ≤ π/6.
const NODES: usize = 32;

/// The law of (u + n, v + m) with independent noise n, m of variance `noise`: its standard deviations, q₁₂
/// and √det.
pub(super) struct Noisy {
    pub(super) one: f64,
    pub(super) two: f64,
    q12: f64,
    /// √((q₁₁+ν)(q₂₂+ν) − q₁₂²), free of overflow and, at |ρ| = 1, of cancellation.
    pub(super) root: f64,
}

impl Noisy {
    pub(super) fn new(covariance: &Covariance, noise: f64) -> Self {
        let (s1, s2) = (covariance.q11.sqrt(), covariance.q22.sqrt());
        let n = noise.sqrt();
        Self {
            one: s1.hypot(n),
            two: s2.hypot(n),
            q12: covariance.q12(),
            root: noise
                .hypot(n * s1)
                .hypot(n * s2)
                .hypot(s1 * s2 * covariance.correlation.sine()),
        }
    }

    /// Its correlation, from whichever of 1 ∓ r is small.
    pub(super) fn correlation(&self) -> Correlation {
        let r = (self.q12 / self.one) / self.two;
        let complement = ((self.root / self.one) / self.two).powi(2) / (1.0 + r.abs());
        if r > WEAK {
            Correlation::from_one_minus(complement)
        } else if r < -WEAK {
            Correlation::from_one_plus(complement)
        } else {
            Correlation::from_rho(r)
        }
    }
}

/// φ(z) = erf(z), (u, v) of means (μ₁, μ₂).
///
/// Centred, E[φφ] = (2/π) arcsin(2q₁₂/√((1+2q₁₁)(1+2q₂₂))) (Williams 1997, eq. 11). With means, erf(z) being
/// P(n < z) − P(n > z) for noise n of variance ½, E[φφ] = E[φ(u)]E[φ(v)] + 4[P(u+n>0, v+m>0) −
/// P(u+n>0)P(v+m>0)], the bracket an integral of Plackett's density over the correlation. E[φ′φ′] =
/// (4/π) E[e^{−u²−v²}].
pub(super) fn erf_pair(covariance: &Covariance, (m1, m2): (f64, f64)) -> DualValue {
    let noisy = Noisy::new(covariance, 0.5);
    let (nngp, exponent) = if m1 == 0.0 && m2 == 0.0 {
        (FRAC_2_PI * noisy.q12.atan2(noisy.root), 0.0)
    } else {
        let (h, k) = (m1 / noisy.one, m2 / noisy.two);
        let both = erf(h / SQRT_2) * erf(k / SQRT_2);
        // What m₂ is beyond its regression on m₁, in standard deviations.
        let rest = (m2 - (noisy.q12 / noisy.one) * h) * (noisy.one / noisy.root);
        (
            both + 4.0 * excess(h, k, &noisy),
            0.5 * h * h + 0.5 * rest * rest,
        )
    };
    let derivative = FRAC_2_PI / noisy.root * (-exponent).exp();
    // E[φ²], from below where there are means.
    let square = |q: f64, h: f64| {
        let spread = FRAC_2_PI * q.atan2((0.25 + q).sqrt()) * (-h * h).exp();
        spread + erf(h / SQRT_2).powi(2)
    };
    let (h, k) = (m1 / noisy.one, m2 / noisy.two);
    let size = (square(covariance.q11, h) * square(covariance.q22, k)).sqrt();
    DualValue::rounded(
        nngp,
        size.max(nngp.abs()),
        derivative,
        derivative * (1.0 + exponent),
    )
}

/// P(U < h, V < k) − P(U < h)P(V < k) = ∫₀^r ϕ₂(h, k; s) ds; with s = sin θ,
/// (1/2π)∫ e^{−(h²+k²−2hk sin θ)/(2cos²θ)} dθ.
fn excess(h: f64, k: f64, noisy: &Noisy) -> f64 {
    let law = noisy.correlation();
    if law.rho().abs() > WEAK {
        return orthant(-h, -k, law) - normal_cdf(h) * normal_cdf(k);
    }
    let half = 0.5 * noisy.q12.atan2(noisy.root);
    let rule = gauss_legendre(NODES);
    let density = |x: f64| {
        let (sin, cos) = (half + half * x).sin_cos();
        let residual = (k - sin * h) / cos;
        (-0.5 * (h * h + residual * residual)).exp()
    };
    let nodes = rule.nodes.iter().zip(&rule.weights);
    half * nodes.map(|(&x, w)| w * density(x)).sum::<f64>() / (2.0 * PI)
}

/// φ(z) = zΦ(z), centred. With A = 1+q₁₁, B = 1+q₂₂, D = AB − q₁₂² and P = P(u+n>0, v+m>0) =
/// ½ − arccos(q₁₂/√(AB))/2π for unit noise, Gaussian integration by parts gives
///
/// E[φφ] = q₁₂P + [q₁₁q₂₂ − q₁₂² + q₁₂²(1/A + 1/B)]/(2π√D),
/// E[φ′φ′] = P + q₁₂(1/A + 1/B + 1/D)/(2π√D).
pub(super) fn gelu_pair(covariance: &Covariance) -> DualValue {
    let noisy = Noisy::new(covariance, 1.0);
    let Noisy {
        one,
        two,
        q12,
        root,
    } = noisy;
    let orthant = root.atan2(-q12) / (2.0 * PI);
    let inverse = (1.0 / one / one) + (1.0 / two / two);
    // √(q₁₁q₂₂ − q₁₂²) and q₁₂, both divided by √(√D) in turn: no square overflows.
    let area = covariance.scale() * covariance.correlation.sine();
    let bracket = area * (area / root) + q12 * (q12 / root) * inverse;
    let nngp = q12 * orthant + bracket / (2.0 * PI);
    let slopes = (q12 / root) * (inverse + (1.0 / root) / root) / (2.0 * PI);
    let derivative = orthant + slopes;
    // E[φ²] ≥ q/4, E[φ′²] ≥ ¼.
    DualValue::rounded(nngp, 0.5 * covariance.scale(), derivative, 0.5)
}

/// E[φ(v)] and E[φ′(v)] for v ~ N(m, t²), φ = erf.
pub(super) fn erf_mean(m: f64, t: f64) -> (f64, f64) {
    let d = 1.0_f64.hypot(SQRT_2 * t);
    let x = m / d;
    (erf(x), FRAC_2_SQRT_PI / d * (-x * x).exp())
}

/// E[φ(v)] and E[φ′(v)] for v ~ N(m, t²), φ(z) = zΦ(z).
pub(super) fn gelu_mean(m: f64, t: f64) -> (f64, f64) {
    let c = 1.0_f64.hypot(t);
    let x = m / c;
    let (below, density) = (normal_cdf(x), crate::numerics::special::normal_pdf(x));
    let share = t / c;
    (
        m * below + t * share * density,
        below + density * x / (c * c),
    )
}

/// E[φ″(v)] for v ~ N(m, t²), φ = erf.
pub(super) fn erf_curve(m: f64, t: f64) -> f64 {
    let d = 1.0_f64.hypot(SQRT_2 * t);
    let x = m / d;
    -2.0 * x / d * (FRAC_2_SQRT_PI / d * (-x * x).exp())
}

/// E[φ″(v)] for v ~ N(m, t²), φ(z) = zΦ(z).
pub(super) fn gelu_curve(m: f64, t: f64) -> f64 {
    let c = 1.0_f64.hypot(t);
    let x = m / c;
    crate::numerics::special::normal_pdf(x) / c * (1.0 + (1.0 - x * x) / (c * c))
}
