//! Tables, plots and the HTML page: formats results, computes nothing.

pub mod plot;
