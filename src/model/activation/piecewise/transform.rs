//! The transform of a piecewise polynomial from its jumps.

use super::super::closed_form::{RELATIVE_ERROR, scaled_power};
use super::super::{ActivationFunction, Feature, FourierSample, Parity, Zeros};
use super::PiecewisePolynomial;
use super::panels::Panels;
use super::series::Series;
use num_complex::Complex64;
use std::f64::consts::PI;

/// Σ_k J_k e^{−iωz_k}/(iω)^n with the factor (1 − e^{−iωh})^m of regularly spaced knots taken out:
/// e^{−iωc} (2i sin(ωh/2))^m Σ_q Q_q e^{−iωh(q − deg/2)} / (iω)^n. In this form the zeros at
/// multiples of 2π/h and the limit ω → 0 lose no digits.
#[derive(Clone, Debug)]
struct Term {
    /// n: 0 for deltas, j + 1 for jumps of the j-th derivative.
    power: i32,
    centre: f64,
    step: f64,
    multiplicity: i32,
    /// (place relative to the centre, weight).
    quotient: Vec<(f64, f64)>,
}

/// A term at one frequency: number·e^{exponent}, with the size of what was summed.
pub(super) struct Scaled {
    pub(super) exponent: f64,
    pub(super) number: Complex64,
    pub(super) size: f64,
}

impl Term {
    fn new(power: i32, jumps: &[(f64, f64)]) -> Self {
        let (first, last) = match (jumps.first(), jumps.last()) {
            (Some(first), Some(last)) => (first.0, last.0),
            _ => (0.0, 0.0),
        };
        let centre = 0.5 * (first + last);
        let Some((step, mut polynomial)) = on_grid(jumps) else {
            return Self {
                power,
                centre,
                step: 0.0,
                multiplicity: 0,
                quotient: jumps.iter().map(|&(z, j)| (z - centre, j)).collect(),
            };
        };
        let mut multiplicity = 0;
        while let Some(quotient) = divide_by_one_minus_x(&polynomial) {
            polynomial = quotient;
            multiplicity += 1;
        }
        let middle = 0.5 * (polynomial.len() - 1) as f64;
        let quotient = polynomial.iter().enumerate().filter(|&(_, &c)| c != 0.0);
        Self {
            power,
            centre,
            step,
            multiplicity,
            quotient: quotient
                .map(|(q, &c)| ((q as f64 - middle) * step, c))
                .collect(),
        }
    }

    fn at(&self, omega: f64) -> Scaled {
        let common = self.power.min(self.multiplicity);
        let sine = 2.0 * (0.5 * omega * self.step).sin();
        let (ratio, ratio_exponent) = scaled_power(sine / omega, common);
        let (extra, extra_exponent) = scaled_power(sine, self.multiplicity - common);
        let (inverse, inverse_exponent) = scaled_power(omega, common - self.power);
        let unit = Complex64::i().powi(self.multiplicity - self.power);
        let factor = ratio * extra * inverse;
        let phase = Complex64::cis(-omega * self.centre);
        let (mut sum, mut size) = (Complex64::ZERO, 0.0);
        for &(place, weight) in &self.quotient {
            sum += weight * Complex64::cis(-omega * place);
            size += weight.abs();
        }
        Scaled {
            exponent: ratio_exponent + extra_exponent + inverse_exponent,
            number: unit * phase * sum * factor,
            size: size * factor.abs(),
        }
    }
}

/// The step h and the coefficients of Σ J_k x^{(z_k − z_1)/h}, if the knots lie on a grid
/// of at most [`GRID_LIMIT`] steps.
fn on_grid(jumps: &[(f64, f64)]) -> Option<(f64, Vec<f64>)> {
    /// A grid longer than this costs more than it gains.
    const GRID_LIMIT: f64 = 4096.0;
    let origin = jumps.first()?.0;
    let gaps = jumps.windows(2).map(|pair| pair[1].0 - pair[0].0);
    let Some(narrowest) = gaps.reduce(f64::min) else {
        return Some((1.0, vec![jumps[0].1]));
    };
    let length = jumps.last()?.0 - origin;
    let fits = |step: f64| {
        jumps.iter().all(|&(z, _)| {
            let steps = (z - origin) / step;
            let scale = (z.abs() + origin.abs()) / step;
            (steps - steps.round()).abs() <= 4.0 * f64::EPSILON * scale
        })
    };
    let step = (1..=4)
        .map(|parts| narrowest / f64::from(parts))
        .find(|&step| length / step <= GRID_LIMIT && fits(step))?;
    let mut polynomial = vec![0.0; (length / step).round() as usize + 1];
    for &(z, jump) in jumps {
        let at = ((z - origin) / step).round() as usize;
        *polynomial.get_mut(at)? += jump;
    }
    Some((step, polynomial))
}

/// P/(1 − x) if P(1) = 0 up to rounding: the partial sums of the coefficients.
fn divide_by_one_minus_x(polynomial: &[f64]) -> Option<Vec<f64>> {
    let size: f64 = polynomial.iter().map(|c| c.abs()).sum();
    let mut sum = 0.0;
    let mut partial: Vec<f64> = polynomial
        .iter()
        .map(|c| {
            sum += c;
            sum
        })
        .collect();
    let remainder = partial.pop()?;
    (!partial.is_empty() && remainder.abs() <= 8.0 * f64::EPSILON * size).then_some(partial)
}

/// The transform of one distribution in its forms.
#[derive(Clone, Debug)]
struct Sum {
    terms: Vec<Term>,
    series: Series,
    /// Where the knots are many.
    panels: Option<Panels>,
}

impl Sum {
    fn new(phi: &PiecewisePolynomial, deltas: &[(f64, f64)]) -> Self {
        Self {
            terms: terms(phi, deltas),
            series: Series::new(phi, deltas),
            panels: Panels::new(phi, deltas),
        }
    }

    /// The form with the smaller error at this frequency: (exponent, number, bound).
    fn at(&self, omega: f64) -> (f64, Complex64, f64) {
        let direct = total(&self.terms.iter().map(|t| t.at(omega)).collect::<Vec<_>>());
        let series = self.series.at(omega).map(|terms| total(&terms));
        let panels = self.panels.as_ref().map(|panels| panels.at(omega));
        [series, panels]
            .into_iter()
            .flatten()
            .fold(direct, |best, other| {
                let smaller = other.2.ln() + other.0 < best.2.ln() + best.0;
                if smaller { other } else { best }
            })
    }
}

/// The sum of the terms with a bound on its error, all times e^{exponent}.
fn total(terms: &[Scaled]) -> (f64, Complex64, f64) {
    let nonzero = terms.iter().filter(|term| term.size > 0.0);
    let exponent = nonzero
        .map(|term| term.exponent)
        .reduce(f64::max)
        .unwrap_or(0.0);
    let (mut sum, mut size) = (Complex64::ZERO, 0.0);
    for term in terms {
        let factor = (term.exponent - exponent).exp();
        sum += term.number * factor;
        size += term.size * factor;
    }
    (exponent, sum, 4.0 * f64::EPSILON * size)
}

/// The transforms of φ and of −zφ′.
#[derive(Clone, Debug)]
pub(super) struct JumpSum {
    value: Sum,
    stretch: Sum,
    parity: Parity,
}

impl JumpSum {
    pub(super) fn new(phi: &PiecewisePolynomial) -> Self {
        Self {
            value: Sum::new(phi, &[]),
            stretch: Sum::new(
                &phi.feature(Feature::Stretch),
                &phi.feature_deltas(Feature::Stretch),
            ),
            parity: phi.parity(),
        }
    }

    pub(super) fn sample(&self, omega: f64) -> FourierSample {
        let (value_exponent, value, value_error) = self.value.at(omega);
        let (stretch_exponent, stretch, stretch_error) = self.stretch.at(omega);
        let exponent = value_exponent.max(stretch_exponent);
        let scale = |number: Complex64, error: f64, own: f64| {
            let factor = (own - exponent).exp();
            let number = factor
                * match self.parity {
                    Parity::Even => Complex64::new(number.re, 0.0),
                    Parity::Odd => Complex64::new(0.0, number.im),
                    Parity::None => number,
                };
            (number, factor * error + RELATIVE_ERROR * number.norm())
        };
        let (value, value_error) = scale(value, value_error, value_exponent);
        let (stretch, stretch_error) = scale(-stretch, stretch_error, stretch_exponent);
        FourierSample {
            exponent,
            value,
            stretch,
            value_error,
            stretch_error,
        }
    }

    pub(super) fn zeros(&self) -> Zeros {
        match self.value.terms.as_slice() {
            [] => Zeros::Everywhere,
            [term] if term.quotient.len() == 1 && term.multiplicity == 0 => Zeros::None,
            [term] if term.quotient.len() == 1 => Zeros::Multiples {
                spacing: 2.0 * PI / term.step,
            },
            _ => Zeros::Unknown,
        }
    }
}

/// One term per order of derivative that jumps, deltas first.
fn terms(phi: &PiecewisePolynomial, deltas: &[(f64, f64)]) -> Vec<Term> {
    let orders = phi.jumps.iter().map(Vec::len).max().unwrap_or(0);
    let of_order = |j: usize| {
        let jumps = phi
            .knots
            .iter()
            .enumerate()
            .map(|(k, &z)| (z, phi.jump(k, j)));
        jumps.filter(|&(_, jump)| jump != 0.0).collect::<Vec<_>>()
    };
    let jumps = (0..orders).map(|j| (j as i32 + 1, of_order(j)));
    std::iter::once((0, deltas.to_vec()))
        .chain(jumps)
        .filter(|(_, jumps)| !jumps.is_empty())
        .map(|(power, jumps)| Term::new(power, &jumps))
        .collect()
}
