//! Functions known by their values that are piecewise linear: recognised if every value says so, to rounding.

use super::asymptotics::short;
use super::{Kink, Piece, PiecewisePolynomial};

/// Values may miss their line by this multiple of their [`size`].
const ROUNDING: f64 = 8.0 * f64::EPSILON;
/// The same for derivatives that are given, relative to the steepest.
const SLOPE_ROUNDING: f64 = 16.0 * f64::EPSILON;
/// A kink is found at least so well, relative to 1 + |z|.
const FOUND: f64 = 1e-9;
/// Values looked at within each interval.
const PROBES: u32 = 48;
/// Tails are followed up to 2 to this power times 1 + |z| of the last knot.
const FARTHEST: i32 = 30;
/// The line of a tail goes through values at 1/8 and 2 to this power of that unit.
const FAR: i32 = 20;
/// A place, relative to 1 + |z|, is so near to one of six digits by chance once in 1e5 times.
const CHANCE: f64 = 4e-12;
/// Golden ratio − 1: its multiples spread evenly.
const GOLDEN: f64 = 0.618_033_988_749_895;

/// A straight line by its value and slope at a place.
#[derive(Clone, Copy, Debug)]
struct Line {
    at: f64,
    value: f64,
    slope: f64,
}

impl Line {
    fn value(&self, z: f64) -> f64 {
        self.value + self.slope * (z - self.at)
    }
}

/// What a value at z is made of: a part of it may be rounding. `steepest`: the largest slope anywhere.
fn size(value: f64, z: f64, steepest: f64) -> f64 {
    value.abs() + steepest * z.abs()
}

/// Whether f may be a straight line far out on either side, as far as the rounding of z lets one see.
pub(super) fn may_be_lines(f: &dyn Fn(f64) -> f64) -> bool {
    let bend = |z: f64| (f(z) - 2.0 * f(2.0 * z) + f(3.0 * z)).abs();
    let straight = |z: f64| bend(z) <= 8.0 * ROUNDING * (f(z).abs() + z.abs());
    (10..20).all(|k| straight(2f64.powi(k)) && straight(-2f64.powi(k)))
}

/// The piecewise linear function with these kinks and jumps (ascending) that f is, if its values, and those of `slope`, say so: many in every
/// interval, beside the knots and far out.
pub(super) fn recognised(
    f: &dyn Fn(f64) -> f64,
    slope: Option<&dyn Fn(f64) -> f64>,
    kinks: &[Kink],
) -> Option<PiecewisePolynomial> {
    if kinks.iter().any(|k| k.order > 1) {
        return None;
    }
    let places: Vec<f64> = kinks.iter().map(|k| k.at).collect();
    let spans: Vec<(f64, f64)> = intervals(&places).map(|(lo, hi)| span(lo, hi)).collect();
    let rough = |&(a, b): &(f64, f64)| (f(b) - f(a)) / (b - a);
    let steepest = spans
        .iter()
        .map(rough)
        .fold(0.0, |m: f64, s| m.max(s.abs()));
    let lines: Vec<Line> = spans.iter().map(|s| line(f, *s, steepest)).collect();
    let mut knots = Vec::new();
    for (kink, pair) in kinks.iter().zip(lines.windows(2)) {
        knots.push(match kink.order {
            0 => kink.at,
            _ => crossing(&pair[0], &pair[1], kink.at, steepest)?,
        });
    }
    // What is symmetric to rounding is symmetric.
    for i in 0..knots.len() / 2 {
        let j = knots.len() - 1 - i;
        if (knots[i] + knots[j]).abs() <= ROUNDING * knots[i].abs() {
            let mean = 0.5 * (knots[j] - knots[i]);
            (knots[i], knots[j]) = (-mean, mean);
        }
    }
    let function = assembled(knots, &lines, kinks)?;
    let holds = intervals(function.knots())
        .enumerate()
        .all(|(i, (lo, hi))| {
            probes(lo, hi).all(|z| {
                let (value, piece) = (f(z), function.piece(i));
                let miss = (value - piece.value(z)).abs();
                let slopes = slope.is_none_or(|slope| {
                    (slope(z) - piece.derivative(z)).abs() <= SLOPE_ROUNDING * steepest
                });
                miss <= ROUNDING * size(value, z, steepest) && slopes
            })
        });
    holds.then_some(function)
}

/// Each piece about the place nearest to 0 where it holds, so that it is rounded as the values are. Where φ does not jump both have the value of the
/// flatter line at the knot, which is rounded least.
fn assembled(knots: Vec<f64>, lines: &[Line], kinks: &[Kink]) -> Option<PiecewisePolynomial> {
    let limits = |k: usize| {
        let (left, right) = (lines[k].value(knots[k]), lines[k + 1].value(knots[k]));
        let (flat, steep) = (lines[k].slope.abs(), lines[k + 1].slope.abs());
        match kinks[k].order {
            0 => (left, right),
            _ if flat < steep => (left, left),
            _ if flat > steep => (right, right),
            _ => (0.5 * (left + right), 0.5 * (left + right)),
        }
    };
    let piece = |(i, line): (usize, &Line)| {
        let right = { knots.get(i) }.map(|&at| (at, limits(i).0));
        let left = { i.checked_sub(1) }.map(|k| (knots[k], limits(k).1));
        let about_zero = line.at == 0.0
            && left.is_none_or(|end| end.0 < 0.0)
            && right.is_none_or(|end| end.0 > 0.0);
        let ends = left.into_iter().chain(right);
        let nearest = ends.min_by(|a, b| a.0.abs().total_cmp(&b.0.abs()));
        let (at, value) = match nearest {
            Some(end) if !about_zero => end,
            _ => (line.at, line.value),
        };
        Piece::new(at, vec![value, line.slope])
    };
    let pieces: Vec<Piece> = lines.iter().enumerate().map(piece).collect();
    let jumps = (0..knots.len()).map(|k| {
        let (left, right) = limits(k);
        vec![right - left, lines[k + 1].slope - lines[k].slope]
    });
    let jumps = jumps.collect();
    PiecewisePolynomial::with_jumps(knots, pieces, jumps).ok()
}

/// From −∞ to the first knot, …, from the last to +∞.
fn intervals(knots: &[f64]) -> impl Iterator<Item = (f64, f64)> + '_ {
    let starts = [f64::NEG_INFINITY].into_iter().chain(knots.iter().copied());
    starts.zip(knots.iter().copied().chain([f64::INFINITY]))
}

/// Two places far apart in an interval, and clear of its ends.
fn span(lo: f64, hi: f64) -> (f64, f64) {
    let far = 2f64.powi(FAR);
    match (lo.is_finite(), hi.is_finite()) {
        (true, true) => (lo + 0.0625 * (hi - lo), hi - 0.0625 * (hi - lo)),
        (true, false) => (lo + 0.125 * unit(lo), lo + far * unit(lo)),
        (false, true) => (hi - far * unit(hi), hi - 0.125 * unit(hi)),
        (false, false) => (-far, far),
    }
}

fn unit(z: f64) -> f64 {
    1.0 + z.abs()
}

/// The line through two values, from the nearer of them, with slopes and intercepts of few digits if those do as well.
fn line(f: &dyn Fn(f64) -> f64, (a, b): (f64, f64), steepest: f64) -> Line {
    let (low, high) = (f(a), f(b));
    let rounding = |value: f64, z: f64| ROUNDING * size(value, z, steepest);
    let slope_error = (rounding(low, a) + rounding(high, b)) / (b - a);
    let slope = (high - low) / (b - a);
    let slope = short(slope, slope_error).unwrap_or(slope);
    let (at, value) = if a.abs() <= b.abs() {
        (a, low)
    } else {
        (b, high)
    };
    let error = rounding(value, at) + slope_error * at.abs();
    match short(value - slope * at, error) {
        Some(value) => Line {
            at: 0.0,
            value,
            slope,
        },
        None => Line { at, value, slope },
    }
}

/// Where two lines cross, near `found`.
fn crossing(left: &Line, right: &Line, found: f64, steepest: f64) -> Option<f64> {
    let bend = right.slope - left.slope;
    let gap = right.value(found) - left.value(found);
    let at = found - gap / bend;
    let error = ROUNDING * size(left.value(found), found, steepest) / bend.abs();
    let near = (at - found).abs() <= FOUND * unit(found);
    near.then(|| short(at, error.min(CHANCE * unit(at))).unwrap_or(at))
}

/// Places within an interval: spread over it, beside its ends, and outwards.
fn probes(lo: f64, hi: f64) -> Box<dyn Iterator<Item = f64>> {
    let outwards = |from: f64, side: f64| {
        let steps = -FARTHEST..FARTHEST;
        Box::new(steps.map(move |k| from + side * 1.37 * 2f64.powi(k) * unit(from)))
    };
    match (lo.is_finite(), hi.is_finite()) {
        (true, true) => {
            let part = |i: u32| (GOLDEN * f64::from(i)).fract();
            let beside = [1e-3, 1e-6, 1e-9].into_iter().flat_map(|d| [d, 1.0 - d]);
            let parts = (1..=PROBES).map(part).chain(beside);
            let inside = move |z: &f64| *z > lo && *z < hi;
            Box::new(parts.map(move |p| lo + p * (hi - lo)).filter(inside))
        }
        (true, false) => outwards(lo, 1.0),
        (false, true) => outwards(hi, -1.0),
        (false, false) => Box::new(outwards(0.0, -1.0).chain(outwards(0.0, 1.0))),
    }
}
