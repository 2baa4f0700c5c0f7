//! The penalty itself: power spectrum, spectral density, weight.

use super::ripples::Ripples;
use super::{LogEstimate, scales};
use crate::error::{Error, Result, positive};
use crate::model::activation::{Activation, Decay, FourierSample, Zeros};
use crate::model::ensemble::{Ensemble, OffsetLaw, ScaleLaw};
use crate::model::{Group, Shallow};
use crate::numerics::special::ln_sphere_surface;
use std::f64::consts::PI;

/// Beyond so many zeros of φ̂ in the reach of a law of scales, splitting at each no longer helps.
const MOST_SPLITS: usize = 64;

/// The Fourier penalty of a shallow network in the kernel regime: which frequencies gradient descent
/// prefers, ‖f‖² = (2π)^{−d} ∫ |f̂(k)|²/K̂(‖k‖) dk.
///
/// With offsets of density ρ per unit length and directions uniform, the tangent kernel is translation-invariant
/// and isotropic; its spectrum on every line is S(ω) = Σ_g rate_g S_g(ω) with
///
/// * output: S_v = ρ E_s|φ̂_s(ω)|²,
/// * offset: S_γ = ρ E\[v²\] ω² E_s|φ̂_s(ω)|²,
/// * bias: S_b = ρ E\[v²\] ω² E_s\[s^{−2}|φ̂_s(ω)|²\],
/// * scale (at fixed offset): S_s = ρ E\[v²\] E_s\[s^{−2}|φ̂_s + ωφ̂_s′|²\],
///
/// where φ̂_s(ω) = φ̂(ω/s)/s, and K̂(r) = (2π)^d S(r)/(π|S^{d−1}| r^{d−1}).
///
/// ρ is 1 for unbounded offsets and 1/(2R) for offsets uniform on \[−R, R\]; for these the Fourier form
/// holds in the bulk, away from the ends of the interval by more than the reach of the activation.
/// Lines of the spectrum (sin, cos) have infinite power at unit density; they enter by their mean
/// per unit length, whatever ρ.
///
/// # References
/// Sahs, Pyle, Anselmi, Patel, arXiv 2503.10587; for ReLU with d = 1 Williams et al., arXiv 1906.07842;
/// the linear frequency principle, Luo et al., arXiv 2010.08153.
#[derive(Clone, Debug)]
pub struct Penalty {
    pub(super) activation: Activation,
    pub(super) dim: usize,
    pub(super) scale: ScaleLaw,
    pub(super) density: f64,
    pub(super) output_std: f64,
    pub(super) groups: Vec<(Group, f64)>,
    pub(super) zeros: Zeros,
}

/// The penalty weight 1/K̂ at one frequency. An infinite weight (a zero of φ̂, or an activation with
/// lines only) has no field set; one that overflows has its logarithm only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weight {
    /// 1/K̂(r), where it is finite and representable.
    pub weight: Option<f64>,
    /// A bound on its absolute error.
    pub weight_error: Option<f64>,
    /// ln(1/K̂(r)), where it is finite.
    pub log_weight: Option<f64>,
    /// A bound on its absolute error.
    pub log_weight_error: Option<f64>,
}

impl From<LogEstimate> for Weight {
    fn from(log: LogEstimate) -> Self {
        let finite = (log.ln < f64::INFINITY).then_some(log);
        let estimate = finite.and_then(|l| l.estimate());
        Self {
            weight: estimate.map(|e| e.value),
            weight_error: estimate.map(|e| e.error),
            log_weight: finite.map(|l| l.ln),
            log_weight_error: finite.map(|l| l.relative_error),
        }
    }
}

impl Penalty {
    /// The penalty of a model.
    ///
    /// # Errors
    /// * An ensemble whose offsets are neither unbounded nor uniform: its seminorm is no Fourier multiplier but
    ///   lives in the Radon domain ([`crate::theory::representation::RadonForm`]).
    /// * Trained weights or directions: their kernels are not translation-invariant.
    /// * A power spectrum that is not integrable (a step with trained offsets): the kernel is infinite on its diagonal.
    pub fn new(model: &Shallow) -> Result<Self> {
        let Ensemble::RadonSpline { offset, scale } = model.ensemble() else {
            return Err(Error::undefined(
                "Fourier penalty",
                "the offsets of this ensemble are not uniform on the line, so its kernel is not \
                 translation-invariant; use the form in the Radon domain (`RadonForm`, in d = 1 also \
                 `WeightedForm`) or the kernel itself",
            ));
        };
        let density = match *offset {
            OffsetLaw::Unbounded => 1.0,
            OffsetLaw::Uniform { radius } => 0.5 / positive("radius", radius)?,
            OffsetLaw::Gaussian { .. } | OffsetLaw::Cauchy { .. } => {
                return Err(Error::undefined(
                    "Fourier penalty",
                    "the offsets are not uniform, so the kernel is not translation-invariant; \
                     use the form in the Radon domain (`RadonForm`, in d = 1 also `WeightedForm`) or the kernel itself",
                ));
            }
        };
        for &(group, _) in model.rates().trained() {
            let reason = match group {
                Group::Weight => {
                    "training the weights at fixed bias puts a factor ⟨x, x′⟩ into the kernel"
                }
                Group::Direction => {
                    "training the directions puts a factor ⟨(I−ξξᵀ)x, (I−ξξᵀ)x′⟩ into the kernel"
                }
                Group::Output | Group::Offset | Group::Scale | Group::Bias => continue,
            };
            return Err(Error::undefined(
                "Fourier penalty",
                format!(
                    "{reason}, which is therefore no Fourier multiplier; use the kernel itself"
                ),
            ));
        }
        let mut penalty = Self {
            activation: model.activation().clone(),
            dim: model.dim(),
            scale: *scale,
            density,
            output_std: model.output_std(),
            groups: model.rates().trained().to_vec(),
            zeros: Zeros::None,
        };
        penalty.check_integrable()?;
        penalty.zeros = penalty.find_zeros()?;
        Ok(penalty)
    }

    /// The input dimension d.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The activation φ.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }

    /// The law of scales.
    pub fn scale_law(&self) -> ScaleLaw {
        self.scale
    }

    /// S(ω), ω > 0.
    ///
    /// # Errors
    /// ω not finite or not > 0; a mean over the law of scales that diverges; a transform that does not exist
    /// or is lost in its own error.
    ///
    /// # Accuracy
    /// Closed forms at one scale: 1e−13 relative, plus the rounding of the logarithm. Laws of
    /// scales: by quadrature, the error reached is stated.
    pub fn power_spectrum(&self, omega: f64) -> Result<LogEstimate> {
        positive("frequency", omega)?;
        if self.lines_only() {
            return self.power_of_lines(omega);
        }
        if let ScaleLaw::Fixed(s) = self.scale {
            if self.vanishes_at(omega / s) {
                return Ok(LogEstimate::ZERO);
            }
            let power = self.power_at_scale(omega, s)?;
            return if power.relative_error < 1.0 || power.is_zero() {
                Ok(power)
            } else {
                Err(Error::Accuracy {
                    what: format!("power spectrum at frequency {omega}"),
                    tolerance: 1.0,
                    reached: power.relative_error,
                    hint: "the transform of this activation is lost in its error; state it in closed form"
                        .into(),
                })
            };
        }
        if let Some(ripples) = Ripples::of(self) {
            return ripples.power(self, omega);
        }
        self.mean_power(omega, (0.0, f64::INFINITY))
    }

    /// What the scales in a window contribute to S(ω).
    pub(super) fn mean_power(&self, omega: f64, window: (f64, f64)) -> Result<LogEstimate> {
        let splits: Vec<f64> = self.zeros_below(MOST_SPLITS).map(|t| omega / t).collect();
        let what = "power spectrum";
        scales::mean(self.scale, self.dim, window, &splits, what, &mut |s| {
            self.power_at_scale(omega, s)
        })
    }

    /// K̂(r) = (2π)^d S(r)/(π|S^{d−1}| r^{d−1}), r > 0.
    ///
    /// # Errors
    /// As [`Penalty::power_spectrum`].
    pub fn spectral_density(&self, r: f64) -> Result<LogEstimate> {
        let d = self.dim as f64;
        Ok(self
            .power_spectrum(r)?
            .scaled(d * (2.0 * PI).ln() - PI.ln())
            .scaled(-ln_sphere_surface(self.dim))
            .scaled(-(d - 1.0) * r.ln()))
    }

    /// The penalty weight 1/K̂(r), r = ‖k‖ > 0 in radians per unit length.
    ///
    /// # Errors
    /// As [`Penalty::power_spectrum`].
    pub fn weight(&self, r: f64) -> Result<Weight> {
        Ok(self.spectral_density(r)?.recip().into())
    }

    /// The integrand of S over the law of scales: what neurons of scale s contribute at ω. A relative error ≥ 1 says
    /// that only a bound is known.
    fn power_at_scale(&self, omega: f64, s: f64) -> Result<LogEstimate> {
        let t = omega / s;
        if t == f64::INFINITY {
            return Ok(LogEstimate::ZERO);
        }
        let sample = self.activation.fourier(t.max(f64::MIN_POSITIVE))?;
        let (mut value, mut stretch) = (value_power(&sample), stretch_power(&sample));
        if s != 1.0 {
            value.relative_error += rounding(value_slope(&sample));
            if self.groups.iter().any(|&(g, _)| g == Group::Scale) {
                let beside = self.activation.fourier(t * (1.0 + BESIDE))?;
                let slope = (stretch_power(&beside).ln - stretch.ln) / BESIDE;
                stretch.relative_error += rounding(slope);
            }
        }
        let (ln_omega, ln_s) = (omega.ln(), s.ln());
        let ln_v2 = 2.0 * self.output_std.ln();
        let terms = self.groups.iter().map(|&(group, rate)| {
            let (power, ln_factor) = match group {
                Group::Output => (value, -2.0 * ln_s),
                Group::Offset => (value, ln_v2 + 2.0 * (ln_omega - ln_s)),
                Group::Bias => (value, ln_v2 + 2.0 * ln_omega - 4.0 * ln_s),
                Group::Scale => (stretch, ln_v2 - 4.0 * ln_s),
                // Refused by the constructor.
                Group::Direction | Group::Weight => (LogEstimate::ZERO, 0.0),
            };
            power.scaled(ln_factor + (rate * self.density).ln())
        });
        Ok(LogEstimate::sum(terms))
    }

    /// Whether φ is a sum of lines without a regular part.
    pub(super) fn lines_only(&self) -> bool {
        self.activation.decay() == Decay::Atomic && !self.activation.spectral_atoms().is_empty()
    }

    /// S of Σ_j c_j e^{iω_j z} under a law of scales, by its mean per unit length:
    /// 2π Σ_j |c_j|² p(ω/|ω_j|)/|ω_j| over the lines with ω_j > 0, times what each group contributes.
    fn power_of_lines(&self, omega: f64) -> Result<LogEstimate> {
        if self.groups.iter().any(|&(g, _)| g == Group::Scale) {
            return Err(Error::undefined(
                "power spectrum",
                "with trained scales the feature zφ′(z) of a periodic activation grows without bound, \
                 and its mean power per unit length is infinite",
            ));
        }
        let lines = self.activation.spectral_atoms();
        let terms = lines
            .iter()
            .filter(|(at, _)| *at > 0.0)
            .flat_map(|&(at, c)| {
                let ln_p = scales::ln_density(self.scale, self.dim, omega / at);
                let ln_line = (2.0 * PI).ln() + 2.0 * c.norm().ln() - at.ln()
                    + ln_p.unwrap_or(f64::NEG_INFINITY);
                self.groups.iter().map(move |&(group, rate)| {
                    let ln_feature = match group {
                        Group::Offset => 2.0 * (self.output_std * omega).ln(),
                        Group::Bias => 2.0 * (self.output_std * at).ln(),
                        _ => 0.0,
                    };
                    LogEstimate::new(ln_line + ln_feature + rate.ln(), 8.0 * f64::EPSILON)
                })
            });
        Ok(LogEstimate::sum(terms))
    }

    /// Whether t is, to the spacing of floats, one of the zeros of the spectrum at unit scale.
    fn vanishes_at(&self, t: f64) -> bool {
        let close = |zero: f64| (t - zero).abs() <= 4.0 * f64::EPSILON * zero;
        match &self.zeros {
            Zeros::Multiples { spacing } => {
                let n = (t / spacing).round();
                n >= 1.0 && close(n * spacing)
            }
            Zeros::Listed(list) => list.iter().any(|&zero| close(zero)),
            Zeros::Everywhere => true,
            Zeros::None | Zeros::Unknown => false,
        }
    }

    /// The first `most` zeros at unit scale.
    pub(super) fn zeros_below(&self, most: usize) -> impl Iterator<Item = f64> {
        let list = match self.activation.zeros() {
            Zeros::Multiples { spacing } => (1..=most).map(|n| n as f64 * spacing).collect(),
            Zeros::Listed(mut list) => {
                list.truncate(most);
                list
            }
            Zeros::None | Zeros::Everywhere | Zeros::Unknown => Vec::new(),
        };
        list.into_iter()
    }
}

/// The step by which a logarithmic slope is taken, relative to t: its size matters, not its digits.
const BESIDE: f64 = 1e-6;

/// What the rounding of t = ω/s does to a power with this slope d ln/d ln t.
fn rounding(slope: f64) -> f64 {
    let units = slope.abs().min(1.0 / f64::EPSILON);
    f64::EPSILON * (units + 2.0)
}

/// d ln|φ̂|²/d ln t of a sample.
fn value_slope(sample: &FourierSample) -> f64 {
    let norm = sample.value.norm_sqr();
    2.0 * (sample.value.conj() * (sample.stretch - sample.value)).re / norm
}

/// |φ̂|² of a sample.
fn value_power(sample: &FourierSample) -> LogEstimate {
    square(sample.exponent, sample.value.norm(), sample.value_error)
}

/// |φ̂ + ωφ̂′|² of a sample.
pub(super) fn stretch_power(sample: &FourierSample) -> LogEstimate {
    square(sample.exponent, sample.stretch.norm(), sample.stretch_error)
}

/// (modulus·e^exponent)²; where the error swallows the modulus, its bound with a relative error ≥ 1.
fn square(exponent: f64, modulus: f64, error: f64) -> LogEstimate {
    let known = modulus.max(error);
    if known == 0.0 || exponent == f64::NEG_INFINITY {
        return LogEstimate::ZERO;
    }
    let relative = error / known;
    let relative_error = if relative < 0.25 {
        relative * (2.0 + relative)
    } else {
        // (1+ε)² − 1 is no longer a bound on |1 − truth/value| both ways.
        4.0 * relative
    };
    LogEstimate::new(2.0 * (exponent + known.ln()), relative_error)
}
