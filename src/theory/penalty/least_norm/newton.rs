//! What samples prove, one by one: the least norm of an interpolant of the first k of them, for every k.

use crate::numerics::linalg::invert_upper;
use nalgebra::DMatrix;

/// A pivot below this multiple of the first is rounding of the feature matrix.
const RANK: f64 = 2e-14;
/// Rounding of a column of R, in units of ε times its norm.
const BACKWARD: f64 = 8.0;

/// The expansion of a function in the Newton basis of an ordered set of places, by a factor R of the features there
/// (RᵀR = K): z = R^{−T}y, Σ_{i≤k} z_i² = y_kᵀK_k⁻¹y_k.
#[derive(Clone, Debug)]
pub(super) struct Newton {
    /// |R_kk|: how much of the feature at place k is new.
    pub pivots: Vec<f64>,
    /// z_k².
    pub gains: Vec<f64>,
    /// Σ_{i≤k} z_i², of the first k + 1 places.
    pub norms: Vec<f64>,
    /// A bound on what rounding has done to that sum.
    pub rounding: Vec<f64>,
    /// The largest |f − interpolant| over all other places.
    pub residuals: Vec<f64>,
}

impl Newton {
    /// `noise` bounds the error of every value.
    pub(super) fn new(r: &DMatrix<f64>, values: &[f64], noise: f64) -> Self {
        let columns = values.len();
        let top = if r.is_empty() { 0.0 } else { r[(0, 0)].abs() };
        let pivots: Vec<f64> = (0..r.nrows().min(columns))
            .map(|k| r[(k, k)].abs())
            .take_while(|&p| p > RANK * top)
            .collect();
        let rank = pivots.len();
        let inverse = invert_upper(&r.view((0, 0), (rank, rank)).into_owned());
        let mut rest = values.to_vec();
        let mut z = Vec::with_capacity(rank);
        let mut found = Self {
            pivots,
            gains: Vec::new(),
            norms: Vec::new(),
            rounding: Vec::new(),
            residuals: Vec::new(),
        };
        let lengths: Vec<f64> = r.column_iter().map(|c| c.norm()).collect();
        let mut coefficients = vec![0.0; rank];
        let (mut norm, mut inverse_norm) = (0.0, 0.0);
        for k in 0..rank {
            let z_k = rest[k] / r[(k, k)];
            z.push(z_k);
            for (j, slot) in rest.iter_mut().enumerate().skip(k) {
                *slot -= r[(k, j)] * z_k;
            }
            for (slot, entry) in coefficients.iter_mut().zip(inverse.column(k).iter()) {
                *slot += z_k * entry;
            }
            norm += z_k * z_k;
            // δ(yᵀK⁻¹y) = 2aᵀδy + ‖R^{−T}δy‖², the signs of δy at their worst, with the rounding of R as one of y.
            inverse_norm += inverse.column(k).lp_norm(1).powi(2);
            let each = |j: usize| noise + BACKWARD * f64::EPSILON * lengths[j] * norm.sqrt();
            let first: f64 = (0..=k).map(|j| 2.0 * coefficients[j].abs() * each(j)).sum();
            let second = inverse_norm * (0..=k).map(each).fold(0.0, f64::max).powi(2);
            found.gains.push(z_k * z_k);
            found.norms.push(norm);
            found.rounding.push(first + second);
            let residual = rest
                .iter()
                .skip(k + 1)
                .fold(0.0, |m: f64, e| m.max(e.abs()));
            found.residuals.push(residual);
        }
        found
    }

    /// The largest sum less its rounding.
    pub(super) fn proven(&self) -> f64 {
        let each = self.norms.iter().zip(&self.rounding).map(|(n, r)| n - r);
        each.fold(0.0, f64::max)
    }

    /// The number of places at which the sum is best cut for a function of this size: where what rounding may have done and what
    /// seems to be left are least together; if the sum does not end, where most is proven.
    pub(super) fn cut(&self, size: f64) -> usize {
        let proven = |k: usize| self.norms[k - 1] - self.rounding[k - 1];
        let all = 1..=self.norms.len();
        let Some(best) = all.reduce(|a, b| if proven(b) > proven(a) { b } else { a }) else {
            return 0;
        };
        let uncertain = |k: usize| match self.trend(k, size) {
            Trend::Ends { bound, .. } => bound + self.rounding[k - 1],
            Trend::Grows | Trend::Open => f64::INFINITY,
        };
        let mut cut = (best, uncertain(best));
        for k in best + 1..=self.norms.len() {
            let here = uncertain(k);
            if here < cut.1 {
                cut = (k, here);
            }
        }
        cut.0
    }

    /// Whether the second half of the first k places makes the sum much larger and the residual, already small, hardly smaller.
    pub(super) fn runs_away(&self, k: usize, size: f64) -> bool {
        let half = k / 2;
        half > 0
            && self.norms[k - 1] >= RUNAWAY * self.norms[half - 1]
            && self.residuals[k - 1] >= STUCK * self.residuals[half - 1]
            && self.residuals[k - 1] <= RESOLVED * size
    }

    /// Whether half of the first k places have told the function at the others.
    pub(super) fn resolved(&self, k: usize, size: f64) -> bool {
        k < 2 || self.residuals[k / 2 - 1] <= RESOLVED * size
    }

    /// The trend of the gains of the first k places, for a function of this size.
    pub(super) fn trend(&self, k: usize, size: f64) -> Trend {
        let residual = self.residuals[k - 1];
        trend(
            &self.gains,
            k,
            if size > 0.0 { residual / size } else { 0.0 },
        )
    }
}

/// What the sum seems to do beyond the places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Trend {
    /// It has about so much left to come, by a bound for it.
    Ends { left: f64, bound: f64 },
    /// It grows, and faster and faster.
    Grows,
    /// It cannot be told.
    Open,
}

impl Trend {
    /// The worse of two judgements.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Grows, _) | (_, Self::Grows) => Self::Grows,
            (Self::Open, _) | (_, Self::Open) => Self::Open,
            (
                Self::Ends { left, bound },
                Self::Ends {
                    left: other,
                    bound: other_bound,
                },
            ) => Self::Ends {
                left: left.max(other),
                bound: bound.max(other_bound),
            },
        }
    }
}

/// The trend of norms each of twice as many places as the one before: a function that is not smooth at one place gains
/// there alone, which the order of the places does not show.
pub(super) fn doubling(norms: &[f64]) -> Trend {
    let steps: Vec<f64> = norms.windows(2).map(|n| (n[1] - n[0]).abs()).collect();
    let total = norms.last().copied().unwrap_or(0.0);
    match *steps.as_slice() {
        [] => Trend::Open,
        // One step says how much, not how it goes on: as if it halved at every doubling.
        [only] if only <= 0.1 * total => Trend::Ends {
            left: 0.5 * only,
            bound: 1.5 * only,
        },
        [_] => Trend::Open,
        [.., before, last] => {
            let ratio = last / before;
            if ratio < FLAT {
                let left = last * ratio / (1.0 - ratio);
                Trend::Ends {
                    left,
                    bound: last.min(4.0 * left).max(1.5 * left),
                }
            } else if ratio >= FASTER && last > 0.2 * total {
                Trend::Grows
            } else {
                Trend::Open
            }
        }
    }
}

/// Gains that fall by a constant factor from one quarter of the places to the next may fall by a factor that is this much
/// larger and still count as a geometric decay.
const STEADY: f64 = 1.3;
/// Sums whose parts fall by less than this have not begun to converge.
const FLAT: f64 = 0.9;
/// Doubled places whose gain is larger than the one before by this factor: the sum grows like a power of their number.
const FASTER: f64 = 1.3;
/// Twice as many places that make the sum this much larger and the residual no smaller than that: the features run away from the function.
const RUNAWAY: f64 = 1e3;
const STUCK: f64 = 0.1;
/// A residual above this multiple of the function says that it is not resolved.
const RESOLVED: f64 = 0.2;

/// The trend of the gains of the first `k` places. `relative_residual` is the residual there over the size of the function.
fn trend(gains: &[f64], k: usize, relative_residual: f64) -> Trend {
    let sum = |from: usize, to: usize| gains[from..to].iter().sum::<f64>();
    let w = k / 4;
    if w < 2 {
        // So few places span everything, or nothing can be told.
        let next = gains.get(k).copied().unwrap_or(0.0);
        return if relative_residual <= 1e-12 {
            Trend::Ends {
                left: 0.0,
                bound: 4.0 * next,
            }
        } else {
            Trend::Open
        };
    }
    let (last, before, third) = (
        sum(k - w, k),
        sum(k - 2 * w, k - w),
        sum(k - 3 * w, k - 2 * w),
    );
    if last == 0.0 {
        return Trend::Ends {
            left: 0.0,
            bound: 0.0,
        };
    }
    let (ratio, ratio_before) = (last / before, before / third);
    if relative_residual > RESOLVED {
        return Trend::Open;
    }
    if ratio < FLAT && ratio <= STEADY * ratio_before {
        let left = last * ratio / (1.0 - ratio);
        return Trend::Ends {
            left,
            bound: 3.0 * left,
        };
    }
    // Halves against quarters against eighths: a power of k.
    let (half, quarter, eighth) = (sum(k / 2, k), sum(k / 4, k / 2), sum(k / 8, k / 4));
    let (power, power_before) = (half / quarter, quarter / eighth);
    if power < FLAT {
        let slowing = (power / power_before).max(1.0).sqrt();
        let power = (power * slowing).min(0.99);
        let left = half * power / (1.0 - power);
        return Trend::Ends {
            left,
            bound: 1.5 * left,
        };
    }
    Trend::Open
}
