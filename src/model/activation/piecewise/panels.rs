//! The transform of a piecewise polynomial of many pieces: piece by piece.
//!
//! Splines of high degree through many knots have jumps of high derivatives that cancel in the sum
//! over knots, the more the finer the knots. Transforms of the pieces do not.

use super::{Piece, PiecewisePolynomial};
use crate::numerics::quadrature::{FilonPanel, FilonRule};
use num_complex::Complex64;

/// With fewer knots the sum over jumps is as good.
const FEWEST_KNOTS: usize = 16;

/// φ̂(ω): within |z| ≲ 1/ω the pieces of φ; further out, by parts, (iω)^{−m} times those of φ^{(m)}, m such that the
/// tails have no m-th derivative, with the boundary terms. So every term is of the size of the whole.
#[derive(Clone, Debug)]
pub(super) struct Panels {
    knots: Vec<f64>,
    /// `edges[k]`: the derivatives of order < m left and right of the k-th knot, and whether they jump there.
    edges: Vec<Edge>,
    deltas: Vec<(f64, f64)>,
    /// One per piece between knots: φ and φ^{(m)} there.
    pieces: Vec<(FilonPanel, FilonPanel)>,
    /// m.
    order: usize,
    terms: usize,
}

#[derive(Clone, Debug)]
struct Edge {
    left: Vec<f64>,
    right: Vec<f64>,
    jumps: Vec<f64>,
}

impl Panels {
    pub(super) fn new(phi: &PiecewisePolynomial, deltas: &[(f64, f64)]) -> Option<Self> {
        if phi.knots.len() < FEWEST_KNOTS {
            return None;
        }
        let ends = [phi.pieces.first()?, phi.pieces.last()?];
        let order = ends.iter().map(|p| p.coefficients().len()).max()?;
        let terms = phi.degree() + 1;
        let rule = FilonRule::new(terms);
        let inner = phi.pieces.get(1..phi.pieces.len() - 1)?;
        let pieces = { phi.knots.windows(2).zip(inner) }
            .map(|(ends, piece)| {
                let (middle, half) = (0.5 * (ends[0] + ends[1]), 0.5 * (ends[1] - ends[0]));
                let panel = |piece: &Piece| {
                    let nodes = rule.nodes().iter();
                    let values: Vec<f64> = nodes.map(|x| piece.value(middle + half * x)).collect();
                    rule.panel(middle, half, &values)
                };
                let derivative = (0..order).fold(piece.clone(), |p, _| p.differentiated());
                (panel(piece), panel(&derivative))
            })
            .collect();
        let edges = { phi.knots.iter().zip(phi.pieces.windows(2)).enumerate() }
            .map(|(k, (&z, pair))| {
                let side = |piece: &Piece| -> Vec<f64> {
                    let derivatives = piece.derivatives_at(z, order).into_iter();
                    derivatives.map(|(value, _)| value).collect()
                };
                Edge {
                    left: side(&pair[0]),
                    right: side(&pair[1]),
                    jumps: (0..order).map(|j| phi.jump(k, j)).collect(),
                }
            })
            .collect();
        Some(Self {
            knots: phi.knots.clone(),
            edges,
            deltas: deltas.to_vec(),
            pieces,
            order,
            terms,
        })
    }

    /// (exponent, number, bound) at ω.
    pub(super) fn at(&self, omega: f64) -> (f64, Complex64, f64) {
        let last = self.knots.len() - 1;
        let reach = omega.abs().recip();
        // The knots between which φ itself is transformed.
        let from = { self.knots.partition_point(|&z| z <= -reach) }.saturating_sub(1);
        let to = self.knots.partition_point(|&z| z < reach).min(last);
        let mut bessel = vec![0.0; self.terms];
        let factor = Complex64::new(0.0, omega).powi(-(self.order as i32));
        let (mut sum, mut bound) = (Complex64::ZERO, 0.0);
        for (i, (value, derivative)) in self.pieces.iter().enumerate() {
            let (panel, factor) = if i >= from && i < to {
                (value, Complex64::ONE)
            } else {
                (derivative, factor)
            };
            let (term, size) = panel.integral(omega, &mut bessel);
            sum += factor * term.conj();
            bound += factor.norm() * (8.0 * size + (omega * panel.middle()).abs() * term.norm());
        }
        let mut add = |z: f64, derivatives: &[f64], sign: f64| {
            let mut power = Complex64::cis(-omega * z) * sign;
            for derivative in derivatives {
                power /= Complex64::new(0.0, omega);
                let term = derivative * power;
                sum += term;
                bound += term.norm() * (4.0 + (omega * z).abs());
            }
        };
        for (k, (&z, edge)) in self.knots.iter().zip(&self.edges).enumerate() {
            if k == from {
                add(z, &edge.left, -1.0);
            }
            if k == to {
                add(z, &edge.right, 1.0);
            }
            if k < from || k > to {
                add(z, &edge.jumps, 1.0);
            }
        }
        for &(z, weight) in &self.deltas {
            sum += weight * Complex64::cis(-omega * z);
            bound += weight.abs() * (4.0 + (omega * z).abs());
        }
        (0.0, sum, f64::EPSILON * bound)
    }
}
