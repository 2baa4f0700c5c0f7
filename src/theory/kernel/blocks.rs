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
const BLOCK: usize = 64;
/// Those of a small matrix, whose entries may each be a quadrature.
const SMALL_BLOCK: usize = 8;
/// Matrices of at least so many rows are large.
const LARGE: usize = 512;

/// A symmetric matrix, of which the lower half is computed; the answer is the largest error.
pub(super) fn symmetric(pairs: &dyn Pairs, out: &mut DMatrix<f64>) -> f64 {
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

/// A matrix of rows and columns; the answer is the largest error.
pub(super) fn rectangular(pairs: &dyn Pairs, out: &mut DMatrix<f64>) -> f64 {
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
    fn triangle(self, at: usize, mut out: MatMut<'_, f64>) -> f64 {
        let n = out.nrows();
        if n <= self.block {
            let mut worst = 0.0;
            let mut column = vec![0.0; n];
            for j in 0..n {
                let column = &mut column[j..];
                worst = larger(worst, self.pairs.column(at + j, at + j, column));
                for (i, &value) in (j..n).zip(column.iter()) {
                    out[(i, j)] = value;
                    out[(j, i)] = value;
                }
            }
            return worst;
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
        larger(a, larger(b, c))
    }

    /// The block whose first row and column are `at`, and its mirror image.
    fn rectangle(
        self,
        (row, column): (usize, usize),
        mut out: MatMut<'_, f64>,
        mirror: Option<MatMut<'_, f64>>,
    ) -> f64 {
        let (rows, columns) = (out.nrows(), out.ncols());
        if rows <= self.block && columns <= self.block {
            let mut values = vec![0.0; rows * columns];
            let ranges = (row..row + rows, column..column + columns);
            let error = self.pairs.block(ranges.0, ranges.1, &mut values);
            let block = faer::MatRef::from_column_major_slice(&values, rows, columns);
            out.copy_from(block);
            if let Some(mut mirror) = mirror {
                mirror.copy_from(block.transpose());
            }
            return error;
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
        larger(a, b)
    }
}
