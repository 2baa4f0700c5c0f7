//! Integrals of two features along one direction: ∫ ψ(s(u−γ)) ψ(s(u′−γ)) dγ.

use super::feature::FeatureFunction;
use super::offsets::Offsets;
use crate::model::activation::Remainder;
use crate::model::ensemble::OffsetLaw;
use crate::numerics::Estimate;
use crate::numerics::quadrature::{GaussRule, Tolerance, gauss_legendre, integrate};
use std::sync::Arc;

/// The most cuts that are kept on the stack.
const FEW: usize = 32;

/// Pairs of one feature at one scale.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) psi: FeatureFunction,
    pub(crate) scale: f64,
    /// Exact for products of two pieces or of two tails.
    rule: Arc<GaussRule>,
}

impl Line {
    pub(crate) fn new(psi: FeatureFunction, scale: f64) -> Self {
        let pieces = psi.pieces.as_ref().map_or(0, |p| p.degree());
        let degree = pieces.max(psi.tail_degree().max(0) as usize);
        Self {
            psi,
            scale,
            rule: gauss_legendre(degree + 1),
        }
    }

    /// ∫_a^b f, exact for polynomials of twice a piece's degree.
    fn exact(&self, a: f64, b: f64, f: impl Fn(f64) -> f64) -> f64 {
        let (middle, half) = (0.5 * (a + b), 0.5 * (b - a));
        let nodes = self.rule.nodes.iter().zip(&self.rule.weights);
        half * nodes.map(|(x, w)| w * f(middle + half * x)).sum::<f64>()
    }

    /// ∫_a^b f for f a polynomial between the cuts.
    fn between(
        &self,
        a: f64,
        b: f64,
        cuts: impl Iterator<Item = f64>,
        f: impl Fn(f64) -> f64,
    ) -> f64 {
        let mut few = [b; FEW];
        let mut many = Vec::new();
        let mut count = 0;
        for cut in cuts.filter(|c| *c > a && *c < b) {
            match few.get_mut(count) {
                Some(slot) => *slot = cut,
                None => many.push(cut),
            }
            count += 1;
        }
        let points: &mut [f64] = if many.is_empty() {
            &mut few[..count]
        } else {
            many.extend_from_slice(&few);
            &mut many
        };
        points.sort_unstable_by(f64::total_cmp);
        let mut sum = 0.0;
        let mut from = a;
        for &mut to in points {
            sum += self.exact(from, to, &f);
            from = to;
        }
        sum + self.exact(from, b, &f)
    }

    /// ∫_a^b ψ(s(u−γ)) ψ(s(u′−γ)) dγ, exact for piecewise polynomials.
    pub(crate) fn pair(
        &self,
        (u, v): (f64, f64),
        (a, b): (f64, f64),
        tolerance: &Tolerance,
    ) -> Estimate {
        let s = self.scale;
        let product =
            |gamma: f64| self.psi.value(s * (u - gamma)) * self.psi.value(s * (v - gamma));
        let cuts = self.psi.kinks.iter().flat_map(|z| [u - z / s, v - z / s]);
        if self.psi.pieces.is_some() {
            let value = self.between(a, b, cuts, product);
            return Estimate::new(value, 1e-14 * value.abs());
        }
        let cuts: Vec<f64> = cuts.chain([u, v]).collect();
        integrate(product, a, b, &cuts, tolerance).estimate()
    }

    /// E over the offsets of ψ(s(u−γ)) ψ(s(u′−γ)).
    pub(crate) fn mean(
        &self,
        offset: OffsetLaw,
        (u, v): (f64, f64),
        tolerance: &Tolerance,
    ) -> Estimate {
        if let OffsetLaw::Uniform { radius } = offset {
            let whole = Tolerance {
                absolute: 2.0 * radius * tolerance.absolute,
                ..*tolerance
            };
            return self.pair((u, v), (-radius, radius), &whole) * (0.5 / radius);
        }
        let s = self.scale;
        let kinks = self.psi.kinks.iter();
        let cuts: Vec<f64> = kinks.flat_map(|z| [u - z / s, v - z / s]).collect();
        let f =
            |c: f64| offset.density(c) * self.psi.value(s * (u - c)) * self.psi.value(s * (v - c));
        let end = Offsets(offset).end();
        integrate(f, -end, end, &cuts, tolerance).estimate()
    }

    /// A_c(t) = ∫ [ψ(s(p+t/2)) ψ(s(p−t/2)) − C(p)] dp, where C is the product of the right tails for
    /// p > 0 and of the left ones for p < 0: the autocorrelation modulo even polynomials of t.
    /// For an algebraic approach to constant tails, A_c(t) − A_c(0), since A_c alone diverges.
    pub(crate) fn autocorrelation(&self, t: f64, tolerance: &Tolerance) -> Estimate {
        let (s, half) = (self.scale, 0.5 * t.abs());
        let psi = &self.psi;
        let product = |p: f64| psi.value(s * (p + half)) * psi.value(s * (p - half));
        let tails = |p: f64| {
            let (z, y) = (s * (p + half), s * (p - half));
            if p > 0.0 {
                psi.right_tail(z) * psi.right_tail(y)
            } else {
                psi.left_tail(z) * psi.left_tail(y)
            }
        };
        let cuts = psi.kinks.iter().flat_map(|z| [z / s - half, z / s + half]);
        let cuts = cuts.chain([0.0]);
        match (psi.remainder, &psi.pieces) {
            (Remainder::Zero { beyond }, Some(_)) => {
                let reach = half + beyond / s;
                let value = self.between(-reach, reach, cuts, |p| product(p) - tails(p));
                Estimate::new(value, 2e-15 * (value.abs() + reach * tails(reach).abs()))
            }
            (Remainder::Algebraic { .. }, _) if psi.tail_degree() >= 0 => {
                let square = |p: f64| psi.value(s * p).powi(2);
                let cuts: Vec<f64> = cuts
                    .chain(psi.kinks.iter().map(|z| z / s))
                    .chain([half, -half])
                    .collect();
                let f = |p: f64| product(p) - square(p);
                integrate(f, f64::NEG_INFINITY, f64::INFINITY, &cuts, tolerance).estimate()
            }
            _ => {
                let cuts: Vec<f64> = cuts.chain([half, -half]).collect();
                let f = |p: f64| product(p) - tails(p);
                integrate(f, f64::NEG_INFINITY, f64::INFINITY, &cuts, tolerance).estimate()
            }
        }
    }

    /// P(u, u′) = ∫_{−R}^{g} T₊T₊′ dγ + ∫_g^R T₋T₋′ dγ, g = (u+u′)/2: what the tails give between ±R.
    pub(crate) fn tails(&self, (u, v): (f64, f64), radius: f64) -> f64 {
        let (s, middle) = (self.scale, 0.5 * (u + v));
        let psi = &self.psi;
        let mut sum = 0.0;
        if !psi.right.is_empty() {
            let f = |c: f64| psi.right_tail(s * (u - c)) * psi.right_tail(s * (v - c));
            sum += self.exact(-radius, middle, f);
        }
        if !psi.left.is_empty() {
            let f = |c: f64| psi.left_tail(s * (u - c)) * psi.left_tail(s * (v - c));
            sum += self.exact(middle, radius, f);
        }
        sum
    }

    /// What A_c + P has too much because the offsets end at ±R, for a piecewise polynomial:
    /// ∫_{|γ|>R} [ψψ′ − C] dγ.
    pub(crate) fn ends(&self, (u, v): (f64, f64), radius: f64) -> f64 {
        let Some(beyond) = self.psi.reach() else {
            return 0.0;
        };
        let (s, psi) = (self.scale, &self.psi);
        let reach = beyond / s;
        let cuts = || psi.kinks.iter().flat_map(|z| [u - z / s, v - z / s]);
        let product = |c: f64| psi.value(s * (u - c)) * psi.value(s * (v - c));
        let mut sum = 0.0;
        let far = if psi.left.is_empty() {
            u.min(v)
        } else {
            u.max(v)
        } + reach;
        if far > radius {
            let f = |c: f64| product(c) - psi.left_tail(s * (u - c)) * psi.left_tail(s * (v - c));
            sum += self.between(radius, far, cuts(), f);
        }
        let far = if psi.right.is_empty() {
            u.max(v)
        } else {
            u.min(v)
        } - reach;
        if far < -radius {
            let f = |c: f64| product(c) - psi.right_tail(s * (u - c)) * psi.right_tail(s * (v - c));
            sum += self.between(far, -radius, cuts(), f);
        }
        sum
    }
}
