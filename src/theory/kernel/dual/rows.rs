//! Dual activations of whole rows of pairs, for the activations in which that is vector instructions.

use super::homogeneous::Homogeneous;
use super::series_rows::SeriesRows;
use super::{DualActivation, Method};
use crate::model::activation::Family;
use crate::numerics::special::branchless::asin_acos;
use crate::numerics::{WideLoop, wide};
use std::f64::consts::PI;
use std::ops::Range;

/// Beyond this variance erf is a step to the digits that 1 − ρ has here.
const ERF_VARIANCE: f64 = 100.0;

/// Where φ has its kink at 0, correlations beyond this need the digits of 1 ∓ ρ.
const NEAR: f64 = 0.99;

/// Pairs of pre-activations: one v and a row of u.
pub(crate) struct RowPairs<'a> {
    /// Which u, for tables made per point.
    pub(crate) rows: Range<usize>,
    /// √q₁₁ of every u.
    pub(crate) stds: &'a [f64],
    /// Which v.
    pub(crate) column: usize,
    /// √q₂₂.
    pub(crate) std: f64,
    pub(crate) rho: &'a [f64],
}

/// Dual activations prepared for two sets of variances.
#[derive(Debug)]
pub(crate) enum DualRows {
    /// Degree 0 or 1.
    ArcCosine(Homogeneous),
    /// erf(scale·z).
    Erf(f64),
    /// Mehler's series.
    Series(Box<SeriesRows>),
}

impl DualRows {
    /// From how many pairs on the preparation is worth its time.
    pub(crate) fn worth_it(dual: &DualActivation) -> usize {
        match (&dual.method, dual.activation().family()) {
            (Method::Homogeneous(_), _) | (_, Family::Erf { .. }) => 1 << 10,
            // Tables of coefficients at some hundred variances, some 0.1 ms each without kinks and 1 ms with.
            _ if dual.activation().kinks().is_empty() => 1 << 16,
            _ => 1 << 19,
        }
    }

    /// For u of variances `rows` and v of variances `columns`, all > 0, if the activation has such a form
    /// there; the derivative's deltas are left to the pairs one by one.
    pub(crate) fn new(
        dual: &DualActivation,
        rows: &[f64],
        columns: &[f64],
        derivatives: bool,
    ) -> Option<Self> {
        let activation = dual.activation();
        let largest = rows.iter().chain(columns).copied().fold(0.0, f64::max);
        match (&dual.method, activation.family()) {
            (Method::Homogeneous(function), _) => {
                let fits = function.degree == 1 || (function.degree == 0 && !derivatives);
                fits.then_some(Self::ArcCosine(*function))
            }
            (_, Family::Erf { scale }) if scale * scale * largest <= ERF_VARIANCE => {
                Some(Self::Erf(scale))
            }
            _ => {
                let series = SeriesRows::new(dual, rows, columns, derivatives)?;
                Some(Self::Series(Box::new(series)))
            }
        }
    }

    /// Beyond this |ρ| pairs are to be computed on their own: where 1 − ρ needs more digits than ρ
    /// leaves it, or a series more terms.
    pub(crate) fn reach(&self) -> f64 {
        match self {
            Self::ArcCosine(_) => NEAR,
            Self::Erf(_) => f64::INFINITY,
            Self::Series(series) => series.reach(),
        }
    }

    /// E[φ(u)φ(v)] and E[φ′(u)φ′(v)] of every pair.
    pub(crate) fn fill(&self, pairs: &RowPairs<'_>, nngp: &mut [f64], derivative: &mut [f64]) {
        match self {
            Self::ArcCosine(function) => wide(ArcCosine {
                function,
                pairs,
                nngp,
                derivative,
            }),
            Self::Erf(scale) => wide(Erf {
                scale: *scale,
                pairs,
                nngp,
                derivative,
            }),
            Self::Series(series) => series.fill(pairs, nngp, derivative),
        }
    }

    /// E[φ(u)²] of one of the u or v.
    pub(crate) fn square(&self, at: usize, of_columns: bool, stds: &(Vec<f64>, Vec<f64>)) -> f64 {
        let std = if of_columns { stds.1[at] } else { stds.0[at] };
        if let Self::Series(series) = self {
            return series.square(at, of_columns);
        }
        let pairs = RowPairs {
            rows: 0..1,
            stds: &[std],
            column: 0,
            std,
            rho: &[1.0],
        };
        let (mut nngp, mut derivative) = ([0.0], [0.0]);
        self.fill(&pairs, &mut nngp, &mut derivative);
        nngp[0]
    }

    /// Bounds on both dual activations for standard deviations up to these.
    pub(crate) fn sizes(&self, (one, two): (f64, f64)) -> (f64, f64) {
        match self {
            Self::ArcCosine(f) => {
                let size = f.right.abs().max(f.left.abs()).powi(2);
                match f.degree {
                    1 => (size * one * two, size),
                    _ => (size, 0.0),
                }
            }
            Self::Erf(scale) => (1.0, 4.0 / PI * scale * scale),
            Self::Series(series) => series.squares(),
        }
    }

    /// The error of E[φ(u)φ(v)] relative to √(E[φ(u)²]E[φ(v)²]), where that does not depend on the variances.
    pub(crate) fn relative_error(&self, stds: (f64, f64), correlation: f64) -> Option<f64> {
        match self {
            // E[φ(u)²] is at least half of the larger slope's square times the variance.
            Self::ArcCosine(_) => {
                let unit = (1.0, 1.0);
                Some(2.0 * self.errors(unit, correlation).0 / self.sizes(unit).0)
            }
            // asin c lies between c and πc/2, and c is relative to its own variances.
            Self::Erf(_) => Some(2.0 * self.errors(stds, correlation).0),
            Self::Series(_) => None,
        }
    }

    /// Bounds on the errors of both, for standard deviations up to these and correlations right to
    /// `correlation` (absolute; relative to 1 ∓ ρ where that is below 1 %).
    pub(crate) fn errors(&self, (one, two): (f64, f64), correlation: f64) -> (f64, f64) {
        /// Some ten operations of half a unit each.
        const ROUNDING: f64 = 5e-15;
        match self {
            Self::ArcCosine(f) => {
                let size = f.right.abs().max(f.left.abs()).powi(2);
                let (smooth, rough) = (ROUNDING + correlation, ROUNDING + 8.0 * correlation);
                if f.degree == 1 {
                    (smooth * size * one * two, rough * size)
                } else {
                    (rough * size, 0.0)
                }
            }
            Self::Erf(scale) => {
                // The condition of asin and of 1/√ in 1 − ρ at this variance.
                let condition = 1.0 + 2.0 * scale * scale * one * two;
                let slope = 2.0 * scale * scale;
                (
                    (ROUNDING + correlation) * condition.sqrt(),
                    slope * (ROUNDING + correlation) * condition,
                )
            }
            Self::Series(series) => series.errors(ROUNDING + correlation),
        }
    }
}

struct ArcCosine<'a> {
    function: &'a Homogeneous,
    pairs: &'a RowPairs<'a>,
    nngp: &'a mut [f64],
    derivative: &'a mut [f64],
}

impl WideLoop for ArcCosine<'_> {
    type Output = ();

    /// Cho & Saul's angles: E[U₊V₊] = (sin θ + (π−θ) cos θ)/2π, E[1(U>0)1(V>0)] = (π−θ)/2π, and with θ in the
    /// place of π − θ (and −cos θ) where one of them is negative.
    #[inline(always)]
    fn call(self) {
        let (p, f) = (self.pairs, self.function);
        let outputs = self.nngp.iter_mut().zip(self.derivative);
        let squares = (f.right * f.right + f.left * f.left) / (2.0 * PI);
        let product = 2.0 * f.right * f.left / (2.0 * PI);
        let linear = f.degree == 1;
        for (((nngp, derivative), std), rho) in outputs.zip(p.stds).zip(p.rho) {
            let (minus, plus) = (1.0 - rho, 1.0 + rho);
            let scale = std * p.std;
            let sine = (minus * plus).sqrt();
            let angle = asin_acos(*rho, minus, plus).1;
            let rest = PI - angle;
            if linear {
                let (same, opposite) = (sine + rest * rho, sine - angle * rho);
                *nngp = scale * (squares * same + product * opposite);
                *derivative = squares * rest - product * angle;
            } else {
                *nngp = squares * rest + product * angle;
                *derivative = 0.0;
            }
        }
    }
}

struct Erf<'a> {
    scale: f64,
    pairs: &'a RowPairs<'a>,
    nngp: &'a mut [f64],
    derivative: &'a mut [f64],
}

impl WideLoop for Erf<'_> {
    type Output = ();

    /// Williams (1997), eq. 11, with its derivative: (2/π) asin c and 4a²/(π√(AB)√(1−c²)), a the scale,
    /// A = 1 + 2a²q₁₁, B = 1 + 2a²q₂₂, c = 2a²q₁₂/√(AB).
    #[inline(always)]
    fn call(self) {
        let p = self.pairs;
        let square = self.scale * self.scale;
        let b = 1.0 + 2.0 * square * p.std * p.std;
        let outputs = self.nngp.iter_mut().zip(self.derivative);
        for (((nngp, derivative), std), rho) in outputs.zip(p.stds).zip(p.rho) {
            let whole = ((1.0 + 2.0 * square * std * std) * b).sqrt();
            let c = 2.0 * square * std * p.std * rho / whole;
            *nngp = std::f64::consts::FRAC_2_PI * asin_acos(c, 1.0 - c, 1.0 + c).0;
            *derivative = 4.0 / PI * square / (whole * ((1.0 - c) * (1.0 + c)).sqrt());
        }
    }
}
