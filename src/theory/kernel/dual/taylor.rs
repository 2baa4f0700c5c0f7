//! Polynomials with all their derivatives and what these are made of.

use crate::model::activation::Piece;

/// A polynomial and its derivatives, in powers of z − at.
#[derive(Clone, Debug)]
pub(super) struct Taylor {
    at: f64,
    derivatives: Vec<Vec<f64>>,
}

impl Taylor {
    /// With its derivatives up to the given order.
    pub(super) fn new(piece: &Piece, at: f64, highest: usize) -> Self {
        let mut derivatives = vec![piece.about(at)];
        for order in 0..highest {
            let before = derivatives[order].iter().enumerate().skip(1);
            derivatives.push(before.map(|(j, c)| j as f64 * c).collect());
        }
        Self { at, derivatives }
    }

    /// The same of z + by.
    pub(super) fn moved(self, by: f64) -> Self {
        Self {
            at: self.at - by,
            ..self
        }
    }

    /// The centre and the coefficients of powers of the distance from it.
    pub(super) fn terms(&self) -> (f64, &[f64]) {
        (self.at, &self.derivatives[0])
    }

    pub(super) fn is_constant(&self) -> bool {
        self.derivatives[0].iter().skip(1).all(|c| *c == 0.0)
    }

    pub(super) fn is_zero(&self) -> bool {
        self.derivatives[0].iter().all(|c| *c == 0.0)
    }

    /// The derivative of that order and the sum of moduli it is made of.
    pub(super) fn derivative(&self, order: usize, z: f64) -> (f64, f64) {
        let y = z - self.at;
        let horner =
            |(sum, modulus): (f64, f64), c: &f64| (sum * y + c, modulus * y.abs() + c.abs());
        let coefficients = self.derivatives.get(order);
        coefficients.map_or((0.0, 0.0), |c| c.iter().rev().fold((0.0, 0.0), horner))
    }
}
