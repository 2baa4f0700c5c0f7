//! The arguments of every command.

mod design;
mod kernel;

pub use design::DesignCommandOptions;
pub use kernel::{KernelOptions, NetworkOptions, SpectrumDomain, SpectrumOptions};

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// What a shallow network prefers, computed before it is trained – and checked against a network that is.
#[derive(Debug, Parser)]
#[command(name = "spectral-bias", version, propagate_version = true)]
#[command(
    after_help = "Start here:\n  spectral-bias verify --out report      train networks on embedded data and compare them with theory\n  spectral-bias activations               list the activations and their Fourier transforms"
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    /// Print one JSON object instead of a table.
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the activations: names, parameters, Fourier transforms.
    #[command(after_help = "Example:\n  spectral-bias activations --json")]
    Activations,
    /// The penalty weight 1/K̂ that training puts on each frequency.
    #[command(
        after_help = "Examples:\n  spectral-bias penalty --activation relu --dim 2 --frequency 0.5,1,2\n  spectral-bias penalty --activation tanh --dim 1 --frequency 1,10,100 --train output,offset --scale-law gaussian:std=1"
    )]
    Penalty(PenaltyOptions),
    /// The seminorm of a function: its cost for the network.
    #[command(
        after_help = "Examples:\n  spectral-bias seminorm --activation relu --dim 2 --target gaussian:width=1\n  spectral-bias seminorm --activation gelu --dim 1 --grid samples.npy --spacing 0.05\n  spectral-bias seminorm --activation relu --dim 2 --target gaussian:width=1 --variation --breakdown\n  spectral-bias seminorm --activation relu --dim 1 --target gaussian:width=1 --ensemble gaussian:weight_std=1,bias_std=1 --radius 2\n  spectral-bias seminorm --activation tanh --dim 3 --target gaussian:width=2 --ensemble radon:offset_std=1,scale_std=1 --radius 1 --json\n\nWithout --ensemble: unit density of offsets, an integral over frequencies. With it: an integral over the neurons that make the\nfunction on all of R^d (Radon form: outputs trained, homogeneous activations or unbounded offsets). With --radius too: the least norm\nof what equals the function on the ball, for any activation, groups and ensemble, from samples: lower is proven, the rest is\ncontinued by its decay."
    )]
    Seminorm(SeminormOptions),
    /// Dual activations E φ(u)φ(v) and E φ′(u)φ′(v) of Gaussian pairs.
    #[command(
        after_help = "Examples:\n  spectral-bias dual --activation erf --variance 1,1 --correlation 1,0.6,0,-1\n  spectral-bias dual --activation relu --variance 1,1 --one-minus 1e-20,1e-10\n  spectral-bias dual --activation hat --variance 1,2 --mean 0.5,-1 --correlation 0.3\n\nE φ′(u)φ′(v) contains the deltas of a step, infinite where they meet (null in JSON, as what is beyond the largest double).\nA variance 0 is the constant 0, where a step has the mean of its limits."
    )]
    Dual(DualOptions),
    /// Gram and cross matrices of the NNGP or neural tangent kernel.
    #[command(
        after_help = "Examples:\n  spectral-bias kernel --activation relu --points X.csv --kind ntk --depth 2\n  spectral-bias kernel --activation relu --activation tanh --weight-std 1.4,1 --weight-rate 0,1 --points X.csv --kind ntk\n  spectral-bias kernel --activation gelu --ensemble radon:radius=3 --train output,offset --points X.csv --against Z.csv\n  spectral-bias kernel --activation relu --points X.csv --kind ntk --width 256 --networks 100\n\nWithout --ensemble: a fully connected network, read-out std 1, no output bias, every rate 1 unless said otherwise."
    )]
    Kernel(KernelOptions),
    /// Eigenvalues of a kernel: sphere, circle, hypercube, Gaussian points, data, interval, torus, R^d.
    #[command(
        after_help = "Examples:\n  spectral-bias spectrum --activation relu --kind ntk --domain sphere --dim 3 --degrees 8\n  spectral-bias spectrum --activation tanh --kind nngp --domain hypercube --dim 20 --degrees 10 --weight-std 2 --depth 3\n  spectral-bias spectrum --activation relu --kind ntk --domain sphere --dim 8 --degrees 60 --power 0,1,0.5 --samples 30,100,300 --noise 0.01\n  spectral-bias spectrum --activation gelu --kind ntk --domain points --data train.csv --samples 20,50\n  spectral-bias spectrum --activation relu --ensemble radon:radius=1 --domain interval --interval -1,1 --functions 3 --json\n  spectral-bias spectrum --activation relu --domain torus --dim 2 --side 2 --degrees 20\n  spectral-bias spectrum --activation gelu --domain space --dim 3 --frequency 0.5,1,2\n\nEigenvalues are with respect to the uniform probability: K(x,x') = Σ λ_k N_k P_k(t), P_k(1) = 1, N_k the multiplicity.\nPoints of sphere and circle have norm 1, corners of the hypercube entries ±1. Gaussian is the limit of high dimension: λ_k N_k.\nTorus and space: unit density of offsets unless --ensemble says otherwise; eigenvalues K̂(2π‖m‖/L)/L^d and the density K̂(‖k‖)."
    )]
    Spectrum(Box<SpectrumOptions>),
    /// The function that theory says training will find.
    #[command(
        after_help = "Examples:\n  spectral-bias interpolate --activation relu --data train.csv --at test.csv\n  spectral-bias interpolate --activation tanh --data train.csv --at test.csv --ensemble gaussian:weight_std=1,bias_std=1 --train output,bias,weight --time 100"
    )]
    Interpolate(InterpolateOptions),
    /// An activation designed for a penalty weight, or for a kernel on the sphere.
    #[command(
        after_help = "Examples:\n  spectral-bias design --weight \"r^4\" --dim 1 --phase even\n  spectral-bias design --weight \"exp(2*r)\" --dim 2 --phase odd --out activation.json --pytorch activation.py\n  spectral-bias design --weight-of gelu --weight-dim 1 --dim 3 --phase even --band 0.2,3 --plot design.svg\n  spectral-bias design --kernel 0.5,1,0,0.25 --kind ntk --signs 1,1,1,-1 --plot design.png\n\nWeights are 1/K̂ of `penalty`: outputs trained, scale 1, unit density of offsets. φ is unique up to its phase and\nthe polynomials of the null space. A kernel gives a polynomial φ = Σ b_k He_k/√k!, b_k² = a_k (nngp) or a_k/(k+1) (ntk), up to the signs."
    )]
    Design(DesignCommandOptions),
    /// Integrals over hyperplanes: the Radon transform of a function or an image.
    #[command(
        after_help = "Examples:\n  spectral-bias radon --target j0 --directions 1 --offsets 21\n  spectral-bias radon --image photo.png --directions 180 --offsets 256 --json\n  spectral-bias radon --target shepp-logan --directions 180 --offsets 257 --plot sinogram.svg"
    )]
    Radon(RadonOptions),
    /// The neurons a function is made of: its representing density, and a network drawn from it.
    #[command(
        after_help = "Examples:\n  spectral-bias represent --activation relu --target j0 --dim 2\n  spectral-bias represent --activation tanh --target gaussian:width=0.5 --dim 2 --width 1000 --seed 7 --json\n  spectral-bias represent --activation relu --target doppler --dim 2 --band-limit 40 --width 4000 --draws quasi-random\n\nf(x) = E_ξ ∫ α(ξ,γ) φ(s(⟨ξ,x⟩−γ)) dγ + a polynomial, for ‖x‖ ≤ radius."
    )]
    Represent(RepresentOptions),
    /// Train a finite network by real gradient descent.
    #[command(
        after_help = "Example:\n  spectral-bias train --activation gelu --data train.csv --width 1024 --steps 500 --seed 7 --checkpoint run.json"
    )]
    Train(TrainOptions),
    /// Train networks of several widths and compare them with the prediction; writes an HTML report.
    #[command(
        after_help = "Examples:\n  spectral-bias verify\n  spectral-bias verify --data train.csv --activation relu --activation hat --width 256,1024,4096 --out report"
    )]
    Verify(VerifyOptions),
    /// Print a completion script for a shell.
    #[command(
        after_help = "Example:\n  spectral-bias completions bash > ~/.local/share/bash-completion/completions/spectral-bias"
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub struct PenaltyOptions {
    /// The activation, e.g. relu, leaky-relu:slope=0.1, formula:z*tanh(z), table:phi.csv.
    #[arg(long)]
    pub activation: String,
    /// Input dimension.
    #[arg(long)]
    pub dim: usize,
    /// Frequencies ‖k‖ > 0, in radians per unit length.
    #[arg(long, value_delimiter = ',', required = true)]
    pub frequency: Vec<f64>,
    #[command(flatten)]
    pub multiplier: MultiplierOptions,
}

/// What decides a Fourier multiplier besides activation and dimension.
#[derive(Debug, Args)]
pub struct MultiplierOptions {
    /// Trained groups: output, offset, scale or output, bias; a rate may follow, as in output=1,offset=0.1.
    #[arg(long, default_value = "output")]
    pub train: String,
    /// The scale s of every neuron.
    #[arg(long, default_value_t = 1.0, conflicts_with = "scale_law")]
    pub scale: f64,
    /// The law of scales: gaussian:std=σ (s = ‖w‖, w ~ N(0, σ²I)), half-normal:std=σ, uniform:low=a,high=b.
    #[arg(long)]
    pub scale_law: Option<String>,
    /// √E(v²) of the output weights; used by offset, bias and scale.
    #[arg(long, default_value_t = 1.0)]
    pub output_std: f64,
}

#[derive(Debug, Args)]
pub struct SeminormOptions {
    /// The activation.
    #[arg(long)]
    pub activation: String,
    /// Input dimension.
    #[arg(long)]
    pub dim: usize,
    /// A function with known transform: gaussian:width=1, doppler, j0, step, sines:…
    #[arg(long, required_unless_present = "grid", conflicts_with = "grid")]
    pub target: Option<String>,
    /// Samples on a regular grid (.npy, one axis per dimension); the function is 0 outside.
    #[arg(long, requires = "spacing")]
    pub grid: Option<PathBuf>,
    /// The spacing of that grid.
    #[arg(long)]
    pub spacing: Option<f64>,
    /// How neurons are drawn: radon:radius=R, radon:offset_std=1,scale_std=1, gaussian:weight_std=1,bias_std=1, …
    #[arg(long, conflicts_with_all = ["grid", "scale", "scale_law"])]
    pub ensemble: Option<String>,
    /// The function counts for ‖x‖ ≤ this only.
    #[arg(long, requires = "ensemble")]
    pub radius: Option<f64>,
    /// Also the variation norm ∫|α| of the representing density.
    #[arg(long, conflicts_with = "grid")]
    pub variation: bool,
    /// Also where the cost lies: by frequency (a grid: shells and directions), with --ensemble by direction and offset.
    #[arg(long, conflicts_with = "radius")]
    pub breakdown: bool,
    /// The frequencies, with --ensemble the offsets, between which the breakdown counts.
    #[arg(long, value_delimiter = ',', requires = "breakdown")]
    pub between: Vec<f64>,
    #[command(flatten)]
    pub multiplier: MultiplierOptions,
    #[command(flatten)]
    pub pictures: PictureOptions,
}

/// Where the answer is drawn.
#[derive(Debug, Args)]
pub struct PictureOptions {
    /// Draw the answer into this file, .svg or .png.
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
    /// Write an HTML page with the drawing and the numbers, its plots and JSON to this folder.
    #[arg(long, value_name = "FOLDER")]
    pub report: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct DualOptions {
    /// The activation, e.g. relu, hat(2*z), 0.5*relu + tanh, formula:z*tanh(z), table:phi.csv; see `activations`.
    #[arg(long)]
    pub activation: String,
    /// The variances q11,q22 of u and v.
    #[arg(long, value_delimiter = ',', default_values_t = [1.0, 1.0])]
    pub variance: Vec<f64>,
    /// Correlations in [−1, 1].
    #[arg(
        long,
        value_delimiter = ',',
        required_unless_present_any = ["one_minus", "one_plus"]
    )]
    pub correlation: Vec<f64>,
    /// Instead: 1 − correlation in [0, 2], which keeps its digits near 1.
    #[arg(long, value_delimiter = ',', conflicts_with = "correlation")]
    pub one_minus: Vec<f64>,
    /// Instead: 1 + correlation in [0, 2], which keeps its digits near −1.
    #[arg(
        long,
        value_delimiter = ',',
        conflicts_with_all = ["correlation", "one_minus"]
    )]
    pub one_plus: Vec<f64>,
    /// The means of u and v.
    #[arg(long, value_delimiter = ',', default_values_t = [0.0, 0.0])]
    pub mean: Vec<f64>,
}

#[derive(Debug, Args)]
pub struct InterpolateOptions {
    /// The activation.
    #[arg(long)]
    pub activation: String,
    /// Data: CSV (last column the target, header optional) or .npy.
    #[arg(long)]
    pub data: PathBuf,
    /// Points at which to predict.
    #[arg(long)]
    pub at: PathBuf,
    /// How neurons are drawn: radon:radius=inf, radon:radius=3, gaussian:weight_std=1,bias_std=1, …
    #[arg(long, default_value = "radon:radius=inf")]
    pub ensemble: String,
    /// Trained groups.
    #[arg(long, default_value = "output")]
    pub train: String,
    /// Ridge λ ≥ 0 added to the kernel's diagonal.
    #[arg(long, default_value_t = 0.0)]
    pub ridge: f64,
    /// Time t of gradient flow on ½Σ(f−y)²; without it the limit t = ∞.
    #[arg(long)]
    pub time: Option<f64>,
}

#[derive(Debug, Args)]
pub struct RadonOptions {
    /// A function: gaussian:width=1, ball:radius=1, j0, doppler, shepp-logan, …
    #[arg(long, required_unless_present = "image", conflicts_with = "image")]
    pub target: Option<String>,
    /// An image: PNG (0 black, 1 white), .npy or CSV; the longer side is 2 unless --spacing says otherwise.
    #[arg(long)]
    pub image: Option<PathBuf>,
    /// The number of directions, spread over half of the sphere: angles kπ/N in the plane, a Fibonacci spiral in d = 3, the first axis
    /// and a Kronecker sequence above.
    #[arg(long)]
    pub directions: usize,
    /// The number of offsets, equally spaced from −reach to reach.
    #[arg(long)]
    pub offsets: usize,
    /// The largest offset; 1 for a function, half the diagonal for an image without it.
    #[arg(long)]
    pub reach: Option<f64>,
    /// Input dimension of the function.
    #[arg(long, default_value_t = 2, conflicts_with = "image")]
    pub dim: usize,
    /// The side of a pixel.
    #[arg(long, conflicts_with = "target")]
    pub spacing: Option<f64>,
    /// constant (on each pixel: for means over pixels) or linear (between centres: for point samples).
    #[arg(long, default_value = "constant", conflicts_with = "target")]
    pub pixels: String,
    /// Rays of this width, in pixels: means over lines across it. About 1 for constant pixels, ½ for linear ones.
    #[arg(long, conflicts_with = "target")]
    pub ray_width: Option<f64>,
    /// The lines of a ray with a width.
    #[arg(long, default_value_t = 4, requires = "ray_width")]
    pub ray_lines: usize,
    #[command(flatten)]
    pub pictures: PictureOptions,
}

#[derive(Debug, Args)]
pub struct RepresentOptions {
    /// The activation.
    #[arg(long)]
    pub activation: String,
    /// A function: gaussian:width=1, j0, doppler, ball:radius=0.75, shepp-logan, …
    #[arg(long)]
    pub target: String,
    /// Input dimension.
    #[arg(long)]
    pub dim: usize,
    /// The function is represented for ‖x‖ ≤ this.
    #[arg(long, default_value_t = 1.0)]
    pub radius: f64,
    /// The scale s of every neuron.
    #[arg(long, default_value_t = 1.0)]
    pub scale: f64,
    /// Represent only frequencies ‖k‖ up to this; functions with jumps need it.
    #[arg(long)]
    pub band_limit: Option<f64>,
    /// How the band ends: ram-lak (sharply), shepp-logan, cosine, hamming, hann.
    #[arg(long, default_value = "hann", requires = "band_limit")]
    pub window: String,
    /// Tikhonov's λ ≥ 0: α̂ = conj(φ̂) ĥ/(|φ̂|² + λ).
    #[arg(long, default_value_t = 0.0)]
    pub tikhonov: f64,
    /// The number of directions at which α is listed, spread over half of the sphere, as in `radon`; one tells all of functions
    /// that are radial about the origin.
    #[arg(long, default_value_t = 1)]
    pub directions: usize,
    /// The number of offsets, equally spaced over those of neurons that bend on the ball.
    #[arg(long, default_value_t = 21)]
    pub offsets: usize,
    /// Draw a network of so many neurons.
    #[arg(long)]
    pub width: Option<usize>,
    /// The seed of the draws.
    #[arg(long, default_value_t = 0, requires = "width")]
    pub seed: u64,
    /// independent, antithetic, quasi-random.
    #[arg(long, default_value = "independent", requires = "width")]
    pub draws: String,
    /// Draw from the plain ensemble (directions and offsets uniform) with importance weights, instead of |α|.
    #[arg(long, requires = "width")]
    pub plain: bool,
    #[command(flatten)]
    pub pictures: PictureOptions,
}

#[derive(Debug, Args)]
pub struct TrainOptions {
    /// The activation.
    #[arg(long)]
    pub activation: String,
    /// Data: CSV (last column the target, header optional) or .npy.
    #[arg(long)]
    pub data: PathBuf,
    /// Points at which to report the trained function; the data's own without it.
    #[arg(long)]
    pub at: Option<PathBuf>,
    /// The number of neurons.
    #[arg(long)]
    pub width: usize,
    /// The number of steps.
    #[arg(long)]
    pub steps: usize,
    /// The step size η; without it half of the largest stable one, 1/λ_max of the tangent kernel.
    #[arg(long)]
    pub rate: Option<f64>,
    /// The seed of every random draw.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// How neurons are drawn; without it radon, the radius a tenth beyond the data and the scale such that a
    /// neuron's unit spans two mean spacings of the data.
    #[arg(long)]
    pub ensemble: Option<String>,
    /// Trained groups.
    #[arg(long, default_value = "output,bias")]
    pub train: String,
    /// gd, momentum:beta=0.9, nesterov:beta=0.9, sgd:batch=32, adam, flow.
    #[arg(long, default_value = "gd")]
    pub optimiser: String,
    /// Stop once the loss is below this.
    #[arg(long)]
    pub loss_below: Option<f64>,
    /// √E(v²) of the output weights at the start.
    #[arg(long, default_value_t = 1.0)]
    pub output_std: f64,
    /// Start from the random function itself instead of zero (no antisymmetric doubling).
    #[arg(long)]
    pub plain: bool,
    /// Keep the run in this file, and resume from it if it exists.
    #[arg(long)]
    pub checkpoint: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct VerifyOptions {
    /// Data: CSV (last column the target) or .npy; the embedded records of nature without it.
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// An activation; repeat for several. Without it relu, tanh, gelu and hat.
    #[arg(long)]
    pub activation: Vec<String>,
    /// Widths to train.
    #[arg(long, value_delimiter = ',', default_values_t = [256, 1024, 4096])]
    pub width: Vec<usize>,
    /// Networks of each width.
    #[arg(long, default_value_t = 8)]
    pub seeds: usize,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Steps of gradient descent.
    #[arg(long, default_value_t = 40)]
    pub steps: usize,
    /// The step size as a part of the largest stable one, 2/λ_max of the predicted kernel.
    #[arg(long, default_value_t = 0.75)]
    pub rate: f64,
    /// How neurons are drawn; without it radon, the radius a tenth beyond the data and the scale such that a
    /// neuron's unit spans two mean spacings of the data.
    #[arg(long)]
    pub ensemble: Option<String>,
    /// Trained groups.
    #[arg(long, default_value = "output,bias")]
    pub train: String,
    /// The folder for the HTML report, its plots, JSON and CSV.
    #[arg(long, default_value = "report")]
    pub out: PathBuf,
}
