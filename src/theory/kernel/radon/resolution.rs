//! Where a feature varies between its kinks, and on what scale.

use super::chebyshev::{clenshaw, point, transform};
use super::feature::FeatureFunction;
use crate::model::activation::Remainder;

/// Chebyshev points of a panel: what they resolve, a product of two is integrated by 14 Gauss points.
pub(super) const NODES: usize = 28;
/// The part of the largest value that a panel may leave unresolved.
pub(super) const RESOLVED: f64 = 1e-14;
/// Between the Chebyshev points, a panel is looked at in so many places of its own.
const BETWEEN: usize = 24;
/// Farther out, 2^60, only the tails are left.
pub(super) const FARTHEST: f64 = (1_u64 << 60) as f64;
/// The most panels.
const MOST: usize = 1 << 14;
/// The most halvings of an octave.
const HALVINGS: usize = 40;
/// The size that tails are not measured against: growing ones dwarf what happens near 0.
const NEAR: i32 = 6;
/// From where on a feature is within a tenth of its tails, they are most of it.
const CORE: f64 = 0.1;

/// ψ cut into panels, each of which a polynomial of degree < 28 resolves: unit panels beside 0 and octaves, cut at kinks, halved as needed.
///
/// A rule whose panels are as narrow cannot miss what ψ does, however wide the law of the offsets.
#[derive(Clone, Debug)]
pub(crate) struct Resolution {
    /// Ascending.
    pub(crate) edges: Vec<f64>,
    /// Beyond this |z| ψ is its tails to rounding; infinite if never.
    pub(crate) reach: f64,
    /// Beyond this |z| ψ is mostly its tails.
    pub(crate) core: f64,
    /// Whether ψ is even or odd wherever its panels say something of it.
    pub(crate) mirrored: bool,
}

impl Resolution {
    /// For |z| ≤ `furthest` at least; `None` where that takes too many panels.
    pub(crate) fn new(psi: &FeatureFunction, furthest: f64) -> Option<Self> {
        let mut builder = Builder {
            psi,
            resolved: RESOLVED.max(psi.noise()),
            peak: 0.0,
            reach: 0.0,
            core: 0.0,
            edges: Vec::new(),
        };
        for i in 0..64 << NEAR {
            let z = (i as f64 + 0.5) / 64.0;
            for value in [psi.value(z), psi.value(-z)] {
                if value.is_finite() {
                    builder.peak = builder.peak.max(value.abs());
                }
            }
        }
        let furthest = furthest.clamp(1.0, FARTHEST);
        let (mut low, mut high) = (0.0, 1.0);
        builder.edges.push(0.0);
        while low < furthest {
            for (low, high) in [(low, high), (-high, -low)] {
                let kinks = psi.kinks.iter().copied();
                let mut ends = vec![low, high];
                ends.extend(kinks.filter(|z| *z > low && *z < high));
                ends.sort_by(f64::total_cmp);
                for pair in ends.windows(2) {
                    builder.refine(pair[0], pair[1], HALVINGS)?;
                }
            }
            (low, high) = (high, 2.0 * high);
        }
        let mut edges = builder.edges;
        edges.sort_by(f64::total_cmp);
        edges.dedup();
        let mirrored = |sign: f64| {
            edges.windows(2).all(|panel| {
                let (middle, half) = (0.5 * (panel[0] + panel[1]), 0.5 * (panel[1] - panel[0]));
                (0..NODES).all(|i| {
                    let z = middle + half * point(i, NODES);
                    let (value, other) = (psi.value(z), sign * psi.value(-z));
                    (value - other).abs() <= 4.0 * f64::EPSILON * value.abs()
                })
            })
        };
        Some(Self {
            mirrored: mirrored(1.0) || mirrored(-1.0),
            edges,
            reach: match psi.remainder {
                Remainder::Persistent => f64::INFINITY,
                Remainder::Zero { beyond } => beyond,
                _ => builder.reach,
            },
            core: builder.core,
        })
    }

    /// The narrowest panel that meets [low, high]; infinite beyond all of them.
    pub(crate) fn width(&self, low: f64, high: f64) -> f64 {
        let first = self.edges.partition_point(|e| *e <= low).max(1);
        let panels = self.edges.windows(2).skip(first - 1);
        panels
            .take_while(|pair| pair[0] < high)
            .map(|pair| pair[1] - pair[0])
            .fold(f64::INFINITY, f64::min)
    }
}

/// Places in [−1, 1] between the Chebyshev points.
pub(super) fn between() -> impl Iterator<Item = f64> {
    // Multiples of the golden section: no two alike.
    let at = |i: usize| 2.0 * ((i as f64 + 0.5) * 0.618_033_988_749_894_9).fract() - 1.0;
    (0..BETWEEN).map(at)
}

struct Builder<'a> {
    psi: &'a FeatureFunction,
    /// The part of the largest value that a panel may leave unresolved: no less than the noise.
    resolved: f64,
    /// max |ψ| near 0.
    peak: f64,
    reach: f64,
    core: f64,
    edges: Vec<f64>,
}

impl Builder<'_> {
    fn refine(&mut self, low: f64, high: f64, halvings: usize) -> Option<()> {
        if self.edges.len() > MOST {
            return None;
        }
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        let places: Vec<f64> = (0..NODES)
            .map(|i| middle + half * point(i, NODES))
            .collect();
        let values: Vec<f64> = places.iter().map(|z| self.psi.value(*z)).collect();
        if halvings == 0
            || values.iter().any(|v| !v.is_finite())
            || self.resolves(low, high, &values)
        {
            self.settle(low, high, &places, &values);
            self.edges.extend([low, high]);
            return Some(());
        }
        self.refine(low, middle, halvings - 1)?;
        self.refine(middle, high, halvings - 1)
    }

    fn resolves(&self, low: f64, high: f64, values: &[f64]) -> bool {
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        let coefficients = transform(values);
        let size = values.iter().fold(self.peak, |m, v| m.max(v.abs()));
        let last: f64 = coefficients.iter().rev().take(4).map(|c| c.abs()).sum();
        let resolved = |x: f64| {
            let off = self.psi.value(middle + half * x) - clenshaw(&coefficients, x);
            off.abs() <= 10.0 * self.resolved * size
        };
        last <= self.resolved * size && between().all(resolved)
    }

    /// What the samples say of the approach to the tails.
    fn settle(&mut self, low: f64, high: f64, places: &[f64], values: &[f64]) {
        for (z, value) in places.iter().zip(values) {
            let (left, right) = (self.psi.left_tail(*z), self.psi.right_tail(*z));
            let tail = if *z > 0.0 { right } else { left };
            let off = (value - tail).abs();
            let settled = off <= 2.0 * f64::EPSILON * tail.abs() + 1e-17 * self.peak;
            if !settled {
                // To the next place that was looked at.
                self.reach = self.reach.max(z.abs() + 0.07 * (high - low));
            }
            let near = off <= CORE * left.abs().max(right.abs());
            if !near {
                self.core = self.core.max(z.abs());
            }
        }
    }
}
