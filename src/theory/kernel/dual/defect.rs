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
/// The part of the samples' own errors below which a rule's error is not looked at further.
const SMALL: f64 = 0.25;
/// Rounding of what a kink contributes, relatively.
const ROUNDING: f64 = 4e-15;

impl DualActivation {
    /// √(E[φ(u)²]E[φ(v)²]) − E[φ(u)φ(v)] for ρ next to 1, for equal variances, a continuous piecewise polynomial or another kinked φ
    /// of closed means; `excess`: q₁₁ − q₂₂.
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
        let means = matches!(&self.method, Method::Closed(_) | Method::Quadrature(_));
        let kinked = means && !kinks.is_empty() && kinks.iter().all(|kink| kink.order > 0);
        let equal = (near.q11 - near.q22).abs() <= SAME * near.q11;
        if away > NEARBY || !(equal || pieces || kinked) {
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
        let smooth = below_one(near, |at| {
            self.pair(at, one, two).derivative + lacks(at.correlation).0
        });
        let radial = if excess == 0.0 {
            Estimate::default()
        } else {
            Radial::new(&self.activation, (s1, s2), excess / (s1 + s2)).defect
        };
        let bent = lacks(near.correlation).1 * -1.0;
        Some(radial + (smooth + bent) * near.scale())
    }
}

/// ∫_ρ^1 f dr of what kinks make a function of √(1 − r).
pub(super) fn below_one(near: &Covariance, f: impl Fn(&Covariance) -> Estimate) -> Estimate {
    let away = near.correlation.one_minus();
    let by_rule = |nodes: usize| {
        let rule = gauss_legendre(nodes);
        let points = rule.nodes.iter().zip(&rule.weights);
        let terms = points.map(|(t, w)| {
            let x = 0.5 + 0.5 * t;
            let at = Covariance {
                correlation: Correlation::from_one_minus(away * x * x),
                ..*near
            };
            f(&at) * (w * x)
        });
        terms.sum::<Estimate>() * away
    };
    let mut found = Estimate::default();
    for (coarse, fine) in NODES {
        let (coarse, fine) = (by_rule(coarse), by_rule(fine));
        let gap = (fine.value - coarse.value).abs();
        found = Estimate::new(fine.value, fine.error + gap);
        if gap <= (4.0 * f64::EPSILON * fine.value.abs()).max(SMALL * fine.error) {
            break;
        }
    }
    found
}

/// What unequal variances do at correlation 1: f = φ(s₁Z) and g = φ(s₂Z).
#[derive(Clone, Copy, Debug)]
pub(super) struct Radial {
    /// √(E[f²]E[g²]) − E[fg].
    pub(super) defect: Estimate,
    /// E[s₁Zφ′(s₁Z)(g − f)].
    pub(super) stretch: Estimate,
}

impl Radial {
    /// With A = E[f²], B = E[g²], C = E[fg], √(AB) − C = ½(E[(f − g)²] − (√A − √B)²), where
    /// (√A − √B)² = E[(f − g)(f + g)]²/(√A + √B)²: Gauss rules between all kinks. `apart`: s₁ − s₂.
    pub(super) fn new(activation: &Activation, sides: (f64, f64), apart: f64) -> Self {
        const NODES: [usize; 2] = [14, 20];
        let fine = Self::by_rule(activation, sides, apart, NODES[1]);
        if matches!(activation.family(), Family::PiecewisePolynomial(_)) {
            return fine;
        }
        let coarse = Self::by_rule(activation, sides, apart, NODES[0]);
        let gap = |a: Estimate, b: Estimate| a + Estimate::new(0.0, (a.value - b.value).abs());
        Self {
            defect: gap(fine.defect, coarse.defect),
            stretch: gap(fine.stretch, coarse.stretch),
        }
    }

    fn by_rule(activation: &Activation, (s1, s2): (f64, f64), apart: f64, nodes: usize) -> Self {
        /// Beyond, the normal law has 2e−21 of its mass.
        const REACH: f64 = 9.5;
        /// Of φ′ over a step of at most some hundredths.
        const SHORT: usize = 5;
        let kinks = activation.kinks();
        let mut ends: Vec<f64> = (-9..=9).map(f64::from).chain([-REACH, REACH]).collect();
        ends.extend(kinks.iter().flat_map(|kink| [kink.at / s1, kink.at / s2]));
        ends.retain(|z| z.abs() <= REACH);
        ends.sort_by(f64::total_cmp);
        let (rule, short) = (gauss_legendre(nodes), gauss_legendre(SHORT));
        let piece_at = |z: f64| kinks.iter().filter(|kink| kink.at < z).count();
        let function = match activation.family() {
            Family::PiecewisePolynomial(function) => Some(function),
            _ => None,
        };
        let (mut square, mut product, mut a, mut b) = (0.0, 0.0, 0.0, 0.0);
        let (mut stretch, mut steep, mut moduli) = (0.0, 0.0, 0.0);
        // ∫ |f − g| and ∫ |uφ′(u)| where f − g is rounded as f and g are.
        let (mut rounded, mut rounded_stretch) = (0.0, 0.0);
        for pair in ends.windows(2) {
            let (middle, half) = (0.5 * (pair[0] + pair[1]), 0.5 * (pair[1] - pair[0]));
            let same = piece_at(s1 * middle) == piece_at(s2 * middle);
            let piece = function.map(|f| f.piece(f.knots().partition_point(|k| *k < s2 * middle)));
            for (x, w) in rule.nodes.iter().zip(&rule.weights) {
                let z = middle + half * x;
                let weight = half * w * normal_pdf(z);
                let (f, slope) = activation.value_and_derivative(s1 * z);
                let g = activation.value(s2 * z);
                let own = s1 * z * slope;
                let step = apart * z;
                let difference = match piece {
                    _ if !same => {
                        rounded += weight * (f - g).abs();
                        rounded_stretch += weight * own.abs();
                        f - g
                    }
                    // Without its constant, nothing cancels.
                    Some(piece) => {
                        let terms = piece.about(s2 * z);
                        let terms = terms.iter().skip(1).rev();
                        terms.fold(0.0, |sum, c| (sum + c) * step)
                    }
                    None => {
                        let nodes = short.nodes.iter().zip(&short.weights);
                        let slopes = nodes.map(|(t, w)| {
                            w * activation.derivative(s2 * z + step * (0.5 + 0.5 * t))
                        });
                        0.5 * step * slopes.sum::<f64>()
                    }
                };
                steep += weight * own.powi(2);
                stretch -= weight * own * difference;
                moduli += weight * (own * difference).abs();
                square += weight * difference.powi(2);
                product += weight * difference * (f + g);
                a += weight * f * f;
                b += weight * g * g;
            }
        }
        let norms = a.sqrt() + b.sqrt();
        let defect = 0.5 * (square - (product / norms).powi(2));
        // f − g is right to the rounding of f, g and their arguments.
        let unit = 4.0 * f64::EPSILON * (norms + steep.sqrt());
        Self {
            defect: Estimate::new(defect.max(0.0), 2.0 * unit * rounded + 1e-14 * square),
            stretch: Estimate::new(stretch, unit * rounded_stretch + 1e-14 * moduli),
        }
    }
}
