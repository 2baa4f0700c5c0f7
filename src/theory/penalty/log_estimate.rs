//! A positive number by its logarithm, for what overflows.

use crate::numerics::Estimate;

/// A number e^{ln} ≥ 0 with a bound on its relative error, for quantities that leave the range of
/// `f64`: ln = −∞ is an exact zero, ln = +∞ an infinity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogEstimate {
    /// The natural logarithm.
    pub ln: f64,
    /// |value/truth − 1| ≤ relative_error, which to first order is also the absolute error of `ln`.
    pub relative_error: f64,
}

impl LogEstimate {
    /// An exact zero.
    pub const ZERO: Self = Self {
        ln: f64::NEG_INFINITY,
        relative_error: 0.0,
    };

    /// A logarithm with a relative error of the number; the rounding of `ln` itself (half a unit in its last place,
    /// several times over) is added.
    pub fn new(ln: f64, relative_error: f64) -> Self {
        let rounding = if ln.is_finite() {
            2.0 * f64::EPSILON * ln.abs()
        } else {
            0.0
        };
        Self {
            ln,
            relative_error: relative_error + rounding,
        }
    }

    /// The number itself: 0 or ∞ where it leaves the range of `f64`.
    pub fn value(&self) -> f64 {
        self.ln.exp()
    }

    /// Value and absolute error, `None` where it overflows.
    pub fn estimate(&self) -> Option<Estimate> {
        let value = self.value();
        // Below the least normal number the spacing of floats, not the relative error, is the bound.
        let error = (value * self.relative_error).max(if self.ln.is_finite() {
            f64::from_bits(1)
        } else {
            0.0
        });
        value.is_finite().then(|| Estimate::new(value, error))
    }

    /// Whether it is exactly 0.
    pub fn is_zero(&self) -> bool {
        self.ln == f64::NEG_INFINITY
    }

    /// The number times an exact positive factor given by its logarithm.
    #[must_use]
    pub fn scaled(self, ln_factor: f64) -> Self {
        let rounding = 2.0 * f64::EPSILON * ln_factor.abs();
        Self::new(self.ln + ln_factor, self.relative_error + rounding)
    }

    /// The reciprocal.
    #[must_use]
    pub fn recip(self) -> Self {
        Self {
            ln: -self.ln,
            ..self
        }
    }

    /// The sum of non-negative numbers.
    #[must_use]
    pub fn sum(terms: impl IntoIterator<Item = Self>) -> Self {
        let terms: Vec<Self> = terms.into_iter().collect();
        let top = terms.iter().map(|t| t.ln).fold(f64::NEG_INFINITY, f64::max);
        if !top.is_finite() {
            return Self {
                ln: top,
                relative_error: 0.0,
            };
        }
        let (mut total, mut error) = (0.0, 0.0);
        for term in &terms {
            let part = (term.ln - top).exp();
            total += part;
            error += part * term.relative_error;
        }
        Self::new(top + total.ln(), error / total)
    }
}
