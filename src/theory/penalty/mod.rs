//! The penalty that training puts on frequency: power spectrum, spectral density, weight, null space, and the
//! seminorm ‖f‖² whose least interpolant gradient descent finds in the kernel regime.

mod asymptotics;
mod expansion;
mod grid;
mod log_estimate;
mod range;
mod ripples;
mod scales;
mod seminorm;
mod spectrum;
mod target;
mod weighted;

pub use asymptotics::DecayClass;
pub use expansion::seminorm_of_expansion;
pub use grid::GridSeminorm;
pub use log_estimate::LogEstimate;
pub use seminorm::Seminorm;
pub use spectrum::{Penalty, Weight};
pub use weighted::WeightedForm;
