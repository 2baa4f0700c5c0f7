//! Positive integrands on the logarithmic line: where they live, and their integral.

use super::LogEstimate;
use crate::numerics::quadrature::{Tolerance, log_integrate};

/// Contributions below e^{−DEPTH} of the largest are cut off: 2e−22 of it, over a range of at most a
/// few hundred units.
const DEPTH: f64 = 50.0;
/// The step with which the line is explored. Every smooth feature of the integrands here (a saddle of
/// e^{−(ω/s)^b − s²/2}, b ≤ 2) is wider near its top.
const STEP: f64 = 0.125;
/// How many steps in a row must lie below the depth, so that a zero of φ̂ is not taken for the end.
const RUN: usize = 12;
/// So far from the start an integrand that has vanished everywhere is given up, in steps.
const BARREN: usize = 320;

/// The range that carries an integral ∫ e^{L(u)} du, where L is largest and how large.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub low: f64,
    pub high: f64,
    pub summit: f64,
    pub top: f64,
    /// Whether the integrand has died out at (low, high), or its support ends there.
    pub closed: (bool, bool),
}

/// Explores L outwards from `start` until it stays below its top, or to the limits, where the support
/// ends if `support` says so. `None` if L = −∞ wherever it was looked at.
///
/// L = NaN means that it can no longer be told; the march ends there, open.
pub(super) fn explore(
    start: f64,
    limits: (f64, f64),
    support: (bool, bool),
    mut ln_f: impl FnMut(f64) -> f64,
) -> Option<Range> {
    let (mut summit, mut top) = (start, ln_f(start));
    if top.is_nan() {
        top = f64::NEG_INFINITY;
    }
    let mut march = |direction: f64, limit: f64, ends: bool| -> (f64, bool) {
        let mut below = 0;
        let mut last = start;
        for i in 1.. {
            let u = start + direction * STEP * i as f64;
            if direction * (u - limit) >= 0.0 {
                return (limit, ends);
            }
            let l = ln_f(u);
            if l.is_nan() {
                return (last, false);
            }
            last = u;
            if l > top {
                (summit, top) = (u, l);
            }
            below = if l > top - DEPTH { 0 } else { below + 1 };
            let barren = top == f64::NEG_INFINITY && i > BARREN;
            if barren || below >= RUN && top > f64::NEG_INFINITY {
                break;
            }
        }
        (last, true)
    };
    let (high, above) = march(1.0, limits.1, support.1);
    let (low, beneath) = march(-1.0, limits.0, support.0);
    (top > f64::NEG_INFINITY).then_some(Range {
        low,
        high,
        summit,
        top,
        closed: (beneath, above),
    })
}

/// Samples count towards the error by their largest relative error, as far as they lie within e^{−30} of the top;
/// where that is worse than this, they are weighed.
const POOR: f64 = 1e-9;

/// ∫ e^{L(u)} du over a range, split at the given places, from samples with a relative error each.
/// NaN counts as nothing.
pub(super) fn integrate_range(
    range: &Range,
    splits: impl Iterator<Item = f64>,
    relative: f64,
    mut sample: impl FnMut(f64) -> LogEstimate,
) -> LogEstimate {
    let mut cuts: Vec<f64> = splits.collect();
    cuts.push(range.summit);
    let tolerance = Tolerance {
        relative,
        ..Tolerance::default()
    };
    let known = |ln: f64| if ln.is_nan() { f64::NEG_INFINITY } else { ln };
    let mut worst: f64 = 0.0;
    let (ln, quadrature) = log_integrate(
        |u| {
            let at = sample(u);
            if at.ln > range.top - 30.0 {
                worst = worst.max(at.relative_error);
            }
            known(at.ln)
        },
        range.low,
        range.high,
        &cuts,
        &tolerance,
    );
    let samples = if worst <= POOR {
        worst
    } else {
        let coarse = Tolerance {
            relative: 1e-2,
            ..tolerance
        };
        let (ln_error, slack) = log_integrate(
            |u| {
                let at = sample(u);
                known(at.ln + at.relative_error.ln())
            },
            range.low,
            range.high,
            &cuts,
            &coarse,
        );
        (ln_error - ln).exp() * (1.0 + slack)
    };
    LogEstimate::new(ln, quadrature + samples)
}
