//! Kernel matrices block by block: a block is computed in cache and written where it belongs, for a
//! symmetric matrix in two places.
//!
//! The cuts depend on the size of the matrix alone, so that its numbers do not depend on how many threads
//! there are.

use super::Pairs;
use super::kernel::larger;
use crate::numerics::parallel::join;
use crate::numerics::{PANEL, WideLoop, stream, transpose, wide};
use faer::MatMut;
use nalgebra::DMatrix;

/// Rows and columns of a block of a large matrix: 512 kB, the second level of cache. Runs of so many numbers
/// of a column are written at once; shorter ones cost more (`benches/gram.rs`).
const BLOCK: usize = 256;
/// Those of a small matrix, whose entries may each be a quadrature.
const SMALL_BLOCK: usize = 8;
/// Matrices of at least so many rows are large.
const LARGE: usize = 512;
/// Blocks on the diagonal are computed by columns of one half, which are short: no larger than this.
const DIAGONAL: usize = 64;
/// Blocks that share their memory, along rows and columns.
const TOGETHER: usize = 4;

/// What became of a matrix or a part of it.
#[derive(Clone, Copy)]
pub(super) struct Outcome {
    /// The largest error.
    pub(super) error: f64,
    /// Whether every entry is a finite number.
    pub(super) finite: bool,
}

impl Outcome {
    /// What becomes of no entries.
    const NOTHING: Self = Self {
        error: 0.0,
        finite: true,
    };

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
    let out = MatMut::from_column_major_slice_mut(out.as_mut_slice(), n, n);
    Cut::new(pairs, n).triangle(0, out)
}

/// A matrix of rows and columns.
pub(super) fn rectangular(pairs: &dyn Pairs, out: &mut DMatrix<f64>) -> Outcome {
    let (rows, columns) = out.shape();
    let out = MatMut::from_column_major_slice_mut(out.as_mut_slice(), rows, columns);
    Cut::new(pairs, rows.max(columns)).rectangle((0, 0), out, None)
}

#[derive(Clone, Copy)]
struct Cut<'a> {
    pairs: &'a dyn Pairs,
    block: usize,
}

/// Part of a matrix and its mirror image.
type Mirrored<'a> = (MatMut<'a, f64>, Option<MatMut<'a, f64>>);

impl<'a> Cut<'a> {
    fn new(pairs: &'a dyn Pairs, longest: usize) -> Self {
        Self {
            pairs,
            block: if longest < LARGE { SMALL_BLOCK } else { BLOCK },
        }
    }

    /// Where to halve a length: at a multiple of the block, or of the shorter piece on a diagonal.
    fn middle(&self, length: usize) -> usize {
        let piece = if length > self.block {
            self.block
        } else {
            self.block.min(DIAGONAL)
        };
        (length / 2).next_multiple_of(piece)
    }

    /// The symmetric block on the diagonal whose first row is `at`.
    fn triangle(self, at: usize, mut out: MatMut<'_, f64>) -> Outcome {
        let n = out.nrows();
        if n <= self.block.min(DIAGONAL) {
            let mut outcome = Outcome::NOTHING;
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

    /// The part whose first row and column are `at`, and its mirror image.
    fn rectangle(
        self,
        (row, column): (usize, usize),
        out: MatMut<'_, f64>,
        mirror: Option<MatMut<'_, f64>>,
    ) -> Outcome {
        let (rows, columns) = (out.nrows(), out.ncols());
        if rows.max(columns) <= TOGETHER * self.block {
            let (height, width) = (rows.min(self.block), columns.min(self.block));
            let panel = self.pairs.panel().clamp(1, width.max(1));
            let mut memory = vec![0.0; height * (panel + width + PANEL)];
            return self.blocks((row, column), (out, mirror), &mut memory);
        }
        if rows > columns {
            let half = self.middle(rows);
            let (one, two) = by_rows((out, mirror), half);
            let (a, b) = join(
                || self.rectangle((row, column), one.0, one.1),
                || self.rectangle((row + half, column), two.0, two.1),
            );
            a.and(b)
        } else {
            let half = self.middle(columns);
            let (one, two) = by_columns((out, mirror), half);
            let (a, b) = join(
                || self.rectangle((row, column), one.0, one.1),
                || self.rectangle((row, column + half), two.0, two.1),
            );
            a.and(b)
        }
    }

    /// The blocks of such a part one after another.
    fn blocks(
        self,
        (row, column): (usize, usize),
        part: Mirrored<'_>,
        memory: &mut [f64],
    ) -> Outcome {
        let (rows, columns) = (part.0.nrows(), part.0.ncols());
        if rows > self.block {
            let (one, two) = by_rows(part, self.block);
            let a = self.blocks((row, column), one, memory);
            return a.and(self.blocks((row + self.block, column), two, memory));
        }
        if columns > self.block {
            let (one, two) = by_columns(part, self.block);
            let a = self.blocks((row, column), one, memory);
            return a.and(self.blocks((row, column + self.block), two, memory));
        }
        let (mut out, mirror) = part;
        let panel = self.pairs.panel().clamp(1, columns.max(1));
        let (values, mirrored) = memory.split_at_mut(rows * panel);
        // A line more than a power of two, whose multiples would share places in the cache.
        let stride = columns + PANEL;
        let mut outcome = Outcome::NOTHING;
        for first in (0..columns).step_by(panel) {
            let these = first..columns.min(first + panel);
            let values = &mut values[..rows * these.len()];
            let of_matrix = column + these.start..column + these.end;
            outcome = outcome.and(Outcome {
                error: self.pairs.block(row..row + rows, of_matrix, values),
                finite: all_finite(values),
            });
            write(values, rows, out.as_mut().subcols_mut(first, these.len()));
            if mirror.is_some() {
                for (j, columns) in these.step_by(PANEL).zip(values.chunks(rows * PANEL)) {
                    transpose(columns, rows, &mut mirrored[j..], stride);
                }
            }
        }
        if let Some(mirror) = mirror {
            write(mirrored, stride, mirror);
        }
        outcome
    }
}

/// A part and its mirror image, cut after some rows of the part.
fn by_rows((out, mirror): Mirrored<'_>, rows: usize) -> (Mirrored<'_>, Mirrored<'_>) {
    let (first, second) = out.split_at_row_mut(rows);
    let (one, two) = mirror.map(|m| m.split_at_col_mut(rows)).unzip();
    ((first, one), (second, two))
}

/// A part and its mirror image, cut after some columns of the part.
fn by_columns((out, mirror): Mirrored<'_>, columns: usize) -> (Mirrored<'_>, Mirrored<'_>) {
    let (first, second) = out.split_at_col_mut(columns);
    let (one, two) = mirror.map(|m| m.split_at_row_mut(columns)).unzip();
    ((first, one), (second, two))
}

/// Columns `stride` apart into a part of a matrix.
fn write(values: &[f64], stride: usize, out: MatMut<'_, f64>) {
    let columns = out.col_iter_mut().filter_map(|c| c.try_as_col_major_mut());
    let columns = columns.map(|column| column.as_slice_mut());
    stream(values.chunks(stride.max(1)).zip(columns));
}

/// Whether no value is infinite or not a number.
fn all_finite(values: &[f64]) -> bool {
    wide(Finite(values))
}

struct Finite<'a>(&'a [f64]);

impl WideLoop for Finite<'_> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        // Not `all`, which would stop at the first and so look at one after another.
        self.0
            .iter()
            .fold(true, |all, value| all & value.is_finite())
    }
}
