//! Piecewise polynomials: of two exact ways the first that keeps its digits.

use super::composite::Composite;
use super::spline::Spline;
use super::{Covariance, DualValue, LOST};
use crate::model::activation::PiecewisePolynomial;
use crate::numerics::Estimate;

/// From this distance to correlation ±1 on splines of degree ≥ 2 are tried from there first.
const NEAR: f64 = 0.1;

/// What is asked of values.
const DIGITS: f64 = 1e-13;

/// A piecewise polynomial.
///
/// # Method
/// Splines from what holds at correlation ±1, the fastest where it keeps its digits; else composite Gauss rules, which always do.
#[derive(Clone, Debug)]
pub(super) struct Piecewise {
    spline: Option<Spline>,
    composite: Composite,
}

impl Piecewise {
    pub(super) fn new(function: &PiecewisePolynomial) -> Self {
        Self {
            spline: Spline::of(function),
            composite: Composite::new(function, 0.0),
        }
    }

    /// Whether φ is continuous.
    pub(super) fn is_continuous(&self) -> bool {
        self.composite.is_continuous()
    }

    pub(super) fn linear(&self) -> Option<&Spline> {
        self.spline.as_ref().filter(|spline| spline.is_linear())
    }

    /// E[φ(u)φ(v)] and E[φ′(u)φ′(v)], both variances > 0.
    pub(super) fn dual(&self, covariance: &Covariance) -> DualValue {
        let rho = covariance.correlation;
        if rho.rho() == 0.0 {
            return self.composite.independent(covariance);
        }
        let near = rho.one_minus().min(rho.one_plus()) <= NEAR;
        let spline = self.spline.as_ref();
        let found = spline.filter(|spline| near || spline.is_linear());
        let found = found.and_then(|spline| {
            let (found, sizes) = spline.dual(covariance);
            keeps(&found, sizes).then_some(found)
        });
        found.unwrap_or_else(|| self.composite.dual(&self.composite, covariance))
    }
}

/// Whether the errors are small beside √(E[φ(u)²]E[φ(v)²]) and that of φ′, and beside the values down to 1e−3 of these. What is 0 on the
/// whole mass of the law has to be followed farther.
fn keeps(found: &DualValue, (values, slopes): (f64, f64)) -> bool {
    let fine = |e: Estimate, size: f64| {
        let least = DIGITS * e.value.abs().max(1e-3 * size);
        e.value.is_infinite() || e.error <= least.min(LOST * size)
    };
    values > 0.0 && fine(found.nngp, values) && fine(found.derivative, slopes)
}
