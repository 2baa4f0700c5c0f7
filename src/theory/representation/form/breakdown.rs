//! Where a cost lies.

use super::average::{FINEST, half_sphere, longest_edge};
use super::measure::Kind;
use super::{Law, RadonForm};
use crate::data::Target;
use crate::error::{Error, Result, finite};
use crate::numerics::{Estimate, parallel};
use crate::theory::penalty::Seminorm;
use crate::theory::radon::Direction;
use crate::theory::representation::slices::axis;
use std::f64::consts::{FRAC_PI_4, PI};

/// The cost of a function by direction and offset. Sums agree with the seminorm: Σ weight·cost = Σ parts = bending, and total =
/// bending + polynomial.
#[derive(Clone, Debug)]
pub struct Breakdown {
    /// One of ξ and −ξ, with weights that sum to 1; a single one where all directions cost the same.
    pub directions: Vec<DirectionCost>,
    /// Offsets γ, ascending.
    pub offsets: Vec<f64>,
    /// E_ξ∫α²/p over γ below the first offset, between each two, and above the last: one more than there are offsets.
    pub parts: Vec<Estimate>,
    /// E_ξ α²/p at the offsets.
    pub density: Vec<Estimate>,
    /// E_ξ∫α²/p over all γ below each offset.
    pub cumulative: Vec<Estimate>,
    /// E_ξ∫α²/p.
    pub bending: Estimate,
    /// What the polynomial beside it costs.
    pub polynomial: Estimate,
    /// ‖f‖².
    pub total: Estimate,
}

/// The cost along one direction.
#[derive(Clone, Debug)]
pub struct DirectionCost {
    /// ξ.
    pub direction: Direction,
    /// Its share of the average over directions.
    pub weight: f64,
    /// ∫α(ξ,γ)²/p dγ.
    pub cost: Estimate,
    /// The same over γ below the first offset, between each two, and above the last.
    pub parts: Vec<Estimate>,
}

impl Breakdown {
    /// E_ξ∫α²/p over each cell of (direction, offset), weight·parts of each direction: the sums over directions are `parts`, those over offsets
    /// weight·cost.
    pub fn cells(&self) -> Vec<Vec<Estimate>> {
        let row = |d: &DirectionCost| d.parts.iter().map(|part| *part * d.weight).collect();
        self.directions.iter().map(row).collect()
    }

    /// In the plane, the arc of angles, in radians, that each direction stands for: π·weight wide, together half a circle.
    /// Nothing in other dimensions, nor where a single direction stands for all.
    pub fn arcs(&self) -> Option<Vec<(f64, f64)>> {
        let angle = |d: &DirectionCost| match *d.direction.as_slice() {
            [x, y] if self.directions.len() > 1 => Some(y.atan2(x)),
            _ => None,
        };
        let angles: Vec<f64> = self.directions.iter().map(angle).collect::<Option<_>>()?;
        let mut order: Vec<usize> = (0..angles.len()).collect();
        order.sort_by(|&i, &j| angles[i].total_cmp(&angles[j]));
        // The nodes of a Gauss rule lie between the sums of its weights; the first face begins at −45°.
        let mut arcs = vec![(0.0, 0.0); angles.len()];
        let mut end = -FRAC_PI_4;
        for i in order {
            let start = end;
            end += PI * self.directions[i].weight;
            arcs[i] = (start, end);
        }
        Some(arcs)
    }
}

pub(super) fn of(form: &RadonForm, target: &dyn Target, offsets: &[f64]) -> Result<Breakdown> {
    if offsets.len() < 2 {
        return Err(Error::shape("offsets", "at least two", offsets.len()));
    }
    for offset in offsets {
        finite("offsets", *offset)?;
    }
    if let Some(pair) = offsets.windows(2).find(|p| p[0] >= p[1]) {
        return Err(Error::invalid(
            "offsets",
            "ascending numbers",
            format!("{} then {}", pair[0], pair[1]),
        ));
    }
    let infinite = |reason: String| Error::undefined("breakdown of an infinite seminorm", reason);
    if let Law::Scales { .. } = form.law {
        return Err(Error::undefined(
            "breakdown",
            "over a law of scales the cost has no density in (ξ, γ) alone: name one scale",
        ));
    }
    let (source, constant) = form.source(target)?;
    let polynomial = match form.cost_of_constant(constant)? {
        Seminorm::Finite(cost) => cost,
        Seminorm::Infinite { reason } => return Err(infinite(reason)),
    };
    let sight = form
        .sight(&source)?
        .map_err(|rough| infinite(rough.reason))?;
    let single = form.one_direction(&sight, Kind::Square);
    let nodes = if single || form.dim == 1 {
        vec![(axis(form.dim)?, 1.0)]
    } else {
        half_sphere(form.dim, longest_edge(form.dim).min(FINEST))?
    };
    let rate = 1.0 / form.rate;
    let rows = parallel::map(nodes, |(direction, weight)| {
        let cells = form.cells(&sight, Kind::Square, &direction, offsets)?;
        let cost = match cells.total() {
            Seminorm::Finite(cost) => cost * rate,
            Seminorm::Infinite { reason } => return Err(infinite(reason)),
        };
        let density = form.densities(&sight, &direction, offsets)?;
        let row = DirectionCost {
            direction,
            weight,
            cost,
            parts: cells.parts.into_iter().map(|part| part * rate).collect(),
        };
        Ok((row, density))
    });
    let mut parts = vec![Estimate::default(); offsets.len() + 1];
    let mut density = vec![Estimate::default(); offsets.len()];
    let mut directions = Vec::with_capacity(rows.len());
    for row in rows {
        let (row, at) = row?;
        for (slot, part) in parts.iter_mut().zip(&row.parts) {
            *slot = *slot + *part * row.weight;
        }
        for (slot, value) in density.iter_mut().zip(at) {
            *slot = *slot + value * (rate * row.weight);
        }
        directions.push(row);
    }
    let mut running = Estimate::default();
    let cumulative = parts
        .iter()
        .take(offsets.len())
        .map(|part| {
            running = running + *part;
            running
        })
        .collect();
    let bending: Estimate = parts.iter().copied().sum();
    Ok(Breakdown {
        directions,
        offsets: offsets.to_vec(),
        parts,
        density,
        cumulative,
        bending,
        polynomial,
        total: bending + polynomial,
    })
}
