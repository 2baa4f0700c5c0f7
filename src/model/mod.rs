//! What is studied: activations, the ensembles neurons are drawn from, which parameters are trained.

pub mod activation;
pub mod ensemble;
mod fully_connected;
mod groups;
mod shallow;

pub use activation::Activation;
pub use ensemble::Ensemble;
pub use fully_connected::{DenseLayer, FullyConnected, Parameterisation};
pub use groups::{Coordinates, Group, LearningRates};
pub use shallow::Shallow;
