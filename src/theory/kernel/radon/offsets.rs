//! What the rules for smooth features need of a law of offsets, all symmetric about 0.

use super::REACH;
use crate::model::ensemble::OffsetLaw;
use std::f64::consts::PI;

/// Half the square root of 2/π: E[γ; γ > 0] of a standard normal offset.
const HALF_NORMAL: f64 = 0.398_942_280_401_432_7;
/// Below this 1 − sin x/x is summed.
const SERIES: f64 = 0.5;

/// A law with a probability.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offsets(pub(crate) OffsetLaw);

impl Offsets {
    /// Beyond which there are no offsets.
    pub(crate) fn end(self) -> f64 {
        match self.0 {
            OffsetLaw::Uniform { radius } => radius,
            OffsetLaw::Gaussian { std } => REACH * std,
            OffsetLaw::Cauchy { .. } | OffsetLaw::Unbounded => f64::INFINITY,
        }
    }

    /// How wide the law is.
    pub(crate) fn spread(self) -> f64 {
        match self.0 {
            OffsetLaw::Uniform { radius } => radius,
            OffsetLaw::Gaussian { std } => std,
            OffsetLaw::Cauchy { scale } => scale,
            OffsetLaw::Unbounded => f64::INFINITY,
        }
    }

    /// The widest panel from γ ≥ 0 outwards on which few nodes resolve the density.
    pub(crate) fn panel(self, gamma: f64) -> f64 {
        match self.0 {
            OffsetLaw::Gaussian { std } => std,
            OffsetLaw::Cauchy { scale } => scale.max(gamma),
            _ => f64::INFINITY,
        }
    }

    /// E[γ^k; γ > 0] for k ≤ 2; infinite where the law has no such moment.
    pub(crate) fn half_moment(self, k: i32) -> f64 {
        match (k, self.0) {
            (0, _) => 0.5,
            (1, OffsetLaw::Uniform { radius }) => 0.25 * radius,
            (2, OffsetLaw::Uniform { radius }) => radius * radius / 6.0,
            (1, OffsetLaw::Gaussian { std }) => HALF_NORMAL * std,
            (2, OffsetLaw::Gaussian { std }) => 0.5 * std * std,
            _ => f64::INFINITY,
        }
    }

    /// P(offset > γ) for γ ≥ 0, of the laws without an end.
    pub(crate) fn beyond(self, gamma: f64) -> f64 {
        match self.0 {
            OffsetLaw::Cauchy { scale } => scale.atan2(gamma) / PI,
            _ => 0.0,
        }
    }

    /// (E[cos²(xγ)], E[sin²(xγ)]), neither by a difference that cancels.
    pub(crate) fn squares(self, x: f64) -> (f64, f64) {
        // 1 − E[cos 2xγ].
        let lost = match self.0 {
            OffsetLaw::Uniform { radius } => {
                let y = 2.0 * x * radius;
                if y.abs() < SERIES {
                    // Σ (−1)^{k+1} y^{2k}/(2k+1)!.
                    let (mut term, mut sum) = (1.0, 0.0);
                    for k in 1..9 {
                        term *= -y * y / f64::from(2 * k * (2 * k + 1));
                        sum -= term;
                    }
                    sum
                } else {
                    1.0 - y.sin() / y
                }
            }
            OffsetLaw::Gaussian { std } => -(-2.0 * (x * std).powi(2)).exp_m1(),
            OffsetLaw::Cauchy { scale } => -(-2.0 * (x * scale).abs()).exp_m1(),
            OffsetLaw::Unbounded => 1.0,
        };
        (1.0 - 0.5 * lost, 0.5 * lost)
    }

    /// E[e^{xγ}].
    pub(crate) fn exponential(self, x: f64) -> f64 {
        match self.0 {
            OffsetLaw::Uniform { radius } => {
                let y = x * radius;
                if y == 0.0 { 1.0 } else { y.sinh() / y }
            }
            OffsetLaw::Gaussian { std } => (0.5 * (x * std).powi(2)).exp(),
            _ => f64::INFINITY,
        }
    }
}
