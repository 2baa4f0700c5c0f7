//! The predicted interpolant: least seminorm through the data.

mod polynomials;

pub use polynomials::Monomials;
