//! ‖f‖² of a function given by its transform.

use super::range::{Range, explore, integrate_range};
use super::{LogEstimate, Penalty};
use crate::error::{Error, Result};
use crate::model::activation::Zeros;
use crate::numerics::Estimate;
use crate::numerics::quadrature::gauss_legendre;
use crate::numerics::special::ln_sphere_surface;
use std::f64::consts::PI;

/// ‖f‖², or why it is infinite. Functions of the null space cost nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Seminorm {
    /// A number with its error bound.
    Finite(Estimate),
    /// The function is outside the space of the penalty.
    Infinite {
        /// Why.
        reason: String,
    },
}

impl Seminorm {
    pub(in crate::theory) fn infinite(reason: impl Into<String>) -> Self {
        Self::Infinite {
            reason: reason.into(),
        }
    }

    /// The sum, infinite if either is.
    pub(in crate::theory) fn plus(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Finite(a), Self::Finite(b)) => Self::Finite(a + *b),
            (Self::Finite(_), infinite) => infinite.clone(),
            (infinite, _) => infinite,
        }
    }

    /// Times a positive factor.
    pub(in crate::theory) fn scaled(self, factor: f64) -> Self {
        match self {
            Self::Finite(estimate) => Self::Finite(estimate * factor),
            infinite => infinite,
        }
    }

    /// The number, if it is one.
    pub fn finite(&self) -> Option<Estimate> {
        match self {
            Self::Finite(estimate) => Some(*estimate),
            Self::Infinite { .. } => None,
        }
    }
}

/// ln r is followed so far before the integral is judged by its slope: profiles that decay like r^{−3} do not
/// underflow yet.
const FARTHEST: f64 = 200.0;
pub(super) const LIMITS: (f64, f64) = (-FARTHEST, FARTHEST);
/// Where the rounding of ln|f̂|² + ln weight reaches this, their sum says nothing any more.
const ROUNDING: f64 = 1e-3;
/// A logarithmic slope above this counts as divergence: a slower decay would need e^{1000} to show.
const FLAT: f64 = -1e-3;
/// How many zeros of φ̂ are checked for being zeros of f̂ too.
const CHECKED_ZEROS: usize = 64;
/// f̂ vanishes at a zero of φ̂ if it is this much smaller, in logarithm, than beside it.
const VANISHING: f64 = 25.0;

impl Penalty {
    /// ‖f‖² = (2π)^{−d}|S^{d−1}| ∫₀^∞ r^{d−1} |f̂(r)|²/K̂(r) dr of a radial f̂, given by ln|f̂(r)| (−∞ where it vanishes),
    /// integrated in ln r with splits at the given r.
    ///
    /// # Errors
    /// As [`Penalty::power_spectrum`]; a transform that is NaN.
    ///
    /// # Accuracy
    /// 1e−10 relative for smooth profiles; the error reached is stated.
    pub fn seminorm_of_radial(
        &self,
        ln_modulus: impl Fn(f64) -> f64,
        splits: &[f64],
    ) -> Result<Seminorm> {
        let exact = |r: f64| LogEstimate {
            ln: ln_modulus(r),
            relative_error: 0.0,
        };
        self.seminorm_of_profile(exact, splits)
    }

    /// The same with an error of the profile |f̂|, infinite where nothing is known of it any more.
    pub(super) fn seminorm_of_profile(
        &self,
        modulus: impl Fn(f64) -> LogEstimate,
        splits: &[f64],
    ) -> Result<Seminorm> {
        if let Some(infinite) = self.blocked(&|r: f64| modulus(r).ln) {
            return Ok(infinite);
        }
        let mut integrand = Integrand::new(self, modulus);
        let seminorm = match explore(0.0, LIMITS, (false, false), |u| integrand.at(u).ln) {
            None => Seminorm::Finite(Estimate::default()),
            Some(range) => match tails(&range, &mut |u| integrand.at(u)) {
                Ok(beyond) => total(&range, splits, beyond, &mut |u| integrand.at(u)),
                Err(reason) => Seminorm::infinite(reason),
            },
        };
        integrand.failure().map_or(Ok(seminorm), Err)
    }

    /// The same for any f̂ in d ≤ 3, given by |f̂(k)|² at every k ≠ 0, by spherical means.
    ///
    /// |f̂|² must not underflow where weight·|f̂|² counts; radial functions have
    /// [`Penalty::seminorm_of_radial`], in logarithms.
    ///
    /// # Errors
    /// d > 3; as [`Penalty::seminorm_of_radial`].
    pub fn seminorm_of_transform(
        &self,
        power: impl Fn(&[f64]) -> f64,
        splits: &[f64],
    ) -> Result<Seminorm> {
        if self.dim > 3 {
            return Err(Error::invalid(
                "dim",
                "at most 3 for a transform that is not radial",
                self.dim,
            ));
        }
        self.seminorm_of_profile(|r| self.mean_modulus(r, &power), splits)
    }

    /// √ of the mean of |f̂|² over ‖k‖ = r, d ≤ 3.
    pub(super) fn mean_modulus(&self, r: f64, power: &impl Fn(&[f64]) -> f64) -> LogEstimate {
        let mean = spherical_mean(self.dim, r, power);
        LogEstimate {
            ln: 0.5 * mean.value.ln(),
            relative_error: 0.5 * mean.relative_error(),
        }
    }

    /// Why every function with this transform is outside the space, if it is: an infinite weight where f̂ ≠ 0.
    pub(in crate::theory) fn blocked(&self, ln_modulus: &impl Fn(f64) -> f64) -> Option<Seminorm> {
        let zeros: Vec<f64> = match self.zeros() {
            Zeros::Everywhere => {
                return Some(Seminorm::infinite(format!(
                    "{} has no regular spectrum: the weight is infinite at every frequency off its lines",
                    self.activation.name()
                )));
            }
            Zeros::Multiples { spacing } => {
                (1..=CHECKED_ZEROS).map(|n| n as f64 * spacing).collect()
            }
            Zeros::Listed(list) => list,
            Zeros::None | Zeros::Unknown => Vec::new(),
        };
        let seen = |r: &f64| {
            let beside = ln_modulus(0.99 * r).max(ln_modulus(1.01 * r));
            ln_modulus(*r) > beside - VANISHING
        };
        zeros.into_iter().find(seen).map(|r| {
            Seminorm::infinite(format!(
                "the weight is infinite at frequency {r}, where the activation's transform vanishes \
                 and the function's does not"
            ))
        })
    }
}

/// r^d (2π)^{−d}|S^{d−1}| |f̂(r)|²/K̂(r), the density of ‖f‖² in u = ln r.
pub(super) struct Integrand<'a, F> {
    penalty: &'a Penalty,
    modulus: F,
    constant: f64,
    failure: Option<Error>,
}

impl<'a, F: Fn(f64) -> LogEstimate> Integrand<'a, F> {
    pub(super) fn new(penalty: &'a Penalty, modulus: F) -> Self {
        Self {
            penalty,
            modulus,
            constant: ln_sphere_surface(penalty.dim) - penalty.dim as f64 * (2.0 * PI).ln(),
            failure: None,
        }
    }

    /// The first error that was met.
    pub(super) fn failure(self) -> Option<Error> {
        self.failure
    }

    /// Its value at u; the logarithm is NaN where it is lost in rounding.
    pub(super) fn at(&mut self, u: f64) -> LogEstimate {
        let r = u.exp();
        let profile = (self.modulus)(r);
        let ln_f2 = 2.0 * profile.ln;
        if ln_f2 == f64::NEG_INFINITY || self.failure.is_some() {
            return LogEstimate::ZERO;
        }
        if ln_f2.is_nan() {
            self.failure = Some(Error::NotFinite {
                argument: "transform".into(),
                position: format!("frequency {r}"),
                found: ln_f2,
            });
            return LogEstimate::ZERO;
        }
        match self.penalty.spectral_density(r) {
            Ok(density) => {
                let ln = ln_f2 - density.ln + self.penalty.dim as f64 * u + self.constant;
                let rounding = 4.0 * f64::EPSILON * (ln_f2.abs() + density.ln.abs());
                LogEstimate {
                    ln: if rounding > ROUNDING || profile.relative_error == f64::INFINITY {
                        f64::NAN
                    } else {
                        ln
                    },
                    relative_error: density.relative_error
                        + 2.0 * profile.relative_error
                        + rounding,
                }
            }
            Err(e) => {
                self.failure = Some(e);
                LogEstimate::ZERO
            }
        }
    }
}

/// What the integrand still holds beyond an open range, by its slopes at the ends, as a logarithm;
/// or why it diverges.
fn tails(
    range: &Range,
    integrand: &mut impl FnMut(f64) -> LogEstimate,
) -> std::result::Result<f64, String> {
    let mut beyond = f64::NEG_INFINITY;
    let ends = [
        (range.closed.0, range.low, 1.0, "r → 0"),
        (range.closed.1, range.high, -1.0, "r → ∞"),
    ];
    for (closed, end, inward, name) in ends {
        if closed {
            continue;
        }
        // The largest of several samples each, since the transform may oscillate.
        let mut crest = |from: f64| {
            let at = |i: i32| end + inward * (from + 0.11 * f64::from(i));
            let samples = (0..10).map(|i| integrand(at(i)).ln);
            samples.reduce(|a, b| {
                if a.is_nan() || b.is_nan() {
                    f64::NAN
                } else {
                    a.max(b)
                }
            })
        };
        let (last, before) = (
            crest(0.2).unwrap_or(f64::NAN),
            crest(4.2).unwrap_or(f64::NAN),
        );
        let slope = (last - before) / (4.0 * inward.abs());
        if slope.is_nan() || slope > FLAT {
            return Err(format!(
                "the weight outgrows the function's transform: ∫|f̂|²/K̂ diverges as {name}"
            ));
        }
        beyond = beyond.max(last - (-slope).ln());
    }
    Ok(beyond)
}

/// The integral over a range, with the logarithm of what lies beyond it as further error.
fn total(
    range: &Range,
    splits: &[f64],
    beyond: f64,
    integrand: &mut impl FnMut(f64) -> LogEstimate,
) -> Seminorm {
    let cuts = splits.iter().map(|r| r.ln());
    let integral = integrate_range(range, cuts, 1e-12, integrand);
    let total = LogEstimate {
        relative_error: integral.relative_error + (beyond - integral.ln).exp(),
        ..integral
    };
    match total.estimate() {
        Some(estimate) => Seminorm::Finite(estimate),
        None => Seminorm::infinite(format!(
            "it overflows: its natural logarithm is {}",
            total.ln
        )),
    }
}

/// The mean of a function over the sphere of radius r, d ≤ 3: two points, a doubled trapezoidal rule, a product rule.
fn spherical_mean(dim: usize, r: f64, power: &impl Fn(&[f64]) -> f64) -> Estimate {
    if dim == 1 {
        return Estimate::closed_form(0.5 * (power(&[r]) + power(&[-r])));
    }
    let mean = |n: usize| -> f64 {
        let circle = |height: f64| -> f64 {
            let rho = r * (1.0 - height * height).sqrt();
            let at = |i: usize| {
                let (sin, cos) = (2.0 * PI * (i as f64 + 0.5) / n as f64).sin_cos();
                if dim == 2 {
                    power(&[r * cos, r * sin])
                } else {
                    power(&[rho * cos, rho * sin, r * height])
                }
            };
            (0..n).map(at).sum::<f64>() / n as f64
        };
        if dim == 2 {
            return circle(0.0);
        }
        let rule = gauss_legendre(n / 2);
        let rows = rule.nodes.iter().zip(&rule.weights);
        rows.map(|(&z, w)| 0.5 * w * circle(z)).sum()
    };
    let mut n = 16;
    let mut last = mean(n);
    let mut error = f64::INFINITY;
    while n < if dim == 2 { 8192 } else { 256 } {
        n *= 2;
        let next = mean(n);
        let difference = (next - last).abs();
        if difference <= 1e-13 * next.abs() {
            return Estimate::closed_form(next);
        }
        (error, last) = (difference, next);
    }
    Estimate::new(last, error)
}
