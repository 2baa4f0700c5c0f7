//! The seminorm as a quadratic form of grid values, with its gradient: a regulariser.

use super::weights::Weights;
use crate::error::{Error, Result, positive};
use crate::model::activation::Zeros;
use crate::numerics::fourier::Grid;
use crate::theory::penalty::Penalty;
use num_complex::Complex64;

/// How a [`GridPenalty`] sees its grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GridPenaltyOptions {
    /// The grid is padded with zeros to so many times its points along each axis, which makes frequencies as much denser. 1:
    /// the function is continued periodically.
    pub padding: usize,
    /// Frequencies ‖k‖ above this cost nothing; `None`: all count.
    pub band_limit: Option<f64>,
}

impl Default for GridPenaltyOptions {
    fn default() -> Self {
        Self {
            padding: 2,
            band_limit: None,
        }
    }
}

/// Q(f) = (2π)^{−d} Σ_k |f̂(k)|²/K̂(‖k‖) ΠΔk for samples f on a fixed grid, f̂ their discrete transform after padding with zeros:
/// ‖f‖² of [`Penalty::seminorm_of_grid`] without its judgement of what the grid cannot tell, the weights computed once.
///
/// Q is a quadratic form, Q(f) = ½⟨f, ∇Q(f)⟩ with the plain inner product of the samples, and
/// ∇Q(f) = 2h^d · F⁻¹[f̂/K̂] on the points of the grid.
///
/// # Accuracy
/// ⟨∇Q(a), b⟩ = ⟨a, ∇Q(b)⟩ and ⟨∇Q(f), f⟩ = 2Q(f) to 1e−13.
///
/// # Examples
/// A noisy curve, smoothed by gradient descent on ½‖f − y‖² + ½λQ(f).
/// ```
/// use spectral_bias::model::ensemble::{OffsetLaw, ScaleLaw};
/// use spectral_bias::model::{Activation, Ensemble, Group, LearningRates, Shallow};
/// use spectral_bias::numerics::fourier::Grid;
/// use spectral_bias::theory::penalty::{GridPenalty, Penalty};
///
/// let ensemble = Ensemble::RadonSpline {
///     offset: OffsetLaw::Unbounded,
///     scale: ScaleLaw::Fixed(1.0),
/// };
/// let rates = LearningRates::train(&[Group::Output])?;
/// let model = Shallow::new(Activation::parse("relu")?, 1, ensemble, rates)?;
/// let grid = Grid::new(&[64], &[0.25])?;
/// let penalty = GridPenalty::new(&Penalty::new(&model)?, &grid)?;
///
/// let truth = grid.sample(|x| (-x[0] * x[0] / 8.0).exp());
/// let noisy: Vec<f64> = truth.iter().enumerate().map(|(i, f)| f + 0.1 * (1.7 * i as f64 * i as f64).sin()).collect();
/// let lambda = 0.05;
/// let rate = 1.0 / (1.0 + 0.5 * lambda * penalty.curvature());
/// let (mut f, mut slope) = (noisy.clone(), vec![0.0; 64]);
/// for _ in 0..2000 {
///     penalty.gradient_into(&f, &mut slope)?;
///     for ((f, y), g) in f.iter_mut().zip(&noisy).zip(&slope) {
///         *f -= rate * (*f - y + 0.5 * lambda * g);
///     }
/// }
/// let off = |f: &[f64]| f.iter().zip(&truth).map(|(f, t)| (f - t).powi(2)).sum::<f64>();
/// assert!(off(&f) < 0.3 * off(&noisy));
/// # Ok::<(), spectral_bias::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GridPenalty {
    grid: Grid,
    padded: Grid,
    padding: usize,
    /// 1/K̂ at every frequency of the padded grid, 0 beyond the band limit.
    weights: Vec<f64>,
    relative_error: f64,
}

impl GridPenalty {
    /// With the frequencies twice as dense as those of the grid, and all of them.
    ///
    /// # Errors
    /// As [`GridPenalty::with_options`].
    pub fn new(penalty: &Penalty, grid: &Grid) -> Result<Self> {
        Self::with_options(penalty, grid, GridPenaltyOptions::default())
    }

    /// With padding and band limit of the user's choice.
    ///
    /// # Errors
    /// A grid of another dimension; a padding of 0 or too large a grid; a band limit not > 0; a weight within the band that is
    /// infinite (a zero of φ̂, lines only) or overflows: [`Error::Undefined`] names the frequency; as
    /// [`Penalty::power_spectrum`].
    pub fn with_options(
        penalty: &Penalty,
        grid: &Grid,
        options: GridPenaltyOptions,
    ) -> Result<Self> {
        if grid.dimension() != penalty.dim() {
            return Err(Error::shape(
                "grid",
                format!("{} axes", penalty.dim()),
                grid.dimension(),
            ));
        }
        let limit = match options.band_limit {
            Some(limit) => positive("band limit", limit)?,
            None => f64::INFINITY,
        };
        let padded = grid.padded(options.padding)?;
        let counted = || padded.frequency_norms().filter(|&r| r <= limit);
        check_zeros(penalty, counted().fold(0.0, f64::max))?;
        let mut known = Weights::new(&padded);
        let mut relative_error: f64 = 0.0;
        let mut weights = Vec::with_capacity(padded.len());
        for r in padded.frequency_norms() {
            if r > limit {
                weights.push(0.0);
                continue;
            }
            let (ln, relative) = known.at(penalty, r)?;
            let weight = ln.exp();
            if !weight.is_finite() {
                return Err(Error::undefined(
                    "grid penalty",
                    format!(
                        "the weight overflows at frequency {r}, its logarithm being {ln:.1}; set a band limit below"
                    ),
                ));
            }
            relative_error = relative_error.max(relative);
            weights.push(weight);
        }
        Ok(Self {
            grid: grid.clone(),
            padded,
            padding: options.padding,
            weights,
            relative_error,
        })
    }

    /// The grid of the samples.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The largest relative error of a weight, which bounds that of Q.
    pub fn relative_error(&self) -> f64 {
        self.relative_error
    }

    /// A bound on the largest eigenvalue of the Hessian of Q: gradient descent on Q alone is stable for steps below
    /// 2/curvature.
    pub fn curvature(&self) -> f64 {
        2.0 * self.grid.cell() * self.weights.iter().copied().fold(0.0, f64::max)
    }

    /// Q(f).
    ///
    /// # Errors
    /// Samples that are not as many as the grid's points, or not finite.
    pub fn value(&self, samples: &[f64]) -> Result<f64> {
        Ok(self.sum(&self.transform(samples)?))
    }

    /// ∇Q(f) into a buffer.
    ///
    /// # Errors
    /// As [`GridPenalty::value`]; a buffer of another length.
    pub fn gradient_into(&self, samples: &[f64], out: &mut [f64]) -> Result<()> {
        let transform = self.transform(samples)?;
        self.pull_back(transform, out)
    }

    /// ∇Q(f), as many numbers as there are samples.
    ///
    /// # Errors
    /// As [`GridPenalty::value`].
    pub fn gradient(&self, samples: &[f64]) -> Result<Vec<f64>> {
        let mut out = vec![0.0; self.grid.len()];
        self.gradient_into(samples, &mut out)?;
        Ok(out)
    }

    /// Q(f) and ∇Q(f) by two transforms.
    ///
    /// # Errors
    /// As [`GridPenalty::value`].
    pub fn value_and_gradient(&self, samples: &[f64]) -> Result<(f64, Vec<f64>)> {
        let transform = self.transform(samples)?;
        let value = self.sum(&transform);
        let mut out = vec![0.0; self.grid.len()];
        self.pull_back(transform, &mut out)?;
        Ok((value, out))
    }

    fn transform(&self, samples: &[f64]) -> Result<Vec<Complex64>> {
        let (_, values) = self.grid.pad(samples, self.padding)?;
        self.padded.forward(&values)
    }

    fn sum(&self, transform: &[Complex64]) -> f64 {
        let terms = transform.iter().zip(&self.weights);
        self.padded.frequency_cell() * terms.map(|(v, w)| w * v.norm_sqr()).sum::<f64>()
    }

    /// 2h^d F⁻¹[f̂/K̂] on the points of the grid: the adjoint of padding and transform.
    fn pull_back(&self, mut transform: Vec<Complex64>, out: &mut [f64]) -> Result<()> {
        if out.len() != self.grid.len() {
            return Err(Error::shape(
                "gradient",
                format!("{} numbers", self.grid.len()),
                out.len(),
            ));
        }
        let factor = 2.0 * self.grid.cell();
        for (value, weight) in transform.iter_mut().zip(&self.weights) {
            *value *= factor * weight;
        }
        let values = self.padded.inverse(&transform)?;
        self.grid.crop(&self.padded, &values, |v| v.re, out);
        Ok(())
    }
}

/// Refuses a band in which φ̂ vanishes: between the frequencies of the grid the weight has a pole.
fn check_zeros(penalty: &Penalty, band: f64) -> Result<()> {
    let zero = match penalty.zeros() {
        Zeros::Everywhere => {
            return Err(Error::undefined(
                "grid penalty",
                format!(
                    "{} has no regular spectrum: the weight is infinite at every frequency off its lines",
                    penalty.activation().name()
                ),
            ));
        }
        Zeros::Multiples { spacing } => Some(spacing),
        Zeros::Listed(list) => list.into_iter().reduce(f64::min),
        Zeros::None | Zeros::Unknown => None,
    };
    match zero.filter(|&zero| zero <= band) {
        None => Ok(()),
        Some(zero) => Err(Error::undefined(
            "grid penalty",
            format!(
                "the weight is infinite at frequency {zero}, where the activation's transform vanishes; set a band \
                 limit below, or mix scales"
            ),
        )),
    }
}
