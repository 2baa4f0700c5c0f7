//! Piecewise polynomials: pieces in local variables, jumps, features.

#[cfg(feature = "formula")]
mod algebra;
mod arithmetic;
mod autocorrelation;
mod fill;
mod named;
mod panels;
mod piece;
#[cfg(feature = "formula")]
mod roots;
mod series;
mod spline;
mod transform;

pub use piece::Piece;
pub use spline::Extrapolation;

use super::{
    ActivationFunction, Decay, Family, Feature, FourierSample, Kink, Parity, Remainder, Tails,
    Zeros,
};
use crate::error::{Error, Result};
use std::sync::OnceLock;
use transform::JumpSum;

/// A jump below this multiple of the terms it is the difference of is rounding, not a jump.
const JUMP_ROUNDING: f64 = 32.0 * f64::EPSILON;

/// A piecewise polynomial: knots z₁ < … < z_n and n + 1 polynomials, the first up to z₁, the last
/// from z_n on. At a knot where it jumps its value is the mean of the two limits.
///
/// Every piece is kept in a local variable z − centre, so that nothing cancels far from 0.
#[derive(Clone, Debug)]
pub struct PiecewisePolynomial {
    knots: Vec<f64>,
    pieces: Vec<Piece>,
    /// `jumps[k][j]`: the jump (right minus left) of the j-th derivative at the k-th knot.
    jumps: Vec<Vec<f64>>,
    transform: OnceLock<JumpSum>,
    autocorrelations: [OnceLock<Option<Box<Self>>>; 3],
}

impl PartialEq for PiecewisePolynomial {
    fn eq(&self, other: &Self) -> bool {
        self.knots == other.knots && self.pieces == other.pieces
    }
}

impl PiecewisePolynomial {
    /// From the knots, ascending, and one piece more than there are knots. No knots: a polynomial.
    ///
    /// # Errors
    /// Knots that are not finite or not strictly ascending; a number of pieces other than one more
    /// than the knots; coefficients that are not finite.
    ///
    /// # Examples
    /// ```
    /// use spectral_bias::model::activation::{Piece, PiecewisePolynomial};
    /// let relu = PiecewisePolynomial::new(
    ///     vec![0.0],
    ///     vec![Piece::new(0.0, vec![]), Piece::new(0.0, vec![0.0, 1.0])],
    /// )?;
    /// assert_eq!(relu.value(2.5), 2.5);
    /// assert_eq!(relu.jump(0, 1), 1.0);
    /// # Ok::<(), spectral_bias::Error>(())
    /// ```
    pub fn new(knots: Vec<f64>, pieces: Vec<Piece>) -> Result<Self> {
        if let Some(at) = knots.iter().position(|z| !z.is_finite()) {
            return Err(Error::NotFinite {
                argument: "knots".into(),
                position: format!("knot {at} (from 0)"),
                found: knots[at],
            });
        }
        if let Some(pair) = knots.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(Error::invalid(
                "knots",
                "strictly ascending numbers",
                format!("{} before {}", pair[0], pair[1]),
            ));
        }
        if pieces.len() != knots.len() + 1 {
            return Err(Error::shape(
                "pieces",
                format!("{} for {} knots", knots.len() + 1, knots.len()),
                pieces.len(),
            ));
        }
        for (i, piece) in pieces.iter().enumerate() {
            let numbers = std::iter::once(piece.centre()).chain(piece.coefficients().to_vec());
            if let Some(found) = { numbers }.find(|c| !c.is_finite()) {
                return Err(Error::NotFinite {
                    argument: "pieces".into(),
                    position: format!("piece {i} (from 0)"),
                    found,
                });
            }
        }
        Ok(Self::from_valid(knots, pieces))
    }

    /// From parts known to be valid; the jumps are differences of the pieces' derivatives.
    fn from_valid(knots: Vec<f64>, pieces: Vec<Piece>) -> Self {
        let jumps = knots
            .iter()
            .zip(pieces.windows(2))
            .map(|(&z, pair)| {
                let orders = pair[0].degree().max(pair[1].degree()) + 1;
                let left = pair[0].derivatives_at(z, orders);
                let right = pair[1].derivatives_at(z, orders);
                let difference = |(l, r): ((f64, f64), (f64, f64))| {
                    let jump = r.0 - l.0;
                    let rounding = JUMP_ROUNDING * (l.1 + r.1);
                    if jump.abs() <= rounding { 0.0 } else { jump }
                };
                left.into_iter().zip(right).map(difference).collect()
            })
            .collect();
        Self::from_parts(knots, pieces, jumps)
    }

    /// From parts known to be valid, with jumps known exactly.
    fn from_parts(knots: Vec<f64>, pieces: Vec<Piece>, mut jumps: Vec<Vec<f64>>) -> Self {
        for orders in &mut jumps {
            while orders.last() == Some(&0.0) {
                orders.pop();
            }
        }
        Self {
            knots,
            pieces,
            jumps,
            transform: OnceLock::new(),
            autocorrelations: Default::default(),
        }
    }

    /// As [`PiecewisePolynomial::new`], with jumps known better than the differences of pieces tell them.
    pub(super) fn with_jumps(
        knots: Vec<f64>,
        pieces: Vec<Piece>,
        jumps: Vec<Vec<f64>>,
    ) -> Result<Self> {
        let Self { knots, pieces, .. } = Self::new(knots, pieces)?;
        Ok(Self::from_parts(knots, pieces, jumps))
    }

    /// The knots, ascending.
    pub fn knots(&self) -> &[f64] {
        &self.knots
    }

    /// The pieces from left to right, one more than the knots.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The i-th piece, valid between the knots i − 1 and i (i ≤ number of knots).
    pub fn piece(&self, i: usize) -> &Piece {
        &self.pieces[i]
    }

    /// The largest degree of a piece.
    pub fn degree(&self) -> usize {
        self.pieces.iter().map(Piece::degree).max().unwrap_or(0)
    }

    /// The jump (right minus left) of the derivative of that order at the k-th knot; 0 for a knot
    /// that does not exist.
    pub fn jump(&self, knot: usize, order: usize) -> f64 {
        let orders = self.jumps.get(knot).map_or(&[][..], Vec::as_slice);
        orders.get(order).copied().unwrap_or(0.0)
    }

    /// Whether z is a knot (its index as `Ok`) or the index of the piece it lies in (`Err`).
    fn locate(&self, z: f64) -> std::result::Result<usize, usize> {
        self.knots.binary_search_by(|knot| knot.total_cmp(&z))
    }

    /// Applies `f` to the piece at z, or takes the mean of the two pieces that meet there.
    fn at(&self, z: f64, f: impl Fn(&Piece) -> f64) -> f64 {
        match self.locate(z + 0.0) {
            Ok(k) => 0.5 * (f(&self.pieces[k]) + f(&self.pieces[k + 1])),
            Err(i) => f(&self.pieces[i]),
        }
    }

    /// φ(z); the mean of the limits at a jump. NaN for NaN.
    pub fn value(&self, z: f64) -> f64 {
        self.at(z, |piece| piece.value(z))
    }

    /// φ′(z) without deltas; the mean of the one-sided derivatives at a kink.
    pub fn derivative(&self, z: f64) -> f64 {
        self.at(z, |piece| piece.derivative(z))
    }

    /// φ, φ′ or zφ′ as a function: without the deltas, which are told by
    /// [`PiecewisePolynomial::feature_deltas`].
    #[must_use]
    pub fn feature(&self, feature: Feature) -> Self {
        let map: fn(&Piece) -> Piece = match feature {
            Feature::Value => return self.clone(),
            Feature::Derivative => Piece::differentiated,
            Feature::Stretch => Piece::stretched,
        };
        let jumps = self
            .knots
            .iter()
            .zip(&self.jumps)
            .map(|(&z, jumps)| {
                let next = |j: usize| jumps.get(j + 1).copied().unwrap_or(0.0);
                let orders = 0..jumps.len();
                match feature {
                    Feature::Stretch => orders.map(|j| z * next(j) + j as f64 * jumps[j]).collect(),
                    _ => orders.map(next).collect(),
                }
            })
            .collect();
        let pieces = self.pieces.iter().map(map).collect();
        Self::from_parts(self.knots.clone(), pieces, jumps)
    }

    /// The deltas (place, weight) of φ′ or zφ′: the jumps of φ, or z times them. Empty for φ.
    pub fn feature_deltas(&self, feature: Feature) -> Vec<(f64, f64)> {
        let weight = |z: f64, jump: f64| match feature {
            Feature::Value => 0.0,
            Feature::Derivative => jump,
            Feature::Stretch => z * jump,
        };
        let deltas = self.knots.iter().enumerate();
        deltas
            .map(|(k, &z)| (z, weight(z, self.jump(k, 0))))
            .filter(|&(_, weight)| weight != 0.0)
            .collect()
    }

    fn jump_sum(&self) -> &JumpSum {
        self.transform.get_or_init(|| JumpSum::new(self))
    }
}

impl ActivationFunction for PiecewisePolynomial {
    fn value(&self, z: f64) -> f64 {
        Self::value(self, z)
    }

    fn derivative(&self, z: f64) -> f64 {
        Self::derivative(self, z)
    }

    fn fill(&self, z: &[f64], value: &mut [f64], derivative: &mut [f64]) {
        if fill::fill(self, z, value, derivative) {
            return;
        }
        for (z, value) in z.iter().zip(value) {
            *value = self.value(*z);
        }
        for (z, derivative) in z.iter().zip(derivative) {
            *derivative = self.derivative(*z);
        }
    }

    fn kinks(&self) -> Vec<Kink> {
        let kink = |(&at, jumps): (&f64, &Vec<f64>)| {
            let order = jumps.iter().position(|&j| j != 0.0)?;
            let jump = jumps[order];
            Some(Kink { at, order, jump })
        };
        self.knots
            .iter()
            .zip(&self.jumps)
            .filter_map(kink)
            .collect()
    }

    fn tails(&self) -> Tails {
        let at_zero = |piece: Option<&Piece>| piece.map_or(vec![], |p| p.about(0.0));
        let reach = |z: Option<&f64>| z.map_or(0.0, |z| z.abs());
        Tails {
            left: at_zero(self.pieces.first()),
            right: at_zero(self.pieces.last()),
            remainder: Remainder::Zero {
                beyond: reach(self.knots.first()).max(reach(self.knots.last())),
            },
        }
    }

    fn parity(&self) -> Parity {
        let mirrored = self.mirrored();
        let negated: Vec<Piece> = self.pieces.iter().map(Piece::negated).collect();
        let mirror_pieces = &mirrored.pieces;
        let same = |pieces: &[Piece]| {
            mirrored.knots == self.knots
                && mirror_pieces
                    .iter()
                    .zip(pieces)
                    .all(|(a, b)| a.is_same_as(b))
        };
        if same(&self.pieces) {
            Parity::Even
        } else if same(&negated) {
            Parity::Odd
        } else {
            Parity::None
        }
    }

    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        super::closed_form::frequency(omega)?;
        Ok(self.jump_sum().sample(omega))
    }

    fn decay(&self) -> Decay {
        let orders = self
            .jumps
            .iter()
            .filter_map(|j| j.iter().position(|&j| j != 0.0));
        orders.min().map_or(Decay::Atomic, |j| Decay::Algebraic {
            order: (j + 1) as f64,
        })
    }

    fn zeros(&self) -> Zeros {
        self.jump_sum().zeros()
    }

    fn autocorrelation(&self, feature: Feature, t: f64) -> Option<f64> {
        let cached = match feature {
            Feature::Value => &self.autocorrelations[0],
            Feature::Derivative => &self.autocorrelations[1],
            Feature::Stretch => &self.autocorrelations[2],
        };
        let exact = cached.get_or_init(|| Self::autocorrelation(self, feature).map(Box::new));
        exact.as_ref().map(|a| a.value(-t.abs()))
    }

    fn family(&self) -> Family<'_> {
        Family::PiecewisePolynomial(self)
    }
}
