//! Coefficients of piecewise polynomials, at any variance without cancellation.

use super::super::taylor::Taylor;
use super::raise;
use crate::model::activation::{ActivationFunction, Parity, PiecewisePolynomial};
use crate::numerics::quadrature::{GaussRule, gauss_legendre};
use crate::numerics::special::{hermite_function_into, normal_pdf};
use crate::numerics::{Estimate, WideLoop, dot, wide};
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
/// Standard deviations that go together.
pub(in super::super) const LANES: usize = 8;
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

/// Something of several standard deviations: what is done to all alike becomes vector instructions.
type Lanes = [f64; LANES];

/// What a set of jumps contributes: for every order of derivative a sum for each degree of the Hermite functions, with a bound
/// on its rounding.
struct Sums(Vec<Vec<[Lanes; 2]>>);

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

    /// At variance σ².
    pub(in super::super) fn at(&self, sigma: f64, count: usize) -> PieceCoefficients {
        let mut found = self.at_each(&[sigma], count);
        found.swap_remove(0)
    }

    /// At each of these standard deviations: eight together take little longer than one.
    pub(in super::super) fn at_each(&self, sigmas: &[f64], count: usize) -> Vec<PieceCoefficients> {
        let strips = sigmas.chunks(LANES).flat_map(|sigmas| {
            let mut strip = [sigmas[0]; LANES];
            strip[..sigmas.len()].copy_from_slice(sigmas);
            let sums = self.by_parts(&strip, count);
            let each = sigmas.iter().enumerate();
            each.map(|(lane, sigma)| self.put_together(*sigma, count, &sums, lane))
                .collect::<Vec<_>>()
        });
        strips.collect()
    }

    /// From what knots contribute to the coefficients.
    fn put_together(
        &self,
        sigma: f64,
        count: usize,
        (all, outer): &(Sums, Sums),
        lane: usize,
    ) -> PieceCoefficients {
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
        self.first(sigma, &nodes, (all, lane), &mut found);
        let by_rule = match longest > 0.0 && !self.is_polynomial() {
            true => (PHASE / longest).powi(2) as usize,
            false => 0,
        };
        let by_rule = by_rule.min(count.saturating_sub(1));
        self.by_rules(&nodes, by_rule, &mut found);
        for n in self.degree + 1..count {
            let (value, error) = all.coefficient(n, lane, sigma, self.degree + 1);
            if n <= by_rule {
                let rest = outer.coefficient(n, lane, sigma, self.degree + 1);
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
    fn first(
        &self,
        sigma: f64,
        nodes: &[Node],
        (all, lane): (&Sums, usize),
        found: &mut PieceCoefficients,
    ) {
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
            let (mut value, mut error) = all.coefficient(n, lane, sigma, n);
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

    /// What inner pieces contribute beyond the degree, by Gauss rules.
    fn by_rules(&self, nodes: &[Node], highest: usize, found: &mut PieceCoefficients) {
        if highest <= self.degree {
            return;
        }
        let inner = || nodes.iter().filter(|node| self.is_inner(node.piece));
        let places: Vec<f64> = inner().map(|node| node.x).collect();
        let mut functions: Vec<f64> = places.iter().map(|x| root(*x)).collect();
        let weights = inner().zip(&functions);
        let weights: Vec<f64> = weights
            .map(|(node, root)| node.weight * node.value / root)
            .collect();
        let moduli = HIGHEST * weights.iter().map(|w| w.abs()).sum::<f64>();
        let mut previous = vec![0.0; places.len()];
        for n in 0..=highest {
            if n > self.degree {
                found.values[n] = dot(&weights, &functions);
                found.errors[n] = rounding(n) * moduli;
            }
            raise(n, &places, &mut previous, &mut functions);
        }
    }

    /// What all jumps contribute, and what those of the outer pieces do.
    fn by_parts(&self, sigmas: &Lanes, count: usize) -> (Sums, Sums) {
        let orders = self.degree + 1;
        let (mut all, mut outer) = (Sums::new(orders, count), Sums::new(orders, count));
        let places = |z: &f64| sigmas.map(|sigma| (z / sigma).clamp(-FAR, FAR));
        let places: Vec<Lanes> = self.knots.iter().map(places).collect();
        let roots: Vec<Lanes> = places.iter().map(|x| x.map(root)).collect();
        for (jumps, sums) in [(&self.jumps, &mut all), (&self.outer, &mut outer)] {
            if !jumps.is_empty() {
                wide(ByParts {
                    jumps,
                    places: &places,
                    roots: &roots,
                    sums,
                });
            }
        }
        (all, outer)
    }
}

/// √ϕ.
fn root(x: f64) -> f64 {
    let mut first = [0.0];
    hermite_function_into(x, &mut first);
    first[0]
}

/// The jumps with all Hermite functions at their knots.
struct ByParts<'a> {
    jumps: &'a [Jump],
    places: &'a [Lanes],
    roots: &'a [Lanes],
    sums: &'a mut Sums,
}

impl WideLoop for ByParts<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let count = self.sums.0.first().map_or(0, Vec::len);
        let inverse_roots: Vec<f64> = (0..=count).map(inverse_root).collect();
        for jumps in self.jumps.chunk_by(|a, b| a.knot == b.knot) {
            let knot = jumps[0].knot;
            let (x, root) = (&self.places[knot], &self.roots[knot]);
            let (mut function, mut previous): (Lanes, Lanes) = (*root, [0.0; LANES]);
            for (n, pair) in inverse_roots.windows(2).enumerate() {
                let (up, own, rounding) = (pair[1], n as f64 * pair[0], rounding(n));
                // ϕ^{1/2} times the n-th function, and what its rounding and that of x make of it, of which that of degree
                // n − 1 tells the slope.
                let (mut value, mut bound): (Lanes, Lanes) = ([0.0; LANES], [0.0; LANES]);
                for l in 0..LANES {
                    let (x, f) = (x[l].abs(), function[l].abs());
                    let moved = 0.5 * f64::EPSILON * x * (own * previous[l].abs() + x * f);
                    value[l] = root[l] * function[l];
                    bound[l] = root[l] * (rounding * f + moved);
                }
                for jump in jumps {
                    let sum = &mut self.sums.0[jump.order][n];
                    for l in 0..LANES {
                        sum[0][l] += jump.size * value[l];
                        sum[1][l] += jump.size.abs() * bound[l];
                    }
                }
                for l in 0..LANES {
                    let next = up * (x[l] * function[l] - own * previous[l]);
                    (previous[l], function[l]) = (function[l], next);
                }
            }
        }
    }
}

impl Sums {
    fn new(orders: usize, count: usize) -> Self {
        Self(vec![vec![[[0.0; LANES]; 2]; count]; orders])
    }

    /// Σ_{m < orders} σ^m Σ_z [φ^{(m)}](z) ϕ(x_z) h_{n−1−m}(x_z)/√(n(n−1)…(n−m)) and a bound on its rounding.
    fn coefficient(&self, n: usize, lane: usize, sigma: f64, orders: usize) -> (f64, f64) {
        let (mut value, mut error) = (0.0, 0.0);
        let mut factor = 1.0;
        for (m, sums) in self.0.iter().enumerate().take(orders.min(n)) {
            factor *= if m == 0 { 1.0 } else { sigma } * inverse_root(n - m);
            let [sum, bound] = &sums[n - 1 - m];
            value += factor * sum[lane];
            error += factor * bound[lane];
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
#[inline(always)]
fn rounding(n: usize) -> f64 {
    8.0 * f64::EPSILON + 1e-16 * (4.0 + n as f64 / 8.0)
}
