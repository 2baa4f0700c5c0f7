//! The kernel of a deep network on blocks of pairs: one matrix product for the first pre-activations, then
//! every layer's dual activations as vector instructions.
//!
//! Correlations come out of the product, so that 1 − ρ has only its absolute accuracy. Where that would
//! be seen (a kink meets ρ near ±1), or a series has too few terms, the pair is computed on its own, from
//! the difference of its points.

use super::Pairs;
use super::deep::{DeepKernel, Path};
use super::dual::{DualRows, RowPairs};
use super::kernel::larger;
use crate::data::Points;
use crate::numerics::{WideLoop, parallel, wide};
use faer::{Accum, MatMut, MatRef, Par, linalg::matmul::matmul};
use std::ops::Range;

/// Variances outside this range are left to the pairs one by one.
const ORDINARY: Range<f64> = 1e-200..1e200;
/// What may be lost, relative to the largest entries; a layer that loses more is left to the pairs one by one.
const TOLERANCE: f64 = 1e-10;

/// One hidden layer on two sets of points.
#[derive(Debug)]
struct LayerRows {
    dual: DualRows,
    /// √q of the rows and of the columns.
    stds: (Vec<f64>, Vec<f64>),
    /// 1/√q.
    inverses: (Vec<f64>, Vec<f64>),
    /// What the next layer (or the read-out) takes of E[φφ] and adds: q = a·E[φφ] + b.
    next: (f64, f64),
    /// The tangent of the next layer: c·E[φφ] + d + e·tangent·E[φ′φ′].
    tangent: (f64, f64, f64),
}

/// The kernel on the pairs of two sets of points.
pub(super) struct DeepRows<'a> {
    kernel: &'a DeepKernel,
    points: (&'a Points, &'a Points),
    paths: (Vec<Path>, Vec<Path>),
    layers: Vec<LayerRows>,
    /// q¹ = a⟨x,x′⟩ + b and Θ¹ = c⟨x,x′⟩ + d.
    first: [f64; 4],
    /// Whether the last is wanted at all.
    tangent: bool,
    error: f64,
}

/// A row of pairs on its way through the layers.
struct Row {
    rho: Vec<f64>,
    tangent: Vec<f64>,
    nngp: Vec<f64>,
    derivative: Vec<f64>,
    /// Which pairs are computed on their own.
    near: Vec<usize>,
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
        let mut layers = Vec::new();
        for (l, stage) in kernel.stages.iter().enumerate() {
            if !q.0.iter().chain(&q.1).all(|q| ORDINARY.contains(q)) {
                return None;
            }
            let dual = DualRows::new(&stage.dual, &q.0, &q.1, tangent)?;
            let root = |q: &[f64]| q.iter().map(|q| q.sqrt()).collect::<Vec<_>>();
            let stds = (root(&q.0), root(&q.1));
            let invert = |stds: &[f64]| stds.iter().map(|s| 1.0 / s).collect();
            let readout = kernel.readout;
            let (next, rates) = match kernel.stages.get(l + 1) {
                Some(s) => (
                    (s.layer.weight_variance, s.layer.bias_variance),
                    (s.weight, s.bias, s.layer.weight_variance),
                ),
                None => ((0.0, 0.0), (readout.output, readout.bias, readout.tangent)),
            };
            let layer = LayerRows {
                inverses: (invert(&stds.0), invert(&stds.1)),
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
        let alone = layers.iter().any(|layer| layer.dual.reach() < 1.0);
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
            paths,
            layers,
            first,
            tangent,
            error: 0.0,
        };
        let (error, size) = found.bound();
        found.error = error;
        (error <= TOLERANCE * size).then_some(found)
    }

    /// A bound on the error of every entry that is not computed on its own, and one on their size.
    fn bound(&self) -> (f64, f64) {
        let dim = self.points.0.dim() as f64;
        let largest = |v: &[f64]| v.iter().copied().fold(0.0, f64::max);
        let smallest = |v: &[f64]| v.iter().copied().fold(f64::INFINITY, f64::min);
        let mut correlation = (0.25 * dim + 8.0) * f64::EPSILON;
        let q = self
            .layers
            .first()
            .map_or(0.0, |layer| largest(&layer.stds.0) * largest(&layer.stds.1));
        let slope = self.first[2] / self.first[0];
        let mut tangent = q * slope.max(1.0) + self.first[3];
        let mut tangent_error = correlation * tangent;
        let mut total = f64::INFINITY;
        for (l, layer) in self.layers.iter().enumerate() {
            let stds = (largest(&layer.stds.0), largest(&layer.stds.1));
            let (value, derivative) = layer.dual.errors(stds, correlation);
            let sizes = layer.dual.sizes(stds);
            let (c, d, e) = layer.tangent;
            total = c * value;
            if e != 0.0 {
                total += e * (tangent * derivative + tangent_error * sizes.1);
            }
            tangent = c * sizes.0 + d + e * tangent * sizes.1;
            tangent_error = total;
            if let Some(next) = self.layers.get(l + 1) {
                // For homogeneous φ the error of a pair is in proportion to its own variances.
                let relative = layer
                    .dual
                    .relative_error(stds, correlation)
                    .unwrap_or_else(|| {
                        layer.next.0 * value / (smallest(&next.stds.0) * smallest(&next.stds.1))
                    });
                correlation += relative + 4.0 * f64::EPSILON;
            }
        }
        (total + 4.0 * f64::EPSILON * tangent, tangent)
    }

    /// One column of a block, of which `out` holds the inner products.
    fn finish(&self, rows: &Range<usize>, j: usize, row: &mut Row, out: &mut [f64]) {
        let h = out.len();
        let [a, b, c, d] = self.first;
        row.near.clear();
        wide(First {
            numbers: [a, b, c, d],
            inverses: &self.layers[0].inverses.0[rows.clone()],
            inverse: self.layers[0].inverses.1[j],
            inner: out,
            rho: &mut row.rho[..h],
            tangent: &mut row.tangent[..h],
        });
        for (l, layer) in self.layers.iter().enumerate() {
            let reach = layer.dual.reach();
            if reach < 1.0 {
                let beyond = (0..h).filter(|&i| row.rho[i].abs() > reach);
                row.near.extend(beyond);
            }
            let pairs = RowPairs {
                rows: rows.clone(),
                stds: &layer.stds.0[rows.clone()],
                column: j,
                std: layer.stds.1[j],
                rho: &row.rho[..h],
            };
            let (nngp, derivative) = (&mut row.nngp[..h], &mut row.derivative[..h]);
            layer.dual.fill(&pairs, nngp, derivative);
            let following = self.layers.get(l + 1);
            wide(Next {
                numbers: layer.tangent,
                with_tangent: self.tangent && layer.tangent.2 != 0.0,
                nngp,
                derivative,
                tangent: &mut row.tangent[..h],
            });
            if let Some(next) = following {
                wide(Propagate {
                    numbers: layer.next,
                    nngp,
                    inverses: &next.inverses.0[rows.clone()],
                    inverse: next.inverses.1[j],
                    rho: &mut row.rho[..h],
                });
            }
        }
        out.copy_from_slice(&row.tangent[..h]);
    }
}

impl LayerRows {
    /// q of the next layer, of the rows or of the columns.
    fn next_variances(&self, of_columns: bool) -> Vec<f64> {
        let count = if of_columns {
            self.stds.1.len()
        } else {
            self.stds.0.len()
        };
        let (a, b) = self.next;
        parallel::map((0..count).collect(), |i| {
            a * self.dual.square(i, of_columns, &self.stds) + b
        })
    }
}

impl Pairs for DeepRows<'_> {
    fn column(&self, j: usize, from: usize, out: &mut [f64]) -> f64 {
        self.block(from..from + out.len(), j..j + 1, out)
    }

    fn block(&self, rows: Range<usize>, columns: Range<usize>, out: &mut [f64]) -> f64 {
        let h = rows.len();
        let dim = self.points.0.dim();
        let x = &self.points.0.as_slice()[rows.start * dim..rows.end * dim];
        let y = &self.points.1.as_slice()[columns.start * dim..columns.end * dim];
        matmul(
            MatMut::from_column_major_slice_mut(out, h, columns.len()),
            Accum::Replace,
            MatRef::from_column_major_slice(x, dim, h).transpose(),
            MatRef::from_column_major_slice(y, dim, columns.len()),
            1.0,
            Par::Seq,
        );
        let empty = || vec![0.0; h];
        let mut row = Row {
            rho: empty(),
            tangent: empty(),
            nngp: empty(),
            derivative: empty(),
            near: Vec::new(),
        };
        let mut worst = self.error;
        for (out, j) in out.chunks_exact_mut(h).zip(columns) {
            self.finish(&rows, j, &mut row, out);
            for &i in &row.near {
                let at = rows.start + i;
                let (x, y) = (self.points.0.point(at), self.points.1.point(j));
                let exact = self
                    .kernel
                    .pair((x, &self.paths.0[at]), (y, &self.paths.1[j]));
                out[i] = exact.value;
                worst = larger(worst, exact.error);
            }
        }
        worst
    }
}

/// From inner products to correlations and the first tangent.
struct First<'a> {
    numbers: [f64; 4],
    inverses: &'a [f64],
    inverse: f64,
    inner: &'a [f64],
    rho: &'a mut [f64],
    tangent: &'a mut [f64],
}

impl WideLoop for First<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let [a, b, c, d] = self.numbers;
        let outputs = self.rho.iter_mut().zip(self.tangent);
        for ((inner, inverse), (rho, tangent)) in self.inner.iter().zip(self.inverses).zip(outputs)
        {
            *rho = ((a * inner + b) * (inverse * self.inverse)).clamp(-1.0, 1.0);
            *tangent = c * inner + d;
        }
    }
}

/// c·E[φφ] + d + e·tangent·E[φ′φ′] in the place of the tangent.
struct Next<'a> {
    numbers: (f64, f64, f64),
    with_tangent: bool,
    nngp: &'a [f64],
    derivative: &'a [f64],
    tangent: &'a mut [f64],
}

impl WideLoop for Next<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (c, d, e) = self.numbers;
        let inputs = self.nngp.iter().zip(self.derivative);
        for ((nngp, derivative), tangent) in inputs.zip(self.tangent) {
            let own = c * nngp + d;
            *tangent = if self.with_tangent {
                own + e * (*tangent * derivative)
            } else {
                own
            };
        }
    }
}

/// The correlation of the next layer's pre-activations.
struct Propagate<'a> {
    numbers: (f64, f64),
    nngp: &'a [f64],
    inverses: &'a [f64],
    inverse: f64,
    rho: &'a mut [f64],
}

impl WideLoop for Propagate<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (a, b) = self.numbers;
        for ((nngp, inverse), rho) in self.nngp.iter().zip(self.inverses).zip(self.rho) {
            *rho = ((a * nngp + b) * (inverse * self.inverse)).clamp(-1.0, 1.0);
        }
    }
}
