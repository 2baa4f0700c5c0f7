//! Gaussian networks restricted to points of one norm: the adapter between kernels and spectra.

use super::continuation::Continuation;
use super::homogeneous::Homogeneous;
use super::layers;
use super::series::{PowerSeries, compose, multiply};
use super::zonal::ZonalKernel;
use crate::error::{Result, positive};
use crate::model::Activation;
use crate::numerics::{Estimate, special::Correlation};
use crate::theory::kernel::{
    Covariance, DualActivation, DualValue, GaussianKernel, GaussianKind, Kernel, hermite,
};

/// The most coefficients of one layer's series, of one in an affine argument, whose cost is n², and of a
/// composition, whose cost is n^{5/2}.
const TERMS: usize = 8192;
const AFFINE_TERMS: usize = 4096;
const COMPOSED_TERMS: usize = 1024;
/// The part of E[φ²] that Parseval may miss before a series is believed to lack something.
const MISSING: f64 = 1e-9;

/// What a Gaussian network is: its activation, z = σ_w⟨w,x⟩/√d + σ_b b in every layer, its depth and which of
/// its two kernels.
#[derive(Clone, Debug)]
pub struct NetworkSettings {
    /// The activation φ.
    pub activation: Activation,
    /// σ_w > 0.
    pub weight_std: f64,
    /// σ_b ≥ 0.
    pub bias_std: f64,
    /// The number of hidden layers, at least 1.
    pub depth: usize,
    /// NNGP or NTK.
    pub kind: GaussianKind,
}

/// A Gaussian network's kernel on points of one norm as a function of the cosine.
#[derive(Clone, Debug)]
pub struct ZonalNetwork {
    settings: NetworkSettings,
    kernel: GaussianKernel,
    /// ‖x‖²/d.
    mean_square: f64,
    /// The variances of the pre-activations, one for each layer.
    variances: Vec<f64>,
    homogeneous: Option<Homogeneous>,
    continuation: Option<layers::ComplexNetwork>,
}

impl ZonalNetwork {
    /// On the unit sphere S^{d−1}: q = σ_w²/d + σ_b² in the first layer.
    ///
    /// # Errors
    /// d = 0; as [`GaussianKernel::new`].
    pub fn on_sphere(settings: NetworkSettings, dim: usize) -> Result<Self> {
        let dim = positive("dim", dim as f64)?;
        Self::new(settings, 1.0 / dim)
    }

    /// On points with ‖x‖² = d, the hypercube {±1}^d or standard Gaussian points in high dimension:
    /// q = σ_w² + σ_b².
    ///
    /// # Errors
    /// As [`GaussianKernel::new`].
    pub fn on_hypercube(settings: NetworkSettings) -> Result<Self> {
        Self::new(settings, 1.0)
    }

    /// On points with a given ‖x‖²/d: q = σ_w²‖x‖²/d + σ_b².
    ///
    /// # Errors
    /// A mean square that is not finite or not > 0; as [`GaussianKernel::new`].
    pub fn new(settings: NetworkSettings, mean_square: f64) -> Result<Self> {
        positive("mean square of the inputs", mean_square)?;
        let NetworkSettings {
            activation,
            weight_std,
            bias_std,
            depth,
            kind,
        } = &settings;
        let kernel = GaussianKernel::new(activation, *weight_std, *bias_std, *depth, *kind)?;
        let dual = DualActivation::new(activation);
        let (weight, bias) = (weight_std * weight_std, bias_std * bias_std);
        let mut variances = vec![weight * mean_square + bias];
        while variances.len() < *depth {
            let q = variances.last().copied().unwrap_or(0.0);
            variances.push(weight * diagonal(&dual, q)?.nngp.value + bias);
        }
        let homogeneous = Homogeneous::of(activation);
        let continuation = homogeneous
            .and_then(|f| layers::ComplexNetwork::new(f, &settings, mean_square, &variances));
        Ok(Self {
            kernel,
            mean_square,
            variances,
            homogeneous,
            continuation,
            settings,
        })
    }

    /// The activation, scales, depth and kind.
    pub fn settings(&self) -> &NetworkSettings {
        &self.settings
    }

    /// Whether the series of its layers fall faster than any power.
    fn is_smooth(&self) -> bool {
        self.settings.activation.kinks().is_empty()
    }

    fn layer(&self) -> (f64, f64) {
        let NetworkSettings {
            weight_std,
            bias_std,
            ..
        } = self.settings;
        (weight_std * weight_std, bias_std * bias_std)
    }

    /// The series of E[φ(u)φ(v)] and E[φ′(u)φ′(v)] in the correlation, values and upper bounds, and what
    /// each leaves out.
    fn duals(&self, variance: f64, terms: usize) -> Option<[Dual; 2]> {
        let hermite = hermite::coefficients(&self.settings.activation, variance, terms)?;
        let squares: Vec<Estimate> = hermite.iter().map(|a| *a * *a).collect();
        let own = diagonal(&DualActivation::new(&self.settings.activation), variance).ok()?;
        // Price's theorem: E[φ′φ′] is the derivative in q₁₂.
        let slopes = squares.iter().enumerate().skip(1);
        let slopes = slopes.map(|(n, b)| *b * (n as f64 / variance)).collect();
        let smooth = self.is_smooth();
        Some([
            Dual::new(squares, own.nngp, smooth),
            Dual::new(slopes, own.derivative, smooth),
        ])
    }
}

/// E[φ(u)²] and E[φ′(u)²].
fn diagonal(dual: &DualActivation, variance: f64) -> Result<DualValue> {
    let same = Correlation::from_one_minus(0.0);
    Ok(dual.evaluate(&Covariance::new(variance, variance, same)?))
}

impl ZonalKernel for ZonalNetwork {
    fn value(&self, t: Correlation) -> Estimate {
        // Two points of the plane at this angle, of the right norm, alike to the last bit.
        let r = (2.0 * self.mean_square).sqrt();
        let (c, s) = (
            r * (0.5 * t.one_plus()).sqrt(),
            r * (0.5 * t.one_minus()).sqrt(),
        );
        self.kernel.evaluate(&[c, s], &[c, -s])
    }

    fn power_series(&self, terms: usize) -> Option<PowerSeries> {
        let (weight, bias) = self.layer();
        let depth = self.settings.depth;
        let most = match depth {
            1 if bias == 0.0 => TERMS,
            1 => AFFINE_TERMS,
            _ => COMPOSED_TERMS,
        };
        let terms = terms.min(most);
        let first = *self.variances.first()?;
        let mut inner = Upper::zeros(terms);
        inner.set(0, bias / first);
        inner.set(1, weight * self.mean_square / first);
        let mut tangent = inner.scaled(first);
        let mut answer = None;
        for (l, &q) in self.variances.iter().enumerate() {
            let [value, slope] = self.duals(q, terms)?;
            let value = value.of(&inner);
            let slope = matches!(self.settings.kind, GaussianKind::Ntk).then(|| slope.of(&inner));
            if let Some(slope) = &slope {
                tangent = tangent.times(slope);
            }
            match self.variances.get(l + 1) {
                Some(next) => {
                    let mut moved = value.scaled(weight);
                    moved.set(0, moved.value.first()? + bias);
                    // Θ^{l+1} = q^{l+1} + σ_w²Θ^lΣ̇^l.
                    tangent = moved.plus(&tangent.scaled(weight));
                    inner = moved.scaled(1.0 / next);
                }
                None if slope.is_some() => answer = Some(value.plus(&tangent)),
                None => answer = Some(value),
            }
        }
        let ends = [
            self.value(Correlation::from_one_minus(0.0)),
            self.value(Correlation::from_one_plus(0.0)),
        ];
        let mut answer = answer?;
        if self.is_smooth() && most < TERMS {
            // Of a composition the upper half lacks too much of what the layers leave out.
            answer.value.truncate(terms / 2);
            answer.upper.truncate(terms / 2);
        }
        Some(answer.finish(ends, self.is_smooth()))
    }

    fn closed_form(&self, dim: usize, count: usize) -> Option<Vec<Estimate>> {
        let (_, bias) = self.layer();
        let function = self.homogeneous?;
        if bias > 0.0 || self.settings.depth > 1 || dim < 2 {
            return None;
        }
        let q = *self.variances.first()?;
        let mut values = function.eigenvalues(q, dim, count);
        if self.settings.kind == GaussianKind::Ntk {
            // q t E[φ′φ′], by t P_k = (k P_{k−1} + (k+d−2) P_{k+1})/(2k+d−2).
            let slope = function.derivative()?.eigenvalues(q, dim, count + 1);
            let d = dim as f64;
            for (k, value) in values.iter_mut().enumerate() {
                let above = slope.get(k + 1).copied().unwrap_or(0.0);
                let degree = k as f64;
                *value += q * match k.checked_sub(1) {
                    None => above,
                    Some(below) => {
                        let below = slope.get(below).copied().unwrap_or(0.0);
                        (degree * below + (degree + d - 2.0) * above) / (2.0 * degree + d - 2.0)
                    }
                };
            }
        }
        Some(values.into_iter().map(Estimate::closed_form).collect())
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
    fn zeros(terms: usize) -> Self {
        Self {
            value: vec![0.0; terms],
            upper: vec![0.0; terms],
        }
    }

    fn set(&mut self, n: usize, coefficient: f64) {
        if let (Some(value), Some(upper)) = (self.value.get_mut(n), self.upper.get_mut(n)) {
            let added = coefficient - *value;
            *value = coefficient;
            *upper += added;
        }
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
