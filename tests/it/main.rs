//! All integration tests, one binary: a module per subject.

mod activation;
mod activation_file;
mod activation_values;
mod architecture;
#[cfg(feature = "cli")]
mod cli;
mod data;
mod deep_gram;
mod design;
mod dual;
mod dual_derivatives;
mod dual_extremes;
mod dual_graded;
mod dynamics;
mod ensemble;
mod fourier;
mod gradient;
mod gradient_ends;
mod gram;
mod interpolant;
mod kernel;
mod linalg;
mod network;
mod penalty;
#[cfg(feature = "cli")]
mod pictures;
mod quadrature;
mod radon;
mod radon_kernels;
mod reference;
#[cfg(feature = "report")]
mod report;
mod represent;
mod simulation;
mod special;
mod spectrum;
mod test_kernels;
mod verify;
