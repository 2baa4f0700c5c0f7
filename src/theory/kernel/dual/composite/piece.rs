//! One piece of a piecewise polynomial.

use super::super::taylor::Taylor;
use crate::model::activation::PiecewisePolynomial;
use crate::numerics::quadrature::GaussRule;
use std::f64::consts::PI;

/// A piece about its ends, its middle and, if it is there, the mean: next to one of these it cancels least.
#[derive(Clone, Debug)]
pub(super) struct Piece(Vec<Taylor>);

impl Piece {
    /// Those of φ(z + mean).
    pub(super) fn of_each(function: &PiecewisePolynomial, mean: f64) -> Vec<Self> {
        let knots = function.knots();
        let each = function.pieces().iter().enumerate().map(|(i, piece)| {
            let ends = [i.checked_sub(1).and_then(|k| knots.get(k)), knots.get(i)];
            let mut centres: Vec<f64> = ends.into_iter().flatten().copied().collect();
            if let [from, to] = centres[..] {
                centres.push(0.5 * (from + to));
            }
            if ends[0].is_none_or(|z| *z < mean) && ends[1].is_none_or(|z| *z > mean) {
                centres.push(mean);
            }
            let about = |at: &f64| Taylor::new(piece, *at, function.degree()).moved(mean);
            Self(centres.iter().map(about).collect())
        });
        each.collect()
    }

    /// About the centre next to z.
    #[inline(always)]
    pub(super) fn near(&self, z: f64) -> &Taylor {
        let mut nearest = &self.0[0];
        for other in &self.0[1..] {
            if (other.terms().0 - z).abs() < (nearest.terms().0 - z).abs() {
                nearest = other;
            }
        }
        nearest
    }

    /// A bound on |φ| and |φ′| between two places.
    pub(super) fn largest(&self, from: f64, to: f64) -> (f64, f64) {
        let of = |order| {
            let at = |z| self.0[0].derivative(order, z).1;
            f64::max(at(from), at(to))
        };
        (of(0), of(1))
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0[0].is_zero()
    }

    pub(super) fn is_constant(&self) -> bool {
        self.0[0].is_constant()
    }
}

/// A node of the Gauss rule of a piece between two knots: its place, its weight, φ and φ′ there and their moduli.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) at: f64,
    pub(super) weight: f64,
    pub(super) value: (f64, f64),
    pub(super) slope: (f64, f64),
}

/// The Gauss rule between two ends.
pub(super) fn nodes(rule: &GaussRule, ends: &[f64], piece: &Piece) -> Vec<Node> {
    let (middle, half) = (0.5 * (ends[0] + ends[1]), 0.5 * (ends[1] - ends[0]));
    let node = |(x, w): (&f64, &f64)| {
        let at = middle + half * x;
        Node {
            at,
            weight: half * w / (2.0 * PI).sqrt(),
            value: piece.near(at).derivative(0, at),
            slope: piece.near(at).derivative(1, at),
        }
    };
    rule.nodes.iter().zip(&rule.weights).map(node).collect()
}
