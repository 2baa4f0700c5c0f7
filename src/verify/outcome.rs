//! What a comparison of predicted and trained functions found.

use super::Slope;
use crate::data::Dataset;
use nalgebra::DVector;
use std::fmt;

/// The distance between the trained and the predicted function at the same step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// Root mean square over the test points.
    pub rms: f64,
    /// The largest over the test points.
    pub sup: f64,
    /// In the kernel's seminorm, relative to the predicted function: with δ the difference at the training
    /// points and p the predicted change there, √(δᵀ(Θ+λI)⁻¹δ / pᵀ(Θ+λI)⁻¹p), λ = 1/(ηT). The ridge is the one
    /// that early stopping at step T amounts to: what was not yet learnt does not count.
    pub seminorm_relative: f64,
}

/// One trained network.
#[derive(Clone, Debug)]
pub struct TrainedNetwork {
    /// Its number of neurons.
    pub width: usize,
    /// Its seed.
    pub seed: u64,
    /// Its distance to the prediction at the last step.
    pub gap: Gap,
    /// RMS over the test points of its distance to the predicted limit t = ∞, where that is determined.
    pub distance_to_limit: Option<f64>,
    /// Σ_g ‖θ_g − θ_g(0)‖²/rate_g at the last step.
    pub cost: f64,
    /// ‖Θ_T − Θ_0‖/‖Θ_0‖ of its empirical tangent kernel on the training points (Frobenius).
    pub kernel_movement: f64,
    /// ‖Θ_0 − Θ‖/‖Θ‖: how far its kernel at the start is from the limit of infinite width.
    pub kernel_deviation: f64,
    /// ½Σ(f−y)² at the recorded steps.
    pub loss: Vec<f64>,
    /// The residual's amplitude in each frequency band at the recorded steps, relative to the data's
    /// (empty if the data are on no grid).
    pub band_error: Vec<Vec<f64>>,
}

/// A penalty curve: the natural logarithm of the weight against frequency.
#[derive(Clone, Debug)]
pub struct PenaltyCurve {
    /// Angular frequencies ‖k‖.
    pub frequency: Vec<f64>,
    /// ln weight; `None` where it is infinite.
    pub log_weight: Vec<Option<f64>>,
    /// How it grows, in words.
    pub decay: String,
    /// The degree of the polynomials that cost nothing (−1: none).
    pub null_space_degree: i32,
}

/// Everything found for one model on one data set.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The activation.
    pub activation: String,
    /// The ensemble, in the notation of the command line.
    pub ensemble: String,
    /// The trained groups, likewise.
    pub trained: String,
    /// The name of the data.
    pub data: String,
    /// The training data.
    pub train: Dataset,
    /// The test data.
    pub test: Dataset,
    /// The number of steps of gradient descent.
    pub steps: u64,
    /// The step size η.
    pub rate: f64,
    /// The penalty, where the ensemble has one that is a Fourier multiplier.
    pub penalty: Option<PenaltyCurve>,
    /// The steps at which loss and band errors are recorded, ascending, the last being `steps`.
    pub recorded: Vec<u64>,
    /// The predicted loss there.
    pub predicted_loss: Vec<f64>,
    /// The frequency of each band (empty if the data are on no grid).
    pub bands: Vec<f64>,
    /// The predicted error of each band at each recorded step.
    pub predicted_band_error: Vec<Vec<f64>>,
    /// The prediction at the last step, at the training points followed by the test points.
    pub predicted: DVector<f64>,
    /// The predicted limit t = ∞ at the same points; `None` where the kernel's Gram matrix is too
    /// ill-conditioned to determine it in double precision.
    pub limit: Option<DVector<f64>>,
    /// RMS over the test points between the prediction at the last step and the limit.
    pub predicted_distance_to_limit: Option<f64>,
    /// The trained function at the same points: the widest network of the first seed.
    pub trained_function: DVector<f64>,
    /// The predicted ‖θ − θ₀‖² at the last step.
    pub predicted_cost: f64,
    /// Its limit (y−f₀)ᵀΘ⁻¹(y−f₀), where that is determined.
    pub limit_cost: Option<f64>,
    /// The condition number of the predicted kernel's Gram matrix.
    pub condition: f64,
    /// Every network that was trained, by width and seed.
    pub networks: Vec<TrainedNetwork>,
    /// The slope of ln RMS gap on ln width, if more than one width was trained.
    pub slope: Option<Slope>,
    /// What it comes to.
    pub verdict: Verdict,
}

impl Comparison {
    /// The widths that were trained, ascending.
    pub fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self.networks.iter().map(|n| n.width).collect();
        widths.sort_unstable();
        widths.dedup();
        widths
    }

    /// The mean over the seeds of one width.
    pub fn mean(&self, width: usize, quantity: impl Fn(&TrainedNetwork) -> f64) -> f64 {
        let values: Vec<f64> = self
            .networks
            .iter()
            .filter(|n| n.width == width)
            .map(quantity)
            .collect();
        values.iter().sum::<f64>() / values.len() as f64
    }
}

/// Whether theory and simulation agree.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// The gap closes like width^{−½}, within the band.
    Agrees {
        /// The reason in words, with the numbers.
        why: String,
    },
    /// It does not, and where.
    Differs {
        /// The reason in words, with the numbers.
        why: String,
    },
    /// Too few widths to say.
    Undecided {
        /// What is missing.
        why: String,
    },
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agrees { why } => write!(f, "agrees: {why}"),
            Self::Differs { why } => write!(f, "differs: {why}"),
            Self::Undecided { why } => write!(f, "undecided: {why}"),
        }
    }
}
