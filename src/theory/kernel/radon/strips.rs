//! Kernels by G(u, v) along the difference of the points: for features with kinks, and smooth ones that are steep beside ‖x‖.

use super::line::Line;
use super::resolution::Resolution;
use super::rule::Average;
use super::scale_range;
use super::strip::StripTable;
use crate::data::Points;
use crate::model::ensemble::OffsetLaw;
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate_estimates};
use crate::theory::kernel::kernel::{OneByOne, Pairs, inner};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// In one dimension up to so many pairs are integrated each on its own: a table takes some thousand integrals.
const FEW: usize = 1024;
/// How far out a smooth feature is cut for quadrature; farther, it is its tails or slower still.
const CUT: f64 = 64.0;

/// coefficient·E[s^power ψ(s(⟨ξ,x⟩−γ)) ψ(s(⟨ξ,x′⟩−γ)) factor] from integrals over scales and offsets, and a table of these for every
/// radius asked.
#[derive(Debug)]
pub(crate) struct Strips {
    average: Average,
    /// Kinks of ψ that G is not smooth for.
    kinks: Vec<f64>,
    kept: Mutex<BTreeMap<u64, Arc<StripTable>>>,
}

impl Strips {
    pub(crate) fn new(mut average: Average) -> Self {
        let kinks = average.psi.kinks.clone();
        if kinks.is_empty()
            && let Some(resolution) = Resolution::new(&average.psi, CUT)
        {
            // Quadrature sees nothing of a step it is not told of.
            average.psi.kinks = resolution.edges;
        }
        Self {
            average,
            kinks,
            kept: Mutex::default(),
        }
    }

    /// The table for points of at most this norm, rounded up to a power of 2 (or to R).
    pub(crate) fn table(&self, norm: f64) -> Arc<StripTable> {
        let rounded = norm.max(f64::MIN_POSITIVE).log2().ceil().exp2();
        let radius = match self.average.offset {
            OffsetLaw::Uniform { radius } => radius.min(rounded).max(norm),
            _ => rounded,
        };
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = lock().get(&radius.to_bits()) {
            return table.clone();
        }
        let (low, high) = scale_range(self.average.scale, self.average.dim);
        // Scales that are drawn smear the gaps, but for those of the ends of their law.
        let between = |s: f64| {
            let pairs = self.kinks.iter();
            pairs.flat_map(move |a| self.kinks.iter().map(move |b| (a - b) / s))
        };
        let ends = [low, high].into_iter().filter(|s| *s > 0.0);
        let gaps = ends.flat_map(between).collect();
        let size = [-radius, 0.0, radius].map(|u| self.along((u, u), 0.0).value.abs());
        let size = size.iter().sum();
        let g = |u: f64, v: f64| self.along((u, v), size);
        let table = Arc::new(StripTable::new(self.average.dim, radius, gaps, g));
        lock().insert(radius.to_bits(), table.clone());
        table
    }

    /// G(u, v), to 1e−13 of `size`; a first idea of its size for 0.
    fn along(&self, pair: (f64, f64), size: f64) -> Estimate {
        let Average {
            dim,
            term,
            offset,
            scale,
            psi,
        } = &self.average;
        let tolerance = |part: f64| Tolerance {
            absolute: part * size,
            relative: if size > 0.0 { 0.0 } else { 1e-6 },
            ..Tolerance::default()
        };
        let at = |s: f64, part: f64| {
            let line = Line::new(psi.clone(), s);
            line.mean(*offset, pair, &tolerance(part)) * s.powi(term.power)
        };
        if let Some(s) = scale.fixed() {
            return at(s, 1e-13);
        }
        let (low, high) = scale_range(*scale, *dim);
        let integrand = |s: f64| match scale.density(*dim, s) {
            Ok(p) if p > 0.0 && s > 0.0 => at(s, 1e-14) * p,
            _ => Estimate::default(),
        };
        integrate_estimates(integrand, low, high, &[], &tolerance(1e-13)).estimate()
    }

    /// On a line, where ξ = ±1.
    fn on_line(&self, u: f64, v: f64) -> Estimate {
        let size = [u, v].map(|u| self.along((u, u), 0.0).value.abs());
        let size = size.iter().sum();
        let both = self.along((u, v), size) + self.along((-u, -v), size);
        let Average { term, .. } = &self.average;
        both * (0.5 * term.coefficient * term.factor.value(u * v, u, v))
    }

    pub(crate) fn pair(&self, table: &StripTable, x: &[f64], y: &[f64]) -> Estimate {
        let term = &self.average.term;
        table.pair(x, y, inner(x, y), term.factor) * term.coefficient
    }

    pub(crate) fn evaluate(&self, x: &[f64], y: &[f64], norm: f64) -> Estimate {
        match (x, y) {
            (&[u], &[v]) => self.on_line(u, v),
            _ => self.pair(&self.table(norm), x, y),
        }
    }

    pub(crate) fn pairs<'a>(
        &'a self,
        rows: &'a Points,
        columns: &'a Points,
    ) -> Box<dyn Pairs + 'a> {
        if self.average.dim == 1 && rows.len() * columns.len() <= FEW {
            return Box::new(OneByOne {
                evaluate: move |i, j| self.on_line(rows.point(i)[0], columns.point(j)[0]),
            });
        }
        let table = self.table(rows.max_norm().max(columns.max_norm()));
        Box::new(OneByOne {
            evaluate: move |i, j| self.pair(&table, rows.point(i), columns.point(j)),
        })
    }
}
