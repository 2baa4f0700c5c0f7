//! nalgebra's matrices seen by faer: views of the same memory.

use faer::{MatMut, MatRef};
use nalgebra::DMatrix;

pub(super) fn view(a: &DMatrix<f64>) -> MatRef<'_, f64> {
    MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols())
}

pub(super) fn view_mut(a: &mut DMatrix<f64>) -> MatMut<'_, f64> {
    let (rows, columns) = a.shape();
    MatMut::from_column_major_slice_mut(a.as_mut_slice(), rows, columns)
}
