//! Arc-cosine functions: activations a z₊^k + b (−z)₊^k.

use super::{Covariance, DualValue};
use crate::model::{Activation, activation::Family};
use crate::numerics::quadrature::gauss_legendre;
use crate::numerics::{Estimate, special::Correlation};
use std::f64::consts::PI;

/// Below this angle sin x − x cos x and x − sin x are summed as series: closed, they lose
/// 3/x² of their last digit.
const SMALL_ANGLE: f64 = 0.5;
/// Rounding of an arc-cosine function.
const ROUNDING: f64 = 1e-14;

/// φ(z) = a z₊^k + b (−z)₊^k.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Homogeneous {
    pub(crate) degree: usize,
    pub(crate) right: f64,
    pub(crate) left: f64,
}

impl Homogeneous {
    /// The activation as such a function, if it is one.
    pub(crate) fn of(activation: &Activation) -> Option<Self> {
        let Family::PiecewisePolynomial(function) = activation.family() else {
            return None;
        };
        let (left, right) = match (function.knots(), function.pieces()) {
            ([], [one]) => (one, one),
            ([0.0], [left, right]) => (left, right),
            _ => return None,
        };
        let monomial = |coefficients: Vec<f64>| {
            let mut terms = coefficients.into_iter().enumerate().filter(|t| t.1 != 0.0);
            match (terms.next(), terms.next()) {
                (None, _) => Some(None),
                (Some(term), None) => Some(Some(term)),
                _ => None,
            }
        };
        let (left, right) = (monomial(left.about(0.0))?, monomial(right.about(0.0))?);
        let sign = |k: usize| if k.is_multiple_of(2) { 1.0 } else { -1.0 };
        match (left, right) {
            (None, None) => None,
            (Some((j, _)), Some((k, _))) if j != k => None,
            (Some((k, _)), _) | (None, Some((k, _))) => Some(Self {
                degree: k,
                right: right.map_or(0.0, |t| t.1),
                left: left.map_or(0.0, |t| t.1 * sign(k)),
            }),
        }
    }

    /// φ′ without deltas.
    pub(super) fn derivative(&self) -> Self {
        let k = self.degree as f64;
        Self {
            degree: self.degree.saturating_sub(1),
            right: k * self.right,
            left: -k * self.left,
        }
    }

    fn jump(&self) -> f64 {
        if self.degree == 0 {
            self.right - self.left
        } else {
            0.0
        }
    }

    /// E[φ(u)φ(v)] and E[φ′(u)φ′(v)].
    pub(crate) fn dual(&self, covariance: &Covariance) -> DualValue {
        let nngp = self.mean(covariance);
        let derivative = if self.jump() != 0.0 {
            // E[δ(u)δ(v)], the density of (u, v) at (0, 0).
            let density = 1.0 / (2.0 * PI * covariance.scale() * covariance.correlation.sine());
            self.jump().powi(2) * density
        } else {
            self.derivative().mean(covariance)
        };
        DualValue {
            nngp: Estimate::new(nngp, ROUNDING * self.bound(covariance)),
            derivative: Estimate::new(
                derivative,
                if self.jump() != 0.0 {
                    ROUNDING * derivative
                } else {
                    ROUNDING * self.derivative().bound(covariance)
                },
            ),
        }
    }

    /// √(E[φ(u)²] E[φ(v)²]).
    fn bound(&self, covariance: &Covariance) -> f64 {
        let half = half_moment(self.degree, Correlation::from_one_minus(0.0));
        let squares = self.right.powi(2) + self.left.powi(2);
        covariance.scale().powi(self.degree as i32) * squares * half
    }

    fn mean(&self, covariance: &Covariance) -> f64 {
        let (a, b, rho) = (self.right, self.left, covariance.correlation);
        if covariance.scale() == 0.0 {
            // A pre-activation that is always 0, where a step has the mean of its limits.
            return match self.degree {
                0 => (0.5 * (a + b)).powi(2),
                _ => 0.0,
            };
        }
        let same = half_moment(self.degree, rho);
        let opposite = half_moment(self.degree, -rho);
        covariance.scale().powi(self.degree as i32)
            * ((a * a + b * b) * same + 2.0 * a * b * opposite)
    }

    /// √(E[φ(u)²]E[φ(v)²]) − E[φ(u)φ(v)] without cancellation: closed for k ≤ 1, else next to ρ = 1 the integral of what ρ takes,
    /// √(q₁₁q₂₂) ∫_ρ^1 E[φ′φ′] dr (Price), smooth in x for 1 − r = (1 − ρ)x².
    pub(crate) fn defect(&self, covariance: &Covariance) -> Estimate {
        let (a, b) = (self.right, self.left);
        let theta = covariance.correlation.angle();
        let squares = a * a + b * b;
        let unscaled = match self.degree {
            0 => (a - b).powi(2) * theta,
            1 => {
                squares * ((PI - theta) * covariance.correlation.one_minus() + arc_excess(theta))
                    - 2.0 * a * b * chord_excess(theta)
            }
            _ => return self.defect_of_power(covariance),
        };
        let defect = covariance.scale().powi(self.degree as i32) * unscaled / (2.0 * PI);
        Estimate::new(defect, 4.0 * f64::EPSILON * defect)
    }

    /// For k ≥ 2.
    fn defect_of_power(&self, covariance: &Covariance) -> Estimate {
        /// From here on a difference loses little.
        const FAR: f64 = 0.05;
        /// At 1 − r = 2, where the integrand is not smooth, |x − ½| is 12 times the half length: 12^−16 remains.
        const NODES: usize = 8;
        let away = covariance.correlation.one_minus();
        if away > FAR {
            let bound = self.bound(covariance);
            return Estimate::new(bound - self.mean(covariance), ROUNDING * bound);
        }
        let (slope, rule) = (self.derivative(), gauss_legendre(NODES));
        let terms = rule.nodes.iter().zip(&rule.weights).map(|(t, w)| {
            let x = 0.5 + 0.5 * t;
            let at = Covariance {
                correlation: Correlation::from_one_minus(away * x * x),
                ..*covariance
            };
            w * x * slope.mean(&at)
        });
        let defect = covariance.scale() * away * terms.sum::<f64>();
        Estimate::new(defect, ROUNDING * defect)
    }
}

/// E[U₊^k V₊^k] for standard normal (U, V) of correlation ρ (Cho & Saul 2009, eq. 1, up to a factor 2):
/// with θ = arccos ρ, (π−θ)/2π for k = 0 and (sin θ + (π−θ) cos θ)/2π for k = 1; higher k by
/// integration by parts.
pub(super) fn half_moment(degree: usize, rho: Correlation) -> f64 {
    let complement = (-rho).angle();
    match degree {
        0 => complement / (2.0 * PI),
        1 => chord_excess(complement) / (2.0 * PI),
        _ => half_moments(degree, degree, rho)[degree][degree],
    }
}

/// E[U₊^i V₊^j] for i ≤ rows, j ≤ columns by Gaussian integration by parts.
pub(super) fn half_moments(rows: usize, columns: usize, rho: Correlation) -> Vec<Vec<f64>> {
    let (r, sine) = (rho.rho(), rho.sine());
    let complement = (-rho).angle();
    let density = 1.0 / (2.0 * PI).sqrt();
    // plus[j] = E[Z₊^j].
    let mut plus = vec![0.5, density];
    // E[V₊^j 1(U > 0)].
    let mut edge = vec![complement / (2.0 * PI), 0.5 * density * rho.one_plus()];
    for j in 2..=columns.max(rows) {
        plus.push((j - 1) as f64 * plus[j - 2]);
        let boundary = r * density * sine.powi(j as i32 - 1) * plus[j - 1];
        edge.push((j - 1) as f64 * edge[j - 2] + boundary);
    }
    let mut table = vec![edge.clone()];
    for i in 1..=rows {
        let row = (0..=columns)
            .map(|j| {
                if j == 0 {
                    return edge[i];
                }
                let direct = if i == 1 {
                    density * sine.powi(j as i32) * plus[j]
                } else {
                    (i - 1) as f64 * table[i - 2][j]
                };
                direct + r * j as f64 * table[i - 1][j - 1]
            })
            .collect();
        table.push(row);
    }
    table
}

/// sin x − x cos x, for x = π − θ: sin θ + (π − θ) cos θ.
fn chord_excess(x: f64) -> f64 {
    if x > SMALL_ANGLE {
        return x.sin() - x * x.cos();
    }
    // Σ_{n≥1} (−1)^{n+1} 2n x^{2n+1}/(2n+1)!
    odd_series(x, |n| 2.0 * n)
}

/// x − sin x.
fn arc_excess(x: f64) -> f64 {
    if x > SMALL_ANGLE {
        return x - x.sin();
    }
    odd_series(x, |_| 1.0)
}

/// Σ_{n≥1} (−1)^{n+1} c(n) x^{2n+1}/(2n+1)! for |x| ≤ ½, where nine terms are all digits.
fn odd_series(x: f64, c: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut power) = (0.0, x);
    for n in 1..=9 {
        let n = f64::from(n);
        power *= -x * x / (2.0 * n * (2.0 * n + 1.0));
        sum -= c(n) * power;
    }
    sum
}
