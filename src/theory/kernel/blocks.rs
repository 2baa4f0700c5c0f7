//! Kernel matrices block by block: a block is computed in cache and written where it belongs, for a
//! symmetric matrix in two places.
//!
//! The cuts depend on the size of the matrix alone, so that its numbers do not depend on how many threads
//! there are.

use super::Pairs;
use super::kernel::larger;
use crate::numerics::parallel::join;
use crate::numerics::{WideLoop, stream, wide};
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
const TOGETHER: usize = 2;
/// Rows of a block that are transposed together: numbers of a line of cache.
const LINE: usize = 8;

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
            let size = rows.min(self.block) * columns.min(self.block);
            let mut memory = vec![0.0; size + LINE * columns.min(self.block)];
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
        let (values, lines) = memory.split_at_mut(rows * columns);
        let ranges = (row..row + rows, column..column + columns);
        let error = self.pairs.block(ranges.0, ranges.1, values);
        let finite = all_finite(values);
        write(values, part.0);
        if let Some(mirror) = part.1 {
            write_transposed(values, lines, mirror);
        }
        Outcome { error, finite }
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

/// Columns one after another into a part of a matrix.
fn write(values: &[f64], out: MatMut<'_, f64>) {
    let rows = out.nrows().max(1);
    let columns = out.col_iter_mut().filter_map(|c| c.try_as_col_major_mut());
    let columns = columns.map(|column| column.as_slice_mut());
    stream(values.chunks_exact(rows).zip(columns));
}

/// Columns one after another into the rows of a part of a matrix, by way of as many `lines` of it as fit
/// into a line of cache.
fn write_transposed(values: &[f64], lines: &mut [f64], mut out: MatMut<'_, f64>) {
    let (length, count) = (out.nrows(), out.ncols());
    for first in (0..count).step_by(LINE) {
        let these = LINE.min(count - first);
        let lines = &mut lines[..these * length];
        wide(Transpose {
            values: &values[first..],
            stride: count,
            rows: these,
            lines,
        });
        write(lines, out.as_mut().subcols_mut(first, these));
    }
}

/// `lines[k][j] = values[j][k]`, the columns of `values` a stride apart.
struct Transpose<'a> {
    values: &'a [f64],
    stride: usize,
    rows: usize,
    lines: &'a mut [f64],
}

impl WideLoop for Transpose<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        /// Rows and columns that a compiler keeps in registers.
        const SQUARE: usize = 4;
        let length = self.lines.len() / self.rows;
        let whole = if self.rows == LINE {
            length - length % SQUARE
        } else {
            0
        };
        for j in (0..whole).step_by(SQUARE) {
            for upper in (0..LINE).step_by(SQUARE) {
                let columns: [&[f64]; SQUARE] = std::array::from_fn(|l| {
                    &self.values[(j + l) * self.stride + upper..][..SQUARE]
                });
                for k in 0..SQUARE {
                    let line = &mut self.lines[(upper + k) * length + j..][..SQUARE];
                    for (slot, column) in line.iter_mut().zip(columns) {
                        *slot = column[k];
                    }
                }
            }
        }
        for j in whole..length {
            for k in 0..self.rows {
                self.lines[k * length + j] = self.values[j * self.stride + k];
            }
        }
    }
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
