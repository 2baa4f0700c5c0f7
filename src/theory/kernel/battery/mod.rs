//! What every kernel and every dual activation must pass: checks to run on one's own.

mod dual;

pub use dual::{MeasuredDual, check_dual, check_identity, check_slope};

use super::{Kernel, cross, cross_into, gram, gram_into};
use crate::data::Points;
use crate::error::{Error, Result};
use crate::numerics::linalg::SymmetricEigen;
use crate::theory::interpolant::Monomials;
use nalgebra::DMatrix;

/// Rounding allowed in a Gram matrix beside the kernel's own error, relative to its largest entry and
/// per row.
const ROUNDING: f64 = 1e-15;

/// What was measured, each number relative to the largest entry of the Gram matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The kernel's own bound on the error of an entry.
    pub error: f64,
    /// max |K(x,z) − K(z,x)|.
    pub asymmetry: f64,
    /// The least eigenvalue, on the complement of the polynomials of degree < q.
    pub least_eigenvalue: f64,
    /// max |K(Qx,Qz) − K(x,z)| for a rotation Q, where asked.
    pub rotation: Option<f64>,
}

/// Checks a kernel on points: symmetry, positive semi-definiteness (on the complement of the
/// polynomials of degree < [`Kernel::order`]), a diagonal that bounds the rest, `gram`, `cross` and their
/// in-place forms equal to pointwise evaluation; and invariance under rotations if `isotropic`. Every
/// difference is held against the kernel's own error.
///
/// # Errors
/// [`Error::Accuracy`] naming the first property that fails; errors of the kernel itself.
pub fn check(kernel: &dyn Kernel, points: &Points, isotropic: bool) -> Result<Measured> {
    let n = points.len();
    let computed = gram(kernel, points)?;
    let k = &computed.matrix;
    let largest = k.amax().max(f64::MIN_POSITIVE);
    let allowed = 2.0 * computed.error + 8.0 * f64::EPSILON * largest;
    let full = cross(kernel, points, points)?;
    let asymmetry = (&full.matrix - full.matrix.transpose()).amax();
    hold("symmetry", asymmetry, allowed + 2.0 * full.error)?;
    let difference = (&full.matrix - k).amax();
    hold("cross against gram", difference, allowed + full.error)?;
    let mut buffer = DMatrix::from_element(n, n, f64::NAN);
    gram_into(kernel, points, &mut buffer)?;
    hold("gram_into against gram", (&buffer - k).amax(), 0.0)?;
    cross_into(kernel, points, points, &mut buffer)?;
    hold(
        "cross_into against cross",
        (&buffer - &full.matrix).amax(),
        0.0,
    )?;
    for (i, x) in points.iter().enumerate() {
        for (j, z) in points.iter().enumerate() {
            let alone = kernel.evaluate(x, z);
            let difference = (alone.value - k[(i, j)]).abs();
            hold("pointwise against gram", difference, allowed + alone.error)?;
        }
    }

    let order = kernel.order();
    if order == 0 {
        for i in 0..n {
            for j in 0..i {
                let bound = (k[(i, i)].max(0.0) * k[(j, j)].max(0.0)).sqrt();
                hold(
                    "an entry above its diagonal",
                    k[(i, j)].abs() - bound,
                    allowed,
                )?;
            }
        }
    }
    let reduced = on_complement(k, points, order)?;
    let least = match &reduced {
        Some(matrix) => SymmetricEigen::new(matrix)?.values.min(),
        None => 0.0,
    };
    let rounding = n as f64 * (computed.error + ROUNDING * largest);
    hold("a negative eigenvalue", -least, rounding)?;

    let rotation = if isotropic {
        let turned = Points::from_columns(rotation(points.dim()) * points.columns())?;
        let other = gram(kernel, &turned)?;
        let difference = (&other.matrix - k).amax();
        // The rotated points are rounded: a kernel may move by its slope times their last digit.
        let moved = 1e-14 * largest * n as f64;
        hold("rotation", difference, allowed + 2.0 * other.error + moved)?;
        Some(difference / largest)
    } else {
        None
    };
    Ok(Measured {
        error: computed.error / largest,
        asymmetry: asymmetry / largest,
        least_eigenvalue: least / largest,
        rotation,
    })
}

/// An error naming the property unless it holds.
fn hold(what: &str, reached: f64, tolerance: f64) -> Result<()> {
    if reached <= tolerance {
        Ok(())
    } else {
        Err(Error::Accuracy {
            what: format!("kernel: {what}"),
            tolerance,
            reached,
            hint: "the kernel is not what it says it is".into(),
        })
    }
}

/// ZᵀKZ for an orthonormal basis Z of what is orthogonal to the polynomials of degree < q; `None`
/// if nothing is.
fn on_complement(k: &DMatrix<f64>, points: &Points, order: usize) -> Result<Option<DMatrix<f64>>> {
    if order == 0 {
        return Ok(Some(k.clone()));
    }
    let p = Monomials::new(points.dim(), order)?
        .adapted(points)?
        .matrix(points)?;
    // The projector onto the complement has eigenvalues 0 and 1.
    let q = p.qr().q();
    let projector = DMatrix::identity(k.nrows(), k.nrows()) - &q * q.transpose();
    let eigen = SymmetricEigen::new(&projector)?;
    let kept: Vec<usize> = (0..k.nrows()).filter(|&i| eigen.values[i] > 0.5).collect();
    if kept.is_empty() {
        return Ok(None);
    }
    let z = eigen.vectors.select_columns(&kept);
    Ok(Some(z.transpose() * k * z))
}

/// A product of plane rotations that mixes all coordinates; −1 in one dimension.
fn rotation(dim: usize) -> DMatrix<f64> {
    if dim == 1 {
        return DMatrix::from_element(1, 1, -1.0);
    }
    let mut q = DMatrix::identity(dim, dim);
    for i in 1..dim {
        let (sin, cos) = (0.7 + i as f64).sin_cos();
        for row in 0..dim {
            let (a, b) = (q[(row, i - 1)], q[(row, i)]);
            q[(row, i - 1)] = cos * a - sin * b;
            q[(row, i)] = sin * a + cos * b;
        }
    }
    q
}
