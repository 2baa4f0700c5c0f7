//! Hermite coefficients of any activation, kinks included.

use super::hermite::{Pieces, raise};
use super::quadrature;
use crate::model::Activation;
use crate::model::activation::Family;
use crate::numerics::quadrature::gauss_legendre;
use crate::numerics::{Estimate, dot};
use std::f64::consts::PI;

/// Beyond |x| = 12.5 the square root of the normal density is below 1e−17.
const REACH: f64 = 12.5;
/// Nodes of a panel.
const NODES: usize = 16;
/// Panels of √(n+1)·length below this resolve the n-th Hermite function.
const PHASE: f64 = 4.0;
/// Coefficients that agree this well under halved panels, relative to √E[φ²], are taken.
const AGREED: f64 = 1e-14;
/// Coefficients in closed form whose rounding is below this, relative to √E[φ²], are taken.
const CLOSED: f64 = 2e-14;
/// Halvings before the disagreement is told instead.
const HALVINGS: usize = 4;
/// Rounding of a coefficient, relative to √E[φ²].
const ROUNDING: f64 = 2e-15;

/// a_n = E[φ(σZ)h_n(Z)] for n < count, h_n the orthonormal Hermite polynomials, with E[φ(σZ)²] and, steps
/// apart, E[φ′(σZ)²].
#[derive(Clone, Debug)]
pub(super) struct Expansion {
    pub(super) coefficients: Vec<f64>,
    /// A bound on the error of every coefficient.
    pub(super) error: f64,
    pub(super) square: f64,
    pub(super) steep: f64,
}

impl Expansion {
    /// For piecewise polynomials mostly by parts; else by quadrature.
    pub(super) fn new(activation: &Activation, variance: f64, count: usize) -> Self {
        if let Family::PiecewisePolynomial(function) = activation.family() {
            let found = Pieces::new(function).at(variance.sqrt(), count);
            let error = found.errors.iter().fold(0.0, |m: f64, e| m.max(*e));
            if error <= CLOSED * found.square.sqrt() {
                return Self {
                    coefficients: found.values,
                    error,
                    square: found.square,
                    steep: found.steep,
                };
            }
        }
        Self::by_panels(activation, variance, count)
    }

    /// Composite Gauss–Legendre rules, cut at the kinks and graded towards the places where φ(σx) varies on the
    /// scale 1/σ; halved until nothing changes.
    fn by_panels(activation: &Activation, variance: f64, count: usize) -> Self {
        let sigma = variance.sqrt();
        let longest = (PHASE / (count as f64 + 1.0).sqrt()).min(0.5);
        let mut coarse = at_resolution(activation, sigma, count, longest);
        let mut error = f64::INFINITY;
        for halving in 1..=HALVINGS {
            let fine = at_resolution(
                activation,
                sigma,
                count,
                longest * 0.5_f64.powi(halving as i32),
            );
            let norm = fine.square.sqrt();
            let pairs = coarse.coefficients.iter().zip(&fine.coefficients);
            let moved = pairs.fold(0.0, |m: f64, (a, b)| m.max((a - b).abs()));
            error = moved + ROUNDING * norm;
            coarse = fine;
            if moved <= AGREED * norm {
                break;
            }
        }
        // What lives farther out is in none of these: at most its norm of any coefficient.
        let beyond = quadrature::squares_beyond(activation, variance, REACH);
        Self {
            error: error + beyond.0.sqrt(),
            square: coarse.square + beyond.0,
            steep: coarse.steep + beyond.1,
            ..coarse
        }
    }

    pub(super) fn estimates(&self) -> Vec<Estimate> {
        let error = self.error;
        let coefficients = self.coefficients.iter();
        coefficients.map(|&a| Estimate::new(a, error)).collect()
    }

    /// √Σ_{n ≥ count} a_n², from what the coefficients leave of E[φ²].
    pub(super) fn rest(&self) -> f64 {
        let kept: f64 = self.coefficients.iter().map(|a| a * a).sum();
        ((self.square - kept).max(0.0) + 4e-15 * self.square).sqrt()
    }
}

/// The ends of panels: at the kinks, and halving in length towards them and the centre.
fn panels(activation: &Activation, sigma: f64, longest: f64) -> Vec<f64> {
    let kinks = activation.kinks();
    let terms = activation.affine_terms();
    let centres = terms.iter().map(|(_, slope, shift, _)| -shift / slope);
    let mut ends = vec![-REACH, REACH];
    for place in kinks.iter().map(|k| k.at).chain(centres) {
        let place = place / sigma;
        if place.abs() < REACH {
            ends.push(place);
            let mut distance = REACH;
            while distance * sigma > 0.1 {
                ends.extend([place - distance, place + distance]);
                distance *= 0.5;
            }
        }
    }
    ends.retain(|x| x.abs() <= REACH);
    ends.sort_by(f64::total_cmp);
    ends.dedup();
    let mut cut = vec![-REACH];
    for pair in ends.windows(2) {
        let pieces = ((pair[1] - pair[0]) / longest).ceil().max(1.0);
        for i in 1..=pieces as usize {
            cut.push(pair[0] + (pair[1] - pair[0]) * i as f64 / pieces);
        }
    }
    cut
}

fn at_resolution(activation: &Activation, sigma: f64, count: usize, longest: f64) -> Expansion {
    let rule = gauss_legendre(NODES);
    let (mut nodes, mut values, mut functions) = (vec![], vec![], vec![]);
    let mut steep = 0.0;
    for pair in panels(activation, sigma, longest).windows(2) {
        let (middle, half) = (0.5 * (pair[0] + pair[1]), 0.5 * (pair[1] - pair[0]));
        for (t, w) in rule.nodes.iter().zip(&rule.weights) {
            let x = middle + half * t;
            let root = (half * w).sqrt() * (-0.25 * x * x).exp() / (2.0 * PI).powf(0.25);
            nodes.push(x);
            let (value, slope) = activation.value_and_derivative(sigma * x);
            steep += (root * slope).powi(2);
            values.push(root * value);
            functions.push(root);
        }
    }
    let square = values.iter().map(|v| v * v).sum();
    let mut previous = vec![0.0; nodes.len()];
    let mut coefficients = Vec::with_capacity(count);
    for n in 0..count {
        coefficients.push(dot(&values, &functions));
        raise(n, &nodes, &mut previous, &mut functions);
    }
    Expansion {
        coefficients,
        error: f64::INFINITY,
        square,
        steep,
    }
}
