//! Averages over the directions of functions of (⟨ξ,x⟩, ⟨ξ,x′⟩).

use crate::numerics::Estimate;
use crate::numerics::quadrature::{
    GaussRule, Tolerance, gauss_gegenbauer, gauss_legendre, integrate_estimates,
};
use crate::numerics::special::{Correlation, sphere_moment};
use std::f64::consts::PI;
use std::sync::Arc;

/// Two points in the plane they span: norms and the angle between them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wedge {
    pub(crate) r: f64,
    pub(crate) s: f64,
    pub(crate) cos: f64,
    pub(crate) sin: f64,
}

impl Wedge {
    pub(crate) fn new(x: &[f64], y: &[f64]) -> Self {
        let norm = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
        let (r, s) = (norm(x), norm(y));
        if r == 0.0 || s == 0.0 {
            return Self {
                r,
                s,
                cos: 1.0,
                sin: 0.0,
            };
        }
        let unit = |sign: f64| {
            let terms = x.iter().zip(y).map(|(a, b)| (a / r + sign * b / s).powi(2));
            0.5 * terms.sum::<f64>()
        };
        let (minus, plus) = (unit(-1.0), unit(1.0));
        let angle = if minus < plus {
            Correlation::from_one_minus(minus)
        } else {
            Correlation::from_one_plus(plus)
        };
        // In one dimension the angle is 0 or π, not nearly so.
        let sin = if x.len() == 1 { 0.0 } else { angle.sine() };
        Self {
            r,
            s,
            cos: angle.rho(),
            sin,
        }
    }

    fn at(&self, first: f64, second: f64) -> (f64, f64) {
        (
            self.r * first,
            self.s * (self.cos * first + self.sin * second),
        )
    }

    fn toward(&self, theta: f64) -> (f64, f64) {
        self.at(theta.cos(), theta.sin())
    }
}

/// E_ξ f(⟨ξ,x⟩, ⟨ξ,x′⟩) for f a polynomial of degree ≤ 2·nodes − 1, exactly.
pub(crate) fn polynomial_average(
    dim: usize,
    wedge: &Wedge,
    nodes: usize,
    f: impl Fn(f64, f64) -> f64,
) -> f64 {
    let call = |first: f64, second: f64| {
        let (u, v) = wedge.at(first, second);
        f(u, v)
    };
    match dim {
        1 => 0.5 * (call(1.0, 0.0) + call(-1.0, 0.0)),
        2 => {
            let count = 2 * nodes;
            let step = 2.0 * PI / count as f64;
            let terms = (0..count).map(|i| {
                let theta = step * i as f64;
                call(theta.cos(), theta.sin())
            });
            terms.sum::<f64>() / count as f64
        }
        _ => {
            let outer = gauss_gegenbauer(nodes, 0.5 * dim as f64 - 1.0);
            let inner = gauss_gegenbauer(nodes, 0.5 * dim as f64 - 1.5);
            let (mut sum, mut mass) = (0.0, 0.0);
            for (t, w) in outer.nodes.iter().zip(&outer.weights) {
                let across = (1.0 - t * t).sqrt();
                for (q, v) in inner.nodes.iter().zip(&inner.weights) {
                    sum += w * v * call(*t, across * q);
                    mass += w * v;
                }
            }
            sum / mass
        }
    }
}

/// E_ξ a(r|ξ₁|) for even a, not smooth at r|ξ₁| = a kink.
pub(crate) fn zonal_average(
    dim: usize,
    r: f64,
    a: impl Fn(f64) -> Estimate,
    kinks: &[f64],
    tolerance: &Tolerance,
) -> Estimate {
    if dim == 1 || r == 0.0 {
        return a(r);
    }
    // ξ₁ = sin φ with density ∝ cos^{d−2} φ.
    let power = i32::try_from(dim - 2).unwrap_or(i32::MAX);
    let splits: Vec<f64> = kinks
        .iter()
        .filter(|k| **k < r)
        .map(|k| (k / r).asin())
        .collect();
    let f = |phi: f64| a(r * phi.sin()) * phi.cos().powi(power);
    let integral = integrate_estimates(f, 0.0, 0.5 * PI, &splits, tolerance);
    // ∫₀^{π/2} cos^{d−2} = (√π/2) Γ((d−1)/2)/Γ(d/2) = 1/(c_d·…): by the first moment, (1/(d−1))/c_d^{(1)}.
    integral.estimate() * ((dim - 1) as f64 * sphere_moment(dim, 1.0))
}

/// Gauss rules for trigonometric polynomials of one degree on arcs up to a quarter of the circle.
#[derive(Clone, Debug)]
pub(crate) struct ArcRules {
    degree: f64,
    rules: Vec<Arc<GaussRule>>,
}

impl ArcRules {
    pub(crate) fn new(degree: usize) -> Self {
        let degree = degree as f64;
        let most = Self::steps(degree, 0.25 * PI);
        Self {
            degree,
            rules: (0..=most).map(|i| gauss_legendre(5 + i)).collect(),
        }
    }

    /// On an arc of half length h the n-point rule for e^{iDθ} is off by about (eDh/4n)^{2n}.
    fn steps(degree: f64, half: f64) -> usize {
        (2.2 * degree * half).ceil() as usize
    }

    fn on(&self, half: f64) -> &GaussRule {
        let last = self.rules.len() - 1;
        &self.rules[Self::steps(self.degree, half).min(last)]
    }
}

/// E_ξ f(⟨ξ,x⟩, ⟨ξ,x′⟩) in the plane (d = 2) for f piecewise a polynomial of some degree: not smooth
/// where ⟨ξ,x⟩ or ⟨ξ,x′⟩ is one of `lines` or where their difference is one of `gaps`.
///
/// Between those angles f is a trigonometric polynomial of that degree: a Gauss rule of fixed size for an arc
/// converges faster than exponentially.
pub(crate) fn planar_average(
    wedge: &Wedge,
    rules: &ArcRules,
    lines: &[f64],
    gaps: &[f64],
    f: impl Fn(f64, f64) -> f64,
) -> f64 {
    let angle = wedge.sin.atan2(wedge.cos);
    let mut cuts = vec![-PI, -0.5 * PI, 0.0, 0.5 * PI, PI];
    let mut level = |radius: f64, phase: f64, levels: &[f64]| {
        for level in levels.iter().filter(|level| level.abs() < radius) {
            let half = (level / radius).acos();
            for theta in [phase + half, phase - half] {
                cuts.push((theta + PI).rem_euclid(2.0 * PI) - PI);
            }
        }
    };
    level(wedge.r, 0.0, lines);
    level(wedge.s, angle, lines);
    // ⟨ξ, x − x′⟩ = ‖x − x′‖ cos(θ − phase).
    let (dx, dy) = (wedge.r - wedge.s * wedge.cos, -wedge.s * wedge.sin);
    level(dx.hypot(dy), dy.atan2(dx), gaps);
    cuts.sort_unstable_by(f64::total_cmp);
    let mut sum = 0.0;
    for pair in cuts.windows(2) {
        let (middle, half) = (0.5 * (pair[0] + pair[1]), 0.5 * (pair[1] - pair[0]));
        let at = |x: f64| {
            let (u, v) = wedge.toward(middle + half * x);
            f(u, v)
        };
        // A polynomial that is exactly 0 at two places inside an arc is one that was never added up.
        if half < 1e-15 || (at(0.1) == 0.0 && at(-0.3) == 0.0) {
            continue;
        }
        let rule = rules.on(half);
        let terms = rule.nodes.iter().zip(&rule.weights);
        sum += half * terms.map(|(x, w)| w * at(*x)).sum::<f64>();
    }
    sum / (2.0 * PI)
}

/// E_ξ f(⟨ξ,x⟩, ⟨ξ,x′⟩), d ≥ 3, for f as in [`planar_average`]: its average over circles of radius
/// ρ = sin β under the density (d−2) sin β cos^{d−3} β of what ξ shows in the plane of x and x′.
///
/// The average over a circle is not smooth in ρ where the circle touches a line or passes through the
/// crossing of two; there it has half-integer powers, which the substitution β ~ t⁴ makes whole.
pub(crate) fn disc_average(
    dim: usize,
    wedge: &Wedge,
    arcs: &ArcRules,
    lines: &[f64],
    gaps: &[f64],
    f: impl Fn(f64, f64) -> f64,
) -> Estimate {
    let (dx, dy) = (wedge.r - wedge.s * wedge.cos, -wedge.s * wedge.sin);
    let families = [
        ((wedge.r, 0.0), lines),
        ((wedge.s * wedge.cos, wedge.s * wedge.sin), lines),
        ((dx, dy), gaps),
    ];
    // sin of 0, 30, 60 and 90 degrees: no interval is long.
    let mut radii = vec![0.0, 0.5, 0.75_f64.sqrt(), 1.0];
    for (i, ((a, b), levels)) in families.iter().enumerate() {
        radii.extend(levels.iter().map(|level| level.abs() / a.hypot(*b)));
        for ((c, d), others) in &families[..i] {
            let determinant = a * d - b * c;
            for level in *levels {
                for other in *others {
                    let (x, y) = (level * d - other * b, other * a - level * c);
                    radii.push(x.hypot(y) / determinant.abs());
                }
            }
        }
    }
    radii.retain(|rho| *rho <= 1.0);
    radii.sort_unstable_by(f64::total_cmp);
    radii.dedup();
    let power = i32::try_from(dim - 3).unwrap_or(i32::MAX);
    let circle = |beta: f64| {
        let (rho, cos) = beta.sin_cos();
        let shrunk = Wedge {
            r: wedge.r * rho,
            s: wedge.s * rho,
            ..*wedge
        };
        planar_average(&shrunk, arcs, lines, gaps, &f) * rho * cos.powi(power)
    };
    let (fine, coarse) = (gauss_legendre(28), gauss_legendre(20));
    let (mut value, mut error) = (0.0, 0.0);
    for pair in radii.windows(2) {
        let (low, high) = (pair[0].asin(), pair[1].asin());
        let over = |rule: &GaussRule| -> f64 {
            let nodes = rule.nodes.iter().zip(&rule.weights);
            let terms = nodes.map(|(x, w)| {
                let t = 0.5 * (x + 1.0);
                let step = t.powi(4) * (35.0 + t * (-84.0 + t * (70.0 - 20.0 * t)));
                let slope = 140.0 * (t * (1.0 - t)).powi(3);
                0.5 * w * slope * circle(low + (high - low) * step)
            });
            (high - low) * terms.sum::<f64>()
        };
        let (one, two) = (over(&fine), over(&coarse));
        value += one;
        error += (one - two).abs() + 1e-14 * one.abs();
    }
    Estimate::new(value, error) * (dim - 2) as f64
}

/// E_ξ f(⟨ξ,x⟩, ⟨ξ,x′⟩) for any f, by adaptive quadrature.
pub(crate) fn general_average(
    dim: usize,
    wedge: &Wedge,
    f: impl Fn(f64, f64) -> Estimate,
    tolerance: &Tolerance,
) -> Estimate {
    match dim {
        1 => {
            let (u, v) = wedge.at(1.0, 0.0);
            (f(u, v) + f(-u, -v)) * 0.5
        }
        2 => {
            let call = |theta: f64| {
                let (u, v) = wedge.toward(theta);
                f(u, v)
            };
            integrate_estimates(call, -PI, PI, &[], tolerance).estimate() * (0.5 / PI)
        }
        _ => {
            // ξ₁ = sin φ with density ∝ cos^{d−2}; what is left of ξ lies on a sphere of one dimension
            // less: its component is cos φ sin χ with density of χ ∝ cos^{d−3}.
            let power = |p: usize| i32::try_from(p).unwrap_or(i32::MAX);
            let mass = |d: usize| 2.0 / ((d - 1) as f64 * sphere_moment(d, 1.0));
            let finer = Tolerance {
                absolute: 0.1 * tolerance.absolute,
                relative: 0.1 * tolerance.relative,
                ..*tolerance
            };
            let outer = |phi: f64| {
                let (sin, cos) = phi.sin_cos();
                let inner = |chi: f64| {
                    let (u, v) = wedge.at(sin, cos * chi.sin());
                    f(u, v) * chi.cos().powi(power(dim - 3))
                };
                let integral = integrate_estimates(inner, -0.5 * PI, 0.5 * PI, &[], &finer);
                integral.estimate() * cos.powi(power(dim - 2))
            };
            let integral = integrate_estimates(outer, -0.5 * PI, 0.5 * PI, &[], tolerance);
            integral.estimate() * (1.0 / (mass(dim) * mass(dim - 1)))
        }
    }
}
