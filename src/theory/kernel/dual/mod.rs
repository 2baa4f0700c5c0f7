//! Dual activations E[φ(u)φ(v)] and E[φ′(u)φ′(v)] of centred Gaussian pre-activations.

mod beside;
mod closed;
mod coefficient_table;
mod coefficients;
mod composite;
mod covariance;
mod crossing;
mod defect;
mod ends;
mod enough;
mod error_function;
mod expansion;
mod graded;
pub(crate) mod hermite;
mod homogeneous;
mod homogeneous_slopes;
mod linear_unit;
mod mixture;
mod packet;
mod piecewise;
mod polynomial;
mod quadrature;
mod rows;
mod scalar;
mod series_rows;
mod short_range;
mod slopes;
mod spline;
mod taylor;
mod truncated;

pub use covariance::Covariance;
pub(crate) use covariance::Layer;
pub(crate) use homogeneous::Homogeneous;
pub(crate) use homogeneous_slopes::HomogeneousSlopes;
pub(crate) use rows::{DualRows, RowPairs, STRIP, Strip, strips};
pub use scalar::ScalarDual;
pub(crate) use slopes::DualSlopes;

use crate::error::{Result, finite};
use crate::model::{
    Activation,
    activation::{Family, Parity},
};
use crate::numerics::{Estimate, special::Correlation};
use closed::ClosedForm;
use composite::Composite;
use graded::{Graded, Side};
use hermite::HermiteSeries;
use mixture::Mixture;
use piecewise::Piecewise;
use polynomial::Polynomial;
use short_range::ShortRange;
use std::ops::Add;
use std::sync::Arc;

/// What is asked for where there is no closed form, relative to √(E[φ(u)²]E[φ(v)²]).
const TOLERANCE: f64 = 1e-10;
/// What a closed form may lose to cancellation, relative to √(E[φ(u)²]E[φ(v)²]), before quadrature takes over.
const LOST: f64 = 4e-14;
/// The rounding of a closed form without cancellation, relative to the same.
const ROUNDING: f64 = 1e-14;

/// E[φ(u)φ(v)] and E[φ′(u)φ′(v)].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DualValue {
    /// E[φ(u)φ(v)].
    pub nngp: Estimate,
    /// E[φ′(u)φ′(v)], the deltas of a step included: infinite for one at ρ = ±1.
    pub derivative: Estimate,
}

impl DualValue {
    /// Closed forms, right to rounding relative to the given sizes.
    fn rounded(nngp: f64, size: f64, derivative: f64, slopes: f64) -> Self {
        Self {
            nngp: Estimate::new(nngp, ROUNDING * size),
            derivative: Estimate::new(derivative, ROUNDING * slopes),
        }
    }

    /// Of both whatever has the smaller error.
    fn or(self, other: Self) -> Self {
        let better = |a: Estimate, b: Estimate| if b.error < a.error { b } else { a };
        Self {
            nngp: better(self.nngp, other.nngp),
            derivative: better(self.derivative, other.derivative),
        }
    }

    /// What is beyond the largest double, or a difference of such, is not known at all.
    fn or_beyond(self) -> Self {
        let known = |e: Estimate| match e.value.is_finite() {
            true => e,
            false => Estimate::new(f64::INFINITY, f64::INFINITY),
        };
        Self {
            nngp: known(self.nngp),
            derivative: known(self.derivative),
        }
    }
}

impl Add for DualValue {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            nngp: self.nngp + other.nngp,
            derivative: self.derivative + other.derivative,
        }
    }
}

/// How the dual activations of an activation are computed.
#[derive(Clone, Debug)]
enum Method {
    /// a z₊^k + b (−z)₊^k: arc-cosine functions.
    Homogeneous(Homogeneous),
    /// Finite Hermite expansions.
    Polynomial(Polynomial),
    /// Sums of closed forms; one-dimensional quadrature where they cancel.
    Closed(ClosedForm),
    /// Splines, or composite Gauss rules.
    Piecewise(Box<Piecewise>),
    /// Mehler's series; what takes over where it converges too slowly.
    Series(Direct),
    /// No closed form, no series.
    Direct(Direct),
    /// Quadrature split at the kinks, over closed conditional means.
    Quadrature(ClosedForm),
}

/// From this variance on a remainder of short range is tried, which says itself whether it kept its digits; a narrower law
/// asks for quadrature that adapts to it.
const SHORT_RANGE_FROM: f64 = 1e-4;

/// What holds at any variance.
#[derive(Clone, Debug)]
enum Direct {
    /// Closed forms mixed over scales.
    Mixture(Mixture),
    /// A comparator in closed form and a remainder of short range.
    ShortRange(Box<ShortRange>),
    /// Series on graded cells.
    Graded,
}

impl Direct {
    fn of(activation: &Activation) -> Self {
        if let Some(mixture) = Mixture::of(activation) {
            return Self::Mixture(mixture);
        }
        // The deltas of steps ask for conditional means.
        let steps = activation.kinks().iter().any(|kink| kink.order == 0);
        match ShortRange::of(activation) {
            Some(split) if !steps => Self::ShortRange(Box::new(split)),
            _ => Self::Graded,
        }
    }

    fn dual(&self, activation: &Activation, covariance: &Covariance) -> DualValue {
        let fine = |e: Estimate, size: f64| e.error <= TOLERANCE * size;
        match self {
            Self::Mixture(mixture) => {
                // A kink is resolved by noises down to some strength: a narrower law asks for shorter cells.
                let (found, sizes) = mixture.dual(covariance);
                if fine(found.nngp, sizes[0]) && fine(found.derivative, sizes[1]) {
                    return found;
                }
            }
            Self::ShortRange(split) if covariance.q11.min(covariance.q22) >= SHORT_RANGE_FROM => {
                let (found, sizes) = split.dual(covariance);
                // A remainder beyond its reach is not seen at all.
                let reach = short_range::REACH * covariance.q11.min(covariance.q22).sqrt();
                let seen = sizes[0] > 0.0 && activation.kinks().iter().all(|k| k.at.abs() < reach);
                if seen && fine(found.nngp, sizes[0]) && fine(found.derivative, sizes[1]) {
                    return found;
                }
            }
            _ => {}
        }
        graded::dual(activation, covariance, (0.0, 0.0))
    }

    /// Whether a series is worth trying at this variance.
    fn leaves(&self, variance: f64) -> bool {
        variance > 0.0 && (matches!(self, Self::Graded) || variance <= LONG_SERIES)
    }
}

impl Method {
    /// The choice, apart from the numbers.
    fn of(activation: &Activation) -> Self {
        if let Some(function) = Homogeneous::of(activation) {
            return Self::Homogeneous(function);
        }
        let closed = ClosedForm::of(activation);
        match (activation.family(), closed) {
            (Family::PiecewisePolynomial(function), _) => match Polynomial::of(function) {
                Some(polynomial) => Self::Polynomial(polynomial),
                None => Self::Piecewise(Box::new(Piecewise::new(function))),
            },
            (_, Some(closed)) if closed.is_pairwise() => Self::Closed(closed),
            (_, Some(closed)) => Self::Quadrature(closed),
            (_, None) if activation.kinks().is_empty() => Self::Series(Direct::of(activation)),
            (_, None) => Self::Direct(Direct::of(activation)),
        }
    }
}

/// An activation with the way to its dual activations.
///
/// # Method
/// Closed forms: two-piece homogeneous functions (ReLU^k, leaky ReLU, |z|^k, Heaviside, sign) through
/// arc-cosine functions (Cho & Saul 2009); polynomials; erf with any affine argument (Williams 1997), GELU, sines, Gaussians and
/// Gabor functions, exponentials, ELU, CELU, SELU, and sums within each of these families. Splines: Taylor's series
/// from correlation ±1, its remainder integrated (Price 1958); where that cancels, and all other piecewise polynomials: Gauss rules
/// of a fixed degree between all knots, over truncated moments of the other pre-activation. Sums across these families, and whatever
/// would lose digits to cancellation: one-dimensional adaptive quadrature over closed conditional means.
/// Smooth activations: Hermite coefficients at either variance and Mehler's series, its remainder bounded by
/// Parseval's identity; where it is too long, tanh, sigmoid, softplus, SiLU, sech and arctan (softsign, with its kink, always)
/// are summed as closed forms seen through Gaussian noise of some strength (Andrews & Mallows 1974). Any other
/// function that reaches linear tails fast, kinks included: a smooth comparator in closed form, and the remainder, whose range
/// does not grow with the variance, by composite Gauss rules. Else series on cells that are as short as φ changes fast, near and
/// far: φ on such cells at either variance, the conditional mean of one pre-activation on others, and Gauss rules along the
/// other.
///
/// # Accuracy
/// Closed forms and piecewise polynomials: 1e−13 of the value or 1e−16 of √(E[φ(u)²]E[φ(v)²]), whichever is larger, correlations ±1
/// included; sums that cancel, and means other than zero: 1e−13 of the latter. Else
/// what the estimate says, 1e−10 of it or better; wide where φ is so rough that 20 000 cells do
/// not suffice. Measured in `docs/accuracy/kernel.md`.
#[derive(Clone, Debug)]
pub struct DualActivation {
    activation: Activation,
    method: Method,
}

/// Beyond this variance what holds at any is faster than a series.
const LONG_SERIES: f64 = 30.0;

/// What is worth computing once for every variance.
#[derive(Clone, Debug)]
pub(crate) enum AtVariance {
    /// Nothing.
    Nothing,
    /// Coefficients.
    Series(HermiteSeries),
    /// φ on its cells.
    Graded(Arc<Graded>),
}

impl DualActivation {
    /// Chooses the method.
    pub fn new(activation: &Activation) -> Self {
        Self {
            activation: activation.clone(),
            method: Method::of(activation),
        }
    }

    /// The activation.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }

    /// Both dual activations at one covariance; infinite, with an infinite error, where they exceed the largest double.
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
        match &self.method {
            Method::Series(direct) if direct.leaves(largest) => {
                HermiteSeries::terms(&self.activation, largest)
            }
            _ => None,
        }
    }

    /// `terms`: how many are enough, where known.
    pub(crate) fn at_variance(&self, variance: f64, terms: Option<usize>) -> AtVariance {
        if let (Method::Series(_), Some(_)) = (&self.method, terms)
            && let Some(series) = HermiteSeries::new(&self.activation, variance, terms)
        {
            return AtVariance::Series(series);
        }
        match &self.method {
            Method::Series(Direct::Graded) | Method::Direct(Direct::Graded) if variance > 0.0 => {
                let graded = Graded::new(&self.activation, 0.0, variance.sqrt());
                AtVariance::Graded(Arc::new(graded))
            }
            _ => AtVariance::Nothing,
        }
    }

    /// [`DualActivation::evaluate`] with what was computed for both variances.
    pub(crate) fn pair(
        &self,
        covariance: &Covariance,
        one: &AtVariance,
        two: &AtVariance,
    ) -> DualValue {
        if let (AtVariance::Graded(one), AtVariance::Graded(two)) = (one, two) {
            let sides = [one, two].map(|graded| Side {
                mean: 0.0,
                graded: Some(graded),
            });
            return graded::prepared(&self.activation, covariance, sides);
        }
        match &self.method {
            Method::Homogeneous(function) => function.dual(covariance),
            Method::Polynomial(polynomial) => polynomial.dual(covariance),
            Method::Closed(closed) => {
                let found = self.closed(closed, covariance, (0.0, 0.0));
                let independent = covariance.correlation.rho() == 0.0;
                let product = independent.then(|| closed.independent(covariance));
                product.flatten().map_or(found, |means| found.or(means))
            }
            Method::Piecewise(pieces) if covariance.scale() > 0.0 => pieces.dual(covariance),
            Method::Piecewise(_) => {
                let closed = ClosedForm::of(&self.activation);
                self.any(closed.as_ref(), covariance, (0.0, 0.0))
            }
            Method::Series(direct) => match (one, two) {
                (AtVariance::Series(one), AtVariance::Series(two)) => one.dual(two, covariance),
                _ => direct.dual(&self.activation, covariance),
            },
            Method::Direct(direct) => direct.dual(&self.activation, covariance),
            Method::Quadrature(closed) => self.any(Some(closed), covariance, (0.0, 0.0)),
        }
    }

    /// [`DualActivation::pair`] at a covariance whose q₁₂ is right to `error`: wider by what that changes.
    pub(crate) fn pair_within(
        &self,
        covariance: &Covariance,
        (one, two): (&AtVariance, &AtVariance),
        error: f64,
    ) -> DualValue {
        let exact = self.pair(covariance, one, two);
        if !covariance.sees(error) {
            return exact;
        }
        if let Method::Piecewise(pieces) = &self.method
            && let Some(linear) = pieces.linear()
            && let Some(wider) = linear.moved(exact, covariance, error)
        {
            return wider;
        }
        let moved = self.pair(&covariance.moved(error), one, two);
        let widen =
            |a: Estimate, b: Estimate| Estimate::new(a.value, a.error + (a.value - b.value).abs());
        DualValue {
            nngp: widen(exact.nngp, moved.nngp),
            derivative: widen(exact.derivative, moved.derivative),
        }
    }

    /// Both dual activations of (u, v) with means (μ₁, μ₂): E[φ(u)φ(v)] and E[φ′(u)φ′(v)] for
    /// (u, v) ~ N(μ, Q).
    ///
    /// # Errors
    /// Means that are not finite.
    ///
    /// # Method
    /// Closed forms for erf, sines, Gaussians, Gabor functions and exponentials; else quadrature over the
    /// conditional mean, which is closed for these, GELU, ELU and piecewise polynomials.
    pub fn evaluate_with_means(
        &self,
        covariance: &Covariance,
        (mean1, mean2): (f64, f64),
    ) -> Result<DualValue> {
        let means = (finite("mean of u", mean1)?, finite("mean of v", mean2)?);
        if means == (0.0, 0.0) {
            return Ok(self.evaluate(covariance));
        }
        let of_pieces;
        let closed = match (&self.method, self.activation.family()) {
            (Method::Closed(closed), _) => return Ok(self.closed(closed, covariance, means)),
            (Method::Quadrature(closed), _) => Some(closed),
            (_, Family::PiecewisePolynomial(function)) if covariance.scale() > 0.0 => {
                let of = |mean| Composite::new(function, mean);
                return Ok(of(mean1).dual(&of(mean2), covariance));
            }
            _ => {
                of_pieces = ClosedForm::of(&self.activation);
                of_pieces.as_ref()
            }
        };
        Ok(self.any(closed, covariance, means))
    }

    /// Of any activation: one integral over closed conditional means, or series on graded cells.
    fn any(
        &self,
        closed: Option<&ClosedForm>,
        covariance: &Covariance,
        means: (f64, f64),
    ) -> DualValue {
        match closed {
            Some(closed) => quadrature::dual(&self.activation, closed, covariance, means),
            None => graded::dual(&self.activation, covariance, means),
        }
    }

    /// The closed form, or quadrature over its conditional means where terms cancel.
    fn closed(&self, closed: &ClosedForm, covariance: &Covariance, means: (f64, f64)) -> DualValue {
        let exact = closed.dual(covariance, means).map(DualValue::or_beyond);
        match exact {
            Some(exact)
                if closed.never_cancels() && means == (0.0, 0.0)
                    || self.keeps_its_digits(&exact, covariance, means) =>
            {
                exact
            }
            _ => quadrature::dual(&self.activation, closed, covariance, means),
        }
    }

    /// Whether the error is small beside √(E[φ(u)²]E[φ(v)²]), which is only looked at where the value itself
    /// does not vouch for its digits.
    fn keeps_its_digits(
        &self,
        exact: &DualValue,
        covariance: &Covariance,
        means: (f64, f64),
    ) -> bool {
        let fine = |e: Estimate, size: f64| e.value.is_infinite() || e.error <= LOST * size;
        let (nngp, derivative) = (exact.nngp, exact.derivative);
        if fine(nngp, nngp.value.abs()) && fine(derivative, derivative.value.abs()) {
            return true;
        }
        let one = quadrature::norms(&self.activation, covariance.q11, means.0);
        let two = quadrature::norms(&self.activation, covariance.q22, means.1);
        fine(nngp, one.0 * two.0) && fine(derivative, (one.1 * two.1).max(derivative.value.abs()))
    }

    /// The covariance after a layer u′ = √α φ(u)·g + √β g₀, whose variances are given, and the error of its
    /// q₁₂; `value` is E[φ(u)φ(v)], `excesses` the difference q₁₁ − q₂₂ before and of these variances.
    pub(crate) fn propagate(
        &self,
        covariance: &Covariance,
        (one, two): (&AtVariance, &AtVariance),
        value: Estimate,
        layer: Layer,
        (q11, q22): (f64, f64),
        excesses: (f64, f64),
    ) -> (Covariance, f64) {
        let (alpha, beta) = (layer.weight_variance, layer.bias_variance);
        let scale = q11.sqrt() * q22.sqrt();
        let with = |correlation, error| {
            let covariance = Covariance {
                q11,
                q22,
                correlation,
            };
            (covariance, error)
        };
        if scale == 0.0 {
            return with(Correlation::from_rho(0.0), 0.0);
        }
        // (u, −v): for odd activations without biases as exact at −1 as at 1, for even ones the same as (u, v).
        let parity = self.activation.parity();
        let odd = parity == Parity::Odd && beta == 0.0 && value.value < 0.0;
        let even = parity == Parity::Even && covariance.correlation.rho() < 0.0;
        let near = if odd || even {
            covariance.mirrored()
        } else {
            *covariance
        };
        // Constants are equal whatever their correlation is called.
        if near.q11 == near.q22 && (near.q11 == 0.0 || near.correlation.one_minus() == 0.0) {
            let same = Correlation::from_one_minus(0.0);
            return with(if odd { -same } else { same }, 0.0);
        }
        let defect = if let Method::Homogeneous(function) = &self.method {
            Some(function.defect(&near))
        } else {
            self.defect(&near, (one, two), excesses.0)
        };
        let q12 = alpha * value.value + beta;
        let error = alpha * value.error + f64::EPSILON * scale;
        match defect {
            Some(defect) if alpha * defect.error < error => {
                let away = defect * alpha + radial(beta, (q11, q22), excesses.1);
                let correlation = Correlation::from_one_minus(away.value / scale);
                with(if odd { -correlation } else { correlation }, away.error)
            }
            _ => with(Correlation::from_rho(q12 / scale), error),
        }
    }
}

/// What differing norms alone take from the correlation of vectors with a common component √β:
/// √(q₁₁q₂₂) − √((q₁₁−β)(q₂₂−β)) − β = β(√(q₁₁−β) − √(q₂₂−β))²/(√(q₁₁q₂₂) + √((q₁₁−β)(q₂₂−β)) + β);
/// `excess`: q₁₁ − q₂₂.
fn radial(beta: f64, (q11, q22): (f64, f64), excess: f64) -> Estimate {
    let (a, b) = ((q11 - beta).max(0.0).sqrt(), (q22 - beta).max(0.0).sqrt());
    if beta == 0.0 || a + b == 0.0 {
        return Estimate::default();
    }
    let apart = excess / (a + b);
    let value = beta * apart * apart / (q11.sqrt() * q22.sqrt() + a * b + beta);
    // q − β is right to the rounding of q.
    let lost = 1.0 + (q11 + q22) / (a + b).powi(2);
    Estimate::new(value, 4.0 * f64::EPSILON * lost * value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_and_cells_agree_at_unequal_and_large_variances() {
        for name in ["tanh", "silu"] {
            let activation = Activation::parse(name).unwrap();
            let dual = DualActivation::new(&activation);
            for (q11, q22, rho) in [(0.01, 5.0, 0.9), (6.0, 6.5, 0.7), (30.0, 0.5, -0.95)] {
                let covariance = Covariance::new(q11, q22, Correlation::from_rho(rho)).unwrap();
                let terms = dual.terms(q11.max(q22));
                for q in [q11, q22] {
                    let at = dual.at_variance(q, terms);
                    assert!(matches!(at, AtVariance::Series(_)), "{name} {q}");
                }
                let (a, b) = (
                    dual.evaluate(&covariance),
                    graded::dual(&activation, &covariance, (0.0, 0.0)),
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
