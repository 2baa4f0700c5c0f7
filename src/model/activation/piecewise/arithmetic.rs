//! Affine arguments and sums of piecewise polynomials, exact but for rounding.

use super::{Piece, PiecewisePolynomial};

/// Knots closer than this multiple of their size are one knot, moved apart by rounding.
const SAME_KNOT: f64 = 8.0 * f64::EPSILON;

impl PiecewisePolynomial {
    /// With every knot, piece and jump (by its order) mapped; `reversed` if left and right change
    /// places. The knots must stay apart and in order.
    pub(in super::super) fn mapped(
        &self,
        reversed: bool,
        knot: impl Fn(f64) -> f64,
        piece: impl Fn(&Piece) -> Piece,
        jump_factor: impl Fn(usize) -> f64,
    ) -> Self {
        let mut knots: Vec<f64> = self.knots.iter().map(|&z| knot(z)).collect();
        let mut pieces: Vec<Piece> = self.pieces.iter().map(piece).collect();
        let scale = |jumps: &Vec<f64>| {
            let jumps = jumps.iter().enumerate();
            jumps.map(|(j, jump)| jump * jump_factor(j) + 0.0).collect()
        };
        let mut jumps: Vec<Vec<f64>> = self.jumps.iter().map(scale).collect();
        if reversed {
            knots.reverse();
            pieces.reverse();
            jumps.reverse();
        }
        Self::from_parts(knots, pieces, jumps)
    }

    /// φ(−z).
    pub(crate) fn mirrored(&self) -> Self {
        let sign = |order: usize| if order.is_multiple_of(2) { -1.0 } else { 1.0 };
        self.mapped(true, |z| -z + 0.0, Piece::mirrored, sign)
    }

    /// φ + ψ.
    pub(in super::super) fn plus(&self, other: &Self) -> Self {
        let (mut i, mut k) = (0, 0);
        let (mut knots, mut jumps) = (Vec::new(), Vec::new());
        let mut pieces = vec![self.pieces[0].plus(&other.pieces[0])];
        loop {
            let (a, b) = (self.knots.get(i), other.knots.get(k));
            let (take_a, take_b, at) = match (a, b) {
                (None, None) => break,
                (Some(&a), None) => (true, false, a),
                (None, Some(&b)) => (false, true, b),
                (Some(&a), Some(&b)) if (a - b).abs() <= SAME_KNOT * a.abs().max(b.abs()) => {
                    (true, true, a)
                }
                (Some(&a), Some(&b)) => (a < b, b < a, a.min(b)),
            };
            let mut jump = Vec::new();
            if take_a {
                jump.clone_from(&self.jumps[i]);
                i += 1;
            }
            if take_b {
                let theirs = &other.jumps[k];
                jump.resize(jump.len().max(theirs.len()), 0.0);
                jump.iter_mut().zip(theirs).for_each(|(j, t)| *j += t);
                k += 1;
            }
            knots.push(at);
            jumps.push(jump);
            pieces.push(self.pieces[i].plus(&other.pieces[k]));
        }
        Self::from_parts(knots, pieces, jumps)
    }
}
