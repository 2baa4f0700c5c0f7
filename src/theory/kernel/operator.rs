//! A kernel matrix as an operator, for matrices that do not fit into memory.

use super::kernel::larger;
use super::{Kernel, Pairs, cross};
use crate::data::Points;
use crate::error::{Error, Result};
use crate::numerics::{axpy, linalg, parallel};
use nalgebra::DMatrix;
use std::fmt;
use std::ops::Range;

/// Rows and columns of a block: 32 kB, the first level of cache.
const BLOCK: usize = 64;
/// Bytes of a number.
const NUMBER: usize = size_of::<f64>();

/// What a [`KernelOperator`] does with its budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryPlan {
    /// Whether the matrix is computed once and kept; else its blocks are computed in every product.
    pub stored: bool,
    /// The bytes it needs for that, the points and the vectors not counted.
    pub bytes: usize,
    /// The bytes it may need.
    pub budget: usize,
}

impl fmt::Display for MemoryPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.stored {
            "the matrix is kept"
        } else {
            "blocks are computed in every product"
        };
        write!(f, "{what}: {} of {} bytes", self.bytes, self.budget)
    }
}

/// The matrix K(x_i, z_j), multiplied with vectors and read in blocks without being written down, or
/// kept if the budget allows.
pub struct KernelOperator<'a> {
    pairs: Box<dyn Pairs + 'a>,
    shape: (usize, usize),
    stored: Option<DMatrix<f64>>,
    plan: MemoryPlan,
}

impl<'a> KernelOperator<'a> {
    /// For a budget in bytes.
    ///
    /// # Errors
    /// As [`cross`]; a budget below both what the matrix needs and what one block for every thread needs (32 kB each).
    pub fn new(
        kernel: &'a dyn Kernel,
        rows: &'a Points,
        columns: &'a Points,
        budget: usize,
    ) -> Result<Self> {
        for (name, points) in [("rows", rows), ("columns", columns)] {
            if let Some(dim) = kernel.dim() {
                points.expect_dim(name, dim)?;
            }
        }
        rows.expect_dim("rows", columns.dim())?;
        let shape = (rows.len(), columns.len());
        let whole = shape.0.saturating_mul(shape.1).saturating_mul(NUMBER);
        let blocks = parallel::threads() * BLOCK * BLOCK * NUMBER;
        let stored = whole <= budget;
        let bytes = if stored { whole } else { blocks };
        if bytes > budget {
            return Err(Error::invalid(
                "memory budget",
                if whole < blocks {
                    format!("at least {whole} bytes, the matrix")
                } else {
                    format!("at least {blocks} bytes, a block for every thread")
                },
                budget,
            ));
        }
        Ok(Self {
            pairs: kernel.pairs(rows, columns)?,
            shape,
            stored: match stored {
                true => Some(cross(kernel, rows, columns)?.matrix),
                false => None,
            },
            plan: MemoryPlan {
                stored,
                bytes,
                budget,
            },
        })
    }

    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// What it does with its budget.
    pub fn plan(&self) -> MemoryPlan {
        self.plan
    }

    /// K(x_i, z_j) for ranges of i and j into the caller's matrix; the answer is the bound on the error of
    /// its entries.
    ///
    /// # Errors
    /// Ranges beyond the matrix; a matrix of another shape.
    pub fn block(
        &self,
        rows: Range<usize>,
        columns: Range<usize>,
        out: &mut DMatrix<f64>,
    ) -> Result<f64> {
        if rows.end > self.shape.0 || columns.end > self.shape.1 {
            return Err(Error::shape(
                "block",
                format!("ranges within {} × {}", self.shape.0, self.shape.1),
                format!("rows {rows:?}, columns {columns:?}"),
            ));
        }
        if out.shape() != (rows.len(), columns.len()) {
            return Err(Error::shape(
                "out",
                format!("{} × {}", rows.len(), columns.len()),
                format!("{} × {}", out.nrows(), out.ncols()),
            ));
        }
        if out.is_empty() {
            return Ok(0.0);
        }
        Ok(self.pairs.block(rows, columns, out.as_mut_slice()))
    }

    /// K V for a matrix of vectors, one per column. Sums are taken block by block from the first column to the
    /// last: the same to the last bit with any number of threads.
    ///
    /// # Errors
    /// A wrong number of rows; entries of the kernel or of the vectors that are not finite.
    pub fn multiply(&self, vectors: &DMatrix<f64>) -> Result<DMatrix<f64>> {
        let m = self.shape.1;
        if vectors.nrows() != m {
            return Err(Error::shape(
                "vectors",
                format!("{m} rows"),
                format!("{} × {}", vectors.nrows(), vectors.ncols()),
            ));
        }
        let product = match &self.stored {
            Some(matrix) => linalg::multiply(matrix, vectors)?,
            None => self.multiply_blocks(vectors),
        };
        match product.iter().all(|value| value.is_finite()) {
            true => Ok(product),
            false => Err(Error::undefined(
                "kernel product",
                "an entry of the kernel or of the vectors is not finite",
            )),
        }
    }

    fn multiply_blocks(&self, vectors: &DMatrix<f64>) -> DMatrix<f64> {
        let n = self.shape.0;
        let starts: Vec<usize> = (0..n).step_by(BLOCK).collect();
        let panels = parallel::map(starts, |start| {
            self.panel(start..(start + BLOCK).min(n), vectors)
        });
        let mut product = DMatrix::zeros(n, vectors.ncols());
        for (k, panel) in panels.into_iter().enumerate() {
            product.rows_mut(k * BLOCK, panel.nrows()).copy_from(&panel);
        }
        product
    }

    /// Some rows of the product.
    fn panel(&self, rows: Range<usize>, vectors: &DMatrix<f64>) -> DMatrix<f64> {
        let height = rows.len();
        let mut sum = DMatrix::zeros(height, vectors.ncols());
        let mut block = vec![0.0; BLOCK * height];
        for start in (0..self.shape.1).step_by(BLOCK) {
            let columns = start..(start + BLOCK).min(self.shape.1);
            let block = &mut block[..height * columns.len()];
            self.pairs.block(rows.clone(), columns.clone(), block);
            for (mut out, vector) in sum.column_iter_mut().zip(vectors.column_iter()) {
                for (entries, j) in block.chunks_exact(height).zip(columns.clone()) {
                    axpy(vector[j], entries, out.as_mut_slice());
                }
            }
        }
        sum
    }

    /// The largest error of any entry.
    pub fn error(&self) -> f64 {
        let starts: Vec<usize> = (0..self.shape.0).step_by(BLOCK).collect();
        let errors = parallel::map(starts, |start| {
            let rows = start..(start + BLOCK).min(self.shape.0);
            let mut block = vec![0.0; BLOCK * rows.len()];
            (0..self.shape.1)
                .step_by(BLOCK)
                .map(|first| {
                    let columns = first..(first + BLOCK).min(self.shape.1);
                    let block = &mut block[..rows.len() * columns.len()];
                    self.pairs.block(rows.clone(), columns, block)
                })
                .fold(0.0, larger)
        });
        errors.into_iter().fold(0.0, larger)
    }
}

impl fmt::Debug for KernelOperator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KernelOperator")
            .field("shape", &self.shape)
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}
