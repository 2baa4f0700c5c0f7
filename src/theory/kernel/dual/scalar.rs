//! Dual activations as functions of the correlation alone.

use super::expansion::Expansion;
use super::hermite;
use super::homogeneous::Homogeneous;
use super::mixture::{Mixture, inverse_root_derivatives};
use super::{AtVariance, Covariance, DualActivation, Layer, Method};
use crate::error::{Result, positive};
use crate::numerics::{Estimate, special::Correlation};

/// The first and the last number of terms tried for a derivative's series.
const TERMS: (usize, usize) = (64, 4096);
/// Where a series of a derivative is long enough, relative to its sum of moduli.
const ENOUGH: f64 = 1e-13;
/// The part of E[φ²] that may be missing where the last coefficients are taken for rounding.
const COMPLETE: f64 = 1e-14;

/// κ(ρ) = E[φ(u)φ(v)] at fixed variances: what a layer does to a correlation.
///
/// # Examples
/// ```
/// use spectral_bias::model::Activation;
/// use spectral_bias::numerics::special::Correlation;
/// use spectral_bias::theory::kernel::DualActivation;
/// // A correlation through two layers, and the Taylor coefficients of one.
/// let dual = DualActivation::new(&Activation::erf());
/// let kappa = dual.at_variances(1.0, 1.0)?;
/// let twice = kappa.correlation(kappa.correlation(Correlation::from_rho(0.5)));
/// assert!(twice.rho() < 0.5);
/// let third = kappa.derivative(3, Correlation::from_rho(0.0));
/// let a = dual.hermite_coefficients(1.0, 4)?;
/// assert!((third.value - 6.0 * a[3].value * a[3].value).abs() < 1e-13);
/// # Ok::<(), spectral_bias::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ScalarDual<'a> {
    dual: &'a DualActivation,
    q11: f64,
    q22: f64,
    prepared: (AtVariance, AtVariance),
    /// E[φ(u)²] and E[φ(v)²].
    squares: (f64, f64),
}

impl DualActivation {
    /// κ(ρ) at these variances.
    ///
    /// # Errors
    /// Variances that are not finite or not > 0.
    pub fn at_variances(&self, q11: f64, q22: f64) -> Result<ScalarDual<'_>> {
        let q11 = positive("variance q11", q11)?;
        let q22 = positive("variance q22", q22)?;
        let terms = self.terms(q11.max(q22));
        let prepared = (self.at_variance(q11, terms), self.at_variance(q22, terms));
        let own = |q: f64, at: &AtVariance| {
            let covariance = Covariance {
                q11: q,
                q22: q,
                correlation: Correlation::from_one_minus(0.0),
            };
            self.pair(&covariance, at, at).nngp.value
        };
        let squares = (own(q11, &prepared.0), own(q22, &prepared.1));
        Ok(ScalarDual {
            dual: self,
            q11,
            q22,
            prepared,
            squares,
        })
    }

    /// a_n = E[φ(σZ)h_n(Z)] for n < count, σ² the variance, h_n the orthonormal Hermite polynomials, Z standard
    /// normal: φ(σz) = Σ a_n h_n(z) in mean square, and κ(ρ) = Σ a_n(q₁₁)a_n(q₂₂)ρⁿ (Mehler).
    ///
    /// # Errors
    /// A variance that is not finite or not > 0.
    ///
    /// # Accuracy
    /// Piecewise polynomials: by parts, some 1e−13 of a_n itself. Else the error, one bound for all, is what halving the
    /// panels of the quadrature changes, and rounding: some 1e−14 of √E\[φ²\] for n up to thousands, kinks and steps included.
    pub fn hermite_coefficients(&self, variance: f64, count: usize) -> Result<Vec<Estimate>> {
        let variance = positive("variance", variance)?;
        let closed = hermite::in_closed_form(self.activation(), variance, count);
        Ok(
            closed
                .unwrap_or_else(|| Expansion::new(self.activation(), variance, count).estimates()),
        )
    }
}

impl ScalarDual<'_> {
    fn covariance(&self, correlation: Correlation) -> Covariance {
        Covariance {
            q11: self.q11,
            q22: self.q22,
            correlation,
        }
    }

    /// κ(ρ).
    pub fn value(&self, rho: Correlation) -> Estimate {
        let (one, two) = &self.prepared;
        self.dual.pair(&self.covariance(rho), one, two).nngp
    }

    /// κ^{(n)}(ρ) = (q₁₁q₂₂)^{n/2} E[φ^{(n)}(u)φ^{(n)}(v)] (Price's theorem), infinite or undefined at
    /// ρ = ±1 where φ is not smooth enough.
    ///
    /// # Method
    /// Closed for n ≤ 1, for homogeneous φ, and to n = 8 for erf, GELU, Gaussians, tanh, sigmoid, softplus, SiLU, sech
    /// and arctan. Infinite where deltas of φ^{(n)} coincide. Else Mehler's series differentiated; what it leaves
    /// out is bounded by Parseval's identity, which says nothing at |ρ| = 1, or continued from the decay of its last
    /// two octaves, whichever is less.
    pub fn derivative(&self, order: usize, rho: Correlation) -> Estimate {
        let (one, two) = &self.prepared;
        let covariance = self.covariance(rho);
        if order == 0 {
            return self.value(rho);
        }
        if order == 1 {
            let slope = self.dual.pair(&covariance, one, two).derivative;
            return slope * covariance.scale();
        }
        if let Method::Homogeneous(function) = &self.dual.method {
            return homogeneous(function, order, &covariance);
        }
        if let Some(infinite) = self.of_coinciding_deltas(order, rho) {
            return infinite;
        }
        let mixture = Mixture::for_derivatives(self.dual.activation());
        mixture
            .and_then(|mixture| mixture.derivative(order, &covariance))
            .unwrap_or_else(|| self.by_series(order, rho))
    }

    /// ±∞ at ρ = ±1 if a delta of φ^{(n)}(u), or a derivative of one, meets its like in φ^{(n)}(v): there
    /// E[δ^{(a)}δ^{(a)}] grows as (−1)^a times the 2a-th derivative of a narrowing density, and reflection is a factor (−1)^a.
    fn of_coinciding_deltas(&self, order: usize, rho: Correlation) -> Option<Estimate> {
        let sign = if rho.one_minus() == 0.0 {
            1.0
        } else if rho.one_plus() == 0.0 {
            -1.0
        } else {
            return None;
        };
        let kinks = self.dual.activation().kinks();
        let (s, t) = (self.q11.sqrt(), self.q22.sqrt());
        let met = |k: usize| -> f64 {
            let of_order = || kinks.iter().filter(|kink| kink.order == k);
            let pairs = of_order().flat_map(|one| of_order().map(move |two| (one, two)));
            let met = pairs.filter(|(one, two)| one.at * t == sign * two.at * s);
            met.map(|(one, two)| one.jump * two.jump * (-0.5 * (one.at / s).powi(2)).exp())
                .sum()
        };
        // The lowest order is the most singular.
        let (k, sum) = (0..order)
            .map(|k| (k, met(k)))
            .find(|(_, sum)| *sum != 0.0)?;
        let reflected = sign.powi((order - k - 1) as i32);
        let value = f64::INFINITY.copysign(sum * reflected);
        Some(Estimate::new(value, f64::INFINITY))
    }

    /// Σ_{m≥n} a_m b_m m!/(m−n)! ρ^{m−n}.
    fn by_series(&self, order: usize, rho: Correlation) -> Estimate {
        let mut count = TERMS.0.max(2 * order).min(TERMS.1);
        loop {
            let activation = self.dual.activation();
            let one = Expansion::new(activation, self.q11, count);
            let two = if self.q11 == self.q22 {
                one.clone()
            } else {
                Expansion::new(activation, self.q22, count)
            };
            let r = rho.rho();
            let (mut value, mut size, mut rounding) = (0.0, 0.0, 0.0);
            let mut products = Vec::with_capacity(count);
            for (m, (a, b)) in one.coefficients.iter().zip(&two.coefficients).enumerate() {
                products.push((a.abs() + one.error) * (b.abs() + two.error));
                if m < order {
                    continue;
                }
                let weight = falling(m, order) * r.powi((m - order) as i32);
                value += a * b * weight;
                size += (a * b * weight).abs();
                // Of the coefficients, and of ρ to the power m.
                rounding += weight.abs()
                    * (one.error * b.abs() + two.error * a.abs() + one.error * two.error)
                    + f64::EPSILON * m as f64 * (a * b * weight).abs();
            }
            let parseval = one.rest() * two.rest() * self.worst_weight(count, order, r.abs());
            let complete = one.rest().powi(2) <= COMPLETE * one.square
                && two.rest().powi(2) <= COMPLETE * two.square;
            let floor = if complete {
                16.0 * one.error * two.error
            } else {
                0.0
            };
            let left = parseval.min(beyond(&products, floor, order));
            let error = left + rounding + 1e-15 * size;
            if left <= ENOUGH * size || count >= TERMS.1 {
                return Estimate::new(value, error);
            }
            count = (2 * count).min(TERMS.1);
        }
    }

    /// max_{m ≥ count} m!/(m−n)! |ρ|^{m−n}.
    fn worst_weight(&self, count: usize, order: usize, r: f64) -> f64 {
        if r == 0.0 {
            return 0.0;
        }
        let peak = order as f64 / -r.ln();
        if !peak.is_finite() {
            return f64::INFINITY;
        }
        let m = (count as f64).max(peak.ceil() + order as f64);
        let power = (order as f64) * m.ln() + (m - order as f64) * r.ln();
        power.exp()
    }

    /// κ(ρ)/√(E[φ(u)²]E[φ(v)²]) with what is known of its distance to ±1: the correlation after a layer
    /// without biases. Correlations compose: that of two layers is the second's of the first's.
    pub fn correlation(&self, rho: Correlation) -> Correlation {
        let layer = Layer {
            weight_variance: 1.0,
            bias_variance: 0.0,
        };
        let (one, two) = &self.prepared;
        let covariance = self.covariance(rho);
        let value = self.dual.pair(&covariance, one, two).nngp;
        let (first, second) = self.squares;
        let after = self.dual.propagate(
            &covariance,
            (one, two),
            value,
            layer,
            self.squares,
            (covariance.q11 - covariance.q22, first - second),
        );
        after.0.correlation
    }
}

/// m!/(m−n)!.
fn falling(m: usize, n: usize) -> f64 {
    (0..n).map(|k| (m - k) as f64).product()
}

/// Σ_{m ≥ count} |a_m b_m| m^n from the last two octaves of the products: coefficients of smooth functions fall faster than
/// any power, those of kinked ones like one, so that the power continued from here is not too high. Products
/// at their floor are rounding, and what follows is less.
fn beyond(products: &[f64], floor: f64, order: usize) -> f64 {
    let count = products.len();
    let largest = |from: usize, to: usize| products[from..to].iter().copied().fold(0.0, f64::max);
    let (before, last) = (largest(count / 4, count / 2), largest(count / 2, count));
    let size = last * (count as f64).powi(order as i32 + 1);
    if last <= floor {
        return size;
    }
    // A quarter less than the power seen, since octaves are few.
    let power = (before / last).log2() - 0.25;
    let ratio = (order as f64 + 1.0 - power).exp2();
    if ratio < 1.0 {
        0.5 * size * ratio / (1.0 - ratio)
    } else {
        f64::INFINITY
    }
}

/// κ^{(n)} of a z₊^k + b (−z)₊^k: for n ≤ k + 1 from the derivatives of φ, the last of which leaves the density of (u, v)
/// at (0, 0), (1−ρ²)^{−½} up to a factor; from there on the derivatives of that.
fn homogeneous(function: &Homogeneous, order: usize, covariance: &Covariance) -> Estimate {
    let direct = order.min(function.degree + 1);
    let lower = (1..direct).fold(*function, |f: Homogeneous, _| f.derivative());
    let found = lower.dual(covariance).derivative * covariance.scale().powi(direct as i32);
    if order == direct || found.value == 0.0 {
        return found;
    }
    let rho = covariance.correlation;
    let above = order - direct;
    let growth = inverse_root_derivatives(rho.rho(), rho.one_minus() * rho.one_plus(), above);
    let value = found.value * (growth[above] / growth[0]);
    if value.is_finite() {
        Estimate::closed_form(value)
    } else {
        let sign = rho.rho().signum().powi(above as i32);
        Estimate::new(f64::INFINITY * sign, f64::INFINITY)
    }
}
