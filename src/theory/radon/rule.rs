//! Quadrature over all directions.

use super::Direction;
use crate::error::{Error, Result};
use crate::numerics::quadrature::gauss_gegenbauer;
use crate::numerics::special::{normal_quantile, sphere_surface};
use std::f64::consts::TAU;

/// Directions with weights: Σ w g(ξ) ≈ ∫_{S^{d−1}} g dξ, the unnormalised surface integral.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectionRule {
    nodes: Vec<(Direction, f64)>,
    dim: usize,
}

/// More directions than anyone waits for.
const MOST: usize = 1 << 24;

impl DirectionRule {
    /// Exact for polynomials up to this degree: ±1 in d = 1, equally spaced angles in d = 2, products of Gauss–Gegenbauer
    /// rules and equally spaced angles above.
    ///
    /// # Errors
    /// d = 0; more than 2²⁴ directions.
    pub fn new(dim: usize, degree: usize) -> Result<Self> {
        if dim == 0 {
            return Err(Error::invalid("dim", "at least 1", dim));
        }
        let polar = degree / 2 + 1;
        let angles = if dim == 1 { 2 } else { degree + 1 };
        let count = (2..dim).try_fold(angles, |n, _| n.checked_mul(polar));
        if count.is_none_or(|n| n > MOST) {
            return Err(Error::invalid(
                "degree",
                format!("a rule of at most 2^24 directions in dimension {dim}"),
                degree,
            ));
        }
        let nodes = product(dim, degree)
            .into_iter()
            .map(|(x, w)| Direction::new(&x).map(|direction| (direction, w)))
            .collect::<Result<_>>()?;
        Ok(Self { nodes, dim })
    }

    /// d.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Directions and weights; the weights sum to |S^{d−1}|.
    pub fn nodes(&self) -> &[(Direction, f64)] {
        &self.nodes
    }
}

fn product(dim: usize, degree: usize) -> Vec<(Vec<f64>, f64)> {
    if dim == 1 {
        return vec![(vec![1.0], 1.0), (vec![-1.0], 1.0)];
    }
    if dim == 2 {
        let n = degree + 1;
        let angle = |i: usize| {
            let (sin, cos) = (TAU * i as f64 / n as f64).sin_cos();
            (vec![cos, sin], TAU / n as f64)
        };
        return (0..n).map(angle).collect();
    }
    let lower = product(dim - 1, degree);
    // The surface measure of S^{d−1} is (1−t²)^{(d−3)/2} dt times that of S^{d−2}.
    let rule = gauss_gegenbauer(degree / 2 + 1, 0.5 * (dim - 2) as f64);
    let mass: f64 = rule.weights.iter().sum::<f64>() * sphere_surface(dim - 1);
    let correction = sphere_surface(dim) / mass;
    let mut nodes = Vec::with_capacity(lower.len() * rule.nodes.len());
    for (t, weight) in rule.nodes.iter().zip(&rule.weights) {
        let radius = ((1.0 - t) * (1.0 + t)).sqrt();
        for (x, w) in &lower {
            let mut point = vec![*t];
            point.extend(x.iter().map(|c| c * radius));
            nodes.push((point, w * weight * correction));
        }
    }
    nodes
}

/// `count` directions spread over half of the sphere (ξ and −ξ see the same hyperplanes): 1 in d = 1, the angles
/// kπ/count in d = 2, a Fibonacci spiral in d = 3. In d ≥ 4 the first axis, then the points {½ + k√p_j}, p_j the primes, of
/// Richtmyer's Kronecker sequence through the normal quantile, normalised: more directions keep the earlier ones.
///
/// # Errors
/// d = 0; no directions or more than 2²⁴, more than 1 in d = 1.
pub fn spread_directions(dim: usize, count: usize) -> Result<Vec<Direction>> {
    if count == 0 || count > MOST || (dim == 1 && count > 1) {
        let most = if dim == 1 { 1 } else { MOST };
        return Err(Error::invalid(
            "directions",
            format!("between 1 and {most} in dimension {dim}"),
            count,
        ));
    }
    match dim {
        0 => Err(Error::invalid("dim", "at least 1", dim)),
        1 => Ok(vec![Direction::new(&[1.0])?]),
        2 => (0..count)
            .map(|k| Direction::from_angle(0.5 * TAU * k as f64 / count as f64))
            .collect(),
        3 => {
            // Equal areas in height, the golden angle between neighbours.
            let golden = 0.5 * TAU * (3.0 - 5f64.sqrt());
            let direction = |k: usize| {
                let z = (k as f64 + 0.5) / count as f64;
                let (sin, cos) = (golden * k as f64).sin_cos();
                let r = ((1.0 - z) * (1.0 + z)).sqrt();
                Direction::new(&[r * cos, r * sin, z])
            };
            (0..count).map(direction).collect()
        }
        _ => {
            let steps = roots_of_primes(dim);
            let direction = |k: usize| {
                // At k = 0 every quantile is 0.
                let normal = |step: &f64| normal_quantile((0.5 + k as f64 * step).fract());
                let mut x: Vec<f64> = steps.iter().map(normal).collect();
                if k == 0 {
                    x[0] = 1.0;
                }
                let xi = Direction::new(&x)?;
                let behind = xi.as_slice().first().is_some_and(|x| *x < 0.0);
                Ok(if behind { xi.opposite() } else { xi })
            };
            (0..count).map(direction).collect()
        }
    }
}

/// √2, √3, √5, …: the steps of Richtmyer's Kronecker sequence, the square roots of the first n primes.
fn roots_of_primes(n: usize) -> Vec<f64> {
    let mut primes: Vec<usize> = Vec::with_capacity(n);
    let mut candidate = 2_usize;
    while primes.len() < n {
        if primes.iter().all(|p| !candidate.is_multiple_of(*p)) {
            primes.push(candidate);
        }
        candidate += 1;
    }
    primes.into_iter().map(|p| (p as f64).sqrt()).collect()
}
