//! Where a function known by its values changes fast: kinks and jumps that were not stated, steep steps, narrow bumps.

use super::Kink;
use super::asymptotics::short;
use crate::numerics::quadrature::gauss_legendre;
use crate::numerics::special::{legendre, legendre_derivative_into};
use std::sync::LazyLock;

/// A place where φ changes over a length that is short beside its surroundings, though smoothly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Where.
    pub at: f64,
    /// Over which length, > 0.
    pub scale: f64,
}

/// Samples per panel.
const NODES: usize = 12;
/// Panels have this length up to [`CORE`], and this part of their distance from 0 up to [`FAR`]: a sample every 0.01 at most,
/// so that Gaussian bumps of width 4e−4 are seen from 1e−11 of their height on, and steps always; what ends within 0.01 may not be.
const LENGTH: f64 = 0.05;
const CORE: f64 = 12.0;
const FAR: f64 = 1e3;
/// Ends of panels lie off the round numbers, where kinks are.
const OFFSET: f64 = 0.381_966;
/// A panel is resolved when its last two coefficients are below this part of the largest value there …
const RESOLVED: f64 = 1e-11;
/// … or of this part of the largest anywhere: rounding.
const ROUNDING: f64 = 4e-15;
/// Differences over this length, relative to 1 + |z|, are noise.
const NOISY: f64 = 1e-9;
/// Halved so often, a panel is short beside its surroundings.
const SHORT: u32 = 4;
/// More short panels at once than this are no places if their number grows: the function oscillates, or its values are noise …
const CROWD: usize = 300;
/// … nor are more than this.
const MASS: usize = 4096;
/// No panel is halved more often.
const DEEPEST: u32 = 52;
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

/// What was found, ascending.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Jumps of φ and φ′.
    pub(super) kinks: Vec<Kink>,
    pub(super) places: Vec<Place>,
    /// Where the search looked: the middles of its panels, which are the denser the more φ changes.
    pub(super) seen: Vec<f64>,
    /// The ends of what varies on lengths shorter than the first panels, or of where too much happens to be told apart: integrals
    /// have to look between.
    pub(super) busy: Vec<f64>,
}

/// The largest value and slope met so far: what is rounding beside them is nothing elsewhere.
#[derive(Clone, Copy, Debug, Default)]
struct Met {
    largest: f64,
    steepest: f64,
}

/// Nodes on [−1, 1] and, for each degree, the weights that make its coefficient.
struct Table {
    nodes: Vec<f64>,
    analysis: Vec<Vec<f64>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let rule = gauss_legendre(NODES);
    let columns: Vec<Vec<f64>> = rule.nodes.iter().map(|x| legendre(*x, NODES)).collect();
    let row = |j: usize| {
        let pairs = columns.iter().zip(&rule.weights);
        pairs.map(|(p, w)| 0.5 * w * p[j]).collect()
    };
    Table {
        nodes: rule.nodes.clone(),
        analysis: (0..NODES).map(row).collect(),
    }
});

/// The Legendre expansion on a panel.
#[derive(Clone, Debug)]
struct Panel {
    lo: f64,
    hi: f64,
    depth: u32,
    coefficients: Vec<f64>,
    /// min f and max f.
    low: f64,
    high: f64,
    finite: bool,
    /// What differences far shorter than any panel are: rounding, of numbers that f may not show.
    noise: f64,
}

impl Panel {
    fn sample(f: &dyn Fn(f64) -> f64, lo: f64, hi: f64, depth: u32) -> Self {
        let (middle, half) = (0.5 * (lo + hi), 0.5 * (hi - lo));
        let values: Vec<f64> = TABLE.nodes.iter().map(|x| f(middle + half * x)).collect();
        let dot = |row: &Vec<f64>| row.iter().zip(&values).map(|(a, b)| a * b).sum();
        let (low, high) = values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| {
                (a.min(*v), b.max(*v))
            });
        Self {
            lo,
            hi,
            depth,
            coefficients: TABLE.analysis.iter().map(dot).collect(),
            low,
            high,
            finite: values.iter().all(|v| v.is_finite()),
            noise: 0.0,
        }
    }

    /// With its noise measured in the middle.
    fn measured(f: &dyn Fn(f64) -> f64, lo: f64, hi: f64) -> Self {
        let middle = 0.5 * (lo + hi);
        let step = NOISY * middle.abs().max(1.0);
        let values = [-2.0, -1.0, 0.0, 1.0, 2.0].map(|k| f(middle + k * step));
        let second = |v: &[f64]| (v[0] - 2.0 * v[1] + v[2]).abs();
        Self {
            noise: values.windows(3).map(second).fold(0.0, f64::max),
            ..Self::sample(f, lo, hi, 0)
        }
    }

    /// Both halves.
    fn halved(&self, f: &dyn Fn(f64) -> f64) -> [Self; 2] {
        let middle = 0.5 * (self.lo + self.hi);
        [(self.lo, middle), (middle, self.hi)].map(|(lo, hi)| Self {
            noise: self.noise,
            ..Self::sample(f, lo, hi, self.depth + 1)
        })
    }

    fn length(&self) -> f64 {
        self.hi - self.lo
    }

    fn middle(&self) -> f64 {
        0.5 * (self.lo + self.hi)
    }

    /// max |f|.
    fn size(&self) -> f64 {
        self.high.abs().max(self.low.abs())
    }

    /// How steep f is from its lowest to its highest value, at least.
    fn slope(&self) -> f64 {
        (self.high - self.low) / self.length()
    }

    /// What counts as rounding: of the values, of what is behind them, and of z where f is steep.
    fn tolerance(&self, largest: f64) -> f64 {
        RESOLVED * self.size() + ROUNDING * largest + 4.0 * self.noise + self.rounding()
    }

    /// The rounding of z where f is steep.
    fn rounding(&self) -> f64 {
        16.0 * f64::EPSILON * self.slope() * self.lo.abs().max(self.hi.abs())
    }

    fn is_resolved(&self, largest: f64) -> bool {
        let last = self.coefficients.iter().rev().take(2);
        !self.finite || last.fold(0.0, |m: f64, c| m.max(c.abs())) <= self.tolerance(largest)
    }

    /// The expansion and its slope at z, inside or near.
    fn at(&self, z: f64) -> (f64, f64) {
        let half = 0.5 * self.length();
        let x = (z - 0.5 * (self.lo + self.hi)) / half;
        let mut slopes = [0.0; NODES];
        legendre_derivative_into(x, &mut slopes);
        let sum = |p: &[f64]| -> f64 { p.iter().zip(&self.coefficients).map(|(p, c)| p * c).sum() };
        (sum(&legendre(x, NODES)), sum(&slopes) / half)
    }

    /// The first degrees at z some panels away: the others, of so short a panel, are rounding, which grows fast.
    fn continued(&self, z: f64) -> f64 {
        let half = 0.5 * self.length();
        let x = (z - 0.5 * (self.lo + self.hi)) / half;
        let c = |k: usize| self.coefficients[k] * (2.0 * k as f64 + 1.0).sqrt();
        c(0) + c(1) * x + c(2) * (1.5 * x * x - 0.5)
    }

    /// Whether the next panel continues this one.
    fn meets(&self, next: &Self, largest: f64) -> bool {
        if !(self.finite && next.finite) {
            return true;
        }
        let ((a, b), (c, d)) = (self.at(self.hi), next.at(next.lo));
        let tolerance = self.tolerance(largest).max(next.tolerance(largest));
        let short = self.length().min(next.length());
        // Slopes at an end amplify coefficients by n².
        let steepest = 2.0 * (NODES * NODES) as f64 * tolerance;
        (a - c).abs() <= 4.0 * tolerance && (b - d).abs() * short <= steepest
    }

    fn is_shortest(&self) -> bool {
        let z = self.lo.abs().max(self.hi.abs()).max(1e-3);
        self.depth >= DEEPEST || self.length() <= 8.0 * f64::EPSILON * z
    }
}

/// Searches |z| ≤ 1e3 (and `reach`) apart from what is known.
pub(super) fn search(f: &dyn Fn(f64) -> f64, known: &[f64], reach: f64) -> Found {
    let core = CORE.min(reach);
    let count = (core / LENGTH) as i32;
    let inner: Vec<f64> = (-count..count)
        .map(|k| LENGTH * (f64::from(k) + OFFSET))
        .collect();
    let mut outer = Vec::new();
    let mut z = inner.last().copied().unwrap_or(core);
    while z < FAR.min(reach) {
        outer.push(z);
        z *= 1.0 + LENGTH;
    }
    let mirrored: Vec<f64> = {
        let first = inner.first().copied().unwrap_or(-core);
        let outer = outer.iter().skip(1).rev().map(|z| -z);
        outer.filter(|z| *z < first).chain([first]).collect()
    };
    let mut all = Found::default();
    // What is rounding in the core is nothing outside.
    let mut met = Met::default();
    for edges in [inner, mirrored, outer] {
        let found = among(f, edges, known, &mut met);
        all.kinks.extend(found.kinks);
        all.places.extend(found.places);
        all.seen.extend(found.seen);
        all.busy.extend(found.busy);
    }
    all
}

/// Searches the panels between these ends.
fn among(f: &dyn Fn(f64) -> f64, mut edges: Vec<f64>, known: &[f64], met: &mut Met) -> Found {
    let (Some(&first), Some(&last)) = (edges.first(), edges.last()) else {
        return Found::default();
    };
    edges.extend(known.iter().filter(|z| **z > first && **z < last));
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    let pairs = edges.windows(2);
    let mut panels: Vec<Panel> = pairs.map(|p| Panel::measured(f, p[0], p[1])).collect();
    share_noise(&mut panels);
    let finite = panels.iter().filter(|p| p.finite);
    met.largest = finite.map(Panel::size).fold(met.largest, f64::max);
    let largest = met.largest;
    let mut before = 0;
    loop {
        let mut rough: Vec<bool> = panels.iter().map(|p| !p.is_resolved(largest)).collect();
        for (i, pair) in panels.windows(2).enumerate() {
            if !known.contains(&pair[0].hi) && !pair[0].meets(&pair[1], largest) {
                rough[i] = true;
                rough[i + 1] = true;
            }
        }
        for (rough, panel) in rough.iter_mut().zip(&panels) {
            *rough = *rough && !panel.is_shortest();
        }
        let short = panels.iter().zip(&rough);
        let short = short.filter(|(p, r)| **r && p.depth + 1 >= SHORT).count();
        // About a kink, halving leaves as many.
        let grows = before > 0 && short > before + before / 4;
        if short > MASS || short > CROWD && grows {
            return Found {
                seen: panels.iter().map(Panel::middle).collect(),
                busy: busy(&panels),
                ..Found::default()
            };
        }
        before = short;
        if !rough.contains(&true) {
            break;
        }
        let mut next = Vec::with_capacity(2 * panels.len());
        for (panel, rough) in panels.into_iter().zip(rough) {
            if rough {
                next.extend(panel.halved(f));
            } else {
                next.push(panel);
            }
        }
        panels = next;
    }
    // The slope of a panel that holds a step is that of nothing.
    let smooth = panels.iter().filter(|p| p.finite && !p.is_shortest());
    met.steepest = smooth.map(Panel::slope).fold(met.steepest, f64::max);
    judged(f, &panels, known, *met)
}

/// The ends of the runs of panels that were halved.
fn busy(panels: &[Panel]) -> Vec<f64> {
    let is_busy = |panel: &Panel| panel.depth > 0;
    let runs = panels.chunk_by(|a, b| is_busy(a) == is_busy(b));
    let runs = runs.filter(|run| is_busy(&run[0]));
    runs.flat_map(|run| [run[0].lo, run[run.len() - 1].hi])
        .collect()
}

/// Rounding may happen to be 0 where it is measured: what the neighbours have counts too.
fn share_noise(panels: &mut [Panel]) {
    let own: Vec<f64> = panels.iter().map(|p| p.noise).collect();
    for (i, panel) in panels.iter_mut().enumerate() {
        let near = &own[i.saturating_sub(2)..(i + 3).min(own.len())];
        panel.noise = near.iter().copied().fold(0.0, f64::max);
    }
}

/// The runs of equally short panels between longer ones.
fn judged(f: &dyn Fn(f64) -> f64, panels: &[Panel], known: &[f64], met: Met) -> Found {
    let mut found = Found {
        seen: panels.iter().map(Panel::middle).collect(),
        busy: busy(panels),
        ..Found::default()
    };
    let mut start = 0;
    for run in panels.chunk_by(|a, b| a.depth == b.depth) {
        let end = start + run.len();
        let longer = |p: Option<&Panel>| p.is_none_or(|p| p.depth < run[0].depth);
        let beside = [
            start.checked_sub(1).and_then(|i| panels.get(i)),
            panels.get(end),
        ];
        let (lo, hi) = (run[0].lo, run[run.len() - 1].hi);
        let scale = run[0].length();
        let is_known = known.iter().any(|z| (lo - scale..=hi + scale).contains(z));
        if run[0].depth >= SHORT && beside.into_iter().all(longer) && !is_known {
            let at = 0.5 * (lo + hi);
            let bound = |pick: fn(f64, f64) -> f64, of: fn(&Panel) -> f64| {
                run.iter().map(of).reduce(pick).unwrap_or(0.0)
            };
            let range = bound(f64::max, |p| p.high) - bound(f64::min, |p| p.low);
            // What z is rounded to changes steep parts of φ by so much, though they cancel in it.
            let rounding = 16.0 * f64::EPSILON * at.abs() * met.steepest;
            match kink(f, panels, (start, end), known, met.largest) {
                Some(kink) => found.kinks.push(kink),
                None if range > rounding => found.places.push(Place { at, scale }),
                None => {}
            }
        }
        start = end;
    }
    found
}

/// A jump of φ, or one of φ′ where the continuations of both sides cross.
fn kink(
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(f: impl Fn(f64) -> f64) -> Found {
        search(&f, &[], f64::INFINITY)
    }

    #[test]
    fn kinks_and_jumps_are_found_where_they_are() {
        for at in [0.37, -0.3, 0.0, 1.0, 2.0_f64.sqrt(), -7.5, 40.0] {
            let bent = found(|z| (z - at).max(0.0) + z.sin() * (-0.01 * z * z).exp());
            assert_eq!(
                (bent.kinks.len(), bent.places.len()),
                (1, 0),
                "{at} {bent:?}"
            );
            let kink = bent.kinks[0];
            assert!(
                (kink.at - at).abs() < 1e-14 * at.abs().max(1.0),
                "{at} {kink:?}"
            );
            assert!(
                kink.order == 1 && (kink.jump - 1.0).abs() < 1e-11 * at.abs().max(1.0),
                "{kink:?}"
            );
            let step = found(|z| z.tanh() + if z > at { 0.5 } else { 0.0 });
            assert_eq!(
                (step.kinks.len(), step.places.len()),
                (1, 0),
                "{at} {step:?}"
            );
            let kink = step.kinks[0];
            assert!(
                (kink.at - at).abs() < 1e-14 * at.abs().max(1.0),
                "{at} {kink:?}"
            );
            assert!(
                kink.order == 0 && (kink.jump - 0.5).abs() < 1e-12,
                "{kink:?}"
            );
        }
    }

    #[test]
    fn many_kinks_are_kinks_and_so_are_small_ones() {
        let tooth = |t: f64| (t - 2.0 * (0.5 * t).round()).abs();
        let triangles = found(|z| tooth(20.0 * z.clamp(-9.25, 9.25)));
        assert!(triangles.places.is_empty(), "{:?}", triangles.places);
        assert_eq!(triangles.kinks.len(), 371);
        for (kink, k) in triangles.kinks.iter().zip(-185..) {
            let at = 0.05 * f64::from(k);
            assert!((kink.at - at).abs() < 1e-14 && kink.order == 1, "{kink:?}");
        }
        let small = found(|z| z.tanh() + 1e-6 * (z - 0.7).abs() * (-z * z).exp());
        let [kink] = small.kinks[..] else {
            panic!("{small:?}")
        };
        let jump = 2e-6 * (-0.49_f64).exp();
        assert!((kink.at - 0.7).abs() < 1e-8, "{kink:?}");
        assert!((kink.jump - jump).abs() < 1e-5 * jump, "{kink:?}");
        // A long panel may see nothing of what happens in so short an interval.
        let close = found(|z| (z - 1.0).max(0.0) - (z - 1.0001).max(0.0));
        let at: Vec<f64> = close.kinks.iter().map(|k| k.at).collect();
        assert_eq!(at, [1.0, 1.0001], "{close:?}");
    }

    #[test]
    fn steep_places_are_found_with_their_scale() {
        let bump = |z: f64| z.tanh() + (-(1e3 * (z - 0.3)).powi(2)).exp();
        for slope in [1e3, 1e5, 1e7] {
            let step = |z: f64| (slope * (z - 0.3)).tanh();
            for (slope, f) in [(slope, &step as &dyn Fn(f64) -> f64), (1e3, &bump)] {
                let found = search(f, &[], f64::INFINITY);
                assert!(found.kinks.is_empty(), "{slope} {found:?}");
                let near = |p: &Place| (p.at - 0.3).abs() < 5.0 / slope && p.scale < 5.0 / slope;
                assert!(found.places.iter().any(near), "{slope} {found:?}");
            }
        }
    }

    #[test]
    fn rounded_corners_are_no_kinks() {
        for (at, width) in [(145.67, 1.6e-3), (0.3, 1e-4), (-700.0, 0.01)] {
            let softplus = move |z: f64| {
                let t = (z - at) / width;
                t.max(0.0) + (-t.abs()).exp().ln_1p()
            };
            let found = found(softplus);
            assert!(
                found.kinks.is_empty() && !found.places.is_empty(),
                "{at}: {found:?}"
            );
        }
    }

    #[test]
    fn smooth_functions_have_none() {
        let smooth: [&dyn Fn(f64) -> f64; 5] = [
            &f64::tanh,
            &|z| z.exp().ln_1p(),
            &|z| (30.0 * z).sin() * (-0.5 * z * z).exp(),
            &|z| (1.0 + z * z).ln(),
            &|z| z * (1.0 + z.exp()).ln().tanh(),
        ];
        for f in smooth {
            let found = search(f, &[], 600.0);
            assert!(
                found.kinks.is_empty() && found.places.is_empty(),
                "{found:?}"
            );
        }
    }
}
