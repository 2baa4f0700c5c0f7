//! What theory says of a model before it is trained. Never imports the simulation.

pub mod design;
pub mod dynamics;
pub mod interpolant;
pub mod kernel;
pub mod penalty;
pub mod radon;
pub mod representation;
pub mod spectrum;
