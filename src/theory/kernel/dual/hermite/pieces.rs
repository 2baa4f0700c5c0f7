//! Coefficients of piecewise polynomials, at any variance without cancellation.

use super::super::taylor::Taylor;
use super::raise;
use crate::model::activation::{ActivationFunction, Parity, PiecewisePolynomial};
use crate::numerics::quadrature::{GaussRule, gauss_legendre};
use crate::numerics::special::{hermite_function_into, normal_pdf};
use crate::numerics::{Estimate, dot};
use std::sync::{Arc, LazyLock};

/// Beyond |x| = 12.5 the square root of the normal density is below 1e−17.
const REACH: f64 = 12.5;
/// Where all Hermite functions in question are 0.
const FAR: f64 = 1e4;
/// Nodes that integrate the density over a panel of length 1, or a Hermite function of that phase, for constants.
const NODES: usize = 8;
/// √n times the length of a panel up to which they resolve the n-th Hermite function.
const PHASE: f64 = 2.5;
/// No Hermite function is larger anywhere: Cramér's 1.0865/(2π)^¼.
const HIGHEST: f64 = 0.69;
/// Up to so many places go through the recurrence one by one.
const FEW: usize = 8;
/// Rounding of the first coefficients, relative to the moduli of their terms.
const ROUNDING: f64 = 1e-15;

/// A piecewise polynomial, ready for its coefficients at any variance.
///
/// # Method
/// With x_z = z/σ the knots, [φ^{(m)}] the jumps there and p the degree, integration by parts gives for n > p
///
/// a_n = Σ_m σ^m Σ_z [φ^{(m)}](z) ϕ(x_z) h_{n−1−m}(x_z)/√(n(n−1)…(n−m)).
///
/// Where pieces are short against the wavelength 1/√n, in units of σ, the knots cancel: there the inner pieces are integrated
/// by Gauss rules and the outer ones alone by parts. The first p + 1 coefficients are integrated by Gauss rules, too, or by parts
/// down to E[φ^{(n)}]. Of two ways that with the smaller error is taken.
#[derive(Clone, Debug)]
pub(in super::super) struct Pieces {
    knots: Vec<f64>,
    pieces: Vec<Taylor>,
    degree: usize,
    /// What every knot contributes by parts.
    jumps: Vec<Jump>,
    /// The same of the outer pieces alone.
    outer: Vec<Jump>,
    parity: Parity,
    rule: Arc<GaussRule>,
}

/// The jump of a derivative.
#[derive(Clone, Copy, Debug)]
struct Jump {
    knot: usize,
    order: usize,
    size: f64,
}

/// a_n for n < count with bounds on their errors; E[φ²] and, steps apart, E[φ′²].
#[derive(Clone, Debug)]
pub(in super::super) struct PieceCoefficients {
    pub(in super::super) values: Vec<f64>,
    pub(in super::super) errors: Vec<f64>,
    pub(in super::super) square: f64,
    pub(in super::super) steep: f64,
}

impl PieceCoefficients {
    pub(in super::super) fn estimates(&self) -> Vec<Estimate> {
        let both = self.values.iter().zip(&self.errors);
        both.map(|(&a, &error)| Estimate::new(a, error)).collect()
    }
}

/// A node of the Gauss rules: its place, its weight with the density, φ there, and its piece.
struct Node {
    x: f64,
    weight: f64,
    value: f64,
    piece: usize,
}

/// What a set of jumps contributes: for every order of derivative a sum for each degree of the Hermite functions, with a bound
/// on its rounding.
struct Sums(Vec<Vec<(f64, f64)>>);

impl Pieces {
    pub(in super::super) fn new(function: &PiecewisePolynomial) -> Self {
        let knots = function.knots().to_vec();
        let degree = function.degree();
        let pieces = function.pieces().iter();
        let pieces: Vec<Taylor> = pieces
            .map(|piece| Taylor::new(piece, piece.centre(), degree))
            .collect();
        let (mut jumps, mut outer) = (Vec::new(), Vec::new());
        for (knot, z) in knots.iter().enumerate() {
            let (first, last) = (knot == 0, knot + 1 == knots.len());
            for order in 0..=degree {
                // Of the function that is 0 between the outermost knots.
                let limit = |outer: bool, piece: usize| match outer {
                    true => pieces[piece].derivative(order, *z).0,
                    false => 0.0,
                };
                let of_outer = match first && last {
                    true => function.jump(knot, order),
                    false => limit(last, knot + 1) - limit(first, knot),
                };
                let jump = |size| Jump { knot, order, size };
                jumps.push(jump(function.jump(knot, order)));
                outer.push(jump(of_outer));
            }
        }
        let parity = function.parity();
        for jumps in [&mut jumps, &mut outer] {
            jumps.retain(|jump| jump.size != 0.0);
            if parity != Parity::None {
                // In the coefficients that are not 0 mirror images contribute alike.
                jumps.retain(|jump| knots[jump.knot] >= 0.0);
                let doubled = jumps.iter_mut().filter(|jump| knots[jump.knot] > 0.0);
                doubled.for_each(|jump| jump.size *= 2.0);
            }
        }
        Self {
            pieces,
            knots,
            degree,
            jumps,
            outer,
            parity,
            rule: gauss_legendre(NODES + degree),
        }
    }

    /// Whether all coefficients beyond its degree are 0.
    pub(in super::super) fn is_polynomial(&self) -> bool {
        self.jumps.is_empty()
    }

    pub(in super::super) fn degree(&self) -> usize {
        self.degree
    }

    /// At variance σ².
    pub(in super::super) fn at(&self, sigma: f64, count: usize) -> PieceCoefficients {
        let (nodes, longest) = self.nodes(sigma);
        let squares = |order| {
            let square = |node: &Node| node.weight * self.derivative(node, order, sigma).0.powi(2);
            nodes.iter().map(square).sum()
        };
        let mut found = PieceCoefficients {
            values: vec![0.0; count],
            errors: vec![0.0; count],
            square: squares(0),
            steep: squares(1),
        };
        let by_rule = match longest > 0.0 {
            true => (PHASE / longest).powi(2) as usize,
            false => 0,
        };
        let by_rule = by_rule.clamp(self.degree, count.max(self.degree));
        let (all, outer) = self.by_parts(sigma, &nodes, by_rule, &mut found);
        self.first(sigma, &nodes, &all, &mut found);
        for n in self.degree + 1..count {
            let (value, error) = all.coefficient(n, sigma, self.degree + 1);
            if n <= by_rule {
                let rest = outer.coefficient(n, sigma, self.degree + 1);
                found.values[n] += rest.0;
                found.errors[n] += rest.1;
            }
            if n > by_rule || error < found.errors[n] {
                (found.values[n], found.errors[n]) = (value, error);
            }
        }
        let vanishing = match self.parity {
            Parity::Even => 1,
            Parity::Odd => 0,
            Parity::None => return found,
        };
        for n in (vanishing..count).step_by(2) {
            (found.values[n], found.errors[n]) = (0.0, 0.0);
        }
        found
    }

    /// A derivative at a node, and the moduli of its terms.
    fn derivative(&self, node: &Node, order: usize, sigma: f64) -> (f64, f64) {
        self.pieces[node.piece].derivative(order, sigma * node.x)
    }

    /// The coefficients up to the degree.
    fn first(&self, sigma: f64, nodes: &[Node], all: &Sums, found: &mut PieceCoefficients) {
        let first = found.values.len().min(self.degree + 1);
        let mut functions = vec![0.0; first];
        for node in nodes {
            // h_n ϕ^{1/2}, and what is left of the weight.
            hermite_function_into(node.x, &mut functions);
            let root = functions.first().copied().unwrap_or(1.0);
            let (value, modulus) = self.derivative(node, 0, sigma);
            for (n, f) in functions.iter().enumerate() {
                let weight = node.weight / root * f;
                found.values[n] += weight * value;
                found.errors[n] += ROUNDING * weight.abs() * modulus;
            }
        }
        // σⁿ/√n!.
        let mut lead = 1.0;
        for n in 1..first {
            lead *= sigma / (n as f64).sqrt();
            let (mut value, mut error) = all.coefficient(n, sigma, n);
            for node in nodes {
                let (slope, modulus) = self.derivative(node, n, sigma);
                value += lead * node.weight * slope;
                error += ROUNDING * lead * node.weight * modulus;
            }
            if error < found.errors[n] {
                (found.values[n], found.errors[n]) = (value, error);
            }
        }
    }

    /// The Gauss rules between knots and integers, and the longest panel of an inner piece, if any.
    fn nodes(&self, sigma: f64) -> (Vec<Node>, f64) {
        // z^{2p}ϕ(z/σ) has its peak at σ√(2p).
        let reach = REACH + (2.0 * self.degree as f64).sqrt();
        let whole = reach.floor() as i64;
        let mut ends: Vec<f64> = self.knots.iter().map(|z| z / sigma).collect();
        ends.extend((-whole..=whole).map(|i| i as f64).chain([-reach, reach]));
        ends.retain(|x| x.abs() <= reach);
        ends.sort_unstable_by(f64::total_cmp);
        let (mut nodes, mut longest) = (Vec::new(), 0.0_f64);
        for pair in ends.windows(2) {
            let (middle, half) = (0.5 * (pair[0] + pair[1]), 0.5 * (pair[1] - pair[0]));
            let piece = self.knots.partition_point(|knot| *knot < sigma * middle);
            let folded = self.parity != Parity::None;
            let seen = !(folded && middle < 0.0);
            if half == 0.0 || !seen || self.pieces[piece].is_zero() {
                continue;
            }
            if self.is_inner(piece) {
                longest = longest.max(2.0 * half);
            }
            for (t, w) in self.rule.nodes.iter().zip(&self.rule.weights) {
                let x = middle + half * t;
                let mut node = Node {
                    x,
                    weight: if folded { 2.0 } else { 1.0 } * half * w * normal_pdf(x),
                    value: 0.0,
                    piece,
                };
                node.value = self.derivative(&node, 0, sigma).0;
                nodes.push(node);
            }
        }
        (nodes, longest)
    }

    fn is_inner(&self, piece: usize) -> bool {
        piece > 0 && piece < self.knots.len()
    }

    /// What all jumps contribute and what those of the outer pieces do; the inner pieces by Gauss rules, from beyond the degree
    /// up to `by_rule`.
    fn by_parts(
        &self,
        sigma: f64,
        nodes: &[Node],
        by_rule: usize,
        found: &mut PieceCoefficients,
    ) -> (Sums, Sums) {
        let count = found.values.len();
        let orders = self.degree + 1;
        let (mut all, mut outer) = (Sums::new(orders, count), Sums::new(orders, count));
        if self.is_polynomial() {
            return (all, outer);
        }
        // Knots and then, as long as they are wanted, nodes of inner pieces.
        let first = self
            .jumps
            .iter()
            .chain(&self.outer)
            .map(|jump| jump.knot)
            .min();
        let first = first.unwrap_or(0);
        let knots = self.knots.len() - first;
        let place = |z: &f64| (z / sigma).clamp(-FAR, FAR);
        let mut places: Vec<f64> = self.knots[first..].iter().map(place).collect();
        let inner = nodes.iter().filter(|node| self.is_inner(node.piece));
        let inner: Vec<&Node> = match by_rule > self.degree {
            true => inner.collect(),
            false => Vec::new(),
        };
        places.extend(inner.iter().map(|node| node.x));
        let root = |x: f64| {
            let mut first = [0.0];
            hermite_function_into(x, &mut first);
            first[0]
        };
        let roots: Vec<f64> = places.iter().map(|&x| root(x)).collect();
        let weights = inner.iter().zip(&roots[knots..]);
        let weights: Vec<f64> = weights
            .map(|(node, root)| node.weight * node.value / root)
            .collect();
        let moduli = HIGHEST * weights.iter().map(|w| w.abs()).sum::<f64>();
        let (mut functions, mut previous) = (roots.clone(), vec![0.0; places.len()]);
        for n in 0..count {
            if n == by_rule + 1 {
                for list in [&mut places, &mut functions, &mut previous] {
                    list.truncate(knots);
                }
            }
            if n > self.degree && n <= by_rule {
                found.values[n] = dot(&weights, &functions[knots..]);
                found.errors[n] = rounding(n) * moduli;
            }
            let at = (&places[..], &roots[..], &functions[..], &previous[..]);
            all.add(n, (&self.jumps, first), at);
            outer.add(n, (&self.outer, first), at);
            // The next degree; many places at once are vector instructions.
            if places.len() > FEW {
                raise(n, &places, &mut previous, &mut functions);
                continue;
            }
            let up = inverse_root(n + 1);
            let down = n as f64 * inverse_root(n) * up;
            for ((p, c), x) in previous.iter_mut().zip(&functions).zip(&places) {
                *p = up * x * c - down * *p;
            }
            std::mem::swap(&mut previous, &mut functions);
        }
        (all, outer)
    }
}

impl Sums {
    fn new(orders: usize, count: usize) -> Self {
        Self(vec![vec![(0.0, 0.0); count]; orders])
    }

    /// The jumps, whose knots are counted from the first, with the n-th Hermite functions at the knots; those of degree n − 1 tell what a rounded place does.
    fn add(
        &mut self,
        n: usize,
        (jumps, first): (&[Jump], usize),
        (places, roots, functions, lower): (&[f64], &[f64], &[f64], &[f64]),
    ) {
        let (rounding, root) = (rounding(n), n as f64 * inverse_root(n));
        for jump in jumps {
            let knot = jump.knot - first;
            let weight = jump.size * roots[knot];
            let (x, f) = (places[knot].abs(), functions[knot].abs());
            let moved = 0.5 * f64::EPSILON * x * (root * lower[knot].abs() + x * f);
            let sum = &mut self.0[jump.order][n];
            sum.0 += weight * functions[knot];
            sum.1 += weight.abs() * (rounding * f + moved);
        }
    }

    /// Σ_{m < orders} σ^m Σ_z [φ^{(m)}](z) ϕ(x_z) h_{n−1−m}(x_z)/√(n(n−1)…(n−m)) and a bound on its rounding.
    fn coefficient(&self, n: usize, sigma: f64, orders: usize) -> (f64, f64) {
        let (mut value, mut error) = (0.0, 0.0);
        let mut factor = 1.0;
        for (m, sums) in self.0.iter().enumerate().take(orders.min(n)) {
            factor *= if m == 0 { 1.0 } else { sigma } * inverse_root(n - m);
            let (sum, bound) = sums[n - 1 - m];
            value += factor * sum;
            error += factor * bound;
        }
        (value, error)
    }
}

/// 1/√n, and 0 for n = 0: a root and a quotient take longer than all else here.
fn inverse_root(n: usize) -> f64 {
    static ROOTS: LazyLock<Vec<f64>> = LazyLock::new(|| {
        let roots = (1..2048).map(|n| 1.0 / f64::from(n).sqrt());
        std::iter::once(0.0).chain(roots).collect()
    });
    ROOTS
        .get(n)
        .copied()
        .unwrap_or_else(|| 1.0 / (n as f64).sqrt())
}

/// The recurrence of the Hermite functions loses about one unit for every few degrees.
fn rounding(n: usize) -> f64 {
    8.0 * f64::EPSILON + 1e-16 * (4.0 + n as f64 / 8.0)
}
