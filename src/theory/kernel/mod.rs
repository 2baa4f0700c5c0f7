//! Kernels of ensembles and networks.

mod combine;
mod gram;
#[allow(clippy::module_inception)]
mod kernel;
mod split;
mod tabulated;

pub use combine::SumKernel;
pub use gram::{Gram, cross, cross_into, gram, gram_into};
pub use kernel::{Kernel, Pairs};
pub use split::Split;
pub use tabulated::Tabulated;
