//! Fully connected networks on points of one norm: the adapter between kernels and spectra.

use super::continuation::Continuation;
use super::homogeneous::Homogeneous;
use super::layers::ComplexNetwork;
use super::series::{PowerSeries, compose, multiply};
use super::zonal::ZonalKernel;
use crate::error::{Error, Result};
use crate::model::{FullyConnected, Parameterisation};
use crate::numerics::{Estimate, special::Correlation};
use crate::theory::kernel::{Covariance, DualActivation, GaussianKind, SphereKernel, hermite};

/// The most coefficients of one layer's series, of one in an affine argument, whose cost is n², and of a
/// composition, whose cost is n^{5/2}.
const TERMS: usize = 8192;
const AFFINE_TERMS: usize = 4096;
const COMPOSED_TERMS: usize = 1024;
/// The part of E[φ²] that Parseval may miss before a series is believed to lack something.
const MISSING: f64 = 1e-9;

/// A fully connected network's kernel on points of one norm as a function of the cosine, with what is known of it:
/// its power series, its closed forms, its continuation beyond t = ±1.
#[derive(Clone, Debug)]
pub struct ZonalNetwork {
    kernel: SphereKernel,
    continuation: Option<ComplexNetwork>,
}

impl ZonalNetwork {
    /// On the unit sphere S^{d−1}: q = σ_w²/d + σ_b² in the first layer.
    ///
    /// # Errors
    /// d = 0.
    pub fn on_sphere(network: &FullyConnected, kind: GaussianKind, dim: usize) -> Result<Self> {
        Self::new(network, kind, dim, 1.0)
    }

    /// On the hypercube {±1}^d: q = σ_w² + σ_b².
    ///
    /// # Errors
    /// d = 0.
    pub fn on_hypercube(network: &FullyConnected, kind: GaussianKind, dim: usize) -> Result<Self> {
        Self::new(network, kind, dim, dim as f64)
    }

    /// On standard Gaussian points as d → ∞, where ‖x‖²/d → 1: q = σ_w² + σ_b².
    ///
    /// # Errors
    /// The tangent kernel of a trained first layer in the standard parameterisation, which grows like d.
    pub fn in_high_dimension(network: &FullyConnected, kind: GaussianKind) -> Result<Self> {
        let grows = network.parameterisation == Parameterisation::Standard
            && kind == GaussianKind::Ntk
            && network.layers.iter().take(1).any(|l| l.weight_rate > 0.0);
        if grows {
            return Err(Error::undefined(
                "kernel in high dimension",
                "in the standard parameterisation the trained weights of the first layer add ⟨x, x′⟩, which grows like d; \
                 freeze them or take the NTK parameterisation",
            ));
        }
        Self::new(network, kind, 1, 1.0)
    }

    /// On points of R^d with ‖x‖² = `square`: q = σ_w²‖x‖²/d + σ_b².
    ///
    /// # Errors
    /// d = 0; a square that is not finite or not > 0.
    pub fn new(
        network: &FullyConnected,
        kind: GaussianKind,
        dim: usize,
        square: f64,
    ) -> Result<Self> {
        let kernel = network.kernel(kind).on_sphere(dim, square)?;
        Ok(Self {
            continuation: ComplexNetwork::new(&kernel),
            kernel,
        })
    }
}

/// Whether the series of a layer fall faster than any power.
fn is_smooth(dual: &DualActivation) -> bool {
    dual.activation().kinks().is_empty()
}

/// The series of E[φ(u)φ(v)] and E[φ′(u)φ′(v)] in the correlation, values and upper bounds, and what
/// each leaves out.
fn duals(dual: &DualActivation, variance: f64, terms: usize) -> Option<[Dual; 2]> {
    let hermite = hermite::coefficients(dual.activation(), variance, terms)?;
    let squares: Vec<Estimate> = hermite.iter().map(|a| *a * *a).collect();
    let same = Correlation::from_one_minus(0.0);
    let own = dual.evaluate(&Covariance::new(variance, variance, same).ok()?);
    // Price's theorem: E[φ′φ′] is the derivative in q₁₂.
    let slopes = squares.iter().enumerate().skip(1);
    let slopes = slopes.map(|(n, b)| *b * (n as f64 / variance)).collect();
    let smooth = is_smooth(dual);
    Some([
        Dual::new(squares, own.nngp, smooth),
        Dual::new(slopes, own.derivative, smooth),
    ])
}

impl ZonalKernel for ZonalNetwork {
    fn value(&self, t: Correlation) -> Estimate {
        self.kernel.evaluate(t)
    }

    fn power_series(&self, terms: usize) -> Option<PowerSeries> {
        let (first, (along, constant)) = self.kernel.first();
        let depth = self.kernel.stages().len();
        let most = match depth {
            1 if first.bias_variance == 0.0 => TERMS,
            1 => AFFINE_TERMS,
            _ => COMPOSED_TERMS,
        };
        let terms = terms.min(most);
        let readout = self.kernel.readout();
        let trained = readout.tangent > 0.0;
        let variance = first.weight_variance + first.bias_variance;
        let mut inner = Upper::affine(
            terms,
            first.bias_variance / variance,
            first.weight_variance / variance,
        );
        let mut tangent = Upper::affine(terms, constant, along);
        let mut value: Option<Upper> = None;
        let mut smooth = true;
        for (stage, q) in self.kernel.stages() {
            smooth &= is_smooth(&stage.dual);
            if let Some(below) = &value {
                // q^l = σ_w²Σ^{l−1} + σ_b², Θ^l = η_wΣ^{l−1} + η_b + σ_w²Θ^{l−1}Σ̇^{l−1}.
                let weight = stage.layer.weight_variance;
                inner = below
                    .scaled(weight / q)
                    .raised(stage.layer.bias_variance / q);
                let own = below.scaled(stage.weight).raised(stage.bias);
                tangent = own.plus(&tangent.scaled(weight));
            }
            let [nngp, derivative] = duals(&stage.dual, q, terms)?;
            value = Some(nngp.of(&inner));
            if trained && !tangent.is_zero() {
                tangent = tangent.times(&derivative.of(&inner));
            }
        }
        let mut answer = value?
            .scaled(readout.output)
            .raised(readout.bias)
            .plus(&tangent.scaled(readout.tangent));
        let ends = [
            self.value(Correlation::from_one_minus(0.0)),
            self.value(Correlation::from_one_plus(0.0)),
        ];
        if smooth && most < TERMS {
            // Of a composition the upper half lacks too much of what the layers leave out.
            answer.value.truncate(terms / 2);
            answer.upper.truncate(terms / 2);
        }
        Some(answer.finish(ends, smooth))
    }

    fn closed_form(&self, dim: usize, count: usize) -> Option<Vec<Estimate>> {
        let (first, (along, constant)) = self.kernel.first();
        let mut stages = self.kernel.stages();
        let ((stage, q), None) = (stages.next()?, stages.next()) else {
            return None;
        };
        if first.bias_variance > 0.0 || dim < 2 {
            return None;
        }
        let readout = self.kernel.readout();
        let function = Homogeneous::of(stage.dual.activation())?;
        let own = function.eigenvalues(q, dim, count);
        let mut values: Vec<f64> = own.iter().map(|v| readout.output * v).collect();
        if let Some(first) = values.first_mut() {
            *first += readout.bias;
        }
        if readout.tangent > 0.0 && (along > 0.0 || constant > 0.0) {
            // (a t + b) E[φ′φ′], by t P_k = (k P_{k−1} + (k+d−2) P_{k+1})/(2k+d−2).
            let slope = function.derivative()?.eigenvalues(q, dim, count + 1);
            let d = dim as f64;
            for (k, value) in values.iter_mut().enumerate() {
                let at = |k: usize| slope.get(k).copied().unwrap_or(0.0);
                let degree = k as f64;
                let moved = match k.checked_sub(1) {
                    None => at(1),
                    Some(below) => {
                        (degree * at(below) + (degree + d - 2.0) * at(k + 1))
                            / (2.0 * degree + d - 2.0)
                    }
                };
                *value += readout.tangent * (along * moved + constant * at(k));
            }
        }
        // Below the least normal number the spacing of doubles, not the relative error, is the bound.
        let floor = |v: f64| {
            if v == 0.0 {
                0.0
            } else {
                f64::MIN_POSITIVE * f64::EPSILON
            }
        };
        let bounded = |v: f64| {
            let closed = Estimate::closed_form(v);
            Estimate::new(v, closed.error + 8.0 * floor(v))
        };
        Some(values.into_iter().map(bounded).collect())
    }

    fn continuation(&self) -> Option<&dyn Continuation> {
        self.continuation.as_ref().map(|c| c as &dyn Continuation)
    }
}

/// A truncated series of positive coefficients with an upper bound on every one.
#[derive(Clone, Debug)]
struct Upper {
    value: Vec<f64>,
    upper: Vec<f64>,
}

impl Upper {
    /// b + a t.
    fn affine(terms: usize, b: f64, a: f64) -> Self {
        let series: Vec<f64> = (0..terms)
            .map(|n| [b, a].get(n).copied().unwrap_or(0.0))
            .collect();
        Self {
            value: series.clone(),
            upper: series,
        }
    }

    fn is_zero(&self) -> bool {
        self.upper.iter().all(|&b| b == 0.0)
    }

    /// With a constant added.
    fn raised(mut self, constant: f64) -> Self {
        for series in [&mut self.value, &mut self.upper] {
            if let Some(first) = series.first_mut() {
                *first += constant;
            }
        }
        self
    }

    fn map(&self, f: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        Self {
            value: f(&self.value),
            upper: f(&self.upper),
        }
    }

    fn scaled(&self, factor: f64) -> Self {
        self.map(|b| b.iter().map(|b| factor * b).collect())
    }

    fn plus(&self, other: &Self) -> Self {
        let sum = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a + b).collect();
        Self {
            value: sum(&self.value, &other.value),
            upper: sum(&self.upper, &other.upper),
        }
    }

    fn times(&self, other: &Self) -> Self {
        Self {
            value: multiply(&self.value, &other.value),
            upper: multiply(&self.upper, &other.upper),
        }
    }

    /// With what is left out from the values at t = 1 and t = −1, or for a series that falls faster than any
    /// power from its own last terms.
    fn finish(self, [right, left]: [Estimate; 2], smooth: bool) -> PowerSeries {
        let rounding = |n: usize| (16.0 + n as f64) * f64::EPSILON;
        let coefficients: Vec<Estimate> = self
            .value
            .iter()
            .zip(&self.upper)
            .enumerate()
            .map(|(n, (&b, &upper))| Estimate::new(b, (upper - b).max(0.0) + rounding(n) * b))
            .collect();
        let listed = |parity: usize| -> f64 { self.value.iter().skip(parity).step_by(2).sum() };
        let total = [(right + left) * 0.5, (right - left) * 0.5];
        let missing = [0, 1].map(|parity| {
            let difference = total[parity].value - listed(parity);
            let slack = total[parity].error + 4.0 * f64::EPSILON * right.value.abs();
            Estimate::new(difference.max(0.0), slack)
        });
        let believed = missing
            .iter()
            .all(|m| m.value <= MISSING * right.value.abs() + m.error);
        let rest = [0, 1].map(|parity| match last_terms(&self.upper, parity, 2) {
            Some(bound) if smooth && believed => Estimate::new(0.0, bound),
            _ => missing[parity],
        });
        PowerSeries::new(coefficients, rest)
    }
}

/// A bound on what follows coefficients that fall faster than any power, from the last two windows
/// of them; `None` if they do not fall. Of every one, or of one parity.
fn last_terms(upper: &[f64], parity: usize, stride: usize) -> Option<f64> {
    let n = upper.len();
    let window = (n / 8).max(8);
    let sum = |from: usize| {
        let indices = (from..from + window).filter(|i| stride == 1 || i % 2 == parity);
        indices.map(|i| upper.get(i).copied()).sum::<Option<f64>>()
    };
    let last = sum(n.checked_sub(window)?)?;
    let before = sum(n.checked_sub(2 * window)?)?;
    if last == 0.0 {
        return Some(0.0);
    }
    let ratio = last / before;
    // e^{−c√n} has ever slower ratios: four times the geometric sum of the last.
    (ratio < 0.5).then(|| 4.0 * last * ratio / (1.0 - ratio))
}

/// The series of a dual activation in the correlation, with what it leaves out.
struct Dual {
    series: Upper,
    rest: f64,
}

impl Dual {
    fn new(coefficients: Vec<Estimate>, total: Estimate, smooth: bool) -> Self {
        let upper: Vec<f64> = coefficients.iter().map(|b| b.value + b.error).collect();
        let value: Vec<f64> = coefficients.iter().map(|b| b.value).collect();
        let missing = total.value - value.iter().sum::<f64>();
        let uncertain = total.error + 4.0 * f64::EPSILON * total.value;
        let rest = match last_terms(&upper, 0, 1) {
            Some(bound) if smooth && missing <= MISSING * total.value + uncertain => bound,
            _ => missing.max(0.0) + uncertain,
        };
        Self {
            series: Upper { value, upper },
            rest,
        }
    }

    /// In an inner series g with g(1) ≤ 1. What is left out adds at most rest·g(r)^N/rⁿ to the n-th
    /// coefficient, for every r (Cauchy, all coefficients being positive).
    fn of(&self, inner: &Upper) -> Upper {
        let affine_without_constant =
            inner.upper.first() == Some(&0.0) && inner.upper.iter().skip(2).all(|&b| b == 0.0);
        let mut answer = Upper {
            value: compose(&self.series.value, &inner.value),
            upper: compose(&self.series.upper, &inner.upper),
        };
        if affine_without_constant {
            return answer;
        }
        let listed = self.series.value.len() as f64;
        let trials: Vec<(f64, f64)> = (0..12)
            .map(|i| {
                let r = 1.0 - 0.5_f64.powi(i + 1);
                let g = inner.upper.iter().rev().fold(0.0, |sum, b| sum * r + b);
                (r.ln(), listed * g.min(1.0).ln())
            })
            .collect();
        for (n, upper) in answer.upper.iter_mut().enumerate() {
            let least = trials
                .iter()
                .map(|(r, g)| (g - n as f64 * r).min(0.0))
                .fold(0.0, f64::min);
            *upper += self.rest * least.exp();
        }
        answer
    }
}
