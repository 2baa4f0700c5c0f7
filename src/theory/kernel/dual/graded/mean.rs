//! The mean of φ over a normal law anywhere on its cells.

use super::Graded;
use super::cell::{Both, Cell, Cells, LANES, NODES};
use crate::numerics::quadrature::{GaussRule, gauss_hermite, gauss_legendre};
use crate::numerics::special::branchless::exp;
use crate::numerics::{WideLoop, dot, wide};
use std::f64::consts::PI;
use std::sync::Arc;

/// Nodes of a Gauss–Hermite rule that is exact for the series of a cell.
const HERMITE: usize = 12;

/// The nodes of the Gauss rules of all cells, and their weights times φ, φ′ and what these may be off.
#[derive(Clone, Debug)]
pub(super) struct Table {
    at: Vec<f64>,
    weighted: [Vec<f64>; 4],
    rule: Arc<GaussRule>,
    hermite: Arc<GaussRule>,
}

impl Table {
    pub(super) fn new(cells: &Cells) -> Self {
        let rule = gauss_legendre(NODES);
        let count = NODES * cells.cells.len();
        let mut at = Vec::with_capacity(count);
        let mut weighted = [(); 4].map(|()| Vec::with_capacity(count));
        for cell in &cells.cells {
            let nodes = rule.nodes.as_chunks::<LANES>().0;
            let weights = rule.weights.as_chunks::<LANES>().0;
            for (nodes, weights) in nodes.iter().zip(weights) {
                let z = nodes.map(|x| cell.middle + cell.half * x);
                let found = cell.values(&z);
                at.extend(z);
                for l in 0..LANES {
                    let weight = cell.half * weights[l];
                    for k in 0..2 {
                        weighted[k].push(weight * found[k][l]);
                        weighted[2 + k].push(weight * cell.off[k]);
                    }
                }
            }
        }
        Self {
            at,
            weighted,
            rule,
            hermite: gauss_hermite(HERMITE),
        }
    }
}

impl Graded {
    /// E[φ(m + tZ)] and E[φ′(m + tZ)] for Z standard normal, and what they may be off. Within one cell exactly; over cells shorter than 2t by their own Gauss rules, over
    /// parts of longer ones by such that are as long.
    pub(super) fn mean(&self, m: f64, t: f64, density: &mut Vec<f64>) -> (Both, Both) {
        let Cells { edges, cells } = &self.cells;
        if t == 0.0 {
            let cell = self.cells.around(m);
            let found = cell.values(&[m; LANES]);
            return ([found[0][0], found[1][0]], cell.off);
        }
        let (from, to) = (m - self.reach * t, m + self.reach * t);
        let first = edges.partition_point(|e| *e <= from).saturating_sub(1);
        let last = edges.partition_point(|e| *e < to).min(cells.len());
        let mut sums = [0.0; 4];
        let mut i = first;
        while i < last {
            if cells[i].half > t {
                let lo = (edges[i].max(from) - m) / t;
                let hi = (edges[i + 1].min(to) - m) / t;
                let (cell, law) = (&cells[i], (m, t));
                let part = if edges[i] <= from && edges[i + 1] >= to {
                    let rule = &self.table.hermite;
                    wide(Whole { cell, rule, law })
                } else {
                    wide(Part {
                        cell,
                        rule: &self.table.rule,
                        law,
                        ends: (lo, hi),
                    })
                };
                for k in 0..2 {
                    sums[k] += part[k];
                    sums[2 + k] += part[2] * cells[i].off[k];
                }
                i += 1;
                continue;
            }
            let run = cells[i..last].iter().take_while(|cell| cell.half <= t);
            let nodes = NODES * i..NODES * (i + run.count());
            i = nodes.end / NODES;
            let at = &self.table.at[nodes.clone()];
            density.resize(at.len(), 0.0);
            let inverse = t.recip();
            wide(|| {
                for (density, z) in density.iter_mut().zip(at) {
                    let distance = (z - m) * inverse;
                    *density = exp(-0.5 * distance * distance);
                }
            });
            let factor = inverse / (2.0 * PI).sqrt();
            for (sum, weighted) in sums.iter_mut().zip(&self.table.weighted) {
                *sum += factor * dot(&weighted[nodes.clone()], density);
            }
        }
        ([sums[0], sums[1]], [sums[2], sums[3]])
    }
}

/// The whole law within a cell.
struct Whole<'a> {
    cell: &'a Cell,
    rule: &'a GaussRule,
    law: (f64, f64),
}

impl WideLoop for Whole<'_> {
    type Output = [f64; 3];

    #[inline(always)]
    fn call(self) -> [f64; 3] {
        let (m, t) = self.law;
        let nodes = self.rule.nodes.as_chunks::<LANES>().0;
        let weights = self.rule.weights.as_chunks::<LANES>().0;
        let mut sums = [0.0; 2];
        for (nodes, weights) in nodes.iter().zip(weights) {
            let found = self.cell.at(&nodes.map(|x| m + t * x));
            for (sum, found) in sums.iter_mut().zip(&found) {
                for (w, f) in weights.iter().zip(found) {
                    *sum += w * f;
                }
            }
        }
        [sums[0], sums[1], 1.0]
    }
}

/// Part of a cell, its ends in standard deviations from the mean.
struct Part<'a> {
    cell: &'a Cell,
    rule: &'a GaussRule,
    law: (f64, f64),
    ends: (f64, f64),
}

impl WideLoop for Part<'_> {
    /// The means of φ and φ′, and the mass.
    type Output = [f64; 3];

    #[inline(always)]
    fn call(self) -> [f64; 3] {
        let (lo, hi) = self.ends;
        let (m, t) = self.law;
        let pieces = (0.5 * (hi - lo)).ceil().max(1.0);
        let half = 0.5 * (hi - lo) / pieces;
        let mut sums = [[0.0; LANES]; 3];
        for piece in 0..pieces as usize {
            let middle = lo + half * (2 * piece + 1) as f64;
            let nodes = self.rule.nodes.as_chunks::<LANES>().0;
            let weights = self.rule.weights.as_chunks::<LANES>().0;
            for (nodes, weights) in nodes.iter().zip(weights) {
                let x = nodes.map(|x| middle + half * x);
                let found = self.cell.at(&x.map(|x| m + t * x));
                for l in 0..LANES {
                    let weight = weights[l] * exp(-0.5 * x[l] * x[l]);
                    sums[0][l] += weight * found[0][l];
                    sums[1][l] += weight * found[1][l];
                    sums[2][l] += weight;
                }
            }
        }
        sums.map(|lanes| half / (2.0 * PI).sqrt() * lanes.iter().sum::<f64>())
    }
}
