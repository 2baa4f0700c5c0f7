//! What most programs begin with: `use spectral_bias::prelude::*`.

pub use crate::data::{Dataset, Points};
pub use crate::error::{Error, Result};
pub use crate::model::{Activation, Ensemble, Group, LearningRates, Shallow};
pub use crate::numerics::Estimate;
pub use crate::simulation::{Network, Optimiser, TrainingOptions, train};
pub use crate::theory::dynamics::{Dynamics, Time};
pub use crate::theory::interpolant::Interpolant;
pub use crate::theory::kernel::{
    DualActivation, GaussianKernel, GaussianKind, Kernel, gram, tangent_kernel,
};
pub use crate::theory::penalty::{Penalty, Seminorm};
