//! Dual activations E[φ(u)φ(v)] and E[φ′(u)φ′(v)] of centred Gaussian pre-activations.

mod covariance;
mod hermite;
mod homogeneous;
mod piecewise;
mod quadrature;
mod smooth;

pub use covariance::Covariance;
pub(crate) use covariance::Layer;

use crate::model::{Activation, activation::Family};
use crate::numerics::{Estimate, special::Correlation};
use hermite::HermiteSeries;
use homogeneous::Homogeneous;
use piecewise::TruncatedPowers;

/// What a dual activation without closed form is computed to, relative to its size on the diagonal.
const TOLERANCE: f64 = 1e-10;

/// E[φ(u)φ(v)] and E[φ′(u)φ′(v)].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DualValue {
    /// E[φ(u)φ(v)].
    pub nngp: Estimate,
    /// E[φ′(u)φ′(v)], the deltas of a step included: infinite for one at ρ = ±1.
    pub derivative: Estimate,
}

/// How the dual activations of an activation are computed.
#[derive(Clone, Debug)]
#[non_exhaustive]
enum Method {
    /// a z₊^k + b (−z)₊^k: arc-cosine functions.
    Homogeneous(Homogeneous),
    /// erf(scale·z).
    Erf(f64),
    /// sin(frequency·z + phase).
    Sine(f64, f64),
    /// Quadrant moments; quadrature where they cancel too much.
    Piecewise(TruncatedPowers),
    /// Mehler's series; quadrature where it converges too slowly.
    Series,
    /// Quadrature split at the kinks.
    Quadrature,
}

/// An activation with the way to its dual activations.
///
/// # Method
/// Closed forms: two-piece homogeneous functions (ReLU^k, leaky ReLU, |z|, Heaviside, sign) through
/// arc-cosine functions (Cho & Saul 2009), erf (Williams 1997), sines. Piecewise polynomials: moments
/// of the bivariate normal over quadrants. Smooth activations: Hermite coefficients at either variance
/// and Mehler's series, its remainder bounded by Parseval's identity. Else adaptive quadrature, split
/// at the kinks.
///
/// # Accuracy
/// Closed forms: 1e−13 of √(E[φ(u)²]E[φ(v)²]), correlations ±1 included. Else what the estimate says,
/// 1e−10 of it or better. Measured in `docs/accuracy/kernel.md`.
#[derive(Clone, Debug)]
pub struct DualActivation {
    activation: Activation,
    method: Method,
}

/// What is worth computing once for every variance.
pub(crate) type AtVariance = Option<HermiteSeries>;

impl DualActivation {
    /// Chooses the method.
    pub fn new(activation: &Activation) -> Self {
        let method = if let Some(function) = Homogeneous::of(activation) {
            Method::Homogeneous(function)
        } else {
            match activation.family() {
                Family::Erf { scale } => Method::Erf(scale),
                Family::Sine { frequency, phase } => Method::Sine(frequency, phase),
                Family::PiecewisePolynomial(function) => {
                    TruncatedPowers::new(function).map_or(Method::Quadrature, Method::Piecewise)
                }
                _ if activation.kinks().is_empty() => Method::Series,
                _ => Method::Quadrature,
            }
        };
        Self {
            activation: activation.clone(),
            method,
        }
    }

    /// The activation.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }

    /// Whether errors of the covariance matter: only the homogeneous closed forms carry 1 − ρ from
    /// layer to layer to its last digits.
    pub(crate) fn carries_correlation(&self) -> bool {
        matches!(self.method, Method::Homogeneous(_))
    }

    /// Both dual activations at one covariance.
    pub fn evaluate(&self, covariance: &Covariance) -> DualValue {
        let terms = self.terms(covariance.q11.max(covariance.q22));
        let (one, two) = (
            self.at_variance(covariance.q11, terms),
            self.at_variance(covariance.q22, terms),
        );
        self.pair(covariance, &one, &two)
    }

    /// How many terms a series needs for variances up to `largest`, if it is a series.
    pub(crate) fn terms(&self, largest: f64) -> Option<usize> {
        match self.method {
            Method::Series if largest > 0.0 => HermiteSeries::terms(&self.activation, largest),
            _ => None,
        }
    }

    /// `terms`: how many are enough, where known.
    pub(crate) fn at_variance(&self, variance: f64, terms: Option<usize>) -> AtVariance {
        match self.method {
            Method::Series if variance > 0.0 => {
                HermiteSeries::new(&self.activation, variance, terms)
            }
            _ => None,
        }
    }

    /// [`DualActivation::evaluate`] with what was computed for both variances.
    pub(crate) fn pair(
        &self,
        covariance: &Covariance,
        one: &AtVariance,
        two: &AtVariance,
    ) -> DualValue {
        let by_quadrature = || quadrature::dual(&self.activation, covariance);
        match &self.method {
            Method::Homogeneous(function) => function.dual(covariance),
            Method::Erf(scale) => smooth::erf(*scale, covariance),
            Method::Sine(frequency, phase) => smooth::sine(*frequency, *phase, covariance),
            Method::Piecewise(powers) if covariance.scale() > 0.0 => {
                let exact = powers.dual(covariance);
                let own = |q: f64| {
                    let same = Correlation::from_one_minus(0.0);
                    powers.dual(&Covariance {
                        q11: q,
                        q22: q,
                        correlation: same,
                    })
                };
                let fine = |e: Estimate, size: f64| e.error <= TOLERANCE * size;
                // The diagonal is only looked at where the value itself does not vouch for its digits.
                if fine(exact.nngp, exact.nngp.value.abs())
                    && fine(exact.derivative, exact.derivative.value.abs())
                {
                    return exact;
                }
                let (a, b) = (own(covariance.q11), own(covariance.q22));
                let size = |a: Estimate, b: Estimate| (a.value.abs() * b.value.abs()).sqrt();
                if fine(exact.nngp, size(a.nngp, b.nngp))
                    && fine(exact.derivative, size(a.derivative, b.derivative))
                {
                    exact
                } else {
                    by_quadrature()
                }
            }
            Method::Series => match (one, two) {
                (Some(one), Some(two)) => one.dual(two, covariance),
                _ => by_quadrature(),
            },
            _ => by_quadrature(),
        }
    }

    /// The covariance after a layer u′ = √α φ(u)·g + √β g₀, whose variances are given; `value` is
    /// E[φ(u)φ(v)].
    pub(crate) fn propagate(
        &self,
        covariance: &Covariance,
        value: Estimate,
        layer: Layer,
        (q11, q22): (f64, f64),
    ) -> Covariance {
        let scale = q11.sqrt() * q22.sqrt();
        let correlation = if scale == 0.0 {
            Correlation::from_rho(0.0)
        } else if covariance.correlation.one_minus() == 0.0 && covariance.q11 == covariance.q22 {
            Correlation::from_one_minus(0.0)
        } else if let Method::Homogeneous(function) = &self.method {
            let alpha = layer.weight_variance;
            if function.is_odd() && layer.bias_variance == 0.0 && value.value < 0.0 {
                let defect = function.defect(&covariance.mirrored());
                Correlation::from_one_plus(alpha * defect / scale)
            } else {
                let toward = alpha * function.defect(covariance);
                let radial = radial(layer.bias_variance, (q11, q22), scale);
                Correlation::from_one_minus((toward + radial) / scale)
            }
        } else {
            let q12 = layer.weight_variance * value.value + layer.bias_variance;
            Correlation::from_rho(q12 / scale)
        };
        Covariance {
            q11,
            q22,
            correlation,
        }
    }
}

/// What differing norms alone take from the correlation of vectors with a common component √β:
/// √(q₁₁q₂₂) − √((q₁₁−β)(q₂₂−β)) − β = β(√(q₁₁−β) − √(q₂₂−β))²/(√(q₁₁q₂₂) + √((q₁₁−β)(q₂₂−β)) + β).
fn radial(beta: f64, (q11, q22): (f64, f64), scale: f64) -> f64 {
    if beta == 0.0 {
        return 0.0;
    }
    let (a, b) = ((q11 - beta).max(0.0).sqrt(), (q22 - beta).max(0.0).sqrt());
    beta * (a - b).powi(2) / (scale + a * b + beta)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_and_quadrature_agree_at_unequal_and_large_variances() {
        for name in ["tanh", "gelu"] {
            let activation = Activation::parse(name).unwrap();
            let dual = DualActivation::new(&activation);
            for (q11, q22, rho) in [(0.01, 5.0, 0.9), (6.0, 6.5, 0.7), (30.0, 0.5, -0.95)] {
                let covariance = Covariance::new(q11, q22, Correlation::from_rho(rho)).unwrap();
                let terms = dual.terms(q11.max(q22));
                assert!(dual.at_variance(q11, terms).is_some());
                assert!(dual.at_variance(q22, terms).is_some());
                let (a, b) = (
                    dual.evaluate(&covariance),
                    quadrature::dual(&activation, &covariance),
                );
                for (a, b) in [(a.nngp, b.nngp), (a.derivative, b.derivative)] {
                    let difference = (a.value - b.value).abs();
                    assert!(
                        difference <= a.error + b.error,
                        "{name} {covariance:?}: {a:?} {b:?}"
                    );
                    assert!(a.error < 1e-10, "{name} {covariance:?}: {a:?}");
                }
            }
        }
    }
}
