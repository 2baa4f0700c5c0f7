//! The bridge: predicted against trained.

mod frequency;
mod slope;

pub use frequency::Bands;
pub use slope::Slope;
