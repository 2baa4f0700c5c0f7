//! Whether an activation with a wanted weight exists, and what it must look like.

use super::weight::WantedWeight;
use crate::error::{Error, Result, positive};
use crate::numerics::special::ln_sphere_surface;
use std::f64::consts::PI;

/// A transform that falls faster than this power of ω counts as falling faster than any.
const FASTEST_POWER: f64 = 60.0;
/// Tails of degree above 3 are not matched by pieces whose first three derivatives are.
const STEEPEST_AT_ZERO: f64 = 4.5;
/// Where the behaviour at either end is read off, in units of the ends of the band.
const FAR: f64 = 1e8;
/// The top of a band chosen here: √S there is this much of √S at frequency 1; more where φ grows faster than
/// |z|^{1.2} and loses more digits.
const DYNAMIC_RANGE: f64 = 3e-4;
const DYNAMIC_RANGE_STEEP: f64 = 3e-3;
const STEEP: f64 = 2.2;
/// A band chosen here.
const BAND: (f64, f64) = (0.1, 10.0);
/// Frequencies at which the band is searched for zeros of √S.
const SEARCHED: u32 = 512;
/// ln √S has a zero where a minimum is this much below both its neighbours; one shallower than the second is not followed.
const ZERO: f64 = 20.0;
const DIP: f64 = 1e-6;
/// An order this close to a multiple of ¼ is meant to be it.
const SNAP: f64 = 1e-5;

/// What can be said of the design before it is made.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Feasibility {
    /// The frequencies at which the weight is to be achieved.
    pub band: (f64, f64),
    /// p in |φ̂| ~ ω^{−p} as ω → 0; φ grows like |z|^{p−1}.
    pub order_at_zero: f64,
    /// p in |φ̂| ~ ω^{−p} as ω → ∞ (∞: faster than any power): φ has p − 1 derivatives, nearly.
    pub order_at_infinity: f64,
    /// The degree of the polynomials that are free, −1 for none: the design is unique only up to
    /// these and up to its phase.
    pub null_space_degree: i32,
}

impl Feasibility {
    /// Looks at a weight in dimension `dim`; without a band: from 0.1 to 10, or to where √S has fallen to
    /// 3e−4 of its value at 1 (3e−3 if φ grows faster than |z|^{1.2}).
    ///
    /// # Errors
    /// A dimension of 0, a band that is not 0 < low < high < ∞; a weight that is not positive and finite in the
    /// band; one that grows too slowly (r^{d−1}/P is not integrable at infinity: φ would be no
    /// function) or vanishes too fast at 0.
    pub fn of(weight: &WantedWeight, dim: usize, band: Option<(f64, f64)>) -> Result<Self> {
        let amplitude = Amplitude::new(weight, dim)?;
        let (low, high) = match band {
            Some((low, high)) => {
                positive("band, low end", low)?;
                positive("band, high end", high)?;
                if low >= high {
                    let found = format!("{low}…{high}");
                    return Err(Error::invalid("band", "low < high", found));
                }
                (low, high)
            }
            None => (BAND.0, amplitude.top_of_band()?),
        };
        if let Some(r) = amplitude.zero((low, high))? {
            return Err(amplitude.impossible(format!(
                "it is infinite at r = {r}, inside the band {low}…{high}: the activation would have \
                 no power there; choose a band below"
            )));
        }
        let order_at_zero = amplitude.order_at_zero(low)?;
        let order_at_infinity = amplitude.order_at_infinity(high)?;
        Ok(Self {
            band: (low, high),
            order_at_zero,
            order_at_infinity,
            null_space_degree: free_orders(order_at_zero) as i32 - 1,
        })
    }
}

/// How many polynomials are free, q = smallest integer with ∫₀ ω^{2q} S dω < ∞.
pub(super) fn free_orders(order_at_zero: f64) -> usize {
    (order_at_zero + 0.5 + SNAP).floor().max(0.0) as usize
}

/// √S of the activation to be designed, in logarithms.
#[derive(Clone, Debug)]
pub(super) struct Amplitude {
    weight: WantedWeight,
    dim: usize,
    ln_factor: f64,
}

impl Amplitude {
    pub(super) fn new(weight: &WantedWeight, dim: usize) -> Result<Self> {
        if dim == 0 {
            return Err(Error::invalid("dim", "a dimension of at least 1", dim));
        }
        let d = dim as f64;
        Ok(Self {
            weight: weight.clone(),
            dim,
            ln_factor: PI.ln() + ln_sphere_surface(dim) - d * (2.0 * PI).ln(),
        })
    }

    /// ½ ln S(ω), S = π|S^{d−1}|ω^{d−1}/((2π)^d P(ω)).
    pub(super) fn ln(&self, omega: f64) -> Result<f64> {
        let powers = (self.dim as f64 - 1.0) * omega.ln();
        Ok(0.5 * (self.ln_factor + powers - self.weight.logarithm(omega)?))
    }

    /// √S(ω).
    pub(super) fn value(&self, omega: f64) -> Result<f64> {
        let value = self.ln(omega)?.exp();
        if value.is_finite() {
            Ok(value)
        } else {
            Err(self.impossible(format!("the power spectrum overflows at frequency {omega}")))
        }
    }

    pub(super) fn impossible(&self, reason: impl Into<String>) -> Error {
        let what = format!(
            "design in dimension {} for the weight {}",
            self.dim,
            self.weight.name()
        );
        Error::undefined(what, reason)
    }

    /// A frequency in the band at which √S is 0: by golden section in ln ω from each minimum on a grid.
    fn zero(&self, (low, high): (f64, f64)) -> Result<Option<f64>> {
        let at = |t: f64| low * (high / low).powf(t / f64::from(SEARCHED));
        let ln = |t: f64| self.ln(at(t));
        let grid: Vec<f64> = (0..=SEARCHED)
            .map(|i| ln(f64::from(i)))
            .collect::<Result<_>>()?;
        if let Some(i) = grid.iter().position(|&l| l == f64::NEG_INFINITY) {
            return Ok(Some(at(i as f64)));
        }
        for (i, near) in grid.windows(3).enumerate() {
            let shore = near[0].min(near[2]);
            if near[1] > shore - DIP {
                continue;
            }
            let golden = 0.5 * (5f64.sqrt() - 1.0);
            let (mut a, mut b) = (i as f64, i as f64 + 2.0);
            let mut lowest = (near[1], i as f64 + 1.0);
            while b - a > 4.0 * f64::EPSILON * b {
                let (c, d) = (b - golden * (b - a), a + golden * (b - a));
                let (at_c, at_d) = (ln(c)?, ln(d)?);
                let (lower, place) = if at_c < at_d {
                    b = d;
                    (at_c, c)
                } else {
                    a = c;
                    (at_d, d)
                };
                if lower < lowest.0 {
                    lowest = (lower, place);
                }
            }
            if lowest.0 < shore - ZERO {
                return Ok(Some(at(lowest.1)));
            }
        }
        Ok(None)
    }

    fn top_of_band(&self) -> Result<f64> {
        let range = if self.order_at_zero(BAND.0)? > STEEP {
            DYNAMIC_RANGE_STEEP
        } else {
            DYNAMIC_RANGE
        };
        let enough = self.ln(1.0)? + range.ln();
        let mut top = BAND.1;
        while top > 20.0 * BAND.0 && self.ln(top)? < enough {
            top *= 0.95;
        }
        Ok(top)
    }

    /// −d ln √S/d ln ω over a decade upwards from ω.
    fn order(&self, omega: f64) -> Result<f64> {
        let (a, b) = (self.ln(omega)?, self.ln(10.0 * omega)?);
        Ok(if b == f64::NEG_INFINITY {
            f64::INFINITY
        } else {
            (a - b) / std::f64::consts::LN_10
        })
    }

    pub(super) fn order_at_zero(&self, low: f64) -> Result<f64> {
        self.ln(low)?;
        let at = low / FAR;
        if self.weight.is_zero(at)? {
            return Err(self.impossible(format!(
                "it vanishes too fast at r → 0 (0, or below the smallest double, at r = {at:.0e}): the activation \
                 would grow faster than |z|^{}",
                STEEPEST_AT_ZERO - 1.0
            )));
        }
        if self.ln(at)? == f64::NEG_INFINITY {
            // No power at all near 0.
            return Ok(-1.0);
        }
        let (near, far) = (self.order(100.0 * at)?, self.order(at)?);
        if far > near + 0.5 {
            return Err(self.impossible(
                "it vanishes faster than any power of r at r → 0: the activation would grow faster than \
                 any polynomial",
            ));
        }
        let order = snapped(far.max(-1.0));
        if order >= STEEPEST_AT_ZERO {
            return Err(self.impossible(format!(
                "√S ~ ω^−{order} at ω → 0: activations that grow like |z|^{} are not designed (the limit \
                 is |z|^{})",
                order - 1.0,
                STEEPEST_AT_ZERO - 1.0
            )));
        }
        Ok(order)
    }

    fn order_at_infinity(&self, high: f64) -> Result<f64> {
        let order = |at: f64| {
            if self.weight.is_zero(10.0 * at)? {
                return Err(self.impossible(format!(
                    "it decays (0, or below the smallest double, at r = {}): the kernel would be infinite on its \
                     diagonal and φ no function; it must grow faster than r^{}",
                    10.0 * at,
                    self.dim
                )));
            }
            self.order(at)
        };
        let mut at = high;
        while at < high * FAR {
            if order(at)? > FASTEST_POWER {
                return Ok(f64::INFINITY);
            }
            at *= 10.0;
        }
        let order = snapped(order(at)?);
        if order <= 0.5 {
            let growth = 2.0 * order + self.dim as f64 - 1.0;
            return Err(self.impossible(format!(
                "it grows only like r^{growth:.3} (at r = {at:.0e}): r^{} over it is not integrable at infinity, \
                 so the kernel would be infinite on its diagonal and φ no function; it must grow faster than r^{}",
                self.dim - 1,
                self.dim
            )));
        }
        Ok(order)
    }
}

/// The multiple of ¼ that an order read off from two values means.
fn snapped(order: f64) -> f64 {
    let multiple = 0.25 * (4.0 * order).round();
    if (order - multiple).abs() < SNAP {
        multiple
    } else {
        order
    }
}
