//! Products, powers and choices of piecewise polynomials: what formulas are made of. `None` where the result would not be worth having: not
//! finite, of too many knots or too high a degree.

use super::roots::sign_changes;
use super::{Piece, PiecewisePolynomial};

/// More knots are no help: every pair of them costs.
const MOST_KNOTS: usize = 256;
/// Higher degrees lose their digits in the coefficients.
const HIGHEST_DEGREE: usize = 24;

impl PiecewisePolynomial {
    /// 0.
    pub(in super::super) fn zero() -> Self {
        Self::from_valid(vec![], vec![Piece::new(0.0, vec![])])
    }

    /// Its value, if it is constant.
    pub(in super::super) fn constant_value(&self) -> Option<f64> {
        match self.pieces.as_slice() {
            [only] => only.constant(),
            _ => None,
        }
    }

    /// −φ.
    pub(in super::super) fn negated(&self) -> Self {
        self.mapped(false, |z| z, Piece::negated, |_| -1.0)
    }

    /// φ ψ.
    pub(in super::super) fn times(&self, other: &Self) -> Option<Self> {
        if self.degree() + other.degree() > HIGHEST_DEGREE {
            return None;
        }
        self.together(other, |p, q| Some(p.times(q)))
    }

    /// φ^n.
    pub(in super::super) fn power(&self, n: usize) -> Option<Self> {
        if self.degree() * n > HIGHEST_DEGREE {
            return None;
        }
        let mut power = Self::polynomial(&[1.0]).ok()?;
        for _ in 0..n {
            power = power.times(self)?;
        }
        Some(power)
    }

    /// `f` of the pieces of φ and the values of ψ, if this is constant between knots.
    pub(in super::super) fn by_pieces(
        &self,
        other: &Self,
        f: impl Fn(&Piece, Option<f64>) -> Option<Piece>,
    ) -> Option<Self> {
        self.together(other, |p, q| f(p, q.constant()))
    }

    /// max(φ, ψ).
    pub(in super::super) fn greater(&self, other: &Self) -> Option<Self> {
        self.plus(&other.negated()).chosen(self, other, true)
    }

    /// min(φ, ψ).
    pub(in super::super) fn lesser(&self, other: &Self) -> Option<Self> {
        self.plus(&other.negated()).chosen(other, self, true)
    }

    /// 1 where φ > 0, `low` where φ < 0.
    pub(in super::super) fn signs(&self, low: f64) -> Option<Self> {
        let constant = |c| Self::polynomial(&[c]).ok();
        self.chosen(&constant(1.0)?, &constant(low)?, false)
    }

    /// Pieces made of the pieces of both, on the knots of both.
    fn together(&self, other: &Self, f: impl Fn(&Piece, &Piece) -> Option<Piece>) -> Option<Self> {
        let knots = self.plus(other).knots;
        let pieces = intervals(&knots).map(|(lo, hi)| {
            let z = between(lo, hi, 0.5);
            f(self.piece_at(z), other.piece_at(z))
        });
        let pieces = pieces.collect::<Option<Vec<_>>>()?;
        Self::new(knots, pieces).ok()?.simplified()
    }

    /// `above` where φ > 0, `below` where φ < 0, their mean where it is 0; `meet` if these two are the same where
    /// φ passes through 0.
    fn chosen(&self, above: &Self, below: &Self, meet: bool) -> Option<Self> {
        let mut pieces: Vec<Piece> = Vec::new();
        let (mut knots, mut met) = (Vec::new(), Vec::new());
        for (lo, hi) in intervals(&self.knots) {
            let difference = self.piece_at(between(lo, hi, 0.5));
            let cuts = sign_changes(difference, lo, hi);
            let ends: Vec<f64> = [lo].into_iter().chain(cuts).chain([hi]).collect();
            for (i, pair) in ends.windows(2).enumerate() {
                let z = between(pair[0], pair[1], 0.5);
                let (a, b) = (above.piece_at(z), below.piece_at(z));
                let choice = match sign(difference, pair[0], pair[1]) {
                    s if s > 0.0 => a.clone(),
                    s if s < 0.0 => b.clone(),
                    _ => a.plus(b).divided(2.0),
                };
                // About the place where they meet, with the value that both have there.
                let start = pair[0];
                let crosses = meet && i > 0;
                if let Some(last) = pieces.last_mut()
                    && crosses
                {
                    let value = common_value(a, b, start);
                    // The one before has met at its own start, unless it is the first.
                    if i == 1 {
                        *last = last.through(start, value);
                    }
                    pieces.push(choice.through(start, value));
                } else {
                    pieces.push(choice);
                }
                if start.is_finite() {
                    knots.push(start);
                    met.push(crosses);
                }
            }
        }
        let mut function = Self::new(knots, pieces).ok()?;
        for (jumps, met) in function.jumps.iter_mut().zip(met) {
            if let Some(step) = jumps.first_mut()
                && met
            {
                *step = 0.0;
            }
        }
        function.simplified()
    }

    fn piece_at(&self, z: f64) -> &Piece {
        let (Ok(i) | Err(i)) = self.locate(z);
        &self.pieces[i]
    }

    /// Without the knots where nothing jumps; `None` if too much is left.
    pub(in super::super) fn simplified(&self) -> Option<Self> {
        let mut pieces = vec![self.pieces[0].clone()];
        let (mut knots, mut jumps) = (Vec::new(), Vec::new());
        for (k, piece) in self.pieces.iter().skip(1).enumerate() {
            if self.jumps[k].iter().any(|jump| *jump != 0.0) {
                knots.push(self.knots[k]);
                jumps.push(self.jumps[k].clone());
                pieces.push(piece.clone());
            }
        }
        let finite = pieces
            .iter()
            .all(|p| p.coefficients().iter().all(|c| c.is_finite()));
        let worth = finite && knots.len() <= MOST_KNOTS && self.degree() <= HIGHEST_DEGREE;
        worth.then(|| Self::from_parts(knots, pieces, jumps))
    }
}

impl Piece {
    /// p q.
    fn times(&self, other: &Self) -> Self {
        if let Some(factor) = self.constant() {
            return other.scaled(factor);
        }
        if let Some(factor) = other.constant() {
            return self.scaled(factor);
        }
        // A centre other than 0 is where one of them vanishes.
        let centre = if self.centre() == 0.0 {
            other.centre()
        } else {
            self.centre()
        };
        let (p, q) = (self.about(centre), other.about(centre));
        let mut product = vec![0.0; p.len() + q.len() - 1];
        for (j, a) in p.iter().enumerate() {
            for (k, b) in q.iter().enumerate() {
                product[j + k] += a * b;
            }
        }
        Self::new(centre, product)
    }

    fn scaled(&self, factor: f64) -> Self {
        let coefficients = self.coefficients().iter().map(|c| c * factor);
        Self::new(self.centre(), coefficients.collect())
    }

    /// p/c.
    pub(in super::super) fn divided(&self, divisor: f64) -> Self {
        let coefficients = self.coefficients().iter().map(|c| c / divisor);
        Self::new(self.centre(), coefficients.collect())
    }

    /// Its value, if it is constant.
    pub(in super::super) fn constant(&self) -> Option<f64> {
        (self.coefficients().len() <= 1)
            .then(|| self.coefficients().first().copied().unwrap_or(0.0))
    }

    /// The same polynomial about `centre`, where its value is known to be `value`.
    fn through(&self, centre: f64, value: f64) -> Self {
        let mut coefficients = self.about(centre);
        match coefficients.first_mut() {
            Some(first) => *first = value,
            None => coefficients.push(value),
        }
        Self::new(centre, coefficients)
    }
}

/// From −∞ to the first knot, …, from the last to +∞.
fn intervals(knots: &[f64]) -> impl Iterator<Item = (f64, f64)> + '_ {
    let starts = [f64::NEG_INFINITY].into_iter().chain(knots.iter().copied());
    starts.zip(knots.iter().copied().chain([f64::INFINITY]))
}

/// The place that divides this interval as `part` does [0, 1].
fn between(lo: f64, hi: f64, part: f64) -> f64 {
    match (lo.is_finite(), hi.is_finite()) {
        (true, true) => lo + part * (hi - lo),
        (true, false) => lo + 2.0 * part * (1.0 + lo.abs()),
        (false, true) => hi - 2.0 * part * (1.0 + hi.abs()),
        (false, false) => 2.0 * part - 1.0,
    }
}

/// The sign of a polynomial that has one here, though it may touch 0: that of its largest value among some.
fn sign(piece: &Piece, lo: f64, hi: f64) -> f64 {
    let probes = [0.5, 0.37, 0.61, 0.23, 0.79].map(|part| piece.value(between(lo, hi, part)));
    let larger = |a: f64, b: f64| if b.abs() > a.abs() { b } else { a };
    let largest = probes.into_iter().fold(0.0, larger);
    if largest == 0.0 {
        0.0
    } else {
        largest.signum()
    }
}

/// The value of both where they meet, from the one that is told without cancellation.
fn common_value(a: &Piece, b: &Piece, z: f64) -> f64 {
    let (a, b) = (a.derivatives_at(z, 1)[0], b.derivatives_at(z, 1)[0]);
    match a.1.total_cmp(&b.1) {
        std::cmp::Ordering::Less => a.0,
        std::cmp::Ordering::Equal => 0.5 * (a.0 + b.0),
        std::cmp::Ordering::Greater => b.0,
    }
}
