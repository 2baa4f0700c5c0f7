//! The transform of a piecewise polynomial at low frequencies: powers of ω.

use super::super::closed_form::scaled_power;
use super::PiecewisePolynomial;
use super::transform::Scaled;
use crate::numerics::double::{Double, scaled_powers};
use num_complex::Complex64;

/// Terms of the series: enough for |ω|·reach ≤ [`REACH_LIMIT`].
const TERMS: usize = 36;
/// Beyond this the series itself cancels.
const REACH_LIMIT: f64 = 2.0;

/// e^{−iωc} Σ_n a_n (iω)^n, c the middle of the knots: the powers n < 0 come from the difference of the
/// tail polynomials, those n ≥ 0 are the moments of what is left between the knots.
#[derive(Clone, Debug)]
pub(super) struct Series {
    centre: f64,
    reach: f64,
    /// (n, a_n, bound on its error).
    terms: Vec<(i32, f64, f64)>,
}

impl Series {
    pub(super) fn new(phi: &PiecewisePolynomial, deltas: &[(f64, f64)]) -> Self {
        let (first, last) = match (phi.knots.first(), phi.knots.last()) {
            (Some(&first), Some(&last)) => (first, last),
            _ => (0.0, 0.0),
        };
        let centre = 0.5 * (first + last);
        let singular = singular_part(phi, centre);
        let orders = phi.jumps.iter().map(Vec::len).max().unwrap_or(0);
        // Σ J (−(z−c))^{j+1+p}/(j+1+p)!, deltas being jumps of order −1.
        let mut sums = vec![(Double::default(), 0.0); TERMS];
        let mut add = |z: f64, order: usize, jump: f64| {
            let powers = scaled_powers(Double::difference(centre, z), order + TERMS);
            for (p, sum) in sums.iter_mut().enumerate() {
                let term = Double::from(jump) * powers[order + p];
                sum.0 = sum.0 + term;
                sum.1 += term.value().abs();
            }
        };
        for (k, &z) in phi.knots.iter().enumerate() {
            (0..orders).for_each(|j| add(z, j + 1, phi.jump(k, j)));
        }
        deltas.iter().for_each(|&(z, weight)| add(z, 0, weight));
        let moments = sums.into_iter().enumerate().map(|(p, (sum, size))| {
            let rounding = 4.0 * f64::EPSILON * size;
            let value = sum.value();
            let value = if value.abs() <= rounding { 0.0 } else { value };
            (p as i32, value, rounding)
        });
        let terms = singular.into_iter().chain(moments);
        Self {
            centre,
            reach: 0.5 * (last - first),
            terms: terms.filter(|&(_, a, _)| a != 0.0).collect(),
        }
    }

    /// The sum at ω, if ω is low enough.
    pub(super) fn at(&self, omega: f64) -> Option<Vec<Scaled>> {
        if omega.abs() * self.reach > REACH_LIMIT {
            return None;
        }
        let phase = Complex64::cis(-omega * self.centre);
        let scaled = |&(n, a, error): &(i32, f64, f64)| {
            let (power, exponent) = scaled_power(omega, n);
            Scaled {
                exponent,
                number: phase * Complex64::i().powi(n) * (a * power),
                size: (a.abs() + 0.25 * error / f64::EPSILON) * power.abs(),
            }
        };
        Some(self.terms.iter().map(scaled).collect())
    }
}

/// The derivatives of right − left tail at `centre`, as coefficients of (iω)^{−j−1}.
fn singular_part(phi: &PiecewisePolynomial, centre: f64) -> Vec<(i32, f64, f64)> {
    let (Some(left), Some(right)) = (phi.pieces.first(), phi.pieces.last()) else {
        return Vec::new();
    };
    let orders = left.degree().max(right.degree()) + 1;
    let left = left.derivatives_at(centre, orders);
    let right = right.derivatives_at(centre, orders);
    let pairs = left.into_iter().zip(right).enumerate();
    pairs
        .map(|(j, (l, r))| {
            let (difference, size) = (r.0 - l.0, l.1 + r.1);
            let rounding = 4.0 * f64::EPSILON * size;
            let vanishes = difference.abs() <= rounding;
            (
                -(j as i32) - 1,
                if vanishes { 0.0 } else { difference },
                rounding,
            )
        })
        .collect()
}
