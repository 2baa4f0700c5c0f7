//! The kernels of fully connected networks: the recursion over layers.

use super::deep_rows::DeepRows;
use super::dual::{AtVariance, Covariance, DualActivation, DualValue, Layer};
use super::kernel::{Kernel, OneByOne, Pairs, inner};
use crate::data::Points;
use crate::error::{Error, Result, positive};
use crate::numerics::{Estimate, parallel, special::Correlation};
use nalgebra::DMatrix;

/// A hidden layer as the recursion needs it.
#[derive(Clone, Debug)]
pub(in crate::theory) struct Stage {
    pub(in crate::theory) dual: DualActivation,
    /// The law of its pre-activations.
    pub(in crate::theory) layer: Layer,
    /// What its trained weights add to the tangent, per ⟨h,h′⟩/n.
    pub(in crate::theory) weight: f64,
    /// What its trained biases add.
    pub(in crate::theory) bias: f64,
}

/// output·Σ^L + tangent·Θ^LΣ̇^L + bias.
#[derive(Clone, Copy, Debug)]
pub(in crate::theory) struct Readout {
    pub(in crate::theory) output: f64,
    pub(in crate::theory) tangent: f64,
    pub(in crate::theory) bias: f64,
}

/// The kernel of a [`crate::model::FullyConnected`] network of infinite width.
///
/// # Accuracy
/// Homogeneous activations carry 1 − ρ from layer to layer to its last digits, continuous piecewise polynomials and kinked activations of
/// closed conditional means (SELU) nearly so; for all others the error contains what the rounding of the correlation changes.
/// Where a variance or a term overflows or is infinite, the value and its error are.
#[derive(Clone, Debug)]
pub struct DeepKernel {
    pub(super) stages: Vec<Stage>,
    pub(super) readout: Readout,
    /// Whether ⟨x,x′⟩ is divided by d in the first pre-activation, and in what its trained weights add.
    pub(super) per_dimension: (bool, bool),
    pub(super) dim: Option<usize>,
}

/// A point's variance in every hidden layer, with what its dual activation prepares.
pub(super) type Path = Vec<(f64, AtVariance)>;

/// A pair of points as the first layer sees it.
pub(super) struct First {
    pub(super) covariance: Covariance,
    /// ⟨x, x′⟩.
    pub(super) inner: f64,
    pub(super) dim: usize,
}

impl DeepKernel {
    pub(super) fn first_layer(&self, dim: usize) -> Layer {
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
    pub(super) fn paths<'a>(&self, points: impl Iterator<Item = &'a [f64]>) -> Vec<Path> {
        let variances = points.map(|x| self.first_layer(x.len()).variance(x));
        self.paths_from(variances.collect())
    }

    /// Those of two sets, which may be the same.
    pub(super) fn paths_of(&self, rows: &Points, columns: &Points) -> (Vec<Path>, Vec<Path>) {
        if std::ptr::eq(rows, columns) {
            let paths = self.paths(rows.iter());
            (paths.clone(), paths)
        } else {
            let mut paths = self.paths(rows.iter().chain(columns.iter()));
            let b = paths.split_off(rows.len().min(paths.len()));
            (paths, b)
        }
    }

    /// Θ¹ = a⟨x,x′⟩ + b.
    pub(super) fn first_rates(&self, dim: usize) -> (f64, f64) {
        let Some(stage) = self.stages.first() else {
            return (0.0, 0.0);
        };
        let dim = if self.per_dimension.1 {
            dim.max(1) as f64
        } else {
            1.0
        };
        (stage.weight / dim, stage.bias)
    }

    fn paths_from(&self, mut variances: Vec<f64>) -> Vec<Path> {
        let mut paths = vec![Path::with_capacity(self.stages.len()); variances.len()];
        for (l, stage) in self.stages.iter().enumerate() {
            let terms = stage
                .dual
                .terms(variances.iter().copied().fold(0.0, f64::max));
            let following = self.stages.get(l + 1).map(|next| next.layer);
            let prepared = parallel::map(variances.clone(), |q| {
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

    pub(super) fn pair(
        &self,
        (x, along_x): (&[f64], &Path),
        (y, along_y): (&[f64], &Path),
    ) -> Estimate {
        if along_x.iter().chain(along_y).any(|(q, _)| !q.is_finite()) {
            return Estimate::new(f64::INFINITY, f64::INFINITY);
        }
        let first = self.first((x, along_x), (y, along_y));
        self.run(&first, along_x, along_y)
    }

    pub(super) fn first(
        &self,
        (x, along_x): (&[f64], &Path),
        (y, along_y): (&[f64], &Path),
    ) -> First {
        let variance = |path: &Path| path.first().map_or(0.0, |p| p.0);
        let layer = self.first_layer(x.len());
        First {
            covariance: layer.covariance((x, variance(along_x)), (y, variance(along_y))),
            inner: inner(x, y),
            dim: x.len(),
        }
    }

    /// Two points with their variances in every layer; `None` where one of them has none in the first.
    pub(super) fn varying(&self, x: &[f64], y: &[f64]) -> Option<([Path; 2], First)> {
        let paths: [Path; 2] = self.paths([x, y].into_iter()).try_into().ok()?;
        let [along_x, along_y] = &paths;
        let first = self.first((x, along_x), (y, along_y));
        let scale = first.covariance.scale();
        (scale > 0.0 && scale.is_finite()).then_some((paths, first))
    }

    /// The recursion.
    fn run(&self, first: &First, along_x: &Path, along_y: &Path) -> Estimate {
        let mut covariance = first.covariance;
        let mut tangent = self.first_tangent(first);
        let mut error_of_q12 = 0.0;
        let mut dual = DualValue::default();
        let points = along_x.iter().zip(along_y);
        for (l, (stage, ((_, one), (_, two)))) in self.stages.iter().zip(points).enumerate() {
            dual = stage
                .dual
                .pair_within(&covariance, (one, two), error_of_q12);
            let next = (
                along_x.get(l + 1),
                along_y.get(l + 1),
                self.stages.get(l + 1),
            );
            if let (Some(x), Some(y), Some(next)) = next {
                let layer = next.layer;
                let variances = (x.0, y.0);
                (covariance, error_of_q12) = stage.dual.propagate(
                    &covariance,
                    (one, two),
                    dual.nngp,
                    layer,
                    variances,
                    (covariance.q11 - covariance.q22, x.0 - y.0),
                );
                let own = scaled(dual.nngp, next.weight) + Estimate::new(next.bias, 0.0);
                tangent = own + product(tangent, dual.derivative, layer.weight_variance);
            }
        }
        let Readout {
            output,
            tangent: through,
            bias,
        } = self.readout;
        let (values, products) = (
            scaled(dual.nngp, output),
            product(tangent, dual.derivative, through),
        );
        let moduli = values.value.abs() + products.value.abs() + bias;
        let found = values + products + Estimate::new(bias, f64::EPSILON * moduli);
        // 0·∞ and ∞ − ∞: an infinite term is there.
        if found.value.is_nan() {
            return Estimate::new(f64::INFINITY, f64::INFINITY);
        }
        found
    }

    /// Θ¹.
    pub(super) fn first_tangent(&self, first: &First) -> Estimate {
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

    /// The kernel on the sphere ‖x‖² = `square` of R^d as a function of t = ⟨x,x′⟩/‖x‖², carried as a correlation:
    /// ready to be evaluated at many t.
    ///
    /// # Errors
    /// d = 0, or not the dimension of the kernel's points; a square that is not finite or not > 0.
    pub fn on_sphere(&self, dim: usize, square: f64) -> Result<SphereKernel> {
        if dim == 0 || self.dim.is_some_and(|own| own != dim) {
            let expected = self.dim.map_or("a dimension ≥ 1".into(), |d| d.to_string());
            return Err(Error::invalid("dim", expected, dim));
        }
        let layer = self.first_layer(dim);
        let variance = layer.weight_variance * positive("‖x‖²", square)? + layer.bias_variance;
        let mut paths = self.paths_from(vec![variance]);
        Ok(SphereKernel {
            kernel: self.clone(),
            dim,
            square,
            layer: Layer {
                weight_variance: layer.weight_variance * square,
                ..layer
            },
            path: paths.pop().unwrap_or_default(),
        })
    }
}

/// A [`DeepKernel`] on points of one norm.
#[derive(Clone, Debug)]
pub struct SphereKernel {
    kernel: DeepKernel,
    dim: usize,
    square: f64,
    /// The first layer on unit vectors: q¹ = weight_variance·t + bias_variance.
    layer: Layer,
    path: Path,
}

impl SphereKernel {
    /// κ(t).
    pub fn evaluate(&self, t: Correlation) -> Estimate {
        let (alpha, beta) = (self.layer.weight_variance, self.layer.bias_variance);
        let variance = alpha + beta;
        if self.path.iter().any(|(q, _)| !q.is_finite()) {
            return Estimate::new(f64::INFINITY, f64::INFINITY);
        }
        let correlation = if t.rho() >= 0.0 {
            Correlation::from_one_minus(alpha * t.one_minus() / variance)
        } else {
            Correlation::from_one_plus((alpha * t.one_plus() + 2.0 * beta) / variance)
        };
        let first = First {
            covariance: Covariance {
                q11: variance,
                q22: variance,
                correlation,
            },
            inner: self.square * t.rho(),
            dim: self.dim,
        };
        self.kernel.run(&first, &self.path, &self.path)
    }

    /// The first layer on unit vectors, and Θ¹ = a t + b as (a, b).
    pub(in crate::theory) fn first(&self) -> (Layer, (f64, f64)) {
        let (weight, bias) = self.kernel.first_rates(self.dim);
        (self.layer, (weight * self.square, bias))
    }

    /// The hidden layers with the variances of their pre-activations.
    pub(in crate::theory) fn stages(&self) -> impl ExactSizeIterator<Item = (&Stage, f64)> {
        let variances = self.path.iter().map(|(q, _)| *q);
        self.kernel.stages.iter().zip(variances)
    }

    pub(in crate::theory) fn readout(&self) -> Readout {
        self.kernel.readout
    }
}

/// factor·x, where a frozen group adds nothing, were x infinite.
pub(super) fn scaled(x: Estimate, factor: f64) -> Estimate {
    if factor == 0.0 {
        Estimate::default()
    } else {
        x * factor
    }
}

/// factor·tangent·slope, where nothing trained below adds nothing, were the slope infinite.
pub(super) fn product(tangent: Estimate, slope: Estimate, factor: f64) -> Estimate {
    if tangent.value == 0.0 && tangent.error == 0.0 {
        Estimate::default()
    } else {
        scaled(tangent * slope, factor)
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

    fn gradient(&self, x: &[f64], y: &[f64]) -> Option<Vec<Estimate>> {
        self.slopes_at(x, y)
    }

    fn mixed_derivatives(&self, x: &[f64], y: &[f64]) -> Option<(DMatrix<f64>, f64)> {
        self.mixed_at(x, y)
    }

    fn smooth_within(&self, x: &[f64], y: &[f64]) -> f64 {
        self.cusp_beyond(x, y)
    }

    fn pairs<'a>(&'a self, rows: &'a Points, columns: &'a Points) -> Result<Box<dyn Pairs + 'a>> {
        if let Some(fast) = DeepRows::new(self, rows, columns) {
            return Ok(Box::new(fast));
        }
        let (a, b) = self.paths_of(rows, columns);
        Ok(Box::new(OneByOne {
            evaluate: move |i, j| self.pair((rows.point(i), &a[i]), (columns.point(j), &b[j])),
        }))
    }
}
