//! Hermite coefficients at any variance of a range, interpolated from those at some.

use super::coefficients::{Kept, Powers, Source};
use crate::numerics::{axpy, parallel};
use std::f64::consts::PI;

/// Numbers of intervals between the Chebyshev nodes in √q at which the coefficients are computed; others are
/// interpolated.
const INTERVALS: [usize; 5] = [16, 32, 64, 128, 256];
/// What interpolation may lose, relative to the largest √E[φ²].
const INTERPOLATED: f64 = 3e-14;
/// Hermite coefficients as functions of the standard deviation: the polynomials through their values at
/// Chebyshev nodes.
pub(super) struct CoefficientTable {
    nodes: Vec<f64>,
    /// Barycentric weights.
    weights: Vec<f64>,
    coefficients: Vec<Kept>,
    pub(super) powers: Powers,
    /// As in [`Kept`]: twice what was found between the nodes.
    errors: (f64, f64),
}

impl CoefficientTable {
    /// The smallest number of nodes whose interpolant is right halfway between them; `None` if none is.
    pub(super) fn new(source: &Source<'_>, (low, high): (f64, f64)) -> Option<Self> {
        let exactly = |stds: &[f64]| -> Option<Vec<Kept>> {
            let all = parallel::map(stds.to_vec(), |std| source.kept(std));
            all.into_iter().collect()
        };
        // Chebyshev's extrema: those of half as many intervals are among them.
        let place = |k: usize, of: usize| {
            0.5 * (low + high) - 0.5 * (high - low) * (PI * k as f64 / of as f64).cos()
        };
        let one = high - low <= 1e-12 * high;
        let nodes: Vec<f64> = match one {
            true => vec![high],
            false => (0..=INTERVALS[0]).map(|k| place(k, INTERVALS[0])).collect(),
        };
        let mut values = exactly(&nodes)?;
        let highest = values.last()?.split().1;
        let table = |nodes: Vec<f64>, coefficients: Vec<Kept>| {
            let ends = [0, nodes.len() - 1];
            let weight = |k: usize| {
                let sign = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
                if ends.contains(&k) { 0.5 * sign } else { sign }
            };
            Self {
                weights: (0..nodes.len()).map(weight).collect(),
                nodes,
                errors: larger(&coefficients),
                coefficients,
                powers: source.powers,
            }
        };
        if one {
            return Some(table(nodes, values));
        }
        for intervals in INTERVALS {
            let nodes = (0..=intervals).map(|k| place(k, intervals)).collect();
            let mut found = table(nodes, values.clone());
            let middle = |k: usize| place(2 * k + 1, 2 * intervals);
            let between: Vec<f64> = (0..intervals).map(middle).collect();
            let checks = exactly(&between)?;
            let gaps = between
                .iter()
                .zip(&checks)
                .map(|(std, exact)| found.gap(*std, exact, source.powers));
            let right = |gap: &Gap| {
                gap.largest <= INTERPOLATED * highest.square.sqrt()
                    && gap.square <= INTERPOLATED * highest.square
                    && gap.steep <= INTERPOLATED * highest.steep
            };
            let gaps: Vec<Gap> = gaps.collect();
            if gaps.iter().all(right) {
                let own = larger(&checks);
                let most = |of: fn(&Gap) -> f64| gaps.iter().map(of).fold(0.0, f64::max);
                found.errors.0 = found.errors.0.max(own.0) + 2.0 * most(|gap| gap.errors.0);
                found.errors.1 = found.errors.1.max(own.1) + 2.0 * most(|gap| gap.errors.1);
                return Some(found);
            }
            let mut checks = checks.into_iter();
            values = values
                .into_iter()
                .flat_map(|value| [Some(value), checks.next()])
                .flatten()
                .collect();
        }
        None
    }

    /// What interpolation misses at one standard deviation.
    fn gap(&self, std: f64, exact: &Kept, powers: Powers) -> Gap {
        let found = self.at(std);
        let (found, exact) = (found.split(), exact.split());
        let off = |k: usize| (found.0[k] - exact.0[k]).abs();
        let first = (found.1.first - exact.1.first).abs();
        let mut gap = Gap {
            largest: first,
            errors: (first * first, first * first),
            square: (found.1.square - exact.1.square).abs(),
            steep: (found.1.steep - exact.1.steep).abs(),
        };
        for k in 0..exact.0.len() {
            gap.largest = gap.largest.max(off(k));
            gap.errors.0 += off(k).powi(2);
            gap.errors.1 += powers.degree(k) as f64 * off(k).powi(2);
        }
        gap.errors = (gap.errors.0.sqrt(), gap.errors.1.sqrt() / std);
        gap
    }

    /// At one standard deviation.
    pub(super) fn at(&self, std: f64) -> Kept {
        let width = self
            .coefficients
            .first()
            .map_or(0, |kept| kept.numbers.len());
        let mut numbers = vec![0.0; width];
        let mut total = 0.0;
        for ((node, weight), kept) in self.nodes.iter().zip(&self.weights).zip(&self.coefficients) {
            if std == *node {
                let numbers = kept.numbers.clone();
                return Kept {
                    numbers,
                    errors: self.errors,
                };
            }
            let part = weight / (std - node);
            total += part;
            axpy(part, &kept.numbers, &mut numbers);
        }
        for a in &mut numbers {
            *a /= total;
        }
        Kept {
            numbers,
            errors: self.errors,
        }
    }
}

/// The difference between interpolated and exact coefficients.
struct Gap {
    /// Of one coefficient.
    largest: f64,
    /// As in [`Kept`].
    errors: (f64, f64),
    square: f64,
    steep: f64,
}

/// The largest errors.
fn larger(all: &[Kept]) -> (f64, f64) {
    let both = all.iter().map(|kept| kept.errors);
    both.fold((0.0, 0.0), |m: (f64, f64), e| (m.0.max(e.0), m.1.max(e.1)))
}
