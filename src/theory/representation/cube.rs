//! Piecewise constant densities on a unit cube, and the cube's map to directions.

use crate::error::Result;
use crate::numerics::special::normal_quantile;
use crate::theory::radon::Direction;
use std::f64::consts::TAU;

/// A density on [0,1]³, constant on the cells of a grid; its integral is 1.
pub(super) struct Cube {
    cells: [usize; 3],
    /// By the first, second, third index, the third fastest.
    values: Vec<f64>,
    /// Sums of the values before each.
    before: Vec<f64>,
}

impl Cube {
    /// From values ≥ 0, normalised; uniform if all are 0.
    pub fn new(cells: [usize; 3], mut values: Vec<f64>) -> Self {
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        if mean > 0.0 {
            values.iter_mut().for_each(|v| *v /= mean);
        } else {
            values.iter_mut().for_each(|v| *v = 1.0);
        }
        let mut before = Vec::with_capacity(values.len() + 1);
        let mut sum = 0.0;
        for value in &values {
            before.push(sum);
            sum += value;
        }
        before.push(sum);
        Self {
            cells,
            values,
            before,
        }
    }

    /// The point with the law of this density that a uniform point becomes, coordinate after coordinate, and the density there.
    pub fn place(&self, uniform: [f64; 3]) -> ([f64; 3], f64) {
        let mut point = [0.0; 3];
        let (mut start, mut end) = (0, self.values.len());
        for ((slot, u), cells) in point.iter_mut().zip(uniform).zip(self.cells) {
            let block = (end - start) / cells;
            let sum = |i: usize| self.before.get(start + i * block).copied().unwrap_or(0.0);
            let goal = sum(0) + u * (sum(cells) - sum(0));
            // The last cell that begins at or below the goal.
            let (mut low, mut high) = (0, cells);
            while high - low > 1 {
                let middle = low.midpoint(high);
                if sum(middle) <= goal {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            let (chosen, part) = (low, sum(low + 1) - sum(low));
            let left = goal - sum(low);
            let inside = if part > 0.0 {
                (left / part).clamp(0.0, 1.0)
            } else {
                0.5
            };
            *slot = ((chosen as f64 + inside) / cells as f64).min(1.0);
            start += chosen * block;
            end = start + block;
        }
        (point, self.values.get(start).copied().unwrap_or(1.0))
    }
}

/// How many uniform numbers a direction takes.
pub(super) fn coordinates(dim: usize) -> usize {
    match dim {
        1 | 2 => 1,
        3 => 2,
        d => d,
    }
}

/// The uniform direction that uniform numbers make.
pub(super) fn direction(dim: usize, u: &[f64]) -> Result<Direction> {
    let at = |i: usize| u.get(i).copied().unwrap_or(0.5);
    match dim {
        1 => Direction::new(&[if at(0) < 0.5 { -1.0 } else { 1.0 }]),
        2 => Direction::from_angle(TAU * at(0)),
        3 => {
            let z = 2.0 * at(0) - 1.0;
            let r = ((1.0 - z) * (1.0 + z)).max(0.0).sqrt();
            let (sin, cos) = (TAU * at(1)).sin_cos();
            Direction::new(&[r * cos, r * sin, z])
        }
        _ => {
            // Away from 0 and 1, where the quantile is infinite.
            let normal = |u: &f64| normal_quantile(u.clamp(1e-300, 1.0 - 1e-16));
            Direction::new(&u.iter().map(normal).collect::<Vec<f64>>())
        }
    }
}
