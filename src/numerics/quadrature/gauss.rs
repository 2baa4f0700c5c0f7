//! Gauss rules, computed once and kept.

use crate::numerics::special::gamma;
use std::collections::HashMap;
use std::f64::consts::PI;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Nodes and weights of a Gauss rule: Σ w_i f(x_i).
#[derive(Clone, Debug, PartialEq)]
pub struct GaussRule {
    /// The nodes, ascending.
    pub nodes: Vec<f64>,
    /// The weights.
    pub weights: Vec<f64>,
}

/// Which rule; the parameter by its bits, so that it can be a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Legendre(usize),
    Hermite(usize),
    Gegenbauer(usize, u64),
}

static CACHE: LazyLock<Mutex<HashMap<Key, Arc<GaussRule>>>> = LazyLock::new(Mutex::default);

/// The rule from the cache, or computed (outside the lock) and kept.
fn cached(key: Key, compute: impl FnOnce() -> GaussRule) -> Arc<GaussRule> {
    let lock = || CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(rule) = lock().get(&key) {
        return Arc::clone(rule);
    }
    let rule = Arc::new(compute());
    Arc::clone(lock().entry(key).or_insert(rule))
}

/// The n-point Gauss–Legendre rule on [−1, 1] (weights sum to 2), cached; n = 0 gives no nodes.
///
/// # Accuracy
/// n ≤ 200: nodes to 3e−16 absolute, weights to 4e−16 relative. By Bogaert's expansions (SIAM J. Sci. Comput. 36,
/// 2014), in O(n).
pub fn gauss_legendre(n: usize) -> Arc<GaussRule> {
    cached(Key::Legendre(n), || {
        let Some(n) = NonZeroUsize::new(n) else {
            return GaussRule {
                nodes: Vec::new(),
                weights: Vec::new(),
            };
        };
        let mut pairs = gauss_quad::legendre::GaussLegendre::new(n).into_node_weight_pairs();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut nodes, mut weights): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        // Symmetric to the last digit, and the middle one 0, not cos(π/2) = 6e−17.
        let count = nodes.len();
        for i in 0..count / 2 {
            nodes[i] = -nodes[count - 1 - i];
            weights[i] = weights[count - 1 - i];
        }
        if count % 2 == 1 {
            nodes[count / 2] = 0.0;
        }
        GaussRule { nodes, weights }
    })
}

/// The n-point Gauss–Hermite rule for the standard normal probability (weights sum to 1), cached.
///
/// # Accuracy
/// n ≤ 200: nodes to 7e−16 of the outermost, weights to 2e−14 relative, however small: they are Christoffel
/// numbers 1/Σ p_k(x_i)², in place of the squares of eigenvector components, which carry an absolute error.
/// Beyond n ≈ 360 the outermost weights are below the smallest double and underflow.
pub fn gauss_hermite(n: usize) -> Arc<GaussRule> {
    cached(Key::Hermite(n), || {
        Symmetric {
            // x p_k = √(k+1) p_{k+1} + √k p_{k−1}
            off_diagonal: (1..=n).map(|k| (k as f64).sqrt()).collect(),
            mass: 1.0,
        }
        .rule()
    })
}

/// The n-point Gauss–Gegenbauer rule for the weight (1−x²)^{λ−½} on [−1, 1], λ > −½, cached; the
/// weights sum to √π Γ(λ+½)/Γ(λ+1). For any other λ, nodes and weights are NaN.
///
/// # Accuracy
/// n ≤ 200: nodes to 1e−15, weights to 5e−14 relative for λ ≥ 0 (to 300) and 2e−13 for λ = −0.4.
pub fn gauss_gegenbauer(n: usize, lambda: f64) -> Arc<GaussRule> {
    cached(Key::Gegenbauer(n, lambda.to_bits()), || {
        if !(lambda > -0.5 && lambda.is_finite()) {
            return GaussRule {
                nodes: vec![f64::NAN; n],
                weights: vec![f64::NAN; n],
            };
        }
        let square = |k: f64| {
            if k == 1.0 {
                // The general form is 0/0 for λ = 0.
                0.5 / (1.0 + lambda)
            } else {
                0.25 * k * (k + 2.0 * lambda - 1.0) / ((k + lambda) * (k + lambda - 1.0))
            }
        };
        Symmetric {
            off_diagonal: (1..=n).map(|k| square(k as f64).sqrt()).collect(),
            mass: gegenbauer_mass(lambda),
        }
        .rule()
    })
}

/// ∫_{−1}^{1} (1−x²)^{λ−½} dx = √π Γ(λ+½)/Γ(λ+1).
fn gegenbauer_mass(lambda: f64) -> f64 {
    // Γ overflows at 171; from 100 on the series of the ratio is exact to 1e−15.
    if lambda < 100.0 {
        return PI.sqrt() * gamma(lambda + 0.5) / gamma(lambda + 1.0);
    }
    let x = 1.0 / lambda;
    let series = [
        -399.0 / 262_144.0,
        -21.0 / 32_768.0,
        5.0 / 1024.0,
        1.0 / 128.0,
        -0.125,
        1.0,
    ];
    (PI * x).sqrt() * series.iter().fold(0.0, |sum: f64, c| sum.mul_add(x, *c))
}

/// A symmetric weight, by the recurrence x p_k = b_{k+1} p_{k+1} + b_k p_{k−1} of its orthonormal
/// polynomials and its integral.
struct Symmetric {
    /// b_1, …, b_n.
    off_diagonal: Vec<f64>,
    mass: f64,
}

/// The polynomials at one point.
struct Evaluation {
    /// Zeros of p_n above the point: the sign changes of p_0, …, p_n.
    above: usize,
    /// p_n/p_n′, the step of Newton's method.
    newton: f64,
    /// d ln Σ_{k<n} p_k² / dx.
    slope: f64,
    /// 1/Σ_{k<n} p_k².
    christoffel: f64,
}

impl Symmetric {
    fn rule(&self) -> GaussRule {
        let n = self.off_diagonal.len();
        let half = n / 2;
        // Gershgorin: no zero lies beyond the largest row sum.
        let bound = self
            .off_diagonal
            .iter()
            .zip(self.off_diagonal.iter().skip(1))
            .map(|(a, b)| a + b)
            .fold(self.off_diagonal.first().copied().unwrap_or(0.0), f64::max);
        let mut nodes = vec![0.0; n];
        let mut weights = vec![0.0; n];
        if n % 2 == 1 {
            weights[half] = self.at(0.0).christoffel;
        }
        for i in 0..half {
            // The (i+1)-th zero from above.
            let (node, weight) = self.zero(i, bound);
            (nodes[i], weights[i]) = (-node, weight);
            (nodes[n - 1 - i], weights[n - 1 - i]) = (node, weight);
        }
        GaussRule { nodes, weights }
    }

    /// The zero with `i` zeros above it, and its weight.
    fn zero(&self, i: usize, bound: f64) -> (f64, f64) {
        let (mut lo, mut hi) = (0.0, bound);
        let mut x = 0.5 * bound;
        let mut last = bound;
        // Bisection by the count of zeros; Newton's step wherever it stays inside and halves the one
        // before (far outside a cluster of zeros it creeps).
        for _ in 0..200 {
            let here = self.at(x);
            if here.above > i {
                lo = x;
            } else {
                hi = x;
            }
            let isolated = here.above == i || here.above == i + 1;
            let step = x - here.newton;
            let next = if isolated && step > lo && step < hi && here.newton.abs() <= 0.5 * last {
                step
            } else {
                0.5 * (lo + hi)
            };
            last = (next - x).abs();
            x = next;
            if last <= 4.0 * f64::EPSILON * x {
                break;
            }
        }
        let here = self.at(x);
        // x is rounded: the weight belongs to the zero beside it.
        (x, here.christoffel * (1.0 + here.newton * here.slope))
    }

    fn at(&self, x: f64) -> Evaluation {
        // Large values are scaled down by SMALL, their squares by its square.
        const LARGE: f64 = 1e100;
        const SMALL: f64 = 1e-100;
        let (mut p, mut before) = (1.0 / self.mass.sqrt(), 0.0);
        let (mut dp, mut dbefore) = (0.0, 0.0);
        let (mut sum, mut dsum) = (0.0, 0.0);
        let mut b_before = 0.0;
        let mut above = 0;
        let mut scalings = 0;
        for &b in &self.off_diagonal {
            sum += p * p;
            dsum += 2.0 * p * dp;
            let next = (x * p - b_before * before) / b;
            let dnext = (p + x * dp - b_before * dbefore) / b;
            if (next < 0.0) != (p < 0.0) {
                above += 1;
            }
            (before, p) = (p, next);
            (dbefore, dp) = (dp, dnext);
            b_before = b;
            if p.abs() > LARGE || dp.abs() > LARGE {
                for value in [&mut p, &mut before, &mut dp, &mut dbefore] {
                    *value *= SMALL;
                }
                sum *= SMALL * SMALL;
                dsum *= SMALL * SMALL;
                scalings += 1;
            }
        }
        let mut christoffel = 1.0 / sum;
        for _ in 0..scalings {
            christoffel *= SMALL * SMALL;
        }
        Evaluation {
            above,
            newton: p / dp,
            slope: dsum / sum,
            christoffel,
        }
    }
}
