//! The mean of one pre-activation given the other.

use super::super::taylor::Taylor;
use super::lanes::{LANES, Lanes, Values, add, horner, times};
use super::piece::Node;
use super::{Composite, FAR, SHORT};
use crate::numerics::special::branchless::{exp_minus_half_square, normal_pdf_and_cdf};

/// Of a knot in standard deviations from the mean: the density, and the mass on its far side from there.
#[derive(Clone, Copy)]
struct Edge {
    z: Lanes,
    density: Lanes,
    tail: Lanes,
}

impl Edge {
    const NONE: Self = Self {
        z: [0.0; LANES],
        density: [0.0; LANES],
        tail: [0.0; LANES],
    };
}

/// What is allocated once.
#[derive(Default)]
pub(super) struct Scratch {
    edges: Vec<Edge>,
    /// Coefficients about the mean, and their moduli.
    about: Vec<[Lanes; 2]>,
}

impl Composite {
    /// The Gauss rule for a piece this short, if it is.
    #[inline(always)]
    fn rule(&self, piece: usize, t: f64) -> Option<&[Node]> {
        let rules = self.rules.get(piece.checked_sub(1)?)?;
        let length = self.knots[piece] - self.knots[piece - 1];
        let mut rules = SHORT.iter().zip(rules);
        rules.find_map(|((longest, _), rule)| (length <= longest * t).then_some(&rule[..]))
    }

    /// E[φ(v)] and E[φ′(v)], deltas apart, for v ~ N(m, t²), followed so many standard deviations.
    #[inline(always)]
    pub(super) fn mean(&self, m: &Lanes, (t, reach): (f64, f64), scratch: &mut Scratch) -> Values {
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

/// A polynomial and its derivative.
#[inline(always)]
pub(super) fn of_piece(piece: &Taylor, z: &Lanes) -> Values {
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
