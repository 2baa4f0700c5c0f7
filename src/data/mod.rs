//! Points and data sets: shapes checked once, loading, embedded real data, target functions.

mod grid;
mod points;

pub use grid::RegularGrid;
pub use points::{Dataset, Points};
