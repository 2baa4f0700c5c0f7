//! Where a function jumps on a line or a plane, and slivers of bodies that equally spaced samples step over.
//!
//! A section that is thinner than the samples are apart is found through its neighbours: a body that barely reaches a line is
//! wide on a line beside it, and is followed from there, by windows that shrink with it.

use std::collections::BTreeMap;

/// Samples along a line, on the line itself and on those beside it.
const ALONG: usize = 1024;
const BESIDE: usize = 512;
/// Samples along each axis of a plane.
const ACROSS: usize = 72;
/// Samples along a line of a plane.
const INNER: usize = 192;
/// The lines or planes looked at beside the one wanted, as parts of the extent.
const LEVELS: [f64; 6] = [-0.1, -0.02, -0.003, 0.003, 0.02, 0.1];
/// Halvings after which a difference that has not fallen is a jump.
const HALVINGS: usize = 7;
/// Steps in which a body is followed, and the least part of the way that a step goes.
const STEPS: usize = 160;
const LEAST: f64 = 1e-13;
/// Samples of a window, in one and in two dimensions along each axis.
const WINDOW: [usize; 2] = [65, 17];
/// Bodies that are followed, at most.
const BODIES: usize = 48;
/// Differences below this part of the range are not looked at.
const FLAT: f64 = 1e-9;

/// f(level, y): parallel hyperplanes of n = 1 or 2 dimensions, in the coordinates |y_i| ≤ extent.
pub(super) struct Sections<'a> {
    pub f: &'a dyn Fn(f64, &[f64]) -> f64,
    pub n: usize,
    pub extent: f64,
}

/// A part of a body on one level: the box of its samples, one of them, the value there and the value it stands out from.
#[derive(Clone, Debug)]
struct Body {
    level: f64,
    low: [f64; 2],
    high: [f64; 2],
    point: [f64; 2],
    inside: f64,
    outside: f64,
}

impl Body {
    fn holds(&self, value: f64) -> bool {
        (value - self.inside).abs() < (value - self.outside).abs()
    }
}

impl Sections<'_> {
    /// Where f jumps along the line of this level (n = 1), ascending.
    pub fn of_line(&self, level: f64) -> Vec<f64> {
        let mut places = grid(self.extent, ALONG);
        let bodies = self.hidden(level, BESIDE);
        places.extend(
            bodies
                .iter()
                .flat_map(|b| [b.low[0], b.point[0], b.high[0]]),
        );
        jumps(&|t| (self.f)(level, &[t]), places)
    }

    /// What the rounding of the level and of the places may move of the integral: each jump's size times how far it stands elsewhere
    /// a few roundings away. A sliver that is gone there counts whole.
    pub fn rounding(&self, level: f64, jumps: &[f64]) -> f64 {
        let unit = 4.0 * f64::EPSILON;
        let nudge = unit * (level.abs() + self.extent);
        let moved = |i: usize| {
            let t = jumps[i];
            let before = i.checked_sub(1).map_or(-self.extent, |j| jumps[j]);
            let after = jumps.get(i + 1).copied().unwrap_or(self.extent);
            let room = 0.5 * f64::min(t - before, after - t).max(0.0);
            let mut width = unit * (t.abs() + self.extent);
            let sides = [(self.f)(level, &[t - width]), (self.f)(level, &[t + width])];
            let size = (sides[1] - sides[0]).abs();
            let same = |value: f64, side: usize| {
                (value - sides[side]).abs() < (value - sides[1 - side]).abs()
            };
            for near in [level - nudge, level + nudge] {
                let stands = |width: f64| {
                    same((self.f)(near, &[t - width]), 0) && same((self.f)(near, &[t + width]), 1)
                };
                while width < room && !stands(width) {
                    width *= 2.0;
                }
            }
            size * width
        };
        (0..jumps.len()).map(moved).sum()
    }

    /// Bodies on this level that are seen on one of the levels beside it and not on it.
    fn hidden(&self, level: f64, samples: usize) -> Vec<Body> {
        let axis = grid(self.extent, samples);
        let step = 2.0 * self.extent / samples as f64;
        let count = axis.len().pow(self.n as u32);
        let place = |i: usize| [axis[i % axis.len()], axis[i / axis.len() % axis.len()]];
        let at = |level: f64, i: usize| (self.f)(level, &place(i)[..self.n]);
        let here: Vec<f64> = (0..count).map(|i| at(level, i)).collect();
        let width = axis.len() as isize;
        let seen = |i: usize, body: &Body| {
            let (x, y) = ((i as isize) % width, (i as isize) / width);
            let rows = if self.n == 2 { -1..=1 } else { 0..=0 };
            rows.into_iter().any(|dy| {
                (-1..=1).any(|dx| {
                    let (x, y) = (x + dx, y + dy);
                    let inside = (0..width).contains(&x) && y >= 0;
                    inside && { here.get((y * width + x) as usize) }.is_some_and(|v| body.holds(*v))
                })
            })
        };
        let mut found: Vec<Body> = Vec::new();
        let mut tried: Vec<Body> = Vec::new();
        for part in LEVELS {
            let beside = level + part * self.extent;
            for (i, &outside) in here.iter().enumerate() {
                let inside = at(beside, i);
                if inside == outside || !(inside - outside).is_finite() {
                    continue;
                }
                let point = place(i);
                let mut body = Body {
                    level: beside,
                    low: point,
                    high: point,
                    point,
                    inside,
                    outside,
                };
                for axis in 0..self.n {
                    body.low[axis] -= step;
                    body.high[axis] += step;
                }
                let known = |other: &Body| {
                    other.level == beside
                        && other.holds(inside)
                        && (0..self.n)
                            .all(|k| other.low[k] <= point[k] && point[k] <= other.high[k])
                };
                let along = |l: f64| (self.f)(l, &point[..self.n]);
                if seen(i, &body)
                    || tried.iter().any(known)
                    || tried.len() >= BODIES
                    || jump(&along, (level, outside), (beside, inside)).is_none()
                {
                    continue;
                }
                // All of it on its own level, so that the rest of its samples is known.
                let whole = self.grown(body, step);
                found.extend(self.follow(whole.clone(), level));
                tried.push(whole);
            }
        }
        found
    }

    /// The box around a body's sample, widened as far as the body reaches on its level.
    fn grown(&self, mut body: Body, step: f64) -> Body {
        for _ in 0..12 {
            match self.look(&body, body.level) {
                Some(next) => {
                    let wider = (0..self.n)
                        .any(|k| next.high[k] - next.low[k] > 1.1 * (body.high[k] - body.low[k]));
                    body = next;
                    if !wider {
                        break;
                    }
                }
                None => break,
            }
        }
        for k in 0..self.n {
            body.low[k] -= step;
            body.high[k] += step;
        }
        body
    }

    /// The body on another level, if it reaches it.
    fn follow(&self, mut body: Body, target: f64) -> Option<Body> {
        let mut part = 1.0;
        for _ in 0..STEPS {
            let last = part == 1.0;
            let level = if last {
                target
            } else {
                body.level + part * (target - body.level)
            };
            match self.look(&body, level) {
                Some(next) if last => return Some(next),
                Some(next) => {
                    body = next;
                    part = f64::min(1.0, 2.0 * part);
                }
                None if part < LEAST => return None,
                None => part *= 0.5,
            }
        }
        None
    }

    /// The body on a level near its own, by a window around it.
    fn look(&self, body: &Body, level: f64) -> Option<Body> {
        let moved = (level - body.level).abs();
        let samples = WINDOW[self.n - 1];
        let (mut origin, mut step) = ([0.0; 2], [0.0; 2]);
        let ends = body.low.iter().zip(&body.high).take(self.n);
        for ((origin, step), (low, high)) in origin.iter_mut().zip(&mut step).zip(ends) {
            let pad = 0.6 * (high - low) + 4.0 * moved;
            *origin = low - pad;
            *step = (high - low + 2.0 * pad) / (samples - 1) as f64;
        }
        let mut next: Option<Body> = None;
        for i in 0..samples.pow(self.n as u32) {
            let mut point = origin;
            let places = [i % samples, i / samples];
            for ((slot, place), step) in point.iter_mut().zip(places).zip(&step).take(self.n) {
                *slot += place as f64 * step;
            }
            if !body.holds((self.f)(level, &point[..self.n])) {
                continue;
            }
            let found = next.get_or_insert_with(|| Body {
                level,
                low: point,
                high: point,
                point,
                ..body.clone()
            });
            let ends = found.low.iter_mut().zip(&mut found.high);
            for ((low, high), place) in ends.zip(point) {
                *low = low.min(place);
                *high = high.max(place);
            }
        }
        // Up to the first samples outside.
        if let Some(found) = &mut next {
            let ends = found.low.iter_mut().zip(&mut found.high);
            for ((low, high), step) in ends.zip(step) {
                *low -= step;
                *high += step;
            }
        }
        next
    }
}

/// The lines of one plane, with the jumps of those that were looked at.
pub(super) struct Plane<'a> {
    /// f(s, t).
    f: &'a dyn Fn(f64, &[f64]) -> f64,
    extent: f64,
    lines: BTreeMap<Ordered, Vec<f64>>,
}

/// A finite number as a key.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ordered(f64);
impl Eq for Ordered {}
impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl<'a> Plane<'a> {
    /// Looks over the plane of a level; `sections` are the planes beside it, `f` the plane itself.
    pub fn new(sections: &Sections<'_>, level: f64, f: &'a dyn Fn(f64, &[f64]) -> f64) -> Self {
        let mut plane = Self {
            f,
            extent: sections.extent,
            lines: BTreeMap::new(),
        };
        for body in sections.hidden(level, ACROSS) {
            // The sample that was met comes first, and hands its line's jumps to the others.
            let [low, high] = [body.low[0], body.high[0]];
            let places = [body.low[1], body.point[1], body.high[1]];
            plane.line(body.point[0], &places);
            for i in 1..8 {
                plane.line(low + (high - low) * f64::from(i) / 8.0, &[]);
            }
        }
        let axis = grid(plane.extent, ACROSS);
        for &s in axis.iter().chain(axis.iter().rev().skip(1)) {
            // Twice, so that what a line saw reaches those on both sides.
            plane.lines.remove(&Ordered(s));
            plane.line(s, &[]);
        }
        plane
    }

    /// The jumps along the line s, ascending.
    pub fn line(&mut self, s: f64, hints: &[f64]) -> Vec<f64> {
        if let Some(known) = self.lines.get(&Ordered(s)) {
            return known.clone();
        }
        let mut places = grid(self.extent, INNER);
        places.extend_from_slice(hints);
        let g = |t: f64| (self.f)(s, &[t]);
        let mut found = jumps(&g, places.clone());
        let sections = Sections {
            f: self.f,
            n: 1,
            extent: self.extent,
        };
        let before = self.lines.range(..Ordered(s)).next_back();
        let after = self.lines.range(Ordered(s)..).next();
        let mut seen = Vec::new();
        for (Ordered(other), jumps) in [before, after].into_iter().flatten() {
            for pair in jumps.windows(2) {
                let middle = 0.5 * (pair[0] + pair[1]);
                let width = pair[1] - pair[0];
                let body = Body {
                    level: *other,
                    low: [pair[0], 0.0],
                    high: [pair[1], 0.0],
                    point: [middle, 0.0],
                    inside: (self.f)(*other, &[middle]),
                    outside: (self.f)(*other, &[pair[0] - 1e-3 * width]),
                };
                let moved = 2.0 * (s - other).abs() + width;
                let met = found.windows(2).any(|own| {
                    own[0] < pair[1] + moved
                        && own[1] > pair[0] - moved
                        && body.holds(g(0.5 * (own[0] + own[1])))
                });
                if !met && body.inside != body.outside {
                    let next = sections.follow(body, s);
                    seen.extend(next.iter().flat_map(|b| [b.low[0], b.point[0], b.high[0]]));
                }
            }
        }
        if !seen.is_empty() {
            places.extend(seen);
            found = jumps(&g, places);
        }
        self.lines.insert(Ordered(s), found.clone());
        found
    }

    /// Where lines begin or cease to meet something, ascending: between neighbours with different numbers of jumps.
    pub fn changes(&mut self) -> Vec<f64> {
        let known: Vec<(f64, usize)> = self.lines.iter().map(|(s, j)| (s.0, j.len())).collect();
        let mut found = Vec::new();
        for pair in known.windows(2) {
            let ((mut a, mut n), (mut b, m)) = (pair[0], pair[1]);
            let mut m = m;
            while n != m && b - a > 4.0 * f64::EPSILON * self.extent {
                let middle = 0.5 * (a + b);
                if middle <= a || middle >= b {
                    break;
                }
                let count = self.line(middle, &[]).len();
                if count == n {
                    (a, n) = (middle, count);
                } else {
                    (b, m) = (middle, count);
                }
            }
            if n != m {
                found.push(0.5 * (a + b));
            }
        }
        found
    }
}

/// Whether a function jumps anywhere along equally spaced lines through the cube |x_i| ≤ extent.
pub(super) fn anywhere(dim: usize, extent: f64, f: &dyn Fn(&[f64]) -> f64) -> bool {
    let samples = if dim == 2 { 160 } else { 44 };
    let axis = grid(extent, samples);
    (0..samples.pow(dim as u32 - 1)).any(|row| {
        let mut x = [0.0; 3];
        let (i, j) = (row % samples, row / samples);
        // Off the axes of what may be aligned with them.
        (x[1], x[2]) = (axis[i] + 0.31 * extent / samples as f64, axis[j] * 0.997);
        let mut g = |t: f64| {
            x[0] = t;
            f(&x[..dim])
        };
        let values: Vec<f64> = axis.iter().map(|&t| g(t)).collect();
        let steep = values
            .windows(2)
            .map(|p| (p[1] - p[0]).abs())
            .collect::<Vec<_>>();
        let largest = steep.iter().fold(0.0_f64, |m, d| m.max(*d));
        let cell = steep.iter().position(|d| *d == largest && largest > 0.0);
        cell.is_some_and(|i| {
            let cells = std::cell::RefCell::new(g);
            let along = |t: f64| (cells.borrow_mut())(t);
            jump(&along, (axis[i], values[i]), (axis[i + 1], values[i + 1])).is_some()
        })
    })
}

/// Cell centres of [−extent, extent], which no symmetric body has its ends on.
fn grid(extent: f64, samples: usize) -> Vec<f64> {
    let place = |i: usize| extent * ((2 * i + 1) as f64 / samples as f64 - 1.0);
    (0..samples).map(place).collect()
}

/// The jumps between these places.
fn jumps(g: &dyn Fn(f64) -> f64, mut places: Vec<f64>) -> Vec<f64> {
    places.sort_by(f64::total_cmp);
    places.dedup();
    let values: Vec<f64> = places.iter().map(|&t| g(t)).collect();
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let range = finite().fold(f64::NEG_INFINITY, f64::max) - finite().fold(f64::INFINITY, f64::min);
    let ends = places.iter().copied().zip(values.iter().copied());
    let pairs = ends.clone().zip(ends.skip(1));
    pairs
        .filter(|(a, b)| (b.1 - a.1).abs() > FLAT * range)
        .filter_map(|(a, b)| jump(g, a, b))
        .collect()
}

/// The place of a jump between two samples, to the last digit of their distance: the half with the larger difference, again and again. `None` if the
/// difference falls with the distance.
fn jump(g: &dyn Fn(f64) -> f64, a: (f64, f64), b: (f64, f64)) -> Option<f64> {
    let finest = f64::EPSILON * (b.0 - a.0).abs();
    let (mut a, mut b, whole) = (a, b, (b.1 - a.1).abs());
    for halving in 1.. {
        let middle = 0.5 * a.0 + 0.5 * b.0;
        if (middle - a.0) * (b.0 - middle) <= 0.0 || (b.0 - a.0).abs() <= finest {
            break;
        }
        let value = g(middle);
        if (value - a.1).abs() > (value - b.1).abs() {
            b = (middle, value);
        } else {
            a = (middle, value);
        }
        if halving == HALVINGS && (b.1 - a.1).abs() <= 0.4 * whole {
            return None;
        }
    }
    ((b.1 - a.1).abs() > 0.4 * whole).then_some(0.5 * a.0 + 0.5 * b.0)
}
