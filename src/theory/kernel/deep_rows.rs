//! The kernel of a deep network on blocks of pairs: one matrix product for the first pre-activations, then
//! every layer's dual activations as vector instructions.
//!
//! Correlations come out of the product, so that 1 − ρ has only its absolute accuracy. Where that would
//! be seen (a kink meets ρ near ±1), or a series has too few terms, the pair is computed on its own, from
//! the difference of its points.

use super::Pairs;
use super::deep::{DeepKernel, Path};
use super::dual::{DualRows, RowPairs, STRIP, Strip, strips};
use super::kernel::{inner, larger};
use crate::data::Points;
use crate::numerics::{PANEL, WideLoop, parallel, wide};
use faer::{Accum, MatMut, MatRef, Par, linalg::matmul::matmul};
use std::ops::Range;

/// Variances outside this range are left to the pairs one by one.
const ORDINARY: Range<f64> = 1e-200..1e200;
/// Up to this part of the pairs may be those of extraordinary points.
const FEW_APART: usize = 20;
/// Inner products of at most so many terms are summed here, beyond by a matrix product: from some such number
/// on that is faster.
const FEW_DIMENSIONS: usize = 32;
/// Columns whose inner products are summed together: that many times fewer loads of the rows.
const TOGETHER: usize = 4;
/// What may be lost, relative to the largest entries; a layer that loses more is left to the pairs one by one.
const TOLERANCE: f64 = 1e-10;

/// One hidden layer on two sets of points.
#[derive(Debug)]
struct LayerRows {
    dual: DualRows,
    /// √q of the rows and of the columns.
    stds: (Vec<f64>, Vec<f64>),
    /// √q and 1/√q of the rows, and 1/√q of the columns.
    rows: (Vec<Strip>, Vec<Strip>),
    inverses: Vec<f64>,
    /// What the next layer (or the read-out) takes of E[φφ] and adds: q = a·E[φφ] + b.
    next: (f64, f64),
    /// The tangent of the next layer: c·E[φφ] + d + e·tangent·E[φ′φ′].
    tangent: (f64, f64, f64),
}

/// The kernel on the pairs of two sets of points.
pub(super) struct DeepRows<'a> {
    kernel: &'a DeepKernel,
    points: (&'a Points, &'a Points),
    /// Whether rows and columns are the same set.
    same: bool,
    /// Rows and columns of extraordinary variance, such as a point 0 without biases: their pairs go one by one.
    apart: (Vec<usize>, Vec<usize>),
    paths: (Vec<Path>, Vec<Path>),
    /// The coordinates of the rows, strip by strip, if they are few.
    coordinates: Option<Vec<Strip>>,
    layers: Vec<LayerRows>,
    /// q¹ = a⟨x,x′⟩ + b and Θ¹ = c⟨x,x′⟩ + d.
    first: [f64; 4],
    /// Whether the last is wanted at all.
    tangent: bool,
    error: f64,
}

impl<'a> DeepRows<'a> {
    /// `None` where some layer has no such form, or it is not worth it.
    pub(super) fn new(
        kernel: &'a DeepKernel,
        rows: &'a Points,
        columns: &'a Points,
    ) -> Option<Self> {
        let pairs = rows.len().saturating_mul(columns.len());
        if kernel
            .stages
            .iter()
            .any(|stage| pairs < DualRows::worth_it(&stage.dual))
        {
            return None;
        }
        let tangent = kernel.readout.tangent != 0.0;
        let dim = rows.dim();
        let first = kernel.first_layer(dim);
        let (of_weight, of_bias) = kernel.first_rates(dim);
        let same = std::ptr::eq(rows, columns);
        let variances = |points: &Points| points.iter().map(|x| first.variance(x)).collect();
        let mut q: (Vec<f64>, Vec<f64>) = (variances(rows), variances(columns));
        let ordinary = q.0.iter().chain(&q.1).copied();
        let ordinary = { ordinary }.find(|q| ORDINARY.contains(q))?;
        let apart = (set_apart(&mut q.0, ordinary), set_apart(&mut q.1, ordinary));
        if apart.0.len() * columns.len() + apart.1.len() * rows.len() > pairs / FEW_APART {
            return None;
        }
        let mut layers = Vec::new();
        for (l, stage) in kernel.stages.iter().enumerate() {
            if !q.0.iter().chain(&q.1).all(|q| ORDINARY.contains(q)) {
                return None;
            }
            let dual = DualRows::new(&stage.dual, &q.0, &q.1, tangent)?;
            let root = |q: &[f64]| q.iter().map(|q| q.sqrt()).collect::<Vec<_>>();
            let stds = (root(&q.0), root(&q.1));
            let invert = |stds: &[f64]| stds.iter().map(|s| 1.0 / s).collect::<Vec<_>>();
            let readout = kernel.readout;
            let (next, rates) = match kernel.stages.get(l + 1) {
                Some(s) => (
                    (s.layer.weight_variance, s.layer.bias_variance),
                    (s.weight, s.bias, s.layer.weight_variance),
                ),
                None => ((0.0, 0.0), (readout.output, readout.bias, readout.tangent)),
            };
            let layer = LayerRows {
                // Beyond the last row ρ is 0.
                rows: (strips(&stds.0, 1.0), strips(&invert(&stds.0), 0.0)),
                inverses: invert(&stds.1),
                dual,
                stds,
                next,
                tangent: rates,
            };
            if l + 1 < kernel.stages.len() {
                q.0 = layer.next_variances(false);
                q.1 = if same {
                    q.0.clone()
                } else {
                    layer.next_variances(true)
                };
            }
            layers.push(layer);
        }
        let alone = layers.iter().any(|layer| layer.dual.reach() < 1.0)
            || !(apart.0.is_empty() && apart.1.is_empty());
        let paths = if alone {
            kernel.paths_of(rows, columns)
        } else {
            (Vec::new(), Vec::new())
        };
        let first = [
            first.weight_variance,
            first.bias_variance,
            of_weight,
            of_bias,
        ];
        let mut found = Self {
            kernel,
            points: (rows, columns),
            same,
            apart,
            paths,
            coordinates: (dim <= FEW_DIMENSIONS).then(|| coordinates(rows)),
            layers,
            first,
            tangent,
            error: 0.0,
        };
        let (error, size) = found.bound();
        found.error = error;
        (error.is_finite() && error <= TOLERANCE * size).then_some(found)
    }

    /// A bound on the error of every entry that is not computed on its own, and one on their size.
    ///
    /// Every error is at most some √(e(x)e(x′)), e(x) what it would be for x with itself: by Cauchy and Schwarz so are sums.
    fn bound(&self) -> (f64, f64) {
        let dim = self.points.0.dim() as f64;
        // Of a layer's correlations.
        let mut correlations = vec![(0.5 * dim + 8.0) * f64::EPSILON];
        let largest = |v: &[f64]| v.iter().copied().fold(0.0, f64::max);
        for (layer, next) in self.layers.iter().zip(self.layers.iter().skip(1)) {
            let before = correlations[correlations.len() - 1];
            let stds = (largest(&layer.stds.0), largest(&layer.stds.1));
            let relative = layer.dual.relative_error(stds, before);
            let of = |of_columns: bool| {
                let (stds, next) = match of_columns {
                    true => (&layer.stds.1, &next.stds.1),
                    false => (&layer.stds.0, &next.stds.0),
                };
                let each =
                    stds.iter()
                        .zip(next)
                        .enumerate()
                        .map(|(i, (std, next))| match relative {
                            // Of what is not a bias.
                            Some(relative) => relative * (1.0 - layer.next.1 / (next * next)),
                            None => {
                                layer.next.0 * layer.dual.errors((i, of_columns), *std, before).0
                                    / (next * next)
                            }
                        });
                each.fold(0.0, f64::max)
            };
            let error = (of(false) * of(true)).sqrt();
            correlations.push(before + error + 4.0 * f64::EPSILON);
        }
        let all = |of_columns: bool| {
            let count = if of_columns {
                self.points.1.len()
            } else {
                self.points.0.len()
            };
            let bounds = (0..count).map(|i| self.bound_of(i, of_columns, &correlations));
            bounds.fold((0.0, 0.0), |m: (f64, f64), b| {
                (larger(m.0, b.0), larger(m.1, b.1))
            })
        };
        let rows = all(false);
        let columns = if self.same { rows } else { all(true) };
        ((rows.0 * columns.0).sqrt(), (rows.1 * columns.1).sqrt())
    }

    /// The error and the size of a point with itself.
    fn bound_of(&self, i: usize, of_columns: bool, correlations: &[f64]) -> (f64, f64) {
        let std = |layer: &LayerRows| {
            if of_columns {
                layer.stds.1[i]
            } else {
                layer.stds.0[i]
            }
        };
        let variance = self.layers.first().map_or(0.0, |layer| std(layer).powi(2));
        let slope = self.first[2] / self.first[0];
        let mut tangent = variance * slope.max(1.0) + self.first[3];
        let mut error = correlations[0] * tangent;
        for (layer, correlation) in self.layers.iter().zip(correlations) {
            let at = std(layer);
            let (value, derivative) = layer.dual.errors((i, of_columns), at, *correlation);
            let (square, steep) = layer.dual.of_equals(i, of_columns, at);
            let (c, d, e) = layer.tangent;
            error = c * value
                + match e {
                    0.0 => 0.0,
                    _ => e * (tangent * derivative + error * (steep + derivative)),
                };
            tangent = c * square + d + if e == 0.0 { 0.0 } else { e * tangent * steep };
        }
        (error + 4.0 * f64::EPSILON * tangent, tangent)
    }
}

/// Puts an ordinary variance in the place of others, and tells where.
fn set_apart(variances: &mut [f64], ordinary: f64) -> Vec<usize> {
    let others = variances.iter_mut().enumerate();
    let others = others.filter(|(_, q)| !ORDINARY.contains(*q));
    others
        .map(|(i, q)| {
            *q = ordinary;
            i
        })
        .collect()
}

/// The coordinates of points: of every strip one after another those of the same direction.
fn coordinates(points: &Points) -> Vec<Strip> {
    let dim = points.dim();
    let mut found = vec![[0.0; STRIP]; dim * points.len().div_ceil(STRIP)];
    for (i, x) in points.iter().enumerate() {
        for (strip, x) in found[i / STRIP * dim..].iter_mut().zip(x) {
            strip[i % STRIP] = *x;
        }
    }
    found
}

impl LayerRows {
    /// q of the next layer, of the rows or of the columns.
    fn next_variances(&self, of_columns: bool) -> Vec<f64> {
        let stds = if of_columns {
            &self.stds.1
        } else {
            &self.stds.0
        };
        let (a, b) = self.next;
        parallel::map((0..stds.len()).collect(), |i| {
            a * self.dual.of_equals(i, of_columns, stds[i]).0 + b
        })
    }
}

impl Pairs for DeepRows<'_> {
    fn column(&self, j: usize, from: usize, out: &mut [f64]) -> f64 {
        self.block(from..from + out.len(), j..j + 1, out)
    }

    fn block(&self, rows: Range<usize>, columns: Range<usize>, out: &mut [f64]) -> f64 {
        let height = rows.len();
        if self.coordinates.is_none() {
            let dim = self.points.0.dim();
            let x = &self.points.0.as_slice()[rows.start * dim..rows.end * dim];
            let y = &self.points.1.as_slice()[columns.start * dim..columns.end * dim];
            matmul(
                MatMut::from_column_major_slice_mut(out, height, columns.len()),
                Accum::Replace,
                MatRef::from_column_major_slice(x, dim, height).transpose(),
                MatRef::from_column_major_slice(y, dim, columns.len()),
                1.0,
                Par::Seq,
            );
        }
        let mut alone = Vec::new();
        wide(Block {
            of: self,
            rows: rows.clone(),
            columns: columns.clone(),
            out,
            alone: &mut alone,
        });
        for &i in self.apart.0.iter().filter(|i| rows.contains(i)) {
            alone.extend(columns.clone().map(|j| (i, j)));
        }
        for &j in self.apart.1.iter().filter(|j| columns.contains(j)) {
            alone.extend(rows.clone().map(|i| (i, j)));
        }
        let mut worst = self.error;
        for (i, j) in alone {
            let out = &mut out[i - rows.start + (j - columns.start) * height];
            if i == j && self.same && !self.apart.0.contains(&i) {
                *out = self.of_equals(i);
                continue;
            }
            let (x, y) = (self.points.0.point(i), self.points.1.point(j));
            let exact = self
                .kernel
                .pair((x, &self.paths.0[i]), (y, &self.paths.1[j]));
            *out = exact.value;
            worst = larger(worst, exact.error);
        }
        worst
    }

    fn panel(&self) -> usize {
        // A matrix product wants all of the block.
        self.coordinates.as_ref().map_or(usize::MAX, |_| PANEL)
    }
}

/// A block strip by strip, so that what belongs to a strip stays in the first level of cache.
struct Block<'a> {
    of: &'a DeepRows<'a>,
    rows: Range<usize>,
    columns: Range<usize>,
    /// Column by column; inner products, if these do not come from coordinates.
    out: &'a mut [f64],
    /// Which pairs are to be computed on their own.
    alone: &'a mut Vec<(usize, usize)>,
}

impl WideLoop for Block<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (of, height) = (self.of, self.rows.len());
        let dim = of.points.0.dim();
        for strip in self.rows.start / STRIP..self.rows.end.div_ceil(STRIP) {
            // Whole strips, whichever rows are asked for: their numbers do not depend on that.
            let start = strip * STRIP;
            let wanted = self.rows.start.max(start)..self.rows.end.min(start + STRIP);
            let lanes = wanted.start - start..wanted.end - start;
            let mut inner = [[0.0; STRIP]; TOGETHER];
            for first in self.columns.clone().step_by(TOGETHER) {
                let last = (first + TOGETHER).min(self.columns.end);
                if let Some(x) = &of.coordinates {
                    let mut y: [&[f64]; TOGETHER] = [&[]; TOGETHER];
                    for (k, y) in y.iter_mut().enumerate() {
                        *y = of.points.1.point((first + k).min(last - 1));
                    }
                    products(&x[strip * dim..][..dim], y, &mut inner);
                }
                for (j, inner) in (first..last).zip(&mut inner) {
                    let at = (j - self.columns.start) * height + wanted.start - self.rows.start;
                    let out = &mut self.out[at..at + lanes.len()];
                    if of.coordinates.is_none() {
                        inner[lanes.clone()].copy_from_slice(out);
                    }
                    let near = of.entries(strip, j, inner);
                    out.copy_from_slice(&inner[lanes.clone()]);
                    if let Some(near) = near {
                        let near = lanes.clone().filter(|&l| near[l]);
                        self.alone.extend(near.map(|l| (start + l, j)));
                    }
                }
            }
        }
    }
}

impl DeepRows<'_> {
    /// The entry of a point with itself, whose correlation is 1 in every layer.
    fn of_equals(&self, i: usize) -> f64 {
        let x = self.points.0.point(i);
        let [_, _, c, d] = self.first;
        self.layers
            .iter()
            .fold(c * inner(x, x) + d, |tangent, layer| {
                let (value, slope) = layer.dual.of_equals(i, false, layer.stds.0[i]);
                let (c, d, e) = layer.tangent;
                let through = if e == 0.0 { 0.0 } else { e * tangent * slope };
                c * value + d + through
            })
    }
}

/// ⟨x, y⟩ of a strip of x, whose coordinates are given direction by direction, and some y.
#[inline(always)]
fn products(x: &[Strip], y: [&[f64]; TOGETHER], inner: &mut [Strip; TOGETHER]) {
    /// With so many y the sums stay in registers.
    const LANES: usize = 8;
    for k in (0..STRIP).step_by(LANES) {
        let mut sums = [[0.0_f64; LANES]; TOGETHER];
        for (direction, x) in x.iter().enumerate() {
            for (sums, y) in sums.iter_mut().zip(&y) {
                for l in 0..LANES {
                    sums[l] = x[k + l].mul_add(y[direction], sums[l]);
                }
            }
        }
        for (inner, sums) in inner.iter_mut().zip(&sums) {
            inner[k..k + LANES].copy_from_slice(sums);
        }
    }
}

impl DeepRows<'_> {
    /// From inner products to entries of the kernel, in place; which pairs are to be computed on their own
    /// instead, if any.
    #[inline(always)]
    fn entries(&self, strip: usize, j: usize, inner: &mut Strip) -> Option<[bool; STRIP]> {
        let [a, b, c, d] = self.first;
        let (mut rho, mut nngp, mut derivative) = ([0.0; STRIP], [0.0; STRIP], [0.0; STRIP]);
        let mut tangent = [0.0; STRIP];
        let mut near: Option<[bool; STRIP]> = None;
        for l in 0..STRIP {
            rho[l] = a.mul_add(inner[l], b);
            tangent[l] = c.mul_add(inner[l], d);
        }
        for (k, layer) in self.layers.iter().enumerate() {
            let (inverses, inverse) = (&layer.rows.1[strip], layer.inverses[j]);
            for l in 0..STRIP {
                rho[l] = (rho[l] * (inverses[l] * inverse)).clamp(-1.0, 1.0);
            }
            let reach = layer.dual.reach();
            if reach < 1.0 && rho.iter().fold(false, |any, rho| any | (rho.abs() > reach)) {
                let near = near.get_or_insert([false; STRIP]);
                for (near, rho) in near.iter_mut().zip(&rho) {
                    *near |= rho.abs() > reach;
                }
            }
            let pairs = RowPairs {
                strip,
                stds: &layer.rows.0[strip],
                inverses,
                column: j,
                std: layer.stds.1[j],
                inverse,
                rho: &rho,
            };
            layer.dual.fill(&pairs, &mut nngp, &mut derivative);
            let (c, d, e) = layer.tangent;
            let with_tangent = self.tangent && e != 0.0;
            for l in 0..STRIP {
                let own = c.mul_add(nngp[l], d);
                tangent[l] = if with_tangent {
                    (e * derivative[l]).mul_add(tangent[l], own)
                } else {
                    own
                };
            }
            if k + 1 < self.layers.len() {
                let (a, b) = layer.next;
                for l in 0..STRIP {
                    rho[l] = a.mul_add(nngp[l], b);
                }
            }
        }
        *inner = tangent;
        near
    }
}
