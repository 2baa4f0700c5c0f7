//! One file for each command.

pub mod activations;
pub mod design;
pub mod dual;
pub mod interpolate;
pub mod kernel;
pub mod penalty;
pub mod radon;
pub mod represent;
pub mod seminorm;
pub mod spectrum;
pub mod train;
pub mod verify;
