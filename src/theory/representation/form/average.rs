//! E_ξ, by Gauss rules on the faces of a cube.

use crate::error::Result;
use crate::numerics::quadrature::gauss_legendre;
use crate::numerics::{Estimate, parallel};
use crate::theory::penalty::Seminorm;
use crate::theory::radon::Direction;

/// Nodes along each edge, doubled until the mean stands still.
const FIRST: usize = 4;
/// More directions than this take minutes.
const MOST: usize = 1 << 13;
const TOLERANCE: f64 = 1e-11;
/// The rule of a breakdown.
pub(super) const FINEST: usize = 32;

/// Half of all directions, with weights that sum to 1: one of ξ and −ξ. The faces of the cube are projected to the sphere, ξ ∝ (1, u) with
/// the density (1+‖u‖²)^{−d/2}: laws of independent weights depend on max|ξ_i|, which is smooth on each face.
pub(in super::super) fn half_sphere(dim: usize, edge: usize) -> Result<Vec<(Direction, f64)>> {
    let rule = gauss_legendre(edge);
    let mut face: Vec<(Vec<f64>, f64)> = vec![(vec![], 1.0)];
    for _ in 1..dim {
        face = face
            .iter()
            .flat_map(|(u, w)| {
                let pairs = rule.nodes.iter().zip(&rule.weights);
                pairs.map(move |(t, v)| {
                    let mut longer = u.clone();
                    longer.push(*t);
                    (longer, w * v)
                })
            })
            .collect();
    }
    let mut nodes = Vec::with_capacity(dim * face.len());
    for axis in 0..dim {
        for (u, w) in &face {
            let mut x = u.clone();
            x.insert(axis, 1.0);
            let square: f64 = x.iter().map(|c| c * c).sum();
            nodes.push((Direction::new(&x)?, w * square.powf(-0.5 * dim as f64)));
        }
    }
    let total: f64 = nodes.iter().map(|(_, w)| w).sum();
    nodes.iter_mut().for_each(|(_, w)| *w /= total);
    Ok(nodes)
}

/// How many nodes an edge may have.
pub(super) fn longest_edge(dim: usize) -> usize {
    let mut edge = FIRST;
    let count = |edge: usize| (1..dim).try_fold(dim, |n, _| n.checked_mul(edge));
    while count(2 * edge).is_some_and(|n| n <= MOST) && edge < 128 {
        edge *= 2;
    }
    edge
}

/// The mean of a cost over directions; of a single one where all cost the same.
pub(super) fn average(
    dim: usize,
    single: bool,
    cost: impl Fn(&Direction) -> Result<Seminorm> + Sync,
) -> Result<Seminorm> {
    if single || dim == 1 {
        return cost(&super::super::slices::axis(dim)?);
    }
    let longest = longest_edge(dim);
    let mut edge = FIRST;
    let mut before: Option<Estimate> = None;
    loop {
        let nodes = half_sphere(dim, edge)?;
        let costs = parallel::map(nodes, |(xi, w)| Ok(cost(&xi)?.scaled(w)));
        let mut sum = Estimate::default();
        for cost in costs {
            match cost? {
                Seminorm::Finite(part) => sum = sum + part,
                infinite => return Ok(infinite),
            }
        }
        if let Some(before) = before {
            let moved = (sum.value - before.value).abs();
            if moved <= TOLERANCE * sum.value.abs() + 0.1 * sum.error || edge >= longest {
                return Ok(Seminorm::Finite(Estimate::new(
                    sum.value,
                    sum.error + moved,
                )));
            }
        } else if edge >= longest {
            // A single rule says nothing of its error.
            return Ok(Seminorm::Finite(Estimate::new(sum.value, f64::INFINITY)));
        }
        before = Some(sum);
        edge *= 2;
    }
}
