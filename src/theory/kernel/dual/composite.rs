//! Piecewise polynomials by composite Gauss rules along one pre-activation, the mean of the other in closed form.

use super::taylor::Taylor;
use super::{Covariance, DualValue};
use crate::model::activation::PiecewisePolynomial;
use crate::numerics::quadrature::{GaussRule, gauss_legendre};
use crate::numerics::special::branchless::{exp_minus_half_square, normal_pdf_and_cdf};
use crate::numerics::special::{Correlation, normal_pdf};
use crate::numerics::{Estimate, WideLoop, wide};
use std::f64::consts::PI;
use std::sync::Arc;

/// Beyond |x| = 9.5 the normal law has 2e−21 of its mass.
const REACH: f64 = 9.5;
/// Beyond this its density is below the smallest double.
const FAR: f64 = 38.5;
/// Panels have at most this length, in standard deviations, over which the logarithm of the density changes by [`FALL`] at most.
const STEP: f64 = 4.5;
const FALL: f64 = 24.0;
/// Nodes that integrate the normal density, or its distribution function, over such a panel to 1e−17, for constants.
const NODES: usize = 21;
/// The ends of panels about a knot of the other pre-activation, in its conditional standard deviations; closer together than
/// the last in the same units, one will do.
const ABOUT: [f64; 2] = [2.25, 9.0];
const CLOSE: f64 = 0.5;
/// Pieces up to so many conditional standard deviations long are integrated by Gauss rules of so many nodes, for constants.
const SHORT: [(f64, usize); 3] = [(0.25, 6), (1.0, 10), (2.0, 14)];
/// Rounding, relative to the moduli of what is summed, and of places, relative to what that moves.
const ROUNDING: f64 = 2e-15;
const MOVED: f64 = 2.0 * f64::EPSILON;
/// Nodes that go together.
const LANES: usize = 8;

type Lanes = [f64; LANES];

/// φ and φ′, or means of them, at several places, with the moduli of what they are sums of.
#[derive(Clone, Copy, Default)]
struct Values {
    value: Lanes,
    slope: Lanes,
    modulus: Lanes,
    steepness: Lanes,
}

/// Of a knot in standard deviations from the mean: the density, and the mass on its far side from there.
#[derive(Clone, Copy)]
struct Edge {
    z: Lanes,
    density: Lanes,
    tail: Lanes,
}

/// A node of the Gauss rule of a piece between two knots: its place, its weight, φ and φ′ there and their moduli.
#[derive(Clone, Debug)]
struct Node {
    at: f64,
    weight: f64,
    value: (f64, f64),
    slope: (f64, f64),
}

/// A piece about its ends, its middle and, if it is there, 0: next to one of these it cancels least.
#[derive(Clone, Debug)]
struct Piece(Vec<Taylor>);

impl Piece {
    fn of_each(function: &PiecewisePolynomial) -> Vec<Self> {
        let knots = function.knots();
        let each = function.pieces().iter().enumerate().map(|(i, piece)| {
            let ends = [i.checked_sub(1).and_then(|k| knots.get(k)), knots.get(i)];
            let mut centres: Vec<f64> = ends.into_iter().flatten().copied().collect();
            if let [from, to] = centres[..] {
                centres.push(0.5 * (from + to));
            }
            if ends[0].is_none_or(|z| *z < 0.0) && ends[1].is_none_or(|z| *z > 0.0) {
                centres.push(0.0);
            }
            let about = |at: &f64| Taylor::new(piece, *at, function.degree());
            Self(centres.iter().map(about).collect())
        });
        each.collect()
    }

    /// About the centre next to z.
    #[inline(always)]
    fn near(&self, z: f64) -> &Taylor {
        let mut nearest = &self.0[0];
        for other in &self.0[1..] {
            if (other.terms().0 - z).abs() < (nearest.terms().0 - z).abs() {
                nearest = other;
            }
        }
        nearest
    }

    fn is_zero(&self) -> bool {
        self.0[0].is_zero()
    }

    fn is_constant(&self) -> bool {
        self.0[0].is_constant()
    }
}

/// A piecewise polynomial, ready for [`Composite::dual`].
///
/// # Method
/// E[φ(u)φ(v)] = ∫ φ(s₁x) E[φ(v) | u = s₁x] ϕ(x) dx: between the knots of u, and cut where the conditional mean passes those of v,
/// the integrand is a polynomial times normal densities and distribution functions, which Gauss rules of a fixed degree integrate
/// to rounding. The mean over a piece of v is a sum of truncated moments, or a Gauss rule if the piece is short. Nothing
/// cancels but polynomials within a piece.
#[derive(Clone, Debug)]
pub(super) struct Composite {
    knots: Vec<f64>,
    pieces: Vec<Piece>,
    /// The Gauss rules of the pieces between two knots, as in [`SHORT`].
    rules: Vec<[Vec<Node>; SHORT.len()]>,
    /// The jumps of φ and φ′ at every knot.
    jumps: Vec<(f64, f64)>,
    degree: usize,
    rule: Arc<GaussRule>,
}

impl Composite {
    pub(super) fn new(function: &PiecewisePolynomial) -> Self {
        let knots = function.knots().to_vec();
        let degree = function.degree();
        let pieces = Piece::of_each(function);
        let rule = gauss_legendre((NODES + degree).next_multiple_of(LANES));
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
            rule,
        }
    }

    /// E[φ(u)φ(v)] and E[φ′(u)φ′(v)] for (u, v) with these means, both variances > 0.
    pub(super) fn dual(&self, covariance: &Covariance, means: (f64, f64)) -> DualValue {
        let one = (means.0, covariance.q11.sqrt());
        let two = (means.1, covariance.q22.sqrt());
        let of = |u, v| Along {
            of: self,
            u,
            v,
            rho: covariance.correlation,
        };
        // The smaller variance outside: what is far out is so for u first.
        let (along, across) = match one.1 <= two.1 {
            true => (of(one, two), of(two, one)),
            false => (of(two, one), of(one, two)),
        };
        let panels = along.panels();
        let mut found = wide(Sum {
            along: &along,
            panels: &panels,
        });
        for along in [&along, &across] {
            wide(Knots {
                along,
                found: &mut found,
            });
        }
        let knots = || self.knots.iter().zip(&self.jumps);
        for (one, (of_one, _)) in knots().filter(|knot| knot.1.0 != 0.0) {
            for (two, (of_two, _)) in knots().filter(|knot| knot.1.0 != 0.0) {
                let (h, k) = (along.standard(*one), across.standard(*two));
                let both = crossing(h, k, along.rho);
                if both.value != 0.0 {
                    let weight = of_one * of_two / (along.u.1 * along.v.1);
                    found.derivative = found.derivative + both * weight;
                }
            }
        }
        found
    }

    /// The Gauss rule for a piece this short, if it is.
    #[inline(always)]
    fn rule(&self, piece: usize, t: f64) -> Option<&[Node]> {
        let rules = self.rules.get(piece.checked_sub(1)?)?;
        let length = self.knots[piece] - self.knots[piece - 1];
        let mut rules = SHORT.iter().zip(rules);
        rules.find_map(|((longest, _), rule)| (length <= longest * t).then_some(&rule[..]))
    }

    /// Whether φ is continuous.
    pub(super) fn is_continuous(&self) -> bool {
        self.jumps.iter().all(|(step, _)| *step == 0.0)
    }

    fn piece_at(&self, z: f64) -> &Piece {
        &self.pieces[self.knots.partition_point(|knot| *knot < z)]
    }
}

fn nodes(rule: &GaussRule, ends: &[f64], piece: &Piece) -> Vec<Node> {
    let (middle, half) = (0.5 * (ends[0] + ends[1]), 0.5 * (ends[1] - ends[0]));
    let node = |(x, w): (&f64, &f64)| {
        let at = middle + half * x;
        Node {
            at,
            weight: half * w / (2.0 * PI).sqrt(),
            value: piece.near(at).derivative(0, at),
            slope: piece.near(at).derivative(1, at),
        }
    };
    rule.nodes.iter().zip(&rule.weights).map(node).collect()
}

/// One pre-activation along which the other is averaged, as means and standard deviations.
struct Along<'a> {
    of: &'a Composite,
    u: (f64, f64),
    v: (f64, f64),
    rho: Correlation,
}

impl Along<'_> {
    /// z in standard deviations of u.
    fn standard(&self, z: f64) -> f64 {
        (z - self.u.0) / self.u.1
    }

    /// The standard deviation of v given u, and how many of them v is followed.
    fn conditional(&self) -> (f64, f64) {
        let across = Self {
            u: self.v,
            v: self.u,
            ..*self
        };
        (self.v.1 * self.rho.sine(), across.reach())
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

    /// The ends of the panels of x, ascending.
    fn panels(&self) -> Vec<f64> {
        let reach = self.reach();
        let knots = &self.of.knots;
        let mut ends: Vec<f64> = knots.iter().map(|z| self.standard(*z)).collect();
        let mut x = 0.0;
        while x < reach {
            ends.extend([x, -x]);
            x += STEP.min(FALL / x);
        }
        ends.extend([reach, -reach]);
        let (slope, width) = (self.rho.rho(), self.rho.sine() / self.rho.rho().abs());
        let mut last = f64::INFINITY;
        for z in knots {
            let centre = (z - self.v.0) / (slope * self.v.1);
            if width == 0.0 {
                ends.push(centre);
            } else if width < 1.0 && (centre - last).abs() > CLOSE * width {
                let about = ABOUT.iter().flat_map(|d| [-d, *d]);
                ends.extend(about.map(|d| centre + d * width));
                last = centre;
            }
        }
        ends.retain(|x| x.abs() <= reach);
        ends.sort_unstable_by(f64::total_cmp);
        ends.dedup();
        ends
    }
}

/// The integral along u.
struct Sum<'a> {
    along: &'a Along<'a>,
    panels: &'a [f64],
}

impl WideLoop for Sum<'_> {
    type Output = DualValue;

    #[inline(always)]
    fn call(self) -> DualValue {
        let Along { of, u, v, rho } = self.along;
        let t = self.along.conditional();
        let mut scratch = Scratch::default();
        let mut sum = Values::default();
        let nodes = of.rule.nodes.as_chunks::<LANES>().0;
        let weights = of.rule.weights.as_chunks::<LANES>().0;
        for ends in self.panels.windows(2) {
            let (middle, half) = (0.5 * (ends[0] + ends[1]), 0.5 * (ends[1] - ends[0]));
            let piece = of.piece_at(u.0 + u.1 * middle);
            if half == 0.0 || piece.is_zero() {
                continue;
            }
            for (nodes, weights) in nodes.iter().zip(weights) {
                let (mut at, mut mean, mut weight) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
                for l in 0..LANES {
                    let x = half.mul_add(nodes[l], middle);
                    weight[l] = half / (2.0 * PI).sqrt() * weights[l] * exp_minus_half_square(x);
                    at[l] = u.0 + u.1 * x;
                    mean[l] = v.0 + v.1 * rho.rho() * x;
                }
                let own = of_piece(piece.near(u.0 + u.1 * middle), &at);
                let other = of.mean(&mean, t, &mut scratch);
                let weighted = |of: &Lanes| times(&weight, of);
                add(&mut sum.value, &weighted(&own.value), &other.value);
                add(&mut sum.slope, &weighted(&own.slope), &other.slope);
                add(&mut sum.modulus, &weighted(&own.modulus), &other.modulus);
                add(
                    &mut sum.steepness,
                    &weighted(&own.steepness),
                    &other.steepness,
                );
            }
        }
        let all = |lanes: &Lanes| lanes.iter().sum::<f64>();
        DualValue {
            nngp: Estimate::new(all(&sum.value), ROUNDING * all(&sum.modulus)),
            derivative: Estimate::new(all(&sum.slope), ROUNDING * all(&sum.steepness)),
        }
    }
}

/// The density ϕ₂(h, k; ρ) of standard normal (U, V); at |ρ| = 1 that of two lines: 0, or infinite where they meet.
fn crossing(h: f64, k: f64, rho: Correlation) -> Estimate {
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
struct Knots<'a> {
    along: &'a Along<'a>,
    found: &'a mut DualValue,
}

impl WideLoop for Knots<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Along { of, u, v, rho } = self.along;
        let t = self.along.conditional();
        let mut scratch = Scratch::default();
        let DualValue { nngp, derivative } = self.found;
        for (knots, jumps) in of.knots.chunks(LANES).zip(of.jumps.chunks(LANES)) {
            let mut mean = [0.0; LANES];
            for (mean, knot) in mean.iter_mut().zip(knots) {
                *mean = v.0 + v.1 * rho.rho() * self.along.standard(*knot);
            }
            let other = of.mean(&mean, t, &mut scratch);
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
                    let weight = step * density / u.1;
                    let error = (ROUNDING + MOVED * h * h) * (weight * other.steepness[l]).abs();
                    *derivative = *derivative + Estimate::new(weight * other.slope[l], error);
                }
            }
        }
    }
}

/// What is allocated once.
#[derive(Default)]
struct Scratch {
    edges: Vec<Edge>,
    /// Coefficients about the mean, and their moduli.
    about: Vec<[Lanes; 2]>,
}

impl Composite {
    /// E[φ(v)] and E[φ′(v)], deltas apart, for v ~ N(m, t²), followed so many standard deviations.
    #[inline(always)]
    fn mean(&self, m: &Lanes, (t, reach): (f64, f64), scratch: &mut Scratch) -> Values {
        let knots = &self.knots;
        if t == 0.0 {
            return self.limits(m);
        }
        let (least, most) = m.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |e, m| {
            (e.0.min(*m), e.1.max(*m))
        });
        let first = knots.partition_point(|z| *z < least - reach * t);
        let last = knots.partition_point(|z| *z <= most + reach * t).max(first);
        let Scratch { edges, about } = scratch;
        edges.clear();
        for knot in &knots[first..last] {
            let z = m.map(|m| ((knot - m) / t).clamp(-2.0 * FAR, 2.0 * FAR));
            let mut edge = Edge { z, ..Edge::NONE };
            for (l, z) in z.iter().enumerate() {
                (edge.density[l], edge.tail[l]) = normal_pdf_and_cdf(-z.abs());
            }
            edges.push(edge);
        }
        let mut sum = Values::default();
        for i in first..=last {
            let piece = &self.pieces[i];
            if piece.is_zero() {
                continue;
            }
            let low = i.checked_sub(first + 1).and_then(|k| edges.get(k));
            let high = edges.get(i - first);
            match self.rule(i, t) {
                Some(rule) => by_rule(rule, m, t, &mut sum),
                None => by_parts(piece.near(m[0]), (m, t), (low, high), about, &mut sum),
            }
        }
        sum
    }

    /// φ and φ′ themselves, at knots the means of their limits.
    #[inline(always)]
    fn limits(&self, z: &Lanes) -> Values {
        let mut found = Values::default();
        for (l, z) in z.iter().enumerate() {
            let left = self.knots.partition_point(|knot| knot < z);
            let right = self.knots.partition_point(|knot| knot <= z);
            for piece in [&self.pieces[left], &self.pieces[right]] {
                let ((value, modulus), (slope, steepness)) = (
                    piece.near(*z).derivative(0, *z),
                    piece.near(*z).derivative(1, *z),
                );
                found.value[l] += 0.5 * value;
                found.slope[l] += 0.5 * slope;
                found.modulus[l] += 0.5 * modulus;
                found.steepness[l] += 0.5 * steepness;
            }
        }
        found
    }
}

impl Edge {
    const NONE: Self = Self {
        z: [0.0; LANES],
        density: [0.0; LANES],
        tail: [0.0; LANES],
    };
}

// One array after another: side by side they would be shuffled.

/// sum += ab.
#[inline(always)]
fn add(sum: &mut Lanes, a: &Lanes, b: &Lanes) {
    *sum = horner(a, b, sum);
}

/// ab.
#[inline(always)]
fn times(a: &Lanes, b: &Lanes) -> Lanes {
    let mut product = [0.0; LANES];
    for l in 0..LANES {
        product[l] = a[l] * b[l];
    }
    product
}

/// ab + c.
#[inline(always)]
fn horner(a: &Lanes, b: &Lanes, c: &Lanes) -> Lanes {
    let mut sum = [0.0; LANES];
    for l in 0..LANES {
        sum[l] = a[l].mul_add(b[l], c[l]);
    }
    sum
}

/// A polynomial and its derivative.
#[inline(always)]
fn of_piece(piece: &Taylor, z: &Lanes) -> Values {
    let mut found = Values::default();
    let (at, coefficients) = piece.terms();
    let y = z.map(|z| z - at);
    let size = y.map(f64::abs);
    for c in coefficients.iter().rev() {
        found.slope = horner(&found.slope, &y, &found.value);
        found.value = horner(&found.value, &y, &[*c; LANES]);
        found.steepness = horner(&found.steepness, &size, &found.modulus);
        found.modulus = horner(&found.modulus, &size, &[c.abs(); LANES]);
    }
    found
}

/// The mean over a short piece.
#[inline(always)]
fn by_rule(rule: &[Node], m: &Lanes, t: f64, sum: &mut Values) {
    let inverse = 1.0 / t;
    for node in rule {
        let mut weight = [0.0; LANES];
        for l in 0..LANES {
            weight[l] = node.weight * inverse * exp_minus_half_square((node.at - m[l]) * inverse);
        }
        add(&mut sum.value, &[node.value.0; LANES], &weight);
        add(&mut sum.slope, &[node.slope.0; LANES], &weight);
        add(&mut sum.modulus, &[node.value.1; LANES], &weight);
        add(&mut sum.steepness, &[node.slope.1; LANES], &weight);
    }
}

/// The mean over a piece: its coefficients about the mean times E[Zʲ; low < Z < high] = (j−1)E[Zʲ⁻²; …] + lowʲ⁻¹ϕ(low) − highʲ⁻¹ϕ(high).
#[inline(always)]
fn by_parts(
    piece: &Taylor,
    (m, t): (&Lanes, f64),
    (low, high): (Option<&Edge>, Option<&Edge>),
    about: &mut Vec<[Lanes; 2]>,
    sum: &mut Values,
) {
    let (at, coefficients) = piece.terms();
    about.clear();
    about.extend(coefficients.iter().map(|c| [[*c; LANES], [c.abs(); LANES]]));
    let shift = m.map(|m| m - at);
    let size = shift.map(f64::abs);
    for i in 0..about.len() {
        for j in (i..about.len() - 1).rev() {
            let [above, moduli] = about[j + 1];
            let [own, modulus] = &mut about[j];
            add(own, &shift, &above);
            add(modulus, &size, &moduli);
        }
    }
    let (is_low, is_high) = (low.is_some(), high.is_some());
    let (low, high) = (low.unwrap_or(&Edge::NONE), high.unwrap_or(&Edge::NONE));
    // The last two moments, and those of |Z|.
    let (mut moment, mut before) = ([0.0; LANES], [0.0; LANES]);
    let (mut modulus, mut earlier) = ([0.0; LANES], [0.0; LANES]);
    for l in 0..LANES {
        let (above, below) = (is_low && low.z[l] > 0.0, is_high && high.z[l] < 0.0);
        let inside = 1.0 - low.tail[l] - high.tail[l];
        let outside = low.tail[l] - high.tail[l];
        moment[l] = match (above, below) {
            (true, _) => outside,
            (_, true) => -outside,
            _ => inside,
        };
        modulus[l] = match (above, below) {
            (true, _) => low.tail[l],
            (_, true) => high.tail[l],
            _ => 1.0,
        };
    }
    let (mut at_low, mut at_high) = (low.density, high.density);
    let mut power = 1.0;
    for (j, c) in about.iter().enumerate() {
        let next = about.get(j + 1);
        let own = |moment: &Lanes| moment.map(|m| power * m);
        add(&mut sum.value, &c[0], &own(&moment));
        add(&mut sum.modulus, &c[1], &own(&modulus));
        if let Some(next) = next {
            // φ′ has the j-th coefficient (j+1)c_{j+1}.
            let own = |moment: &Lanes| moment.map(|m| (j + 1) as f64 * power * m);
            add(&mut sum.slope, &next[0], &own(&moment));
            add(&mut sum.steepness, &next[1], &own(&modulus));
            let order = [j as f64; LANES];
            let (mut edges, mut sizes) = ([0.0; LANES], [0.0; LANES]);
            for l in 0..LANES {
                edges[l] = at_low[l] - at_high[l];
                sizes[l] = at_low[l].abs() + at_high[l].abs();
            }
            (before, moment) = (moment, horner(&order, &before, &edges));
            (earlier, modulus) = (modulus, horner(&order, &earlier, &sizes));
            at_low = times(&at_low, &low.z);
            at_high = times(&at_high, &high.z);
        }
        power *= t;
    }
}

#[cfg(test)]
mod tests {
    use super::super::closed::ClosedForm;
    use super::super::quadrature;
    use super::*;
    use crate::model::Activation;
    use crate::model::activation::Family;

    /// Steps, mixed orders of jumps, knots 1e−6 apart, a piece that is 0 where the mass is.
    const HARD: [&str; 4] = [
        "piecewise:knots=0.5/0.5000009536743164/0.5000019073486328,pieces=-2.0/-2.5_1.0/-1.8749988079071045_-0.25/-2.87500262260437_1.75",
        "piecewise:knots=3.0,pieces=1.25_-1.0_-0.75_-1.75/0.5_1.75",
        "piecewise:knots=-1/0/0.3/2,pieces=1/0_1/0.3_0_1/2_0_0_-1/0_0_0.5",
        "hat",
    ];

    #[test]
    fn agrees_with_adaptive_quadrature() {
        for name in HARD {
            let activation = Activation::parse(name).unwrap();
            let Family::PiecewisePolynomial(function) = activation.family() else {
                panic!("{name}");
            };
            let closed = ClosedForm::of(&activation);
            let composite = Composite::new(function);
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
                        let found = composite.dual(&covariance, means);
                        let other =
                            quadrature::dual(&activation, closed.as_ref(), &covariance, means);
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
}
