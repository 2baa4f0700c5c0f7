//! The Legendre expansion of a function on one panel: integral, moments and error from 20 samples.
//!
//! A panel is sampled at the 20 Gauss–Legendre nodes, which give its first 20 Legendre
//! coefficients. The first is the integral (exact to degree 39); the fall of the last eight
//! tells how smooth the function is there, and hence the error. Reading the error off the whole
//! tail, in pairs and by its slowest step, in place of the difference of two rules, keeps it
//! honest where two rules happen to agree: at kinks and jumps that nobody named.
//! The idea is that of null rules (Berntsen & Espelid, *Error estimation in automatic quadrature
//! routines*, ACM Trans. Math. Softw. 17, 1991, §3) with Legendre polynomials as the null rules.

use super::gauss::gauss_legendre;
use std::sync::LazyLock;

/// Samples per panel.
pub(super) const NODES: usize = 20;
const HALF: usize = NODES / 2;

/// Error of a panel relative to the pair of coefficients at the end of the tail. A jump at the
/// worst place of the panel has error/tail ≈ 2; the factor leaves room above that.
const SAFETY: f64 = 15.0;

/// The least part of the tail that is claimed as error, however fast it falls: a small feature may hide below the
/// last coefficients of a large smooth part.
const HIDDEN: f64 = 0.5;

/// Coefficients below this multiple of the norm are rounding, not signal.
pub(super) const NOISE: f64 = 16.0 * f64::EPSILON;

/// Nodes and, for each degree j, w_i φ_j(x_i)/2 with φ_j = √(2j+1) P_j, on the positive nodes.
struct Table {
    nodes: [f64; HALF],
    weights: [f64; HALF],
    analysis: [[f64; HALF]; NODES],
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let rule = gauss_legendre(NODES);
    let mut table = Table {
        nodes: [0.0; HALF],
        weights: [0.0; HALF],
        analysis: [[0.0; HALF]; NODES],
    };
    for i in 0..HALF {
        let (x, w) = (rule.nodes[HALF + i], 0.5 * rule.weights[HALF + i]);
        table.nodes[i] = x;
        table.weights[i] = w;
        for (j, p) in legendre(x).into_iter().enumerate() {
            table.analysis[j][i] = w * p;
        }
    }
    table
});

/// φ_0(x), …, φ_19(x), orthonormal for dx/2 on [−1, 1].
fn legendre(x: f64) -> [f64; NODES] {
    let mut p = [1.0; NODES];
    p[1] = x;
    for j in 1..NODES - 1 {
        let k = j as f64;
        p[j + 1] = ((2.0 * k + 1.0) * x * p[j] - k * p[j - 1]) / (k + 1.0);
    }
    for (j, value) in p.iter_mut().enumerate() {
        *value *= (2.0 * j as f64 + 1.0).sqrt();
    }
    p
}

/// Probes lie at these fractions of the gap between the end and the outermost node.
const PROBES: [f64; 5] = [1e-2, 1e-4, 1e-6, 1e-8, 1e-10];

/// What a panel's end is.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// A split, or an end of the range: the function is probed close to it on all scales, but never at it.
    Split,
    /// The end of a neighbour too, with the function's value there.
    Shared(f64),
    /// Where the function has become negligible.
    Open,
}

/// A function on [−1, 1] as Σ_j c_j φ_j, with the mean of a second, non-negative one (the errors
/// of its samples).
#[derive(Clone, Debug)]
pub(super) struct Expansion {
    /// The c_j in units of `scale`.
    pub coefficients: [f64; NODES],
    /// max|f| over the nodes, kept apart so that nothing over- or underflows.
    pub scale: f64,
    /// The mean of |f|.
    pub l1: f64,
    /// The mean of the samples' own errors; infinite if a sample was not finite.
    pub inner: f64,
}

impl Expansion {
    /// Samples `f`, which gives value and error bound, at the nodes. A sample that is not
    /// finite counts as 0 and makes `inner` infinite.
    pub fn sample(mut f: impl FnMut(f64) -> (f64, f64)) -> Self {
        let table = &*TABLE;
        let mut right = [0.0; HALF];
        let mut left = [0.0; HALF];
        let mut inner = 0.0;
        let mut scale: f64 = 0.0;
        for i in 0..HALF {
            for (side, x) in [
                (&mut right[i], table.nodes[i]),
                (&mut left[i], -table.nodes[i]),
            ] {
                let (value, error) = f(x);
                if value.is_finite() && !error.is_nan() {
                    *side = value;
                    scale = scale.max(value.abs());
                    inner += table.weights[i] * error;
                } else {
                    inner = f64::INFINITY;
                }
            }
        }
        let mut coefficients = [0.0; NODES];
        let mut l1 = 0.0;
        if scale > 0.0 {
            let mut even = [0.0; HALF];
            let mut odd = [0.0; HALF];
            for i in 0..HALF {
                let (r, l) = (right[i] / scale, left[i] / scale);
                even[i] = r + l;
                odd[i] = r - l;
                l1 += table.weights[i] * (r.abs() + l.abs());
            }
            for (j, (c, row)) in coefficients.iter_mut().zip(&table.analysis).enumerate() {
                let side = if j % 2 == 0 { &even } else { &odd };
                *c = row.iter().zip(side).map(|(a, s)| a * s).sum();
            }
        }
        Self {
            coefficients,
            scale,
            l1: l1 * scale,
            inner,
        }
    }

    /// The mean over the panel.
    pub fn mean(&self) -> f64 {
        self.coefficients[0] * self.scale
    }

    /// Σ_j c_j φ_j(x).
    pub fn value_at(&self, x: f64) -> f64 {
        let sum: f64 = legendre(x)
            .iter()
            .zip(&self.coefficients)
            .map(|(p, c)| p * c)
            .sum();
        sum * self.scale
    }

    /// A bound on what hides between the outermost nodes and the ends, as a mean over the panel: a jump there is
    /// seen by no node. `f` gives the function at a distance from an end (−1 or +1), or nothing where
    /// that point cannot be told from the end itself.
    pub fn hidden(&self, ends: [End; 2], mut f: impl FnMut(f64, f64) -> Option<f64>) -> f64 {
        let gap = 1.0 - TABLE.nodes[HALF - 1];
        let mut hidden = 0.0;
        for (kind, end) in ends.into_iter().zip([-1.0, 1.0]) {
            // Where the expansion is off at a probe, it may be off up to the probe before.
            let share = |value: f64, distance: f64, reach: f64| {
                let off = (value - self.value_at(end * (1.0 - distance))).abs();
                // Rounding is no evidence.
                if off <= NOISE * self.scale {
                    0.0
                } else if off.is_finite() {
                    0.5 * reach * off
                } else {
                    0.5 * reach * self.scale
                }
            };
            hidden += match kind {
                End::Open => 0.0,
                End::Shared(value) => share(value, 0.0, gap),
                End::Split => PROBES.into_iter().fold(0.0, |most, fraction| {
                    let distance = gap * fraction;
                    f(end, distance).map_or(most, |value| {
                        share(value, distance, distance / PROBES[0]).max(most)
                    })
                }),
            };
        }
        hidden
    }

    /// How the tail of the coefficients falls.
    pub fn tail(&self) -> Tail {
        let pair = |k: usize| {
            self.coefficients[NODES - 1 - 2 * k].hypot(self.coefficients[NODES - 2 - 2 * k])
        };
        let pairs = [pair(0), pair(1), pair(2), pair(3)];
        let norm = self.coefficients.iter().map(|c| c * c).sum::<f64>().sqrt();
        let ratio = pairs
            .windows(2)
            .map(|w| if w[0] == 0.0 { 0.0 } else { w[0] / w[1] })
            .fold(0.0, f64::max)
            .min(1.0);
        // The last pair may be small by accident; what the slowest step leaves of the one before is not.
        let last = pairs[0].max(ratio * pairs[1]);
        Tail {
            last: last * self.scale,
            ratio,
            noise: last <= NOISE * norm,
        }
    }
}

/// The end of an expansion.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tail {
    last: f64,
    ratio: f64,
    /// Whether what is left is rounding: more samples will not lower it.
    pub noise: bool,
}

impl Tail {
    /// A bound on the error of the mean. The rule is exact to degree 39, ten pairs beyond the
    /// last; only three are claimed, because the ratio is measured and not known.
    pub fn quadrature_error(&self) -> f64 {
        SAFETY * self.last * self.ratio.powi(3).max(HIDDEN)
    }

    /// A bound on the mean of |f − Σ c_jφ_j|.
    pub fn interpolation_error(&self) -> f64 {
        SAFETY * self.last * self.ratio.max(HIDDEN)
    }
}
