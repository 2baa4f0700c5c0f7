//! Piecewise polynomials: exact, by moments of the bivariate normal over quadrants.

use super::{Covariance, DualValue};
use crate::model::activation::PiecewisePolynomial;
use crate::numerics::Estimate;
use crate::numerics::special::{Correlation, normal_pdf, normal_sf, orthant};

/// Half a unit in the last place, relatively.
const UNIT: f64 = 0.5 * f64::EPSILON;
/// The most coefficients of a piece; pieces of higher degree are left to quadrature.
const MOST: usize = 52;

/// φ as a sum of truncated powers c (z − at)₊^j, or c (at − z)₊^j left of its first knot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TruncatedPowers {
    terms: Vec<Term>,
    /// The jumps of φ itself: (place, size).
    steps: Vec<(f64, f64)>,
    /// Whether the mirrored terms are the others, up to one sign.
    symmetric: bool,
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
        let knots = function.knots();
        // Outwards from the knot next to 0, so that what is far out is small.
        let near = |a: &usize, b: &usize| knots[*a].abs().total_cmp(&knots[*b].abs());
        let middle = (0..knots.len()).min_by(near);
        let base = middle.map_or(0.0, |k| knots[k]);
        let mirror = |coefficients: Vec<f64>| -> Vec<f64> {
            let signs = [1.0, -1.0].into_iter().cycle();
            coefficients.iter().zip(signs).map(|(c, s)| c * s).collect()
        };
        let piece = |i: usize| function.pieces().get(i).map(|piece| piece.about(base));
        let left = piece(middle.unwrap_or(0)).unwrap_or_default();
        let right = piece(middle.map_or(0, |k| k + 1)).unwrap_or_default();
        let mut terms = vec![
            Term::new(base, true, mirror(left)),
            Term::new(base, false, right),
        ];
        for (knot, &at) in knots.iter().enumerate().filter(|(k, _)| Some(*k) != middle) {
            let mut factorial = 1.0;
            let jumps = (0..=function.degree()).map(|j| {
                factorial *= j.max(1) as f64;
                function.jump(knot, j) / factorial
            });
            terms.push(if Some(knot) < middle {
                Term::new(at, true, mirror(jumps.map(|c| -c).collect()))
            } else {
                Term::new(at, false, jumps.collect())
            });
        }
        terms.retain(|term| term.coefficients.iter().any(|&c| c != 0.0));
        let knots = function.knots().iter().enumerate();
        let steps = knots
            .map(|(k, &z)| (z, function.jump(k, 0)))
            .filter(|s| s.1 != 0.0);
        let sides = [1.0, -1.0];
        let symmetric = sides.iter().any(|sign| {
            terms.iter().all(|term| {
                let image = term.coefficients.iter().map(|c| sign * c).collect();
                terms.contains(&Term::new(-term.at, !term.mirrored, image))
            })
        });
        Some(Self {
            terms,
            steps: steps.collect(),
            symmetric,
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
        // (u, v) and (−u, −v) give the same, if φ has a parity.
        let firsts = self
            .terms
            .iter()
            .filter(|term| !(self.symmetric && term.mirrored));
        for one in firsts {
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
        if self.symmetric {
            for sum in [&mut nngp, &mut derivative] {
                sum.value *= 2.0;
                sum.error *= 2.0;
            }
        }
        for &(at, step) in &self.steps {
            // E[δ(u − at) φ′(v)], and with u and v exchanged.
            for (s, t) in [(s1, s2), (s2, s1)] {
                let weight = step * normal_pdf(at / s) / s;
                if weight != 0.0 {
                    derivative.conditional::<N>(&self.terms, weight, (at / s, t), rho);
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
                    // k − h is right to the rounding of h and k, which next to |ρ| = 1 counts in units of √(1−ρ²).
                    let moved = f64::EPSILON * (h.abs() + k.abs()) / sine;
                    let away = (residual(k, h, rho) / sine).abs();
                    let error = term.abs() * (8.0 * UNIT + moved * (away + moved));
                    derivative.push(term, if term.is_finite() { error } else { 0.0 });
                }
            }
        }
        DualValue {
            nngp: nngp.estimate(),
            derivative: derivative.estimate(),
        }
    }
}

/// A sum with a bound on its rounding and that of its terms.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    value: f64,
    error: f64,
}

impl Sum {
    /// A term with its error, the rounding of three products apart.
    fn push(&mut self, term: f64, error: f64) {
        self.value += term;
        self.error += error + UNIT * (4.0 * term.abs() + self.value.abs());
    }

    fn gather(&mut self, factor: f64, moment: Self) {
        self.push(factor * moment.value, factor.abs() * moment.error);
    }

    fn add<const N: usize>(
        &mut self,
        a: &[f64],
        b: &[f64],
        (s1, s2): (f64, f64),
        moments: &QuadrantMoments<N>,
    ) {
        let mut power1 = 1.0;
        for (a, moments) in a.iter().zip(&moments.0) {
            let mut power = power1 * a;
            for (b, moment) in b.iter().zip(moments) {
                if *a != 0.0 && *b != 0.0 {
                    self.gather(power * b, *moment);
                }
                power *= s2;
            }
            power1 *= s1;
        }
    }

    /// weight·E[φ′(v) | U = h] with v = sV.
    fn conditional<const N: usize>(
        &mut self,
        terms: &[Term],
        weight: f64,
        (h, s): (f64, f64),
        rho: Correlation,
    ) {
        for term in terms {
            let (k, rho) = if term.mirrored {
                (-term.at / s, -rho)
            } else {
                (term.at / s, rho)
            };
            let derivative = &term.derivative;
            let moments = above::<N>(derivative.len(), k, h, rho);
            let mut power = weight;
            for (c, moment) in derivative.iter().zip(moments) {
                // The density that is the weight.
                let density = UNIT * (4.0 + h * h) * moment.value.abs();
                self.push(
                    power * c * moment.value,
                    (power * c).abs() * (moment.error + density),
                );
                power *= s;
            }
        }
    }

    fn estimate(self) -> Estimate {
        Estimate::new(self.value, self.error)
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

/// E[(V−k)₊^j | U = h] for j < count ≤ N and standard normal (U, V) of correlation ρ.
fn above<const N: usize>(count: usize, k: f64, h: f64, rho: Correlation) -> [Sum; N] {
    let (a, c) = (residual(k, h, rho), rho.sine());
    let mut moments = [Sum::default(); N];
    if c == 0.0 {
        for (j, moment) in moments.iter_mut().enumerate().take(count) {
            // The limit: 1 or 0, and ½ on the edge, for j = 0.
            moment.value = match j {
                0 if a == 0.0 => 0.5,
                _ if a > 0.0 => 0.0,
                _ => (-a).powi(j as i32),
            };
            moment.error = UNIT * (4 * j) as f64 * moment.value;
        }
        return moments;
    }
    let z = a / c;
    let (density, tail) = (normal_pdf(z), normal_sf(z));
    // Of z, which for ρ > 0 is ((k−h) + (1−ρ)h)/√(1−ρ²).
    let moved = UNIT * (5.0 * z.abs() + 3.0 * h.abs());
    let off = c * moved;
    for j in 0..count.min(N) {
        let mut moment = Sum::default();
        match j {
            0 => moment.push(tail, density * moved),
            1 => moment.push(c * density, c * density * z.abs() * moved),
            _ => moment.gather((j - 1) as f64 * c * c, moments[j - 2]),
        }
        if j > 0 {
            let before = moments[j - 1];
            moment.push(
                -a * before.value,
                a.abs() * before.error + off * before.value.abs(),
            );
        }
        moments[j] = moment;
    }
    moments
}

/// E[(U−h)₊^i (V−k)₊^j], i, j < N, for standard normal (U, V) of correlation ρ, by Gaussian integration by
/// parts: M_ij = (i−1)M_{i−2,j} + ρjM_{i−1,j−1} − hM_{i−1,j}, with boundary terms for i = 1 and for j = 0.
struct QuadrantMoments<const N: usize>([[Sum; N]; N]);

impl<const N: usize> QuadrantMoments<N> {
    fn new(h: f64, k: f64, rho: Correlation, (rows, columns): (usize, usize)) -> Self {
        let r = rho.rho();
        let mut table = [[Sum::default(); N]; N];
        let mass = orthant(h, k, rho);
        table[0][0] = Sum {
            value: mass,
            // Its own, and that of h and k.
            error: UNIT * ((10.0 + h * h + k * k) * mass).min(3.0),
        };
        let (rows, columns) = (rows.min(N), columns.min(N));
        if rows <= 1 && columns <= 1 {
            return Self(table);
        }
        let edge = |z: f64| Sum {
            value: normal_pdf(z),
            error: UNIT * (3.0 + z * z) * normal_pdf(z),
        };
        let product = |a: Sum, b: Sum| Sum {
            value: a.value * b.value,
            error: a.value.abs() * b.error + a.error * b.value.abs(),
        };
        let (edge_h, edge_k) = (edge(h), edge(k));
        let (given_h, given_k) = (above::<N>(columns, k, h, rho), above::<N>(rows, h, k, rho));
        for j in 1..columns {
            let mut entry = Sum::default();
            entry.gather(r, product(edge_h, given_h[j - 1]));
            if j == 1 {
                entry.gather(1.0, product(edge_k, given_k[0]));
            } else {
                entry.gather((j - 1) as f64, table[0][j - 2]);
            }
            entry.gather(-k, table[0][j - 1]);
            table[0][j] = entry;
        }
        for i in 1..rows {
            for j in 0..columns {
                let mut entry = Sum::default();
                if i == 1 {
                    entry.gather(1.0, product(edge_h, given_h[j]));
                } else {
                    entry.gather((i - 1) as f64, table[i - 2][j]);
                }
                if j == 0 {
                    entry.gather(r, product(edge_k, given_k[i - 1]));
                } else {
                    entry.gather(r * j as f64, table[i - 1][j - 1]);
                }
                entry.gather(-h, table[i - 1][j]);
                table[i][j] = entry;
            }
        }
        Self(table)
    }
}
