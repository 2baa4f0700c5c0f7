//! The reference trainer: finite networks and real gradient descent. Never imports the theory.

pub mod network;
pub mod optimiser;
pub mod training;
