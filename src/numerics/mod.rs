//! Ground floor: numbers with error bounds, special functions, quadrature, Fourier transforms on
//! grids, dense linear algebra. Knows nothing of networks.

pub(crate) mod double;
mod estimate;
pub mod fourier;
pub mod linalg;
pub(crate) mod parallel;
pub mod quadrature;
pub mod special;
mod stream;
mod transpose;
mod wide;

pub use estimate::Estimate;
pub(crate) use stream::stream;
pub(crate) use transpose::{PANEL, transpose};
pub(crate) use wide::{WideLoop, axpy, dot, wide};

/// Refuses a matrix for which the system has no memory, which would abort the program.
pub(crate) fn room(what: &str, rows: usize, columns: usize) -> crate::Result<()> {
    let size = rows.checked_mul(columns);
    let granted = size.is_some_and(|n| Vec::<f64>::new().try_reserve_exact(n).is_ok());
    if granted {
        return Ok(());
    }
    let found = format!("{rows} × {columns}");
    Err(crate::Error::shape(
        what,
        "a matrix that fits into memory",
        found,
    ))
}
