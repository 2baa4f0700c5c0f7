//! A derivative from values alone.

use super::Place;

/// Steps of the tableau, each shorter by [`CONTRACTION`]: as many are taken, and up to the most while the tableau is in doubt by more than
/// a part [`DOUBT`] of the largest slope it has seen.
const STEPS: usize = 10;
const MOST_STEPS: usize = 24;
const DOUBT: f64 = 1e-8;
/// From one step to the next.
const CONTRACTION: f64 = 0.6;
/// The longest step, in units of 1 + |z|/8.
const LONGEST: f64 = 0.25;

/// Noise is looked for on these lengths, and below this part of the size it is none.
const NOISY: [f64; 2] = [1e-5, 1e-6];
const QUIET: f64 = 1e-12;

/// The size of what f does on lengths of 1e−6 that is none the smaller for being looked at from nearer: values of single precision, waves
/// as short. The median of second differences, so that a few kinks and steps are nothing.
pub(super) fn noise(f: impl Fn(f64) -> f64) -> Option<f64> {
    let places = (-16..=16).map(|i| 0.1831 * f64::from(i) + 0.0137);
    let places: Vec<f64> = places.collect();
    let size = places.iter().fold(0.0, |m: f64, z| m.max(f(*z).abs()));
    let median = |h: f64| {
        let second = |z: &f64| (f(z - h) - 2.0 * f(*z) + f(z + h)).abs();
        let mut all: Vec<f64> = places.iter().map(second).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let [far, near] = NOISY.map(median);
    (near > QUIET * size && far < 2.0 * near).then_some(near)
}

/// f′(z) by differences extrapolated to step 0 (Ridders 1982): of all entries of the tableau the one
/// that differs least from its neighbours. No step reaches over `clear`, the distance to the
/// nearest kink; a kink nearer than 1e−3 is stepped away from, on the side of z. Nor is any much longer than the scale of a steep
/// place, or the distance to it.
pub(super) fn derivative(f: impl Fn(f64) -> f64, z: f64, kinks: &[f64], places: &[Place]) -> f64 {
    let usual = LONGEST * (1.0 + 0.125 * z.abs());
    let room = places.iter().map(|p| p.scale.max(0.5 * (z - p.at).abs()));
    let longest = room.fold(usual, f64::min);
    let nearest = kinks
        .iter()
        .copied()
        .min_by(|a, b| (a - z).abs().total_cmp(&(b - z).abs()));
    match nearest {
        Some(kink) if kink == z => {
            let limit = |side: f64| {
                let room = clearance(kinks, z, side).min(longest);
                tableau(
                    |h| (f(z + side * h) - one_sided_value(&f, z, side)) / (side * h),
                    room,
                    1,
                )
            };
            0.5 * (limit(1.0) + limit(-1.0))
        }
        Some(kink) if (kink - z).abs() < 1e-3 * longest => {
            let side = (z - kink).signum();
            let room = clearance(kinks, z, side).min(longest);
            tableau(|h| (f(z + side * h) - f(z)) / (side * h), room, 1)
        }
        kink => {
            let clear = kink.map_or(longest, |k| (k - z).abs().min(longest));
            // Between the arguments as they were rounded.
            let slope = |below: f64, above: f64| (f(above) - f(below)) / (above - below);
            tableau(|h| slope(z - h, z + h), clear, 2)
        }
    }
}

/// f just beside z, where f(z) itself may be the mean of two limits.
fn one_sided_value(f: impl Fn(f64) -> f64, z: f64, side: f64) -> f64 {
    let beside = if side > 0.0 {
        z.next_up()
    } else {
        z.next_down()
    };
    f(beside)
}

/// The distance to the next kink on one side.
fn clearance(kinks: &[f64], z: f64, side: f64) -> f64 {
    let ahead = kinks.iter().map(|k| side * (k - z)).filter(|d| *d > 0.0);
    ahead.fold(f64::INFINITY, f64::min)
}

/// Extrapolates D(h) to h = 0, its error having the powers h^p, h^{2p}, ….
fn tableau(difference: impl Fn(f64) -> f64, longest: f64, power: i32) -> f64 {
    let mut h = longest;
    let step = CONTRACTION.powi(power);
    let mut row = [0.0; MOST_STEPS];
    let (mut best, mut error) = (f64::NAN, f64::INFINITY);
    let mut steepest = 0.0_f64;
    for i in 0..MOST_STEPS {
        if i >= STEPS && error <= DOUBT * steepest {
            break;
        }
        let mut next = [0.0; MOST_STEPS];
        next[0] = difference(h);
        steepest = steepest.max(next[0].abs());
        let mut factor = 1.0;
        for j in 0..i {
            factor *= step;
            let entry = (next[j] - factor * row[j]) / (1.0 - factor);
            let doubt = (entry - next[j]).abs().max((entry - row[j]).abs());
            next[j + 1] = entry;
            if doubt < error || best.is_nan() {
                (best, error) = (entry, doubt);
            }
        }
        row = next;
        h *= CONTRACTION;
    }
    best
}
