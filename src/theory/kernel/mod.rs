//! Kernels of ensembles and networks.

#[allow(clippy::module_inception)]
mod kernel;

pub use kernel::Kernel;
