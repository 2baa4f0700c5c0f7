//! The weight that is wanted, by its logarithm.

use crate::error::{Error, Result};
use crate::model::activation::{Activation, Extrapolation, PiecewisePolynomial};
use crate::model::ensemble::{Ensemble, OffsetLaw, ScaleLaw};
use crate::model::{Group, LearningRates, Shallow};
use crate::theory::penalty::Penalty;
use std::fmt;
use std::sync::Arc;

/// ln P as a function of r, or why there is none.
type Logarithm = dyn Fn(f64) -> Result<f64> + Send + Sync;

/// A penalty weight P(r) = 1/K̂(r) for r = ‖k‖ > 0, wherever it comes from.
///
/// It is asked for far beyond the band that matters, to see how it behaves at r → 0 and r → ∞; values that
/// overflow count as infinite there.
#[derive(Clone)]
pub struct WantedWeight {
    name: String,
    logarithm: Arc<Logarithm>,
}

impl fmt::Debug for WantedWeight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WantedWeight").field(&self.name).finish()
    }
}

impl WantedWeight {
    /// From P itself.
    pub fn from_fn(
        name: impl Into<String>,
        weight: impl Fn(f64) -> f64 + Send + Sync + 'static,
    ) -> Self {
        let logarithm = move |r: f64| match weight(r) {
            p if p < 0.0 => Err(Error::invalid(
                format!("weight at r = {r}"),
                "a positive number (a penalty is a square)",
                p,
            )),
            p => Ok(p.ln()),
        };
        Self::by_logarithm(name, logarithm)
    }

    /// From ln P, for weights that overflow.
    pub fn from_logarithm(
        name: impl Into<String>,
        logarithm: impl Fn(f64) -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self::by_logarithm(name, move |r| Ok(logarithm(r)))
    }

    fn by_logarithm(
        name: impl Into<String>,
        logarithm: impl Fn(f64) -> Result<f64> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            logarithm: Arc::new(logarithm),
        }
    }

    /// Reads a formula in r: `r^4`, `exp(2*r)`, `r^4/(1+r^2)`, `sinh(pi*r/2)^2/pi^2`.
    ///
    /// # Errors
    /// What is no formula in r.
    #[cfg(feature = "formula")]
    pub fn parse(formula: &str) -> Result<Self> {
        let weight = crate::model::activation::formula_of(formula, "r")?;
        Ok(Self::from_fn(formula.trim(), weight))
    }

    /// From samples (r_i, P_i), r ascending: the cubic spline of ln P through ln r, going on as powers of r
    /// at both ends.
    ///
    /// # Errors
    /// Fewer than two samples, lengths that differ, r not positive and strictly ascending, P not positive.
    pub fn table(name: impl Into<String>, r: &[f64], weight: &[f64]) -> Result<Self> {
        if r.len() < 2 || r.len() != weight.len() {
            let found = format!("{} and {}", r.len(), weight.len());
            return Err(Error::shape(
                "table",
                "two or more r, as many weights",
                found,
            ));
        }
        for (what, numbers) in [("r", r), ("weight", weight)] {
            if let Some(at) = numbers.iter().position(|x| !(*x > 0.0 && x.is_finite())) {
                return Err(Error::invalid(
                    format!("table, {what} of sample {at} (from 0)"),
                    "a finite number > 0",
                    numbers[at],
                ));
            }
        }
        if let Some(at) = r.windows(2).position(|pair| pair[0] >= pair[1]) {
            return Err(Error::invalid(
                format!("table, r of sample {} (from 0)", at + 1),
                format!("strictly ascending r, above {}", r[at]),
                r[at + 1],
            ));
        }
        let ln = |numbers: &[f64]| numbers.iter().map(|x| x.ln()).collect::<Vec<_>>();
        let spline = PiecewisePolynomial::cubic_spline(&ln(r), &ln(weight), Extrapolation::Linear)?;
        Ok(Self::from_logarithm(name, move |r| spline.value(r.ln())))
    }

    /// The weight of another activation in dimension `dim`, outputs trained, at scale 1 and unit density of offsets.
    ///
    /// # Errors
    /// A dimension of 0; an activation without a Fourier penalty.
    pub fn of_activation(activation: &Activation, dim: usize) -> Result<Self> {
        let penalty = penalty_of(activation, dim)?;
        let name = format!("P of {activation} in dimension {dim}");
        Ok(Self::by_logarithm(name, move |r| {
            Ok(penalty.weight(r)?.log_weight.unwrap_or(f64::INFINITY))
        }))
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether P(r) is 0, or below the smallest double.
    pub(super) fn is_zero(&self, r: f64) -> Result<bool> {
        Ok((self.logarithm)(r)? == f64::NEG_INFINITY)
    }

    /// ln P(r), +∞ where P is infinite.
    ///
    /// # Errors
    /// r not positive; a weight that is NaN, negative, or zero (an infinite power spectrum).
    pub fn logarithm(&self, r: f64) -> Result<f64> {
        crate::error::positive("frequency", r)?;
        let ln = (self.logarithm)(r)?;
        if ln.is_nan() {
            return Err(Error::NotFinite {
                argument: format!("weight {}", self.name),
                position: format!("r = {r}"),
                found: ln,
            });
        }
        if ln == f64::NEG_INFINITY {
            return Err(Error::undefined(
                format!("design for the weight {}", self.name),
                format!(
                    "it is 0 at r = {r} (or below the smallest double), where the power spectrum of the activation would be infinite"
                ),
            ));
        }
        Ok(ln)
    }
}

/// The Fourier penalty of an activation, outputs trained, at scale 1 and unit density of offsets.
pub(super) fn penalty_of(activation: &Activation, dim: usize) -> Result<Penalty> {
    let ensemble = Ensemble::RadonSpline {
        offset: OffsetLaw::Unbounded,
        scale: ScaleLaw::Fixed(1.0),
    };
    let rates = LearningRates::train(&[Group::Output])?;
    Penalty::new(&Shallow::new(activation.clone(), dim, ensemble, rates)?)
}
