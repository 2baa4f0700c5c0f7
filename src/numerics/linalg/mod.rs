//! Dense linear algebra: faer's factorisations behind nalgebra's types.
//!
//! Both store columns contiguously, so matrices pass as views, without copies. Every
//! factorisation runs on one thread and products are cut into blocks of a fixed size, so that
//! results are the same to the last bit with any number of threads, and with or without the
//! feature `parallel`. Inputs are scaled by powers of two first: huge and tiny matrices are as
//! good as others.

mod checks;
mod cholesky;
mod compensated;
mod convert;
mod eigen;
mod graded;
mod product;
mod qr;
mod saddle;
mod solve;

pub use eigen::SymmetricEigen;
pub use graded::{GradedEigen, graded_eigen};
pub use product::multiply;
pub use qr::{PivotedQr, invert_upper, upper_factor, upper_factor_of_blocks};
pub use saddle::{SaddlePoint, SaddleSolution};
pub use solve::{Solution, solve_positive_definite};
