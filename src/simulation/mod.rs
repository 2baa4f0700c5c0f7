//! The reference trainer: finite networks and real gradient descent. Never imports the theory.

mod blocks;
mod deep;
pub mod network;
pub mod optimiser;
pub mod training;

pub use deep::DeepNetwork;
pub use network::{Linearised, Network, Parameters, ReadOut, SampledKernel};
pub use optimiser::Optimiser;
pub use training::{
    Observer, Progress, Silent, StopReason, Trainer, TrainingOptions, TrainingReport, train,
};
