//! Activations that reach linear tails fast: a comparator whose dual activations are closed, and a remainder of
//! short range whatever the variance.

use super::error_function::Noisy;
use super::homogeneous::half_moments;
use super::{Covariance, DualValue};
use crate::model::{Activation, activation::Remainder};
use crate::numerics::Estimate;
use crate::numerics::quadrature::{GaussRule, gauss_hermite, gauss_legendre};
use crate::numerics::special::branchless::{exp, normal_pdf_and_cdf};
use crate::numerics::special::normal_pdf;
use crate::numerics::{dot, wide};
use std::f64::consts::PI;

/// Nodes of a panel: of the answer, and of the coarser one it is compared with.
const NODES: [usize; 2] = [16, 12];
/// Steps of the trapezoidal rule in standard deviations, of both.
const STEPS: [f64; 2] = [0.5, 0.6];
/// A panel is short enough when its last Legendre coefficients are below this part of the largest value.
const RESOLVED: f64 = 1e-7;
/// A remainder this small is none.
const DROWNED: f64 = 1e-15;
/// The most panels, and the farthest horizon.
const PANELS: usize = 400;
const FARTHEST: f64 = 1e3;
/// Beyond 8.5 standard deviations the normal law has 2e−17 of its mass.
pub(super) const REACH: f64 = 8.5;
/// Panels over a normal density have at most this many standard deviations.
const LENGTH: f64 = 2.0;
/// A trapezoidal rule over a normal law of this many panels' width has all digits.
const NARROW: f64 = 0.5;
/// What [`RESOLVED`] leaves of an integral against a smooth density, whose own coefficients fall as fast.
const MESH: f64 = 1e-13;
/// A Gauss–Hermite rule suffices below this many panels' width, by so many nodes.
const TINY: f64 = 0.1;
const HERMITE: [usize; 2] = [10, 8];
/// Where something bends like a normal distribution function of this width, panels end at these multiples of it.
const BEND: [f64; 5] = [1.0, 2.5, 4.5, 7.0, 10.0];
/// Below this variance c and g may cancel, and the size is that of φ: the panels reach over the whole law.
const NARROW_LAW: f64 = 0.1;
/// A landmark this narrow is treated like a kink, beside what is wider.
const STEEP: f64 = 0.05;
/// Rounding, relative to what is added up.
const ROUNDING: f64 = 1e-14;

/// φ = c + g: with p the left tail for z < 0 and the right tail for z > 0, c(z) = E[p(z + n)], n ~ N(0, 1), so that c
/// seen through further noise is closed and E[c(u)c(v)] are quadrant moments; g vanishes beyond a horizon.
#[derive(Clone, Debug)]
pub(super) struct ShortRange {
    activation: Activation,
    /// (constant, slope).
    left: (f64, f64),
    right: (f64, f64),
    /// Kinks and steep places.
    kinks: Vec<f64>,
    /// The ends of panels on which g and g′ are resolved.
    edges: Vec<f64>,
    /// The shortest of them.
    shortest: f64,
    /// How far φ′ is from what φ gains over a panel, relatively: the noise of slopes that are differences, or of steep φ whose
    /// arguments are rounded.
    noise: f64,
}

/// A value and a slope.
type Both = [f64; 2];

/// Quadrature nodes with weights and [g, g′].
struct Nodes {
    at: Vec<f64>,
    weights: Vec<f64>,
    remainder: Vec<Both>,
}

impl ShortRange {
    /// The activation so split, if its tails are linear and reached fast and a mesh resolves what remains.
    pub(super) fn of(activation: &Activation) -> Option<Self> {
        let tails = activation.tails();
        let fast = matches!(
            tails.remainder,
            Remainder::Zero { .. } | Remainder::Exponential { .. }
        );
        if !fast || tails.left.len().max(tails.right.len()) > 2 {
            return None;
        }
        let line = |tail: &[f64]| {
            let at = |j: usize| tail.get(j).copied().unwrap_or(0.0);
            (at(0), at(1))
        };
        let kinks = activation.kinks().into_iter().map(|k| k.at);
        let steep = activation.landmarks().into_iter();
        let steep = steep.filter(|p| p.scale < STEEP);
        let mut found = Self {
            activation: activation.clone(),
            left: line(&tails.left),
            right: line(&tails.right),
            kinks: kinks.chain(steep.map(|p| p.at)).collect(),
            edges: Vec::new(),
            shortest: f64::INFINITY,
            noise: 0.0,
        };
        found.mesh()?;
        Some(found)
    }

    /// D = right − left tail, and the jumps of its constant and slope.
    fn jump(&self) -> (f64, f64) {
        (self.right.0 - self.left.0, self.right.1 - self.left.1)
    }

    /// [g, g′], each half subtracting its own tail first.
    fn remainder(&self, z: f64) -> Both {
        let (value, slope) = self.activation.value_and_derivative(z);
        let (b, a) = self.jump();
        let (tail, side) = if z > 0.0 {
            (self.right, 1.0)
        } else {
            (self.left, -1.0)
        };
        let (density, other) = normal_pdf_and_cdf(-z.abs());
        [
            (value - (tail.0 + tail.1 * z)) + side * (b + a * z) * other - a * density,
            (slope - tail.1) + side * a * other - b * density,
        ]
    }

    /// E[c(x + τZ)] and E[c′(x + τZ)].
    fn comparator(&self, x: f64, tau: f64) -> Both {
        let std = 1.0_f64.hypot(tau);
        let t = x / std;
        let (density, above) = normal_pdf_and_cdf(t);
        let below = normal_pdf_and_cdf(-t).1;
        let (right, left) = (self.right, self.left);
        let (b, a) = self.jump();
        [
            right.0 * above
                + left.0 * below
                + x * (right.1 * above + left.1 * below)
                + a * std * density,
            right.1 * above + left.1 * below + b * density / std,
        ]
    }

    /// E[c(u)c(v)] and E[c′(u)c′(v)].
    fn comparators(&self, covariance: &Covariance) -> Both {
        let noisy = Noisy::new(covariance, 1.0);
        let r = noisy.correlation();
        let (same, opposite) = (half_moments(1, 1, r), half_moments(1, 1, -r));
        // In |U|.
        let right = [self.right.0, self.right.1];
        let left = [self.left.0, -self.left.1];
        let mut value = 0.0;
        for (i, (same, opposite)) in same.iter().zip(&opposite).enumerate() {
            for (j, (same, opposite)) in same.iter().zip(opposite).enumerate() {
                let scale = noisy.one.powi(i as i32) * noisy.two.powi(j as i32);
                value += scale
                    * ((right[i] * right[j] + left[i] * left[j]) * same
                        + (right[i] * left[j] + left[i] * right[j]) * opposite);
            }
        }
        let (a, b) = (self.right.1, self.left.1);
        let step = self.jump().0;
        let beside = normal_pdf(0.0) * (1.0 / noisy.one + 1.0 / noisy.two);
        let slope = (a * a + b * b) * same[0][0]
            + 2.0 * a * b * opposite[0][0]
            + step * 0.5 * (a + b) * beside
            + step * step / (2.0 * PI * noisy.root);
        [value, slope]
    }

    /// Finds the horizon and the panels.
    fn mesh(&mut self) -> Option<()> {
        let drowned = |z: f64| {
            [z, -z].iter().all(|&z| {
                let tail = if z > 0.0 { self.right } else { self.left };
                let size = tail.0.abs() + (tail.1 * z).abs();
                let [g, slope] = self.remainder(z);
                g.abs() <= 4.0 * f64::EPSILON * size + DROWNED
                    && slope.abs() <= 4.0 * f64::EPSILON * tail.1.abs() + DROWNED
            })
        };
        let landmarks = self.activation.landmarks();
        let kinks = self.kinks.iter().copied();
        let mut horizon = kinks.clone().fold(9.0, |m: f64, z| m.max(1.1 * z.abs()));
        while !(drowned(horizon) && drowned(1.1 * horizon) && drowned(1.31 * horizon)) {
            horizon *= 1.05;
            if horizon.is_nan() || horizon > FARTHEST {
                return None;
            }
        }
        let mut edges: Vec<f64> = vec![0.0, -horizon, horizon];
        edges.extend(kinks);
        let mut z = 1.0;
        while z < horizon {
            edges.extend([z, -z]);
            z *= 2.0;
        }
        // Panels may be resolved and yet not see a step at their end: down to its own scale they shrink towards it.
        for place in &landmarks {
            edges.push(place.at);
            let mut distance = place.scale;
            while distance < 1.0 {
                edges.extend([place.at - distance, place.at + distance]);
                distance *= 2.0;
            }
        }
        edges.retain(|z| z.abs() <= horizon);
        sort(&mut edges);
        let rule = gauss_legendre(NODES[0]);
        let mut largest = [0.0_f64; 2];
        for pair in edges.windows(2) {
            for [g, slope] in self.panel(pair[0], pair[1], &rule) {
                largest = [largest[0].max(g.abs()), largest[1].max(slope.abs())];
            }
        }
        let mut open: Vec<(f64, f64)> = edges.windows(2).map(|p| (p[0], p[1])).collect();
        let mut done = 0;
        while let Some((a, b)) = open.pop() {
            if resolved(&self.panel(a, b, &rule), &rule, largest) {
                self.shortest = self.shortest.min(b - a);
                done += 1;
                continue;
            }
            let middle = 0.5 * (a + b);
            edges.push(middle);
            open.extend([(a, middle), (middle, b)]);
            if done + open.len() > PANELS {
                return None;
            }
        }
        sort(&mut edges);
        self.noise = self.slope_noise(&edges, &rule);
        self.edges = edges;
        Some(())
    }

    /// The largest part by which ∫φ′ misses what φ gains beyond rounding, among the panels where φ gains most.
    fn slope_noise(&self, edges: &[f64], rule: &GaussRule) -> f64 {
        let panels = edges.windows(2).map(|pair| {
            let (middle, half) = (0.5 * (pair[0] + pair[1]), 0.5 * (pair[1] - pair[0]));
            let (mut gain, mut variation) = (0.0, 0.0);
            for (x, w) in rule.nodes.iter().zip(&rule.weights) {
                let slope = self.activation.derivative(middle + half * x);
                gain += half * w * slope;
                variation += half * w * slope.abs();
            }
            // Beside the ends, which may be jumps.
            let inset = 1e-14 * half;
            let left = self
                .activation
                .value((pair[0] + inset).max(pair[0].next_up()));
            let right = self
                .activation
                .value((pair[1] - inset).min(pair[1].next_down()));
            // Of the values: that of their arguments, which counts in the slopes where φ is steep, is to be seen.
            let rounding = 16.0 * f64::EPSILON * (left.abs() + right.abs() + variation);
            (((right - left) - gain).abs() - rounding, variation)
        });
        let panels: Vec<(f64, f64)> = panels.collect();
        let most = panels.iter().fold(0.0, |m: f64, p| m.max(p.1));
        let weighty = panels.iter().filter(|p| p.1 > 1e-3 * most);
        weighty.fold(0.0, |m: f64, (off, variation)| m.max(off / variation))
    }

    fn panel(&self, a: f64, b: f64, rule: &GaussRule) -> Vec<Both> {
        let (middle, half) = (0.5 * (a + b), 0.5 * (b - a));
        let nodes = rule.nodes.iter();
        nodes.map(|x| self.remainder(middle + half * x)).collect()
    }

    /// Nodes over g where |z| ≤ `reach`, in panels of at most `longest`, for what bends over `scale` at each of `places`.
    fn nodes(
        &self,
        reach: f64,
        longest: f64,
        places: &[f64],
        scale: f64,
        rule: &GaussRule,
    ) -> Nodes {
        let inside = |z: &f64| z.abs() < reach;
        let mut edges: Vec<f64> = self.edges.iter().copied().filter(inside).collect();
        let horizon = self.edges.last().copied().unwrap_or(0.0).min(reach);
        edges.extend([-horizon, horizon]);
        for &place in places.iter().filter(|z| z.abs() < horizon) {
            edges.push(place);
            edges.extend(
                BEND.iter()
                    .flat_map(|k| [place - k * scale, place + k * scale]),
            );
        }
        edges.retain(|z| z.abs() <= horizon);
        sort(&mut edges);
        let mut nodes = Nodes {
            at: Vec::new(),
            weights: Vec::new(),
            remainder: Vec::new(),
        };
        for pair in edges.windows(2) {
            let pieces = ((pair[1] - pair[0]) / longest).ceil().max(1.0);
            let half = 0.5 * (pair[1] - pair[0]) / pieces;
            for i in 0..pieces as usize {
                let middle = pair[0] + half * (2 * i + 1) as f64;
                for (x, w) in rule.nodes.iter().zip(&rule.weights) {
                    let z = middle + half * x;
                    nodes.at.push(z);
                    nodes.weights.push(half * w);
                    nodes.remainder.push(self.remainder(z));
                }
            }
        }
        nodes
    }

    /// E[φ(u)φ(v)] and E[φ′(u)φ′(v)] without deltas, and √(E[φ(u)²]E[φ(v)²]) and that of φ′, roughly; variances > 0.
    pub(super) fn dual(&self, covariance: &Covariance) -> (DualValue, Both) {
        let covariance = if covariance.q11 < covariance.q22 {
            Covariance {
                q11: covariance.q22,
                q22: covariance.q11,
                ..*covariance
            }
        } else {
            *covariance
        };
        let closed = self.comparators(&covariance);
        let (fine, moduli, squares) = self.corrections(&covariance, 0);
        let (coarse, _, _) = self.corrections(&covariance, 1);
        let same = |q: f64| {
            let correlation = crate::numerics::special::Correlation::from_one_minus(0.0);
            let covariance = Covariance {
                q11: q,
                q22: q,
                correlation,
            };
            self.comparators(&covariance)
        };
        // Of narrow laws the squares are those of φ itself, of others those of g alone.
        let own = [covariance.q11, covariance.q22].map(|q| match q < NARROW_LAW {
            true => [0.0; 2],
            false => same(q),
        });
        let estimate = |k: usize| {
            let size = ((own[0][k] + squares[0][k]) * (own[1][k] + squares[1][k])).sqrt();
            let moved = (fine[k] - coarse[k]).abs();
            // Rules of n nodes err by e^{−cn}: the finer by the power 4/3 of the coarser.
            let left = moved * (moved / moduli[k].max(f64::MIN_POSITIVE)).cbrt().min(1.0);
            let rounding = ROUNDING * (size + closed[k].abs() + moduli[k]);
            let slopes = [0.0, 2.0 * self.noise][k];
            let mesh = (MESH + slopes) * moduli[k];
            (
                Estimate::new(closed[k] + fine[k], 10.0 * left + rounding + mesh),
                size,
            )
        };
        let ((nngp, size), (derivative, slopes)) = (estimate(0), estimate(1));
        (DualValue { nngp, derivative }, [size, slopes])
    }

    /// E[cg] + E[gc] + E[gg] by the finer or the coarser rule, the sum of moduli, and E[g²] of either side, or E[φ²] below
    /// [`NARROW_LAW`].
    fn corrections(&self, covariance: &Covariance, which: usize) -> (Both, Both, [Both; 2]) {
        let (rule, hermite) = (gauss_legendre(NODES[which]), gauss_hermite(HERMITE[which]));
        let (s, t) = (covariance.q11.sqrt(), covariance.q22.sqrt());
        let (rho, sine) = (covariance.correlation.rho(), covariance.correlation.sine());
        let (mut sum, mut moduli, mut squares) = ([0.0; 2], [0.0; 2], [[0.0; 2]; 2]);
        let mut add = |weight: f64, a: Both, b: Both| {
            for k in 0..2 {
                sum[k] += weight * a[k] * b[k];
                moduli[k] += (weight * a[k] * b[k]).abs();
            }
        };
        for (side, (own, other)) in [(s, t), (t, s)].into_iter().enumerate() {
            let (slope, tau) = (rho * other / own, other * sine);
            // Where the other is near 0 its conditional comparator bends, on the scale 1 ∨ τ of its own.
            let bend = 1.0_f64.hypot(tau) / slope.abs();
            let steep = bend < 1.0;
            let nodes = self.nodes(
                REACH * own,
                LENGTH * own,
                if steep { &[0.0] } else { &[] },
                bend,
                &rule,
            );
            for ((y, w), g) in nodes.at.iter().zip(&nodes.weights).zip(&nodes.remainder) {
                let weight = w * normal_pdf(y / own) / own;
                add(weight, *g, self.comparator(slope * y, tau));
                let beside = match own * own < NARROW_LAW {
                    true => self.comparator(*y, 0.0),
                    false => [0.0; 2],
                };
                for k in 0..2 {
                    squares[side][k] += weight * (g[k] + beside[k]).powi(2);
                }
            }
        }
        // v given u: the smaller variance inside.
        let (slope, tau) = (rho * t / s, t * sine);
        let wide = tau > NARROW * self.shortest;
        let images: Vec<f64> = self.kinks.iter().map(|z| z / slope).collect();
        let outer = self.nodes(
            REACH * s,
            LENGTH * s,
            if tau > 0.0 && tau < 1.0 && slope != 0.0 {
                &images
            } else {
                &[]
            },
            (tau / slope).abs(),
            &rule,
        );
        let inner = wide.then(|| self.nodes(REACH * t, LENGTH * tau, &[], 1.0, &rule));
        let inner = inner.map(Weighted::new);
        let mut density = Vec::new();
        for ((y, w), g) in outer.at.iter().zip(&outer.weights).zip(&outer.remainder) {
            let weight = w * normal_pdf(y / s) / s;
            let x = slope * y;
            let mean = match &inner {
                Some(inner) => inner.mean(x, tau, &mut density),
                None => self.narrow_mean(x, tau, STEPS[which], (&rule, &hermite)),
            };
            add(weight, *g, mean);
        }
        (sum, moduli, squares)
    }

    /// E[g(x + τZ)] and E[g′(x + τZ)] for τ that is small beside every panel.
    fn narrow_mean(
        &self,
        x: f64,
        tau: f64,
        step: f64,
        (rule, hermite): (&GaussRule, &GaussRule),
    ) -> Both {
        if tau == 0.0 {
            return self.remainder(x);
        }
        let mut sum = [0.0; 2];
        let mut add = |z: f64, weight: f64| {
            let [g, slope] = self.remainder(x + tau * z);
            let weight = weight * normal_pdf(z);
            sum[0] += weight * g;
            sum[1] += weight * slope;
        };
        let mut cuts: Vec<f64> = self.kinks.iter().map(|k| (k - x) / tau).collect();
        cuts.retain(|z| z.abs() < REACH);
        if cuts.is_empty() && tau < TINY * self.shortest {
            let mut sum = [0.0; 2];
            for (z, w) in hermite.nodes.iter().zip(&hermite.weights) {
                let [g, slope] = self.remainder(x + tau * z);
                sum[0] += w * g;
                sum[1] += w * slope;
            }
            return sum;
        }
        if cuts.is_empty() {
            let count = (REACH / step) as i32;
            for j in -count..=count {
                add(f64::from(j) * step, step);
            }
            return sum;
        }
        cuts.extend([-REACH, REACH]);
        sort(&mut cuts);
        for pair in cuts.windows(2) {
            let pieces = ((pair[1] - pair[0]) / LENGTH).ceil().max(1.0);
            let half = 0.5 * (pair[1] - pair[0]) / pieces;
            for i in 0..pieces as usize {
                let middle = pair[0] + half * (2 * i + 1) as f64;
                for (node, w) in rule.nodes.iter().zip(&rule.weights) {
                    add(middle + half * node, half * w);
                }
            }
        }
        sum
    }
}

/// w·g and w·g′ at the nodes.
struct Weighted {
    at: Vec<f64>,
    value: Vec<f64>,
    slope: Vec<f64>,
}

impl Weighted {
    fn new(nodes: Nodes) -> Self {
        let times = |k: usize| {
            let pairs = nodes.weights.iter().zip(&nodes.remainder);
            pairs.map(|(w, g)| w * g[k]).collect()
        };
        Self {
            value: times(0),
            slope: times(1),
            at: nodes.at,
        }
    }

    /// ∫ [g, g′](z) ϕ((z − x)/τ) dz/τ.
    fn mean(&self, x: f64, tau: f64, density: &mut Vec<f64>) -> Both {
        let from = self.at.partition_point(|z| *z < x - REACH * tau);
        let to = self.at.partition_point(|z| *z <= x + REACH * tau);
        let inverse = tau.recip();
        let near = self.at.get(from..to).unwrap_or(&[]);
        density.resize(near.len(), 0.0);
        wide(|| {
            for (density, z) in density.iter_mut().zip(near) {
                let distance = (z - x) * inverse;
                *density = exp(-0.5 * distance * distance);
            }
        });
        let factor = inverse / (2.0 * PI).sqrt();
        let sum = |of: &[f64]| factor * dot(of.get(from..to).unwrap_or(&[]), density);
        [sum(&self.value), sum(&self.slope)]
    }
}

fn sort(edges: &mut Vec<f64>) {
    edges.sort_by(f64::total_cmp);
    edges.dedup();
}

/// Whether the last two Legendre coefficients of both functions, sampled at the nodes of the rule, are negligible.
fn resolved(samples: &[Both], rule: &GaussRule, largest: Both) -> bool {
    let count = rule.nodes.len();
    let mut last = [[0.0; 2]; 2];
    for ((x, w), g) in rule.nodes.iter().zip(&rule.weights).zip(samples) {
        let p = crate::numerics::special::legendre(*x, count);
        for (j, n) in [count - 2, count - 1].into_iter().enumerate() {
            let weight = w * p.get(n).copied().unwrap_or(0.0) * (0.5 * n as f64 + 0.25).sqrt();
            last[j][0] += weight * g[0];
            last[j][1] += weight * g[1];
        }
    }
    (0..2).all(|k| last.iter().all(|c| c[k].abs() <= RESOLVED * largest[k]))
}
