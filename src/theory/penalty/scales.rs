//! Laws of scales: densities and the mean of a positive function over them, in logarithms.

use super::LogEstimate;
use super::range::{Range, explore, integrate_range};
use crate::error::{Error, Result};
use crate::model::ensemble::ScaleLaw;
use crate::numerics::special::ln_sphere_surface;

/// What the quadrature over scales aims at.
const TOLERANCE: f64 = 1e-13;
/// Where ln s is given up: the mean has not converged by then.
const FARTHEST: f64 = 640.0;

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

/// E_s[g(s)] for a positive g, by its logarithm, with `splits` (values of s) where g has kinks or zeros.
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
    splits: &[f64],
    what: &str,
    g: &mut Sample<'_>,
) -> Result<LogEstimate> {
    if let ScaleLaw::Fixed(s) = law {
        return g(s);
    }
    let mut failure = None;
    // Samples of which only a bound is known count as 0, their largest bound as error.
    let mut lost = f64::NEG_INFINITY;
    let mut integrand = |u: f64| -> LogEstimate {
        let s = u.exp();
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
    let range = reach(law, dim, what, &mut |u| integrand(u).ln);
    let mean = range.map(|found| {
        found.map_or(LogEstimate::ZERO, |range| {
            let cuts = splits.iter().map(|s| s.ln());
            integrate_range(&range, cuts, TOLERANCE, &mut integrand)
        })
    });
    // An error of g explains a mean that seems to diverge, not the reverse.
    let mean = failure.map_or(mean, Err)?;
    Ok(LogEstimate {
        relative_error: mean.relative_error + (lost - mean.ln).exp(),
        ..mean
    })
}

/// Finds where the integrand lives; `None` if it vanishes wherever it was looked at.
fn reach(
    law: ScaleLaw,
    dim: usize,
    what: &str,
    integrand: impl FnMut(f64) -> f64,
) -> Result<Option<Range>> {
    let (start, limits, support) = match law {
        ScaleLaw::Fixed(s) => (s.ln(), (s.ln(), s.ln()), (true, true)),
        ScaleLaw::GaussianNorm { std } => (
            (std * (dim as f64).sqrt()).ln(),
            (-FARTHEST, FARTHEST),
            (false, false),
        ),
        ScaleLaw::HalfNormal { std } => (std.ln(), (-FARTHEST, FARTHEST), (false, false)),
        ScaleLaw::Uniform { low, high } => (
            high.ln(),
            (low.ln().max(-FARTHEST), high.ln()),
            (low > 0.0, true),
        ),
    };
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
