//! The bridge: predicted against trained.

mod compare;
mod curve;
mod frequency;
mod outcome;
mod settings;
mod slope;
mod verdict;

pub use compare::compare;
pub use frequency::Bands;
pub use outcome::{Comparison, Gap, PenaltyCurve, TrainedNetwork, Verdict};
pub use settings::Settings;
pub use slope::Slope;
