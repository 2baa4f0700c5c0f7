//! Piecewise polynomials: of several exact ways the first that keeps its digits.

use super::closed::ClosedForm;
use super::hermite::{PieceCoefficients, Pieces};
use super::spline::Spline;
use super::truncated_powers::TruncatedPowers;
use super::{Covariance, DualValue, LOST};
use crate::model::activation::PiecewisePolynomial;
use crate::numerics::Estimate;

/// From this distance to correlation ±1 on splines of degree ≥ 2 are tried from there first.
const NEAR: f64 = 0.1;
/// The fewest and the most terms of Mehler's series.
const TERMS: (usize, usize) = (32, 1024);
/// What it may leave out, relatively.
const NEGLIGIBLE: f64 = 1e-16;
/// Rounding of a sum of squares.
const ROUNDING: f64 = 4e-15;

/// A piecewise polynomial.
///
/// # Method
/// Where variances are large against its pieces, all but one of these lose digits:
/// splines from what holds at correlation ±1, if near; moments of quadrants; Mehler's series with coefficients that do not cancel at
/// any variance, if far from ±1. Where all do, one-dimensional quadrature over conditional means, left to the caller.
#[derive(Clone, Debug)]
pub(super) struct Piecewise {
    spline: Option<Spline>,
    powers: Option<TruncatedPowers>,
    pieces: Pieces,
    /// The lowest order of a derivative that jumps.
    roughness: usize,
    closed: ClosedForm,
}

impl Piecewise {
    pub(super) fn new(function: &PiecewisePolynomial, closed: ClosedForm) -> Self {
        let spline = Spline::of(function);
        let linear = spline.as_ref().is_some_and(Spline::is_linear);
        let rough =
            |order: &usize| (0..function.knots().len()).any(|k| function.jump(k, *order) != 0.0);
        Self {
            powers: match linear {
                true => None,
                false => TruncatedPowers::new(function),
            },
            spline,
            pieces: Pieces::new(function),
            roughness: (0..=function.degree()).find(rough).unwrap_or(0),
            closed,
        }
    }

    /// Its conditional means.
    pub(super) fn closed(&self) -> &ClosedForm {
        &self.closed
    }

    /// Whether φ is continuous.
    pub(super) fn is_continuous(&self) -> bool {
        self.roughness > 0
    }

    pub(super) fn linear(&self) -> Option<&Spline> {
        self.spline.as_ref().filter(|spline| spline.is_linear())
    }

    /// E[φ(u)φ(v)] and E[φ′(u)φ′(v)]; `None` where all ways lose digits.
    pub(super) fn dual(&self, covariance: &Covariance) -> Option<DualValue> {
        if covariance.scale() <= 0.0 {
            return None;
        }
        let rho = covariance.correlation;
        let near = rho.one_minus().min(rho.one_plus()) <= NEAR;
        let from_end = || {
            let (found, sizes) = self.spline.as_ref()?.dual(covariance);
            keeps(&found, || sizes).then_some(found)
        };
        let by_moments = || {
            let found = self.powers.as_ref()?.dual(covariance);
            keeps(&found, || self.sizes(covariance)).then_some(found)
        };
        match near || self.powers.is_none() {
            true => from_end().or_else(by_moments),
            false => by_moments().or_else(from_end),
        }
        .or_else(|| self.by_series(covariance))
    }

    /// √(E[φ(u)²]E[φ(v)²]) and that of φ′.
    fn sizes(&self, covariance: &Covariance) -> (f64, f64) {
        let of = |variance: f64| {
            let found = self.pieces.at(variance.sqrt(), 1);
            (found.square.sqrt(), found.steep.sqrt())
        };
        let (one, two) = (of(covariance.q11), of(covariance.q22));
        (one.0 * two.0, one.1 * two.1)
    }

    /// Σ a_n(q₁₁)a_n(q₂₂)ρⁿ and Σ n a_n(q₁₁)a_n(q₂₂)ρⁿ⁻¹/√(q₁₁q₂₂), if that is not too many terms.
    fn by_series(&self, covariance: &Covariance) -> Option<DualValue> {
        let rho = covariance.correlation.rho();
        let r = rho.abs();
        let mut count = TERMS.0.max(self.pieces.degree() + 2);
        // With jumps of the m-th derivative n a_n² falls like n^{½−m} at least.
        let falls = |n: f64| r.powf(n) * n.powf(1.5 - self.roughness as f64);
        while falls(count as f64) > NEGLIGIBLE {
            count *= 2;
            if count > TERMS.1 {
                return None;
            }
        }
        let stds = [covariance.q11.sqrt(), covariance.q22.sqrt()];
        let both = self.pieces.at_each(&stds, count);
        let [one, two] = &both[..] else {
            return None;
        };
        let scale = 1.0 / covariance.scale();
        let (mut nngp, mut derivative) = (Estimate::default(), Estimate::default());
        let (mut power, mut lower) = (1.0, 0.0);
        for (n, (a, b)) in one.estimates().into_iter().zip(two.estimates()).enumerate() {
            let product = a.value * b.value;
            let n = n as f64;
            // Of the coefficients, and of as many products as there are powers.
            let error = a.error * b.value.abs()
                + (a.value.abs() + a.error) * b.error
                + f64::EPSILON * (n + 2.0) * product.abs();
            let term = Estimate::new(product, error);
            nngp = nngp + term * power;
            derivative = derivative + term * (n * lower * scale);
            (power, lower) = (power * rho, power);
        }
        let squares = (one.square * two.square, one.steep * two.steep);
        let sizes = (squares.0.sqrt(), squares.1.sqrt());
        let rest = {
            let (one, two) = (one.rest(covariance.q11), two.rest(covariance.q22));
            (one.0 * two.0, one.1 * two.1)
        };
        let m = count as f64;
        let steep = match self.roughness {
            // Of a step: |a_n| ≤ √Σ a_n² in Σ n a_n² ρⁿ⁻¹.
            0 => rest.0 * scale * (m / (1.0 - r) + 1.0 / (1.0 - r).powi(2)),
            _ => rest.1,
        };
        nngp.error += rest.0 * r.powi(count as i32);
        derivative.error += steep * r.powi(count as i32 - 1);
        let found = DualValue { nngp, derivative };
        let finite = nngp.value.is_finite() && derivative.value.is_finite();
        (finite && keeps(&found, || sizes)).then_some(found)
    }
}

impl PieceCoefficients {
    /// √Σ a_n² and √(Σ n a_n²/q) over the coefficients that are not here.
    fn rest(&self, variance: f64) -> (f64, f64) {
        let each = self.values.iter().enumerate();
        let sums = each.fold((0.0, 0.0), |s, (n, a)| {
            (s.0 + a * a, s.1 + n as f64 * a * a)
        });
        let left = |all: f64, sum: f64| ((all - sum).max(0.0) + ROUNDING * all).sqrt();
        (
            left(self.square, sums.0),
            left(self.steep, sums.1 / variance),
        )
    }
}

/// Whether the errors are small beside √(E[φ(u)²]E[φ(v)²]) and that of φ′, at which is only looked where the value itself does not
/// vouch for its digits. What is 0 on the whole mass of the law is left to quadrature, which follows it farther.
fn keeps(found: &DualValue, sizes: impl FnOnce() -> (f64, f64)) -> bool {
    let fine = |e: Estimate, size: f64| e.value.is_infinite() || e.error <= LOST * size;
    let (nngp, derivative) = (found.nngp, found.derivative);
    let value = nngp.value.abs();
    if value > 0.0 && fine(nngp, value) && fine(derivative, derivative.value.abs()) {
        return true;
    }
    let sizes = sizes();
    sizes.0 > 0.0 && fine(nngp, sizes.0) && fine(derivative, sizes.1.max(derivative.value.abs()))
}
