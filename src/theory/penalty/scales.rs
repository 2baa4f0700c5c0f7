//! Laws of scales: densities and the mean of a positive function over them, in logarithms.

use super::LogEstimate;
use super::range::{Range, explore, integrate_range};
use crate::error::{Error, Result};
use crate::model::ensemble::ScaleLaw;
use crate::numerics::special::ln_sphere_surface;

/// What the quadrature over scales aims at.
const TOLERANCE: f64 = 1e-13;
/// Scales beyond these are given up: the mean has not converged by then.
const SMALLEST: f64 = 1e-280;
const LARGEST: f64 = 1e280;

/// What is averaged: a positive function of s, by its logarithm and relative error.
pub(super) type Sample<'a> = dyn FnMut(f64) -> Result<LogEstimate> + 'a;

/// ln p(s) for s > 0 inside the support; `None` for a fixed scale, which has no density.
pub(super) fn ln_density(law: ScaleLaw, dim: usize, s: f64) -> Option<f64> {
    let gaussian = |d: usize, std: f64| {
        let x = s / std;
        ln_sphere_surface(d) - 0.5 * d as f64 * (2.0 * std::f64::consts::PI).ln() - std.ln()
            + (d as f64 - 1.0) * x.ln()
            - 0.5 * x * x
    };
    match law {
        ScaleLaw::Fixed(_) => None,
        ScaleLaw::GaussianNorm { std } => Some(gaussian(dim, std)),
        ScaleLaw::HalfNormal { std } => Some(gaussian(1, std)),
        ScaleLaw::Uniform { low, high } => Some(if s < low || s > high {
            f64::NEG_INFINITY
        } else {
            -(high - low).ln()
        }),
    }
}

/// The exponent n of p(s) ~ s^{n−1} as s → 0; `None` where no scale lies near 0.
pub(super) fn order_at_zero(law: ScaleLaw, dim: usize) -> Option<f64> {
    match law {
        ScaleLaw::Fixed(_) => None,
        ScaleLaw::GaussianNorm { .. } => Some(dim as f64),
        ScaleLaw::HalfNormal { .. } => Some(1.0),
        ScaleLaw::Uniform { low, .. } => (low == 0.0).then_some(1.0),
    }
}

/// E_s[g(s); a < s < b] for a positive g and a window (a, b), by its logarithm, with `splits` (values of s) where g
/// has kinks or zeros.
///
/// # Method
/// In u = ln s, in which the ends s → 0 and s → ∞ decay at least exponentially: the range is explored outwards
/// from the law's own scale until the integrand has died out, then integrated
/// adaptively in logarithms.
///
/// # Errors
/// [`Error::Undefined`] if the mean diverges; errors of g.
pub(super) fn mean(
    law: ScaleLaw,
    dim: usize,
    window: (f64, f64),
    splits: &[f64],
    what: &str,
    g: &mut Sample<'_>,
) -> Result<LogEstimate> {
    if let ScaleLaw::Fixed(s) = law {
        return g(s);
    }
    let ends = (
        law.support().0.max(window.0).max(SMALLEST),
        law.support().1.min(window.1).min(LARGEST),
    );
    if ends.0 >= ends.1 {
        return Ok(LogEstimate::ZERO);
    }
    let mut failure = None;
    // Samples of which only a bound is known count as 0, their largest bound as error.
    let mut lost = f64::NEG_INFINITY;
    let mut integrand = |u: f64| -> LogEstimate {
        // The exponential of a logarithm may miss the end of the support by a rounding.
        let s = u.exp().clamp(ends.0, ends.1);
        match (ln_density(law, dim, s), g(s)) {
            (Some(ln_p), Ok(sample)) if sample.relative_error < 1.0 => LogEstimate {
                ln: ln_p + u + sample.ln,
                ..sample
            },
            (Some(ln_p), Ok(bound)) => {
                lost = lost.max(ln_p + u + bound.ln + bound.relative_error.ln());
                LogEstimate::ZERO
            }
            (_, sample) => {
                if let Err(e) = sample {
                    failure.get_or_insert(e);
                }
                LogEstimate::ZERO
            }
        }
    };
    let range = reach(law, dim, ends, what, |u| integrand(u).ln);
    let mean = range.map(|found| {
        found.map_or(LogEstimate::ZERO, |range| {
            let cuts = splits.iter().map(|s| s.ln());
            integrate_range(&range, cuts, TOLERANCE, &mut integrand)
        })
    });
    // An error of g explains a mean that seems to diverge, not the reverse.
    let mean = failure.map_or(mean, Err)?;
    let lost = if mean.is_zero() {
        0.0
    } else {
        (lost - mean.ln).exp()
    };
    Ok(LogEstimate {
        relative_error: mean.relative_error + lost,
        ..mean
    })
}

/// Finds where the integrand lives between two scales; `None` if it vanishes wherever it was looked at.
fn reach(
    law: ScaleLaw,
    dim: usize,
    ends: (f64, f64),
    what: &str,
    integrand: impl FnMut(f64) -> f64,
) -> Result<Option<Range>> {
    let start = match law {
        ScaleLaw::Fixed(s) => s,
        ScaleLaw::GaussianNorm { std } => std * (dim as f64).sqrt(),
        ScaleLaw::HalfNormal { std } => std,
        ScaleLaw::Uniform { high, .. } => high,
    };
    let start = start.clamp(ends.0, ends.1).ln();
    let limits = (ends.0.ln(), ends.1.ln());
    let support = (ends.0 > SMALLEST, ends.1 < LARGEST);
    let Some(range) = explore(start, limits, support, integrand) else {
        return Ok(None);
    };
    let end = match range.closed {
        (true, true) => return Ok(Some(range)),
        (false, _) => "s → 0",
        (true, false) => "s → ∞",
    };
    Err(Error::undefined(
        what,
        format!("the mean over the law of scales diverges as {end}"),
    ))
}
