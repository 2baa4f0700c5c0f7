//! Dense symmetric linear algebra: faer's factorisations behind nalgebra's types.

use crate::error::Result;
use nalgebra::{DMatrix, DVector};

/// A symmetric eigen-decomposition A = V diag(λ) Vᵀ, λ ascending.
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
    /// Not square, empty or not finite.
    pub fn new(_a: &DMatrix<f64>) -> Result<Self> {
        todo!()
    }
    /// V diag(g(λ)) Vᵀ b.
    pub fn apply(&self, _g: impl Fn(f64) -> f64, _b: &DVector<f64>) -> DVector<f64> {
        todo!()
    }
    /// |λ|max/|λ|min, infinite for a singular matrix.
    pub fn condition(&self) -> f64 {
        todo!()
    }
}

/// A solution of A X = B and how far it can be trusted.
#[derive(Clone, Debug)]
pub struct Solution {
    /// X.
    pub x: DMatrix<f64>,
    /// The 2-norm condition number of A.
    pub condition: f64,
    /// The normwise backward error ‖AX − B‖/(‖A‖‖X‖ + ‖B‖).
    pub backward_error: f64,
}

/// Solves A X = B for a symmetric positive definite A (iterative refinement included).
///
/// # Errors
/// Shapes, numbers that are not finite, a matrix singular to working precision.
pub fn solve_positive_definite(_a: &DMatrix<f64>, _b: &DMatrix<f64>) -> Result<Solution> {
    todo!()
}

/// A B, in parallel with the feature `parallel`.
///
/// # Errors
/// Shapes that do not match.
pub fn multiply(_a: &DMatrix<f64>, _b: &DMatrix<f64>) -> Result<DMatrix<f64>> {
    todo!()
}

/// The system [K P; Pᵀ 0] [a; c] = [y; 0] for K conditionally positive definite on ker Pᵀ, by an
/// orthonormal basis Z of ker Pᵀ and the reduced matrix ZᵀKZ, which is kept decomposed.
#[derive(Clone, Debug)]
pub struct SaddlePoint {
    _private: (),
}

impl SaddlePoint {
    /// Prepares the system. `p` is n × q (q = 0 columns: the plain positive definite system);
    /// `ridge` λ ≥ 0 is added to K's diagonal.
    ///
    /// # Errors
    /// Shapes, numbers that are not finite, P without full column rank (points not unisolvent).
    pub fn new(_k: &DMatrix<f64>, _p: &DMatrix<f64>, _ridge: f64) -> Result<Self> {
        todo!()
    }
}
