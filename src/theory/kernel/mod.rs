//! Kernels of ensembles and networks.

pub mod battery;
mod combine;
pub mod dual;
mod gaussian;
mod gram;
#[allow(clippy::module_inception)]
mod kernel;
mod network;
mod radon;
mod split;
mod tabulated;
mod tangent;

pub use combine::SumKernel;
pub use dual::{Covariance, DualActivation, DualValue};
pub use gaussian::{GaussianKernel, GaussianKind};
pub use gram::{Gram, cross, cross_into, gram, gram_into};
pub use kernel::{Kernel, Pairs};
pub use network::{DeepKernel, DenseLayer, FullyConnected, Parameterisation, SphereKernel};
pub use split::Split;
pub use tabulated::Tabulated;
pub use tangent::tangent_kernel;
