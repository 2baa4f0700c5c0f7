//! A piecewise polynomial in the basis of B-splines.

use super::pieces::DEGREE;
use crate::model::activation::{Piece, PiecewisePolynomial};

/// φ on its knots as Σ c_i B_i, B-splines of degree 7 over knots that are repeated four times inside (three
/// continuous derivatives), eight times at 0 and at the ends; beyond the ends φ is the polynomial of its tail.
///
/// `scipy.interpolate.BSpline(knots, coefficients, 7)` evaluates it.
#[derive(Clone, Debug, PartialEq)]
pub struct BSplines {
    /// The degree, 7.
    pub degree: usize,
    /// The knots with their repetitions, ascending.
    pub knots: Vec<f64>,
    /// One coefficient per B-spline: 8 fewer than knots.
    pub coefficients: Vec<f64>,
}

impl BSplines {
    /// The coefficient of the i-th B-spline is the polar form of φ, on any piece in its support, at
    /// the inner knots t_{i+1}, …, t_{i+7} (de Boor & Fix; Ramshaw 1987).
    pub(super) fn of(phi: &PiecewisePolynomial) -> Self {
        let places = phi.knots();
        let last = places.len().saturating_sub(1);
        let mut knots = Vec::new();
        for (k, &z) in places.iter().enumerate() {
            let whole = k == 0 || k == last || z == 0.0;
            let times = if whole {
                DEGREE + 1
            } else {
                DEGREE.div_ceil(2)
            };
            knots.extend(std::iter::repeat_n(z, times));
        }
        let count = knots.len().saturating_sub(DEGREE + 1);
        let coefficients = (0..count)
            .map(|i| {
                let inner = &knots[i + 1..=i + DEGREE];
                let middle = 0.5 * (knots[i + DEGREE / 2] + knots[i + DEGREE / 2 + 2]);
                let support = (knots[i], knots[i + DEGREE + 1]);
                let at = middle.clamp(support.0.next_up(), support.1.next_down());
                let piece = places.partition_point(|&z| z <= at);
                polar(phi.piece(piece), inner)
            })
            .collect();
        Self {
            degree: DEGREE,
            knots,
            coefficients,
        }
    }
}

/// The symmetric function of seven arguments, affine in each, that is p on the diagonal:
/// Σ_j c_j e_j(t − centre)/C(7, j) with the elementary symmetric polynomials e_j.
fn polar(p: &Piece, arguments: &[f64]) -> f64 {
    let mut symmetric = [0.0; DEGREE + 1];
    symmetric[0] = 1.0;
    for &t in arguments {
        for j in (1..=DEGREE).rev() {
            symmetric[j] += (t - p.centre()) * symmetric[j - 1];
        }
    }
    let mut binomial = 1.0;
    let mut sum = 0.0;
    for (j, (c, e)) in p.coefficients().iter().zip(symmetric).enumerate() {
        sum += c * e / binomial;
        binomial *= (DEGREE - j) as f64 / (j + 1) as f64;
    }
    sum
}
