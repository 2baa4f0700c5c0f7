//! Tables, plots and the HTML page: formats results, computes nothing.

mod canvas;
pub mod figure;
pub mod figures;
pub mod heat;
pub mod numbers;
pub mod page;
pub mod pictures;
pub mod plot;
mod write;

pub use write::Report;
