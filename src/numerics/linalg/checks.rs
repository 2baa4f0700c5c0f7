//! What a matrix must be before faer sees it.

use crate::error::{Error, Result};
use nalgebra::DMatrix;

/// Largest |a_ij − a_ji| accepted, relative to the largest entry: beyond rounding, and beyond the
/// tolerance of any kernel that is computed by quadrature.
const ASYMMETRY: f64 = 1e-8;

/// Finite entries, or an error that names row and column.
pub(super) fn finite(argument: &str, a: &DMatrix<f64>) -> Result<()> {
    match a.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(at) => Err(Error::NotFinite {
            argument: argument.into(),
            position: format!("row {}, column {} (from 0)", at % a.nrows(), at / a.nrows()),
            found: a.as_slice()[at],
        }),
    }
}

/// A vector of `n` finite numbers.
pub(super) fn vector(argument: &str, n: usize, v: &[f64]) -> Result<()> {
    if v.len() != n {
        return Err(Error::shape(argument, format!("{n} numbers"), v.len()));
    }
    match v.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(at) => Err(Error::NotFinite {
            argument: argument.into(),
            position: format!("index {at} (from 0)"),
            found: v[at],
        }),
    }
}

/// Square, not empty, finite, symmetric but for rounding.
pub(super) fn symmetric(argument: &str, a: &DMatrix<f64>) -> Result<()> {
    let n = a.nrows();
    if n == 0 || a.ncols() != n {
        return Err(Error::shape(
            argument,
            "a square matrix with at least one row",
            format!("{} × {}", a.nrows(), a.ncols()),
        ));
    }
    finite(argument, a)?;
    let limit = ASYMMETRY * a.amax();
    for j in 0..n {
        for i in j + 1..n {
            // Halves, so that the difference of two huge entries cannot overflow.
            if (0.5 * a[(i, j)] - 0.5 * a[(j, i)]).abs() > 0.5 * limit {
                return Err(Error::invalid(
                    argument,
                    "a symmetric matrix",
                    format!(
                        "{} at ({i}, {j}) and {} at ({j}, {i}) (from 0)",
                        a[(i, j)],
                        a[(j, i)]
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// The power of two at or below `x` (1 for 0), kept where its inverse is a normal number too.
pub(super) fn power_of_two(x: f64) -> f64 {
    if x == 0.0 {
        1.0
    } else {
        let (_, exponent) = libm::frexp(x);
        libm::ldexp(1.0, (exponent - 1).clamp(-1021, 1021))
    }
}

/// A/scale, symmetric to the last bit: the lower triangle, mirrored.
pub(super) fn scaled_symmetric(a: &DMatrix<f64>, scale: f64) -> DMatrix<f64> {
    let mut copy = a / scale;
    copy.fill_upper_triangle_with_lower_triangle();
    copy
}
