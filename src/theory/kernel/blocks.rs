//! Kernel matrices block by block: a block is computed in cache and written where it belongs, for a
//! symmetric matrix in two places.
//!
//! The cuts depend on the size of the matrix alone, so that its numbers do not depend on how many threads
//! there are.

use super::Pairs;
use super::kernel::larger;
use crate::numerics::parallel::join;
use faer::MatMut;
use nalgebra::DMatrix;

/// Rows and columns of a block of a large matrix: 32 kB, the first level of cache.
pub(super) const BLOCK: usize = 64;
/// Those of a small matrix, whose entries may each be a quadrature.
const SMALL_BLOCK: usize = 8;
/// Matrices of at least so many rows are large.
const LARGE: usize = 512;

/// What became of a matrix or a part of it.
#[derive(Clone, Copy)]
pub(super) struct Outcome {
    /// The largest error.
    pub(super) error: f64,
    /// Whether every entry is a finite number.
    pub(super) finite: bool,
}

impl Outcome {
    fn and(self, other: Self) -> Self {
        Self {
            error: larger(self.error, other.error),
            finite: self.finite && other.finite,
        }
    }
}

/// A symmetric matrix, of which the lower half is computed.
pub(super) fn symmetric(pairs: &dyn Pairs, out: &mut DMatrix<f64>) -> Outcome {
    let n = out.nrows();
    let cut = Cut {
        pairs,
        block: if n < LARGE { SMALL_BLOCK } else { BLOCK },
    };
    cut.triangle(
        0,
        MatMut::from_column_major_slice_mut(out.as_mut_slice(), n, n),
    )
}

/// A matrix of rows and columns.
pub(super) fn rectangular(pairs: &dyn Pairs, out: &mut DMatrix<f64>) -> Outcome {
    let (rows, columns) = out.shape();
    let cut = Cut {
        pairs,
        block: if rows.max(columns) < LARGE {
            SMALL_BLOCK
        } else {
            BLOCK
        },
    };
    let out = MatMut::from_column_major_slice_mut(out.as_mut_slice(), rows, columns);
    cut.rectangle((0, 0), out, None)
}

#[derive(Clone, Copy)]
struct Cut<'a> {
    pairs: &'a dyn Pairs,
    block: usize,
}

impl Cut<'_> {
    /// Where to halve a length.
    fn middle(&self, length: usize) -> usize {
        (length / 2).next_multiple_of(self.block)
    }

    /// The symmetric block on the diagonal whose first row is `at`.
    fn triangle(self, at: usize, mut out: MatMut<'_, f64>) -> Outcome {
        let n = out.nrows();
        if n <= self.block {
            let mut outcome = Outcome {
                error: 0.0,
                finite: true,
            };
            let mut column = vec![0.0; n];
            for j in 0..n {
                let column = &mut column[j..];
                outcome = outcome.and(Outcome {
                    error: self.pairs.column(at + j, at + j, column),
                    finite: all_finite(column),
                });
                for (i, &value) in (j..n).zip(column.iter()) {
                    out[(i, j)] = value;
                    out[(j, i)] = value;
                }
            }
            return outcome;
        }
        let half = self.middle(n);
        let (first, above, below, second) = out.split_at_mut(half, half);
        let (a, (b, c)) = join(
            || self.triangle(at, first),
            || {
                join(
                    || self.triangle(at + half, second),
                    || self.rectangle((at + half, at), below, Some(above)),
                )
            },
        );
        a.and(b.and(c))
    }

    /// The block whose first row and column are `at`, and its mirror image.
    fn rectangle(
        self,
        (row, column): (usize, usize),
        out: MatMut<'_, f64>,
        mirror: Option<MatMut<'_, f64>>,
    ) -> Outcome {
        let (rows, columns) = (out.nrows(), out.ncols());
        if rows <= self.block && columns <= self.block {
            let mut values = vec![0.0; rows * columns];
            let ranges = (row..row + rows, column..column + columns);
            let error = self.pairs.block(ranges.0, ranges.1, &mut values);
            write(&values, out);
            if let Some(mirror) = mirror {
                write(&transposed(&values, rows, columns), mirror);
            }
            return Outcome {
                error,
                finite: all_finite(&values),
            };
        }
        let (a, b) = if rows > columns {
            let half = self.middle(rows);
            let (first, second) = out.split_at_row_mut(half);
            let (one, two) = mirror.map(|m| m.split_at_col_mut(half)).unzip();
            join(
                || self.rectangle((row, column), first, one),
                || self.rectangle((row + half, column), second, two),
            )
        } else {
            let half = self.middle(columns);
            let (first, second) = out.split_at_col_mut(half);
            let (one, two) = mirror.map(|m| m.split_at_row_mut(half)).unzip();
            join(
                || self.rectangle((row, column), first, one),
                || self.rectangle((row, column + half), second, two),
            )
        };
        a.and(b)
    }
}

/// Columns one after another into a part of a matrix.
fn write(values: &[f64], out: MatMut<'_, f64>) {
    let rows = out.nrows().max(1);
    for (values, column) in values.chunks_exact(rows).zip(out.col_iter_mut()) {
        if let Some(column) = column.try_as_col_major_mut() {
            column.as_slice_mut().copy_from_slice(values);
        }
    }
}

/// A small matrix whose columns follow one another, transposed.
fn transposed(values: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    /// Rows and columns that fit into registers and lines of cache.
    const TILE: usize = 8;
    let mut out = vec![0.0; values.len()];
    for i in (0..rows).step_by(TILE) {
        for j in (0..columns).step_by(TILE) {
            for k in i..(i + TILE).min(rows) {
                for l in j..(j + TILE).min(columns) {
                    out[k * columns + l] = values[l * rows + k];
                }
            }
        }
    }
    out
}

/// Whether no value is infinite or not a number.
fn all_finite(values: &[f64]) -> bool {
    // 0·x is 0 for finite x alone.
    let zeros = crate::numerics::dot(values, &[0.0; BLOCK * BLOCK][..values.len()]);
    zeros == 0.0
}
