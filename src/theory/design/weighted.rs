//! The design for a weight, and its round trip.

use super::feasibility::{Amplitude, Feasibility};
use super::inversion::Inversion;
use super::pieces::Halves;
use super::weight::{WantedWeight, penalty_of};
use crate::error::{Error, Result, finite, positive};
use crate::model::activation::{Activation, PiecewisePolynomial};
use num_complex::Complex64;
use std::f64::consts::FRAC_PI_2;

/// Frequencies at which the round trip is made, spread geometrically over the band.
const ROUND_TRIP: usize = 81;

/// The phase of φ̂, which the penalty leaves free.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Phase {
    /// φ̂ = √S: φ even.
    Even,
    /// φ̂ = −i sgn(ω) √S: φ odd.
    Odd,
    /// φ̂ = (cos θ − i sgn(ω) sin θ) √S: cos θ times the even one plus sin θ times the odd one.
    Blend(
        /// θ in radians.
        f64,
    ),
}

impl Phase {
    /// (cos θ, sin θ).
    fn parts(self) -> Result<(f64, f64)> {
        Ok(match self {
            Self::Even => (1.0, 0.0),
            Self::Odd => (0.0, 1.0),
            Self::Blend(theta) => {
                let theta = finite("phase", theta)?;
                if theta == FRAC_PI_2 {
                    (0.0, 1.0)
                } else {
                    (theta.cos(), theta.sin())
                }
            }
        })
    }
}

/// What may be said beyond weight, dimension and phase.
#[derive(Clone, Debug, PartialEq)]
pub struct DesignOptions {
    /// The frequencies (low, high) over which the weight is to be achieved; see [`Feasibility::of`] for the default.
    pub band: Option<(f64, f64)>,
    /// The largest relative error of the achieved weight there.
    pub tolerance: f64,
}

impl Default for DesignOptions {
    fn default() -> Self {
        Self {
            band: None,
            tolerance: 1e-6,
        }
    }
}

/// Wanted and achieved weight at one frequency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoundTrip {
    /// r.
    pub frequency: f64,
    /// ln of the weight that was wanted.
    pub wanted: f64,
    /// ln of the weight of the designed activation, by its own transform.
    pub achieved: f64,
}

impl RoundTrip {
    /// |achieved/wanted − 1|.
    pub fn relative_error(&self) -> f64 {
        (self.achieved - self.wanted).exp_m1().abs()
    }
}

/// An activation whose penalty weight in dimension d, outputs trained, scale 1, unit density of offsets, is a wanted one.
///
/// # Method
/// φ = cos θ·E + sin θ·O with E + iO = (1/π) f.p.∫₀^∞ √S(ω) e^{iωz} dω, interpolated by pieces of degree 7 with three continuous
/// derivatives (apart from 0, where the wanted singularity sits: a kink for r⁴, a jump for r², a logarithm for
/// r² with even phase) to 2e−13 relative around the band's own lengths. Far out it goes over into a polynomial of the degree
/// of the null space. Then the weight of that piecewise polynomial is computed and compared.
///
/// # Accuracy
/// The round trip, measured in every design and stated; `docs/accuracy/design.md`.
///
/// # References
/// Sahs, Pyle, Anselmi, Patel, arXiv 2503.10587.
#[derive(Clone, Debug)]
pub struct Design {
    weight: WantedWeight,
    dim: usize,
    phase: Phase,
    feasibility: Feasibility,
    polynomial: PiecewisePolynomial,
    activation: Activation,
    round_trip: Vec<RoundTrip>,
}

impl Design {
    /// Designs, and checks the round trip.
    ///
    /// # Errors
    /// Those of [`Feasibility::of`]; a phase that is not finite, a tolerance that is not positive; a weight
    /// with zeros, poles, kinks or oscillations without end above the band; a round trip that
    /// misses the tolerance (the message says at which frequency).
    pub fn new(
        weight: &WantedWeight,
        dim: usize,
        phase: Phase,
        options: &DesignOptions,
    ) -> Result<Self> {
        let tolerance = positive("tolerance", options.tolerance)?;
        let (even, odd) = phase.parts()?;
        let feasibility = Feasibility::of(weight, dim, options.band)?;
        let amplitude = Amplitude::new(weight, dim)?;
        let inversion = Inversion::new(&amplitude, feasibility.band, feasibility.order_at_zero)?;
        let value = |z: f64| {
            let both = inversion.value(z);
            Complex64::new(even * both.re, odd * both.im)
        };
        let polynomial = Halves::new(&value, &feasibility).pieces()?;
        let name = format!("design of {}", weight.name());
        let activation = Activation::new(name, polynomial.clone());
        let round_trip = round_trip(weight, dim, &activation, feasibility.band)?;
        let design = Self {
            weight: weight.clone(),
            dim,
            phase,
            feasibility,
            polynomial,
            activation,
            round_trip,
        };
        let worst = { design.round_trip.iter() }
            .max_by(|a, b| a.relative_error().total_cmp(&b.relative_error()));
        match worst {
            Some(worst) if worst.relative_error() <= tolerance => Ok(design),
            worst => Err(Error::Accuracy {
                what: format!(
                    "design for the weight {}: achieved against wanted weight at frequency {}",
                    weight.name(),
                    worst.map_or(f64::NAN, |w| w.frequency)
                ),
                tolerance,
                reached: worst.map_or(f64::NAN, RoundTrip::relative_error),
                hint: "state a narrower band, or one nearer the frequencies at which the weight changes"
                    .into(),
            }),
        }
    }

    /// The designed activation: an activation like any other.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }

    /// The same as a piecewise polynomial.
    pub fn polynomial(&self) -> &PiecewisePolynomial {
        &self.polynomial
    }

    /// The weight that was wanted.
    pub fn weight(&self) -> &WantedWeight {
        &self.weight
    }

    /// The dimension d of the inputs.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The phase.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Band, growth, smoothness, null space.
    pub fn feasibility(&self) -> &Feasibility {
        &self.feasibility
    }

    /// Wanted and achieved weight, geometrically spread over the band.
    pub fn round_trip(&self) -> &[RoundTrip] {
        &self.round_trip
    }

    /// The largest relative error of the achieved weight over the band.
    pub fn round_trip_error(&self) -> f64 {
        let errors = self.round_trip.iter().map(RoundTrip::relative_error);
        errors.fold(0.0, f64::max)
    }

    /// Whether φ is infinite at 0 (and the designed one only very large): a logarithm, or a negative power.
    pub fn is_infinite_at_zero(&self) -> bool {
        let even = self.phase.parts().is_ok_and(|(even, _)| even != 0.0);
        let order = self.feasibility.order_at_infinity;
        order < 1.0 || (order == 1.0 && even)
    }

    /// Samples (z, φ(z)), equally spaced from −reach to reach; where φ is infinite at 0, one fewer if needed to
    /// pass it by.
    ///
    /// # Errors
    /// A reach that is not positive, fewer than two samples.
    pub fn samples(&self, reach: f64, count: usize) -> Result<(Vec<f64>, Vec<f64>)> {
        let odd = count % 2 == 1 && count > 2;
        let z = places(
            reach,
            count - usize::from(odd && self.is_infinite_at_zero()),
        )?;
        let phi = z.iter().map(|&z| self.polynomial.value(z)).collect();
        Ok((z, phi))
    }
}

/// Equally spaced from −reach to reach, symmetric to the last digit.
pub(super) fn places(reach: f64, count: usize) -> Result<Vec<f64>> {
    let reach = positive("reach", reach)?;
    if count < 2 {
        return Err(Error::invalid("samples", "two or more", count));
    }
    let last = (count - 1) as f64;
    let place = |i: usize| reach * ((2 * i) as f64 - last) / last;
    Ok((0..count).map(place).collect())
}

fn round_trip(
    weight: &WantedWeight,
    dim: usize,
    activation: &Activation,
    (low, high): (f64, f64),
) -> Result<Vec<RoundTrip>> {
    let penalty = penalty_of(activation, dim)?;
    (0..ROUND_TRIP)
        .map(|i| {
            let t = i as f64 / (ROUND_TRIP - 1) as f64;
            let frequency = low * (high / low).powf(t);
            let achieved = penalty.weight(frequency)?.log_weight;
            Ok(RoundTrip {
                frequency,
                wanted: weight.logarithm(frequency)?,
                achieved: achieved.unwrap_or(f64::INFINITY),
            })
        })
        .collect()
}
