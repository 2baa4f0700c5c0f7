//! A function known by its values, with its transform.

use super::super::closed_form::frequency;
use super::super::comparator::{Comparator, polynomial, polynomial_slope};
use super::super::differences;
use super::super::{
    ActivationFunction, Decay, FourierSample, Kink, Parity, Place, Remainder, Tails, Zeros,
};
use super::Real;
use crate::error::{Error, Result};
use crate::numerics::quadrature::{Tolerance, fourier_integral};
use num_complex::Complex64;
use std::fmt;

/// The noise of an integrand is known to this factor: less of an error than that is not worked for.
const WORTH: f64 = 8.0;
/// Up to this frequency the stretch of a transform is told better by values than by derivatives from differences.
const BY_VALUES: f64 = 1e2;
/// What is above this multiple of ε is no rounding of the tails.
const VISIBLE: f64 = 1e5;
/// Beyond this the comparator has reached its tails to rounding.
const COMPARATOR_REACH: f64 = 9.5;

/// Where φ minus its tail drowns in the rounding of φ: beyond, it is taken as 0, or for algebraic tails
/// continued as the power it is. No nearer than the farthest of the places `seen` where φ is not its tail.
pub(super) fn horizon(f: impl Fn(f64) -> f64, tails: &Tails, reach: f64, seen: &[f64]) -> f64 {
    if let Remainder::Zero { beyond } = tails.remainder
        && beyond > 0.0
    {
        return beyond.max(COMPARATOR_REACH);
    }
    let algebraic = matches!(tails.remainder, Remainder::Algebraic { .. });
    let lost = if algebraic { VISIBLE } else { 4.0 };
    let within = |part: f64, tail: &[f64], z: f64| {
        let terms = tail.iter().enumerate();
        let size: f64 = terms.map(|(j, c)| (c * z.powi(j as i32)).abs()).sum();
        (f(z) - polynomial(tail, z)).abs() <= (part * f64::EPSILON * size).max(1e-18)
    };
    let drowned = |z: f64| within(lost, &tails.left, -z) && within(lost, &tails.right, z);
    let visible = |z: &f64| match *z > 0.0 {
        true => !within(VISIBLE, &tails.right, *z),
        false => !within(VISIBLE, &tails.left, *z),
    };
    let mut seen = seen.to_vec();
    seen.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
    let outermost = { seen.into_iter() }.find(visible).map_or(0.0, f64::abs);
    let limit = reach.min(1e6);
    let mut z = COMPARATOR_REACH.max(outermost);
    while z < limit && !(drowned(z) && drowned(1.1 * z) && drowned(1.31 * z)) {
        z *= 1.05;
    }
    z.min(limit)
}

/// A function known by its values.
pub(super) struct Closure {
    pub(super) value: Real,
    pub(super) derivative: Option<Real>,
    pub(super) kinks: Vec<Kink>,
    pub(super) kink_places: Vec<f64>,
    pub(super) places: Vec<Place>,
    pub(super) splits: Vec<f64>,
    pub(super) tails: Tails,
    pub(super) tail_error: f64,
    pub(super) comparator: Comparator,
    pub(super) parity: Parity,
    pub(super) decay: Decay,
    pub(super) reach: f64,
    pub(super) horizon: f64,
    /// What is left of φ minus its tails at the horizon, where it is cut.
    pub(super) cut: f64,
}

impl fmt::Debug for Closure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closure")
            .field("tails", &self.tails)
            .field("kinks", &self.kinks)
            .field("horizon", &self.horizon)
            .finish_non_exhaustive()
    }
}

impl Closure {
    fn tail(&self, z: f64) -> &[f64] {
        if z > 0.0 {
            &self.tails.right
        } else {
            &self.tails.left
        }
    }

    /// φ − comparator, continued beyond the horizon.
    fn remainder(&self, z: f64) -> f64 {
        self.continued(z, |z| self.comparator.remainder((self.value)(z), z), 0.0)
    }

    /// z times its derivative.
    fn stretched_remainder(&self, z: f64) -> f64 {
        let inside = |z: f64| z * self.comparator.remainder_slope(self.derivative(z), z);
        self.continued(z, inside, 0.0)
    }

    /// What cutting at the horizon, or continuing there as a power, adds to the transform. The power
    /// and φ agree at the horizon, so that their difference is small by a factor of the horizon
    /// for every partial integration.
    fn edge_error(&self, omega: f64) -> f64 {
        match self.tails.remainder {
            Remainder::Algebraic { .. } => {
                let turns = self.horizon * omega.abs();
                4.0 * self.cut / turns * turns.recip().min(1.0)
            }
            _ => self.cut,
        }
    }

    fn continued(&self, z: f64, inside: impl Fn(f64) -> f64, beyond: f64) -> f64 {
        if z.abs() <= self.horizon {
            return inside(z);
        }
        match self.tails.remainder {
            Remainder::Algebraic { power } => {
                let edge = self.horizon.copysign(z);
                inside(edge) * (self.horizon / z.abs()).powf(power)
            }
            _ => beyond,
        }
    }
}

impl ActivationFunction for Closure {
    fn value(&self, z: f64) -> f64 {
        if z.abs() > self.reach {
            return polynomial(self.tail(z), z);
        }
        if let Ok(at) = self
            .kink_places
            .binary_search_by(|k| k.total_cmp(&(z + 0.0)))
            && self.kinks.get(at).is_some_and(|k| k.order == 0)
        {
            return 0.5 * ((self.value)(z.next_up()) + (self.value)(z.next_down()));
        }
        (self.value)(z)
    }

    fn derivative(&self, z: f64) -> f64 {
        if z.abs() > self.reach {
            return polynomial_slope(self.tail(z), z);
        }
        let Some(derivative) = &self.derivative else {
            return differences::derivative(&self.value, z, &self.kink_places, &self.places);
        };
        if self.kink_places.contains(&z) {
            return 0.5 * (derivative(z.next_up()) + derivative(z.next_down()));
        }
        derivative(z)
    }

    fn by_differences(&self) -> bool {
        self.derivative.is_none()
    }

    fn kinks(&self) -> Vec<Kink> {
        self.kinks.clone()
    }

    fn steep_places(&self) -> Vec<Place> {
        self.places.clone()
    }

    fn tails(&self) -> Tails {
        self.tails.clone()
    }

    fn parity(&self) -> Parity {
        self.parity
    }

    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let omega = frequency(omega)?;
        if self.tails.remainder == Remainder::Persistent {
            return Err(Error::undefined(
                "Fourier transform of the activation",
                "it does not approach polynomials at ±∞",
            ));
        }
        // Values carry rounding, which an integral over the core adds up; a tail known only to an
        // error adds that of its own transform.
        let core: f64 = [-2.0, -1.0, 0.0, 1.0, 2.0]
            .iter()
            .map(|&z| self.value(z).abs())
            .sum();
        let edge_error = self.edge_error(omega);
        let noise = 4.0 * f64::EPSILON * core.max(1e-3) + edge_error;
        // More work than the noise is worth would be lost in it.
        let tolerance = |absolute: f64| Tolerance {
            absolute,
            ..Tolerance::relative(1e-12)
        };
        let transform = |f: &dyn Fn(f64) -> f64, noise: f64| {
            fourier_integral(f, omega, &self.splits, &tolerance(WORTH * noise))
        };
        let (value, value_error) = transform(&|z| self.remainder(z), noise);
        let (smooth, smooth_stretch) = self.comparator.fourier(omega);
        let tail = self.tail_error * (2.0 / omega.abs() + 1.0 / (omega * omega));
        // The stretch weighs the edge with z, where it is not already a power of it.
        let algebraic = matches!(self.tails.remainder, Remainder::Algebraic { .. });
        let edge = if algebraic { 1.0 } else { self.horizon };
        let rounding = |c: Complex64| 4.0 * f64::EPSILON * c.norm();
        let (stretch, stretch_error) =
            if self.derivative.is_none() && !algebraic && omega.abs() <= BY_VALUES {
                // d(ωr̂)/dω = r̂ − iω∫zr e^{−iωz}dz, jumps included.
                let (moment, error) = transform(&|z| z * self.remainder(z), edge * noise);
                let own = value_error + noise;
                let error = own + omega.abs() * (error + edge * noise + rounding(moment));
                (value - Complex64::i() * omega * moment, error)
            } else {
                // Derivatives by differences are less exact than values.
                let slope_noise = if self.derivative.is_some() {
                    noise + edge * edge_error
                } else {
                    1e4 * noise
                };
                let (stretched, error) = transform(&|z| self.stretched_remainder(z), slope_noise);
                // The jumps of φ are deltas of φ′.
                let steps = self.kinks.iter().filter(|k| k.order == 0);
                let deltas: Complex64 = steps
                    .map(|k| k.at * k.jump * Complex64::cis(-omega * k.at))
                    .sum();
                (-stretched - deltas, error + slope_noise + rounding(deltas))
            };
        Ok(FourierSample {
            exponent: 0.0,
            value: smooth + value,
            stretch: smooth_stretch + stretch,
            value_error: value_error + noise + tail + rounding(smooth),
            stretch_error: stretch_error + tail + rounding(smooth_stretch),
        })
    }

    fn decay(&self) -> Decay {
        self.decay
    }

    fn zeros(&self) -> Zeros {
        Zeros::Unknown
    }
}
