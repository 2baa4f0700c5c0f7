//! Quadrature over the offsets, with α tabulated once.

use super::slices::POINTS;
use crate::model::activation::Kink;
use crate::numerics::quadrature::gauss_legendre;

/// Gauss panels on [−L, L]. A panel in which φ has a kink is integrated afresh, in pieces.
pub(super) struct Panels {
    reach: f64,
    width: f64,
    nodes: Vec<(f64, f64)>,
    kinks: Vec<f64>,
}

impl Panels {
    /// With panels no longer than `longest`.
    pub fn new(kinks: &[Kink], reach: f64, longest: f64) -> Self {
        let count = (2.0 * reach / longest).ceil().clamp(1.0, 1e5);
        let width = 2.0 * reach / count;
        let nodes = (0..count as usize)
            .flat_map(|i| piece(-reach + i as f64 * width, -reach + (i + 1) as f64 * width))
            .collect();
        Self {
            reach,
            width,
            nodes,
            kinks: kinks.iter().map(|k| k.at).collect(),
        }
    }

    /// Places and weights.
    pub fn nodes(&self) -> &[(f64, f64)] {
        &self.nodes
    }

    /// ∫ α φ: `table` holds α·weight at the nodes, `fresh` is αφ anywhere, `cuts` turns kinks of φ into offsets.
    pub fn integrate(
        &self,
        table: &[f64],
        phi: impl Fn(f64) -> f64,
        fresh: impl Fn(f64) -> f64,
        cuts: impl Fn(&[f64]) -> Vec<f64>,
    ) -> f64 {
        let mut cuts = cuts(&self.kinks);
        cuts.retain(|c| c.abs() < self.reach);
        cuts.sort_by(f64::total_cmp);
        let mut sum = 0.0;
        let panels = self
            .nodes
            .chunks_exact(POINTS)
            .zip(table.chunks_exact(POINTS));
        for (i, (nodes, values)) in panels.enumerate() {
            let low = -self.reach + i as f64 * self.width;
            let high = low + self.width;
            let inside = cuts.iter().copied().filter(|c| *c > low && *c < high);
            let mut edges: Vec<f64> = std::iter::once(low).chain(inside).collect();
            if edges.len() == 1 {
                let terms = nodes.iter().zip(values);
                sum += terms.map(|((gamma, _), a)| a * phi(*gamma)).sum::<f64>();
                continue;
            }
            edges.push(high);
            for (a, b) in edges.iter().zip(edges.iter().skip(1)) {
                sum += piece(*a, *b)
                    .into_iter()
                    .map(|(gamma, w)| w * fresh(gamma))
                    .sum::<f64>();
            }
        }
        sum
    }
}

fn piece(low: f64, high: f64) -> Vec<(f64, f64)> {
    let rule = gauss_legendre(POINTS);
    let (centre, half) = (0.5 * (low + high), 0.5 * (high - low));
    let pairs = rule.nodes.iter().zip(&rule.weights);
    pairs.map(|(t, w)| (centre + half * t, half * w)).collect()
}
