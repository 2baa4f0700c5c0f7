//! The arguments of `kernel` and `spectrum`.

use super::PictureOptions;
use clap::Args;
use std::path::PathBuf;

/// A number of hidden layers.
fn layers(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(depth) if depth > 0 => Ok(depth),
        _ => Err("expected a whole number of hidden layers, at least 1".into()),
    }
}

/// What has a kernel: a fully connected network z = σ_w⟨w,h⟩/√n + σ_b b in every layer, or a shallow one from an ensemble.
#[derive(Debug, Args)]
pub struct NetworkOptions {
    /// The activation; repeat it for hidden layers of different ones, the first next to the inputs.
    #[arg(long, required = true)]
    pub activation: Vec<String>,
    /// nngp or ntk, of layers; an ensemble has the tangent kernel of what --train says.
    #[arg(long)]
    pub kind: Option<String>,
    /// σ_w, one number or one for each hidden layer [default: 1]
    #[arg(long, value_delimiter = ',', help_heading = "Network")]
    pub weight_std: Vec<f64>,
    /// σ_b, one number or one for each hidden layer [default: 0]
    #[arg(long, value_delimiter = ',', help_heading = "Network")]
    pub bias_std: Vec<f64>,
    /// The number of hidden layers [default: 1, or one for each activation]
    #[arg(long, value_parser = layers, help_heading = "Network")]
    pub depth: Option<usize>,
    /// Learning rates of the weights, one or one for each hidden layer; 0 freezes [default: 1]
    #[arg(long, value_delimiter = ',', help_heading = "Network")]
    pub weight_rate: Vec<f64>,
    /// Learning rates of the biases, likewise [default: 1]
    #[arg(long, value_delimiter = ',', help_heading = "Network")]
    pub bias_rate: Vec<f64>,
    /// Biases start at 0 and are trained: z = σ_w⟨w,h⟩/√n + σ_b b, b = 0.
    #[arg(long, help_heading = "Network")]
    pub biases_from_zero: bool,
    /// The standard deviation of the read-out weights [default: 1]
    #[arg(long, help_heading = "Network")]
    pub readout_std: Option<f64>,
    /// Their learning rate [default: 1]
    #[arg(long, help_heading = "Network")]
    pub readout_rate: Option<f64>,
    /// The standard deviation of a bias of the output [default: 0]
    #[arg(long, help_heading = "Network")]
    pub output_bias_std: Option<f64>,
    /// Its learning rate, which the tangent kernel gains as it is; a hidden layer's bias adds rate·σ_b² [default: 0]
    #[arg(long, help_heading = "Network")]
    pub output_bias_rate: Option<f64>,
    /// ntk or standard (gradient descent in W = σ_w w/√n and B = σ_b b) [default: ntk]
    #[arg(long, help_heading = "Network")]
    pub parameterisation: Option<String>,
    /// Instead of layers: how the neurons of a shallow network are drawn, radon:radius=3, radon:offset_std=1,scale_std=1, …
    #[arg(long, help_heading = "Ensemble")]
    pub ensemble: Option<String>,
    /// The trained groups of an ensemble, as in output=1,offset=0.1 [default: output]
    #[arg(long, help_heading = "Ensemble")]
    pub train: Option<String>,
    /// √E(v²) of the output weights of an ensemble [default: 1]
    #[arg(long, help_heading = "Ensemble")]
    pub output_std: Option<f64>,
}

#[derive(Debug, Args)]
pub struct KernelOptions {
    #[command(flatten)]
    pub network: NetworkOptions,
    /// Points: CSV (all columns inputs) or .npy.
    #[arg(long)]
    pub points: PathBuf,
    /// Other points; the matrix is then points × these.
    #[arg(long, conflicts_with = "width")]
    pub against: Option<PathBuf>,
    /// Instead of the limit: the mean over drawn networks of this width, one number or one for each hidden layer
    /// (of steps φ′ is 0 almost everywhere, and adds nothing).
    #[arg(long, value_delimiter = ',', help_heading = "Drawn networks")]
    pub width: Vec<usize>,
    /// How many are drawn.
    #[arg(
        long,
        requires = "width",
        default_value_t = 100,
        help_heading = "Drawn networks"
    )]
    pub networks: usize,
    /// The first seed.
    #[arg(
        long,
        requires = "width",
        default_value_t = 0,
        help_heading = "Drawn networks"
    )]
    pub seed: u64,
}

#[derive(Debug, Args)]
pub struct SpectrumOptions {
    #[command(flatten)]
    pub network: NetworkOptions,
    /// Where the points lie.
    #[arg(long, value_enum)]
    pub domain: SpectrumDomain,
    /// The dimension d of the inputs (2 for the circle, 1 for an interval; the Gaussian limit and data need none).
    #[arg(long)]
    pub dim: Option<usize>,
    /// How many degrees, from 0: ‖m‖² on the torus (of ensembles with offsets everywhere, or to R ≥ L√d/2), the index of the eigenvalue on points and intervals.
    #[arg(long, default_value_t = 8)]
    pub degrees: usize,
    /// The points of the domain `points`: CSV (all columns inputs) or .npy.
    #[arg(long, conflicts_with = "data", help_heading = "Domain")]
    pub points: Option<PathBuf>,
    /// The same with a target in the last column, whose power in every mode is then answered.
    #[arg(long, conflicts_with = "power", help_heading = "Domain")]
    pub data: Option<PathBuf>,
    /// The ends of the interval [default: -1,1]
    #[arg(long, value_delimiter = ',', help_heading = "Domain")]
    pub interval: Vec<f64>,
    /// Gauss–Legendre nodes on the interval [default: 200]
    #[arg(long, help_heading = "Domain")]
    pub nodes: Option<usize>,
    /// The side L of the torus [default: 2π]
    #[arg(long, help_heading = "Domain")]
    pub side: Option<f64>,
    /// Frequencies ‖k‖ > 0 of the domain `space`, in radians per unit length.
    #[arg(long, value_delimiter = ',', help_heading = "Domain")]
    pub frequency: Vec<f64>,
    /// So many eigenfunctions on points or an interval, of norm 1 under the measure.
    #[arg(long, help_heading = "Domain")]
    pub functions: Option<usize>,
    /// Where they are evaluated; at the points or nodes themselves without it.
    #[arg(long, requires = "functions", help_heading = "Domain")]
    pub at: Option<PathBuf>,
    /// The power law is fitted from this degree on [default: the upper half of the degrees]
    #[arg(long)]
    pub decay_from: Option<usize>,
    /// Learning curve: numbers of training points (asymptotic prediction of the mean test error).
    #[arg(long, value_delimiter = ',', help_heading = "Learning curve")]
    pub samples: Vec<f64>,
    /// The power Σv² of the target in every degree.
    #[arg(
        long,
        value_delimiter = ',',
        requires = "samples",
        help_heading = "Learning curve"
    )]
    pub power: Vec<f64>,
    /// The ridge added to the Gram matrix.
    #[arg(
        long,
        default_value_t = 0.0,
        requires = "samples",
        help_heading = "Learning curve"
    )]
    pub ridge: f64,
    /// The variance of the noise in the targets.
    #[arg(
        long,
        default_value_t = 0.0,
        requires = "samples",
        help_heading = "Learning curve"
    )]
    pub noise: f64,
    #[command(flatten)]
    pub pictures: PictureOptions,
}

/// Where the points of a spectrum lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum SpectrumDomain {
    /// ‖x‖ = 1 in R^d.
    Sphere,
    /// ‖x‖ = 1 in the plane.
    Circle,
    /// Standard Gaussian points in high dimension.
    Gaussian,
    /// {±1}^d.
    Hypercube,
    /// A data set.
    Points,
    /// Uniform on [a, b].
    Interval,
    /// (R/LZ)^d, translation-invariant kernels (ensembles with uniform offsets).
    Torus,
    /// R^d: the spectral density of the same.
    Space,
}
