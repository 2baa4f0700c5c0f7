//! What the second of two nearly equal pre-activations adds to a continuous piecewise polynomial, without cancellation.

use super::Covariance;
use super::taylor::Taylor;
use super::truncated::TruncatedMeans;
use crate::model::activation::{Piece, PiecewisePolynomial};
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate};
use crate::numerics::special::normal_pdf;

/// Beyond |x| = 9.5 the normal law has 2e−21 of its mass.
const REACH: f64 = 9.5;
/// What is asked of integrals, and their rounding, relative to the distance of u and v.
const FINE: f64 = 1e-14;

/// v given u: u + w with w ~ N(shift·u, spread²).
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside {
    pub(super) shift: f64,
    pub(super) spread: f64,
    s1: f64,
}

impl Beside {
    /// For ρ ≥ 0; `excess`: q₁₁ − q₂₂.
    pub(super) fn new(covariance: &Covariance, excess: f64) -> Self {
        let (s1, s2) = (covariance.q11.sqrt(), covariance.q22.sqrt());
        let rho = covariance.correlation;
        Self {
            shift: -rho.one_minus() * (s2 / s1) - excess / (s1 * (s1 + s2)),
            spread: s2 * rho.sine(),
            s1,
        }
    }

    /// E[φ′(v)] given that u is at a knot, places relative to which keep their digits.
    pub(super) fn slope_at(&self, function: &PiecewisePolynomial, knot: f64) -> f64 {
        let knots = function.knots().iter().map(|z| z - knot).collect();
        let pieces = function.pieces().iter();
        let pieces = pieces.map(|piece| Piece::new(0.0, piece.about(knot)));
        let moved = PiecewisePolynomial::new(knots, pieces.collect());
        moved.map_or(f64::NAN, |moved| {
            TruncatedMeans::new(&moved)
                .mean(self.shift * knot, self.spread)
                .1
        })
    }

    /// E[uφ′(u)(φ(v) − φ(u))].
    ///
    /// # Method
    /// As if the piece at u went on for v, its Taylor coefficients times the moments of v − u; and from every knot what the pieces beside
    /// it differ by, where u and v lie on different sides of it.
    pub(super) fn stretch(&self, function: &PiecewisePolynomial) -> Estimate {
        let knots = function.knots();
        let degree = function.degree();
        let pieces: Vec<Taylor> = { function.pieces().iter() }
            .map(|piece| Taylor::new(piece, piece.centre(), degree))
            .collect();
        let own = |u: f64, piece: &Taylor| {
            u * piece.derivative(1, u).0 * normal_pdf(u / self.s1) / self.s1
        };
        let at = |u: f64| &pieces[knots.partition_point(|knot| *knot < u)];
        let reach = REACH * self.s1;
        let within = |f: &dyn Fn(f64) -> f64, ends: (f64, f64), splits: &[f64], size: f64| {
            let tolerance = Tolerance {
                absolute: FINE * size,
                relative: 0.0,
                ..Tolerance::default()
            };
            let found = integrate(f, ends.0, ends.1, splits, &tolerance);
            Estimate::new(found.value, found.error)
        };
        let smooth = |u: f64| {
            let piece = at(u);
            let (mean, variance) = (self.shift * u, self.spread.powi(2));
            // E[w^j] = mean·E[w^{j−1}] + (j−1)·variance·E[w^{j−2}], over j!.
            let (mut before, mut moment, mut sum) = (1.0, mean, 0.0);
            for j in 1..=degree {
                sum += piece.derivative(j, u).0 * moment;
                let next = (mean * moment + variance * before) / (j + 1) as f64;
                (before, moment) = (moment, next);
            }
            own(u, piece) * sum
        };
        let square =
            |u: f64| (u * at(u).derivative(1, u).0).powi(2) * normal_pdf(u / self.s1) / self.s1;
        let rough = Tolerance::relative(1e-3);
        let size = integrate(square, -reach, reach, knots, &rough).value
            * (self.shift.abs() + self.spread / self.s1);
        let mut total = Estimate::new(0.0, FINE * size);
        total = total + within(&smooth, (-reach, reach), knots, size);
        for (k, knot) in knots.iter().enumerate().filter(|(_, z)| z.abs() < reach) {
            let sides = [
                function.piece(k).about(*knot),
                function.piece(k + 1).about(*knot),
            ];
            let terms = sides[0].len().max(sides[1].len());
            let term = |side: &[f64], j: usize| side.get(j).copied().unwrap_or(0.0);
            let leap = (0..terms).map(|j| term(&sides[1], j) - term(&sides[0], j));
            // Continuity is exact, whatever was rounded.
            let leap: Vec<f64> = leap
                .enumerate()
                .map(|(j, c)| if j == 0 { 0.0 } else { c })
                .collect();
            let width = REACH * self.spread + 2.0 * (self.shift * knot).abs();
            for (right, sign) in [(true, 1.0), (false, -1.0)] {
                let beyond = Piece::new(0.0, leap.clone());
                let zero = Piece::new(0.0, Vec::new());
                let both = if right {
                    vec![zero, beyond]
                } else {
                    vec![beyond, zero]
                };
                let Ok(beyond) = PiecewisePolynomial::new(vec![0.0], both) else {
                    continue;
                };
                let beyond = TruncatedMeans::new(&beyond);
                let crossing = |y: f64| {
                    let u = knot + y;
                    let before = knots.partition_point(|z| *z < u);
                    // A knot to which u is rounded is still to its right, or left.
                    let piece = &pieces[if right {
                        before.min(k)
                    } else {
                        before.max(k + 1)
                    }];
                    let mean = y + self.shift * u;
                    sign * own(u, piece) * beyond.mean(mean, self.spread).0
                };
                let ends = if right { (-width, 0.0) } else { (0.0, width) };
                let others = knots.iter().map(|z| z - knot);
                let splits: Vec<f64> = others.chain([-self.shift * knot]).collect();
                total = total + within(&crossing, ends, &splits, size);
            }
        }
        total
    }
}
