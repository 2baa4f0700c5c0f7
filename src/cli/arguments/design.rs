//! The arguments of `design`.

use super::PictureOptions;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct DesignCommandOptions {
    /// The wanted weight as a formula in r: r^4, exp(2*r), r^4/(1+r^2).
    #[arg(long, required_unless_present_any = ["table", "weight_of", "kernel", "gegenbauer"], conflicts_with_all = ["table", "weight_of"])]
    pub weight: Option<String>,
    /// The wanted weight as a table: CSV with two columns, frequency and weight.
    #[arg(long, conflicts_with = "weight_of")]
    pub table: Option<PathBuf>,
    /// The weight of this activation, in dimension --weight-dim.
    #[arg(long, requires = "weight_dim")]
    pub weight_of: Option<String>,
    /// The dimension in which that activation has its weight.
    #[arg(long)]
    pub weight_dim: Option<usize>,
    /// Instead of a weight: the kernel κ(ρ) = Σ a_k ρ^k of ρ = ⟨x,x′⟩ on the unit sphere, by a_0,a_1,…
    #[arg(
        long,
        value_name = "A0,A1,…",
        value_delimiter = ',',
        requires = "kind",
        conflicts_with_all = ["weight", "table", "weight_of", "gegenbauer", "dim", "phase", "band"]
    )]
    pub kernel: Vec<f64>,
    /// The same by c_0,c_1,… in κ(ρ) = Σ c_k P_k(ρ), P_k the Gegenbauer polynomials of the sphere in dimension --dim, P_k(1) = 1.
    #[arg(
        long,
        value_name = "C0,C1,…",
        value_delimiter = ',',
        requires = "kind",
        requires = "dim",
        conflicts_with_all = ["weight", "table", "weight_of", "phase", "band"]
    )]
    pub gegenbauer: Vec<f64>,
    /// Which kernel that is: nngp or ntk (one hidden layer, no biases, everything trained).
    #[arg(long)]
    pub kind: Option<String>,
    /// The sign of each Hermite coefficient of φ, 1 or -1: the kernel does not tell them. All + without it.
    #[arg(long, value_delimiter = ',', requires = "kind")]
    pub signs: Vec<f64>,
    /// Input dimension of the design.
    #[arg(long, required_unless_present = "kernel")]
    pub dim: Option<usize>,
    /// even, odd, or the angle θ of a blend: cos θ · even + sin θ · odd.
    #[arg(long, required_unless_present_any = ["kernel", "gegenbauer"])]
    pub phase: Option<String>,
    /// The frequencies low,high between which the weight is to be achieved.
    #[arg(long, value_delimiter = ',')]
    pub band: Vec<f64>,
    /// The largest relative error of the achieved weight there.
    #[arg(long, default_value_t = 1e-6)]
    pub tolerance: f64,
    /// Samples are taken from −reach to reach; without it 10 for a weight, 3 for a kernel.
    #[arg(long)]
    pub reach: Option<f64>,
    /// The number of samples; one fewer where φ is infinite at 0.
    #[arg(long, default_value_t = 401)]
    pub samples: usize,
    /// Write samples, pieces and B-spline coefficients to this JSON file.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Write NumPy source to this file.
    #[arg(long)]
    pub numpy: Option<PathBuf>,
    /// Write PyTorch source to this file.
    #[arg(long)]
    pub pytorch: Option<PathBuf>,
    /// Write JAX source to this file.
    #[arg(long)]
    pub jax: Option<PathBuf>,
    #[command(flatten)]
    pub pictures: PictureOptions,
}
