//! Networks whose layers are all alike: the simple constructor of [`FullyConnected`].

use super::deep::DeepKernel;
use super::kernel::{Kernel, Pairs};
use crate::data::Points;
use crate::error::{Error, Result};
use crate::model::{Activation, FullyConnected};
use crate::numerics::Estimate;
use nalgebra::DMatrix;
use std::fmt;
use std::str::FromStr;

/// Which of a network's two kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GaussianKind {
    /// The covariance of the random network: only the output weights are trained.
    Nngp,
    /// The neural tangent kernel: everything is trained.
    Ntk,
}

impl fmt::Display for GaussianKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nngp => "nngp",
            Self::Ntk => "ntk",
        })
    }
}

impl FromStr for GaussianKind {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text.trim() {
            "nngp" => Ok(Self::Nngp),
            "ntk" => Ok(Self::Ntk),
            other => Err(Error::UnknownName {
                kind: "kernel",
                name: other.into(),
                hint: "nngp or ntk".into(),
            }),
        }
    }
}

/// The kernel of a [`FullyConnected`] network whose hidden layers are all alike, in the NTK
/// parameterisation, z = σ_w⟨w,x⟩/√d + σ_b b in every layer (d its number of inputs), read-out weights of
/// variance 1, no output bias, everything trained at rate 1.
#[derive(Clone, Debug)]
pub struct GaussianKernel {
    kernel: DeepKernel,
}

impl GaussianKernel {
    /// `depth` hidden layers (a shallow network has one), for points of any dimension.
    ///
    /// # Errors
    /// σ_w not finite or not > 0, σ_b negative or not finite, no hidden layer.
    pub fn new(
        activation: &Activation,
        weight_std: f64,
        bias_std: f64,
        depth: usize,
        kind: GaussianKind,
    ) -> Result<Self> {
        let network = FullyConnected::uniform(activation, weight_std, bias_std, depth)?;
        Ok(Self {
            kernel: network.kernel(kind),
        })
    }

    /// The general kernel that it is.
    pub fn deep(&self) -> &DeepKernel {
        &self.kernel
    }
}

impl Kernel for GaussianKernel {
    fn dim(&self) -> Option<usize> {
        self.kernel.dim()
    }

    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        self.kernel.evaluate(x, y)
    }

    fn gradient(&self, x: &[f64], y: &[f64]) -> Option<Vec<Estimate>> {
        self.kernel.gradient(x, y)
    }

    fn mixed_derivatives(&self, x: &[f64], y: &[f64]) -> Option<(DMatrix<f64>, f64)> {
        self.kernel.mixed_derivatives(x, y)
    }

    fn smooth_within(&self, x: &[f64], y: &[f64]) -> f64 {
        self.kernel.smooth_within(x, y)
    }

    fn pairs<'a>(&'a self, rows: &'a Points, columns: &'a Points) -> Result<Box<dyn Pairs + 'a>> {
        self.kernel.pairs(rows, columns)
    }
}
