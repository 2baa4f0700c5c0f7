//! Points and data sets: shapes checked once, loading, embedded real data, target functions.

mod points;

pub use points::{Dataset, Points};
