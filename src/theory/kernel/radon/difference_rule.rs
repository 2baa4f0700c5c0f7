//! G(u, v) at one u − v and many u + v: fixed rules for offsets and scales, of which the features are asked once.

use super::average::Average;
use super::density_cells::{self, DensityCells};
use super::offsets::Offsets;
use super::resolution::Resolution;
use super::rule::on;
use super::scale_range;
use crate::model::ensemble::OffsetLaw;
use crate::numerics::Estimate;
use crate::numerics::quadrature::{GaussRule, gauss_legendre};
use std::sync::Arc;

/// Gauss points on a panel of offsets, half of it, a quarter and so on: from the ellipse in which a whole one is analytic. The coarser
/// rule, which tells the error, takes the next.
const OFFSETS: [usize; 9] = [16, 12, 9, 7, 6, 5, 4, 3, 3];
/// Gauss points on a panel of scales, finer and coarser.
const SCALES: (usize, usize) = (17, 14);
/// The end of a panel of scales, from its start.
const GROWTH: f64 = 4.0;
/// The widest panel of scales beside what few nodes resolve of their density.
const WIDEST: f64 = 3.0;
/// Agreement of both, relative to the mean of ψ² and ψ′², that no shorter panels are tried for.
const AGREEMENT: f64 = 1e-13;
/// Every panel in so many pieces.
const PIECES: [usize; 3] = [1, 2, 4];
/// How far out panels are looked for, and how far where a feature has too many of them.
const FARTHEST: [f64; 2] = [(1_u64 << 60) as f64, 64.0];
/// Scales below this part of the largest are one panel; under a law without an end, where means are like s ln s there, the second.
const SMALLEST: (f64, f64) = (1e-18, 1e-8);
/// Octaves of offsets under a law without an end.
const OCTAVES: i32 = 60;
/// The most steps as wide as the law from 0 to a point.
const STEPS: f64 = 4096.0;

/// G(m + t/2, m − t/2), even in m: with γ = m − y it is E_s[s^p ∫ p(m−y) q(y) dy], and q(y) = ψ(s(y + t/2)) ψ(s(y − t/2)) is that of all m.
///
/// As a function of s the integral has its singularities beside the positive half line, so that panels [s, 4s] suffice.
#[derive(Debug)]
pub(crate) struct DifferenceRule {
    average: Average,
    /// Between these z the feature is resolved.
    edges: Vec<f64>,
    narrowest: f64,
    /// Whether the feature is even or odd, and so q even.
    mirrored: bool,
    fine: Rules,
    coarse: Rules,
}

#[derive(Debug)]
struct Rules {
    /// For a panel of offsets, half of it, a quarter and so on.
    offsets: Vec<Arc<GaussRule>>,
    scales: Arc<GaussRule>,
    /// For a law of offsets on a cell.
    density: usize,
}

impl Rules {
    fn new(offsets: &[usize], scales: usize, density: usize) -> Self {
        Self {
            offsets: offsets.iter().map(|n| gauss_legendre(*n)).collect(),
            scales: gauss_legendre(scales),
            density,
        }
    }

    /// For so long a part of a panel of offsets.
    fn part(&self, length: f64, panel: f64) -> &GaussRule {
        let halvings = (panel / length).log2().max(0.0) as usize;
        &self.offsets[halvings.min(self.offsets.len() - 1)]
    }
}

/// What is summed for one m: G, and ½(ψ² + ψ′²).
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    value: f64,
    size: f64,
}

impl DifferenceRule {
    pub(crate) fn new(average: Average) -> Self {
        let psi = &average.psi;
        let mut found = FARTHEST.iter().map(|z| Resolution::new(psi, *z));
        let resolution = found.find_map(|found| found);
        let resolved = resolution.is_some();
        let (edges, mirrored) = match resolution {
            Some(r) => {
                let within = |z: &f64| z.abs() <= 2.0 * r.reach;
                (r.edges.into_iter().filter(within).collect(), r.mirrored)
            }
            None => (psi.kinks.clone(), false),
        };
        // Products of two tails exactly; of panels that resolve nothing, no shorter parts.
        let degree = psi.tail_degree();
        let exact = |n: &&usize| **n as i32 > degree;
        let parts = match resolved {
            true => OFFSETS[1..].iter().take_while(exact).count().max(1),
            false => 1,
        };
        let widths = edges.windows(2).map(|pair| pair[1] - pair[0]);
        let narrowest = widths.fold(1.0, f64::min);
        Self {
            average,
            edges,
            narrowest,
            mirrored,
            fine: Rules::new(&OFFSETS[..parts], SCALES.0, density_cells::POINTS.0),
            coarse: Rules::new(&OFFSETS[1..=parts], SCALES.1, density_cells::POINTS.1),
        }
    }

    /// G(m + t/2, m − t/2) for t ≥ 0 and every m, the mean over ±m.
    pub(crate) fn at(&self, t: f64, middles: &[f64]) -> Vec<Estimate> {
        let noise = self.average.psi.noise();
        let mut best = Vec::new();
        let mut least = f64::INFINITY;
        for pieces in PIECES {
            let fine = self.sums(t, middles, pieces, &self.fine);
            let coarse = self.sums(t, middles, pieces, &self.coarse);
            let off = |(a, b): (&Sum, &Sum)| (a.value - b.value).abs();
            let pairs = || fine.iter().zip(&coarse);
            // NaN is no agreement.
            let worst = pairs().map(|pair| match off(pair) / pair.0.size {
                r if r.is_nan() => {
                    if pair.0.size == 0.0 {
                        0.0
                    } else {
                        f64::INFINITY
                    }
                }
                r => r,
            });
            let worst = worst.fold(0.0, f64::max);
            if worst < least || best.is_empty() {
                let estimate = |pair: (&Sum, &Sum)| {
                    let rounding = (16.0 * f64::EPSILON + 2.0 * noise) * pair.0.size;
                    Estimate::new(pair.0.value, off(pair) + rounding)
                };
                best = pairs().map(estimate).collect();
            }
            // What shorter panels hardly better is noise of the feature.
            if worst <= AGREEMENT.max(noise) || worst > 0.25 * least {
                break;
            }
            least = worst;
        }
        best
    }

    fn sums(&self, t: f64, middles: &[f64], pieces: usize, rules: &Rules) -> Vec<Sum> {
        let mut sums = vec![Sum::default(); middles.len()];
        let far = middles.iter().fold(0.0, |far: f64, m| far.max(m.abs()));
        let mut law = self.law_cuts(middles);
        law.sort_unstable_by(f64::total_cmp);
        law.dedup();
        let mut cells = DensityCells::new(&law, rules.density);
        for (s, weight) in self.scales(t, far, pieces, &rules.scales) {
            let weight = weight * s.powi(self.average.term.power);
            let cells = &mut cells;
            self.offsets((s, weight), (t, middles), pieces, rules, cells, &mut sums);
        }
        let offset = self.average.offset;
        for (y, value, size) in cells.weights() {
            for (sum, m) in sums.iter_mut().zip(middles) {
                let density = 0.5 * (offset.density(m - y) + offset.density(m + y));
                sum.value += density * value;
                sum.size += density * size;
            }
        }
        sums
    }

    /// Nodes and weights for the scales, the density included.
    fn scales(&self, t: f64, far: f64, pieces: usize, gauss: &GaussRule) -> Vec<(f64, f64)> {
        let Average {
            dim,
            scale,
            psi,
            offset,
            ..
        } = &self.average;
        if let Some(s) = scale.fixed() {
            return vec![(s, 1.0)];
        }
        let (low, high) = scale_range(*scale, *dim);
        let end = Offsets(*offset).end();
        let smallest = match end.is_finite() {
            true => SMALLEST.0,
            false => SMALLEST.1,
        };
        // Scales so small that no neuron varies over all offsets; from there on by powers of 4.
        let first = (self.narrowest / (far + 0.5 * t + end)).max(smallest * high);
        let mut cuts = vec![low];
        let mut from = low;
        while from < high {
            let step = ((GROWTH - 1.0) * from).max(first);
            let step = step.min(WIDEST * self.average.scale_panel());
            from = (from + step).min(high);
            cuts.push(from);
        }
        // Two kinks meet.
        if t > 0.0 {
            cuts.extend(psi.gaps(t).into_iter().filter(|s| *s > low && *s < high));
            cuts.sort_by(f64::total_cmp);
        }
        let mut out = Vec::new();
        for pair in cuts.windows(2) {
            for (low, high) in cut((pair[0], pair[1]), pieces) {
                for (s, w) in on(low, high, gauss) {
                    let density = scale.density(*dim, s).unwrap_or(0.0);
                    if density > 0.0 {
                        out.push((s, w * density));
                    }
                }
            }
        }
        out
    }

    /// Adds ∫ p(m−y) q(y) dy at one scale: to the sums if p is uniform, else to the cells.
    fn offsets(
        &self,
        (s, weight): (f64, f64),
        (t, middles): (f64, &[f64]),
        pieces: usize,
        rules: &Rules,
        cells: &mut DensityCells,
        sums: &mut [Sum],
    ) {
        let Average { psi, offset, .. } = &self.average;
        let (half, end) = (0.5 * t, Offsets(*offset).end());
        let law = cells.edges.clone();
        let far = law.iter().fold(0.0, |far: f64, y| far.max(y.abs()));
        let own = self.edges.iter().flat_map(|z| [z / s - half, z / s + half]);
        let mut cuts: Vec<f64> = own.filter(|y| y.abs() < far).collect();
        cuts.extend(&law);
        let weight = if self.mirrored {
            cuts.retain(|y| *y > 0.0);
            cuts.push(0.0);
            2.0 * weight
        } else {
            weight
        };
        cuts.sort_unstable_by(f64::total_cmp);
        cuts.dedup();
        let uniform = matches!(offset, OffsetLaw::Uniform { .. });
        // The length of the shortest panel that holds [a, b].
        let panel = |a: f64, b: f64| {
            let y = 0.5 * (a + b);
            let own = |z: f64| around(&self.edges, z) / s;
            let own = own(s * (y + half)).min(own(s * (y - half)));
            if uniform {
                own
            } else {
                own.min(around(&law, y))
            }
        };
        let product = |y: f64| {
            let (a, b) = (psi.value(s * (y + half)), psi.value(s * (y - half)));
            (a * b, 0.5 * (a * a + b * b))
        };
        if let OffsetLaw::Uniform { radius } = offset {
            let mut from_first = vec![Sum::default()];
            let mut all = Sum::default();
            for pair in cuts.windows(2) {
                let rule = rules.part(pair[1] - pair[0], panel(pair[0], pair[1]));
                for (low, high) in cut((pair[0], pair[1]), pieces) {
                    for (y, w) in on(low, high, rule) {
                        let (value, size) = product(y);
                        all.value += w * value;
                        all.size += w * size;
                    }
                }
                from_first.push(all);
            }
            let up_to = |y: f64| from_first[cuts.partition_point(|c| *c < y)];
            let share = 0.25 * weight / radius;
            for (sum, m) in sums.iter_mut().zip(middles) {
                for (low, high) in [(-radius - m, radius - m), (m - radius, m + radius)] {
                    let (low, high) = (up_to(low), up_to(high));
                    sum.value += share * (high.value - low.value);
                    sum.size += share * (high.size - low.size);
                }
            }
            return;
        }
        for pair in cuts.windows(2) {
            let middle = 0.5 * (pair[0] + pair[1]);
            let near = |m: &f64| (m.abs() - middle.abs()).abs() < end + pair[1] - pair[0];
            if !middles.iter().any(near) {
                continue;
            }
            let rule = rules.part(pair[1] - pair[0], panel(pair[0], pair[1]));
            for (low, high) in cut((pair[0], pair[1]), pieces) {
                let nodes = on(low, high, rule).map(|(y, w)| {
                    let (value, size) = product(y);
                    (y, weight * w * value, weight * w * size)
                });
                cells.add(middle, nodes);
            }
        }
    }

    /// Where the density of an offset m − y or m + y ends, or has to be resolved.
    fn law_cuts(&self, middles: &[f64]) -> Vec<f64> {
        let far = middles.iter().fold(0.0, |far: f64, m| far.max(m.abs()));
        let law = Offsets(self.average.offset);
        let spread = law.spread();
        let steps = |to: f64| {
            let count = (to / spread).ceil().min(STEPS) as i32;
            (-count..=count).map(move |k| to * f64::from(k) / f64::from(count))
        };
        match self.average.offset {
            OffsetLaw::Uniform { radius } => {
                let ends = |m: &f64| [-radius - m, m - radius, radius - m, radius + m];
                middles.iter().flat_map(ends).collect()
            }
            OffsetLaw::Gaussian { .. } => steps(far + law.end()).collect(),
            _ => {
                let out = |k: i32| (far + spread) + spread * (f64::from(k).exp2() - 1.0);
                let out = (0..OCTAVES).flat_map(|k| [-out(k), out(k)]);
                steps(far + spread).chain(out).collect()
            }
        }
    }
}

/// How far the two edges around z are apart; infinite beyond them.
fn around(edges: &[f64], z: f64) -> f64 {
    let next = edges.partition_point(|e| *e <= z);
    match (edges.get(next.wrapping_sub(1)), edges.get(next)) {
        (Some(a), Some(b)) => b - a,
        _ => f64::INFINITY,
    }
}

/// An interval in equal pieces.
fn cut((low, high): (f64, f64), pieces: usize) -> impl Iterator<Item = (f64, f64)> {
    let at = move |i: usize| low + (high - low) * i as f64 / pieces as f64;
    (0..pieces).map(move |i| (at(i), at(i + 1)))
}
