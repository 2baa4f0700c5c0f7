//! A function on a short interval: a Legendre expansion, and what of it is rounding.

use crate::numerics::quadrature::gauss_legendre;
use crate::numerics::special::{legendre, legendre_derivative_into};
use std::sync::LazyLock;

/// Samples per panel.
const NODES: usize = 12;
/// A panel is resolved when its last two coefficients are below this part of the largest value there …
const RESOLVED: f64 = 1e-11;
/// … or of this part of the largest anywhere: rounding.
const ROUNDING: f64 = 4e-15;
/// Differences over this length, relative to 1 + |z|, are noise.
const NOISY: f64 = 1e-9;
/// No panel is halved more often.
const DEEPEST: u32 = 52;

/// Nodes on [−1, 1] and, for each degree, the weights that make its coefficient.
struct Table {
    nodes: Vec<f64>,
    analysis: Vec<Vec<f64>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let rule = gauss_legendre(NODES);
    let columns: Vec<Vec<f64>> = rule.nodes.iter().map(|x| legendre(*x, NODES)).collect();
    let row = |j: usize| {
        let pairs = columns.iter().zip(&rule.weights);
        pairs.map(|(p, w)| 0.5 * w * p[j]).collect()
    };
    Table {
        nodes: rule.nodes.clone(),
        analysis: (0..NODES).map(row).collect(),
    }
});

/// The Legendre expansion on a panel.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    pub(super) lo: f64,
    pub(super) hi: f64,
    pub(super) depth: u32,
    pub(super) coefficients: Vec<f64>,
    /// min f and max f.
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) finite: bool,
    /// What differences far shorter than any panel are: rounding, of numbers that f may not show.
    pub(super) noise: f64,
}

impl Panel {
    pub(super) fn sample(f: &dyn Fn(f64) -> f64, lo: f64, hi: f64, depth: u32) -> Self {
        let (middle, half) = (0.5 * (lo + hi), 0.5 * (hi - lo));
        let values: Vec<f64> = TABLE.nodes.iter().map(|x| f(middle + half * x)).collect();
        let dot = |row: &Vec<f64>| row.iter().zip(&values).map(|(a, b)| a * b).sum();
        let (low, high) = values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| {
                (a.min(*v), b.max(*v))
            });
        Self {
            lo,
            hi,
            depth,
            coefficients: TABLE.analysis.iter().map(dot).collect(),
            low,
            high,
            finite: values.iter().all(|v| v.is_finite()),
            noise: 0.0,
        }
    }

    /// With its noise measured in the middle.
    pub(super) fn measured(f: &dyn Fn(f64) -> f64, lo: f64, hi: f64) -> Self {
        let middle = 0.5 * (lo + hi);
        let step = NOISY * middle.abs().max(1.0);
        let values = [-2.0, -1.0, 0.0, 1.0, 2.0].map(|k| f(middle + k * step));
        let second = |v: &[f64]| (v[0] - 2.0 * v[1] + v[2]).abs();
        Self {
            noise: values.windows(3).map(second).fold(0.0, f64::max),
            ..Self::sample(f, lo, hi, 0)
        }
    }

    /// Both halves.
    pub(super) fn halved(&self, f: &dyn Fn(f64) -> f64) -> [Self; 2] {
        let middle = 0.5 * (self.lo + self.hi);
        [(self.lo, middle), (middle, self.hi)].map(|(lo, hi)| Self {
            noise: self.noise,
            ..Self::sample(f, lo, hi, self.depth + 1)
        })
    }

    pub(super) fn length(&self) -> f64 {
        self.hi - self.lo
    }

    pub(super) fn middle(&self) -> f64 {
        0.5 * (self.lo + self.hi)
    }

    /// max |f|.
    pub(super) fn size(&self) -> f64 {
        self.high.abs().max(self.low.abs())
    }

    /// How steep f is from its lowest to its highest value, at least.
    pub(super) fn slope(&self) -> f64 {
        (self.high - self.low) / self.length()
    }

    /// What counts as rounding: of the values, of what is behind them, and of z where f is steep.
    pub(super) fn tolerance(&self, largest: f64) -> f64 {
        RESOLVED * self.size() + ROUNDING * largest + 4.0 * self.noise + self.rounding()
    }

    /// The rounding of z where f is steep.
    pub(super) fn rounding(&self) -> f64 {
        16.0 * f64::EPSILON * self.slope() * self.lo.abs().max(self.hi.abs())
    }

    pub(super) fn is_resolved(&self, largest: f64) -> bool {
        let last = self.coefficients.iter().rev().take(2);
        !self.finite || last.fold(0.0, |m: f64, c| m.max(c.abs())) <= self.tolerance(largest)
    }

    /// The expansion and its slope at z, inside or near.
    pub(super) fn at(&self, z: f64) -> (f64, f64) {
        let half = 0.5 * self.length();
        let x = (z - 0.5 * (self.lo + self.hi)) / half;
        let mut slopes = [0.0; NODES];
        legendre_derivative_into(x, &mut slopes);
        let sum = |p: &[f64]| -> f64 { p.iter().zip(&self.coefficients).map(|(p, c)| p * c).sum() };
        (sum(&legendre(x, NODES)), sum(&slopes) / half)
    }

    /// The first degrees at z some panels away: the others, of so short a panel, are rounding, which grows fast.
    pub(super) fn continued(&self, z: f64) -> f64 {
        let half = 0.5 * self.length();
        let x = (z - 0.5 * (self.lo + self.hi)) / half;
        let c = |k: usize| self.coefficients[k] * (2.0 * k as f64 + 1.0).sqrt();
        c(0) + c(1) * x + c(2) * (1.5 * x * x - 0.5)
    }

    /// Whether the next panel continues this one.
    pub(super) fn meets(&self, next: &Self, largest: f64) -> bool {
        if !(self.finite && next.finite) {
            return true;
        }
        let ((a, b), (c, d)) = (self.at(self.hi), next.at(next.lo));
        let tolerance = self.tolerance(largest).max(next.tolerance(largest));
        let short = self.length().min(next.length());
        // Slopes at an end amplify coefficients by n².
        let steepest = 2.0 * (NODES * NODES) as f64 * tolerance;
        (a - c).abs() <= 4.0 * tolerance && (b - d).abs() * short <= steepest
    }

    pub(super) fn is_shortest(&self) -> bool {
        let z = self.lo.abs().max(self.hi.abs()).max(1e-3);
        self.depth >= DEEPEST || self.length() <= 8.0 * f64::EPSILON * z
    }
}
