//! Kernel matrices: the symmetric one of a set of points, and the one between two sets.

use super::Kernel;
use super::blocks::{self, Outcome};
use crate::data::Points;
use crate::error::{Error, Result};
use crate::numerics::room;
use nalgebra::DMatrix;

/// A kernel matrix and a bound on the error of its entries.
#[derive(Clone, Debug, PartialEq)]
pub struct Gram {
    /// The entries K(x_i, z_j).
    pub matrix: DMatrix<f64>,
    /// A bound on the absolute error of every entry. It is that of the largest ones: next to points of much larger norm, those of small
    /// norm may keep fewer digits than [`Kernel::evaluate`] gives them, except for arc-cosine functions, erf and piecewise
    /// polynomials (see `docs/accuracy/kernel.md`).
    pub error: f64,
}

/// The symmetric n × n matrix K(x_i, x_j). One half is computed and mirrored.
///
/// # Errors
/// Points of another dimension than the kernel's, or outside its domain; an entry that could not be
/// computed at all (a value that is not finite); a matrix for which there is no memory ([`super::KernelOperator`] needs none).
pub fn gram(kernel: &dyn Kernel, points: &Points) -> Result<Gram> {
    room("kernel matrix", points.len(), points.len())?;
    let mut matrix = DMatrix::zeros(points.len(), points.len());
    let error = gram_into(kernel, points, &mut matrix)?;
    Ok(Gram { matrix, error })
}

/// [`gram`] into the caller's n × n matrix; the answer is the bound on the error of its entries.
///
/// # Errors
/// As [`gram`]; a matrix of another shape.
pub fn gram_into(kernel: &dyn Kernel, points: &Points, out: &mut DMatrix<f64>) -> Result<f64> {
    let n = points.len();
    expect_shape(out, n, n)?;
    expect_dim(kernel, "points", points)?;
    let pairs = kernel.pairs(points, points)?;
    // What is infinite for equal points shows at once.
    if n > 0 {
        let mut first = [0.0];
        pairs.column(0, 0, &mut first);
        if !first[0].is_finite() {
            return Err(not_finite((0, 0), first[0]));
        }
    }
    let outcome = blocks::symmetric(pairs.as_ref(), out);
    expect_finite(out, outcome)?;
    Ok(outcome.error)
}

/// The matrix K(a_i, b_j) with a row for each point of `a` and a column for each of `b`.
///
/// # Errors
/// As [`gram`].
pub fn cross(kernel: &dyn Kernel, a: &Points, b: &Points) -> Result<Gram> {
    room("kernel matrix", a.len(), b.len())?;
    let mut matrix = DMatrix::zeros(a.len(), b.len());
    let error = cross_into(kernel, a, b, &mut matrix)?;
    Ok(Gram { matrix, error })
}

/// [`cross`] into the caller's matrix; the answer is the bound on the error of its entries.
///
/// # Errors
/// As [`gram`]; a matrix of another shape.
pub fn cross_into(
    kernel: &dyn Kernel,
    a: &Points,
    b: &Points,
    out: &mut DMatrix<f64>,
) -> Result<f64> {
    expect_shape(out, a.len(), b.len())?;
    expect_dim(kernel, "rows", a)?;
    expect_dim(kernel, "columns", b)?;
    a.expect_dim("rows", b.dim())?;
    let pairs = kernel.pairs(a, b)?;
    let outcome = blocks::rectangular(pairs.as_ref(), out);
    expect_finite(out, outcome)?;
    Ok(outcome.error)
}

fn expect_dim(kernel: &dyn Kernel, argument: &str, points: &Points) -> Result<()> {
    kernel
        .dim()
        .map_or(Ok(()), |dim| points.expect_dim(argument, dim))
}

fn expect_shape(out: &DMatrix<f64>, rows: usize, columns: usize) -> Result<()> {
    if out.shape() == (rows, columns) {
        Ok(())
    } else {
        Err(Error::shape(
            "out",
            format!("a {rows} × {columns} matrix"),
            format!("{} × {}", out.nrows(), out.ncols()),
        ))
    }
}

fn expect_finite(out: &DMatrix<f64>, outcome: Outcome) -> Result<()> {
    if outcome.finite {
        return Ok(());
    }
    match out.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(at) => Err(not_finite((at % out.nrows(), at / out.nrows()), out[at])),
    }
}

fn not_finite((row, column): (usize, usize), found: f64) -> Error {
    Error::undefined(
        format!("kernel of row {row} and column {column} (from 0)"),
        if found.is_nan() {
            "its value is not a number"
        } else {
            "its value is infinite, or beyond the largest double"
        },
    )
}
