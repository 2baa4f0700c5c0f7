//! Where a polynomial changes its sign.

use super::Piece;

/// A value below this multiple of the terms it is the sum of is 0.
const ROUNDING: f64 = 8.0 * f64::EPSILON;
/// A root this close to an end, relative to both, is the end.
const SAME: f64 = 8.0 * f64::EPSILON;

/// The places strictly between `lo` and `hi` where the polynomial may change its sign, ascending: all where it does, and those
/// where it touches 0.
pub(super) fn sign_changes(piece: &Piece, lo: f64, hi: f64) -> Vec<f64> {
    let inside = |t: f64| {
        let z = piece.centre() + t;
        let apart = |end: f64| end.is_infinite() || (z - end).abs() > SAME * z.abs().max(end.abs());
        (z > lo && z < hi && apart(lo) && apart(hi)).then_some(z + 0.0)
    };
    let mut found: Vec<f64> = { roots(piece.coefficients()).into_iter() }
        .filter_map(inside)
        .collect();
    found.dedup();
    found
}

/// The real roots of Σ c_j t^j, between the roots of its derivative.
fn roots(coefficients: &[f64]) -> Vec<f64> {
    let (Some(&last), degree) = (coefficients.last(), coefficients.len().saturating_sub(1)) else {
        return vec![];
    };
    if degree <= 1 || !coefficients.iter().all(|c| c.is_finite()) {
        let slope = (degree == 1).then_some(last);
        return slope.map(|a| -coefficients[0] / a).into_iter().collect();
    }
    // 0 where nothing is left of the terms.
    let value = |t: f64| {
        let horner = |(sum, size): (f64, f64), c: &f64| (sum * t + c, size * t.abs() + c.abs());
        let (sum, size) = coefficients.iter().rev().fold((0.0, 0.0), horner);
        if sum.abs() <= ROUNDING * size {
            0.0
        } else {
            sum
        }
    };
    let slope: Vec<f64> = { coefficients.iter().enumerate().skip(1) }
        .map(|(j, c)| j as f64 * c)
        .collect();
    // All roots lie within (Cauchy).
    let bound = { coefficients.iter() }.fold(0.0, |m: f64, c| m.max((c / last).abs())) + 1.0;
    let turns = roots(&slope).into_iter().filter(|t| t.abs() < bound);
    let ends: Vec<f64> = [-bound].into_iter().chain(turns).chain([bound]).collect();
    let mut found = Vec::new();
    for pair in ends.windows(2) {
        let (a, b) = (value(pair[0]), value(pair[1]));
        if a.signum() * b.signum() < 0.0 && a != 0.0 && b != 0.0 {
            found.push(bisected(coefficients, pair[0], pair[1]));
        }
        if b == 0.0 {
            found.push(pair[1]);
        }
    }
    found.dedup();
    found
}

/// The root between two places where the signs differ, to the last bit.
fn bisected(coefficients: &[f64], mut lo: f64, mut hi: f64) -> f64 {
    let value = |t: f64| coefficients.iter().rev().fold(0.0, |sum, c| sum * t + c);
    let below = value(lo);
    loop {
        let middle = lo + 0.5 * (hi - lo);
        let here = value(middle);
        if here == 0.0 || middle <= lo || middle >= hi {
            return middle;
        }
        if (here > 0.0) == (below > 0.0) {
            lo = middle;
        } else {
            hi = middle;
        }
    }
}
