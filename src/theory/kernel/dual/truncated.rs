//! Conditional means of piecewise polynomials: E[p(v); a < v < b] for a normal v, without cancellation
//! at any ratio of the standard deviation to the pieces.

use crate::model::activation::PiecewisePolynomial;
use crate::numerics::quadrature::{GaussRule, gauss_legendre};
use crate::numerics::special::{normal_cdf, normal_interval, normal_pdf};
use std::f64::consts::PI;
use std::sync::Arc;

/// Beyond this many standard deviations the normal law has 2e−21 of its mass.
const REACH: f64 = 9.5;
/// Beyond this many its density is below the smallest double.
const FAR: f64 = 38.5;
/// Panels of the normal density have at most this length, in standard deviations.
const PANEL: f64 = 3.0;
/// Over a panel the logarithm of the density changes by about this at most.
const FALL: f64 = 24.0;
/// Pieces longer than this that contain the mean are integrated by parts.
const LONG: f64 = 4.0;
/// Nodes that integrate the density over a panel to all digits, for constants.
const NODES: usize = 18;

/// A piece and its derivative between two knots.
#[derive(Clone, Debug)]
struct Stretch {
    from: f64,
    to: f64,
    centre: f64,
    coefficients: Vec<f64>,
}

/// A piecewise polynomial, ready for conditional means.
#[derive(Clone, Debug)]
pub(crate) struct TruncatedMeans {
    stretches: Vec<Stretch>,
    rule: Arc<GaussRule>,
}

impl TruncatedMeans {
    pub(crate) fn new(function: &PiecewisePolynomial) -> Self {
        let knots = function.knots();
        let ends = |i: usize| {
            let from = i.checked_sub(1).and_then(|k| knots.get(k));
            let to = knots.get(i);
            (
                from.copied().unwrap_or(f64::NEG_INFINITY),
                to.copied().unwrap_or(f64::INFINITY),
            )
        };
        let pieces = function.pieces().iter().enumerate();
        let stretches = pieces
            .filter(|(_, piece)| !piece.coefficients().is_empty())
            .map(|(i, piece)| Stretch {
                from: ends(i).0,
                to: ends(i).1,
                centre: piece.centre(),
                coefficients: piece.coefficients().to_vec(),
            });
        Self {
            stretches: stretches.collect(),
            // Half a node more for every degree.
            rule: gauss_legendre(NODES + function.degree().div_ceil(2)),
        }
    }

    /// E[φ(v)] and E[φ′(v)] for v ~ N(m, t²), t > 0.
    pub(crate) fn mean(&self, m: f64, t: f64) -> (f64, f64) {
        let stretches = self.stretches.iter();
        let means = stretches.map(|stretch| stretch.mean(m, t, &self.rule));
        means.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }
}

impl Stretch {
    fn mean(&self, m: f64, t: f64, rule: &GaussRule) -> (f64, f64) {
        let (low, high) = ((self.from - m) / t, (self.to - m) / t);
        if low >= FAR || high <= -FAR {
            return (0.0, 0.0);
        }
        if high - low > LONG && low <= 0.0 && high >= 0.0 {
            return self.by_parts(m, t, low, high);
        }
        // As much of a piece far out as has nearly all of its own mass, however little that is.
        let near = low.max(-high).max(0.0);
        let reach = near.hypot(REACH);
        let (from, to) = (low.max(-reach), high.min(reach));
        let panels = ((to - from) / PANEL.min(FALL / near)).ceil().max(1.0);
        let half = 0.5 * (to - from) / panels;
        let (mut value, mut slope) = (0.0, 0.0);
        for panel in 0..panels as usize {
            let middle = from + half * (2 * panel + 1) as f64;
            for (x, w) in rule.nodes.iter().zip(&rule.weights) {
                let z = middle + half * x;
                let weight = w * (-0.5 * z * z).exp();
                let (p, q) = self.at(m, t, z);
                value += weight * p;
                slope += weight * q;
            }
        }
        let factor = half / (2.0 * PI).sqrt();
        (factor * value, factor * slope)
    }

    /// p and p′ at m + tz.
    fn at(&self, m: f64, t: f64, z: f64) -> (f64, f64) {
        let y = (m - self.centre) + t * z;
        let horner = |(p, q): (f64, f64), &c: &f64| (p * y + c, q * y + p);
        self.coefficients.iter().rev().fold((0.0, 0.0), horner)
    }

    /// The polynomial about the mean times E[Z^j; low < Z < high] = (j−1)E[Z^{j−2}; …] + low^{j−1}ϕ(low) −
    /// high^{j−1}ϕ(high).
    fn by_parts(&self, m: f64, t: f64, low: f64, high: f64) -> (f64, f64) {
        let mut about = self.coefficients.clone();
        let shift = m - self.centre;
        for i in 0..about.len() {
            for j in (i..about.len() - 1).rev() {
                about[j] += shift * about[j + 1];
            }
        }
        let mass = if low <= -REACH && high >= REACH {
            1.0
        } else if low <= -REACH {
            normal_cdf(high)
        } else if high >= REACH {
            normal_cdf(-low)
        } else {
            normal_interval(low, high)
        };
        let edge = |z: f64| {
            if z.abs() >= REACH * 4.0 {
                0.0
            } else {
                normal_pdf(z)
            }
        };
        let (mut at_low, mut at_high) = (edge(low), edge(high));
        let clip = |z: f64| if z.is_infinite() { 0.0 } else { z };
        let (low, high) = (clip(low), clip(high));
        let (mut before, mut moment) = (0.0, mass);
        let (mut value, mut slope, mut power) = (0.0, 0.0, 1.0);
        for (j, c) in about.iter().enumerate() {
            value += c * power * moment;
            // d/dm of the mean is the mean of p′: its j-th moment goes with (j+1)c_{j+1}.
            if let Some(next) = about.get(j + 1) {
                slope += (j + 1) as f64 * next * power * moment;
            }
            let following = j as f64 * before + at_low - at_high;
            (before, moment) = (moment, following);
            (at_low, at_high) = (at_low * low, at_high * high);
            power *= t;
        }
        (value, slope)
    }
}
