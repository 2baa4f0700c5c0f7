//! Sums and products in twice the working precision (Dekker 1971), for sums that cancel.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// The unevaluated sum high + low, |low| ≤ ½ulp(high).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Double {
    high: f64,
    low: f64,
}

impl Double {
    /// high + low, already rounded to one number.
    pub(crate) fn value(self) -> f64 {
        self.high + self.low
    }

    /// a − b exactly.
    pub(crate) fn difference(a: f64, b: f64) -> Self {
        Self::from(a) + Self::from(-b)
    }

    fn normalised(high: f64, low: f64) -> Self {
        let sum = high + low;
        Self {
            high: sum,
            low: low - (sum - high),
        }
    }

    /// ⟨x, y⟩.
    pub(crate) fn inner(x: &[f64], y: &[f64]) -> Self {
        let products = x
            .iter()
            .zip(y)
            .map(|(&a, &b)| Self::from(a) * Self::from(b));
        products.fold(Self::default(), Add::add)
    }
}

impl From<f64> for Double {
    fn from(x: f64) -> Self {
        Self { high: x, low: 0.0 }
    }
}

impl Add for Double {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let sum = self.high + other.high;
        let part = sum - self.high;
        let error = (self.high - (sum - part)) + (other.high - part);
        Self::normalised(sum, error + self.low + other.low)
    }
}

impl Neg for Double {
    type Output = Self;
    fn neg(self) -> Self {
        Self {
            high: -self.high,
            low: -self.low,
        }
    }
}

impl Sub for Double {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Div for Double {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let quotient = self.high / other.high;
        let remainder = self - other * Self::from(quotient);
        Self::normalised(quotient, remainder.value() / other.high)
    }
}

impl Mul for Double {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let product = self.high * other.high;
        let error = self.high.mul_add(other.high, -product);
        let cross = self.high * other.low + self.low * other.high;
        Self::normalised(product, error + cross)
    }
}

/// x^n/n! for n = 0 … count − 1.
pub(crate) fn scaled_powers(x: Double, count: usize) -> Vec<Double> {
    let mut power = Double::from(1.0);
    (0..count)
        .map(|n| {
            if n > 0 {
                power = power * x / Double::from(n as f64);
            }
            power
        })
        .collect()
}
