//! The integral along one pre-activation.

use super::along::Along;
use super::interpolant::Interpolant;
use super::lanes::{LANES, Lanes, Values, add, times};
use super::means::{Scratch, of_piece};
use super::{DualValue, FINE, PANEL, ROUNDING};
use crate::numerics::special::branchless::exp_minus_half_square;
use crate::numerics::{Estimate, WideLoop};
use std::f64::consts::PI;

/// From this many knots of u in a panel on the conditional mean is interpolated …
const MANY: usize = 12;
/// … on parts of at most this length, in units of the narrower of both laws, to 1e−18.
const PART: f64 = 2.25;

/// ∫ φ(u) E[φ(v) | u] ϕ(x) dx and that of φ′.
pub(super) struct Sum<'a> {
    along: &'a Along<'a>,
    panels: Vec<f64>,
    /// The knots of u, ascending.
    knots: Vec<f64>,
    /// The law of v given u.
    conditional: (f64, f64),
    scratch: Scratch,
    sum: Values,
}

impl<'a> Sum<'a> {
    pub(super) fn new(along: &'a Along<'a>) -> Self {
        let knots = along.of.knots.iter().map(|z| along.standard(*z));
        Self {
            panels: along.panels(),
            knots: knots.collect(),
            conditional: along.conditional(),
            along,
            scratch: Scratch::default(),
            sum: Values::default(),
        }
    }

    /// What is between two ends, cut at the knots of u.
    #[inline(always)]
    fn panel(&mut self, lo: f64, hi: f64, mean: Option<&Interpolant>) {
        let first = self.knots.partition_point(|h| *h <= lo);
        let last = self.knots.partition_point(|h| *h < hi).max(first);
        let mut from = lo;
        for k in first..=last {
            let to = if k < last { self.knots[k] } else { hi };
            self.interval(from, to, mean);
            from = to;
        }
    }

    /// What is between two ends without a knot of u.
    #[inline(always)]
    fn interval(&mut self, lo: f64, hi: f64, mean: Option<&Interpolant>) {
        let Along {
            of,
            other,
            u,
            v,
            rho,
        } = self.along;
        let (middle, half) = (0.5 * (lo + hi), 0.5 * (hi - lo));
        let piece = of.piece_at(u * middle);
        if half == 0.0 || piece.is_zero() {
            return;
        }
        let is_fine = hi - lo <= FINE.0 * self.along.width().min(1.0);
        let rule = &of.panels[usize::from(is_fine)];
        let nodes = rule.nodes.as_chunks::<LANES>().0;
        let weights = rule.weights.as_chunks::<LANES>().0;
        for (nodes, weights) in nodes.iter().zip(weights) {
            let x = nodes.map(|node| half.mul_add(node, middle));
            let density = x.map(|x| half / (2.0 * PI).sqrt() * exp_minus_half_square(x));
            let weight = times(&density, weights);
            let own = of_piece(piece.near(u * middle), &x.map(|x| u * x));
            let beside = match mean {
                Some(mean) => mean.at(&x),
                None => {
                    let mean = x.map(|x| v * rho.rho() * x);
                    other.mean(&mean, self.conditional, &mut self.scratch)
                }
            };
            let weighted = |of: &Lanes| times(&weight, of);
            let sum = &mut self.sum;
            add(&mut sum.value, &weighted(&own.value), &beside.value);
            add(&mut sum.slope, &weighted(&own.slope), &beside.slope);
            add(&mut sum.modulus, &weighted(&own.modulus), &beside.modulus);
            let steepness = weighted(&own.steepness);
            add(&mut sum.steepness, &steepness, &beside.steepness);
        }
    }
}

impl WideLoop for Sum<'_> {
    type Output = DualValue;

    #[inline(always)]
    fn call(mut self) -> DualValue {
        let width = self.along.width().min(1.0);
        for i in 1..self.panels.len() {
            let (lo, hi) = (self.panels[i - 1], self.panels[i]);
            let inside = |h: &&f64| **h > lo && **h < hi;
            // Longer ones pass no knot of v, of which few are then near the mean.
            let passes = hi - lo <= 2.0 * PANEL * width;
            if !passes || self.knots.iter().filter(inside).count() < MANY {
                self.panel(lo, hi, None);
                continue;
            }
            let parts = ((hi - lo) / (PART * width)).ceil();
            for part in 0..parts as usize {
                let end = |part: usize| lo + (hi - lo) * (part as f64 / parts);
                let (from, to) = (end(part), end(part + 1));
                let mean =
                    Interpolant::new(self.along, self.conditional, (from, to), &mut self.scratch);
                self.panel(from, to, Some(&mean));
            }
        }
        let all = |lanes: &Lanes| lanes.iter().sum::<f64>();
        let sum = &self.sum;
        DualValue {
            nngp: Estimate::new(all(&sum.value), ROUNDING * all(&sum.modulus)),
            derivative: Estimate::new(all(&sum.slope), ROUNDING * all(&sum.steepness)),
        }
    }
}
