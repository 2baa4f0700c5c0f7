//! Radial functions: the Abel transform.

use super::quadrature::{existing, tail};
use super::{Direction, RadonTransform};
use crate::error::{Error, Result, finite, positive};
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate};
use crate::numerics::special::sphere_surface;
use std::f64::consts::PI;

/// f(‖x − c‖) on R^d, by its profile f.
///
/// With δ = γ − ⟨ξ,c⟩, Rf(ξ,γ) = |S^{d−2}| ∫₀^∞ f(√(δ²+t²)) t^{d−2} dt (d = 1: f(|δ|)): the Abel transform in the
/// variable in which its kernel is smooth.
///
/// A profile that oscillates with slowly falling amplitude is integrated half period by half period, and the partial sums are extrapolated
/// by Wynn's epsilon algorithm (MTAC 10, 1956): the improper integral of J₀ and its like.
///
/// # Accuracy
/// Within the stated error; 1e−13 relative for smooth profiles that decay, 1e−12 for J₀(2π‖x‖).
pub struct RadialFunction<F> {
    dim: usize,
    profile: F,
    centre: Vec<f64>,
    splits: Vec<f64>,
    reach: f64,
    oscillation: Option<f64>,
    tolerance: Tolerance,
}

/// Half periods summed at most; the extrapolation has long converged or never will.
const HALF_PERIODS: usize = 60;

impl<F: Fn(f64) -> f64 + Send + Sync> RadialFunction<F> {
    /// Around the origin, decaying, smooth, of unbounded support.
    ///
    /// # Errors
    /// d = 0.
    pub fn new(dim: usize, profile: F) -> Result<Self> {
        if dim == 0 {
            return Err(Error::invalid("dim", "at least 1", dim));
        }
        Ok(Self {
            dim,
            profile,
            centre: vec![0.0; dim],
            splits: Vec::new(),
            reach: f64::INFINITY,
            oscillation: None,
            tolerance: Tolerance::relative(1e-12),
        })
    }

    /// Around another centre.
    ///
    /// # Errors
    /// Coordinates of another number or not finite.
    pub fn around(mut self, centre: Vec<f64>) -> Result<Self> {
        self.centre = super::quadrature::centre(self.dim, centre)?;
        Ok(self)
    }

    /// Distances at which the profile is not smooth, or on whose scale it changes.
    #[must_use]
    pub fn with_splits(mut self, splits: Vec<f64>) -> Self {
        self.splits = splits;
        self
    }

    /// The profile vanishes beyond this distance.
    ///
    /// # Errors
    /// A distance that is not > 0 (∞ is accepted).
    pub fn supported_within(mut self, reach: f64) -> Result<Self> {
        self.reach = super::quadrature::reach(reach)?;
        Ok(self)
    }

    /// Far out the profile is (slowly varying)·cos(ω r + phase).
    ///
    /// # Errors
    /// ω that is not > 0.
    pub fn oscillating(mut self, frequency: f64) -> Result<Self> {
        self.oscillation = Some(positive("frequency", frequency)?);
        Ok(self)
    }

    /// With this tolerance instead of 1e−12 relative.
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// ∫_a^b f(√(δ²+t²)) t^{d−2} dt.
    fn piece(&self, delta: f64, a: f64, b: f64) -> (Estimate, f64) {
        let power = self.dim as i32 - 2;
        let integrand = |t: f64| (self.profile)(delta.hypot(t)) * t.powi(power);
        let splits: Vec<f64> = self.splits.iter().map(|s| leg(*s, delta)).collect();
        let found = integrate(integrand, a, b, &splits, &self.tolerance);
        (found.estimate(), found.l1)
    }

    /// What the integral may have beyond the reach of doubles; refuses a profile that falls no faster than r^{−(d−1)}, by its
    /// values very far out: the logarithm of the largest double is a harmless number.
    fn beyond(&self) -> Result<f64> {
        let n = self.dim as i32 - 1;
        // r^n must not overflow.
        let exponent = (250.0 / f64::from(n)).min(100.0);
        let shell = |exponent: f64| -> f64 {
            let at = |j: i32| {
                let r = 10f64.powf(exponent) * (1.0 + 0.1 * f64::from(j));
                (self.profile)(r).abs() * r.powi(n)
            };
            (0..8).map(at).sum::<f64>() / 8.0
        };
        tail(shell(0.5 * exponent), shell(exponent), exponent)
    }

    fn improper(&self, delta: f64, omega: f64) -> Estimate {
        let end = |j: usize| leg(delta.abs() + j as f64 * PI / omega, delta);
        let mut sums = Vec::with_capacity(HALF_PERIODS);
        let (mut sum, mut size) = (Estimate::default(), 0.0);
        let mut best = Estimate::new(0.0, f64::INFINITY);
        let mut last = f64::NAN;
        for j in 0..HALF_PERIODS {
            let (piece, l1) = self.piece(delta, end(j), end(j + 1));
            sum = sum + piece;
            size += l1;
            sums.push(sum.value);
            let limit = wynn(&sums);
            // Differences amplify what is wrong with the sums by a small factor.
            let rounding = 4.0 * (sum.error + f64::EPSILON * size);
            let error = 4.0 * (limit - last).abs() + rounding;
            if j >= 6 && error < best.error {
                best = Estimate::new(limit, error);
            }
            last = limit;
        }
        best
    }
}

impl<F: Fn(f64) -> f64 + Send + Sync> RadonTransform for RadialFunction<F> {
    fn dim(&self) -> usize {
        self.dim
    }

    fn value(&self, direction: &Direction, offset: f64) -> Result<Estimate> {
        let direction = direction.of_dim(self.dim)?;
        let delta = finite("offset", offset)? - direction.dot(&self.centre);
        if delta.abs() > self.reach {
            return Ok(Estimate::default());
        }
        if self.dim == 1 {
            let value = (self.profile)(delta.abs());
            return existing(Estimate::new(value, f64::EPSILON * value.abs()));
        }
        let beyond = if self.reach.is_infinite() && self.oscillation.is_none() {
            self.beyond()?
        } else {
            0.0
        };
        let integral = match self.oscillation {
            Some(omega) if self.reach.is_infinite() => self.improper(delta, omega),
            _ => self.piece(delta, 0.0, leg(self.reach, delta)).0,
        };
        let integral = Estimate::new(integral.value, integral.error + beyond);
        existing(integral * sphere_surface(self.dim - 1))
    }
}

/// √(r² − δ²), 0 for r < |δ|.
fn leg(r: f64, delta: f64) -> f64 {
    if r.is_infinite() {
        return r;
    }
    let delta = delta.abs();
    ((r - delta).max(0.0) * (r + delta)).sqrt()
}

/// The last entry of the epsilon table of these partial sums.
fn wynn(sums: &[f64]) -> f64 {
    let mut before: Vec<f64> = vec![0.0; sums.len() + 1];
    let mut current = sums.to_vec();
    let mut best = current.last().copied().unwrap_or(f64::NAN);
    let mut even = true;
    while current.len() > 1 {
        let mut next = Vec::with_capacity(current.len() - 1);
        for (pair, old) in current.windows(2).zip(before.iter().skip(1)) {
            let difference = pair[1] - pair[0];
            if difference == 0.0 {
                // Converged to the last digit.
                return if even { pair[1] } else { best };
            }
            next.push(old + 1.0 / difference);
        }
        before = current;
        current = next;
        even = !even;
        if even && let Some(last) = current.last() {
            best = *last;
        }
    }
    best
}
