//! ‖f‖² where it has no closed form: the least cost of a density of neurons that makes f on a ball.
//!
//! For any activation, trained groups and ensemble of neurons θ with law p, the functions on ‖x‖ ≤ R that networks learn are
//! f(x) = ∫ α(θ)·ψ(x; θ) dp(θ), ψ the gradient of the network in the trained parameters, and ‖f‖² is the least ∫|α|² dp
//! (the α here is α/p of the density of neurons itself, whose cost is ∫α²/p). The domain is part of the question:
//! what f does outside the ball is free.
//!
//! # Method
//! The neurons become the nodes of a quadrature, f is asked for at places of the ball only. With Φ the feature matrix of
//! the places, each node's row times the root of its weight, the least norm is that of c with Φᵀc = y. Φ = QR by Householder
//! reflections: the condition number is that of the features, not its square, as in the Gram matrix K = ΦᵀΦ. Places
//! are ordered by pivoting (each is the one whose feature is farthest from the span of those before), so that
//! z = R^{−T}y gives the norms Σ_{i≤k}z_i² = y_kᵀK_k⁻¹y_k of a *nested* sequence of samples, each a lower bound of ‖f‖², and the interpolant's
//! error at all other places. The sequence is cut where rounding would take away more than further places
//! add, and continued by the decay of its last parts.
//!
//! What is proven is the lower bound. That the sum continues as it decays is not: no finite number of samples bounds
//! ‖f‖² from above.

mod features;
mod laws;
mod newton;
mod places;
mod step;

use super::Seminorm;
use crate::data::{Target, TargetSpectrum};
use crate::error::{Error, Result, non_negative, positive};
use crate::model::Shallow;
use crate::numerics::linalg::PivotedQr;
use features::Features;
use laws::Level;
use newton::Trend;
use step::Step;

/// Places at first: on the interval (and for radii), in the plane, in space.
const FIRST_PLACES: [usize; 3] = [33, 73, 92];
/// So many norms, each of twice as many places as the one before, tell how they go on: where doubling is too much work,
/// places are halved, but not these.
const NORMS: usize = 3;
const FEWEST_PLACES: usize = 17;
/// Places are doubled as long as they are not more than this.
const MOST_PLACES: usize = 400;
/// The quadrature is refined until its levels agree to this, relative to the answer.
const AGREE: f64 = 1e-11;
/// Levels of the quadrature, and the coarsest, where the next one would be too much work.
const LEVELS: i32 = 5;
const COARSEST: i32 = -3;
/// Neurons must be more than places by this factor, or their number limits the rank; by a quadrature no finer than this.
const MANY: usize = 8;
const MOST_LEVEL: i32 = 12;
/// Where no digit is claimed, the quadrature needs to be no better than this.
const ROUGHLY: f64 = 1e-3;
/// Values of f are taken for right to this times their largest.
const NOISE: f64 = 4.0 * f64::EPSILON;
/// Floating-point operations that a factorisation may take: some five seconds of one core.
const WORK: f64 = 1.5e10;

/// The least-norm problem of a model on the ball ‖x‖ ≤ R.
///
/// # Examples
/// A section K(·, x₀) of the kernel of a Gaussian network has the norm K(x₀, x₀).
/// ```
/// use spectral_bias::model::{Activation, Ensemble, Group, LearningRates, Shallow};
/// use spectral_bias::theory::kernel::tangent_kernel;
/// use spectral_bias::theory::penalty::LeastNorm;
///
/// let ensemble = Ensemble::Gaussian { weight_std: 1.0, bias_std: 1.0 };
/// let rates = LearningRates::train(&[Group::Output])?;
/// let model = Shallow::new(Activation::erf(), 1, ensemble, rates)?;
/// let kernel = tangent_kernel(&model)?;
/// let problem = LeastNorm::new(&model, 1.0)?.with_noise(1e-13)?;
/// let found = problem.of(|x| kernel.evaluate(x, &[0.5]).value)?;
/// let norm = found.seminorm.finite().unwrap_or_default();
/// let exact = kernel.evaluate(&[0.5], &[0.5]).value;
/// assert!((norm.value - exact).abs() <= norm.error && norm.error < 1e-9 * exact);
/// # Ok::<(), spectral_bias::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LeastNorm {
    model: Shallow,
    radius: f64,
    places: Option<usize>,
    noise: f64,
    work: f64,
}

/// ‖f‖² on a ball with all that it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct LeastNormAnswer {
    /// The number. Its error is that of quadrature, rounding and continuation together; infinite where the sum over
    /// places has not begun to converge. `Infinite` is evidence, not proof: growth that does not slow down.
    pub seminorm: Seminorm,
    /// No function that takes these values costs less (rounding and the error of the quadrature subtracted).
    pub lower: f64,
    /// The cost of an explicit α, a combination of features at the places used.
    pub cost: f64,
    /// The largest difference between f and what that α makes, over all places.
    pub residual: f64,
    /// What the decay of the parts lets expect beyond the places.
    pub continuation: f64,
    /// How far the last two levels of the quadrature over neurons differ.
    pub quadrature: f64,
    /// A bound on what rounding has done to the cost.
    pub rounding: f64,
    /// The number of places used.
    pub used: usize,
    /// The number of places looked at.
    pub places: usize,
    /// The number of nodes of the quadrature over neurons.
    pub neurons: usize,
    /// The condition number of the features at the places used: the largest pivot over the smallest. From 5e13 on pivots are rounding
    /// and are left out.
    pub condition: f64,
    /// Polynomials up to this degree are free; −1: none is.
    pub null_space_degree: i32,
    /// (places, cost, residual) along the nested sequence.
    pub history: Vec<(usize, f64, f64)>,
}

impl LeastNorm {
    /// The problem of a model on the ball of a radius.
    ///
    /// # Errors
    /// A radius not finite or not > 0.
    pub fn new(model: &Shallow, radius: f64) -> Result<Self> {
        Ok(Self {
            model: model.clone(),
            radius: positive("radius", radius)?,
            places: None,
            noise: NOISE,
            work: WORK,
        })
    }

    /// With about so many places, instead of as many as convergence asks for.
    ///
    /// # Errors
    /// Fewer than 8.
    pub fn with_places(mut self, places: usize) -> Result<Self> {
        if !(8..=1 << 14).contains(&places) {
            return Err(Error::invalid("places", "from 8 to 16384", places));
        }
        self.places = Some(places);
        Ok(self)
    }

    /// With values of f known to this relative to their largest (default 4ε); more where f is an estimate itself.
    ///
    /// # Errors
    /// Negative or not finite.
    pub fn with_noise(mut self, noise: f64) -> Result<Self> {
        self.noise = non_negative("noise", noise)?.max(f64::EPSILON);
        Ok(self)
    }

    /// With another limit of floating-point operations a factorisation (default 1.5e10); the quadrature stops being
    /// refined there, and its error says so.
    ///
    /// # Errors
    /// Not finite or not > 0.
    pub fn with_work(mut self, work: f64) -> Result<Self> {
        self.work = positive("work", work)?;
        Ok(self)
    }

    /// ‖f‖² of any function, d ≤ 3.
    ///
    /// # Errors
    /// d > 3; a value of f that is not finite; features whose kernel is infinite on its diagonal, or too many neurons
    /// for the work allowed at the coarsest quadrature.
    ///
    /// # Accuracy
    /// Expansions Σ a_iK(·, x_i) of analytic activations to 1e−11 and better; kinked activations and kinked functions as the decay of their
    /// parts allows. See docs/accuracy/penalty.md.
    pub fn of(&self, f: impl Fn(&[f64]) -> f64) -> Result<LeastNormAnswer> {
        if self.model.dim() > 3 {
            return Err(Error::invalid(
                "dim",
                "at most 3 for a function that is not radial",
                self.model.dim(),
            ));
        }
        self.solve(&Features::new(&self.model, self.radius, false)?, f)
    }

    /// ‖f‖² of a radial function f(‖x‖), in any dimension: the least density is the same in every direction, and the features are
    /// averaged over it.
    ///
    /// # Errors
    /// As [`LeastNorm::of`]; an ensemble that is not isotropic.
    pub fn of_radial(&self, f: impl Fn(f64) -> f64) -> Result<LeastNormAnswer> {
        if !self.model.ensemble().isotropic(self.model.dim()) {
            return Err(Error::undefined(
                "least norm of a radial function",
                format!(
                    "uniform weights are not isotropic in dimension {}: state the function in all of its variables",
                    self.model.dim()
                ),
            ));
        }
        self.solve(&Features::new(&self.model, self.radius, true)?, |r| f(r[0]))
    }

    /// ‖f‖² of a target: by [`LeastNorm::of_radial`] if it is radial about the origin, the ensemble isotropic and d ≥ 2.
    ///
    /// # Errors
    /// A target of another dimension; as [`LeastNorm::of`].
    pub fn of_target(&self, target: &dyn Target) -> Result<LeastNormAnswer> {
        let dim = self.model.dim();
        if target.dim() != dim {
            return Err(Error::shape(
                "target",
                format!("a function on R^{dim}"),
                format!("{} on R^{}", target.name(), target.dim()),
            ));
        }
        let centred = matches!(
            target.spectrum(),
            TargetSpectrum::Radial { centre, .. } if centre.iter().all(|&c| c == 0.0)
        );
        if centred && dim > 1 && self.model.ensemble().isotropic(dim) {
            return self.of_radial(|r| {
                let mut x = vec![0.0; dim];
                x[0] = r;
                target.value(&x)
            });
        }
        self.of(|x| target.value(x))
    }

    fn solve(&self, features: &Features, f: impl Fn(&[f64]) -> f64) -> Result<LeastNormAnswer> {
        let kind = if features.is_radial() {
            1
        } else {
            self.model.dim()
        };
        let last = self
            .places
            .map_or(MOST_PLACES, |places| places.max(places / 2 * 2 + 1));
        let mut count = match self.places {
            Some(places) => places.div_ceil(2),
            None => FIRST_PLACES[kind.clamp(1, FIRST_PLACES.len()) - 1],
        };
        let places = features.places(count);
        let mut level = Level(0);
        while features.rows(&places, level)? < MANY * count && level.0 < MOST_LEVEL {
            level.0 += 1;
        }
        while level.0 > COARSEST && features.work(&places, Level(level.0 + 1))? > self.work {
            level.0 -= 1;
        }
        let mut step = self.ordered(features, count, level, &f)?;
        let mut norms = vec![step.norm()];
        let mut fewest = count;
        while 2 * count - 1 <= last && !step.exhausted() && !step.settled(&norms) {
            let more = 2 * count - 1;
            // The quadrature must still be refined once.
            if features.work(&features.places(more), Level(level.0 + 1))? > self.work {
                break;
            }
            count = more;
            step = self.ordered(features, count, level, &f)?;
            norms.push(step.norm());
        }
        while norms.len() < NORMS
            && fewest > FEWEST_PLACES
            && !step.exhausted()
            && !step.settled(&norms)
        {
            fewest = fewest.div_ceil(2);
            norms.insert(0, self.ordered(features, fewest, level, &f)?.norm());
        }
        let first = level.0;
        let mut trend = step.trend(&norms);
        // From here on the order of the places stands, and only the neurons become more.
        let mut quadrature = f64::INFINITY;
        while level.0 < first + LEVELS {
            let finer = Level(level.0 + 1);
            if features.work(&step.places, finer)? > self.work {
                break;
            }
            let next = step.refined(features, finer)?;
            let k = step.used().min(next.newton.norms.len());
            quadrature = if k > 0 {
                (next.newton.norms[k - 1] - step.newton.norms[k - 1]).abs()
            } else {
                0.0
            };
            level = finer;
            step = next;
            trend = step.trend(&norms);
            let enough = match trend {
                Trend::Ends { bound, .. } => {
                    (AGREE * step.norm()).max(0.05 * bound).max(step.rounding())
                }
                Trend::Grows | Trend::Open => ROUGHLY * step.norm(),
            };
            if quadrature <= enough {
                break;
            }
        }
        Ok(step.answer(trend, quadrature, features.order))
    }

    fn ordered(
        &self,
        features: &Features,
        count: usize,
        level: Level,
        f: &impl Fn(&[f64]) -> f64,
    ) -> Result<Step> {
        let mut places = features.places(count);
        if features.work(&places, level)? > self.work {
            return Err(Error::invalid(
                "least-norm problem",
                format!(
                    "at most {:.0e} operations; a larger limit, fewer places, or a smaller radius",
                    self.work
                ),
                format!("{:.0e}", features.work(&places, level)?),
            ));
        }
        let (r, neurons) = features.factor(&places, level)?;
        let pivoted = PivotedQr::new(r)?;
        places.points = pivoted
            .order
            .iter()
            .map(|&i| places.points[i].clone())
            .collect();
        let at = |x: &Vec<f64>| -> Result<f64> {
            let value = f(x);
            if value.is_finite() {
                Ok(value)
            } else {
                Err(Error::NotFinite {
                    argument: "function".into(),
                    position: format!("x = {x:?}"),
                    found: value,
                })
            }
        };
        let base: Vec<f64> = places.base.iter().map(at).collect::<Result<_>>()?;
        let mut values: Vec<f64> = places.points.iter().map(at).collect::<Result<_>>()?;
        let largest = |v: &[f64]| v.iter().fold(0.0, |m: f64, y| m.max(y.abs()));
        let noise = self.noise * largest(&base).max(largest(&values));
        features.reduce(&places, &base, &mut values)?;
        let size = largest(&values);
        if size <= 8.0 * noise {
            values.fill(0.0);
        }
        Ok(Step::new(&pivoted.r, places, values, noise, size, neurons))
    }
}
