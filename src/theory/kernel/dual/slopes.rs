//! How dual activations change with the variances and with the correlation.

use super::beside::Beside;
use super::closed::ClosedForm;
use super::hermite::HermiteSeries;
use super::homogeneous::Homogeneous;
use super::homogeneous_slopes::HomogeneousSlopes;
use super::quadrature::{LAYER, NARROW};
use super::{Covariance, DualActivation, Method};
use crate::model::{Activation, activation::PiecewisePolynomial};
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate};
use crate::numerics::special::{Correlation, normal_pdf};
use std::borrow::Cow;

/// Beyond |x| = 9.5 the normal law has 2e−21 of its mass.
const REACH: f64 = 9.5;
/// What is asked of integrals over closed conditional means, relative to √(E[f(u)²]E[g(v)²]).
const FINE: f64 = 1e-14;
/// Rounding of a closed conditional mean and of the outer sum, relative to the same.
const ROUNDING: f64 = 1e-14;

/// Derivatives of E[φ(u)φ(v)] and E[φ′(u)φ′(v)] in ln q₁₁ and in ρ, the other variance fixed. With Price's theorem
/// ∂E\[φφ\]/∂ρ = √(q₁₁q₂₂)E[φ′(u)φ′(v)], these are all first derivatives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct DualSlopes {
    /// 2∂E\[φφ\]/∂ln q₁₁ = E[uφ′(u)φ(v)].
    pub(crate) stretch: Estimate,
    /// 2∂E\[φ′φ′\]/∂ln q₁₁ = E[uφ″(u)φ′(v)].
    pub(crate) slope_stretch: Estimate,
    /// ∂E\[φ′φ′\]/∂ρ = √(q₁₁q₂₂)E[φ″(u)φ″(v)], infinite at |ρ| = 1 where φ has kinks.
    pub(crate) curvature: Estimate,
}

impl DualSlopes {
    /// With what another evaluation says differently as error.
    pub(crate) fn widened(&self, other: &Self) -> Self {
        let widen = |a: Estimate, b: Estimate| {
            let apart = if a.value == b.value {
                0.0
            } else {
                (a.value - b.value).abs()
            };
            Estimate::new(a.value, a.error + apart)
        };
        Self {
            stretch: widen(self.stretch, other.stretch),
            slope_stretch: widen(self.slope_stretch, other.slope_stretch),
            curvature: widen(self.curvature, other.curvature),
        }
    }
}

/// How these are found.
#[derive(Clone, Debug)]
enum Route {
    /// Euler's relation.
    Homogeneous(Homogeneous),
    /// Wave packets in closed form; else one integral over closed conditional means, with the jumps of φ and φ′ apart.
    Closed(Box<ClosedForm>),
    /// Mehler's series, differentiated.
    Series,
}

/// An activation with the way to the derivatives of its dual activations.
#[derive(Clone, Debug)]
pub(crate) struct SlopesOf<'a> {
    pub(super) activation: &'a Activation,
    route: Route,
}

impl DualActivation {
    /// The way to the derivatives in the variances and the correlation; `None` where there is none but differences.
    pub(crate) fn slopes(&self) -> Option<SlopesOf<'_>> {
        let closed = || ClosedForm::of(&self.activation).map(|c| Route::Closed(Box::new(c)));
        let route = match &self.method {
            Method::Homogeneous(function) => Route::Homogeneous(*function),
            Method::Series(_) => Route::Series,
            Method::Direct(_) => return None,
            _ => closed()?,
        };
        Some(SlopesOf {
            activation: &self.activation,
            route,
        })
    }
}

impl SlopesOf<'_> {
    /// E[uφ′(u)φ(v)].
    pub(crate) fn stretch(&self, covariance: &Covariance) -> Option<Estimate> {
        match &self.route {
            Route::Homogeneous(function) => {
                Some(function.dual(covariance).nngp * function.degree as f64)
            }
            Route::Closed(closed) => match closed.packet_slopes(covariance) {
                Some(slopes) => Some(slopes.stretch),
                None => Integrals::new(closed, covariance).stretch(),
            },
            Route::Series => {
                let (one, two) = self.series(covariance)?;
                one.slopes(&two, covariance).map(|s| s.stretch)
            }
        }
    }

    /// φ by closed conditional means, where these are its route.
    pub(super) fn closed(&self) -> Option<&ClosedForm> {
        match &self.route {
            Route::Closed(closed) => Some(closed),
            _ => None,
        }
    }

    /// The same for a homogeneous activation.
    pub(crate) fn homogeneous(&self) -> Option<HomogeneousSlopes> {
        match self.route {
            Route::Homogeneous(function) => Some(HomogeneousSlopes(function)),
            _ => None,
        }
    }

    /// All of them; both variances > 0. `excess`: q₁₁ − q₂₂.
    pub(crate) fn at(&self, covariance: &Covariance, excess: f64) -> Option<DualSlopes> {
        match &self.route {
            Route::Homogeneous(function) => Some(HomogeneousSlopes(*function).at(covariance)),
            Route::Closed(closed) => match closed.packet_slopes(covariance) {
                Some(slopes) => Some(slopes),
                None => Integrals::new(closed, covariance)
                    .beside(self.function(), covariance, excess)
                    .all(),
            },
            Route::Series => {
                let (one, two) = self.series(covariance)?;
                one.slopes(&two, covariance)
            }
        }
    }

    fn series(&self, covariance: &Covariance) -> Option<(HermiteSeries, HermiteSeries)> {
        let at = |q: f64| HermiteSeries::new(self.activation, q, None);
        let one = at(covariance.q11)?;
        let two = if covariance.q11 == covariance.q22 {
            one.clone()
        } else {
            at(covariance.q22)?
        };
        Some((one, two))
    }
}

/// What is integrated over one pre-activation.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    Value,
    Slope,
    Curve,
}

/// Integrals along u = √q₁₁ x, where v ~ N(ρ√q₂₂ x, q₂₂(1−ρ²)).
pub(super) struct Integrals<'a> {
    closed: &'a ClosedForm,
    s1: f64,
    s2: f64,
    rho: Correlation,
    splits: Vec<f64>,
    /// Steps of φ and of φ′: (place, size).
    steps: Vec<(f64, f64)>,
    bends: Vec<(f64, f64)>,
    /// q₁₁ − q₂₂.
    excess: f64,
    /// ±v given u, for the sign of ρ.
    beside: Beside,
    /// φ(±v), where it is a continuous piecewise polynomial.
    function: Option<Cow<'a, PiecewisePolynomial>>,
}

fn beside(covariance: &Covariance, excess: f64) -> Beside {
    if covariance.correlation.rho() < 0.0 {
        Beside::new(&covariance.mirrored(), excess)
    } else {
        Beside::new(covariance, excess)
    }
}

impl<'a> Integrals<'a> {
    pub(super) fn new(closed: &'a ClosedForm, covariance: &Covariance) -> Self {
        let (s1, s2) = (covariance.q11.sqrt(), covariance.q22.sqrt());
        let rho = covariance.correlation;
        let places = closed.places();
        let mut splits: Vec<f64> = places.iter().map(|z| z / s1).collect();
        if rho.rho() != 0.0 {
            let layer = if rho.sine() < NARROW {
                LAYER * rho.sine()
            } else {
                0.0
            };
            splits.extend(places.iter().flat_map(|z| {
                let x = z / (s2 * rho.rho());
                [x - layer, x, x + layer]
            }));
        }
        Self {
            closed,
            s1,
            s2,
            rho,
            splits,
            steps: closed.jumps(0),
            bends: closed.jumps(1),
            excess: covariance.q11 - covariance.q22,
            beside: beside(covariance, covariance.q11 - covariance.q22),
            function: None,
        }
    }

    /// With a better known q₁₁ − q₂₂.
    pub(super) fn beside(
        self,
        function: Option<&'a PiecewisePolynomial>,
        covariance: &Covariance,
        excess: f64,
    ) -> Self {
        let opposite = covariance.correlation.rho() < 0.0;
        let function = function.map(|function| {
            if opposite {
                Cow::Owned(function.mirrored())
            } else {
                Cow::Borrowed(function)
            }
        });
        Self {
            excess,
            beside: beside(covariance, excess),
            function,
            ..self
        }
    }

    /// φ, φ′ or φ″ without deltas.
    fn at(&self, order: Order, z: f64) -> f64 {
        match order {
            Order::Value => self.closed.value(z),
            Order::Slope => self.closed.slope(z),
            Order::Curve => self.closed.curve(z),
        }
    }

    /// Its mean for N(m, t²).
    fn mean(&self, order: Order, m: f64, t: f64) -> f64 {
        if t == 0.0 {
            return self.at(order, m);
        }
        match order {
            Order::Value => self.closed.mean(m, t).0,
            Order::Slope => self.closed.mean(m, t).1,
            Order::Curve => self.closed.mean_curve(m, t),
        }
    }

    fn norm(&self, s: f64, f: impl Fn(f64) -> f64) -> f64 {
        let splits: Vec<f64> = self.closed.places().iter().map(|z| z / s).collect();
        let square = |x: f64| f(s * x).powi(2) * normal_pdf(x);
        let tolerance = Tolerance::relative(1e-3);
        integrate(square, -REACH, REACH, &splits, &tolerance)
            .value
            .sqrt()
    }

    /// E[f(u)g(v)], g by its conditional mean.
    fn product(&self, f: impl Fn(f64) -> f64, order: Order) -> Estimate {
        let size = self.norm(self.s1, &f) * self.norm(self.s2, |z| self.at(order, z));
        if size == 0.0 {
            return Estimate::default();
        }
        let spread = self.s2 * self.rho.sine();
        let integrand = |x: f64| {
            let own = f(self.s1 * x) * normal_pdf(x);
            own * self.mean(order, self.s2 * self.rho.rho() * x, spread)
        };
        let tolerance = Tolerance {
            absolute: size * FINE,
            relative: 0.0,
            ..Tolerance::default()
        };
        let found = integrate(integrand, -REACH, REACH, &self.splits, &tolerance);
        Estimate::new(found.value, found.error + ROUNDING * size)
    }

    /// Σ size·weight(z)·p(u = z)E[g(v) | u = z] over deltas in u, u of standard deviation s and v of t.
    fn at_deltas(
        &self,
        deltas: &[(f64, f64)],
        (s, t): (f64, f64),
        weight: impl Fn(f64) -> f64,
        order: Order,
    ) -> Estimate {
        let terms = deltas.iter().map(|&(z, size)| {
            let factor = size * weight(z) * normal_pdf(z / s) / s;
            let (middle, spread) = (self.rho.rho() * t * (z / s), t * self.rho.sine());
            let mean = self.mean(order, middle, spread);
            let largest = mean.abs() + self.norm(t, |y| self.at(order, y));
            Estimate::new(factor * mean, factor.abs() * ROUNDING * largest)
        });
        terms.sum()
    }

    fn stretch(&self) -> Option<Estimate> {
        let regular = self.product(|z| z * self.at(Order::Slope, z), Order::Value);
        let sides = (self.s1, self.s2);
        Some(regular + self.at_deltas(&self.steps, sides, |z| z, Order::Value))
    }

    /// E[(uφ′(u))′φ′(v)] = ∂E[uφ′(u)φ(v)]/∂q₁₂.
    pub(super) fn turning(&self) -> Estimate {
        let own = |z: f64| self.at(Order::Slope, z) + z * self.at(Order::Curve, z);
        self.product(own, Order::Slope) + self.turning_bends()
    }

    /// What the jumps of φ′ at u add to E[uφ″(u)φ′(v)].
    fn turning_bends(&self) -> Estimate {
        let beside = &self.beside;
        let largest = self.norm(self.s2, |y| self.at(Order::Slope, y));
        let sign = if self.rho.rho() < 0.0 { -1.0 } else { 1.0 };
        let terms = self.bends.iter().map(|&(z, size)| {
            let factor = size * z * normal_pdf(z / self.s1) / self.s1;
            let by = beside.shift * z;
            let function = self.function.as_ref().filter(|_| beside.spread > 0.0);
            let (mean, moved) = match function {
                Some(function) => (sign * beside.slope_at(function, z), 0.0),
                None => {
                    let at = sign * z;
                    let mean = self.closed.slope_beside(at, sign * by, beside.spread);
                    let others = self.bends.iter().filter(|(y, _)| *y != at);
                    (mean, Self::moved(others, at + sign * by, beside.spread))
                }
            };
            let error = factor.abs() * (ROUNDING * (mean.abs() + largest) + moved);
            Estimate::new(factor * mean, error)
        });
        terms.sum()
    }

    /// What the rounding of the middle changes where φ′ jumps nearby: it counts in units of the spread.
    fn moved<'b>(bends: impl Iterator<Item = &'b (f64, f64)>, middle: f64, spread: f64) -> f64 {
        if spread == 0.0 {
            return 0.0;
        }
        let steep = bends.map(|(y, bend)| bend.abs() * normal_pdf((middle - y) / spread) / spread);
        3.0 * f64::EPSILON * middle.abs() * steep.sum::<f64>()
    }

    fn all(&self) -> Option<DualSlopes> {
        if !self.steps.is_empty() {
            return None;
        }
        let (there, back) = ((self.s1, self.s2), (self.s2, self.s1));
        let slope_stretch =
            self.product(|z| z * self.at(Order::Curve, z), Order::Slope) + self.turning_bends();
        let curvature = self.product(|z| self.at(Order::Curve, z), Order::Curve)
            + self.at_deltas(&self.bends, there, |_| 1.0, Order::Curve)
            + self.at_deltas(&self.bends, back, |_| 1.0, Order::Curve)
            + self.meetings();
        Some(DualSlopes {
            stretch: self.stretch()?,
            slope_stretch,
            curvature: curvature * (self.s1 * self.s2),
        })
    }

    /// Σ size·size′·p(z, z′) over pairs of kinks.
    fn meetings(&self) -> Estimate {
        let sine = self.rho.sine();
        let mut sum = Estimate::default();
        for &(z, size) in &self.bends {
            for &(y, other) in &self.bends {
                let (h, k) = (z / self.s1, y / self.s2);
                let positive = self.rho.rho() > 0.0;
                let sign = if positive { 1.0 } else { -1.0 };
                // k ∓ h, and its rounding: of a knot and itself as exact as the excess.
                let (gap, lost) = if y == sign * z {
                    let gap = sign * self.excess / (self.s1 + self.s2) / self.s2 * h;
                    (gap, gap.abs())
                } else {
                    (k - sign * h, h.abs() + k.abs())
                };
                // k − ρh without cancellation.
                let apart = if positive {
                    gap + self.rho.one_minus() * h
                } else {
                    gap - self.rho.one_plus() * h
                };
                let density = if sine > 0.0 {
                    normal_pdf(h) * normal_pdf(apart / sine) / sine
                } else if apart == 0.0 {
                    f64::INFINITY
                } else {
                    0.0
                };
                if density != 0.0 {
                    let term = size * other * density / (self.s1 * self.s2);
                    // Which next to |ρ| = 1 counts in units of √(1−ρ²).
                    let away = apart / sine;
                    let moved = 3.0 * f64::EPSILON * lost / sine;
                    let exponent = 4.0 * f64::EPSILON * (2.0 + h * h + away * away)
                        + moved * (away.abs() + moved);
                    let rounding = if term.is_finite() {
                        exponent * term.abs()
                    } else {
                        0.0
                    };
                    sum = sum + Estimate::new(term, rounding);
                }
            }
        }
        sum
    }
}
