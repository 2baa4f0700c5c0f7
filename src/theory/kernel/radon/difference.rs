//! Kernels by G(u, v) along the difference of the points: for features with kinks, and smooth ones that are steep beside ‖x‖.

use super::average::Average;
use super::difference_rule::DifferenceRule;
use super::difference_table::DifferenceTable;
use super::per_radius::PerRadius;
use crate::data::Points;
use crate::numerics::Estimate;
use crate::theory::kernel::kernel::{OneByOne, Pairs, inner};
use std::sync::Arc;

/// In one dimension up to so many pairs are integrated each on its own: a table takes some thousand integrals.
const FEW: usize = 1024;

/// coefficient·E[s^power ψ(s(⟨ξ,x⟩−γ)) ψ(s(⟨ξ,x′⟩−γ)) factor] from integrals over scales and offsets, and a table of these for every
/// radius asked.
#[derive(Debug)]
pub(crate) struct DifferenceKernel {
    average: Average,
    rule: DifferenceRule,
    kept: PerRadius<Arc<DifferenceTable>>,
}

impl DifferenceKernel {
    pub(crate) fn new(average: Average) -> Self {
        Self {
            rule: DifferenceRule::new(average.clone()),
            average,
            kept: PerRadius::default(),
        }
    }

    /// The table for points of at most this norm.
    pub(crate) fn table(&self, norm: f64) -> Arc<DifferenceTable> {
        self.kept.get(norm, self.average.offset, |radius| {
            // Scales that are drawn smear the gaps, but for those of the ends of their law, if it has ends.
            let ends = self.average.scale_ends();
            let gaps = ends.flat_map(|s| self.average.psi.gaps(s)).collect();
            let g = |t: f64, middles: &[f64]| self.rule.at(t, middles);
            Arc::new(DifferenceTable::new(self.average.dim, radius, gaps, g))
        })
    }

    /// On a line, where ξ = ±1.
    fn on_line(&self, u: f64, v: f64) -> Estimate {
        let term = &self.average.term;
        let value = self.rule.at((u - v).abs(), &[0.5 * (u + v)]);
        let value = value.into_iter().next().unwrap_or_default();
        value * (term.coefficient * term.factor.value(u * v, u, v))
    }

    pub(crate) fn pair(&self, table: &DifferenceTable, x: &[f64], y: &[f64]) -> Estimate {
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
