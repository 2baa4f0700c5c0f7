//! Piecewise polynomials by composite Gauss rules along one pre-activation, the mean of the other in closed form.

mod along;
mod interpolant;
mod knots;
mod lanes;
mod means;
mod piece;
mod sum;

use super::crossing::crossing;
use super::{Covariance, DualValue};
use crate::model::activation::PiecewisePolynomial;
use crate::numerics::quadrature::{GaussRule, gauss_legendre};
use crate::numerics::special::{Correlation, normal_pdf};
use crate::numerics::{Estimate, WideLoop, wide};
use along::Along;
use knots::Knots;
use lanes::{LANES, Values};
use means::Scratch;
use piece::{Node, Piece, nodes};
use std::sync::Arc;
use sum::Sum;

/// Beyond this many standard deviations the normal density is below the smallest double.
const FAR: f64 = 38.5;
/// The length of the longest panel, in units of the narrower of both laws.
const PANEL: f64 = 4.5;
/// Nodes that integrate the normal density, or its distribution function, over such a panel to 1e−17, for constants.
const NODES: usize = 21;
/// Panels this short do with fewer.
const FINE: (f64, usize) = (0.2, 5);
/// Pieces up to so many conditional standard deviations long are integrated by Gauss rules of so many nodes, for constants.
const SHORT: [(f64, usize); 3] = [(0.25, 6), (1.0, 10), (2.0, 14)];
/// Rounding, relative to the moduli of what is summed.
const ROUNDING: f64 = 2e-15;

/// A piecewise polynomial, ready for [`Composite::dual`].
///
/// # Method
/// E[φ(u)φ(v)] = ∫ φ(s₁x) E[φ(v) | u = s₁x] ϕ(x) dx: between the knots of u, and cut where the conditional mean passes those of v,
/// the integrand is a polynomial times normal densities and distribution functions, which Gauss rules of a fixed degree integrate
/// to rounding. The mean over a piece of v is a sum of truncated moments, or a Gauss rule if the piece is short; beside many knots of u
/// it is interpolated. Nothing cancels but polynomials within a piece.
#[derive(Clone, Debug)]
pub(super) struct Composite {
    knots: Vec<f64>,
    pieces: Vec<Piece>,
    /// The Gauss rules of the pieces between two knots, as in [`SHORT`].
    rules: Vec<[Vec<Node>; SHORT.len()]>,
    /// The jumps of φ and φ′ at every knot.
    jumps: Vec<(f64, f64)>,
    degree: usize,
    /// For a panel, and for one that is short.
    panels: [Arc<GaussRule>; 2],
}

impl Composite {
    /// φ(z + mean), every distance from which is formed before it is rounded.
    pub(super) fn new(function: &PiecewisePolynomial, mean: f64) -> Self {
        let knots: Vec<f64> = function.knots().iter().map(|z| z - mean).collect();
        let degree = function.degree();
        let pieces = Piece::of_each(function, mean);
        let of_panel = |nodes: usize| gauss_legendre((nodes + degree).next_multiple_of(LANES));
        let of_short = SHORT.map(|(_, nodes)| gauss_legendre(nodes + degree.div_ceil(2)));
        let rules = knots.windows(2).zip(pieces.iter().skip(1));
        let rules =
            rules.map(|(ends, piece)| of_short.each_ref().map(|rule| nodes(rule, ends, piece)));
        let jumps = (0..knots.len()).map(|k| (function.jump(k, 0), function.jump(k, 1)));
        Self {
            rules: rules.collect(),
            jumps: jumps.collect(),
            pieces,
            knots,
            degree,
            panels: [NODES, FINE.1].map(of_panel),
        }
    }

    /// E[φ(u)ψ(v)] and E[φ′(u)ψ′(v)], both variances > 0.
    pub(super) fn dual(&self, other: &Self, covariance: &Covariance) -> DualValue {
        let one = (self, covariance.q11.sqrt());
        let two = (other, covariance.q22.sqrt());
        let of = |(of, u), (other, v)| Along {
            of,
            other,
            u,
            v,
            rho: covariance.correlation,
        };
        // The smaller variance outside: what is far out is so for u first.
        let along = match one.1 <= two.1 {
            true => of(one, two),
            false => of(two, one),
        };
        let across = along.across();
        let mut found = wide(Sum::new(&along));
        let (sizes, others) = (along.sizes(), across.sizes());
        let beyond = along.mass_beyond() + across.mass_beyond();
        found.nngp.error += beyond * sizes.0 * others.0;
        found.derivative.error += beyond * sizes.1 * others.1;
        for along in [&along, &across] {
            wide(Knots {
                along,
                found: &mut found,
            });
        }
        for (one, of_one) in along.of.steps() {
            for (two, of_two) in along.other.steps() {
                let (h, k) = (along.standard(one), across.standard(two));
                let both = crossing(h, k, along.rho);
                if both.value != 0.0 {
                    let weight = of_one * of_two / (along.u * along.v);
                    found.derivative = found.derivative + both * weight;
                }
            }
        }
        found
    }

    /// The same of independent u and v: E[φ(u)]E[φ(v)] and E[φ′(u)]E[φ′(v)].
    pub(super) fn independent(&self, covariance: &Covariance) -> DualValue {
        let (one, two) = (self.means(covariance.q11), self.means(covariance.q22));
        DualValue {
            nngp: one.0 * two.0,
            derivative: one.1 * two.1,
        }
    }

    /// E[φ(u)] and E[φ′(u)], deltas included.
    fn means(&self, variance: f64) -> (Estimate, Estimate) {
        let s = variance.sqrt();
        let along = Along {
            of: self,
            other: self,
            u: s,
            v: s,
            rho: Correlation::from_rho(0.0),
        };
        let (beyond, sizes) = (along.mass_beyond(), along.sizes());
        let found = wide(Mean {
            along: &along,
            law: along.conditional(),
        });
        let mut value = Estimate::new(found.value[0], ROUNDING * found.modulus[0]);
        let mut slope = Estimate::new(found.slope[0], ROUNDING * found.steepness[0]);
        value.error += beyond * sizes.0;
        slope.error += beyond * sizes.1;
        for (at, jump, bend) in self
            .knots
            .iter()
            .zip(&self.jumps)
            .map(|(at, j)| (*at, j.0, j.1))
        {
            let h = at / s;
            let density = normal_pdf(h);
            // Knots are rounded.
            let moved = f64::EPSILON * h.abs() * density;
            value.error += moved * jump.abs();
            slope.error += moved * bend.abs();
            let weight = jump * density / s;
            slope = slope + Estimate::new(weight, (ROUNDING + f64::EPSILON * h * h) * weight.abs());
        }
        (value, slope)
    }

    /// Whether φ is continuous.
    pub(super) fn is_continuous(&self) -> bool {
        self.steps().next().is_none()
    }

    /// The jumps of φ itself, with their places.
    fn steps(&self) -> impl Iterator<Item = (f64, f64)> {
        let steps = self.knots.iter().zip(&self.jumps);
        let steps = steps.map(|(at, (step, _))| (*at, *step));
        steps.filter(|(_, step)| *step != 0.0)
    }

    fn piece_at(&self, z: f64) -> &Piece {
        &self.pieces[self.knots.partition_point(|knot| *knot < z)]
    }
}

/// The mean along one law.
struct Mean<'a> {
    along: &'a Along<'a>,
    law: (f64, f64),
}

impl WideLoop for Mean<'_> {
    type Output = Values;

    #[inline(always)]
    fn call(self) -> Values {
        self.along
            .of
            .mean(&[0.0; LANES], self.law, &mut Scratch::default())
    }
}

#[cfg(test)]
mod tests {
    use super::super::DualActivation;
    use super::super::closed::ClosedForm;
    use super::super::quadrature;
    use super::*;
    use crate::model::Activation;
    use crate::model::activation::{Extrapolation, Family, Piece};

    /// Steps, mixed orders of jumps, knots 1e−6 apart, a piece that is 0 where the mass is.
    const HARD: [&str; 4] = [
        "piecewise:knots=0.5/0.5000009536743164/0.5000019073486328,pieces=-2.0/-2.5_1.0/-1.8749988079071045_-0.25/-2.87500262260437_1.75",
        "piecewise:knots=3.0,pieces=1.25_-1.0_-0.75_-1.75/0.5_1.75",
        "piecewise:knots=-1/0/0.3/2,pieces=1/0_1/0.3_0_1/2_0_0_-1/0_0_0.5",
        "hat",
    ];

    /// A table of many knots.
    fn table() -> Activation {
        let z: Vec<f64> = (0..60).map(|i| 0.1 * f64::from(i) - 2.7).collect();
        let phi: Vec<f64> = z.iter().map(|z| z.tanh() + (40.0 * z).sin()).collect();
        Activation::from_table("table", &z, &phi, Extrapolation::Linear).unwrap()
    }

    #[test]
    fn agrees_with_adaptive_quadrature() {
        let named = HARD.iter().map(|name| Activation::parse(name).unwrap());
        for activation in named.chain([table()]) {
            let name = activation.name();
            let Family::PiecewisePolynomial(function) = activation.family() else {
                panic!("{name}");
            };
            let closed = ClosedForm::of(&activation).unwrap();
            for (q11, q22) in [
                (1e-6, 1e-6),
                (1e-2, 7.0),
                (1.0, 1.0),
                (100.0, 0.3),
                (1e6, 1e6),
            ] {
                for away in [1e-12, 1e-3, 0.3, 1.0, 1.99, 2.0 - 1e-9] {
                    let rho = Correlation::from_one_minus(away);
                    let covariance = Covariance::new(q11, q22, rho).unwrap();
                    for means in [(0.0, 0.0), (0.3, -1.2)] {
                        let what = format!("{name} {covariance:?} {means:?}");
                        let of = |mean| Composite::new(function, mean);
                        let found = of(means.0).dual(&of(means.1), &covariance);
                        let other = quadrature::dual(&activation, &closed, &covariance, means);
                        let pairs = [
                            (found.nngp, other.nngp),
                            (found.derivative, other.derivative),
                        ];
                        for (a, b) in pairs {
                            let gap = (a.value - b.value).abs();
                            assert!(gap <= a.error + b.error, "{what}: {a:?} {b:?}");
                        }
                        let one = quadrature::norms(&activation, q11, means.0).0;
                        let size = one * quadrature::norms(&activation, q22, means.1).0;
                        assert!(
                            found.nngp.error <= 1e-13 * size,
                            "{what}: {found:?} {size:e}"
                        );
                    }
                }
            }
        }
    }

    /// max(z − μ, 0) of means μ is ReLU, however large μ is beside the variance.
    #[test]
    fn means_far_from_0_lose_nothing() {
        let piece = |centre: f64, c: &[f64]| Piece::new(centre, c.to_vec());
        for mean in [3.0, 100.0, 1e6] {
            let moved = vec![piece(mean, &[]), piece(mean, &[0.0, 1.0])];
            let moved = PiecewisePolynomial::new(vec![mean], moved).unwrap();
            let of = Composite::new(&moved, mean);
            let relu = Activation::parse("relu").unwrap();
            for (variance, away) in [(1e-8, 0.5), (1e-8, 1e-6), (1.0, 0.5), (1e-2, 1e-6)] {
                let rho = Correlation::from_one_minus(away);
                let covariance = Covariance::new(variance, variance, rho).unwrap();
                let found = of.dual(&of, &covariance);
                let exact = DualActivation::new(&relu).evaluate(&covariance);
                let gap = (found.nngp.value - exact.nngp.value).abs();
                assert!(gap <= found.nngp.error, "{mean} {covariance:?}: {found:?}");
                assert!(found.nngp.error <= 1e-14 * variance, "{found:?}");
            }
        }
    }
}
