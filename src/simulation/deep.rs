//! Finite fully connected networks of any depth: their function and their empirical kernels.

use crate::data::Points;
use crate::error::{Error, Result};
use crate::model::ensemble::{Draw, generator};
use crate::model::{Activation, FullyConnected, Parameterisation};
use crate::numerics::room;
use nalgebra::{DMatrix, DVector};
use rand_distr::{Distribution, StandardNormal};

/// A network f(x) = σ_v⟨v,h^L⟩/√n_L + output bias with h^l = φ(σ_w W h^{l−1}/√n_{l−1} + σ_b b), h⁰ = x, drawn from its
/// specification.
///
/// # Examples
/// ```
/// use spectral_bias::data::Points;
/// use spectral_bias::model::{Activation, FullyConnected};
/// use spectral_bias::simulation::{DeepNetwork, SampledKernel};
/// use spectral_bias::theory::kernel::{GaussianKind, gram};
/// let specification = FullyConnected::uniform(&Activation::relu(), 1.4, 0.3, 2)?;
/// let points = Points::from_rows(&[[1.0, 0.0], [0.6, 0.8]])?;
/// let drawn = SampledKernel::over(100, 7, |seed| {
///     DeepNetwork::sample(&specification, 2, &[200, 200], seed)?.tangent_kernel(&points)
/// })?;
/// let limit = gram(&specification.kernel(GaussianKind::Ntk), &points)?.matrix;
/// let gap = (drawn.mean - limit).component_div(&drawn.standard_error).amax();
/// assert!(gap < 4.0);
/// # Ok::<(), spectral_bias::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct DeepNetwork {
    specification: FullyConnected,
    dim: usize,
    layers: Vec<Affine>,
    read_out: DVector<f64>,
    output_bias: f64,
}

/// W, a row for each neuron, and b.
#[derive(Clone, Debug)]
struct Affine {
    weights: DMatrix<f64>,
    biases: DVector<f64>,
}

/// A pass through the network at some points, one column each.
struct Pass {
    /// h⁰ = x, h¹, …, h^L.
    hidden: Vec<DMatrix<f64>>,
    /// φ′(z¹), …, φ′(z^L).
    slopes: Vec<DMatrix<f64>>,
}

impl DeepNetwork {
    /// A network on R^d whose hidden layers have the given widths, all parameters standard normal (biases that start at 0
    /// are 0), determined by the seed: a stream of random numbers for every layer.
    ///
    /// # Errors
    /// d = 0; not one width for every hidden layer; a width of 0, or one for which there is no memory.
    pub fn sample(
        specification: &FullyConnected,
        dim: usize,
        widths: &[usize],
        seed: u64,
    ) -> Result<Self> {
        if dim == 0 {
            return Err(Error::invalid("dim", "a dimension ≥ 1", 0));
        }
        let depth = specification.layers.len();
        if widths.len() != depth {
            let expected = format!("{depth}, one for every hidden layer");
            return Err(Error::shape("widths", expected, widths.len()));
        }
        if widths.contains(&0) {
            return Err(Error::invalid("widths", "neurons in every layer", 0));
        }
        for (&width, &inputs) in widths.iter().zip(std::iter::once(&dim).chain(widths)) {
            room("weights of a layer", width, inputs)?;
        }
        let inputs = std::iter::once(&dim).chain(widths);
        let layers = widths.iter().zip(inputs).enumerate();
        let layers = layers.map(|(l, (&width, &inputs))| {
            let mut random = generator(seed, Draw::Layer(l));
            let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
            Affine {
                weights: DMatrix::from_fn(width, inputs, |_, _| normal()),
                biases: DVector::from_fn(width, |_, _| normal()),
            }
        });
        let layers = layers.collect();
        let mut random = generator(seed, Draw::Layer(depth));
        let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
        let last = widths.last().copied().unwrap_or(dim);
        Ok(Self {
            layers,
            read_out: DVector::from_fn(last, |_, _| normal()),
            output_bias: specification.output_bias_std * normal(),
            specification: specification.clone(),
            dim,
        })
    }

    /// What it was drawn from.
    pub fn specification(&self) -> &FullyConnected {
        &self.specification
    }

    /// f at every point.
    ///
    /// # Errors
    /// Points of another dimension.
    pub fn forward(&self, points: &Points) -> Result<DVector<f64>> {
        let pass = self.pass(points, false)?;
        let factor = self.read_out_factor();
        Ok((pass.last().tr_mul(&self.read_out) * factor).add_scalar(self.output_bias))
    }

    /// The empirical NNGP kernel at the points: the covariance of f under read-out weights and output bias drawn anew, the
    /// hidden layers as they are, σ_v²⟨h^L(x),h^L(x′)⟩/n + the variance of the output bias. Of a shallow network its expectation
    /// is the kernel of infinite width, of a deep one up to order 1/n.
    ///
    /// # Errors
    /// Points of another dimension.
    pub fn nngp_kernel(&self, points: &Points) -> Result<DMatrix<f64>> {
        let pass = self.pass(points, false)?;
        let factor = self.read_out_factor();
        let kernel = pass.last().tr_mul(pass.last()) * (factor * factor);
        Ok(symmetric(
            kernel.add_scalar(self.specification.output_bias_std.powi(2)),
        ))
    }

    /// The empirical tangent kernel Σ_g rate_g ⟨∂_g f(x), ∂_g f(x′)⟩ over weights and biases of every layer, in the
    /// parameterisation of the specification. Where φ steps, its derivative is 0 almost everywhere and so is what lies
    /// below in this kernel, as in gradient descent, while the kernel of infinite width is infinite on the diagonal.
    ///
    /// # Errors
    /// Points of another dimension.
    pub fn tangent_kernel(&self, points: &Points) -> Result<DMatrix<f64>> {
        Ok(symmetric(self.cross_tangent_kernel(points, points)?))
    }

    /// The same between two sets of points, a row for each of the first.
    ///
    /// # Errors
    /// Points of another dimension.
    pub fn cross_tangent_kernel(&self, x: &Points, z: &Points) -> Result<DMatrix<f64>> {
        let specification = &self.specification;
        let (a, b) = (self.pass(x, true)?, self.pass(z, true)?);
        let (mut of_a, mut of_b) = (self.read_out_slopes(x.len()), self.read_out_slopes(z.len()));
        let mean = |l: usize, per_input: bool| {
            let width = a.hidden[l].nrows() as f64;
            a.hidden[l].tr_mul(&b.hidden[l]) / if per_input { width } else { 1.0 }
        };
        let depth = self.layers.len();
        let mut kernel = (mean(depth, true) * specification.output_term())
            .add_scalar(specification.output_bias_rate);
        for l in (0..depth).rev() {
            // ∂f/∂z^l.
            of_a.component_mul_assign(&a.slopes[l]);
            of_b.component_mul_assign(&b.slopes[l]);
            let (weight, bias) = specification.layers[l].terms(specification.parameterisation);
            let per_input = l > 0 || specification.parameterisation == Parameterisation::Ntk;
            let own = (mean(l, per_input) * weight).add_scalar(bias);
            kernel += own.component_mul(&of_a.tr_mul(&of_b));
            if l > 0 {
                let factor = self.factor(l);
                of_a = self.layers[l].weights.tr_mul(&of_a) * factor;
                of_b = self.layers[l].weights.tr_mul(&of_b) * factor;
            }
        }
        Ok(kernel)
    }

    /// σ_w/√(inputs) of a layer.
    fn factor(&self, layer: usize) -> f64 {
        let inputs = self.layers[layer].weights.ncols() as f64;
        self.specification.layers[layer].weight_std / inputs.sqrt()
    }

    fn read_out_factor(&self) -> f64 {
        self.specification.readout_std / (self.read_out.len() as f64).sqrt()
    }

    /// ∂f/∂h^L, the same at every point.
    fn read_out_slopes(&self, points: usize) -> DMatrix<f64> {
        let slope = &self.read_out * self.read_out_factor();
        DMatrix::from_fn(slope.len(), points, |i, _| slope[i])
    }

    fn pass(&self, points: &Points, derivatives: bool) -> Result<Pass> {
        points.expect_dim("points", self.dim)?;
        let mut pass = Pass {
            hidden: vec![points.columns().clone_owned()],
            slopes: Vec::new(),
        };
        for (l, (affine, layer)) in self
            .layers
            .iter()
            .zip(&self.specification.layers)
            .enumerate()
        {
            let mut z = &affine.weights * pass.last() * self.factor(l);
            for mut column in z.column_iter_mut() {
                column.axpy(layer.bias_std, &affine.biases, 1.0);
            }
            let (hidden, slopes) = apply(&layer.activation, &z, derivatives);
            pass.hidden.push(hidden);
            pass.slopes.push(slopes);
        }
        Ok(pass)
    }
}

impl Pass {
    fn last(&self) -> &DMatrix<f64> {
        &self.hidden[self.hidden.len() - 1]
    }
}

/// φ and, where wanted, φ′ of every entry.
fn apply(
    activation: &Activation,
    z: &DMatrix<f64>,
    derivatives: bool,
) -> (DMatrix<f64>, DMatrix<f64>) {
    let (rows, columns) = z.shape();
    let mut value = DMatrix::zeros(rows, columns);
    let mut slope = DMatrix::zeros(rows, if derivatives { columns } else { 0 });
    activation.fill(z.as_slice(), value.as_mut_slice(), slope.as_mut_slice());
    (value, slope)
}

/// Symmetric to the last bit, whatever the order of the products.
fn symmetric(mut kernel: DMatrix<f64>) -> DMatrix<f64> {
    kernel.fill_upper_triangle_with_lower_triangle();
    kernel
}
