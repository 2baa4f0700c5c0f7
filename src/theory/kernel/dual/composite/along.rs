//! Along one pre-activation: how far, and by which panels.

use super::piece::Piece;
use super::{Composite, FAR, PANEL};
use crate::numerics::special::{Correlation, normal_cdf};

/// Beyond |x| = 9.5 the normal law has 2e−21 of its mass.
const REACH: f64 = 9.5;
/// Over a panel the logarithm of the normal density changes by this at most.
const FALL: f64 = 24.0;
/// The ends of panels about a knot of the other pre-activation, in units of the width.
const ABOUT: [f64; 2] = [2.25, 9.0];

/// One pre-activation along which the other is averaged, as standard deviations.
pub(super) struct Along<'a> {
    /// φ of u and that of v.
    pub(super) of: &'a Composite,
    pub(super) other: &'a Composite,
    pub(super) u: f64,
    pub(super) v: f64,
    pub(super) rho: Correlation,
}

impl Along<'_> {
    /// z in standard deviations of u.
    pub(super) fn standard(&self, z: f64) -> f64 {
        z / self.u
    }

    /// The standard deviation of v given u, and how many of them v is followed.
    pub(super) fn conditional(&self) -> (f64, f64) {
        (self.v * self.rho.sine(), self.across().reach())
    }

    /// Along the other.
    pub(super) fn across(&self) -> Self {
        Self {
            of: self.other,
            other: self.of,
            u: self.v,
            v: self.u,
            ..*self
        }
    }

    /// Over which length of x the conditional mean passes a knot.
    pub(super) fn width(&self) -> f64 {
        self.rho.sine() / self.rho.rho().abs()
    }

    /// How far u has to be followed: where φ or φ′ is 0 about the mean, as far beyond.
    fn reach(&self) -> f64 {
        let of = self.of;
        let far = |differs: fn(&Piece) -> bool| {
            let from = std::iter::once(f64::NEG_INFINITY).chain(of.knots.iter().copied());
            let to = of.knots.iter().copied().chain([f64::INFINITY]);
            let ends = from.zip(to).zip(&of.pieces);
            let ends = ends.filter(|(_, piece)| differs(piece));
            let away =
                ends.map(|((from, to), _)| self.standard(from).max(-self.standard(to)).max(0.0));
            away.fold(f64::INFINITY, f64::min)
        };
        let of_value = far(|piece| !piece.is_zero());
        let of_slope = far(|piece| !piece.is_constant());
        let near = match of_slope.is_finite() {
            true => of_value.max(of_slope),
            false => of_value,
        };
        (near.hypot(REACH) + (2.0 * of.degree as f64).sqrt()).min(FAR)
    }

    /// The mass of what u is not followed to.
    pub(super) fn mass_beyond(&self) -> f64 {
        2.0 * normal_cdf(-self.reach())
    }

    /// How large φ and φ′ are: of a piece without end about the mean, or beside its knot; of one beyond reach, by its share of the mass
    /// there.
    pub(super) fn sizes(&self) -> (f64, f64) {
        let (reach, of) = (self.reach(), self.of);
        let within = 1.0 + (2.0 * of.degree as f64).sqrt();
        let from = std::iter::once(f64::NEG_INFINITY).chain(of.knots.iter().copied());
        let to = of.knots.iter().copied().chain([f64::INFINITY]);
        let sizes = from.zip(to).zip(&of.pieces).map(|((from, to), piece)| {
            let begins = self.standard(from).max(-self.standard(to));
            let (most, share) = match begins < reach {
                true => (reach * self.u, 1.0),
                false => (f64::INFINITY, normal_cdf(-begins) / normal_cdf(-reach)),
            };
            let end = |z: f64, other: f64| match z.is_finite() {
                true => z.clamp(-most, most),
                false => z.signum() * self.u * within.max(z.signum() * self.standard(other) + 1.0),
            };
            let (value, slope) = piece.largest(end(from, to), end(to, from));
            (share * value, share * slope)
        });
        // No mass at all has no shares.
        sizes.fold((0.0, 0.0), |m, s| (f64::max(m.0, s.0), f64::max(m.1, s.1)))
    }

    /// The ends of the panels of x, ascending: no longer than [`PANEL`], in units of the normal law or, where the conditional mean passes
    /// knots of v, of its width there.
    pub(super) fn panels(&self) -> Vec<f64> {
        let reach = self.reach();
        // With whether they are needed for themselves.
        let mut ends = vec![(reach, true), (-reach, true)];
        let mut x = 0.0;
        while x < reach {
            ends.extend([(x, true), (-x, true)]);
            x += PANEL.min(FALL / x);
        }
        let width = self.width();
        if width < 1.0 {
            let centres = self
                .other
                .knots
                .iter()
                .map(|z| z / (self.rho.rho() * self.v));
            let about = ABOUT.iter().flat_map(|d| [-d, *d]);
            ends.extend(
                centres.flat_map(|x| about.clone().map(move |d| (x + d * width, width == 0.0))),
            );
        }
        ends.retain(|(x, _)| x.abs() <= reach);
        ends.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut kept: Vec<f64> = Vec::with_capacity(ends.len());
        for (i, (x, needed)) in ends.iter().enumerate() {
            let next = ends.get(i + 1).map_or(f64::INFINITY, |end| end.0);
            let last = kept.last().copied().unwrap_or(f64::NEG_INFINITY);
            if *x > last && (*needed || next - last > PANEL * width) {
                kept.push(*x);
            }
        }
        kept
    }
}
