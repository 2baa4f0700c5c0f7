//! Gaussian weights and biases: NNGP and neural tangent kernels, shallow and deep.

use super::dual::{AtVariance, Covariance, DualActivation, DualValue, Layer};
use super::kernel::{Kernel, OneByOne, Pairs, inner, map_points};
use crate::data::Points;
use crate::error::{Error, Result, non_negative, positive};
use crate::model::Activation;
use crate::numerics::{Estimate, special::Correlation};
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

/// The kernel of a fully connected network with Gaussian weights and biases in the NTK
/// parameterisation, z = σ_w⟨w,x⟩/√d + σ_b b in every layer (d its number of inputs), read-out weights of
/// variance 1, no output bias.
///
/// With Σ⁰(x,x′) = ⟨x,x′⟩/d, q^l = σ_w²Σ^{l−1} + σ_b², Σ^l = E[φ(u)φ(v)] and Σ̇^l = E[φ′(u)φ′(v)] for
/// (u,v) ~ N(0, q^l), the NNGP kernel is Σ^L. With Θ¹ = q¹, Θ^{l+1} = q^{l+1} + σ_w²Θ^lΣ̇^l the neural tangent
/// kernel is Σ^L + Θ^LΣ̇^L (Jacot et al. 2018, theorem 1).
#[derive(Clone, Debug)]
pub struct GaussianKernel {
    dual: DualActivation,
    weight_variance: f64,
    bias_variance: f64,
    depth: usize,
    kind: GaussianKind,
}

/// A point's variance in every hidden layer, with what its dual activation prepares.
type Path = Vec<(f64, AtVariance)>;

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
        if depth == 0 {
            return Err(Error::invalid("depth", "at least one hidden layer", 0));
        }
        Ok(Self {
            dual: DualActivation::new(activation),
            weight_variance: positive("weight_std", weight_std)?.powi(2),
            bias_variance: non_negative("bias_std", bias_std)?.powi(2),
            depth,
            kind,
        })
    }

    fn first_layer(&self, dim: usize) -> Layer {
        Layer {
            weight_variance: self.weight_variance / dim.max(1) as f64,
            bias_variance: self.bias_variance,
        }
    }

    fn later_layer(&self) -> Layer {
        Layer {
            weight_variance: self.weight_variance,
            bias_variance: self.bias_variance,
        }
    }

    fn path(&self, x: &[f64]) -> Path {
        let mut variance = self.first_layer(x.len()).variance(x);
        let mut path = Vec::with_capacity(self.depth);
        for _ in 0..self.depth {
            let prepared = self.dual.at_variance(variance, None);
            let next = if path.len() + 1 < self.depth {
                let own = Covariance {
                    q11: variance,
                    q22: variance,
                    correlation: Correlation::from_one_minus(0.0),
                };
                let dual = self.dual.pair(&own, &prepared, &prepared);
                self.weight_variance * dual.nngp.value + self.bias_variance
            } else {
                0.0
            };
            path.push((variance, prepared));
            variance = next;
        }
        path
    }

    fn pair(&self, (x, along_x): (&[f64], &Path), (y, along_y): (&[f64], &Path)) -> Estimate {
        let variance = |path: &Path, l: usize| path.get(l).map_or(0.0, |p| p.0);
        let first = self.first_layer(x.len());
        let mut covariance = first.covariance((x, variance(along_x, 0)), (y, variance(along_y, 0)));
        let mut tangent = Estimate::new(covariance.q12(), 1e-15 * covariance.scale());
        let mut error_of_q12 = 0.0;
        let mut dual = DualValue::default();
        for (l, ((q11, one), (q22, two))) in along_x.iter().zip(along_y).enumerate() {
            dual = self.dual.pair(&covariance, one, two);
            if error_of_q12 > 0.0 && !self.dual.carries_correlation() {
                let moved = moved(&covariance, error_of_q12);
                dual = widened(dual, self.dual.pair(&moved, one, two));
            }
            if l + 1 < self.depth {
                let next = (variance(along_x, l + 1), variance(along_y, l + 1));
                let layer = self.later_layer();
                covariance = self.dual.propagate(
                    &Covariance {
                        q11: *q11,
                        q22: *q22,
                        ..covariance
                    },
                    dual.nngp,
                    layer,
                    next,
                );
                let q12 = dual.nngp * self.weight_variance + Estimate::new(self.bias_variance, 0.0);
                error_of_q12 = q12.error + f64::EPSILON * covariance.scale();
                tangent = q12 + tangent * dual.derivative * self.weight_variance;
            }
        }
        match self.kind {
            GaussianKind::Nngp => dual.nngp,
            GaussianKind::Ntk => dual.nngp + tangent * dual.derivative,
        }
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

impl Kernel for GaussianKernel {
    fn dim(&self) -> Option<usize> {
        None
    }

    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        self.pair((x, &self.path(x)), (y, &self.path(y)))
    }

    fn pairs<'a>(&'a self, rows: &'a Points, columns: &'a Points) -> Result<Box<dyn Pairs + 'a>> {
        let (a, b) = on_both(rows, columns, |x| self.path(x));
        Ok(Box::new(OneByOne {
            evaluate: move |i, j| self.pair((rows.point(i), &a[i]), (columns.point(j), &b[j])),
        }))
    }
}

/// f of every row and every column; once if they are the same set.
fn on_both<T: Send + Clone>(
    rows: &Points,
    columns: &Points,
    f: impl Fn(&[f64]) -> T + Sync,
) -> (Vec<T>, Vec<T>) {
    let a = map_points(rows, &f);
    let b = if std::ptr::eq(rows, columns) {
        a.clone()
    } else {
        map_points(columns, &f)
    };
    (a, b)
}

/// c_v E[φ(u)φ(v)] + (c_b + c_w⟨x,x′⟩) E[φ′(u)φ′(v)]: a shallow network with Gaussian weights and biases,
/// (u, v) of covariance α⟨x,x′⟩ + β, whatever its groups' learning rates and coordinates.
#[derive(Clone, Debug)]
pub(crate) struct ShallowGaussian {
    pub(crate) dual: DualActivation,
    pub(crate) layer: Layer,
    pub(crate) dim: usize,
    pub(crate) output: f64,
    pub(crate) bias: f64,
    pub(crate) weight: f64,
}

impl ShallowGaussian {
    fn point(&self, x: &[f64], terms: Option<usize>) -> (f64, AtVariance) {
        let variance = self.layer.variance(x);
        (variance, self.dual.at_variance(variance, terms))
    }

    /// How many terms of a series are enough for all these points.
    fn terms<'a>(&self, points: impl Iterator<Item = &'a [f64]>) -> Option<usize> {
        self.dual
            .terms(points.map(|x| self.layer.variance(x)).fold(0.0, f64::max))
    }

    fn pair(
        &self,
        (x, (q11, one)): (&[f64], &(f64, AtVariance)),
        (y, (q22, two)): (&[f64], &(f64, AtVariance)),
    ) -> Estimate {
        let covariance = self.layer.covariance((x, *q11), (y, *q22));
        let dual = self.dual.pair(&covariance, one, two);
        let slope = self.bias + self.weight * inner(x, y);
        // A frozen group adds nothing, were its kernel infinite.
        let output = if self.output > 0.0 {
            dual.nngp * self.output
        } else {
            Estimate::default()
        };
        if slope == 0.0 {
            output
        } else {
            output + dual.derivative * slope
        }
    }
}

impl Kernel for ShallowGaussian {
    fn dim(&self) -> Option<usize> {
        Some(self.dim)
    }

    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        let terms = self.terms([x, y].into_iter());
        self.pair((x, &self.point(x, terms)), (y, &self.point(y, terms)))
    }

    fn pairs<'a>(&'a self, rows: &'a Points, columns: &'a Points) -> Result<Box<dyn Pairs + 'a>> {
        let terms = self.terms(rows.iter().chain(columns.iter()));
        let (a, b) = on_both(rows, columns, |x| self.point(x, terms));
        Ok(Box::new(OneByOne {
            evaluate: move |i, j| self.pair((rows.point(i), &a[i]), (columns.point(j), &b[j])),
        }))
    }
}
