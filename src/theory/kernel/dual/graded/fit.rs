//! Cells on which a function is resolved: cut in halves until what a series leaves is nothing in mean square.

use super::REACH;
use super::cell::{Both, Cell, Cells, LANES, NODES};
use crate::numerics::quadrature::gauss_legendre;
use crate::numerics::special::{legendre, normal_interval, normal_pdf};
use std::sync::LazyLock;

/// What a cell may leave of the root mean square.
const LEFT: f64 = 1e-14;
/// Rounding of samples, relative to the largest of a cell.
const ROUNDING: f64 = 1e-14;
/// What two cuts in halves did not make smaller is noise, up to this part of the largest sample; what four did not, up to the second.
pub(super) const NOISE: f64 = 1e-11;
const LOUD: f64 = 1e-6;
const STALLED: f64 = 0.7;
/// Towards a place a gap within this many times what the cell is off anyway says nothing.
const SEEN: f64 = 4.0;
/// The most cells; what is open then stays as it is, and wide.
const CELLS: usize = 20_000;
/// The shortest, in standard deviations.
const SHORTEST: f64 = 1e-15;
/// Towards a place that is told a cell is looked at on all these scales, each a quarter of the one before.
const SCALES: i32 = 22;

/// The nodes, and what a sample at each adds to the coefficients.
static TRANSFORM: LazyLock<([f64; NODES], [[f64; NODES]; NODES])> = LazyLock::new(|| {
    let rule = gauss_legendre(NODES);
    let mut matrix = [[0.0; NODES]; NODES];
    let mut nodes = [0.0; NODES];
    for (i, (x, w)) in rule.nodes.iter().zip(&rule.weights).enumerate() {
        nodes[i] = *x;
        for (k, p) in legendre(*x, NODES).into_iter().enumerate() {
            // Orthonormal under dx/2.
            matrix[i][k] = 0.5 * w * p * (2.0 * k as f64 + 1.0).sqrt();
        }
    }
    (nodes, matrix)
});

/// [f, f′] and what they may be off.
pub(super) type Sample = (Both, Both);

/// What is to be resolved, in mean square under N(0, std²).
pub(super) struct Fit<'a, F> {
    pub(super) sample: F,
    pub(super) std: f64,
    /// Where something may happen on any scale.
    pub(super) places: &'a [f64],
    /// Into how many parts a cell is cut to look between the samples.
    pub(super) parts: usize,
    /// Where a look is taken at least every so far.
    pub(super) searched: Option<(f64, f64, f64)>,
    /// The part of the largest sample that may be noise.
    pub(super) noise: f64,
    /// Root mean squares, where they are not those of the function itself.
    pub(super) sizes: Option<Both>,
}

/// A cell with what decides about it.
struct Measured {
    ends: (f64, f64),
    cell: Cell,
    /// What is left in mean square, by φ and by φ′.
    left: Both,
    /// The same, of what happens next to a place.
    beside: Both,
    squares: Both,
    largest: Both,
    /// How often halving has not helped.
    stalled: [u8; 2],
}

impl<F: FnMut(f64) -> Sample> Fit<'_, F> {
    /// From these edges on, ascending; with the mean square of each cell.
    pub(super) fn cells(mut self, edges: &[f64]) -> (Cells, Vec<Both>) {
        let ends = edges.windows(2).map(|pair| (pair[0], pair[1]));
        let mut all: Vec<Measured> = ends.map(|ends| self.measure(ends, None)).collect();
        loop {
            let sizes = self.sizes.unwrap_or_else(|| {
                let sum = |k: usize| all.iter().map(|m| m.squares[k]).sum::<f64>().sqrt();
                [sum(0), sum(1)]
            });
            let open = all.iter().filter(|m| self.is_open(m, sizes)).count();
            if open == 0 || all.len() + open > CELLS {
                break;
            }
            let mut next = Vec::with_capacity(all.len() + open);
            for measured in all {
                if !self.is_open(&measured, sizes) {
                    next.push(measured);
                    continue;
                }
                let (lo, hi) = measured.ends;
                let middle = measured.cell.middle;
                next.push(self.measure((lo, middle), Some(&measured)));
                next.push(self.measure((middle, hi), Some(&measured)));
            }
            all = next;
        }
        let last = all.last().map(|m| m.ends.1);
        let edges = all.iter().map(|m| m.ends.0).chain(last).collect();
        let squares = all.iter().map(|m| m.squares).collect();
        let cells = all.into_iter().map(|m| m.cell).collect();
        (Cells { edges, cells }, squares)
    }

    fn is_open(&self, measured: &Measured, sizes: Both) -> bool {
        let Cell {
            middle, half, off, ..
        } = measured.cell;
        let short = half <= SHORTEST * self.std || half <= 4.0 * f64::EPSILON * middle.abs();
        let part = |k: usize| off[k] / measured.largest[k];
        let noisy = |k: usize| {
            let stalled = measured.stalled[k];
            (stalled > 1 && part(k) <= self.noise) || (stalled > 3 && part(k) <= LOUD)
        };
        // Not a number is not small.
        let fine = |k: usize| {
            (measured.left[k] <= LEFT * sizes[k]
                || off[k] <= ROUNDING * measured.largest[k]
                || noisy(k))
                && measured.beside[k] <= LEFT * sizes[k]
        };
        !(short || (fine(0) && fine(1)))
    }

    fn measure(&mut self, ends: (f64, f64), parent: Option<&Measured>) -> Measured {
        let (lo, hi) = ends;
        let (middle, half) = (0.5 * lo + 0.5 * hi, 0.5 * hi - 0.5 * lo);
        let (nodes, matrix) = &*TRANSFORM;
        let weights = &gauss_legendre(NODES).weights;
        let mut samples = [[0.0; NODES]; 2];
        let (mut known, mut squares, mut largest) = ([0.0_f64; 2], [0.0; 2], [0.0_f64; 2]);
        for (i, x) in nodes.iter().enumerate() {
            // Two places may be a unit in the last place apart.
            let z = (middle + half * x).max(lo.next_up()).min(hi.next_down());
            let (both, off) = (self.sample)(z);
            let density = (half * weights[i] * normal_pdf(z / self.std) / self.std).sqrt();
            for k in 0..2 {
                samples[k][i] = both[k];
                known[k] = known[k].max(off[k]);
                squares[k] += (density * both[k]).powi(2);
                largest[k] = largest[k].max(both[k].abs());
            }
        }
        let mut terms = [[0.0; NODES]; 2];
        for (terms, samples) in terms.iter_mut().zip(&samples) {
            for (f, column) in samples.iter().zip(matrix) {
                for (term, m) in terms.iter_mut().zip(column) {
                    *term += m * f;
                }
            }
        }
        let tail = |k: usize| {
            let last = terms[k].iter().skip(NODES - 4);
            2.0 * last.fold(0.0_f64, |m, c| m.max(c.abs()))
        };
        let mut cell = Cell {
            middle,
            half,
            off: [tail(0), tail(1)],
            terms,
        };
        let mass = normal_interval(lo / self.std, hi / self.std);
        let left: Both;
        let mut beside = [0.0; 2];
        let everywhere = samples.iter().flatten().all(|f| f.is_finite());
        if everywhere {
            self.look_between(&mut cell, ends);
            left = cell.off.map(|off| off * mass.sqrt());
            beside = self.look_beside(&mut cell, ends, mass, largest);
        } else {
            // Beyond all laws what is not a number is nothing; what is infinite is not.
            let infinite = samples.iter().flatten().any(|f| f.is_infinite());
            let beyond = lo.abs().min(hi.abs()) >= REACH * self.std && !infinite;
            let off = if beyond { 0.0 } else { f64::INFINITY };
            let nowhere = samples.iter().flatten().all(|f| !f.is_finite());
            cell.terms = [[0.0; NODES]; 2];
            cell.off = [off; 2];
            squares = [0.0; 2];
            // Halved as far as there is a part that has values.
            let whole = nowhere || half < 1e-3 * self.std;
            left = [if whole { 0.0 } else { f64::INFINITY }; 2];
            largest = [0.0; 2];
        }
        for (off, known) in cell.off.iter_mut().zip(known) {
            *off += known;
        }
        let stalled = [0, 1].map(|k| match parent {
            Some(p) if cell.off[k] > STALLED * p.cell.off[k] => p.stalled[k] + 1,
            _ => 0,
        });
        Measured {
            ends,
            cell,
            left,
            beside,
            squares,
            largest,
            stalled,
        }
    }

    /// How far the series is from the function at these places.
    fn gaps(&mut self, cell: &Cell, looks: &[f64]) -> Vec<Both> {
        let mut gaps = Vec::with_capacity(looks.len());
        for some in looks.chunks(LANES) {
            let mut z = [cell.middle; LANES];
            z[..some.len()].copy_from_slice(some);
            let series = cell.values(&z);
            for (l, z) in some.iter().enumerate() {
                let (both, _) = (self.sample)(*z);
                gaps.push([0, 1].map(|k| {
                    let gap = (both[k] - series[k][l]).abs();
                    if gap.is_nan() { f64::INFINITY } else { gap }
                }));
            }
        }
        gaps
    }

    /// Looks between the samples.
    fn look_between(&mut self, cell: &mut Cell, (lo, hi): (f64, f64)) {
        // Off the middle, where even functions are seen by symmetry only.
        let even = |from: f64, step: f64, count: usize| {
            (0..count).map(move |i| from + step * (i as f64 + 0.381_966))
        };
        let step = (hi - lo) / self.parts as f64;
        let mut looks: Vec<f64> = even(lo, step, self.parts).collect();
        if let Some((from, to, short)) = self.searched {
            let (from, to) = (from.max(lo), to.min(hi));
            if step > short && to > from {
                looks.extend(even(from, short, ((to - from) / short) as usize));
            }
        }
        looks.retain(|z| *z > lo && *z < hi);
        for gap in self.gaps(cell, &looks) {
            for (off, gap) in cell.off.iter_mut().zip(gap) {
                *off = off.max(2.0 * gap);
            }
        }
    }

    /// Looks towards ends that are places, on all scales: the root mean square that is missed there.
    fn look_beside(
        &mut self,
        cell: &mut Cell,
        (lo, hi): (f64, f64),
        mass: f64,
        largest: Both,
    ) -> Both {
        let mut missed = [0.0_f64; 2];
        let usual = [0, 1].map(|k| SEEN * cell.off[k].max(ROUNDING * largest[k]));
        for (end, inwards) in [(lo, cell.half), (hi, -cell.half)] {
            if !self.places.contains(&end) {
                continue;
            }
            let scales = (1..=SCALES).map(|k| 0.25_f64.powi(k));
            let looks: Vec<(f64, f64)> = scales
                .map(|part| (end + inwards * part, part))
                .filter(|(z, _)| *z > lo && *z < hi)
                .collect();
            let places: Vec<f64> = looks.iter().map(|look| look.0).collect();
            for ((_, part), gap) in looks.iter().zip(self.gaps(cell, &places)) {
                for k in 0..2 {
                    if gap[k] > usual[k] {
                        missed[k] = missed[k].max(gap[k] * (part * mass).sqrt());
                        cell.off[k] = cell.off[k].max(4.0 * gap[k] * part);
                    }
                }
            }
        }
        missed
    }
}
