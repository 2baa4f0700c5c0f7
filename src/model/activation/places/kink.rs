//! Jumps of a function and of its slope, told from both sides.

use super::panel::Panel;
use crate::model::activation::Kink;
use crate::model::activation::asymptotics::short;

/// Kinks are looked at from at least so far first, relative to 1 + |z|.
const FINEST: f64 = 1e-9;
/// A kink bends as much from beside as from outside, to this part.
const SAME_BEND: f64 = 1e-3;
/// The longest panel that tells a limit, relative to 1 + |z|.
const LONGEST: f64 = 0.4;
/// There the last coefficients are below this part of the values.
const SETTLED: f64 = 1e-13;
/// By how much the last coefficients are multiplied, at most, in a value at the end of a panel, and over its length in a slope.
const VALUE_GROWTH: f64 = 40.0;
const SLOPE_GROWTH: f64 = 2e3;
/// The panels about a jump, relative to 1 + |z|: their length is what rounds off at its edge.
const ROUNDED: f64 = 4096.0 * f64::EPSILON;
/// A place this close to a number of six digits is that number.
const SNAP: f64 = 16.0 * f64::EPSILON;

/// A jump of φ, or one of φ′ where the continuations of both sides cross.
pub(super) fn kink(
    f: &dyn Fn(f64) -> f64,
    panels: &[Panel],
    (start, end): (usize, usize),
    known: &[f64],
    largest: f64,
) -> Option<Kink> {
    let (lo, hi) = (panels.get(start)?.lo, panels.get(end - 1)?.hi);
    let (middle, scale) = (0.5 * (lo + hi), hi - lo);
    let unit = middle.abs().max(1.0);
    let before = panels.get(..start)?.iter().rev().map(|p| (p, p.hi));
    let after = panels.get(end..)?.iter().map(|p| (p, p.lo));
    let sides = [
        Side::new(f, -1.0, before, known),
        Side::new(f, 1.0, after, known),
    ];
    if let Some(kink) = bend(&sides, (lo, hi), largest) {
        return Some(kink);
    }
    // The first panels on either side that are long enough to tell a value.
    let enough = |p: &&Panel| p.length() >= 16.0 * scale;
    let left = panels.get(..start)?.iter().rev().find(enough)?;
    let right = panels.get(end..)?.iter().find(enough)?;
    let jump = right.continued(middle) - left.continued(middle);
    let size = left.size().max(right.size());
    (scale <= ROUNDED * unit && jump.abs() > 1e-9 * size).then(|| step(f, lo, hi, jump))?
}

/// The jump of φ′ between `lo` and `hi`, or beside them.
fn bend(sides: &[Side; 2], (lo, hi): (f64, f64), largest: f64) -> Option<Kink> {
    let f = sides[0].f;
    let middle = 0.5 * (lo + hi);
    let unit = middle.abs().max(1.0);
    // From outside first, then from beside the crossing: what is smooth bends less the nearer one looks.
    let outside = (hi - lo).max(FINEST * unit);
    let (near, _) = crossing(sides, middle, outside, largest)?;
    if !((lo - outside)..=(hi + outside)).contains(&near.at) {
        return None;
    }
    let beside = near.doubt.max(ROUNDED * unit);
    let (kink, doubt) = crossing(sides, near.at, beside, largest)?;
    let part = SAME_BEND * kink.bend.abs();
    let same = (kink.bend - near.bend).abs() <= part && (kink.at - near.at).abs() <= outside;
    // A corner that is rounded, on a length that long panels beside it see nothing of, is not where its sides cross.
    let sharp = (f(kink.at) - kink.value).abs() <= part * outside + kink.doubt * kink.bend.abs();
    (same && sharp && doubt <= part).then_some(Kink {
        at: snapped(kink.at),
        order: 1,
        jump: kink.bend,
    })
}

/// Where the continuations of both sides cross, and by how much their slopes differ there.
struct Crossing {
    at: f64,
    value: f64,
    bend: f64,
    /// The error of the place.
    doubt: f64,
}

/// The crossing near z of what φ is on either side at least `gap` away, and the error of the bend.
fn crossing([left, right]: &[Side; 2], z: f64, gap: f64, largest: f64) -> Option<(Crossing, f64)> {
    let (left, right) = (left.limit(z, gap, largest)?, right.limit(z, gap, largest)?);
    let bend = right.slope - left.slope;
    let at = z - (right.value - left.value) / bend;
    let doubt = 4.0 * (left.value_error + right.value_error) / bend.abs();
    let value = left.value + left.slope * (at - z);
    let crossing = Crossing {
        at,
        value,
        bend,
        doubt,
    };
    at.is_finite()
        .then_some((crossing, left.slope_error + right.slope_error))
}

/// φ on one side of a run of short panels.
struct Side<'a> {
    f: &'a dyn Fn(f64) -> f64,
    sign: f64,
    /// How far it is to the next place where panels are shorter, or to one that is known.
    room: f64,
}

/// φ and φ′ at a place, continued from one side.
struct Limit {
    value: f64,
    slope: f64,
    value_error: f64,
    slope_error: f64,
}

impl<'a> Side<'a> {
    /// From the panels outwards, each with the end where one arrives.
    fn new<'p>(
        f: &'a dyn Fn(f64) -> f64,
        sign: f64,
        panels: impl Iterator<Item = (&'p Panel, f64)>,
        known: &[f64],
    ) -> Self {
        let (mut room, mut depth) = (0.0, u32::MAX);
        for (panel, arrival) in panels {
            if panel.depth > depth || known.contains(&arrival) {
                break;
            }
            depth = panel.depth;
            room += panel.length();
        }
        Self { f, sign, room }
    }

    /// From the panel at least `gap` away, of whatever length tells the slope best.
    fn limit(&self, z: f64, gap: f64, largest: f64) -> Option<Limit> {
        let mut best: Option<Limit> = None;
        let mut length = (LONGEST * z.abs().max(1.0)).min(0.5 * self.room);
        while length >= 8.0 * gap {
            let ends = [z + self.sign * gap, z + self.sign * (gap + length)];
            let panel = Panel::sample(self.f, ends[0].min(ends[1]), ends[0].max(ends[1]), 0);
            let last = panel.coefficients.iter().rev().take(3);
            let rounding = f64::EPSILON * (panel.size() + 0.01 * largest);
            let tail = last.fold(rounding, |m: f64, c| m.max(c.abs()));
            let slope_error = SLOPE_GROWTH * tail / length;
            let settled = tail <= SETTLED * (panel.size() + 0.01 * largest) + panel.rounding();
            if let Some(best) = &best
                && slope_error > 8.0 * best.slope_error
            {
                break;
            }
            let better = best.as_ref().is_none_or(|b| slope_error < b.slope_error);
            if panel.finite && settled && better {
                let (value, slope) = panel.at(z);
                best = Some(Limit {
                    value,
                    slope,
                    value_error: VALUE_GROWTH * tail,
                    slope_error,
                });
            }
            length *= 0.5;
        }
        best
    }
}

/// The jump between `lo` and `hi`, of about this size, if all of it happens between neighbouring numbers.
fn step(f: &dyn Fn(f64) -> f64, mut lo: f64, mut hi: f64, jump: f64) -> Option<Kink> {
    let (below, above) = (f(lo), f(hi));
    while lo.next_up() < hi {
        let middle = lo + 0.5 * (hi - lo);
        // Towards 0 numbers have no end.
        if lo < 0.0 && hi > 0.0 && hi - lo < f64::EPSILON * f64::EPSILON {
            break;
        }
        let value = f(middle);
        if (value - below).abs() < (value - above).abs() {
            lo = middle;
        } else {
            hi = middle;
        }
    }
    let (below, above) = (f(lo), f(hi));
    ((above - below - jump).abs() <= 1e-3 * jump.abs()).then_some(Kink {
        at: snapped(hi),
        order: 0,
        jump: above - below,
    })
}

/// The number of few digits that this one was meant to be, if there is one.
fn snapped(z: f64) -> f64 {
    short(z, SNAP * z.abs().max(1.0)).unwrap_or(z)
}
