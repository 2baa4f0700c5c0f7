//! E[φ(u)φ(v)] along u: the mean of φ(v) given u as series on cells too.

use super::cell::{Cells, LANES};
use super::fit::{Fit, NOISE};
use super::{Covariance, DualValue, FAR, Graded};
use crate::numerics::quadrature::{GaussRule, gauss_legendre};
use crate::numerics::special::branchless::exp_minus_half_square;
use crate::numerics::{Estimate, WideLoop, wide};
use std::f64::consts::PI;
use std::sync::Arc;

/// The longest piece in standard deviations, and nodes that integrate two series times the density over it.
const LONGEST: f64 = 1.5;
const NODES: usize = 32;
/// Less than this many conditional standard deviations a conditional mean is not cut: the series of a normal density has all digits there.
const SHORTEST: f64 = 1.5;
/// Looks between the samples of a conditional mean, which is smooth.
const LOOKS: usize = 3;
/// Rounding, relative to the moduli of what is summed, and to √(E[φ(u)²]E[φ(v)²]).
const ROUNDING: f64 = 8e-15;
const OF_SIZE: f64 = 4e-15;

/// E[φ(u)φ(v)] and E[φ′(u)φ′(v)], deltas apart.
pub(super) fn dual(u: &Graded, v: &Graded, covariance: &Covariance) -> DualValue {
    let rho = covariance.correlation;
    let t = v.std * rho.sine();
    let slope = v.std * rho.rho();
    let reach = u.reach.max(v.reach);
    let given = if t == 0.0 {
        None
    } else {
        Some(conditional(v, t, slope.abs(), reach))
    };
    let given = given.as_ref().unwrap_or(&v.cells);
    let sum = Sum {
        u,
        given,
        slope,
        pieces: pieces(u, given, slope, reach),
        rule: gauss_legendre(NODES),
    };
    let sums = wide(sum);
    let estimate = |k: usize| {
        let Sums {
            value,
            modulus,
            off,
        } = &sums[k];
        let size = u.norms[k] * v.norms[k];
        let error = off + ROUNDING * modulus + OF_SIZE * size;
        // 0·∞: what is infinite somewhere is not known.
        let error = if error.is_nan() { f64::INFINITY } else { error };
        Estimate::new(*value, error)
    };
    DualValue {
        nngp: estimate(0),
        derivative: estimate(1),
    }
}

/// E[φ(m + tZ)] as a function of m ~ N(0, std²).
fn conditional(v: &Graded, t: f64, std: f64, reach: f64) -> Cells {
    // At correlation 0 the mean is wanted at 0 alone.
    let std = std.max(1e-3 * t);
    let most = std * reach;
    let mut edges = v.cells.edges.clone();
    for place in &v.places {
        let mut distance = t;
        while distance < FAR * v.std {
            edges.extend([place - distance, place + distance]);
            distance *= 2.0;
        }
    }
    edges.retain(|m| m.abs() < most);
    edges.extend([-most, most]);
    edges.sort_by(f64::total_cmp);
    let mut kept: Vec<f64> = Vec::with_capacity(edges.len());
    for m in edges {
        if kept.last().is_none_or(|last| m - last >= SHORTEST * t) {
            kept.push(m);
        }
    }
    match kept.len() {
        0 | 1 => kept = vec![-most, most],
        last => kept[last - 1] = most,
    }
    let mut density = Vec::new();
    let fit = Fit {
        sample: |m: f64| v.mean(m, t, &mut density),
        std,
        places: &[],
        parts: LOOKS,
        searched: None,
        noise: NOISE,
        sizes: Some(v.norms),
    };
    fit.cells(&kept).0
}

/// The ends of pieces of u in standard deviations.
fn pieces(u: &Graded, given: &Cells, slope: f64, reach: f64) -> Vec<f64> {
    let mut ends: Vec<f64> = u.cells.edges.iter().map(|z| z / u.std).collect();
    if slope != 0.0 {
        ends.extend(given.edges.iter().map(|m| m / slope));
    }
    ends.retain(|x| x.abs() < reach);
    ends.extend([-reach, reach]);
    ends.sort_by(f64::total_cmp);
    let mut cut = vec![-reach];
    for pair in ends.windows(2) {
        let parts = ((pair[1] - pair[0]) / LONGEST).ceil();
        let part = (pair[1] - pair[0]) / parts;
        let inner = (1..=parts as usize).map(|i| pair[0] + part * i as f64);
        cut.extend(inner);
    }
    cut
}

/// The integral along u.
struct Sum<'a> {
    u: &'a Graded,
    given: &'a Cells,
    /// The conditional mean is this times u in standard deviations.
    slope: f64,
    pieces: Vec<f64>,
    rule: Arc<GaussRule>,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    value: f64,
    modulus: f64,
    off: f64,
}

impl WideLoop for Sum<'_> {
    type Output = [Sums; 2];

    #[inline(always)]
    fn call(self) -> [Sums; 2] {
        let mut sums = [Sums::default(); 2];
        for ends in self.pieces.windows(2) {
            let (middle, half) = (0.5 * (ends[0] + ends[1]), 0.5 * (ends[1] - ends[0]));
            if half <= 0.0 {
                continue;
            }
            let own = self.u.cells.around(self.u.std * middle);
            let other = self.given.around(self.slope * middle);
            let nodes = self.rule.nodes.as_chunks::<LANES>().0;
            let weights = self.rule.weights.as_chunks::<LANES>().0;
            for (nodes, weights) in nodes.iter().zip(weights) {
                let x = nodes.map(|x| half.mul_add(x, middle));
                let a = own.at(&x.map(|x| self.u.std * x));
                let b = other.at(&x.map(|x| self.slope * x));
                for l in 0..LANES {
                    let weight =
                        weights[l] * (half / (2.0 * PI).sqrt() * exp_minus_half_square(x[l]));
                    for k in 0..2 {
                        // The density first: the rest may be beyond the largest double.
                        let (a, b) = (a[k][l], b[k][l]);
                        let first = weight * a;
                        sums[k].value += first * b;
                        sums[k].modulus += (first * b).abs();
                        let (off_a, off_b) = (weight * own.off[k], other.off[k]);
                        sums[k].off += first.abs() * off_b + off_a * (b.abs() + off_b);
                    }
                }
            }
        }
        sums
    }
}
