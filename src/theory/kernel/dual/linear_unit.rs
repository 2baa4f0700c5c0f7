//! Closed forms for exponential linear units: quadrants of the bivariate normal under an
//! exponential tilt.

use super::homogeneous::half_moments;
use super::{Covariance, DualValue};
use crate::numerics::special::{Correlation, erfcx, normal_cdf, normal_pdf, tilted_quadrant};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Below this ratio of standard deviation to width e^z − 1 is expanded: its closed expectations
/// are differences of numbers near 1.
const SMALL: f64 = 0.25;
/// Terms of that expansion: the next is below 0.25¹⁷/√17! = 1e−17 of the first.
const TERMS: usize = 16;
/// Up to this product of both ratios the moments of the narrow one are found by a recurrence, which multiplies their
/// rounding by it at every step; beyond, the closed expectations lose nothing that counts beside √(q₁₁q₂₂).
const STABLE: f64 = 1.0;

/// factor·z for z > 0, factor·depth·(e^{z/width} − 1) for z ≤ 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LinearUnit {
    pub(crate) factor: f64,
    pub(crate) depth: f64,
    pub(crate) width: f64,
}

impl LinearUnit {
    /// φ(z), φ′(z) and φ″(z) without deltas; at the kink the means of both sides.
    pub(super) fn at(&self, z: f64) -> (f64, f64, f64) {
        let right = (self.factor * z, self.factor, 0.0);
        let left = {
            let y = z / self.width;
            let (depth, tail) = (self.factor * self.depth, y.min(0.0).exp());
            (
                depth * y.min(0.0).exp_m1(),
                depth / self.width * tail,
                depth / (self.width * self.width) * tail,
            )
        };
        if z > 0.0 {
            right
        } else if z < 0.0 {
            left
        } else {
            (0.0, 0.5 * (left.1 + right.1), 0.5 * left.2)
        }
    }

    /// The jump of φ′ at 0.
    pub(super) fn bend(&self) -> f64 {
        self.factor * (1.0 - self.depth / self.width)
    }
}

/// E[φφ] = f₁f₂{E[u₊v₊] + d₂E[u₊g(v)] + d₁E[g(u)v₊] + d₁d₂E[g(u)g(v)]} with g(z) = (e^{z/w} − 1)1(z < 0), and
/// E[φ′φ′] likewise; every term is a tilted quadrant moment.
pub(super) fn linear_unit_pair(
    one: &LinearUnit,
    two: &LinearUnit,
    covariance: &Covariance,
) -> DualValue {
    let (s1, s2) = (covariance.q11.sqrt(), covariance.q22.sqrt());
    let rho = if covariance.scale() == 0.0 {
        Correlation::from_rho(0.0)
    } else {
        covariance.correlation
    };
    let (a, b) = (s1 / one.width, s2 / two.width);
    let factor = one.factor * two.factor;
    let ramps = s1 * s2 * super::homogeneous::half_moment(1, rho);
    let right = two.depth * s1 * ramp_against_tail(b, -rho);
    let left = one.depth * s2 * ramp_against_tail(a, -rho);
    let (tails, subtracted) = tails(a, b, rho);
    let depths = one.depth * two.depth;
    let tails = depths * tails;
    let nngp = factor * (ramps + right + left + tails);
    let (slope1, slope2) = (one.depth / one.width, two.depth / two.width);
    let terms = [
        tilted_quadrant(0.0, 0.0, rho),
        slope2 * tilted_quadrant(0.0, b, -rho),
        slope1 * tilted_quadrant(a, 0.0, -rho),
        slope1 * slope2 * tilted_quadrant(a, b, rho),
    ];
    let derivative = factor * terms.iter().sum::<f64>();
    // E[φ²] ≥ ½f²q, E[φ′²] ≥ ½f².
    let size = 0.5 * factor.abs() * covariance.scale();
    DualValue::rounded(
        nngp,
        size + (factor * (right.abs() + left.abs() + tails.abs() + depths.abs() * subtracted))
            .abs(),
        derivative,
        factor.abs() * (0.5 + terms.iter().map(|t| t.abs()).sum::<f64>()),
    )
}

/// E[X (e^{−bY} − 1); X > 0, Y > 0] for standard normal X, Y of correlation ρ.
fn ramp_against_tail(b: f64, rho: Correlation) -> f64 {
    if b <= SMALL {
        let moments = half_moments(1, TERMS, rho);
        return exponential_series(b, |j| moments[1][j]);
    }
    let tilted = one_sided_moments::<2>(1.0, b, rho);
    let plain = one_sided_moments::<2>(1.0, 0.0, rho);
    tilted[1] - plain[1]
}

/// E[(e^{−aX} − 1)(e^{−bY} − 1); X > 0, Y > 0], and the sum of what was subtracted to find it.
fn tails(a: f64, b: f64, rho: Correlation) -> (f64, f64) {
    if a > b {
        return tails(b, a, rho);
    }
    if b <= SMALL {
        let moments = half_moments(TERMS, TERMS, rho);
        let sum = exponential_series(a, |i| exponential_series(b, |j| moments[i][j]));
        return (sum, 0.0);
    }
    if a <= SMALL && a * b <= STABLE {
        let tilted = one_sided_moments::<{ TERMS + 1 }>(a, b, rho);
        let plain = one_sided_moments::<{ TERMS + 1 }>(a, 0.0, rho);
        return (exponential_series(1.0, |i| tilted[i] - plain[i]), 0.0);
    }
    let quadrant = |a: f64, b: f64| tilted_quadrant(a, b, rho);
    let (none, left, right, both) = (
        quadrant(0.0, 0.0),
        quadrant(a, 0.0),
        quadrant(0.0, b),
        quadrant(a, b),
    );
    ((both - left) - (right - none), none + left + right + both)
}

/// Σ_{j≥1} (−x)^j/j! · moment(j), from the smallest term.
fn exponential_series(x: f64, moment: impl Fn(usize) -> f64) -> f64 {
    let mut coefficients = [0.0; TERMS + 1];
    let mut power = 1.0;
    for (j, slot) in coefficients.iter_mut().enumerate().skip(1) {
        power *= -x / j as f64;
        *slot = power;
    }
    let terms = coefficients.iter().enumerate().skip(1).rev();
    terms.map(|(j, c)| c * moment(j)).sum()
}

/// T_i = E[(aX)^i e^{−bY}; X > 0, Y > 0], i < N, by Gaussian integration by parts:
/// T_i = (i−1)a²T_{i−2} + ρa(ϕ(0)(ac)^{i−1}E[Z₊^{i−1}] − bT_{i−1}), with aϕ(0)E[e^{−bcZ₊}; Z > 0] beside it for i = 1.
fn one_sided_moments<const N: usize>(a: f64, b: f64, rho: Correlation) -> [f64; N] {
    let (r, sine) = (rho.rho(), rho.sine());
    let density = normal_pdf(0.0);
    let mut moments = [0.0; N];
    // (ac)^{i−1}E[Z₊^{i−1}], and the one before it.
    let (mut edge, mut edge_before) = (0.5, 0.0);
    for i in 0..N {
        moments[i] = match i {
            0 => tilted_quadrant(0.0, b, rho),
            1 => {
                let direct = 0.5 * density * erfcx(b * sine * FRAC_1_SQRT_2);
                a * (direct + r * (0.5 * density - b * moments[0]))
            }
            _ => {
                let next = if i == 2 {
                    a * sine * density
                } else {
                    (i - 2) as f64 * (a * sine).powi(2) * edge_before
                };
                (edge_before, edge) = (edge, next);
                let before = (i - 1) as f64 * a * a * moments[i - 2];
                before + r * (a * density * edge - (a * b) * moments[i - 1])
            }
        };
    }
    moments
}

/// E[φ(v)] and E[φ′(v)] for v ~ N(m, t²), t > 0.
pub(super) fn linear_unit_mean(unit: &LinearUnit, m: f64, t: f64) -> (f64, f64) {
    let x = m / t;
    let (above, below, density) = (normal_cdf(x), normal_cdf(-x), normal_pdf(x));
    let ramp = m * above + t * density;
    // In units of the width.
    let (m, t) = (m / unit.width, t / unit.width);
    let tilted = tilted_tail(m, t);
    let tail = if m.abs() + 9.0 * t < 2.0 * SMALL {
        // E[v^k; v < 0] = m E[v^{k−1}; v < 0] + (k−1)t² E[v^{k−2}; v < 0].
        let (mut before, mut moment) = (below, m * below - t * density);
        let (mut sum, mut factorial) = (moment, 1.0);
        for k in 2..=TERMS {
            (before, moment) = (moment, m * moment + (k - 1) as f64 * t * t * before);
            factorial *= k as f64;
            sum += moment / factorial;
        }
        sum
    } else {
        tilted - below
    };
    (
        unit.factor * (ramp + unit.depth * tail),
        unit.factor * (above + unit.depth / unit.width * tilted),
    )
}

/// E[e^v; v < 0] = ½ e^{−x²/2} erfcx((x + t)/√2) for v ~ N(m, t²), x = m/t.
fn tilted_tail(m: f64, t: f64) -> f64 {
    let x = m / t;
    let y = x + t;
    if y > 0.0 {
        0.5 * normal_pdf(x) * (2.0 * PI).sqrt() * erfcx(y * FRAC_1_SQRT_2)
    } else {
        (m + 0.5 * t * t).exp() * normal_cdf(-y)
    }
}

/// E[φ″(v)] without the delta at 0, for v ~ N(m, t²), t > 0.
pub(super) fn linear_unit_curve(unit: &LinearUnit, m: f64, t: f64) -> f64 {
    let factor = unit.factor * unit.depth / (unit.width * unit.width);
    factor * tilted_tail(m / unit.width, t / unit.width)
}
