//! Kernels of ensembles and networks.

pub mod battery;
mod blocks;
mod combine;
mod deep;
mod deep_gradient;
mod deep_mixed;
mod deep_rows;
pub mod dual;
mod gaussian;
mod gradient;
mod gram;
#[allow(clippy::module_inception)]
mod kernel;
mod network;
mod operator;
mod radon;
mod separation;
mod split;
mod tabulated;
mod tangent;

pub use combine::SumKernel;
pub use deep::{DeepKernel, SphereKernel};
pub(in crate::theory) use deep::{Readout, Stage};
pub use dual::{Covariance, DualActivation, DualValue, ScalarDual};
pub(crate) use dual::{Homogeneous, hermite};
pub use gaussian::{GaussianKernel, GaussianKind};
pub use gradient::{gradient, mixed_derivatives};
pub use gram::{Gram, cross, cross_into, gram, gram_into};
pub use kernel::{Kernel, Pairs};
pub use operator::{KernelOperator, MemoryPlan};
pub(crate) use radon::{Factor, FeatureFunction, Term};
pub use split::Split;
pub use tabulated::Tabulated;
pub use tangent::tangent_kernel;
