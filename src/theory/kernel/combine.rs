//! Sums and multiples of kernels are kernels.

use super::Split;
use super::kernel::{Kernel, Pairs, larger};
use crate::data::Points;
use crate::error::{Error, Result, non_negative};
use crate::numerics::{Estimate, PANEL};
use nalgebra::DMatrix;
use std::ops::Range;
use std::sync::Arc;

/// Σ_j c_j K_j with c_j ≥ 0. Its order is the largest of theirs.
#[derive(Clone, Debug)]
pub struct SumKernel {
    terms: Vec<(f64, Arc<dyn Kernel>)>,
    dim: Option<usize>,
}

impl SumKernel {
    /// The sum of kernels with their coefficients.
    ///
    /// # Errors
    /// A coefficient that is negative or not finite; kernels of different dimensions.
    pub fn new(terms: Vec<(f64, Arc<dyn Kernel>)>) -> Result<Self> {
        let mut dim = None;
        for (coefficient, kernel) in &terms {
            non_negative("coefficient of a kernel", *coefficient)?;
            match (dim, kernel.dim()) {
                (Some(d), Some(e)) if d != e => {
                    return Err(Error::shape(
                        "terms",
                        format!("kernels of dimension {d}"),
                        format!("one of dimension {e}"),
                    ));
                }
                (None, found) => dim = found,
                _ => {}
            }
        }
        Ok(Self { terms, dim })
    }
}

impl Kernel for SumKernel {
    fn dim(&self) -> Option<usize> {
        self.dim
    }

    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        let parts = self.terms.iter();
        parts.map(|(c, k)| k.evaluate(x, y) * *c).sum()
    }

    fn gradient(&self, x: &[f64], y: &[f64]) -> Option<Vec<Estimate>> {
        let mut sum = vec![Estimate::default(); x.len()];
        for (c, kernel) in &self.terms {
            for (total, part) in sum.iter_mut().zip(kernel.gradient(x, y)?) {
                *total = *total + part * *c;
            }
        }
        Some(sum)
    }

    fn mixed_derivatives(&self, x: &[f64], y: &[f64]) -> Option<(DMatrix<f64>, f64)> {
        let (mut sum, mut error) = (DMatrix::zeros(x.len(), y.len()), 0.0);
        for (c, kernel) in self.terms.iter().filter(|(c, _)| *c != 0.0) {
            let (part, of_part) = kernel.mixed_derivatives(x, y)?;
            sum += part * *c;
            error += c * larger(0.0, of_part);
        }
        // What is added up is rounded.
        let rounding = self.terms.len() as f64 * f64::EPSILON * sum.amax();
        Some((sum, larger(0.0, error + rounding)))
    }

    fn smooth_within(&self, x: &[f64], y: &[f64]) -> f64 {
        let terms = self.terms.iter().filter(|(c, _)| *c != 0.0);
        let radii = terms.map(|(_, kernel)| kernel.smooth_within(x, y));
        radii.fold(f64::INFINITY, f64::min)
    }

    fn order(&self) -> usize {
        self.terms.iter().map(|(_, k)| k.order()).max().unwrap_or(0)
    }

    /// The sum of the splits; a term that is none is all remainder.
    fn split(&self) -> Option<Split> {
        let parts: Vec<(f64, Option<Split>)> =
            self.terms.iter().map(|(c, k)| (*c, k.split())).collect();
        let largest = parts
            .iter()
            .filter_map(|(_, split)| split.as_ref())
            .max_by_key(|split| split.order)?;
        let order = largest.order.max(self.order());
        if order > largest.order {
            return None;
        }
        let size = largest.polynomial.nrows();
        let mut polynomial = DMatrix::zeros(size, size);
        let mut terms = Vec::with_capacity(parts.len());
        for ((c, split), (_, kernel)) in parts.iter().zip(&self.terms) {
            match split {
                // Monomials come by degree: a smaller basis is the beginning of a larger one.
                Some(split) => {
                    let n = split.polynomial.nrows();
                    let mut corner = polynomial.view_mut((0, 0), (n, n));
                    corner += &split.polynomial * *c;
                    terms.push((*c, split.remainder.clone()));
                }
                None => terms.push((*c, kernel.clone())),
            }
        }
        let remainder = Arc::new(Self {
            terms,
            dim: self.dim,
        });
        Some(Split {
            order,
            polynomial,
            remainder,
        })
    }

    fn pairs<'a>(&'a self, rows: &'a Points, columns: &'a Points) -> Result<Box<dyn Pairs + 'a>> {
        let terms = self
            .terms
            .iter()
            .map(|(c, kernel)| Ok((*c, kernel.pairs(rows, columns)?)))
            .collect::<Result<_>>()?;
        Ok(Box::new(SumPairs { terms }))
    }
}

struct SumPairs<'a> {
    terms: Vec<(f64, Box<dyn Pairs + 'a>)>,
}

impl SumPairs<'_> {
    /// The sum of what every kernel writes.
    fn sum(&self, out: &mut [f64], write: impl Fn(&dyn Pairs, &mut [f64]) -> f64) -> f64 {
        let mut part = vec![0.0; out.len()];
        let mut error = 0.0;
        out.fill(0.0);
        for (coefficient, pairs) in &self.terms {
            error += coefficient * larger(0.0, write(pairs.as_ref(), &mut part));
            for (total, value) in out.iter_mut().zip(&part) {
                *total += coefficient * value;
            }
        }
        error
    }
}

impl Pairs for SumPairs<'_> {
    fn column(&self, j: usize, from: usize, out: &mut [f64]) -> f64 {
        self.sum(out, |pairs, part| pairs.column(j, from, part))
    }

    fn block(&self, rows: Range<usize>, columns: Range<usize>, out: &mut [f64]) -> f64 {
        self.sum(out, |pairs, part| {
            pairs.block(rows.clone(), columns.clone(), part)
        })
    }

    fn panel(&self) -> usize {
        let panels = self.terms.iter().map(|(_, pairs)| pairs.panel());
        panels.fold(PANEL, usize::max)
    }
}
