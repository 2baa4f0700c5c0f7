//! When: steps of gradient descent, the time of gradient flow, or the limit.

use crate::error::{Error, Result, non_negative, positive};

/// How long the network has been trained, by full-batch gradient descent on ½Σ(f−y)².
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Time {
    /// `count` steps θ ← θ − rate·∇: the factor (1 − rate·μ)^count on the error of a mode.
    Steps {
        /// How many.
        count: u64,
        /// η.
        rate: f64,
    },
    /// `count` heavy-ball steps θ_{k+1} = θ_k − rate·∇ + momentum·(θ_k − θ_{k−1}), from rest (B. T.
    /// Polyak, USSR Comput. Math. Math. Phys. 4 (1964)). With rate·(1 − momentum) for the
    /// rate, the same as an exponential average of gradients.
    Momentum {
        /// How many.
        count: u64,
        /// η.
        rate: f64,
        /// β in [0, 1).
        momentum: f64,
    },
    /// Gradient flow dθ/dt = −∇ for this time: the factor e^{−μt}.
    Flow(f64),
    /// t → ∞, exactly.
    Limit,
}

impl Time {
    /// The same time if it is possible.
    ///
    /// # Errors
    /// A rate that is not a finite number > 0, a momentum outside [0, 1), a time that is negative or
    /// not finite (for t = ∞ there is [`Time::Limit`]).
    pub fn validated(self) -> Result<Self> {
        match self {
            Self::Steps { rate, .. } => {
                positive("rate", rate)?;
            }
            Self::Momentum { rate, momentum, .. } => {
                positive("rate", rate)?;
                if !(0.0..1.0).contains(&momentum) {
                    return Err(Error::invalid("momentum", "a number in [0, 1)", momentum));
                }
            }
            Self::Flow(t) => {
                non_negative("time", t)?;
            }
            Self::Limit => {}
        }
        Ok(self)
    }

    /// What is left of the error of a mode that is learned at the rate μ ≥ 0: 1 at the start.
    pub fn remaining(self, mu: f64) -> f64 {
        match self {
            Self::Steps { count, rate } => power_of_contraction(rate * mu, count),
            Self::Momentum {
                count,
                rate,
                momentum,
            } => 1.0 - mu * heavy_ball(mu, count, rate, momentum),
            Self::Flow(t) => (-mu * t).exp(),
            Self::Limit => {
                if mu > 0.0 {
                    0.0
                } else {
                    1.0
                }
            }
        }
    }

    /// φ(μ) = (1 − remaining(μ))/μ, with its value for μ → 0 and without cancellation: what the
    /// coefficients of a mode have gained. For gradient flow (1 − e^{−μt})/μ; 1/μ in the limit.
    pub fn gained(self, mu: f64) -> f64 {
        match self {
            Self::Steps { count, rate } => {
                let x = rate * mu;
                if x < f64::MIN_POSITIVE {
                    count as f64 * rate
                } else if x < 1.0 {
                    -(count as f64 * (-x).ln_1p()).exp_m1() / mu
                } else {
                    (1.0 - power_of_contraction(x, count)) / mu
                }
            }
            Self::Momentum {
                count,
                rate,
                momentum,
            } => heavy_ball(mu, count, rate, momentum),
            Self::Flow(t) => {
                if mu * t < f64::MIN_POSITIVE {
                    t
                } else {
                    -(-mu * t).exp_m1() / mu
                }
            }
            Self::Limit => 1.0 / mu,
        }
    }
}

/// (1 − x)^count, alternating in sign where x > 1.
fn power_of_contraction(x: f64, count: u64) -> f64 {
    let n = count as f64;
    if x < 1.0 {
        (n * (-x).ln_1p()).exp()
    } else if count == 0 {
        1.0
    } else {
        let size = (n * (x - 1.0).ln()).exp();
        if count.is_multiple_of(2) { size } else { -size }
    }
}

type Square = [[f64; 2]; 2];

fn product(a: Square, b: Square) -> Square {
    let entry = |i: usize, j: usize| a[i][0] * b[0][j] + a[i][1] * b[1][j];
    [[entry(0, 0), entry(0, 1)], [entry(1, 0), entry(1, 1)]]
}

fn sum(a: Square, b: Square) -> Square {
    let entry = |i: usize, j: usize| a[i][j] + b[i][j];
    [[entry(0, 0), entry(0, 1)], [entry(1, 0), entry(1, 1)]]
}

/// (1 − e_count)/μ for e_{k+1} = (1+β−ημ)e_k − βe_{k−1}, e_0 = e_{−1} = 1.
///
/// With δ = (1−e)/μ and its last increment d the step is affine, (δ,d) ← M(δ,d) + (η,η), so the
/// answer is the first entry of S (η,η) for S = 1 + M + … + M^{count−1}, built by doubling. Powers are
/// held as M^k − 1, so that slow modes lose nothing to the 1.
fn heavy_ball(mu: f64, count: u64, rate: f64, momentum: f64) -> f64 {
    let x = rate * mu;
    // Of the block of k steps: N = M^k − 1 and S_k; first the block of one step.
    let mut block = (
        [[-x, momentum], [-x, momentum - 1.0]],
        [[1.0, 0.0], [0.0, 1.0]],
    );
    let mut done: (Square, Square) = ([[0.0; 2]; 2], [[0.0; 2]; 2]);
    // S_{j+k} = S_j + M^j S_k, M^{j+k} − 1 = N_j + N_k + N_j N_k.
    let join = |(n1, s1): (Square, Square), (n2, s2): (Square, Square)| {
        let n = sum(sum(n1, n2), product(n1, n2));
        (n, sum(sum(s1, s2), product(n1, s2)))
    };
    let mut left = count;
    while left > 0 {
        if !left.is_multiple_of(2) {
            done = join(done, block);
        }
        left /= 2;
        if left > 0 {
            block = join(block, block);
        }
    }
    let s = done.1;
    (s[0][0] + s[0][1]) * rate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn momentum_zero_is_gradient_descent() {
        for mu in [1e-12, 1e-3, 0.7, 1.0, 1.5, 1.99] {
            for count in [0, 1, 2, 7, 100] {
                let plain = Time::Steps { count, rate: 1.0 }.gained(mu);
                let ball = heavy_ball(mu, count, 1.0, 0.0);
                assert!((plain - ball).abs() <= 1e-12 * plain.abs(), "{mu} {count}");
            }
        }
    }

    #[test]
    fn slow_modes_keep_their_digits() {
        let t = Time::Flow(3.0);
        assert_eq!(t.gained(0.0), 3.0);
        assert_eq!(t.gained(1e-300), 3.0);
        let near = Time::Steps {
            count: 1000,
            rate: 1e-20,
        };
        assert!((near.gained(1.0) / 1e-17 - 1.0).abs() < 1e-15);
    }
}
