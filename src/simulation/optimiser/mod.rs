//! Optimisers: gradient descent, momentum, mini-batches, Adam, gradient flow.
//!
//! Every optimiser has a common rate η; group g moves at η·rate_g ([`crate::model::LearningRates`]).
//! Directions stay on the sphere: gradients and velocities are projected on its tangent space, every step
//! ends with a normalisation.

mod flow;
mod step;

pub(super) use flow::flow;
pub(super) use step::{State, batch, step};

use crate::error::{Error, Result, non_negative, positive};

/// How the parameters are moved, with loss L = ½Σ(f−y)² and gradient g.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Optimiser {
    /// θ ← θ − ηg.
    GradientDescent {
        /// η.
        rate: f64,
    },
    /// u ← μu − ηg; θ ← θ + u (heavy ball), or θ ← θ + μu − ηg with the new u (Nesterov, in the form of
    /// Sutskever et al. 2013).
    Momentum {
        /// η.
        rate: f64,
        /// μ ∈ [0, 1).
        momentum: f64,
        /// Nesterov's look-ahead.
        nesterov: bool,
    },
    /// Gradient descent with heavy-ball momentum on mini-batches B, shuffled anew in every epoch. g is
    /// n/|B| times the gradient of the batch: unbiased, so that η means what it means elsewhere.
    Stochastic {
        /// η.
        rate: f64,
        /// μ ∈ [0, 1).
        momentum: f64,
        /// |B|; the last of an epoch may be smaller.
        batch: usize,
        /// The seed of the shuffles.
        seed: u64,
    },
    /// Adam (Kingma & Ba 2015): θ ← θ − η m̂/(√v̂ + ε) with bias-corrected moments.
    Adam {
        /// η.
        rate: f64,
        /// β₁ ∈ [0, 1).
        beta1: f64,
        /// β₂ ∈ [0, 1).
        beta2: f64,
        /// ε > 0.
        epsilon: f64,
    },
    /// θ̇ = −g by the adaptive Runge–Kutta method of Dormand and Prince (order 5), a step is an interval
    /// of time. With trained hidden neurons and a kink in φ, a data point can attract a zero-plane from
    /// both sides; the flow then has no classical solution, and the integrator stops with an error.
    GradientFlow {
        /// The time per step.
        interval: f64,
        /// The tolerance of the integrator, absolute and relative to the parameters.
        tolerance: f64,
    },
}

impl Optimiser {
    /// Gradient descent at rate η.
    pub const fn gradient_descent(rate: f64) -> Self {
        Self::GradientDescent { rate }
    }

    /// Adam with its authors' β₁ = 0.9, β₂ = 0.999, ε = 1e−8.
    pub const fn adam(rate: f64) -> Self {
        Self::Adam {
            rate,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
        }
    }

    /// Gradient flow with tolerance 1e−9.
    pub const fn gradient_flow(interval: f64) -> Self {
        Self::GradientFlow {
            interval,
            tolerance: 1e-9,
        }
    }

    /// Checks every parameter.
    ///
    /// # Errors
    /// A parameter outside its domain.
    pub fn validate(&self) -> Result<()> {
        let below_one = |name: &str, value: f64| {
            if non_negative(name, value)? < 1.0 {
                Ok(())
            } else {
                Err(Error::invalid(name, "a number in [0, 1)", value))
            }
        };
        match *self {
            Self::GradientDescent { rate } => positive("rate", rate).map(drop),
            Self::Momentum { rate, momentum, .. } => {
                positive("rate", rate)?;
                below_one("momentum", momentum)
            }
            Self::Stochastic {
                rate,
                momentum,
                batch,
                ..
            } => {
                positive("rate", rate)?;
                if batch == 0 {
                    return Err(Error::invalid("batch", "at least one point", 0));
                }
                below_one("momentum", momentum)
            }
            Self::Adam {
                rate,
                beta1,
                beta2,
                epsilon,
            } => {
                positive("rate", rate)?;
                positive("epsilon", epsilon)?;
                below_one("beta1", beta1)?;
                below_one("beta2", beta2)
            }
            Self::GradientFlow {
                interval,
                tolerance,
            } => {
                positive("interval", interval)?;
                positive("tolerance", tolerance).map(drop)
            }
        }
    }
}
