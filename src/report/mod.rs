//! Tables, plots and the HTML page: formats results, computes nothing.

pub mod numbers;
pub mod page;
pub mod pictures;
pub mod plot;
mod write;

pub use write::Report;
