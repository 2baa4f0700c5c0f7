//! Rays: [p, ∞) and (−∞, p] as a finite range of a double-exponential variable.
//!
//! z = p ± e^s with s = (π/2) sinh t (Takahasi & Mori 1974): every length scale from 1e−291 to
//! 1e291 lies in |t| ≤ 6.75, near p as well as far away, and whatever decays, however fast or slowly,
//! decays at least exponentially in s. A scan finds the part of the range that matters, so that
//! f is never refined where it is negligible (nor asked for a value where z² overflows).

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

/// z from e^{−670} to e^{670}: the weight dz/dt stays finite there.
const T_MAX: f64 = 6.75;
/// Points of the scan: between z = 1e−6 and 1e6 three per factor e² or better.
const SCAN: usize = 61;
/// What is smaller than this times the largest value seen is outside the range that matters.
const NEGLIGIBLE: f64 = 1e-18;
/// Panels before any refinement have at most this length in t.
const PANEL: f64 = 1.5;

/// One side of a finite point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ray {
    pub origin: f64,
    /// +1.0 to the right, −1.0 to the left.
    pub sign: f64,
}

impl Ray {
    /// The point at t, and |dz/dt| there.
    pub fn at(&self, t: f64) -> (f64, f64) {
        let exp = t.exp();
        let distance = (FRAC_PI_4 * (exp - 1.0 / exp)).exp();
        let slope = distance * FRAC_PI_4 * (exp + 1.0 / exp);
        (self.at_distance(distance), slope)
    }

    /// The point at a distance from the origin, which may be a singularity and is never hit by rounding.
    pub fn at_distance(&self, distance: f64) -> f64 {
        let z = self.origin + self.sign * distance;
        if z != self.origin {
            z
        } else if self.sign > 0.0 {
            self.origin.next_up()
        } else {
            self.origin.next_down()
        }
    }

    /// Whether a point at this distance can be told from the origin.
    pub fn resolves(&self, distance: f64) -> bool {
        self.origin + self.sign * distance != self.origin
    }
}

/// ln|z − p| at t; its relative rounding error becomes an absolute one of the logarithm.
pub(super) fn log_distance(t: f64) -> f64 {
    FRAC_PI_2 * t.sinh()
}

/// The part of a ray that matters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Support {
    /// Ends of the panels, in t (empty where f vanishes at every point of the scan).
    pub panels: Vec<f64>,
    /// A bound on ∫|f| outside; infinite if the integral seems to diverge.
    pub outside: f64,
    /// Evaluations used.
    pub evaluations: usize,
}

/// Scans |f| along a ray.
pub(super) fn support(ray: Ray, mut f: impl FnMut(f64) -> f64) -> Support {
    let step = 2.0 * T_MAX / (SCAN - 1) as f64;
    let t = |i: usize| -T_MAX + step * i as f64;
    // |f|·|dz/ds|: the integrand on the logarithmic scale.
    let h: Vec<f64> = (0..SCAN)
        .map(|i| f(ray.at(t(i)).0).abs() * log_distance(t(i)).exp())
        .collect();
    let largest = h
        .iter()
        .copied()
        .filter(|x| x.is_finite())
        .fold(0.0, f64::max);
    let matters = |x: &f64| *x > NEGLIGIBLE * largest;
    let nothing = |outside| Support {
        panels: Vec::new(),
        outside,
        evaluations: SCAN,
    };
    let finite: Vec<f64> = h
        .iter()
        .map(|x| if x.is_finite() { *x } else { 0.0 })
        .collect();
    let (Some(first), Some(last)) = (
        finite.iter().position(matters),
        finite.iter().rposition(matters),
    ) else {
        return nothing(if h.iter().all(|x| x.is_finite()) {
            0.0
        } else {
            f64::INFINITY
        });
    };
    let (lo, hi) = (first.saturating_sub(1), (last + 1).min(SCAN - 1));
    let mut outside = 0.0;
    // Values that are not finite are forgiven only beyond a negligible one.
    if h[lo..=hi].iter().any(|x| !x.is_finite()) {
        outside = f64::INFINITY;
    }
    outside += end(&finite, lo, true, &t) + end(&finite, hi, false, &t);
    let count = ((t(hi) - t(lo)) / PANEL).ceil().max(1.0) as usize;
    let panels = (0..=count)
        .map(|k| t(lo) + (t(hi) - t(lo)) * k as f64 / count as f64)
        .collect();
    Support {
        panels,
        outside,
        evaluations: SCAN,
    }
}

/// A bound on what lies beyond scan point `i`, towards the lower or the upper end: the sum over the points there, and
/// twice the tail beyond the last of them. With h ∝ |s|^{−p} there, p from the last two points, that is h|s|/(p−1):
/// right for powers of z (p ≈ ε|s| is large) as well as for what decays only in the logarithm, 1/(z ln² z).
fn end(h: &[f64], i: usize, lower: bool, t: &impl Fn(usize) -> f64) -> f64 {
    let outer = if lower { 0 } else { h.len() - 1 };
    let s = |j: usize| log_distance(t(j));
    let beyond = if lower { 0..i } else { i..outer };
    let sum: f64 = beyond
        .map(|j| (h[j] + h[j + 1]) * (s(j + 1) - s(j)).abs())
        .sum();
    if h[outer] == 0.0 {
        return sum;
    }
    let inner = if lower { 1 } else { outer - 1 };
    let rate = (h[inner] / h[outer]).ln() / (s(outer) - s(inner)).abs();
    let power = rate * s(outer).abs();
    if power > 1.0 {
        sum + 2.0 * h[outer] * s(outer).abs() / (power - 1.0)
    } else {
        f64::INFINITY
    }
}
