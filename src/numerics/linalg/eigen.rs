//! Eigenvalues and eigenvectors of symmetric matrices.

use super::checks;
use super::convert::{view, view_mut};
use crate::error::{Error, Result};
use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{Par, Spec};
use nalgebra::{DMatrix, DVector};

/// A symmetric eigen-decomposition A = V diag(λ) Vᵀ, λ ascending.
///
/// # Accuracy
/// Eigenvalues are right to a small multiple of 2⁻⁵³‖A‖ (not each relative to itself), and
/// eigenvectors orthonormal to working precision: an eigenvalue below about 1e−15 ‖A‖ is noise,
/// and may come out negative where the truth is not.
#[derive(Clone, Debug)]
pub struct SymmetricEigen {
    /// The eigenvalues, ascending.
    pub values: DVector<f64>,
    /// The orthonormal eigenvectors, as columns in the same order.
    pub vectors: DMatrix<f64>,
}

impl SymmetricEigen {
    /// Decomposes a symmetric matrix (the lower triangle is read).
    ///
    /// # Errors
    /// Not square, empty, not finite, not symmetric; an eigenvalue that overflows.
    pub fn new(a: &DMatrix<f64>) -> Result<Self> {
        checks::symmetric("matrix", a)?;
        let scale = checks::power_of_two(a.amax());
        let mut vectors = DMatrix::zeros(a.nrows(), a.nrows());
        let values = decompose(&(a / scale), Some(&mut vectors))? * scale;
        checks::vector("eigenvalues", values.len(), values.as_slice())?;
        Ok(Self { values, vectors })
    }

    /// V diag(g(λ)) Vᵀ b.
    ///
    /// # Errors
    /// The length of `b`.
    pub fn apply(&self, g: impl Fn(f64) -> f64, b: &DVector<f64>) -> Result<DVector<f64>> {
        if b.len() != self.values.len() {
            let expected = format!("{} numbers", self.values.len());
            return Err(Error::shape("vector", expected, b.len()));
        }
        let mut modes = self.vectors.tr_mul(b);
        modes.zip_apply(&self.values, |mode, value| *mode *= g(value));
        Ok(&self.vectors * modes)
    }

    /// |λ|max/|λ|min, infinite for a singular matrix.
    pub fn condition(&self) -> f64 {
        condition(&self.values)
    }
}

/// |λ|max/|λ|min; 1 where there is no λ at all.
pub(super) fn condition(values: &DVector<f64>) -> f64 {
    let largest = values.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    let smallest = values.iter().fold(f64::INFINITY, |m, v| m.min(v.abs()));
    if values.is_empty() {
        1.0
    } else if smallest == 0.0 {
        f64::INFINITY
    } else {
        largest / smallest
    }
}

/// The eigenvalues, ascending, and if asked for the eigenvectors, of a finite, scaled, symmetric
/// matrix that may be empty.
pub(super) fn decompose(
    a: &DMatrix<f64>,
    vectors: Option<&mut DMatrix<f64>>,
) -> Result<DVector<f64>> {
    let n = a.nrows();
    let mut values = DVector::zeros(n);
    let wanted = match vectors {
        Some(_) => ComputeEigenvectors::Yes,
        None => ComputeEigenvectors::No,
    };
    if n > 0 {
        let scratch = self_adjoint_evd_scratch::<f64>(n, wanted, Par::Seq, Spec::default());
        self_adjoint_evd(
            view(a),
            DiagMut::from_slice_mut(values.as_mut_slice()),
            vectors.map(view_mut),
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(scratch)),
            Spec::default(),
        )
        .map_err(|_| Error::Accuracy {
            what: format!("eigen-decomposition of a {n} × {n} matrix"),
            tolerance: f64::EPSILON,
            reached: f64::INFINITY,
            hint: "the iteration did not converge".into(),
        })?;
    }
    Ok(values)
}
