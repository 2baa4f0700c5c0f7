//! The autocorrelation of a piecewise polynomial: a piecewise polynomial.

use super::{Feature, Piece, PiecewisePolynomial};
use crate::numerics::double::{Double, scaled_powers};

/// With more knots their pairs become too many to be worth a closed form.
const MOST_KNOTS: usize = 256;

/// A jump of a derivative of A: (place, order, size).
type Jump = (Double, usize, Double);

impl PiecewisePolynomial {
    /// A(t) = ∫ ψ(z)ψ(z+t) dz of the feature ψ as a piecewise polynomial (for growing ψ modulo
    /// even polynomials, as in [`ActivationFunction::autocorrelation`]): the pair of a jump J of
    /// the i-th derivative at z and a jump J′ of the j-th at z′ adds
    /// (−1)^{j+1} JJ′ sgn(t−τ)(t−τ)^n/(2 n!), τ = z − z′, n = i+j+1.
    ///
    /// `None` if ψ has deltas, is a polynomial, or has more than 256 knots.
    ///
    /// [`ActivationFunction::autocorrelation`]: super::super::ActivationFunction::autocorrelation
    pub fn autocorrelation(&self, feature: Feature) -> Option<Self> {
        let too_many = self.knots.len() > MOST_KNOTS;
        if too_many || !self.feature_deltas(feature).is_empty() {
            return None;
        }
        let jumps = self.feature(feature).pairs();
        let orders = 1 + jumps.iter().map(|&(_, n, _)| n).max()?;
        Some(left_half(&jumps, orders, self.rounding_of_knots()))
    }

    fn rounding_of_knots(&self) -> f64 {
        let ends = self.knots.first().into_iter().chain(self.knots.last());
        8.0 * f64::EPSILON * ends.fold(0.0, |m: f64, z| m.max(z.abs()))
    }

    /// The jumps of A, pair by pair, in order of their places.
    fn pairs(&self) -> Vec<Jump> {
        let all: Vec<(f64, usize, f64)> = self
            .knots
            .iter()
            .zip(&self.jumps)
            .flat_map(|(&z, jumps)| jumps.iter().enumerate().map(move |(j, &jump)| (z, j, jump)))
            .filter(|&(_, _, jump)| jump != 0.0)
            .collect();
        let mut pairs = Vec::with_capacity(all.len() * all.len());
        for &(z, i, jump) in &all {
            for &(other_z, j, other) in &all {
                let sign = if j.is_multiple_of(2) { -1.0 } else { 1.0 };
                let size = Double::from(sign * jump) * Double::from(other);
                pairs.push((Double::difference(z, other_z), i + j + 1, size));
            }
        }
        pairs.sort_by(|a, b| a.0.value().total_cmp(&b.0.value()));
        pairs
    }
}

/// Builds A from its jumps: left of 0 by Taylor steps from knot to knot, right of it by symmetry.
fn left_half(jumps: &[Jump], orders: usize, rounding: f64) -> PiecewisePolynomial {
    // The tail at −∞ about 0, −½ Σ size (t − τ)^n/n!, as derivatives at 0.
    let mut sums = vec![(Double::default(), 0.0); orders];
    for &(place, order, size) in jumps {
        let minus_half = size * Double::from(-0.5);
        let powers = scaled_powers(place * Double::from(-1.0), order + 1);
        for (m, sum) in sums.iter_mut().enumerate().take(order + 1) {
            let term = minus_half * powers[order - m];
            sum.0 = sum.0 + term;
            sum.1 += term.value().abs();
        }
    }
    // What is left of terms that cancel is rounding of the jumps.
    let clean = |(sum, size): (Double, f64)| {
        let vanishes = sum.value().abs() <= 4.0 * f64::EPSILON * size;
        if vanishes { Double::default() } else { sum }
    };
    let tail: Vec<Double> = sums.into_iter().map(clean).collect();

    let mut knots: Vec<f64> = Vec::new();
    let mut jump_table: Vec<Vec<f64>> = Vec::new();
    let mut pieces = vec![piece(0.0, &tail)];
    let mut centre = Double::default();
    let mut current = tail;
    let mut at = 0;
    while at < jumps.len() && jumps[at].0.value() < -rounding {
        let place = jumps[at].0;
        current = shifted(&current, place + centre * Double::from(-1.0));
        centre = place;
        let mut here = vec![Double::default(); orders];
        while at < jumps.len() && jumps[at].0.value() <= place.value() + rounding {
            let (_, order, size) = jumps[at];
            here[order] = here[order] + size;
            at += 1;
        }
        current
            .iter_mut()
            .zip(&here)
            .for_each(|(c, h)| *c = *c + *h);
        knots.push(place.value());
        jump_table.push(here.iter().map(|h| h.value()).collect());
        pieces.push(piece(place.value(), &current));
    }
    if !knots.is_empty() {
        // The last piece before 0 meets its mirror image there, but may vanish at its other end:
        // it is kept about both, with a knot between that is none.
        knots.push(0.5 * centre.value());
        jump_table.push(Vec::new());
        current = shifted(&current, centre * Double::from(-1.0));
        pieces.push(piece(0.0, &current));
    }
    let mut middle = vec![Double::default(); orders];
    let here = |j: &&Jump| j.0.value().abs() <= rounding;
    for &(_, order, size) in jumps.iter().filter(here) {
        middle[order] = middle[order] + size;
    }
    let even = |(order, h): (usize, &Double)| {
        if order.is_multiple_of(2) {
            0.0
        } else {
            h.value()
        }
    };
    let mirrored_knots: Vec<f64> = knots.iter().rev().map(|z| -z).collect();
    let mirrored_jumps: Vec<Vec<f64>> = jump_table.iter().rev().map(|j| mirror(j)).collect();
    let mirrored: Vec<Piece> = pieces.iter().rev().map(Piece::mirrored).collect();
    knots.push(0.0);
    jump_table.push(middle.iter().enumerate().map(even).collect());
    knots.extend(mirrored_knots);
    jump_table.extend(mirrored_jumps);
    pieces.extend(mirrored);
    PiecewisePolynomial::from_parts(knots, pieces, jump_table)
}

/// The jumps of an even function at the mirror image of a knot.
fn mirror(jumps: &[f64]) -> Vec<f64> {
    let signs = [-1.0, 1.0].into_iter().cycle();
    jumps.iter().zip(signs).map(|(j, s)| j * s + 0.0).collect()
}

/// The derivatives at a point moved by `step`.
fn shifted(derivatives: &[Double], step: Double) -> Vec<Double> {
    let powers = scaled_powers(step, derivatives.len());
    let moved = |m: usize| {
        let terms = derivatives[m..].iter().zip(&powers);
        terms.fold(Double::default(), |sum, (&d, &p)| sum + d * p)
    };
    (0..derivatives.len()).map(moved).collect()
}

/// The polynomial with these derivatives at its centre.
fn piece(centre: f64, derivatives: &[Double]) -> Piece {
    let mut factorial = 1.0;
    let coefficients = derivatives.iter().enumerate().map(|(j, d)| {
        factorial *= j.max(1) as f64;
        (*d / Double::from(factorial)).value()
    });
    Piece::new(centre, coefficients.collect())
}
