//! How far E[φ(u)φ(v)] lies below √(E[φ(u)²]E[φ(v)²]) at correlations next to 1, without cancellation.

use super::{AtVariance, Covariance, DualActivation, Method};
use crate::model::{Activation, activation::Family};
use crate::numerics::Estimate;
use crate::numerics::quadrature::gauss_legendre;
use crate::numerics::special::{Correlation, normal_pdf, orthant_defects};

/// Below this 1 − ρ the distance to 1 is integrated.
const NEARBY: f64 = 1e-3;
/// Variances this close leave no trace in what is sought.
const SAME: f64 = 1e-12;
/// Numbers of nodes, the coarser and the finer: one is enough for piecewise linear functions, few unless φ varies on lengths
/// far below the standard deviation.
const NODES: [(usize, usize); 3] = [(1, 3), (3, 5), (6, 10)];
/// Rounding of what a kink contributes, relatively.
const ROUNDING: f64 = 4e-15;

impl DualActivation {
    /// √(E[φ(u)²]E[φ(v)²]) − E[φ(u)φ(v)] for ρ next to 1, for equal variances or a continuous piecewise polynomial;
    /// `excess`: q₁₁ − q₂₂.
    ///
    /// # Method
    /// What ρ takes, √(q₁₁q₂₂) ∫_ρ^1 E[φ′φ′] dr (Price), and what unequal variances do. For the former 1 − r = (1 − ρ)x²,
    /// since kinks make the integrand a function of √(1 − r); those of a piecewise polynomial, jumps J of φ′, are taken out:
    /// E[φ′φ′] + Σ J J′ ∫_r^1 ϕ₂ is smooth, and constant for a piecewise linear φ.
    pub(super) fn defect(
        &self,
        near: &Covariance,
        (one, two): (&AtVariance, &AtVariance),
        excess: f64,
    ) -> Option<Estimate> {
        let away = near.correlation.one_minus();
        let kinks = self.activation.kinks();
        let pieces = matches!(&self.method, Method::Piecewise(pieces) if pieces.is_continuous());
        let equal = (near.q11 - near.q22).abs() <= SAME * near.q11;
        if away > NEARBY || !(equal || pieces) {
            return None;
        }
        let (s1, s2) = (near.q11.sqrt(), near.q22.sqrt());
        let bends: Vec<(f64, f64)> = kinks
            .iter()
            .filter(|kink| pieces && kink.order == 1)
            .map(|kink| (kink.at, kink.jump))
            .collect();
        // Σ J J′ times what the quadrants lack, and the integral of that.
        let lacks = |rho: Correlation| {
            let mut sums = (Estimate::default(), Estimate::default());
            for (at, jump) in &bends {
                for (other, other_jump) in &bends {
                    let (first, second) = orthant_defects(at / s1, other / s2, rho, 1);
                    let term = |x: f64| {
                        let x = jump * other_jump * x;
                        Estimate::new(x, ROUNDING * x.abs())
                    };
                    sums = (sums.0 + term(first), sums.1 + term(second));
                }
            }
            sums
        };
        let by_rule = |nodes: usize| {
            let rule = gauss_legendre(nodes);
            let points = rule.nodes.iter().zip(&rule.weights);
            let terms = points.map(|(t, w)| {
                let x = 0.5 + 0.5 * t;
                let at = Covariance {
                    correlation: Correlation::from_one_minus(away * x * x),
                    ..*near
                };
                let slope = self.pair(&at, one, two).derivative;
                (slope + lacks(at.correlation).0) * (w * x)
            });
            terms.sum::<Estimate>() * away
        };
        let mut smooth = Estimate::default();
        for (coarse, fine) in NODES {
            let (coarse, fine) = (by_rule(coarse), by_rule(fine));
            let gap = (fine.value - coarse.value).abs();
            smooth = Estimate::new(fine.value, fine.error + gap);
            if gap <= 4.0 * f64::EPSILON * fine.value.abs() {
                break;
            }
        }
        let radial = if excess == 0.0 {
            Estimate::default()
        } else {
            radial(&self.activation, (s1, s2), excess / (s1 + s2))
        };
        let bent = lacks(near.correlation).1 * -1.0;
        Some(radial + (smooth + bent) * near.scale())
    }
}

/// √(AB) − C = ½(E[(f − g)²] − (√A − √B)²) for f = φ(s₁Z), g = φ(s₂Z), A = E[f²], B = E[g²], C = E[fg], where
/// (√A − √B)² = E[(f − g)(f + g)]²/(√A + √B)², for a piecewise polynomial: Gauss rules between all kinks. `apart`: s₁ − s₂.
fn radial(activation: &Activation, (s1, s2): (f64, f64), apart: f64) -> Estimate {
    /// Beyond, the normal law has 2e−21 of its mass.
    const REACH: f64 = 9.5;
    const NODES: usize = 20;
    let kinks = activation.kinks();
    let mut ends: Vec<f64> = (-9..=9).map(f64::from).chain([-REACH, REACH]).collect();
    ends.extend(kinks.iter().flat_map(|kink| [kink.at / s1, kink.at / s2]));
    ends.retain(|z| z.abs() <= REACH);
    ends.sort_by(f64::total_cmp);
    let rule = gauss_legendre(NODES);
    let function = match activation.family() {
        Family::PiecewisePolynomial(function) => Some(function),
        _ => None,
    };
    let piece_at = |z: f64| function.map(|f| f.piece(f.knots().partition_point(|knot| *knot < z)));
    let (mut square, mut product, mut a, mut b, mut steep) = (0.0, 0.0, 0.0, 0.0, 0.0);
    // ∫ |f − g| where f − g is rounded as f and g are.
    let mut rounded = 0.0;
    for pair in ends.windows(2) {
        let (middle, half) = (0.5 * (pair[0] + pair[1]), 0.5 * (pair[1] - pair[0]));
        let (of_f, of_g) = (piece_at(s1 * middle), piece_at(s2 * middle));
        let same = of_f.filter(|piece| of_g.is_some_and(|other| std::ptr::eq(*piece, other)));
        for (x, w) in rule.nodes.iter().zip(&rule.weights) {
            let z = middle + half * x;
            let weight = half * w * normal_pdf(z);
            let (f, slope) = activation.value_and_derivative(s1 * z);
            let g = activation.value(s2 * z);
            steep += weight * (s1 * z * slope).powi(2);
            let difference = if let Some(piece) = same {
                // Without its constant, nothing cancels.
                let step = apart * z;
                let terms = piece.about(s2 * z);
                let terms = terms.iter().skip(1).rev();
                terms.fold(0.0, |sum, c| (sum + c) * step)
            } else {
                rounded += weight * (f - g).abs();
                f - g
            };
            square += weight * difference.powi(2);
            product += weight * difference * (f + g);
            a += weight * f * f;
            b += weight * g * g;
        }
    }
    let norms = a.sqrt() + b.sqrt();
    let value = 0.5 * (square - (product / norms).powi(2));
    // f − g is right to the rounding of f, g and their arguments.
    let unit = 4.0 * f64::EPSILON * (norms + steep.sqrt());
    Estimate::new(value.max(0.0), 2.0 * unit * rounded + 1e-14 * square)
}
