//! Continuous piecewise linear functions: from what holds at correlation ±1.

use super::{Covariance, DualValue};
use crate::model::activation::PiecewisePolynomial;
use crate::numerics::Estimate;
use crate::numerics::quadrature::{GaussRule, gauss_legendre};
use crate::numerics::special::{normal_pdf, orthant_defects};
use std::f64::consts::{PI, SQRT_2};
use std::sync::Arc;

/// Beyond, the normal law has 2e−21 of its mass.
const REACH: f64 = 9.5;
/// Integrates the normal density times a square over an interval of length 1, to 1e−16.
const NODES: usize = 8;
/// Rounding of sums of positive terms and of each integral over correlations, relatively.
const ROUNDING: f64 = 2.5e-15;

/// A continuous piecewise linear function.
///
/// # Method
/// d²/dρ² E[φ(u)φ(v)] is a sum over its kinks (Price's theorem), which is integrated from the nearer of ρ = ±1. With h, k the
/// kinks in standard deviations, J the jumps of φ′ there and s₁, s₂ = √q₁₁, √q₂₂
///
/// E[φ′(u)φ′(v)] = E[φ′(s₁Z)φ′(s₂Z)] − Σ J J′ ∫_ρ^1 ϕ₂(h, k; r) dr,
/// E[φ(u)φ(v)] = E[φ(s₁Z)φ(s₂Z)] − s₁s₂ ((1−ρ) E[φ′(s₁Z)φ′(s₂Z)] − Σ J J′ ∫_ρ^1 (r−ρ) ϕ₂(h, k; r) dr),
///
/// and for ρ < 0 the same for (u, −v) and φ(−·). Little cancels unless the standard deviations are some ten times what lies between kinks.
#[derive(Clone, Debug)]
pub(super) struct PiecewiseLinear {
    knots: Vec<f64>,
    lines: Vec<Line>,
    /// Two kinks, those that a parity makes equal once, and the product of their jumps.
    pairs: Vec<(f64, f64, f64)>,
    rule: Arc<GaussRule>,
}

/// value + slope·(z − at).
#[derive(Clone, Copy, Debug)]
struct Line {
    at: f64,
    value: f64,
    slope: f64,
}

/// What the pair is at correlation 1: E[φ(u)φ(v)], E[φ′(u)φ′(v)], with sums of moduli and squares.
#[derive(Default)]
struct End {
    value: f64,
    slope: f64,
    moduli: (f64, f64),
    squares: [(f64, f64); 2],
}

impl PiecewiseLinear {
    pub(super) fn of(function: &PiecewisePolynomial) -> Option<Self> {
        let knots = function.knots().to_vec();
        let jump = |k: usize, order| function.jump(k, order);
        if function.degree() > 1 || (0..knots.len()).any(|k| jump(k, 0) != 0.0) {
            return None;
        }
        let lines = function.pieces().iter().enumerate().map(|(i, piece)| {
            // Its place next to 0, where the mass of the law is.
            let from = i.checked_sub(1).and_then(|k| knots.get(k));
            let to = knots.get(i).copied().unwrap_or(f64::INFINITY);
            let at = 0.0_f64
                .max(from.copied().unwrap_or(f64::NEG_INFINITY))
                .min(to);
            let line = piece.about(at);
            let coefficient = |j: usize| line.get(j).copied().unwrap_or(0.0);
            let (value, slope) = (coefficient(0), coefficient(1));
            Line { at, value, slope }
        });
        let mut pairs: Vec<(f64, f64, f64)> = Vec::new();
        for (i, &one) in knots.iter().enumerate() {
            for (j, &two) in knots.iter().enumerate() {
                let weight = jump(i, 1) * jump(j, 1);
                // ϕ₂(−h, −k; r) is ϕ₂(h, k; r).
                match pairs.iter_mut().find(|p| (p.0, p.1) == (-one, -two)) {
                    Some(pair) => pair.2 += weight,
                    None => pairs.push((one, two, weight)),
                }
            }
        }
        Some(Self {
            lines: lines.collect(),
            knots,
            pairs,
            rule: gauss_legendre(NODES),
        })
    }

    /// E[φ(u)φ(v)] and E[φ′(u)φ′(v)], both variances > 0; √(E[φ(u)²]E[φ(v)²]) and that of φ′.
    pub(super) fn dual(&self, covariance: &Covariance) -> (DualValue, (f64, f64)) {
        let (s1, s2) = (covariance.q11.sqrt(), covariance.q22.sqrt());
        let negative = covariance.correlation.rho() < 0.0;
        let (sign, near) = if negative {
            (-1.0, -covariance.correlation)
        } else {
            (1.0, covariance.correlation)
        };
        let end = self.end(s1, sign * s2);
        let (mut lacking, mut integral) = (Estimate::default(), Estimate::default());
        for (one, two, weight) in &self.pairs {
            let (h, k) = (one / s1, sign * two / s2);
            let (first, second) = orthant_defects(h, k, near);
            // h and k are rounded, of which ϕ(h) and ϕ(k) bound the derivatives.
            let moved = f64::EPSILON * (h.abs() * normal_pdf(h) + k.abs() * normal_pdf(k));
            let moved = (moved, moved * near.one_minus());
            let with = |x: f64, moved: f64| {
                Estimate::new(weight * x, weight.abs() * (ROUNDING * x + moved))
            };
            lacking = lacking + with(first, moved.0);
            integral = integral + with(second, moved.1);
        }
        let value = Estimate::new(end.value, ROUNDING * end.moduli.0);
        let slope = Estimate::new(end.slope, ROUNDING * end.moduli.1);
        let below = slope * (sign * near.one_minus()) + integral * -1.0;
        let exact = DualValue {
            nngp: value + below * -(s1 * s2),
            derivative: slope + lacking * -sign,
        };
        let [one, two] = end.squares;
        (exact, ((one.0 * two.0).sqrt(), (one.1 * two.1).sqrt()))
    }

    /// What an error of q₁₂ can change, if it is less than half of the distance to correlation ±1: there ϕ₂ ≤ 1/(√2 π √(1−ρ²)).
    pub(super) fn moved(
        &self,
        exact: DualValue,
        covariance: &Covariance,
        error: f64,
    ) -> Option<DualValue> {
        let rho = covariance.correlation;
        let shift = error / covariance.scale();
        if shift > 0.5 * rho.one_minus().min(rho.one_plus()) {
            return None;
        }
        let jumps: f64 = self.pairs.iter().map(|pair| pair.2.abs()).sum();
        let steeper = jumps * shift / (SQRT_2 * PI * rho.sine());
        let DualValue { nngp, derivative } = exact;
        let slope = derivative.value.abs() + derivative.error + steeper;
        Some(DualValue {
            nngp: Estimate::new(nngp.value, nngp.error + error * slope),
            derivative: Estimate::new(derivative.value, derivative.error + steeper),
        })
    }

    /// φ(s₁Z) and φ(s₂Z), s₂ of either sign, by Gauss rules between all kinks.
    fn end(&self, s1: f64, s2: f64) -> End {
        let mut ends = Vec::with_capacity(2 * self.knots.len() + 21);
        ends.extend(self.knots.iter().flat_map(|z| [z / s1, z / s2]));
        ends.retain(|z| z.abs() < REACH);
        ends.extend((-9..=9).map(f64::from));
        ends.extend([-REACH, REACH]);
        ends.sort_unstable_by(f64::total_cmp);
        let mut sum = End::default();
        for pair in ends.windows(2) {
            let (middle, half) = (0.5 * (pair[0] + pair[1]), 0.5 * (pair[1] - pair[0]));
            let (f, g) = (self.line(s1 * middle), self.line(s2 * middle));
            let flat = |line: &Line| (line.value, line.slope) == (0.0, 0.0);
            if half == 0.0 || (flat(&f) && flat(&g)) {
                continue;
            }
            let (mut mass, mut product, mut modulus, mut squares) = (0.0, 0.0, 0.0, (0.0, 0.0));
            for (x, w) in self.rule.nodes.iter().zip(&self.rule.weights) {
                let z = middle + half * x;
                let weight = half * w * normal_pdf(z);
                let ((f, of_f), (g, of_g)) = (f.at(s1 * z), g.at(s2 * z));
                mass += weight;
                product += weight * f * g;
                modulus += weight * of_f * of_g;
                squares.0 += weight * f * f;
                squares.1 += weight * g * g;
            }
            let slopes = f.slope * g.slope;
            sum.value += product;
            sum.slope += slopes * mass;
            sum.moduli.0 += modulus;
            sum.moduli.1 += slopes.abs() * mass;
            sum.squares[0].0 += squares.0;
            sum.squares[1].0 += squares.1;
            sum.squares[0].1 += f.slope * f.slope * mass;
            sum.squares[1].1 += g.slope * g.slope * mass;
        }
        sum
    }

    fn line(&self, z: f64) -> Line {
        self.lines[self.knots.partition_point(|knot| *knot < z)]
    }
}

impl Line {
    /// The value and the sum of moduli it is made of.
    fn at(&self, z: f64) -> (f64, f64) {
        let rise = self.slope * (z - self.at);
        (self.value + rise, self.value.abs() + rise.abs())
    }
}
