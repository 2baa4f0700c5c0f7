//! What knots add to an integral.

use super::along::Along;
use super::lanes::LANES;
use super::means::Scratch;
use super::{DualValue, ROUNDING};
use crate::numerics::special::{Correlation, normal_pdf};
use crate::numerics::{Estimate, WideLoop};

/// Rounding of their places, relative to what that moves.
const MOVED: f64 = 2.0 * f64::EPSILON;

/// The density ϕ₂(h, k; ρ) of standard normal (U, V); at |ρ| = 1 that of two lines: 0, or infinite where they meet.
pub(super) fn crossing(h: f64, k: f64, rho: Correlation) -> Estimate {
    let (away, sine) = (rho.residual(k, h), rho.sine());
    if sine == 0.0 {
        return Estimate::new(if away == 0.0 { f64::INFINITY } else { 0.0 }, 0.0);
    }
    let away = away / sine;
    let density = normal_pdf(h) * normal_pdf(away) / sine;
    // k − h is right to the rounding of h and k, which next to |ρ| = 1 counts in units of √(1−ρ²).
    let moved = f64::EPSILON * (h.abs() + k.abs()) / sine;
    let error = density * (4.0 * f64::EPSILON + moved * (away.abs() + moved));
    Estimate::new(density, error)
}

/// What the knots of u add: the deltas of φ′, and the rounding of their places.
pub(super) struct Knots<'a> {
    pub(super) along: &'a Along<'a>,
    pub(super) found: &'a mut DualValue,
}

impl WideLoop for Knots<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Along {
            of,
            other: of_other,
            u,
            v,
            rho,
        } = self.along;
        let t = self.along.conditional();
        let mut scratch = Scratch::default();
        let DualValue { nngp, derivative } = self.found;
        for (knots, jumps) in of.knots.chunks(LANES).zip(of.jumps.chunks(LANES)) {
            let mut mean = [0.0; LANES];
            for (mean, knot) in mean.iter_mut().zip(knots) {
                *mean = v * rho.rho() * self.along.standard(*knot);
            }
            let other = of_other.mean(&mean, t, &mut scratch);
            for (l, (knot, (step, bend))) in knots.iter().zip(jumps).enumerate() {
                let h = self.along.standard(*knot);
                let density = normal_pdf(h);
                if density == 0.0 {
                    continue;
                }
                let moved = MOVED * h.abs() * density;
                nngp.error += moved * step.abs() * other.modulus[l];
                derivative.error += moved * bend.abs() * other.steepness[l];
                if *step != 0.0 {
                    let weight = step * density / u;
                    let error = (ROUNDING + MOVED * h * h) * (weight * other.steepness[l]).abs();
                    *derivative = *derivative + Estimate::new(weight * other.slope[l], error);
                }
            }
        }
    }
}
