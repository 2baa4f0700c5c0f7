//! The closed family: sums of c ψ(az + b) for ψ whose pairwise dual activations, or at least whose
//! conditional means, are known.

use super::error_function::{erf_mean, erf_pair, gelu_mean, gelu_pair};
use super::linear_unit::{LinearUnit, linear_unit_mean, linear_unit_pair};
use super::packet::{Packet, packet_mean, packet_pair};
use super::truncated::TruncatedMeans;
use super::{Covariance, DualValue};
use crate::model::{Activation, activation::Family};

/// A function ψ of the closed family.
#[derive(Clone, Debug)]
enum Base {
    Erf,
    Gelu,
    Packet(Packet),
    LinearUnit(LinearUnit),
    Piecewise(TruncatedMeans),
}

/// coefficient·ψ(slope·z + intercept).
#[derive(Clone, Debug)]
struct Part {
    coefficient: f64,
    slope: f64,
    intercept: f64,
    base: Base,
}

/// φ = Σ c ψ(az + b), every ψ in the closed family.
#[derive(Clone, Debug)]
pub(crate) struct ClosedForm {
    parts: Vec<Part>,
}

impl ClosedForm {
    /// The activation as such a sum, if it is one.
    pub(crate) fn of(activation: &Activation) -> Option<Self> {
        if let Family::PiecewisePolynomial(function) = activation.family() {
            let base = Base::Piecewise(TruncatedMeans::new(function));
            return Some(Self {
                parts: vec![Part {
                    coefficient: 1.0,
                    slope: 1.0,
                    intercept: 0.0,
                    base,
                }],
            });
        }
        let terms = activation.affine_terms();
        let parts = terms
            .into_iter()
            .map(|(coefficient, slope, intercept, psi)| {
                let (scale, base) = base(&psi)?;
                Some(Part {
                    coefficient,
                    slope: slope * scale,
                    intercept: intercept * scale,
                    base,
                })
            });
        Some(Self {
            parts: parts.collect::<Option<_>>()?,
        })
    }

    /// Both dual activations of (u, v) with these means, if every pair of terms has a closed form.
    pub(crate) fn dual(&self, covariance: &Covariance, means: (f64, f64)) -> Option<DualValue> {
        let mut total = DualValue::default();
        for one in &self.parts {
            for two in &self.parts {
                total = total + one.pair(two, covariance, means)?;
            }
        }
        Some(total)
    }

    /// Whether centred pairs have closed forms.
    pub(crate) fn is_pairwise(&self) -> bool {
        let unit = Covariance {
            q11: 1.0,
            q22: 1.0,
            correlation: crate::numerics::special::Correlation::from_rho(0.0),
        };
        self.dual(&unit, (0.0, 0.0)).is_some()
    }

    /// Whether the centred closed form keeps its digits by itself: one term that is no shifted wave.
    pub(crate) fn never_cancels(&self) -> bool {
        let shifted = |p: &Packet, b: f64| p.rate != 0.0 || b != 0.0;
        match &self.parts[..] {
            [only] => match only.base {
                Base::Packet(p) => {
                    !(shifted(&p, only.intercept) && (p.frequency != 0.0 || p.phase != 0.0))
                }
                _ => true,
            },
            _ => false,
        }
    }

    /// E[φ(v)] and E[φ′(v)] for v ~ N(mean, std²), std > 0; φ′ without deltas.
    pub(crate) fn mean(&self, mean: f64, std: f64) -> (f64, f64) {
        let parts = self.parts.iter().map(|part| {
            let (m, t) = (part.slope * mean + part.intercept, part.slope.abs() * std);
            let (value, slope) = match &part.base {
                Base::Erf => erf_mean(m, t),
                Base::Gelu => gelu_mean(m, t),
                Base::Packet(packet) => packet_mean(packet, m, t),
                Base::LinearUnit(unit) => linear_unit_mean(unit, m, t),
                Base::Piecewise(function) => function.mean(m, t),
            };
            (
                part.coefficient * value,
                part.coefficient * part.slope * slope,
            )
        });
        parts.fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
    }
}

/// ψ(z) = base(scale·z).
fn base(activation: &Activation) -> Option<(f64, Base)> {
    Some(match activation.family() {
        Family::Erf { scale } => (scale, Base::Erf),
        Family::Gelu => (1.0, Base::Gelu),
        Family::Sine { frequency, phase } => {
            let packet = Packet {
                rate: 0.0,
                curvature: 0.0,
                frequency,
                // A sine is a cosine a quarter turn on; the quarter of cos itself taken off exactly.
                phase: phase - std::f64::consts::FRAC_PI_2,
            };
            (1.0, Base::Packet(packet))
        }
        Family::Packet {
            curvature,
            frequency,
            phase,
        } => {
            let packet = Packet {
                rate: 0.0,
                curvature,
                frequency,
                phase,
            };
            (1.0, Base::Packet(packet))
        }
        Family::Exponential { rate } => {
            let packet = Packet {
                rate,
                curvature: 0.0,
                frequency: 0.0,
                phase: 0.0,
            };
            (1.0, Base::Packet(packet))
        }
        Family::ExponentialLinear {
            factor,
            depth,
            width,
        } => {
            let unit = LinearUnit {
                factor,
                depth,
                width,
            };
            (1.0, Base::LinearUnit(unit))
        }
        Family::PiecewisePolynomial(function) => {
            (1.0, Base::Piecewise(TruncatedMeans::new(function)))
        }
        Family::ScaleMixture(_) | Family::Other => return None,
    })
}

impl Part {
    fn pair(&self, other: &Self, covariance: &Covariance, means: (f64, f64)) -> Option<DualValue> {
        let scaled = covariance.scaled(self.slope, other.slope);
        let means = (
            self.slope * means.0 + self.intercept,
            other.slope * means.1 + other.intercept,
        );
        let centred = means == (0.0, 0.0);
        let pair = match (&self.base, &other.base) {
            (Base::Erf, Base::Erf) => erf_pair(&scaled, means),
            (Base::Gelu, Base::Gelu) if centred => gelu_pair(&scaled),
            (Base::Packet(one), Base::Packet(two)) => packet_pair(one, two, &scaled, means),
            (Base::LinearUnit(one), Base::LinearUnit(two)) if centred => {
                linear_unit_pair(one, two, &scaled)
            }
            _ => return None,
        };
        let weight = self.coefficient * other.coefficient;
        Some(DualValue {
            nngp: pair.nngp * weight,
            derivative: pair.derivative * (weight * self.slope * other.slope),
        })
    }
}
