//! A number together with a bound on its error.

use std::ops::{Add, Mul, Neg, Sub};

/// A value and an honest bound on its absolute error: |value − truth| ≤ error.
///
/// Sums and products carry the error on to first order, rounded up by the second-order term.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// A bound on its absolute error.
    pub error: f64,
}

impl Estimate {
    /// A value with a stated absolute error.
    pub const fn new(value: f64, error: f64) -> Self {
        Self { value, error }
    }

    /// A closed form: exact up to a relative `1e-13`, the crate's contract for closed forms.
    pub fn closed_form(value: f64) -> Self {
        Self::new(value, 1e-13 * value.abs())
    }

    /// The error relative to the value (0 for an exact zero).
    pub fn relative_error(&self) -> f64 {
        if self.error == 0.0 {
            0.0
        } else {
            self.error / self.value.abs()
        }
    }

    /// Applies a map whose Lipschitz constant near the value is `slope`.
    #[must_use]
    pub fn map(self, f: impl FnOnce(f64) -> f64, slope: f64) -> Self {
        Self::new(f(self.value), self.error * slope.abs())
    }
}

impl Add for Estimate {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.value + other.value, self.error + other.error)
    }
}

impl Sub for Estimate {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::new(self.value - other.value, self.error + other.error)
    }
}

impl Neg for Estimate {
    type Output = Self;
    fn neg(self) -> Self {
        Self::new(-self.value, self.error)
    }
}

impl Mul<f64> for Estimate {
    type Output = Self;
    fn mul(self, factor: f64) -> Self {
        Self::new(self.value * factor, self.error * factor.abs())
    }
}

impl Mul for Estimate {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self::new(
            self.value * other.value,
            self.value.abs() * other.error
                + other.value.abs() * self.error
                + self.error * other.error,
        )
    }
}

impl std::iter::Sum for Estimate {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::default(), Add::add)
    }
}
