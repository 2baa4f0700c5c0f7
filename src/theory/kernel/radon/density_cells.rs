//! Sums over many nodes of what is multiplied with a density that few values resolve.

use super::chebyshev::{point, transformation};

/// The most Chebyshev points of a cell: they resolve a Cauchy density on a cell as wide as the law, or an octave farther out, and a normal one
/// on a standard deviation, to rounding; the coarser rule takes fewer, so that what is not resolved tells.
pub(super) const POINTS: (usize, usize) = (28, 24);
/// Nodes that are added at a time.
const LANES: usize = 8;

/// Σ weight·p(y) for every p that is a polynomial between the edges, in moments: a law of offsets as seen from many points
/// is asked for a few values a cell, not for one at every node of every scale.
#[derive(Debug)]
pub(super) struct DensityCells {
    /// Ascending.
    pub(super) edges: Vec<f64>,
    /// Of each cell, Σ weight·T_k(y) of values and of sizes.
    moments: Vec<[(f64, f64); POINTS.0]>,
    /// So many of them.
    points: usize,
}

impl DensityCells {
    pub(super) fn new(edges: &[f64], points: usize) -> Self {
        Self {
            edges: edges.to_vec(),
            moments: vec![[(0.0, 0.0); POINTS.0]; edges.len().saturating_sub(1)],
            points: points.min(POINTS.0),
        }
    }

    /// Nodes (y, value, size) of the cell that holds `at`.
    pub(super) fn add(&mut self, at: f64, mut nodes: impl Iterator<Item = (f64, f64, f64)>) {
        let next = self.edges.partition_point(|e| *e <= at);
        let next = next.clamp(1, self.moments.len().max(1));
        let (Some(low), Some(high), Some(moments)) = (
            self.edges.get(next - 1),
            self.edges.get(next),
            self.moments.get_mut(next - 1),
        ) else {
            return;
        };
        loop {
            let mut lanes = [[0.0; LANES]; 5];
            let [x, before, now, values, sizes] = &mut lanes;
            let mut count = 0;
            for (y, value, size) in nodes.by_ref().take(LANES) {
                x[count] = ((y - low) - (high - y)) / (high - low);
                (before[count], now[count]) = (x[count], 1.0);
                (values[count], sizes[count]) = (value, size);
                count += 1;
            }
            if count == 0 {
                return;
            }
            for moment in moments.iter_mut().take(self.points) {
                for i in 0..LANES {
                    moment.0 += values[i] * now[i];
                    moment.1 += sizes[i] * now[i];
                    (before[i], now[i]) = (now[i], 2.0 * x[i] * now[i] - before[i]);
                }
            }
        }
    }

    /// Places, and what of the values and of the sizes belongs there.
    pub(super) fn weights(&self) -> Vec<(f64, f64, f64)> {
        let transform = transformation(self.points);
        let mut out = Vec::new();
        for (pair, moments) in self.edges.windows(2).zip(&self.moments) {
            if moments.iter().all(|m| *m == (0.0, 0.0)) {
                continue;
            }
            let (middle, half) = (0.5 * (pair[0] + pair[1]), 0.5 * (pair[1] - pair[0]));
            for (i, column) in transform.column_iter().enumerate() {
                let terms = column.iter().zip(moments);
                let (value, size) = terms.fold((0.0, 0.0), |(value, size), (c, m)| {
                    (value + c * m.0, size + c * m.1)
                });
                out.push((middle + half * point(i, self.points), value, size));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn densities_are_resolved_from_everywhere() {
        // As for a law of width 1 and |m| ≤ 3: an octave starts its own length away from the points.
        let edges = [
            -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 11.0, 19.0,
        ];
        let nodes: Vec<f64> = (0..100).map(|i| -3.0 + 0.19 * f64::from(i)).collect();
        let weight = |y: f64| (1.3 * y).cos();
        let mut cells = DensityCells::new(&edges, POINTS.0);
        for pair in edges.windows(2) {
            let within = nodes.iter().filter(|y| **y >= pair[0] && **y < pair[1]);
            let nodes = within.map(|y| (*y, weight(*y), weight(*y).abs()));
            cells.add(0.5 * (pair[0] + pair[1]), nodes);
        }
        let weights = cells.weights();
        let cauchy = |z: f64| 1.0 / (1.0 + z * z);
        let normal = |z: f64| (-0.5 * z * z).exp();
        for density in [&cauchy as &dyn Fn(f64) -> f64, &normal] {
            for m in [0.0, 0.4, 1.0, 2.7, 2.99] {
                let got = weights.iter().fold((0.0, 0.0), |sum, (y, value, size)| {
                    (
                        sum.0 + value * density(m - y),
                        sum.1 + size * density(m - y),
                    )
                });
                let want: f64 = nodes.iter().map(|y| weight(*y) * density(m - y)).sum();
                let size: f64 = nodes
                    .iter()
                    .map(|y| weight(*y).abs() * density(m - y))
                    .sum();
                assert!((got.0 - want).abs() <= 1e-14 * size, "{m}: {got:?} {want}");
                assert!((got.1 - size).abs() <= 1e-14 * size, "{m}: {got:?} {size}");
            }
        }
    }
}
