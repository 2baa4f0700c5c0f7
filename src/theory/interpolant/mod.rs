//! The predicted interpolant: least seminorm through the data.

mod finite_part;
mod fit;
mod polynomials;
mod sites;
mod system;

pub use fit::Interpolant;
pub(crate) use fit::{expect_initial, missing_initial};
pub use polynomials::Monomials;
pub(crate) use system::System;
