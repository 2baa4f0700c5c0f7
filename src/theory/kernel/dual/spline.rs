//! Splines, continuous piecewise linear functions among them: from what holds at correlation ±1.

use super::taylor::Taylor;
use super::{Covariance, DualValue};
use crate::model::activation::PiecewisePolynomial;
use crate::numerics::Estimate;
use crate::numerics::quadrature::{GaussRule, gauss_legendre};
use crate::numerics::special::{HIGHEST_DEFECT, normal_pdf, orthant_defects};
use std::f64::consts::{PI, SQRT_2};
use std::sync::Arc;

/// Beyond, the normal law has 2e−21 of its mass; squares of degree p are followed √(2p−2) farther.
const REACH: f64 = 9.5;
/// With as many as the degree less one more, they integrate the normal density times a square over an interval of length 1, to
/// 1e−16.
const NODES: usize = 8;
/// Rounding of sums of positive terms and of each integral over correlations, relatively, and what every degree beyond 1 adds: powers of
/// rounded standard deviations.
const ROUNDING: f64 = 2.5e-15;
const ROUNDING_OF_DEGREE: f64 = 1.25e-15;
/// The highest degree, and the most knots: every two cost an integral.
const HIGHEST: usize = HIGHEST_DEFECT;
const MOST_KNOTS: usize = 16;

/// A spline of degree p ≥ 1: p − 1 times continuously differentiable, the p-th derivative constant between knots.
///
/// # Method
/// F(ρ) = E[φ(u)φ(v)] has the derivatives F^{(m)} = (s₁s₂)^m E[φ^{(m)}(u)φ^{(m)}(v)] (Price's theorem), s₁, s₂ = √q₁₁, √q₂₂,
/// the last of which is a sum over knots. With h, k the knots in standard deviations and J the jumps of φ^{(p)} there
///
/// F(ρ) = Σ_{m≤p} (ρ−1)^m/m! F^{(m)}(1) − (−s₁s₂)^p/p! Σ J J′ ∫_ρ^1 (r−ρ)^p ϕ₂(h, k; r) dr,
///
/// likewise F′ and, for ρ < 0, the same of (u, −v) and φ(−·). Little cancels unless (1 − |ρ|)s₁s₂ is some ten times the square of
/// what lies between knots.
#[derive(Clone, Debug)]
pub(super) struct Spline {
    knots: Vec<f64>,
    pieces: Vec<Taylor>,
    degree: usize,
    /// Two knots, those that a parity makes equal once, and the product of their jumps.
    pairs: Vec<(f64, f64, f64)>,
    rule: Arc<GaussRule>,
}

/// Something of every derivative.
type Orders = [f64; HIGHEST + 1];

/// What the pair is at correlation 1: E[φ^{(m)}(u)φ^{(m)}(v)] with sums of moduli and squares.
#[derive(Default)]
struct End {
    products: Orders,
    moduli: Orders,
    squares: [(f64, f64); 2],
}

impl Spline {
    pub(super) fn of(function: &PiecewisePolynomial) -> Option<Self> {
        let knots = function.knots().to_vec();
        let degree = function.degree();
        let smooth = |k| (0..degree).all(|order| function.jump(k, order) == 0.0);
        let few = degree <= HIGHEST && knots.len() <= MOST_KNOTS;
        if degree == 0 || !few || !(0..knots.len()).all(smooth) {
            return None;
        }
        let pieces = function.pieces().iter().enumerate().map(|(i, piece)| {
            // Its place next to 0, where the mass of the law is.
            let from = i.checked_sub(1).and_then(|k| knots.get(k));
            let to = knots.get(i).copied().unwrap_or(f64::INFINITY);
            let at = 0.0_f64
                .max(from.copied().unwrap_or(f64::NEG_INFINITY))
                .min(to);
            Taylor::new(piece, at, degree)
        });
        let mut pairs: Vec<(f64, f64, f64)> = Vec::new();
        for (i, &one) in knots.iter().enumerate() {
            for (j, &two) in knots.iter().enumerate() {
                let weight = function.jump(i, degree) * function.jump(j, degree);
                // ϕ₂(−h, −k; r) is ϕ₂(h, k; r).
                match pairs.iter_mut().find(|p| (p.0, p.1) == (-one, -two)) {
                    Some(pair) => pair.2 += weight,
                    None => pairs.push((one, two, weight)),
                }
            }
        }
        Some(Self {
            pieces: pieces.collect(),
            knots,
            degree,
            pairs,
            rule: gauss_legendre(NODES + degree - 1),
        })
    }

    pub(super) fn is_linear(&self) -> bool {
        self.degree == 1
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
        let rounding = ROUNDING + ROUNDING_OF_DEGREE * (self.degree - 1) as f64;
        // The integrals without and with one power more of r − ρ.
        let (mut lower, mut integral) = (Estimate::default(), Estimate::default());
        let below = near.one_minus().powi(self.degree as i32 - 1);
        for (one, two, weight) in &self.pairs {
            let (h, k) = (one / s1, sign * two / s2);
            let (first, second) = orthant_defects(h, k, near, self.degree);
            // h and k are rounded, of which ϕ(h) and ϕ(k) bound the derivatives.
            let moved = f64::EPSILON * (h.abs() * normal_pdf(h) + k.abs() * normal_pdf(k)) * below;
            let with = |x: f64, moved: f64| {
                Estimate::new(weight * x, weight.abs() * (rounding * x + moved))
            };
            lower = lower + with(first, moved);
            integral = integral + with(second, moved * near.one_minus());
        }
        // In units of s₁s₂, the sign of u and −v included: F^{(m)}/m! and F′^{(m)}/m! = F^{(m+1)}/m!.
        let step = -near.one_minus() * sign * s1 * s2;
        let (mut nngp, mut derivative) = (Estimate::default(), Estimate::default());
        let mut power = 1.0;
        for m in 0..=self.degree {
            let term = |order: usize| {
                let (value, size) = (end.products[order], rounding * end.moduli[order]);
                Estimate::new(value, size) * power
            };
            nngp = nngp + term(m);
            if m < self.degree {
                derivative = derivative + term(m + 1);
            }
            power *= step / (m + 1) as f64;
        }
        // (−s₁s₂)^p sign^{p+1}/(p−1)!, and for F′ in units of s₁s₂ one less of it.
        let mut factor = sign;
        for m in 1..self.degree {
            factor *= -sign * s1 * s2 / m as f64;
        }
        let exact = DualValue {
            nngp: nngp + integral * (factor * s1 * s2 * sign / self.degree as f64),
            derivative: derivative + lower * -factor,
        };
        let [one, two] = end.squares;
        (exact, ((one.0 * two.0).sqrt(), (one.1 * two.1).sqrt()))
    }

    /// What an error of q₁₂ can change for degree 1, if it is less than half of the distance to correlation ±1: there
    /// ϕ₂ ≤ 1/(√2 π √(1−ρ²)).
    pub(super) fn moved(
        &self,
        exact: DualValue,
        covariance: &Covariance,
        error: f64,
    ) -> Option<DualValue> {
        let rho = covariance.correlation;
        let shift = error / covariance.scale();
        if self.degree > 1 || shift > 0.5 * rho.one_minus().min(rho.one_plus()) {
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
        let reach = REACH + (2.0 * (self.degree - 1) as f64).sqrt();
        let whole = reach as i32;
        let mut ends = Vec::with_capacity(2 * (self.knots.len() + whole as usize) + 3);
        ends.extend(self.knots.iter().flat_map(|z| [z / s1, z / s2]));
        ends.retain(|z| z.abs() < reach);
        ends.extend((-whole..=whole).map(f64::from));
        ends.extend([-reach, reach]);
        ends.sort_unstable_by(f64::total_cmp);
        let mut sum = End::default();
        for pair in ends.windows(2) {
            let (middle, half) = (0.5 * (pair[0] + pair[1]), 0.5 * (pair[1] - pair[0]));
            let (f, g) = (self.piece(s1 * middle), self.piece(s2 * middle));
            if half == 0.0 || (f.is_zero() && g.is_zero()) {
                continue;
            }
            for (x, w) in self.rule.nodes.iter().zip(&self.rule.weights) {
                let z = middle + half * x;
                let weight = half * w * normal_pdf(z);
                for order in 0..=self.degree {
                    let ((f, of_f), (g, of_g)) =
                        (f.derivative(order, s1 * z), g.derivative(order, s2 * z));
                    sum.products[order] += weight * f * g;
                    sum.moduli[order] += weight * of_f * of_g;
                    if let Some(squares) = sum.squares.get_mut(order) {
                        squares.0 += weight * f * f;
                        squares.1 += weight * g * g;
                    }
                }
            }
        }
        let [values, slopes] = sum.squares;
        sum.squares = [(values.0, slopes.0), (values.1, slopes.1)];
        sum
    }

    fn piece(&self, z: f64) -> &Taylor {
        &self.pieces[self.knots.partition_point(|knot| *knot < z)]
    }
}
