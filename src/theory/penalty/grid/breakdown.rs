//! Where on the frequencies the cost of samples lies.

use super::Spectrum;
use super::weights::Weights;
use crate::error::{Error, Result, non_negative};
use crate::numerics::fourier::Grid;
use crate::theory::penalty::{Penalty, Seminorm};
use std::f64::consts::PI;

/// The cost of a function on a grid by shells and by directions of frequencies, over the frequencies at which its transform
/// stands out of rounding. Sums agree with the seminorm: Σ shells = Σ directions + undirected = total.
#[derive(Clone, Debug, PartialEq)]
pub struct GridBreakdown {
    /// The frequencies ‖k‖ that bound the shells, ascending.
    pub edges: Vec<f64>,
    /// The cost below the first edge, between each two, and from the last on: one more than there are edges.
    pub shells: Vec<f64>,
    /// The cost of the frequencies nearest to each given direction or its opposite.
    pub directions: Vec<f64>,
    /// The cost of k = 0, which has no direction; all of it where no directions are given.
    pub undirected: f64,
    /// The largest frequency that is counted.
    pub band: f64,
    /// ‖f‖², the number of [`Penalty::seminorm_of_grid`].
    pub total: f64,
}

impl Penalty {
    /// Where the cost of samples lies: in shells between the given frequencies, and by the nearest of the given directions
    /// (unit vectors, one of ξ and −ξ; real functions cost the same along both).
    ///
    /// # Errors
    /// Edges that are not ascending or negative; directions that are not unit vectors of the grid's dimension; a cost
    /// that is infinite; as [`Penalty::seminorm_of_grid`].
    pub fn breakdown_of_grid(
        &self,
        grid: &Grid,
        samples: &[f64],
        edges: &[f64],
        directions: &[Vec<f64>],
    ) -> Result<GridBreakdown> {
        let found = self.seminorm_of_grid(grid, samples)?;
        if let Seminorm::Infinite { reason } = found.seminorm {
            return Err(Error::undefined(
                "breakdown of an infinite seminorm",
                reason,
            ));
        }
        check(edges, directions, self.dim())?;
        let spectrum = Spectrum::new(grid, samples, super::padding(grid))?;
        let mut weights = Weights::new(&spectrum.padded);
        let mut breakdown = GridBreakdown {
            edges: edges.to_vec(),
            shells: vec![0.0; edges.len() + 1],
            directions: vec![0.0; directions.len()],
            undirected: 0.0,
            band: spectrum.band,
            total: 0.0,
        };
        for (k, &(r, power)) in spectrum.padded.frequencies().zip(&spectrum.power) {
            if r > spectrum.band || power == 0.0 {
                continue;
            }
            let (ln, _) = weights.at(self, r)?;
            let cost = (ln + power.ln() + spectrum.cell.ln()).exp();
            breakdown.total += cost;
            breakdown.shells[edges.partition_point(|&edge| edge <= r)] += cost;
            let along = |d: &[f64]| d.iter().zip(&k).map(|(d, k)| d * k).sum::<f64>().abs();
            let nearest = directions
                .iter()
                .map(|d| along(d))
                .enumerate()
                .filter(|_| r > 0.0)
                .max_by(|a, b| a.1.total_cmp(&b.1));
            match nearest {
                Some((i, _)) => breakdown.directions[i] += cost,
                None => breakdown.undirected += cost,
            }
        }
        Ok(breakdown)
    }
}

/// Directions among which frequencies may be divided: `sectors` over half a turn in the plane, from the first axis on; else the axes.
pub fn frequency_directions(dim: usize, sectors: usize) -> Vec<Vec<f64>> {
    if dim == 2 {
        let angle = |i: usize| PI * i as f64 / sectors as f64;
        return (0..sectors)
            .map(|i| vec![angle(i).cos(), angle(i).sin()])
            .collect();
    }
    let axis = |i: usize| (0..dim).map(|j| f64::from(u8::from(i == j))).collect();
    (0..dim).map(axis).collect()
}

fn check(edges: &[f64], directions: &[Vec<f64>], dim: usize) -> Result<()> {
    for &edge in edges {
        non_negative("edges", edge)?;
    }
    if let Some(pair) = edges.windows(2).find(|p| p[0] >= p[1]) {
        return Err(Error::invalid(
            "edges",
            "ascending frequencies",
            format!("{} then {}", pair[0], pair[1]),
        ));
    }
    for direction in directions {
        let norm = direction.iter().fold(0.0f64, |n, x| n.hypot(*x));
        if direction.len() != dim || (norm - 1.0).abs() > 1e-9 || norm.is_nan() {
            return Err(Error::invalid(
                "directions",
                format!("unit vectors of dimension {dim}"),
                format!("{direction:?}"),
            ));
        }
    }
    Ok(())
}
