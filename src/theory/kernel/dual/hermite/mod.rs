//! Hermite coefficients a_n = E[φ(√q Z)h_n(Z)], h_n the orthonormal Hermite polynomials, Z standard normal.
//!
//! | who asks | how |
//! |---|---|
//! | Mehler's series of a smooth φ at a variance, φ and φ′ together, as many terms as needed | [`series`]: trapezoidal rule, Parseval's identity for the rest |
//! | any number of coefficients of any φ, kinks included, right relative to √E\[φ²\] | [`super::expansion`]: composite Gauss rules |
//! | spectra, whose high degrees live on coefficients far below rounding: right relative to a_n | [`closed`], [`pieces`] by parts, [`transform`] from φ̂ |

mod closed;
mod pieces;
mod series;
mod transform;

pub(super) use pieces::{LANES, PieceCoefficients, Pieces};
pub(super) use series::{HermiteGrid, HermiteSeries, raise};

use super::expansion::Expansion;
use super::homogeneous::Homogeneous;
use crate::model::Activation;
use crate::model::activation::{Family, Parity};
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate};
use crate::numerics::special::normal_pdf;

/// Beyond |x| = 12.5 the square root of the normal density is below 1e−17.
const REACH: f64 = 12.5;
/// The most coefficients that are found in real space, where all beyond are rounding.
const REAL_SPACE: usize = 512;

/// Homogeneous functions of higher degree are left to the recurrence of piecewise polynomials: factorials overflow.
const HIGHEST: usize = 100;

/// a_n for n = 0…count−1 (possibly fewer), with errors relative to a_n wherever φ allows it.
///
/// # Method
/// Homogeneous functions and piecewise polynomials by parts, in closed form. Else from the Fourier transform, whose integrand
/// has one sign for most activations: no cancellation, however small a_n. Smooth functions without transform in real space.
pub(crate) fn coefficients(
    activation: &Activation,
    variance: f64,
    count: usize,
) -> Option<Vec<Estimate>> {
    if variance == 0.0 || !variance.is_finite() {
        return None;
    }
    if let Some(found) = in_closed_form(activation, variance, count) {
        return Some(found);
    }
    let real_space = || Expansion::new(activation, variance, count.min(REAL_SPACE)).estimates();
    let mut found = transform::by_transform(activation, variance.sqrt(), count)
        .or_else(|| activation.kinks().is_empty().then(real_space))?;
    let vanishing = match activation.parity() {
        Parity::Even => 1,
        Parity::Odd => 0,
        Parity::None => return Some(found),
    };
    for a in found.iter_mut().skip(vanishing).step_by(2) {
        *a = Estimate::default();
    }
    Some(found)
}

/// Those of homogeneous functions and piecewise polynomials.
pub(super) fn in_closed_form(
    activation: &Activation,
    variance: f64,
    count: usize,
) -> Option<Vec<Estimate>> {
    if let Some(function) = Homogeneous::of(activation).filter(|f| f.degree <= HIGHEST) {
        return Some(closed::homogeneous(&function, variance, count));
    }
    match activation.family() {
        Family::PiecewisePolynomial(function) => {
            Some(Pieces::new(function).at(variance.sqrt(), count).estimates())
        }
        _ => None,
    }
}

/// E[f(Z)].
fn mean_of(f: impl Fn(f64) -> f64, splits: &[f64]) -> Estimate {
    let tolerance = Tolerance {
        absolute: 0.0,
        relative: 1e-14,
        ..Tolerance::default()
    };
    let mean = integrate(|x| f(x) * normal_pdf(x), -REACH, REACH, splits, &tolerance);
    Estimate::new(mean.value, mean.error + 2.0 * f64::EPSILON * mean.l1)
}
