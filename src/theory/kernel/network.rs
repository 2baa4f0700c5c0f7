//! Fully connected networks of any depth: NNGP and neural tangent kernels with a law, an activation and
//! learning rates per layer.

use super::dual::{AtVariance, Covariance, DualActivation, DualValue, Layer};
use super::gaussian::GaussianKind;
use super::kernel::{Kernel, OneByOne, Pairs, inner};
use crate::data::Points;
use crate::error::{Error, Result, non_negative, positive};
use crate::model::Activation;
use crate::numerics::{Estimate, special::Correlation};

/// A hidden layer z = σ_w⟨w,h⟩/√n + σ_b b, φ(z): n its number of inputs, w and b standard normal.
#[derive(Clone, Debug)]
pub struct DenseLayer {
    activation: Activation,
    weight_std: f64,
    bias_std: f64,
    bias_scale: f64,
    weight_rate: f64,
    bias_rate: f64,
}

impl DenseLayer {
    /// With all rates 1.
    ///
    /// # Errors
    /// σ_w not finite or not > 0, σ_b negative or not finite.
    pub fn new(activation: &Activation, weight_std: f64, bias_std: f64) -> Result<Self> {
        let bias_std = non_negative("bias_std", bias_std)?;
        Ok(Self {
            activation: activation.clone(),
            weight_std: positive("weight_std", weight_std)?,
            bias_std,
            bias_scale: bias_std,
            weight_rate: 1.0,
            bias_rate: 1.0,
        })
    }

    /// With other learning rates; 0 freezes.
    ///
    /// # Errors
    /// Rates that are negative or not finite.
    pub fn with_rates(mut self, weight: f64, bias: f64) -> Result<Self> {
        self.weight_rate = non_negative("weight_rate", weight)?;
        self.bias_rate = non_negative("bias_rate", bias)?;
        Ok(self)
    }

    /// With biases that start at 0 and are trained: z = σ_w⟨w,h⟩/√n + scale·b, b = 0 at the start.
    ///
    /// # Errors
    /// A scale that is negative or not finite.
    pub fn with_biases_from_zero(mut self, scale: f64) -> Result<Self> {
        self.bias_scale = non_negative("bias scale", scale)?;
        self.bias_std = 0.0;
        Ok(self)
    }

    /// φ.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }
}

/// The parameters in which gradient descent is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parameterisation {
    /// w and b, of unit variance: a trained weight matrix adds σ_w²⟨h,h′⟩/n, a trained bias σ_b².
    Ntk,
    /// W = σ_w w/√n and B = σ_b b themselves: ⟨h,h′⟩ and 1. Hidden and output weights have infinitely many inputs n
    /// and their rate is per input (rate/n), as it must be for a limit to exist.
    Standard,
}

/// A fully connected network: hidden layers, then a read-out σ_v⟨v,h⟩/√n + output bias.
///
/// # Method
/// With Σ⁰ = ⟨x,x′⟩/d, q^l = σ_w²Σ^{l−1} + σ_b², Σ^l = E[φ(u)φ(v)] and Σ̇^l = E[φ′(u)φ′(v)] for (u,v) ~ N(0, q^l), the
/// NNGP kernel is σ_v²Σ^L (plus the variance of an output bias). With Θ¹ = η_w¹σ_w²Σ⁰ + η_b¹σ_b² and
/// Θ^{l+1} = η_wσ_w²Σ^l + η_bσ_b² + σ_w²Θ^lΣ̇^l the neural tangent kernel is η_vσ_v²Σ^L + σ_v²Θ^LΣ̇^L (plus the output
/// bias's rate), in the NTK parameterisation; see [`Parameterisation`] for the other.
///
/// # References
/// Jacot, Gabriel, Hongler 2018, theorem 1; Sohl-Dickstein, Novak, Schoenholz, Lee, arXiv 2001.07301 (parameterisations).
///
/// # Examples
/// ```
/// use spectral_bias::model::Activation;
/// use spectral_bias::theory::kernel::{DenseLayer, FullyConnected, GaussianKind, Kernel};
/// // A frozen first layer of ReLU, then tanh; biases trained from zero.
/// let first = DenseLayer::new(&Activation::relu(), 1.4, 0.0)?.with_rates(0.0, 0.0)?;
/// let second = DenseLayer::new(&Activation::tanh(), 1.0, 0.0)?.with_biases_from_zero(0.5)?;
/// let network = FullyConnected::new(vec![first, second])?;
/// let kernel = network.kernel(GaussianKind::Ntk);
/// assert!(kernel.evaluate(&[1.0, 0.0], &[0.6, 0.8]).value > 0.0);
/// # Ok::<(), spectral_bias::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FullyConnected {
    layers: Vec<DenseLayer>,
    readout_std: f64,
    readout_rate: f64,
    output_bias_std: f64,
    output_bias_rate: f64,
    parameterisation: Parameterisation,
}

impl FullyConnected {
    /// In the NTK parameterisation, with a read-out of standard deviation 1 and rate 1, and no output bias.
    ///
    /// # Errors
    /// No layer.
    pub fn new(layers: Vec<DenseLayer>) -> Result<Self> {
        if layers.is_empty() {
            return Err(Error::invalid("depth", "at least one hidden layer", 0));
        }
        Ok(Self {
            layers,
            readout_std: 1.0,
            readout_rate: 1.0,
            output_bias_std: 0.0,
            output_bias_rate: 0.0,
            parameterisation: Parameterisation::Ntk,
        })
    }

    /// With another read-out.
    ///
    /// # Errors
    /// A standard deviation not finite or not > 0, a rate negative or not finite.
    pub fn with_readout(mut self, std: f64, rate: f64) -> Result<Self> {
        self.readout_std = positive("readout_std", std)?;
        self.readout_rate = non_negative("readout_rate", rate)?;
        Ok(self)
    }

    /// With an output bias drawn from N(0, std²); the rate is that of the bias itself.
    ///
    /// # Errors
    /// Numbers that are negative or not finite.
    pub fn with_output_bias(mut self, std: f64, rate: f64) -> Result<Self> {
        self.output_bias_std = non_negative("output_bias_std", std)?;
        self.output_bias_rate = non_negative("output_bias_rate", rate)?;
        Ok(self)
    }

    /// In another parameterisation.
    #[must_use]
    pub fn with_parameterisation(mut self, parameterisation: Parameterisation) -> Self {
        self.parameterisation = parameterisation;
        self
    }

    /// The hidden layers.
    pub fn layers(&self) -> &[DenseLayer] {
        &self.layers
    }

    /// Its kernel in the limit of infinite width.
    pub fn kernel(&self, kind: GaussianKind) -> DeepKernel {
        let standard = self.parameterisation == Parameterisation::Standard;
        let stages = self.layers.iter().map(|layer| {
            let (w, b) = (layer.weight_std.powi(2), layer.bias_scale.powi(2));
            let (of_weight, of_bias) = if standard { (1.0, 1.0) } else { (w, b) };
            Stage {
                dual: DualActivation::new(&layer.activation),
                layer: Layer {
                    weight_variance: w,
                    bias_variance: layer.bias_std.powi(2),
                },
                weight: layer.weight_rate * of_weight,
                bias: layer.bias_rate * of_bias,
            }
        });
        let square = self.readout_std.powi(2);
        let readout = match kind {
            GaussianKind::Nngp => Readout {
                output: square,
                tangent: 0.0,
                bias: self.output_bias_std.powi(2),
            },
            GaussianKind::Ntk => Readout {
                output: self.readout_rate * if standard { 1.0 } else { square },
                tangent: square,
                bias: self.output_bias_rate,
            },
        };
        DeepKernel {
            stages: stages.collect(),
            readout,
            per_dimension: (true, !standard),
            dim: None,
        }
    }
}

/// A hidden layer as the recursion needs it.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub(super) dual: DualActivation,
    /// The law of its pre-activations.
    pub(super) layer: Layer,
    /// What its trained weights add to the tangent, per ⟨h,h′⟩/n.
    pub(super) weight: f64,
    /// What its trained biases add.
    pub(super) bias: f64,
}

/// output·Σ^L + tangent·Θ^LΣ̇^L + bias.
#[derive(Clone, Copy, Debug)]
pub(super) struct Readout {
    pub(super) output: f64,
    pub(super) tangent: f64,
    pub(super) bias: f64,
}

/// The kernel of a [`FullyConnected`] network of infinite width.
///
/// # Accuracy
/// Homogeneous activations carry 1 − ρ from layer to layer to its last digits; for all others the error contains
/// what the rounding of the correlation changes.
#[derive(Clone, Debug)]
pub struct DeepKernel {
    pub(super) stages: Vec<Stage>,
    pub(super) readout: Readout,
    /// Whether ⟨x,x′⟩ is divided by d in the first pre-activation, and in what its trained weights add.
    pub(super) per_dimension: (bool, bool),
    pub(super) dim: Option<usize>,
}

/// A point's variance in every hidden layer, with what its dual activation prepares.
type Path = Vec<(f64, AtVariance)>;

/// A pair of points as the first layer sees it.
struct First {
    covariance: Covariance,
    /// ⟨x, x′⟩.
    inner: f64,
    dim: usize,
}

impl DeepKernel {
    fn first_layer(&self, dim: usize) -> Layer {
        let mut layer = self.stages.first().map_or(
            Layer {
                weight_variance: 1.0,
                bias_variance: 0.0,
            },
            |stage| stage.layer,
        );
        if self.per_dimension.0 {
            layer.weight_variance /= dim.max(1) as f64;
        }
        layer
    }

    /// The variances of points in every layer: layer by layer, since series are as long as the largest
    /// variance of a layer asks.
    fn paths<'a>(&self, points: impl Iterator<Item = &'a [f64]>) -> Vec<Path> {
        let variances = points.map(|x| self.first_layer(x.len()).variance(x));
        self.paths_from(variances.collect())
    }

    fn paths_from(&self, mut variances: Vec<f64>) -> Vec<Path> {
        let mut paths = vec![Path::with_capacity(self.stages.len()); variances.len()];
        for (l, stage) in self.stages.iter().enumerate() {
            let terms = stage
                .dual
                .terms(variances.iter().copied().fold(0.0, f64::max));
            let following = self.stages.get(l + 1).map(|next| next.layer);
            let prepared = map_numbers(&variances, |q| {
                let prepared = stage.dual.at_variance(q, terms);
                let next = following.map_or(0.0, |layer| {
                    let own = Covariance {
                        q11: q,
                        q22: q,
                        correlation: Correlation::from_one_minus(0.0),
                    };
                    let square = stage.dual.pair(&own, &prepared, &prepared).nngp.value;
                    layer.weight_variance * square + layer.bias_variance
                });
                (prepared, next)
            });
            for ((path, variance), (prepared, next)) in
                paths.iter_mut().zip(&mut variances).zip(prepared)
            {
                path.push((*variance, prepared));
                *variance = next;
            }
        }
        paths
    }

    fn pair(&self, (x, along_x): (&[f64], &Path), (y, along_y): (&[f64], &Path)) -> Estimate {
        let variance = |path: &Path| path.first().map_or(0.0, |p| p.0);
        let layer = self.first_layer(x.len());
        let first = First {
            covariance: layer.covariance((x, variance(along_x)), (y, variance(along_y))),
            inner: inner(x, y),
            dim: x.len(),
        };
        self.run(&first, along_x, along_y)
    }

    /// The recursion.
    fn run(&self, first: &First, along_x: &Path, along_y: &Path) -> Estimate {
        let mut covariance = first.covariance;
        let mut tangent = self.first_tangent(first);
        let mut error_of_q12 = 0.0;
        let mut dual = DualValue::default();
        let points = along_x.iter().zip(along_y);
        for (l, (stage, ((_, one), (_, two)))) in self.stages.iter().zip(points).enumerate() {
            dual = stage.dual.pair(&covariance, one, two);
            if error_of_q12 > 0.0 && !stage.dual.carries_correlation() {
                let moved = moved(&covariance, error_of_q12);
                dual = widened(dual, stage.dual.pair(&moved, one, two));
            }
            let next = (
                along_x.get(l + 1),
                along_y.get(l + 1),
                self.stages.get(l + 1),
            );
            if let (Some(x), Some(y), Some(next)) = next {
                let layer = next.layer;
                covariance = stage
                    .dual
                    .propagate(&covariance, dual.nngp, layer, (x.0, y.0));
                let q12 = dual.nngp * layer.weight_variance;
                error_of_q12 = q12.error + f64::EPSILON * covariance.scale();
                let own = scaled(dual.nngp, next.weight) + Estimate::new(next.bias, 0.0);
                tangent = own + product(tangent, dual.derivative, layer.weight_variance);
            }
        }
        let Readout {
            output,
            tangent: through,
            bias,
        } = self.readout;
        scaled(dual.nngp, output)
            + product(tangent, dual.derivative, through)
            + Estimate::new(bias, 0.0)
    }

    /// Θ¹.
    fn first_tangent(&self, first: &First) -> Estimate {
        let Some(stage) = self.stages.first() else {
            return Estimate::default();
        };
        let per_dimension = self.per_dimension.1;
        let dim = if per_dimension {
            first.dim.max(1) as f64
        } else {
            1.0
        };
        let mean = first.inner / dim;
        if (stage.weight, stage.bias) == (stage.layer.weight_variance, stage.layer.bias_variance)
            && per_dimension == self.per_dimension.0
        {
            // q¹ itself, which knows its digits.
            let covariance = first.covariance;
            return Estimate::new(covariance.q12(), 1e-15 * covariance.scale());
        }
        let value = stage.weight * mean + stage.bias;
        Estimate::new(value, 1e-15 * (stage.weight * mean.abs() + stage.bias))
    }

    /// The kernel on the unit sphere of R^d as a function of t = ⟨x,x′⟩, carried as a correlation: ready
    /// to be evaluated at many t.
    ///
    /// # Errors
    /// d = 0, or not the dimension of the kernel's points.
    pub fn on_sphere(&self, dim: usize) -> Result<SphereKernel<'_>> {
        if dim == 0 || self.dim.is_some_and(|own| own != dim) {
            let expected = self.dim.map_or("a dimension ≥ 1".into(), |d| d.to_string());
            return Err(Error::invalid("dim", expected, dim));
        }
        let layer = self.first_layer(dim);
        let variance = layer.weight_variance + layer.bias_variance;
        let mut paths = self.paths_from(vec![variance]);
        Ok(SphereKernel {
            kernel: self,
            dim,
            layer,
            variance,
            path: paths.pop().unwrap_or_default(),
        })
    }
}

/// A [`DeepKernel`] on the unit sphere.
#[derive(Clone, Debug)]
pub struct SphereKernel<'a> {
    kernel: &'a DeepKernel,
    dim: usize,
    layer: Layer,
    variance: f64,
    path: Path,
}

impl SphereKernel<'_> {
    /// κ(t).
    pub fn evaluate(&self, t: Correlation) -> Estimate {
        let (alpha, beta) = (self.layer.weight_variance, self.layer.bias_variance);
        let correlation = if t.rho() >= 0.0 {
            Correlation::from_one_minus(alpha * t.one_minus() / self.variance)
        } else {
            Correlation::from_one_plus((alpha * t.one_plus() + 2.0 * beta) / self.variance)
        };
        let first = First {
            covariance: Covariance {
                q11: self.variance,
                q22: self.variance,
                correlation,
            },
            inner: t.rho(),
            dim: self.dim,
        };
        self.kernel.run(&first, &self.path, &self.path)
    }
}

/// factor·x, where a frozen group adds nothing, were x infinite.
fn scaled(x: Estimate, factor: f64) -> Estimate {
    if factor == 0.0 {
        Estimate::default()
    } else {
        x * factor
    }
}

/// factor·tangent·slope, where nothing trained below adds nothing, were the slope infinite.
fn product(tangent: Estimate, slope: Estimate, factor: f64) -> Estimate {
    if tangent.value == 0.0 && tangent.error == 0.0 {
        Estimate::default()
    } else {
        scaled(tangent * slope, factor)
    }
}

/// The covariance with its correlation moved towards 0 by an error of q₁₂.
fn moved(covariance: &Covariance, error: f64) -> Covariance {
    let shift = error / covariance.scale();
    let correlation = if covariance.correlation.rho() > 0.0 {
        Correlation::from_one_minus(covariance.correlation.one_minus() + shift)
    } else {
        Correlation::from_one_plus(covariance.correlation.one_plus() + shift)
    };
    Covariance {
        correlation,
        ..*covariance
    }
}

fn widened(dual: DualValue, moved: DualValue) -> DualValue {
    let widen =
        |a: Estimate, b: Estimate| Estimate::new(a.value, a.error + (a.value - b.value).abs());
    DualValue {
        nngp: widen(dual.nngp, moved.nngp),
        derivative: widen(dual.derivative, moved.derivative),
    }
}

impl Kernel for DeepKernel {
    fn dim(&self) -> Option<usize> {
        self.dim
    }

    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        match &self.paths([x, y].into_iter())[..] {
            [a, b] => self.pair((x, a), (y, b)),
            _ => Estimate::new(f64::NAN, f64::INFINITY),
        }
    }

    fn pairs<'a>(&'a self, rows: &'a Points, columns: &'a Points) -> Result<Box<dyn Pairs + 'a>> {
        let (a, b) = if std::ptr::eq(rows, columns) {
            let paths = self.paths(rows.iter());
            (paths.clone(), paths)
        } else {
            let mut paths = self.paths(rows.iter().chain(columns.iter()));
            let b = paths.split_off(rows.len().min(paths.len()));
            (paths, b)
        };
        Ok(Box::new(OneByOne {
            evaluate: move |i, j| self.pair((rows.point(i), &a[i]), (columns.point(j), &b[j])),
        }))
    }
}

/// f of every number, in their order.
fn map_numbers<T: Send>(numbers: &[f64], f: impl Fn(f64) -> T + Sync + Send) -> Vec<T> {
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;
        numbers.par_iter().map(|&x| f(x)).collect()
    }
    #[cfg(not(feature = "parallel"))]
    {
        numbers.iter().map(|&x| f(x)).collect()
    }
}
