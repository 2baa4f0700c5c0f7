//! The tails of a function known by its values: found, or checked if told.

use super::comparator::polynomial;
use super::{Remainder, Tails};
use crate::error::{Error, Result};

/// The farthest place looked at, 2^20, and the nearest, 2^3.
const FARTHEST: i32 = 20;
/// A remainder below this multiple of φ's size is rounding.
const ROUNDING: f64 = 32.0 * f64::EPSILON;
/// A tail found by extrapolation must be known to this relative error.
const EXTRAPOLATED: f64 = 1e-9;

/// Tails with the error of their coefficients (0 for coefficients that are exact to rounding).
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) tails: Tails,
    pub(super) error: f64,
}

/// One tail: coefficients, how it is approached, error of the coefficients.
struct Side {
    coefficients: Vec<f64>,
    remainder: Remainder,
    error: f64,
}

/// The number of few digits that this one is to within its error: 0.5 instead of 0.49999999999999994.
pub(super) fn short(x: f64, error: f64) -> Option<f64> {
    let short = (1e6 * x).round() / 1e6;
    ((short - x).abs() <= error).then_some(short + 0.0)
}

/// [`short`], if that is within rounding.
pub(super) fn snapped(x: f64) -> f64 {
    short(x, 1e-13 * x.abs().max(1.0)).unwrap_or(x)
}

fn not_found(side: f64, why: &str) -> Error {
    let end = if side > 0.0 { "+∞" } else { "−∞" };
    Error::undefined(
        "Fourier transform of the activation",
        format!(
            "its tail at {end} {why}; a closure may state its tails, `Remainder::Persistent` where it has none"
        ),
    )
}

/// Finds the tails of f, of degree ≤ 1, from values out to `reach`.
///
/// # Errors
/// Tails that are not polynomials of degree ≤ 1, or not found to 1e−9.
pub(super) fn find(f: impl Fn(f64) -> f64, reach: f64) -> Result<Found> {
    let left = find_side(&f, -1.0, reach)?;
    let right = find_side(&f, 1.0, reach)?;
    Ok(Found {
        error: left.error.max(right.error),
        tails: Tails {
            remainder: slower(left.remainder, right.remainder),
            left: left.coefficients,
            right: right.coefficients,
        },
    })
}

fn slower(a: Remainder, b: Remainder) -> Remainder {
    super::combination::slower(a, b)
}

/// Half of √5: places this much farther out than powers of 2 and their halves are no fractions of them.
const BETWEEN: f64 = 1.118_033_988_749_895;
/// A remainder between two places is at most this many times what it is there.
const FALLING: f64 = 100.0;

fn find_side(f: impl Fn(f64) -> f64, side: f64, reach: f64) -> Result<Side> {
    let places: Vec<f64> = (3..=FARTHEST)
        .flat_map(|k| [2f64.powi(k), 1.5 * 2f64.powi(k)])
        .filter(|z| *z <= reach)
        .map(|z| side * z)
        .collect();
    let values: Vec<f64> = places.iter().map(|&z| f(z)).collect();
    if values.iter().any(|v| !v.is_finite()) || places.len() < 6 {
        return Err(not_found(side, "is not finite or overflows"));
    }
    let (last, middle) = (places.len() - 1, places.len() / 2);
    let slope = snapped((values[last] - values[middle]) / (places[last] - places[middle]));
    let on = |constant: f64, i: usize| {
        let size = (slope * places[i]).abs() + constant.abs();
        (values[i] - (constant + slope * places[i])).abs() <= ROUNDING * size
    };
    let constant_at = |i: usize| snapped(values[i] - slope * places[i]);
    // The constant from the nearest place that is surely out, where it has the most digits: one beyond the first that seems so.
    let rough = constant_at(middle);
    let inside = { (0..middle).rev() }.find(|&i| !on(rough, i));
    let constant = constant_at(inside.map_or(0, |i| i + 2).min(middle));
    let line = trimmed(vec![constant, slope]);
    let found = if (middle..=last).all(|i| on(constant, i)) {
        let remainder = fast_remainder(&f, &line, side);
        Side {
            coefficients: line,
            remainder,
            error: 0.0,
        }
    } else {
        algebraic_side(&places, &values, side)?
    };
    // What is periodic may be the same at all of these places, and is not between them.
    let gap = |z: f64, value: f64| (value - polynomial(&found.coefficients, z)).abs();
    let hidden = |i: &usize| {
        let z = BETWEEN * places[*i];
        let beside = gap(places[*i], values[*i]).max(gap(places[*i + 1], values[*i + 1]));
        let size = (slope * z).abs() + constant.abs();
        z.abs() <= reach
            && gap(z, f(z)) > FALLING * beside + 4.0 * ROUNDING * size + 2.0 * found.error
    };
    if (middle..last).any(|i| hidden(&i)) {
        return Err(not_found(side, "is not approached"));
    }
    Ok(found)
}

fn trimmed(mut coefficients: Vec<f64>) -> Vec<f64> {
    while coefficients.last() == Some(&0.0) {
        coefficients.pop();
    }
    coefficients
}

/// How a tail is approached that is reached to rounding: from ln|r| at two places.
fn fast_remainder(f: impl Fn(f64) -> f64, tail: &[f64], side: f64) -> Remainder {
    let remainder = |z: f64| (f(side * z) - polynomial(tail, side * z)).abs();
    let visible = |z: &f64| {
        let size = polynomial(tail, side * z).abs().max(1e-3);
        remainder(*z) > ROUNDING * size
    };
    let coarse = { (1..512).rev() }.map(f64::from).find(visible);
    // What is visible there may be so up to the next step, and not beyond.
    let start = coarse.unwrap_or(0.0);
    let fine = { (1..8).rev() }.map(|i| start + 0.125 * f64::from(i));
    let Some(far) = fine.into_iter().find(visible).or(coarse) else {
        return Remainder::Zero { beyond: 0.0 };
    };
    // From far out one step on, a remainder that is gone at once has ended, not decayed.
    let (near, far_size) = (0.5 * far, remainder(far));
    if far_size > 1e-9 && remainder(far + 0.125) == 0.0 {
        return Remainder::Zero {
            beyond: far + 0.125,
        };
    }
    let (a, b) = (-remainder(near).ln(), -far_size.ln());
    let exponent = (b.max(1.0) / a.max(0.5)).ln() / 2f64.ln();
    let exponent = if exponent > 1.6 { 2.0 } else { 1.0 };
    Remainder::Exponential {
        rate: (b / far.powf(exponent)).max(f64::MIN_POSITIVE),
        exponent,
    }
}

/// Tails approached like an integer power of 1/z: Richardson's extrapolation over doubled places.
fn algebraic_side(places: &[f64], values: &[f64], side: f64) -> Result<Side> {
    let doubled: Vec<(f64, f64)> = places
        .iter()
        .copied()
        .zip(values.iter().copied())
        .step_by(2)
        .collect();
    let slopes: Vec<f64> = doubled
        .windows(2)
        .map(|pair| (pair[1].1 - pair[0].1) / (pair[1].0 - pair[0].0))
        .collect();
    let (slope, slope_error) = extrapolate(&slopes);
    let slope = snapped(slope);
    let constants: Vec<f64> = doubled.iter().map(|&(z, v)| v - slope * z).collect();
    let (constant, constant_error) = extrapolate(&constants);
    let error = constant_error + slope_error * if slope == 0.0 { 0.0 } else { 1.0 };
    let constant = snapped(constant);
    if error.is_nan() || error > EXTRAPOLATED * constant.abs().max(1.0) {
        return Err(not_found(
            side,
            "is not a polynomial of degree ≤ 1 that values reach",
        ));
    }
    let tail = trimmed(vec![constant, slope]);
    let remainder = |i: usize| (doubled[i].1 - polynomial(&tail, doubled[i].0)).abs();
    let power = (remainder(5) / remainder(6)).log2();
    if power.is_nan() || power < 0.25 {
        return Err(not_found(side, "is not approached"));
    }
    let whole = power.round();
    let power = if (power - whole).abs() < 0.1 {
        whole
    } else {
        power
    };
    Ok(Side {
        coefficients: tail,
        remainder: Remainder::Algebraic { power },
        error,
    })
}

/// The limit of a sequence whose error has the powers 2^{−k}, 2^{−2k}, …, with its error.
fn extrapolate(sequence: &[f64]) -> (f64, f64) {
    let (mut best, mut error) = (f64::NAN, f64::INFINITY);
    let mut row = sequence.to_vec();
    let mut factor = 1.0;
    while row.len() > 2 {
        factor *= 2.0;
        let next: Vec<f64> = row
            .windows(2)
            .map(|pair| (factor * pair[1] - pair[0]) / (factor - 1.0))
            .collect();
        for pair in next.windows(2) {
            let doubt = (pair[1] - pair[0]).abs();
            if doubt < error {
                (best, error) = (pair[1], doubt);
            }
        }
        row = next;
    }
    (best, error)
}

/// Checks that f approaches the tails it is said to have.
///
/// # Errors
/// Coefficients that are not finite, or a remainder that does not decay.
pub(super) fn verify(f: impl Fn(f64) -> f64, tails: &Tails, reach: f64) -> Result<()> {
    if let Some(&found) = tails
        .left
        .iter()
        .chain(&tails.right)
        .find(|c| !c.is_finite())
    {
        return Err(Error::NotFinite {
            argument: "tails".into(),
            position: "a coefficient".into(),
            found,
        });
    }
    if tails.remainder == Remainder::Persistent {
        return Ok(());
    }
    for (tail, side) in [(&tails.left, -1.0), (&tails.right, 1.0)] {
        let remainder = |z: f64| {
            let expected = polynomial(tail, side * z);
            let rounding = 1e3 * f64::EPSILON * expected.abs();
            ((f(side * z) - expected).abs() - rounding).max(0.0)
        };
        let (near, far) = ((1.0 / 64.0 * reach).min(64.0), reach.min(4096.0));
        let decays = remainder(far) <= 0.9 * remainder(near) || remainder(far) < 1e-10;
        if !decays {
            return Err(Error::invalid(
                "tails",
                "the polynomials that the activation approaches",
                format!("a remainder of {:.1e} at {}", remainder(far), side * far),
            ));
        }
    }
    Ok(())
}
