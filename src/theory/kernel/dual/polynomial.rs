//! Polynomials: their Hermite expansions are finite sums, and so are Mehler's.

use super::{Covariance, DualValue};
use crate::model::activation::PiecewisePolynomial;
use crate::numerics::Estimate;

/// The highest degree: beyond, factorials overflow.
const HIGHEST: usize = 150;
/// Rounding of a Hermite coefficient, relative to the moduli of its terms.
const ROUNDING: f64 = 4e-15;

/// p(z) = Σ c_k z^k.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Polynomial {
    coefficients: Vec<f64>,
}

impl Polynomial {
    /// The function, if it is a polynomial.
    pub(crate) fn of(function: &PiecewisePolynomial) -> Option<Self> {
        match (function.knots(), function.pieces()) {
            ([], [only]) if only.degree() <= HIGHEST => Some(Self {
                coefficients: only.about(0.0),
            }),
            _ => None,
        }
    }

    /// E[p(u)p(v)] = Σ a_n(q₁₁) a_n(q₂₂) ρⁿ, a finite sum (Mehler), and the same of p′.
    pub(crate) fn dual(&self, covariance: &Covariance) -> DualValue {
        let slopes = self.coefficients.iter().enumerate().skip(1);
        let slopes: Vec<f64> = slopes.map(|(k, c)| k as f64 * c).collect();
        DualValue {
            nngp: mehler(&self.coefficients, covariance),
            derivative: mehler(&slopes, covariance),
        }
    }
}

fn mehler(coefficients: &[f64], covariance: &Covariance) -> Estimate {
    let one = expansion(coefficients, covariance.q11.sqrt());
    let two = expansion(coefficients, covariance.q22.sqrt());
    let rho = covariance.correlation.rho();
    let (mut value, mut size, mut power) = (0.0, 0.0, 1.0_f64);
    for ((a, a_size), (b, b_size)) in one.iter().zip(&two) {
        value += a * b * power;
        size += a_size * b_size * power.abs();
        power *= rho;
    }
    Estimate::new(value, ROUNDING * size)
}

/// a_n = Σ_m c_{n+2m} σ^{n+2m} (n+2m)!/(2^m m! √n!) with the sum of the moduli: z^k in Hermite
/// polynomials has positive coefficients.
fn expansion(coefficients: &[f64], sigma: f64) -> Vec<(f64, f64)> {
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
