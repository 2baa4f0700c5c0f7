//! Piecewise polynomials: exact, by moments of the bivariate normal over quadrants.

use super::{Covariance, DualValue};
use crate::model::activation::PiecewisePolynomial;
use crate::numerics::Estimate;
use crate::numerics::special::{Correlation, normal_pdf, normal_sf, orthant};

/// Rounding of one quadrant moment, relative to the moment.
const ROUNDING: f64 = 4e-15;

/// φ as a sum of truncated powers c (z − at)₊^j, or c (at − z)₊^j left of its first knot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TruncatedPowers {
    terms: Vec<Term>,
    /// The jumps of φ itself: (place, size).
    steps: Vec<(f64, f64)>,
}

/// Σ_j coefficients[j] (±(z − at))₊^j.
#[derive(Clone, Debug, PartialEq)]
struct Term {
    at: f64,
    mirrored: bool,
    coefficients: Vec<f64>,
    /// The same of the derivative.
    derivative: Vec<f64>,
}

impl Term {
    fn new(at: f64, mirrored: bool, coefficients: Vec<f64>) -> Self {
        let sign = if mirrored { -1.0 } else { 1.0 };
        let powers = coefficients.iter().enumerate().skip(1);
        let derivative = powers.map(|(j, c)| sign * j as f64 * c).collect();
        Self {
            at,
            mirrored,
            coefficients,
            derivative,
        }
    }

    /// Its knot in units of the standard deviation of u, or of −u if mirrored.
    fn knot(&self, std: f64) -> f64 {
        if self.mirrored {
            -self.at / std
        } else {
            self.at / std
        }
    }
}

impl TruncatedPowers {
    pub(crate) fn new(function: &PiecewisePolynomial) -> Self {
        let base = function.knots().first().copied().unwrap_or(0.0);
        let expand = |piece: usize| match function.pieces().get(piece) {
            Some(piece) => piece.about(base),
            None => Vec::new(),
        };
        let left = expand(0);
        let right = if function.knots().is_empty() {
            left.clone()
        } else {
            expand(1)
        };
        let signs = [1.0, -1.0].into_iter().cycle();
        let mut terms = vec![
            Term::new(
                base,
                true,
                left.iter().zip(signs).map(|(c, s)| c * s).collect(),
            ),
            Term::new(base, false, right),
        ];
        for (knot, &at) in function.knots().iter().enumerate().skip(1) {
            let mut factorial = 1.0;
            let coefficients = (0..=function.degree())
                .map(|j| {
                    factorial *= j.max(1) as f64;
                    function.jump(knot, j) / factorial
                })
                .collect();
            terms.push(Term::new(at, false, coefficients));
        }
        terms.retain(|term| term.coefficients.iter().any(|&c| c != 0.0));
        let knots = function.knots().iter().enumerate();
        let steps = knots
            .map(|(k, &z)| (z, function.jump(k, 0)))
            .filter(|s| s.1 != 0.0);
        Self {
            terms,
            steps: steps.collect(),
        }
    }

    /// E[φ(u)φ(v)] and E[φ′(u)φ′(v)], both variances > 0, with the rounding of what was summed.
    pub(crate) fn dual(&self, covariance: &Covariance) -> DualValue {
        let (s1, s2) = (covariance.q11.sqrt(), covariance.q22.sqrt());
        let rho = covariance.correlation;
        let opposite = super::covariance::negated(rho);
        let (mut nngp, mut derivative) = (Sum::default(), Sum::default());
        for one in &self.terms {
            for two in &self.terms {
                let moments = QuadrantMoments::new(
                    one.knot(s1),
                    two.knot(s2),
                    if one.mirrored == two.mirrored {
                        rho
                    } else {
                        opposite
                    },
                    (
                        one.coefficients.len().max(1) - 1,
                        two.coefficients.len().max(1) - 1,
                    ),
                );
                nngp.add(&one.coefficients, &two.coefficients, (s1, s2), &moments);
                derivative.add(&one.derivative, &two.derivative, (s1, s2), &moments);
            }
        }
        for &(at, step) in &self.steps {
            // E[δ(u − at) φ′(v)], and with u and v exchanged.
            for (s, t) in [(s1, s2), (s2, s1)] {
                let weight = step * normal_pdf(at / s) / s;
                if weight != 0.0 {
                    derivative.conditional(&self.terms, weight, (at / s, t), rho);
                }
            }
            for &(other, jump) in &self.steps {
                let (h, k) = (at / s1, other / s2);
                let sine = rho.sine();
                let density = normal_pdf(h) * normal_pdf(residual(k, h, rho) / sine) / sine;
                // At |ρ| = 1 two lines that do not meet: 0; that coincide: infinite.
                let density = if density.is_nan() && residual(k, h, rho) != 0.0 {
                    0.0
                } else if density.is_nan() {
                    f64::INFINITY
                } else {
                    density
                };
                if density != 0.0 {
                    derivative.push(step * jump * density / (s1 * s2));
                }
            }
        }
        DualValue {
            nngp: nngp.estimate(),
            derivative: derivative.estimate(),
        }
    }
}

/// A sum with the size of what was summed.
#[derive(Default)]
struct Sum {
    value: f64,
    size: f64,
}

impl Sum {
    fn push(&mut self, term: f64) {
        self.value += term;
        self.size += term.abs();
    }

    fn add(&mut self, a: &[f64], b: &[f64], (s1, s2): (f64, f64), moments: &QuadrantMoments) {
        let mut power1 = 1.0;
        for (i, a) in a.iter().enumerate() {
            let mut power = power1 * a;
            for (j, b) in b.iter().enumerate() {
                if *a != 0.0 && *b != 0.0 {
                    let scale = power * b;
                    self.value += scale * moments.value(i, j);
                    self.size += scale.abs() * moments.size(i, j);
                }
                power *= s2;
            }
            power1 *= s1;
        }
    }

    /// weight·E[φ′(v) | U = h] with v = sV.
    fn conditional(&mut self, terms: &[Term], weight: f64, (h, s): (f64, f64), rho: Correlation) {
        for term in terms {
            let (k, rho) = if term.mirrored {
                (-term.at / s, super::covariance::negated(rho))
            } else {
                (term.at / s, rho)
            };
            let derivative = &term.derivative;
            let moments = above(derivative.len(), residual(k, h, rho), rho.sine());
            let mut power = weight;
            for (c, moment) in derivative.iter().zip(moments) {
                self.push(power * c * moment);
                power *= s;
            }
        }
    }

    fn estimate(&self) -> Estimate {
        Estimate::new(self.value, ROUNDING * self.size)
    }
}

/// k − ρh without cancellation at |ρ| = 1.
fn residual(k: f64, h: f64, rho: Correlation) -> f64 {
    if rho.rho() > 0.0 {
        (k - h) + rho.one_minus() * h
    } else {
        (k + h) - rho.one_plus() * h
    }
}

/// E[(cZ − a)₊^j] for j = 0, …, degree and standard normal Z, c ≥ 0.
fn above(degree: usize, a: f64, c: f64) -> Vec<f64> {
    let mut moments = Vec::with_capacity(degree + 1);
    if c == 0.0 {
        moments.push(if a < 0.0 {
            1.0
        } else if a > 0.0 {
            0.0
        } else {
            0.5
        });
        moments.extend((1..=degree).map(|j| (-a).max(0.0).powi(j as i32)));
        return moments;
    }
    moments.push(normal_sf(a / c));
    for j in 1..=degree {
        let before = if j == 1 {
            c * normal_pdf(a / c)
        } else {
            (j - 1) as f64 * c * c * moments[j - 2]
        };
        moments.push(before - a * moments[j - 1]);
    }
    moments
}

/// E[(U−h)₊^i (V−k)₊^j] for standard normal (U, V) of correlation ρ, by Gaussian integration by parts:
/// M_ij = (i−1)M_{i−2,j} + ρjM_{i−1,j−1} − hM_{i−1,j}, with boundary terms for i = 1.
struct QuadrantMoments {
    columns: usize,
    values: Vec<f64>,
    sizes: Vec<f64>,
}

impl QuadrantMoments {
    fn new(h: f64, k: f64, rho: Correlation, (rows, columns): (usize, usize)) -> Self {
        let (sine, r) = (rho.sine(), rho.rho());
        let (edge_h, edge_k) = (normal_pdf(h), normal_pdf(k));
        let given_h = above(columns, residual(k, h, rho), sine);
        let given_k = above(0, residual(h, k, rho), sine)[0];
        let mut table = Self {
            columns: columns + 1,
            values: Vec::with_capacity((rows + 1) * (columns + 1)),
            sizes: Vec::with_capacity((rows + 1) * (columns + 1)),
        };
        table.push(&[orthant(h, k, rho)]);
        for j in 1..=columns {
            let boundary = r * edge_h * given_h[j - 1];
            if j == 1 {
                table.push(&[edge_k * given_k, boundary, -k * table.values[0]]);
            } else {
                let (before, last) = (table.values[j - 2], table.values[j - 1]);
                table.push(&[(j - 1) as f64 * before, boundary, -k * last]);
            }
        }
        for i in 1..=rows {
            for (j, given) in given_h.iter().enumerate() {
                let first = if i == 1 {
                    edge_h * given
                } else {
                    (i - 1) as f64 * table.value(i - 2, j)
                };
                let parts = if j == 0 {
                    0.0
                } else {
                    r * j as f64 * table.value(i - 1, j - 1)
                };
                table.push(&[first, parts, -h * table.value(i - 1, j)]);
            }
        }
        table
    }

    fn push(&mut self, terms: &[f64]) {
        self.values.push(terms.iter().sum());
        self.sizes.push(terms.iter().map(|t| t.abs()).sum());
    }

    fn value(&self, i: usize, j: usize) -> f64 {
        self.values[i * self.columns + j]
    }

    fn size(&self, i: usize, j: usize) -> f64 {
        self.sizes[i * self.columns + j]
    }
}
