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
