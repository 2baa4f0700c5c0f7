//! Eigen-decomposition of graded matrices: leading blocks much larger than what follows them.

use super::SymmetricEigen;
use crate::error::{Error, Result};
use nalgebra::{DMatrix, DVector};

/// Rounds of the fixed-point iteration; blocks that need more are not separated, and then the
/// plain decomposition loses nothing by treating them together.
const ROUNDS: usize = 60;

/// The eigen-decomposition of a graded matrix.
#[derive(Clone, Debug)]
pub struct GradedEigen {
    /// The eigenvalues, ascending, and eigenvectors.
    pub eigen: SymmetricEigen,
    /// 2⁻⁵² times the largest eigenvalue of the last block: smaller eigenvalues are noise.
    pub resolution: f64,
}

/// The decomposition of a symmetric positive semi-definite matrix whose leading diagonal blocks, of
/// the given sizes, are each much larger than all that comes after them.
///
/// The plain decomposition finds every eigenvalue to 2⁻⁵³ of the *largest*; this one finds those
/// of each block to about 2⁻⁵³ of the largest *of that block*, if the entries between blocks i and j
/// are as accurate as √(h_ii h_jj).
///
/// # Method
/// The invariant subspace of the leading block is spanned by [I; X] with
/// X H₁₁ = H₂₁ + H₂₂X − XH₁₂X, a fixed-point iteration that contracts by ‖H₂₂‖‖H₁₁⁻¹‖ (the
/// algebraic Riccati equation of G. W. Stewart, SIAM Review 15 (1973), 727–764); the
/// complement [−Xᵀ; I] carries a matrix of the size of H₂₂, treated likewise. Blocks that are
/// not separated (no contraction) are decomposed together.
///
/// # Errors
/// As [`SymmetricEigen::new`]; blocks larger than the matrix.
pub fn graded_eigen(h: &DMatrix<f64>, blocks: &[usize]) -> Result<GradedEigen> {
    if blocks.iter().sum::<usize>() > h.nrows() {
        return Err(Error::shape(
            "blocks",
            format!("at most {} rows in all", h.nrows()),
            format!("{blocks:?}"),
        ));
    }
    let Some((&k, rest)) = blocks.split_first() else {
        return together(h);
    };
    if k == 0 {
        return graded_eigen(h, rest);
    }
    let n = h.nrows();
    let Some(x) = (n > k).then(|| decouple(h, k)).flatten() else {
        return together(h);
    };
    let (h11, h21) = (h.view((0, 0), (k, k)), h.view((k, 0), (n - k, k)));
    let h22 = h.view((k, k), (n - k, n - k));
    let gram = SymmetricEigen::new(&symmetric(x.tr_mul(&x)))?;
    let function = |g: fn(f64) -> f64| {
        let w = &gram.vectors;
        w * DMatrix::from_diagonal(&gram.values.map(|s| g(s.max(0.0)))) * w.transpose()
    };
    // (I+XᵀX)^−½, and f(XᵀX) with (I+XXᵀ)^−½ = I + X f(XᵀX) Xᵀ.
    let shrink = function(|s| 1.0 / (1.0 + s).sqrt());
    let correction = function(|s| {
        let root = (1.0 + s).sqrt();
        -1.0 / (root * (1.0 + root))
    });

    let h22x = h22 * &x;
    let cross = x.tr_mul(&h21);
    let large = &shrink * (h11 + &cross + cross.transpose() + x.tr_mul(&h22x)) * &shrink;
    let large = SymmetricEigen::new(&symmetric(large))?;

    let coupling = h21 * x.transpose();
    let small = h22 - &coupling - coupling.transpose() + &x * h11 * x.transpose();
    let small = &small + &x * (&correction * x.tr_mul(&small));
    let small = &small + ((&small * &x) * &correction) * x.transpose();
    let GradedEigen {
        eigen: small,
        resolution,
    } = graded_eigen(&symmetric(small), rest)?;

    let top = &shrink * &large.vectors;
    let below = &x * &top;
    let bottom = &small.vectors + &x * (&correction * x.tr_mul(&small.vectors));
    let above = -x.tr_mul(&bottom);
    let stacked = |values: &DVector<f64>, upper: DMatrix<f64>, lower: DMatrix<f64>| {
        let pairs = upper.column_iter().zip(lower.column_iter());
        let columns = pairs.map(|(u, l)| u.iter().chain(l.iter()).copied().collect());
        let columns: Vec<Vec<f64>> = columns.collect();
        values.iter().copied().zip(columns).collect::<Vec<_>>()
    };
    let mut columns = stacked(&small.values, above, bottom);
    columns.extend(stacked(&large.values, top, below));
    columns.sort_by(|a, b| a.0.total_cmp(&b.0));
    let eigen = SymmetricEigen {
        values: DVector::from_iterator(n, columns.iter().map(|c| c.0)),
        vectors: DMatrix::from_iterator(n, n, columns.into_iter().flat_map(|c| c.1)),
    };
    Ok(GradedEigen { eigen, resolution })
}

/// All that is left, as one block.
fn together(h: &DMatrix<f64>) -> Result<GradedEigen> {
    let eigen = SymmetricEigen::new(h)?;
    Ok(GradedEigen {
        resolution: f64::EPSILON * eigen.values.amax(),
        eigen,
    })
}

/// X with X H₁₁ = H₂₁ + H₂₂X − XH₁₂X for the leading k × k block; `None` if it is not separated.
fn decouple(h: &DMatrix<f64>, k: usize) -> Option<DMatrix<f64>> {
    let n = h.nrows();
    let inverse = h.view((0, 0), (k, k)).into_owned().cholesky()?;
    let h21 = h.view((k, 0), (n - k, k));
    let h22 = h.view((k, k), (n - k, n - k));
    let mut x: DMatrix<f64> = inverse.solve(&h21.transpose()).transpose();
    let mut previous = f64::INFINITY;
    for _ in 0..ROUNDS {
        let right = h21 + h22 * &x - &x * h21.tr_mul(&x);
        let next = inverse.solve(&right.transpose()).transpose();
        let change = (&next - &x).amax();
        x = next;
        if !change.is_finite() {
            return None;
        }
        if change <= f64::EPSILON * x.amax() {
            return Some(x);
        }
        if change > 0.7 * previous {
            // Either rounding has been reached or there is no contraction.
            return (previous <= 16.0 * f64::EPSILON * x.amax()).then_some(x);
        }
        previous = change;
    }
    None
}

fn symmetric(mut a: DMatrix<f64>) -> DMatrix<f64> {
    a.fill_upper_triangle_with_lower_triangle();
    a
}
