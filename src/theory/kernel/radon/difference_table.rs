//! Kinked features: a table of G(u, v) = E_{γ,s}[s^p ψ(s(u−γ)) ψ(s(v−γ))], and its average over the directions along the
//! difference of the points.

use super::Factor;
use super::chebyshev::{clenshaw, point, transform};
use crate::numerics::quadrature::{GaussRule, gauss_gegenbauer, gauss_legendre};
use crate::numerics::special::sphere_moment;
use crate::numerics::{Estimate, parallel};
use std::f64::consts::PI;
use std::sync::Arc;

/// Chebyshev points of a panel in t = |u−v|.
const ACROSS: usize = 24;
/// Numbers of Chebyshev points that are tried along (u+v)²/4.
const ALONG: [usize; 8] = [6, 8, 12, 16, 24, 32, 48, 72];
/// What the table is resolved to, relative to the largest G.
const TOLERANCE: f64 = 1e-12;
/// The most halvings of a panel.
const HALVINGS: usize = 14;
/// Rules over the angle between the direction and the difference of the points; their disagreement is the error.
const ANGLES: (usize, usize) = (32, 24);
/// Panels shorter than this part of the table bend G so much that angles are cut there too.
const SHORT: f64 = 0.13;
/// Beyond 9/√(d−2) nothing is left of cos^{d−2}.
const REACH: f64 = 9.0;

/// The table, for |u|, |v| ≤ radius: even in m = (u+v)/2, which is all that directions ±ξ see, and smooth in t = |u−v| but for
/// the gaps between kinks.
#[derive(Debug)]
pub(crate) struct DifferenceTable {
    dim: usize,
    radius: f64,
    gaps: Vec<f64>,
    /// The gaps, and where panels are short.
    bends: Vec<f64>,
    along: usize,
    panels: Vec<Panel>,
    /// max |G|.
    size: f64,
    /// Directions orthogonal to the difference of the points: exact for the polynomial along m.
    beside: Beside,
    rules: (Arc<GaussRule>, Arc<GaussRule>),
}

/// The law of ⟨ξ, e⟩/√(1−⟨ξ, δ⟩²) for orthogonal e and δ.
#[derive(Debug)]
struct Beside {
    nodes: Vec<(f64, f64)>,
}

impl Beside {
    fn new(dim: usize, nodes: usize) -> Self {
        let nodes = match dim {
            1 => vec![(0.0, 1.0)],
            2 => vec![(-1.0, 0.5), (1.0, 0.5)],
            _ => {
                let rule = gauss_gegenbauer(nodes, 0.5 * dim as f64 - 1.5);
                let mass: f64 = rule.weights.iter().sum();
                let pairs = rule.nodes.iter().zip(&rule.weights);
                pairs.map(|(x, w)| (*x, w / mass)).collect()
            }
        };
        Self { nodes }
    }
}

#[derive(Debug)]
struct Panel {
    low: f64,
    high: f64,
    /// `along` coefficients for every power across.
    coefficients: Vec<f64>,
    error: f64,
}

impl DifferenceTable {
    /// `g(t, m)` is G(m + t/2, m − t/2) for all m, the mean over ±m, asked for |m| + t/2 ≤ radius; `gaps`: the t > 0 at which it is not smooth.
    pub(crate) fn new(
        dim: usize,
        radius: f64,
        mut gaps: Vec<f64>,
        g: impl Fn(f64, &[f64]) -> Vec<Estimate> + Sync,
    ) -> Self {
        gaps.retain(|gap| *gap > 0.0 && *gap < 2.0 * radius);
        gaps.sort_by(f64::total_cmp);
        gaps.dedup();
        let probe = [0.0, 0.13, 0.37, 0.61, 0.83].map(|share| 2.0 * radius * share);
        let (along, size) = choose(radius, &probe, &g);
        let mut table = Self {
            dim,
            radius,
            gaps,
            bends: Vec::new(),
            along,
            panels: Vec::new(),
            size,
            // One node more for the square that trained directions multiply with.
            beside: Beside::new(dim, along + 1),
            rules: (gauss_legendre(ANGLES.0), gauss_legendre(ANGLES.1)),
        };
        let mut ends = vec![0.0];
        ends.extend(&table.gaps);
        ends.push(2.0 * radius);
        let mut panels = Vec::new();
        for pair in ends.windows(2) {
            table.refine((pair[0], pair[1]), HALVINGS, &g, &mut panels);
        }
        let short = |panel: &&Panel| panel.high - panel.low < SHORT * 2.0 * radius;
        table.bends = panels.iter().filter(short).map(|p| p.high).collect();
        table.bends.extend(&table.gaps);
        table.bends.sort_by(f64::total_cmp);
        table.bends.dedup();
        table.panels = panels;
        table
    }

    fn refine(
        &self,
        (low, high): (f64, f64),
        halvings: usize,
        g: &(impl Fn(f64, &[f64]) -> Vec<Estimate> + Sync),
        panels: &mut Vec<Panel>,
    ) {
        let (panel, resolved) = self.fit(low, high, g);
        if resolved || halvings == 0 {
            panels.push(panel);
        } else {
            let middle = 0.5 * (low + high);
            self.refine((low, middle), halvings - 1, g, panels);
            self.refine((middle, high), halvings - 1, g, panels);
        }
    }

    /// A panel, and whether it is resolved across.
    fn fit(
        &self,
        low: f64,
        high: f64,
        g: &(impl Fn(f64, &[f64]) -> Vec<Estimate> + Sync),
    ) -> (Panel, bool) {
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        let columns = parallel::map((0..ACROSS).collect(), |i: usize| {
            let t = middle + half * point(i, ACROSS);
            let sampled = sample(self.radius, t, self.along, g);
            let worst = sampled.iter().map(|s| s.error).fold(0.0, f64::max);
            let values: Vec<f64> = sampled.iter().map(|s| s.value).collect();
            (transform(&values), worst)
        });
        let sampled = columns.iter().map(|c| c.1).fold(0.0, f64::max);
        let mut coefficients = vec![0.0; ACROSS * self.along];
        for k in 0..self.along {
            let row: Vec<f64> = columns.iter().map(|c| c.0[k]).collect();
            for (j, c) in transform(&row).into_iter().enumerate() {
                coefficients[j * self.along + k] = c;
            }
        }
        let modulus = |j: usize| -> f64 {
            let row = &coefficients[j * self.along..(j + 1) * self.along];
            row.iter().map(|c| c.abs()).sum()
        };
        let across: f64 = (ACROSS - 3..ACROSS).map(modulus).sum();
        let along: f64 = (0..ACROSS)
            .map(|j| {
                let row = &coefficients[j * self.along..(j + 1) * self.along];
                row.iter().rev().take(2).map(|c| c.abs()).sum::<f64>()
            })
            .sum();
        // Samples that are wrong by e interpolate with at most both Lebesgue constants (3 each) times e.
        let error = 2.0 * (across + along) + 9.0 * sampled + 16.0 * f64::EPSILON * self.size;
        let panel = Panel {
            low,
            high,
            coefficients,
            error,
        };
        (panel, across <= TOLERANCE * self.size + sampled)
    }

    /// The coefficients in T_k(2(m/(r−t/2))²−1) at t, and the error.
    fn collapse(&self, t: f64, out: &mut [f64]) -> f64 {
        let last = self.panels.len().saturating_sub(1);
        let at = self
            .panels
            .partition_point(|panel| panel.high < t)
            .min(last);
        let Some(panel) = self.panels.get(at) else {
            return f64::INFINITY;
        };
        let x = ((t - panel.low) - (panel.high - t)) / (panel.high - panel.low);
        out.fill(0.0);
        let (mut before, mut now) = (1.0, x);
        for row in panel.coefficients.chunks_exact(self.along) {
            for (slot, c) in out.iter_mut().zip(row) {
                *slot += before * c;
            }
            (before, now) = (now, 2.0 * x * now - before);
        }
        panel.error
    }

    /// E_ξ G(⟨ξ,x⟩, ⟨ξ,x′⟩)·factor, ⟨x,x′⟩ = `product`. With ξ = sin φ δ/‖δ‖ + cos φ η and δ = x − x′, t = ‖δ‖|sin φ| does not
    /// depend on η, and m is affine in it: the average over η of a polynomial, then one over φ.
    pub(crate) fn pair(&self, x: &[f64], y: &[f64], product: f64, factor: Factor) -> Estimate {
        let norm = |v: &[f64]| v.iter().map(|c| c * c).sum::<f64>().sqrt();
        let delta: Vec<f64> = x.iter().zip(y).map(|(a, b)| a - b).collect();
        let centre: Vec<f64> = x.iter().zip(y).map(|(a, b)| 0.5 * (a + b)).collect();
        let apart = norm(&delta);
        let (along, across) = if apart > 0.0 {
            let along = delta.iter().zip(&centre).map(|(d, c)| d * c).sum::<f64>() / apart;
            let rest = delta
                .iter()
                .zip(&centre)
                .map(|(d, c)| c - along * d / apart);
            (along, rest.map(|c| c * c).sum::<f64>().sqrt())
        } else {
            (norm(&centre), 0.0)
        };
        let mut collapsed = vec![0.0; self.along];
        let mut worst: f64 = 0.0;
        let mut over = |phi: f64| {
            let (sin, cos) = phi.sin_cos();
            let t = (apart * sin).min(2.0 * self.radius);
            worst = worst.max(self.collapse(t, &mut collapsed));
            let reach = self.radius - 0.5 * t;
            let terms = self.beside.nodes.iter().map(|(eta, weight)| {
                let m = along * sin + across * cos * eta;
                let share = if reach > 0.0 {
                    (m / reach).powi(2).min(1.0)
                } else {
                    0.0
                };
                let gain = match factor {
                    Factor::Tangent => product - (m * m - 0.25 * t * t),
                    _ => 1.0,
                };
                weight * gain * clenshaw(&collapsed, 2.0 * share - 1.0)
            });
            terms.sum::<f64>()
        };
        let outside = match factor {
            Factor::Inner => product,
            _ => 1.0,
        };
        if self.dim == 1 {
            let value = over(0.5 * PI);
            return Estimate::new(value, worst) * outside;
        }
        let power = i32::try_from(self.dim - 2).unwrap_or(i32::MAX);
        let furthest = match self.dim {
            2 => 0.5 * PI,
            d => (REACH / ((d - 2) as f64).sqrt()).min(0.5 * PI),
        };
        let mut ends = vec![0.0];
        let bends = self.bends.iter().filter(|gap| **gap < apart);
        ends.extend(
            bends
                .map(|gap| (gap / apart).asin())
                .filter(|phi| *phi < furthest),
        );
        ends.push(furthest);
        let (mut value, mut error) = (0.0, 0.0);
        for pair in ends.windows(2) {
            let (middle, half) = (0.5 * (pair[0] + pair[1]), 0.5 * (pair[1] - pair[0]));
            let mut by = |rule: &GaussRule| -> f64 {
                let nodes = rule.nodes.iter().zip(&rule.weights);
                let terms = nodes.map(|(x, w)| {
                    let phi = middle + half * x;
                    w * over(phi) * phi.cos().powi(power)
                });
                half * terms.sum::<f64>()
            };
            let (fine, coarse) = (by(&self.rules.0), by(&self.rules.1));
            value += fine;
            error += (fine - coarse).abs();
        }
        // 1/∫₀^{π/2} cos^{d−2}.
        let mass = (self.dim - 1) as f64 * sphere_moment(self.dim, 1.0);
        let gain = match factor {
            Factor::Tangent => product.abs() + self.radius.powi(2),
            _ => 1.0,
        };
        Estimate::new(value * mass, error * mass + gain * worst) * outside
    }
}

/// G at one t and n points of (m/(r−t/2))² on [0, 1].
fn sample(
    radius: f64,
    t: f64,
    n: usize,
    g: &impl Fn(f64, &[f64]) -> Vec<Estimate>,
) -> Vec<Estimate> {
    let reach = (radius - 0.5 * t).max(0.0);
    let middle = |i: usize| reach * (0.5 * (1.0 + point(i, n))).sqrt();
    g(t, &(0..n).map(middle).collect::<Vec<f64>>())
}

/// The number of points along m that resolves G, and the largest G.
fn choose(
    radius: f64,
    probe: &[f64],
    g: &(impl Fn(f64, &[f64]) -> Vec<Estimate> + Sync),
) -> (usize, f64) {
    let mut size: f64 = 0.0;
    for n in ALONG {
        let columns = parallel::map(probe.to_vec(), |t| {
            let sampled = sample(radius, t, n, g);
            let worst = sampled.iter().map(|s| s.error).fold(0.0, f64::max);
            let values: Vec<f64> = sampled.iter().map(|s| s.value).collect();
            let largest = values.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
            let last: f64 = transform(&values)
                .iter()
                .rev()
                .take(2)
                .map(|c| c.abs())
                .sum();
            (last, worst, largest)
        });
        size = columns.iter().fold(size, |m, c| m.max(c.2));
        let resolved = |c: &(f64, f64, f64)| c.0 <= 0.3 * TOLERANCE * size + c.1;
        if columns.iter().all(resolved) {
            return (n, size);
        }
    }
    (ALONG[ALONG.len() - 1], size)
}
