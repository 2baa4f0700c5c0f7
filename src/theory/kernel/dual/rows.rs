//! Dual activations of whole rows of pairs, for the activations in which that is vector instructions.

use super::homogeneous::Homogeneous;
use super::series_rows::SeriesRows;
use super::{DualActivation, Method};
use crate::model::activation::Family;
use crate::numerics::special::branchless::{acos_and_segment, asin_and_slope};
use std::f64::consts::{FRAC_2_PI, FRAC_PI_2, PI};

/// Beyond this variance erf is a step to the digits that 1 − ρ has here.
const ERF_VARIANCE: f64 = 100.0;

/// Some ten operations of half a unit each.
const ROUNDING: f64 = 5e-15;

/// Where φ has its kink at 0, correlations beyond this need the digits of 1 ∓ ρ.
const NEAR: f64 = 0.99;

/// How many u go together: arrays of a known length become vector instructions, and some of them stay in the
/// first level of cache.
pub(crate) const STRIP: usize = 64;
/// A number for each of them.
pub(crate) type Strip = [f64; STRIP];

/// One number per point in strips, the last filled up.
pub(crate) fn strips(values: &[f64], filling: f64) -> Vec<Strip> {
    let of_chunk = |chunk: &[f64]| {
        let mut strip = [filling; STRIP];
        strip[..chunk.len()].copy_from_slice(chunk);
        strip
    };
    values.chunks(STRIP).map(of_chunk).collect()
}

/// Pairs of pre-activations: one v and a strip of u.
pub(crate) struct RowPairs<'a> {
    /// Which strip.
    pub(crate) strip: usize,
    /// √q₁₁ of every u.
    pub(crate) stds: &'a Strip,
    /// 1/√q₁₁.
    pub(crate) inverses: &'a Strip,
    /// Which v.
    pub(crate) column: usize,
    /// √q₂₂.
    pub(crate) std: f64,
    /// 1/√q₂₂.
    pub(crate) inverse: f64,
    pub(crate) rho: &'a Strip,
}

/// Dual activations prepared for two sets of variances.
#[derive(Debug)]
pub(crate) enum DualRows {
    /// Degree 0 or 1.
    ArcCosine(Homogeneous),
    /// erf(scale·z).
    Erf(ErfRows),
    /// Mehler's series.
    Series(Box<SeriesRows>),
}

impl DualRows {
    /// From how many pairs on the preparation is worth its time.
    pub(crate) fn worth_it(dual: &DualActivation) -> usize {
        match (&dual.method, dual.activation().family()) {
            (Method::Homogeneous(_), _) | (_, Family::Erf { .. }) => 1 << 10,
            // A pair of many knots costs what they all do with each other.
            (_, Family::PiecewisePolynomial(function)) => {
                (1 << 14) / function.knots().len().max(16)
            }
            // Tables of coefficients at some hundred variances, 10 to 100 ms; pairs of some 100 ns …
            (Method::Closed(_) | Method::Series(_), _) => 1 << 16,
            // … and of some ms.
            _ => 1 << 10,
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
                Some(Self::Erf(ErfRows::new(scale, rows, columns)))
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

    /// E[φ(u)φ(v)] and E[φ′(u)φ′(v)] of every pair, to be compiled into the caller's loop.
    #[inline(always)]
    pub(crate) fn fill(&self, pairs: &RowPairs<'_>, nngp: &mut Strip, derivative: &mut Strip) {
        match self {
            Self::ArcCosine(function) => arc_cosine(function, pairs, nngp, derivative),
            Self::Erf(erf) => erf.fill(pairs, nngp, derivative),
            Self::Series(series) => series.fill(pairs, nngp, derivative),
        }
    }

    /// E[φ(u)²] and E[φ′(u)²] of one of the u or v.
    pub(crate) fn of_equals(&self, at: usize, of_columns: bool, std: f64) -> (f64, f64) {
        match self {
            Self::ArcCosine(f) => {
                let mean = 0.5 * (f.right * f.right + f.left * f.left);
                match f.degree {
                    1 => (mean * std * std, mean),
                    _ => (mean, 0.0),
                }
            }
            Self::Erf(erf) => erf.of_equals(std * std),
            Self::Series(series) => series.of_equals(at, of_columns),
        }
    }

    /// The error of E[φ(u)φ(v)] relative to √(E[φ(u)²]E[φ(v)²]), where that does not depend on the variances.
    pub(crate) fn relative_error(&self, stds: (f64, f64), correlation: f64) -> Option<f64> {
        let unit = ROUNDING + correlation;
        match self {
            // E[φ(u)²] is at least half of the larger slope's square times the variance.
            Self::ArcCosine(f) if f.degree == 1 => Some(2.0 * unit),
            Self::ArcCosine(_) => Some(2.0 * rough(correlation)),
            // asin c lies between c and πc/2, and c is relative to its own variances.
            Self::Erf(erf) => Some(2.0 * unit * erf.condition(stds.0.max(stds.1)).sqrt()),
            Self::Series(series) => series.relative_error(ROUNDING, correlation),
        }
    }

    /// Errors e of both for one of the u or v and its standard deviation: those of a pair are at most √(e(u)e(v)), for
    /// correlations right to `correlation` (absolute; relative to 1 ∓ ρ where that is below 1 %).
    pub(crate) fn errors(
        &self,
        (at, of_columns): (usize, bool),
        std: f64,
        correlation: f64,
    ) -> (f64, f64) {
        let unit = ROUNDING + correlation;
        match self {
            Self::ArcCosine(f) => {
                let size = f.right.abs().max(f.left.abs()).powi(2);
                match f.degree {
                    1 => (unit * size * std * std, rough(correlation) * size),
                    _ => (rough(correlation) * size, 0.0),
                }
            }
            Self::Erf(erf) => {
                let condition = erf.condition(std);
                let slope = 2.0 * erf.scale * erf.scale;
                (unit * condition.sqrt(), slope * unit * condition)
            }
            Self::Series(series) => series.errors(at, of_columns, (ROUNDING, correlation)),
        }
    }
}

/// The error of an angle by its polynomial, and what one of the correlation does to it.
fn rough(correlation: f64) -> f64 {
    const ANGLE: f64 = 6e-15;
    ROUNDING + ANGLE + 8.0 * correlation
}

/// Cho & Saul's angles: with r and l the factors of φ on either side of 0 and β = asin ρ,
/// E[φ′φ′] = ((r−l)² π/2 + (r+l)² β)/2π, and E[φφ]/√(q₁₁q₂₂) is its integral over ρ, (r−l)² πρ/2 +
/// (r+l)² (√(1−ρ²) + ρβ) over 2π: both from x = |ρ| and α = acos x.
#[inline(always)]
fn arc_cosine(f: &Homogeneous, p: &RowPairs<'_>, nngp: &mut Strip, derivative: &mut Strip) {
    let squares = (f.right * f.right + f.left * f.left) / (2.0 * PI);
    let product = 2.0 * f.right * f.left / (2.0 * PI);
    let (sum, difference) = (squares + product, squares - product);
    for l in 0..STRIP {
        let rho = p.rho[l];
        let x = rho.abs();
        // α and √(1−x²) − xα.
        let (angle, segment) = acos_and_segment(x);
        let other = (FRAC_PI_2 - angle).copysign(rho);
        if f.degree == 1 {
            let even = FRAC_PI_2.mul_add(x, segment);
            let value = sum.mul_add(even, FRAC_PI_2 * difference * rho);
            nngp[l] = p.stds[l] * p.std * value;
            derivative[l] = sum.mul_add(other, FRAC_PI_2 * difference);
        } else {
            nngp[l] = difference.mul_add(other, FRAC_PI_2 * sum);
            derivative[l] = 0.0;
        }
    }
}

/// Williams (1997), eq. 11, with its derivative: (2/π) asin c and 4a²/(π√(AB)√(1−c²)), a the scale,
/// A = 1 + 2a²q₁₁, B = 1 + 2a²q₂₂, c = 2a²q₁₂/√(AB).
#[derive(Debug)]
pub(crate) struct ErfRows {
    scale: f64,
    /// √(1/A) of every u, and of every v.
    rows: Vec<Strip>,
    columns: Vec<f64>,
}

impl ErfRows {
    fn new(scale: f64, rows: &[f64], columns: &[f64]) -> Self {
        let root = |q: &f64| (1.0 / (1.0 + 2.0 * scale * scale * q)).sqrt();
        Self {
            scale,
            rows: strips(&rows.iter().map(root).collect::<Vec<_>>(), 1.0),
            columns: columns.iter().map(root).collect(),
        }
    }

    /// Of asin, and of 1/√ in 1 − ρ, at this standard deviation.
    fn condition(&self, std: f64) -> f64 {
        1.0 + 2.0 * self.scale * self.scale * std * std
    }

    /// For u = v of this variance.
    fn of_equals(&self, q: f64) -> (f64, f64) {
        let square = self.scale * self.scale;
        let a = 1.0 + 2.0 * square * q;
        let (value, slope) = asin_and_slope(2.0 * square * q / a);
        (FRAC_2_PI * value, 4.0 / PI * square / a * slope)
    }

    #[inline(always)]
    fn fill(&self, p: &RowPairs<'_>, nngp: &mut Strip, derivative: &mut Strip) {
        let (rows, column) = (&self.rows[p.strip], self.columns[p.column]);
        let square = self.scale * self.scale;
        let (of_c, of_slope) = (2.0 * square * p.std * column, 4.0 / PI * square * column);
        for l in 0..STRIP {
            let c = of_c * (p.stds[l] * rows[l]) * p.rho[l];
            let (value, slope) = asin_and_slope(c);
            nngp[l] = FRAC_2_PI * value;
            derivative[l] = of_slope * rows[l] * slope;
        }
    }
}
