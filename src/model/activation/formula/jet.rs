//! Numbers that carry their derivative and the branches taken: what formulas are evaluated over.

use crate::numerics::special::{erf, normal_pdf};
use std::f64::consts::FRAC_2_SQRT_PI;
use std::str::FromStr;

/// A number, its derivative with respect to z, and a hash of the branches that led to it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Jet {
    pub(super) value: f64,
    pub(super) slope: f64,
    pub(super) branches: u64,
}

impl FromStr for Jet {
    type Err = std::num::ParseFloatError;
    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        text.parse().map(Self::constant)
    }
}

impl Jet {
    pub(super) fn constant(value: f64) -> Self {
        Self {
            value,
            ..Self::default()
        }
    }

    pub(super) fn map(self, value: f64, slope: f64) -> Self {
        // 0·∞ is 0 here: what does not depend on z has no slope.
        let chained = if self.slope == 0.0 {
            0.0
        } else {
            self.slope * slope
        };
        Self {
            value,
            slope: chained,
            branches: self.branches,
        }
    }

    fn join(self, other: Self, value: f64, slope: f64) -> Self {
        Self {
            value,
            slope,
            branches: self.branches.wrapping_mul(31).wrapping_add(other.branches),
        }
    }

    /// Notes that one of three branches was taken.
    fn branched(mut self, sign: f64) -> Self {
        let branch = if sign > 0.0 {
            3
        } else if sign < 0.0 {
            1
        } else {
            2
        };
        self.branches = self.branches.wrapping_mul(1_000_003).wrapping_add(branch);
        self
    }

    pub(super) fn plus(self, other: Self) -> Self {
        self.join(other, self.value + other.value, self.slope + other.slope)
    }

    pub(super) fn minus(self, other: Self) -> Self {
        self.join(other, self.value - other.value, self.slope - other.slope)
    }

    pub(super) fn times(self, other: Self) -> Self {
        let part = |slope: f64, value: f64| if slope == 0.0 { 0.0 } else { slope * value };
        let slope = part(self.slope, other.value) + part(other.slope, self.value);
        self.join(other, self.value * other.value, slope)
    }

    pub(super) fn over(self, other: Self) -> Self {
        let value = self.value / other.value;
        let slope = (self.slope - value * other.slope) / other.value;
        // A divisor that changes sign is a pole, or a place to look at.
        self.join(other, value, slope).branched(other.value)
    }

    pub(super) fn power(self, other: Self) -> Self {
        let value = self.value.powf(other.value);
        let base = match (self.slope, other.value) {
            (0.0, _) | (_, 0.0) => 0.0,
            (slope, exponent) => slope * exponent * self.value.powf(exponent - 1.0),
        };
        let exponent = if other.slope == 0.0 {
            0.0
        } else {
            other.slope * value * self.value.ln()
        };
        let joined = self.join(other, value, base + exponent);
        match other.value < 0.0 {
            // As a divisor.
            true => joined.branched(self.value),
            false => joined,
        }
    }

    /// The greater (or lesser) of two, their mean slope where they are equal.
    pub(super) fn choose(self, other: Self, greater: bool) -> Self {
        let gap = self.value - other.value;
        let first = if gap == 0.0 {
            0.5
        } else {
            f64::from((gap > 0.0) == greater)
        };
        let value = if greater {
            self.value.max(other.value)
        } else {
            self.value.min(other.value)
        };
        let slope = first * self.slope + (1.0 - first) * other.slope;
        self.join(other, value, slope).branched(gap)
    }

    fn sign(self) -> f64 {
        if self.value == 0.0 {
            0.0
        } else {
            self.value.signum()
        }
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The functions of one argument: name, φ and φ′.
pub(super) type Unary = (&'static str, fn(Jet) -> Jet);

pub(super) const UNARY: &[Unary] = &[
    ("abs", |x| x.map(x.value.abs(), x.sign()).branched(x.value)),
    ("sign", |x| x.map(x.sign(), 0.0).branched(x.value)),
    ("step", |x| {
        x.map(0.5 + 0.5 * x.sign(), 0.0).branched(x.value)
    }),
    ("relu", |x| {
        x.map(x.value.max(0.0), 0.5 + 0.5 * x.sign())
            .branched(x.value)
    }),
    ("exp", |x| x.map(x.value.exp(), x.value.exp())),
    ("ln", |x| x.map(x.value.ln(), x.value.recip())),
    ("log", |x| x.map(x.value.ln(), x.value.recip())),
    ("log1p", |x| x.map(x.value.ln_1p(), (1.0 + x.value).recip())),
    ("expm1", |x| x.map(x.value.exp_m1(), x.value.exp())),
    ("sqrt", |x| x.map(x.value.sqrt(), 0.5 / x.value.sqrt())),
    ("sin", |x| x.map(x.value.sin(), x.value.cos())),
    ("cos", |x| x.map(x.value.cos(), -x.value.sin())),
    ("tan", |x| x.map(x.value.tan(), x.value.cos().powi(-2))),
    ("atan", |x| {
        x.map(x.value.atan(), 1.0 / (1.0 + x.value * x.value))
    }),
    ("asinh", |x| {
        x.map(x.value.asinh(), 1.0 / x.value.hypot(1.0))
    }),
    ("sinh", |x| x.map(x.value.sinh(), x.value.cosh())),
    ("cosh", |x| x.map(x.value.cosh(), x.value.sinh())),
    ("tanh", |x| {
        let sech = 1.0 / x.value.cosh();
        x.map(x.value.tanh(), sech * sech)
    }),
    ("sigmoid", |x| {
        x.map(sigmoid(x.value), sigmoid(x.value) * sigmoid(-x.value))
    }),
    ("softplus", |x| {
        let value = x.value.max(0.0) + (-x.value.abs()).exp().ln_1p();
        x.map(value, sigmoid(x.value))
    }),
    ("erf", |x| {
        x.map(erf(x.value), FRAC_2_SQRT_PI * (-x.value * x.value).exp())
    }),
    ("Phi", |x| {
        let value = crate::numerics::special::normal_cdf(x.value);
        x.map(value, normal_pdf(x.value))
    }),
];
