//! Piecewise polynomials: exact, by moments of the bivariate normal over quadrants.

use super::{Covariance, DualValue};
use crate::model::activation::PiecewisePolynomial;
use crate::numerics::Estimate;
use crate::numerics::special::{Correlation, normal_pdf, normal_sf, orthant};

/// Rounding of one step of the recursion, relative to its terms.
const ROUNDING: f64 = 2e-15;
/// The most coefficients of a piece; pieces of higher degree are left to quadrature.
const MOST: usize = 52;

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
    /// `None` for pieces of too high a degree.
    pub(crate) fn new(function: &PiecewisePolynomial) -> Option<Self> {
        if function.degree() >= MOST {
            return None;
        }
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
        Some(Self {
            terms,
            steps: steps.collect(),
        })
    }

    /// E[φ(u)φ(v)] and E[φ′(u)φ′(v)], both variances > 0, with the rounding of what was summed.
    pub(crate) fn dual(&self, covariance: &Covariance) -> DualValue {
        // Tables on the stack, of a few sizes.
        match self.terms.iter().map(|t| t.coefficients.len()).max() {
            None | Some(0..=2) => self.dual_sized::<2>(covariance),
            Some(3..=4) => self.dual_sized::<4>(covariance),
            Some(5..=8) => self.dual_sized::<8>(covariance),
            _ => self.dual_sized::<MOST>(covariance),
        }
    }

    fn dual_sized<const N: usize>(&self, covariance: &Covariance) -> DualValue {
        let (s1, s2) = (covariance.q11.sqrt(), covariance.q22.sqrt());
        let rho = covariance.correlation;
        let opposite = -rho;
        let (mut nngp, mut derivative) = (Sum::default(), Sum::default());
        for one in &self.terms {
            for two in &self.terms {
                let moments = QuadrantMoments::<N>::new(
                    one.knot(s1),
                    two.knot(s2),
                    if one.mirrored == two.mirrored {
                        rho
                    } else {
                        opposite
                    },
                    (one.coefficients.len(), two.coefficients.len()),
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
                    let term = step * jump * density / (s1 * s2);
                    derivative.push(term);
                    // k − h is right to the rounding of h and k, which next to |ρ| = 1 counts in units of √(1−ρ²).
                    let moved = f64::EPSILON * (h.abs() + k.abs()) / sine;
                    let away = (residual(k, h, rho) / sine).abs();
                    if term.is_finite() {
                        derivative.size += term.abs() * moved * (away + moved) / ROUNDING;
                    }
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
    /// A multiple of a moment, whose own rounding comes along.
    fn gather(&mut self, factor: f64, (value, size): (f64, f64)) {
        self.value += factor * value;
        self.size += factor.abs() * (size + value.abs());
    }

    fn push(&mut self, term: f64) {
        self.value += term;
        self.size += term.abs();
    }

    fn add<const N: usize>(
        &mut self,
        a: &[f64],
        b: &[f64],
        (s1, s2): (f64, f64),
        moments: &QuadrantMoments<N>,
    ) {
        let mut power1 = 1.0;
        for ((a, values), sizes) in a.iter().zip(&moments.values).zip(&moments.sizes) {
            let mut power = power1 * a;
            for ((b, value), size) in b.iter().zip(values).zip(sizes) {
                if *a != 0.0 && *b != 0.0 {
                    self.value += power * b * value;
                    self.size += (power * b).abs() * size;
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
                (-term.at / s, -rho)
            } else {
                (term.at / s, rho)
            };
            let derivative = &term.derivative;
            let moments = above::<MOST>(derivative.len(), residual(k, h, rho), rho.sine());
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

/// E[(cZ − a)₊^j] for j < count ≤ N and standard normal Z, c ≥ 0.
fn above<const N: usize>(count: usize, a: f64, c: f64) -> [f64; N] {
    let mut moments = [0.0; N];
    for j in 0..count.min(N) {
        moments[j] = if c == 0.0 {
            // The limit: 1 or 0, and ½ on the edge, for j = 0.
            match j {
                0 if a == 0.0 => 0.5,
                _ if a > 0.0 => 0.0,
                _ => (-a).powi(j as i32),
            }
        } else {
            match j {
                0 => normal_sf(a / c),
                1 => c * normal_pdf(a / c) - a * moments[0],
                _ => (j - 1) as f64 * c * c * moments[j - 2] - a * moments[j - 1],
            }
        };
    }
    moments
}

/// E[(U−h)₊^i (V−k)₊^j], i, j < N, for standard normal (U, V) of correlation ρ, by Gaussian integration by
/// parts: M_ij = (i−1)M_{i−2,j} + ρjM_{i−1,j−1} − hM_{i−1,j}, with boundary terms for i = 1.
struct QuadrantMoments<const N: usize> {
    values: [[f64; N]; N],
    /// The sums of moduli of the terms that made them, those of the moments they were made from included.
    sizes: [[f64; N]; N],
}

impl<const N: usize> QuadrantMoments<N> {
    fn new(h: f64, k: f64, rho: Correlation, (rows, columns): (usize, usize)) -> Self {
        let (sine, r) = (rho.sine(), rho.rho());
        let mut table = Self {
            values: [[0.0; N]; N],
            sizes: [[0.0; N]; N],
        };
        table.values[0][0] = orthant(h, k, rho);
        table.sizes[0][0] = table.values[0][0];
        let (rows, columns) = (rows.min(N), columns.min(N));
        if rows <= 1 && columns <= 1 {
            return table;
        }
        let (edge_h, edge_k) = (normal_pdf(h), normal_pdf(k));
        let given_h = above::<N>(columns, residual(k, h, rho), sine);
        for j in 1..columns {
            let mut entry = Sum::default();
            entry.push(r * edge_h * given_h[j - 1]);
            if j == 1 {
                entry.push(edge_k * above::<1>(1, residual(h, k, rho), sine)[0]);
            } else {
                entry.gather((j - 1) as f64, table.at(0, j - 2));
            }
            entry.gather(-k, table.at(0, j - 1));
            table.set(0, j, &entry);
        }
        for i in 1..rows {
            for (j, given) in given_h.iter().enumerate().take(columns) {
                let mut entry = Sum::default();
                if i == 1 {
                    entry.push(edge_h * given);
                } else {
                    entry.gather((i - 1) as f64, table.at(i - 2, j));
                }
                if j > 0 {
                    entry.gather(r * j as f64, table.at(i - 1, j - 1));
                }
                entry.gather(-h, table.at(i - 1, j));
                table.set(i, j, &entry);
            }
        }
        table
    }

    fn at(&self, i: usize, j: usize) -> (f64, f64) {
        (self.values[i][j], self.sizes[i][j])
    }

    fn set(&mut self, i: usize, j: usize, entry: &Sum) {
        self.values[i][j] = entry.value;
        self.sizes[i][j] = entry.size;
    }
}
