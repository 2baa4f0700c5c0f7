//! Polynomials: their Hermite expansions are finite sums, and so are Mehler's.

use super::{Covariance, DualValue};
use crate::model::activation::PiecewisePolynomial;
use crate::numerics::Estimate;

/// The highest degree: beyond, factorials overflow.
const HIGHEST: usize = 150;
/// Rounding of a term of Mehler's sum, relative to the moduli it is made of, and what every degree adds: factors of both coefficients and
/// of the power of ρ.
const ROUNDING: f64 = 4e-15;
const ROUNDING_OF_DEGREE: f64 = 2.0 * f64::EPSILON;

/// p(z) = Σ c_k z^k.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Polynomial {
    coefficients: Vec<f64>,
    /// Whether it is the orthonormal Hermite polynomial of its degree, to which rounded coefficients would do harm.
    is_hermite: bool,
}

/// A Hermite expansion, each coefficient with the sum of the moduli of its terms.
type Expansion = Vec<(f64, f64)>;

impl Polynomial {
    /// The function, if it is a polynomial.
    pub(crate) fn of(function: &PiecewisePolynomial) -> Option<Self> {
        match (function.knots(), function.pieces()) {
            ([], [only]) if only.degree() <= HIGHEST => Some(Self {
                coefficients: only.about(0.0),
                is_hermite: PiecewisePolynomial::hermite(only.degree())
                    .is_ok_and(|h| h == *function),
            }),
            _ => None,
        }
    }

    /// E[p(u)p(v)] = Σ a_n(q₁₁) a_n(q₂₂) ρⁿ, a finite sum (Mehler), and the same of p′.
    pub(crate) fn dual(&self, covariance: &Covariance) -> DualValue {
        let (one, two) = (
            self.expansions(covariance.q11),
            self.expansions(covariance.q22),
        );
        let rho = covariance.correlation.rho();
        DualValue {
            nngp: mehler(&one[0], &two[0], rho),
            derivative: mehler(&one[1], &two[1], rho),
        }
    }

    /// Of p and p′ at a variance.
    fn expansions(&self, q: f64) -> [Expansion; 2] {
        if self.is_hermite {
            let n = self.coefficients.len().saturating_sub(1);
            // h_n′ = √n h_{n−1}.
            let root = (n as f64).sqrt();
            let slope = hermite(n.saturating_sub(1), q).into_iter();
            return [
                hermite(n, q),
                slope.map(|(a, size)| (root * a, root * size)).collect(),
            ];
        }
        let slopes = self.coefficients.iter().enumerate().skip(1);
        let slopes: Vec<f64> = slopes.map(|(k, c)| k as f64 * c).collect();
        [&self.coefficients, &slopes].map(|c| expansion(c, q.sqrt()))
    }
}

fn mehler(one: &[(f64, f64)], two: &[(f64, f64)], rho: f64) -> Estimate {
    let (mut value, mut size, mut power) = (0.0, 0.0, 1.0_f64);
    for ((a, a_size), (b, b_size)) in one.iter().zip(two) {
        value += a * b * power;
        size += a_size * b_size * power.abs();
        power *= rho;
    }
    let rounding = ROUNDING + ROUNDING_OF_DEGREE * one.len() as f64;
    Estimate::new(value, rounding * size)
}

/// He_n(σx)/√n! = Σ_m √(n!/(n−2m)!)/(2^m m!) σ^{n−2m} (σ²−1)^m h_{n−2m}(x), each term right to rounding.
fn hermite(n: usize, q: f64) -> Expansion {
    let mut found = vec![(0.0, 0.0); n + 1];
    let (sigma, mut factor) = (q.sqrt(), 1.0);
    for m in 0..=n / 2 {
        let k = n - 2 * m;
        if m > 0 {
            factor *= ((k + 1) as f64 * (k + 2) as f64).sqrt() / (2 * m) as f64 * (q - 1.0);
        }
        let value: f64 = factor * sigma.powi(k as i32);
        found[k] = (value, value.abs());
    }
    found
}

/// a_n = Σ_m c_{n+2m} σ^{n+2m} (n+2m)!/(2^m m! √n!) with the sum of the moduli: z^k in Hermite
/// polynomials has positive coefficients.
fn expansion(coefficients: &[f64], sigma: f64) -> Expansion {
    let count = coefficients.len();
    // √n! σⁿ
    let mut lead = 1.0;
    (0..count)
        .map(|n| {
            if n > 0 {
                lead *= sigma * (n as f64).sqrt();
            }
            let (mut factor, mut value, mut size) = (lead, 0.0, 0.0);
            for m in 0..=(count - 1 - n) / 2 {
                let k = n + 2 * m;
                if m > 0 {
                    factor *= sigma * sigma * (k * (k - 1)) as f64 / (2 * m) as f64;
                }
                let term = coefficients.get(k).map_or(0.0, |c| c * factor);
                value += term;
                size += term.abs();
            }
            (value, size)
        })
        .collect()
}
