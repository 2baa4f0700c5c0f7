//! QR factorisations: least-norm and least-squares problems without squaring a condition number.

use super::checks;
use super::convert::{view, view_mut};
use crate::error::Result;
use crate::numerics::parallel;
use faer::Par;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::qr::{col_pivoting, no_pivoting};
use nalgebra::DMatrix;

/// The factor R of A = QR, upper triangular (or trapezoidal), min(m, n) × n; RᵀR = AᵀA.
///
/// # Errors
/// Numbers that are not finite.
pub fn upper_factor(a: DMatrix<f64>) -> Result<DMatrix<f64>> {
    checks::finite("matrix", &a)?;
    Ok(factor(a))
}

/// The factor R of a matrix too tall to be held, given as blocks of rows that are made when they are wanted:
/// `block(i)` for i < `blocks`, each with `columns` columns.
///
/// Blocks are factored on their own and their factors in pairs (J. Demmel, L. Grigori, M. Hoemmen, J. Langou, SIAM J. Sci.
/// Comput. 34, 2012), as backward stable as the factorisation at once and the same with any number of threads.
///
/// # Errors
/// Numbers that are not finite; errors of `block`.
pub fn upper_factor_of_blocks(
    columns: usize,
    blocks: usize,
    block: impl Fn(usize) -> Result<DMatrix<f64>> + Sync + Send,
) -> Result<DMatrix<f64>> {
    // So many blocks at a time, whatever the number of threads.
    const TOGETHER: usize = 8;
    let mut held = DMatrix::zeros(0, columns);
    let mut first = 0;
    while first < blocks {
        let last = (first + TOGETHER).min(blocks);
        let parts = parallel::map((first..last).collect(), |i| upper_factor(block(i)?));
        let mut stack = vec![held];
        for part in parts {
            stack.push(part?);
        }
        held = factor(stacked(&stack, columns));
        first = last;
    }
    Ok(held)
}

/// A pivoted factorisation A P = QR.
#[derive(Clone, Debug)]
pub struct PivotedQr {
    /// R, min(m, n) × n, its diagonal not growing in modulus.
    pub r: DMatrix<f64>,
    /// The column of A that stands at each column of R: the next one is always that which is farthest from the
    /// span of those before it.
    pub order: Vec<usize>,
}

impl PivotedQr {
    /// Factors a matrix.
    ///
    /// # Errors
    /// Numbers that are not finite.
    pub fn new(mut a: DMatrix<f64>) -> Result<Self> {
        checks::finite("matrix", &a)?;
        let (rows, columns) = a.shape();
        let size = rows.min(columns);
        let block = no_pivoting::factor::recommended_block_size::<f64>(rows, columns).max(1);
        let mut reflectors = DMatrix::zeros(block, size);
        let (mut order, mut inverse) = (vec![0_usize; columns], vec![0_usize; columns]);
        if size > 0 {
            let scratch = col_pivoting::factor::qr_in_place_scratch::<usize, f64>(
                rows,
                columns,
                block,
                Par::Seq,
                Default::default(),
            );
            col_pivoting::factor::qr_in_place(
                view_mut(&mut a),
                view_mut(&mut reflectors),
                &mut order,
                &mut inverse,
                Par::Seq,
                MemStack::new(&mut MemBuffer::new(scratch)),
                Default::default(),
            );
        }
        Ok(Self {
            r: upper(&a, size),
            order,
        })
    }
}

/// A⁻¹ of an upper triangular matrix without zeros on its diagonal (what stands below it is not read).
pub fn invert_upper(a: &DMatrix<f64>) -> DMatrix<f64> {
    let n = a.nrows();
    let mut inverse = DMatrix::identity(n, n);
    faer::linalg::triangular_solve::solve_upper_triangular_in_place(
        view(a),
        view_mut(&mut inverse),
        Par::Seq,
    );
    inverse
}

fn factor(mut a: DMatrix<f64>) -> DMatrix<f64> {
    let (rows, columns) = a.shape();
    let size = rows.min(columns);
    if size == 0 {
        return DMatrix::zeros(0, columns);
    }
    let block = no_pivoting::factor::recommended_block_size::<f64>(rows, columns).max(1);
    let mut reflectors = DMatrix::zeros(block, size);
    let scratch = no_pivoting::factor::qr_in_place_scratch::<f64>(
        rows,
        columns,
        block,
        Par::Seq,
        Default::default(),
    );
    no_pivoting::factor::qr_in_place(
        view_mut(&mut a),
        view_mut(&mut reflectors),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    );
    upper(&a, size)
}

/// The upper triangle of the first rows, zeros below.
fn upper(a: &DMatrix<f64>, rows: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, a.ncols(), |i, j| if i <= j { a[(i, j)] } else { 0.0 })
}

fn stacked(parts: &[DMatrix<f64>], columns: usize) -> DMatrix<f64> {
    let rows = parts.iter().map(DMatrix::nrows).sum();
    let mut all = DMatrix::zeros(rows, columns);
    let mut at = 0;
    for part in parts {
        all.view_mut((at, 0), part.shape()).copy_from(part);
        at += part.nrows();
    }
    all
}
