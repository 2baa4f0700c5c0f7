//! Ground floor: numbers with error bounds, special functions, quadrature, Fourier transforms on
//! grids, dense linear algebra. Knows nothing of networks.

mod estimate;
pub mod fourier;
pub mod linalg;
pub mod quadrature;
pub mod special;

pub use estimate::Estimate;
