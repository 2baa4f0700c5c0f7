//! What knots add to an integral.

use super::along::Along;
use super::lanes::LANES;
use super::means::Scratch;
use super::{DualValue, ROUNDING};
use crate::numerics::special::normal_pdf;
use crate::numerics::{Estimate, WideLoop};

/// Rounding of their places, relative to what that moves.
const MOVED: f64 = 2.0 * f64::EPSILON;

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
        // What deltas miss of the other, if there are any.
        let across = self.along.across();
        let steps = of.steps().next().is_some();
        let beyond = if steps {
            across.mass_beyond() * across.sizes().1
        } else {
            0.0
        };
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
                    let error = (ROUNDING + MOVED * h * h) * (weight * other.steepness[l]).abs()
                        + beyond * weight.abs();
                    *derivative = *derivative + Estimate::new(weight * other.slope[l], error);
                }
            }
        }
    }
}
