//! Dual activations by adaptive quadrature along one pre-activation, split at the kinks; the conditional mean of the other
//! in closed form.

use super::closed::ClosedForm;
use super::crossing::crossing;
use super::{Covariance, DualValue};
use crate::model::Activation;
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate, integrate_estimates};
use crate::numerics::special::normal_pdf;
use std::f64::consts::PI;

/// Beyond |x| = 9.5 the normal law has 2e−21 of its mass.
pub(super) const REACH: f64 = 9.5;
/// Beyond |x| = 38.5 its density is below the smallest double.
pub(super) const FAR: f64 = 38.5;
/// The share of E[f²] beyond [`REACH`] from which on it is integrated as well: f that grows like x² has less.
pub(super) const BEYOND: f64 = 1e-16;
/// What is asked for, relative to √(E[φ(u)²]E[φ(v)²]). (Ten times more is not faster, and not honest at one of 1342 references.)
const FINE: f64 = 1e-15;
/// Layers about kinks end this many of their widths away, and are told of from this width on.
pub(super) const LAYER: f64 = 8.0;
pub(super) const NARROW: f64 = 0.01;
/// Rounding of a closed conditional mean.
const ROUNDING: f64 = 4e-15;
/// The most samples of an integral.
const CLOSED: usize = 20_000;
/// Panels shrink by this factor towards a place this much narrower than 1.
const GRADING: f64 = 4.0;
const STEEP: f64 = 0.05;

/// An activation with the places where something happens.
struct Problem<'a> {
    activation: &'a Activation,
    places: Vec<f64>,
}

/// φ or φ′.
#[derive(Clone, Copy, PartialEq)]
enum Which {
    Value,
    Slope,
}

/// E[φ(u)φ(v)] and E[φ′(u)φ′(v)]; the variances may be 0 and the correlation ±1.
pub(super) fn dual(
    activation: &Activation,
    closed: &ClosedForm,
    covariance: &Covariance,
    means: (f64, f64),
) -> DualValue {
    // The smaller variance outside: there φ varies least over the law.
    if covariance.q11 > covariance.q22 {
        return dual(
            activation,
            closed,
            &covariance.swapped(),
            (means.1, means.0),
        );
    }
    let problem = Problem::new(activation);
    let regular = DualValue {
        nngp: problem.mean_product(closed, Which::Value, covariance, means),
        derivative: problem.mean_product(closed, Which::Slope, covariance, means),
    };
    let slope = |which: usize, moved: f64, t: f64| {
        let mean = [means.0, means.1][which] + moved;
        problem.conditional(closed, Which::Slope, mean, t)
    };
    with_deltas(activation, regular, covariance, means, &slope)
}

/// E[φ(u)φ(v)] and E[φ′(u)φ′(v)] from what they are apart from the deltas of φ′; `slope`: E[φ′] of u (0) or v (1) moved so far from its
/// mean, with deviation t.
pub(super) fn with_deltas(
    activation: &Activation,
    regular: DualValue,
    covariance: &Covariance,
    means: (f64, f64),
    slope: &dyn Fn(usize, f64, f64) -> Estimate,
) -> DualValue {
    let mut derivative = regular.derivative;
    let kinks = activation.kinks();
    let steps: Vec<_> = kinks.iter().filter(|k| k.order == 0).collect();
    let (s1, s2) = (covariance.q11.sqrt(), covariance.q22.sqrt());
    // A constant correlates with nothing.
    let (rho, sine) = match s1 > 0.0 && s2 > 0.0 {
        true => (covariance.correlation.rho(), covariance.correlation.sine()),
        false => (0.0, 1.0),
    };
    // The mean of one given that the other, of deviation s, lies x from its mean.
    let moved = |t: f64, x: f64, s: f64| if rho == 0.0 { 0.0 } else { rho * t * x / s };
    for step in &steps {
        for (which, m, s, t) in [(1, means.0, s1, s2), (0, means.1, s2, s1)] {
            let density = density(step.at - m, s);
            if density != 0.0 {
                let mean = slope(which, moved(t, step.at - m, s), t * sine);
                if mean.value != 0.0 || density.is_finite() {
                    derivative = derivative + mean * (step.jump * density);
                }
            }
        }
        for other in &steps {
            let (h, k) = (step.at - means.0, other.at - means.1);
            let weight = step.jump * other.jump;
            let density = match s1 > 0.0 && s2 > 0.0 {
                true => crossing(h / s1, k / s2, covariance.correlation) * (1.0 / s1) * (1.0 / s2),
                false => match (density(h, s1), density(k, s2)) {
                    (a, b) if a == 0.0 || b == 0.0 => Estimate::default(),
                    (a, b) => Estimate::closed_form(a * b),
                },
            };
            if density.value != 0.0 {
                derivative = derivative + density * weight;
            }
        }
    }
    DualValue {
        derivative,
        ..regular
    }
}

/// √E[φ(u)²] and √E[φ′(u)²] (deltas apart) for u ~ N(mean, variance), to a part in a thousand.
pub(super) fn norms(activation: &Activation, variance: f64, mean: f64) -> (f64, f64) {
    let mut problem = Problem::new(activation);
    problem.places.push(0.0);
    let norm = |which| problem.square(which, variance.sqrt(), mean).0.sqrt();
    (norm(Which::Value), norm(Which::Slope))
}

/// E[φ(u)²; |u| > reach·s] and E[φ′(u)²; |u| > reach·s] for u ~ N(0, s²), roughly: a midpoint sum.
pub(super) fn squares_beyond(activation: &Activation, variance: f64, reach: f64) -> (f64, f64) {
    const STEP: f64 = 0.125;
    let s = variance.sqrt();
    let steps = 0..((FAR - reach) / STEP) as usize;
    let places = steps.flat_map(|i| {
        let x = reach + STEP * (i as f64 + 0.5);
        [x, -x]
    });
    places.fold((0.0, 0.0), |sum, x| {
        // The root of the density first: φ² alone may overflow.
        let root = (STEP * normal_pdf(x)).sqrt();
        let (value, slope) = activation.value_and_derivative(s * x);
        (
            sum.0 + (root * value).powi(2),
            sum.1 + (root * slope).powi(2),
        )
    })
}

/// The density of N(0, std²) at z; that of a constant 0 is 0 elsewhere and infinite at 0.
fn density(z: f64, std: f64) -> f64 {
    if std > 0.0 {
        normal_pdf(z / std) / std
    } else if z == 0.0 {
        f64::INFINITY
    } else {
        0.0
    }
}

impl<'a> Problem<'a> {
    fn new(activation: &'a Activation) -> Self {
        let kinks = activation.kinks().into_iter().map(|k| k.at);
        let mut places: Vec<f64> = kinks.collect();
        for place in activation.landmarks() {
            places.push(place.at);
            let mut distance = place.scale;
            while place.scale < STEEP && distance < 1.0 {
                places.extend([place.at - distance, place.at + distance]);
                distance *= GRADING;
            }
        }
        Self { activation, places }
    }

    fn at(&self, which: Which, z: f64) -> f64 {
        match which {
            Which::Value => self.activation.value(z),
            Which::Slope => self.activation.derivative(z),
        }
    }

    /// Where N(m, s²) meets the places, in standard deviations, and where its mass ends.
    fn splits(&self, m: f64, s: f64) -> Vec<f64> {
        let places = self.places.iter().map(|z| (z - m) / s);
        places.chain([-REACH, REACH]).collect()
    }

    /// E[f(u)²; a < x < b] for u = m + sx, to a part in a thousand.
    fn square_between(&self, which: Which, (s, m): (f64, f64), (a, b): (f64, f64)) -> f64 {
        // The root of the density first: f² alone may overflow.
        let root = |x: f64| (-0.25 * x * x).exp() / (2.0 * PI).powf(0.25);
        let density = |x: f64| (self.at(which, m + s * x) * root(x)).powi(2);
        let tolerance = Tolerance {
            evaluations: CLOSED,
            ..Tolerance::relative(1e-3)
        };
        integrate(density, a, b, &self.splits(m, s), &tolerance).value
    }

    fn square_beyond(&self, which: Which, s: f64, m: f64, reach: f64) -> f64 {
        let sides = [(-FAR, -reach), (reach, FAR)];
        sides
            .iter()
            .map(|&side| self.square_between(which, (s, m), side))
            .sum()
    }

    /// E[f(u)²], and how many standard deviations f has to be followed.
    fn square(&self, which: Which, s: f64, m: f64) -> (f64, f64) {
        if s == 0.0 {
            return (self.at(which, m).powi(2), REACH);
        }
        let near = self.square_between(which, (s, m), (-REACH, REACH));
        let beyond = self.square_beyond(which, s, m, REACH);
        if beyond > BEYOND * near {
            (near + beyond, FAR)
        } else {
            (near, REACH)
        }
    }

    /// E[f(v)] for v ~ N(m, t²).
    fn conditional(&self, closed: &ClosedForm, which: Which, m: f64, t: f64) -> Estimate {
        if t == 0.0 {
            return Estimate::new(self.at(which, m), 0.0);
        }
        let (value, slope) = closed.mean(m, t);
        Estimate::new(if which == Which::Value { value } else { slope }, 0.0)
    }

    /// E[f(u)f(v)]: the outer integral runs along u = m₁ + s₁x, where v ~ N(m₂ + ρs₂x, s₂²(1−ρ²)).
    fn mean_product(
        &self,
        closed: &ClosedForm,
        which: Which,
        covariance: &Covariance,
        (m1, m2): (f64, f64),
    ) -> Estimate {
        let (s1, s2) = (covariance.q11.sqrt(), covariance.q22.sqrt());
        let rho = covariance.correlation;
        if s1 == 0.0 {
            let own = self.at(which, m1);
            if own == 0.0 {
                return Estimate::default();
            }
            let square = self.square(which, s2, m2).0;
            let other = self.conditional(closed, which, m2, s2) * own;
            let size = own.abs() * square.sqrt();
            return Estimate::new(other.value, other.error + ROUNDING * size);
        }
        let (one, two) = (self.square(which, s1, m1), self.square(which, s2, m2));
        let size = one.0.sqrt() * two.0.sqrt();
        let reach = one.1.max(two.1);
        let mut splits = self.splits(m1, s1);
        if rho.rho() != 0.0 {
            splits.extend(self.splits(m2, s2 * rho.rho()));
        }
        let inner = |x: f64| {
            let own = self.at(which, m1 + s1 * x) * normal_pdf(x);
            let mean = m2 + s2 * rho.rho() * x;
            self.conditional(closed, which, mean, s2 * rho.sine()) * own
        };
        // About a kink the closed mean of the other varies over √(1−ρ²), too narrow to be met by chance.
        if rho.sine() > 0.0 && rho.sine() < NARROW {
            let layer = LAYER * rho.sine();
            let kinks = self.activation.kinks().into_iter();
            splits.extend(kinks.flat_map(|kink| {
                let x = (kink.at - m2) / (s2 * rho.rho());
                [x - layer, x + layer]
            }));
        }
        let tolerance = Tolerance {
            absolute: size * FINE,
            relative: 0.0,
            evaluations: match rho.sine() == 0.0 {
                true => Tolerance::default().evaluations,
                false => CLOSED,
            },
        };
        let found = integrate_estimates(inner, -reach, reach, &splits, &tolerance).estimate();
        Estimate::new(found.value, found.error + ROUNDING * size)
    }
}
