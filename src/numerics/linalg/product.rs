//! Matrix products.

use super::convert::view;
use crate::error::{Error, Result};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use nalgebra::DMatrix;

/// Columns of the result computed together. Fixed, so that rounding does not depend on the number
/// of threads; wide enough that packing the left factor again for each block costs little.
const BLOCK: usize = 128;

/// A B, in parallel with the feature `parallel` (the same to the last bit without).
///
/// # Errors
/// Shapes that do not match.
pub fn multiply(a: &DMatrix<f64>, b: &DMatrix<f64>) -> Result<DMatrix<f64>> {
    let (rows, inner) = a.shape();
    if b.nrows() != inner {
        return Err(Error::shape(
            "right factor",
            format!("{inner} rows, the left factor being {rows} × {inner}"),
            format!("{} × {}", b.nrows(), b.ncols()),
        ));
    }
    let mut product = DMatrix::zeros(rows, b.ncols());
    if product.is_empty() || inner == 0 {
        return Ok(product);
    }
    let block = |(out, right): (&mut [f64], &[f64])| {
        let columns = out.len() / rows;
        matmul(
            MatMut::from_column_major_slice_mut(out, rows, columns),
            Accum::Replace,
            view(a),
            MatRef::from_column_major_slice(right, inner, columns),
            1.0,
            Par::Seq,
        );
    };
    let out = product.as_mut_slice();
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;
        out.par_chunks_mut(rows * BLOCK)
            .zip(b.as_slice().par_chunks(inner * BLOCK))
            .for_each(block);
    }
    #[cfg(not(feature = "parallel"))]
    out.chunks_mut(rows * BLOCK)
        .zip(b.as_slice().chunks(inner * BLOCK))
        .for_each(block);
    Ok(product)
}
