//! The closed family: sums of c ψ(az + b) for ψ whose pairwise dual activations, or at least whose
//! conditional means, are known.

use super::error_function::{erf_curve, erf_mean, erf_pair, gelu_curve, gelu_mean, gelu_pair};
use super::linear_unit::{LinearUnit, linear_unit_curve, linear_unit_mean, linear_unit_pair};
use super::packet::{Packet, packet_curve, packet_mean, packet_pair, packet_slopes};
use super::slopes::DualSlopes;
use super::truncated::TruncatedMeans;
use super::{Covariance, DualValue, ROUNDING};
use crate::model::Activation;
use crate::model::activation::{Family, Feature, PiecewisePolynomial};
use crate::numerics::Estimate;

/// A function ψ of the closed family.
#[derive(Clone, Debug)]
enum Base {
    Erf,
    Gelu,
    Packet(Packet),
    LinearUnit(LinearUnit),
    Piecewise(Box<Pieces>),
}

/// A piecewise polynomial and its derivative.
#[derive(Clone, Debug)]
struct Pieces {
    function: PiecewisePolynomial,
    means: TruncatedMeans,
    slope: PiecewisePolynomial,
    slope_means: TruncatedMeans,
}

impl Pieces {
    fn new(function: &PiecewisePolynomial) -> Box<Self> {
        let slope = function.feature(Feature::Derivative);
        Box::new(Self {
            function: function.clone(),
            means: TruncatedMeans::new(function),
            slope_means: TruncatedMeans::new(&slope),
            slope,
        })
    }
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
            let base = Base::Piecewise(Pieces::new(function));
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

    /// The same of independent, centred u and v with closed forms: E[φ(u)]E[φ(v)] and E[φ′(u)]E[φ′(v)], whose cancellation is that of
    /// the means; `None` for waves, whose phases are rounded.
    pub(crate) fn independent(&self, covariance: &Covariance) -> Option<DualValue> {
        if self.parts.iter().any(|p| matches!(p.base, Base::Packet(_))) {
            return None;
        }
        let of = |q: f64| {
            let squares = self.dual(&Covariance::same(q), (0.0, 0.0))?;
            let s = q.sqrt();
            let (value, slope) = match s > 0.0 {
                true => self.mean(0.0, s),
                false => (self.value(0.0), self.slope(0.0)),
            };
            let with = |mean, square: f64| Estimate::new(mean, ROUNDING * square.sqrt());
            Some((
                with(value, squares.nngp.value),
                with(slope, squares.derivative.value),
            ))
        };
        let (one, two) = (of(covariance.q11)?, of(covariance.q22)?);
        Some(DualValue {
            nngp: one.0 * two.0,
            derivative: one.1 * two.1,
        })
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
        self.mean_of(|part| part.slope * mean + part.intercept, std)
    }

    /// E[φ′(v)] for v ~ N(place + by, std²), std ≥ 0: of the terms with their own kink at the place as exact as `by`.
    pub(super) fn slope_beside(&self, place: f64, by: f64, std: f64) -> f64 {
        let argument = |part: &Part| {
            let at = part.slope * place + part.intercept;
            let kinked = matches!(part.base, Base::LinearUnit(_));
            let rounding = 4.0 * f64::EPSILON * (part.slope * place).abs();
            let own = kinked && at.abs() <= rounding;
            (if own { 0.0 } else { at }) + part.slope * by
        };
        if std > 0.0 {
            self.mean_of(argument, std).1
        } else {
            self.slope_of(argument)
        }
    }

    fn mean_of(&self, argument: impl Fn(&Part) -> f64, std: f64) -> (f64, f64) {
        let parts = self.parts.iter().map(|part| {
            let (m, t) = (argument(part), part.slope.abs() * std);
            let (value, slope) = match &part.base {
                Base::Erf => erf_mean(m, t),
                Base::Gelu => gelu_mean(m, t),
                Base::Packet(packet) => packet_mean(packet, m, t),
                Base::LinearUnit(unit) => linear_unit_mean(unit, m, t),
                Base::Piecewise(pieces) => pieces.means.mean(m, t),
            };
            (
                part.coefficient * value,
                part.coefficient * part.slope * slope,
            )
        });
        parts.fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
    }

    /// E[φ″(v)] for v ~ N(mean, std²), std > 0; φ″ without deltas.
    pub(crate) fn mean_curve(&self, mean: f64, std: f64) -> f64 {
        let parts = self.parts.iter().map(|part| {
            let (m, t) = (part.slope * mean + part.intercept, part.slope.abs() * std);
            let curve = match &part.base {
                Base::Erf => erf_curve(m, t),
                Base::Gelu => gelu_curve(m, t),
                Base::Packet(packet) => packet_curve(packet, m, t),
                Base::LinearUnit(unit) => linear_unit_curve(unit, m, t),
                Base::Piecewise(pieces) => pieces.slope_means.mean(m, t).1,
            };
            part.coefficient * part.slope * part.slope * curve
        });
        parts.sum()
    }

    fn sum_of(&self, f: impl Fn(&Part, f64) -> f64, z: f64) -> f64 {
        let parts = self.parts.iter();
        parts
            .map(|part| part.coefficient * f(part, part.slope * z + part.intercept))
            .sum()
    }

    /// φ(z).
    pub(crate) fn value(&self, z: f64) -> f64 {
        let at = |part: &Part, y: f64| match &part.base {
            Base::Erf => erf_mean(y, 0.0).0,
            Base::Gelu => gelu_mean(y, 0.0).0,
            Base::Packet(packet) => packet_mean(packet, y, 0.0).0,
            Base::LinearUnit(unit) => unit.at(y).0,
            Base::Piecewise(pieces) => pieces.function.value(y),
        };
        self.sum_of(at, z)
    }

    /// φ′(z) without deltas.
    pub(crate) fn slope(&self, z: f64) -> f64 {
        self.slope_of(|part| part.slope * z + part.intercept)
    }

    fn slope_of(&self, argument: impl Fn(&Part) -> f64) -> f64 {
        let at = |part: &Part, y: f64| {
            part.slope
                * match &part.base {
                    Base::Erf => erf_mean(y, 0.0).1,
                    Base::Gelu => gelu_mean(y, 0.0).1,
                    Base::Packet(packet) => packet_mean(packet, y, 0.0).1,
                    Base::LinearUnit(unit) => unit.at(y).1,
                    Base::Piecewise(pieces) => pieces.function.derivative(y),
                }
        };
        let parts = self.parts.iter();
        parts
            .map(|part| part.coefficient * at(part, argument(part)))
            .sum()
    }

    /// φ″(z) without deltas.
    pub(crate) fn curve(&self, z: f64) -> f64 {
        let at = |part: &Part, y: f64| {
            part.slope
                * part.slope
                * match &part.base {
                    Base::Erf => erf_curve(y, 0.0),
                    Base::Gelu => gelu_curve(y, 0.0),
                    Base::Packet(packet) => packet_curve(packet, y, 0.0),
                    Base::LinearUnit(unit) => unit.at(y).2,
                    Base::Piecewise(pieces) => pieces.slope.derivative(y),
                }
        };
        self.sum_of(at, z)
    }

    /// The jumps (place, size) of φ (order 0) or of φ′ (order 1).
    pub(crate) fn jumps(&self, order: usize) -> Vec<(f64, f64)> {
        let mut found = Vec::new();
        for part in &self.parts {
            // Read from right to left where z ↦ az + b turns the line round.
            let turned = if part.slope < 0.0 { -1.0 } else { 1.0 };
            let factor = part.coefficient * turned * part.slope.powi(order as i32);
            let mut add = |at: f64, jump: f64| {
                if jump != 0.0 {
                    found.push(((at - part.intercept) / part.slope, factor * jump));
                }
            };
            match &part.base {
                Base::LinearUnit(unit) if order == 1 => add(0.0, unit.bend()),
                Base::Piecewise(pieces) => {
                    for (k, &z) in pieces.function.knots().iter().enumerate() {
                        add(z, pieces.function.jump(k, order));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// Where something happens: centres and knots.
    pub(crate) fn places(&self) -> Vec<f64> {
        let mut places = Vec::new();
        for part in &self.parts {
            let back = |z: f64| (z - part.intercept) / part.slope;
            places.push(back(0.0));
            if let Base::Piecewise(pieces) = &part.base {
                places.extend(pieces.function.knots().iter().map(|&z| back(z)));
            }
        }
        places.retain(|z| z.is_finite());
        places
    }

    /// The derivatives of the dual activations, if all terms are wave packets.
    pub(crate) fn packet_slopes(&self, covariance: &Covariance) -> Option<DualSlopes> {
        let mut total = DualSlopes::default();
        for one in &self.parts {
            for two in &self.parts {
                let (Base::Packet(a), Base::Packet(b)) = (&one.base, &two.base) else {
                    return None;
                };
                let scaled = covariance.scaled(one.slope, two.slope);
                let means = (one.intercept, two.intercept);
                let pair = packet_slopes(a, b, &scaled, means);
                let weight = one.coefficient * two.coefficient;
                let slopes = weight * one.slope * two.slope;
                let turned = if (one.slope < 0.0) == (two.slope < 0.0) {
                    slopes
                } else {
                    -slopes
                };
                total.stretch = total.stretch + pair.stretch * weight;
                total.slope_stretch = total.slope_stretch + pair.slope_stretch * slopes;
                total.curvature = total.curvature + pair.curvature * turned;
            }
        }
        Some(total)
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
        Family::PiecewisePolynomial(function) => (1.0, Base::Piecewise(Pieces::new(function))),
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
