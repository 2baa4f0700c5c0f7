//! How many terms of Mehler's series a pair needs, by its variances and its correlation.

use super::coefficients::{Apart, Powers};
use crate::numerics::parallel;

/// Into how many intervals |ρ| is divided: small correlations need few terms.
const LEVELS: usize = 64;
/// Into how many the logarithms of the standard deviations are: so do small variances.
const CLASSES: usize = 6;
/// Rounding of a sum of squares.
const ROUNDING: f64 = 4e-15;

/// How many powers are enough for two classes and |ρ| ≤ 1/LEVELS, 2/LEVELS, …, 1.
#[derive(Debug)]
pub(super) struct Enough {
    needed: Box<[[[u16; LEVELS]; CLASSES]; CLASSES]>,
    /// ln of the smallest standard deviation, and the length of a class.
    classes: (f64, f64),
}

/// What a series leaves out.
pub(super) struct Allowed {
    /// At most this part of the sizes …
    pub(super) part: f64,
    /// … E[φ²] and E[φ′²] themselves, or these, the largest.
    pub(super) of: Option<(f64, f64)>,
    /// Whether E[φ′φ′] matters too.
    pub(super) derivatives: bool,
}

/// A pre-activation: its standard deviation and its coefficients.
pub(super) type Point<'a> = (f64, &'a [f64], Apart);

impl Enough {
    /// More than there are where none are enough: by Cauchy and Schwarz the terms from n on are at most
    /// ρⁿ √(Σ_{k≥n} a_k(q₁₁)² Σ_{k≥n} a_k(q₂₂)²), and with k a_k²/q and ρⁿ⁻¹ in the derivative.
    pub(super) fn new(points: &[Point<'_>], powers: Powers, allowed: &Allowed) -> Self {
        let logarithms = || points.iter().map(|point| point.0.ln());
        let low = logarithms().fold(f64::INFINITY, f64::min);
        let high = logarithms().fold(f64::NEG_INFINITY, f64::max);
        let classes = (low, (high - low).max(1e-3) / CLASSES as f64);
        let mut of_class = vec![Vec::new(); CLASSES];
        for point in points {
            of_class[class(classes, point.0)].push(point);
        }
        let left = parallel::map(of_class, |points: Vec<&Point<'_>>| {
            tails(&points, powers, allowed)
        });
        let mut found = Box::new([[[0; LEVELS]; CLASSES]; CLASSES]);
        for a in 0..CLASSES {
            for b in 0..=a {
                let (one, two) = (&left[a], &left[b]);
                // From the highest |ρ| down: it takes ever fewer.
                let mut enough = one.len().min(two.len());
                for level in (0..LEVELS).rev() {
                    let rho = (level + 1) as f64 / LEVELS as f64;
                    let matters = |k: usize| {
                        let power = rho.powi(powers.degree(k) as i32);
                        one[k].0 * two[k].0 * power > 1.0
                            || (allowed.derivatives && one[k].1 * two[k].1 * power > rho)
                    };
                    enough = (0..enough).rfind(|&k| matters(k)).map_or(1, |k| k + 1);
                    found[a][b][level] = enough as u16;
                    found[b][a][level] = enough as u16;
                }
            }
        }
        Self {
            needed: found,
            classes,
        }
    }

    /// Which class a standard deviation belongs to.
    pub(super) fn class(&self, std: f64) -> u8 {
        class(self.classes, std) as u8
    }

    /// The |ρ| up to which `count` are enough for all; infinite where they always are.
    pub(super) fn reach(&self, count: usize) -> f64 {
        let short = |levels: &[u16; LEVELS]| {
            levels
                .iter()
                .position(|&needed| usize::from(needed) > count)
        };
        let shortest = self.needed.as_flattened().iter().filter_map(short).min();
        shortest.map_or(f64::INFINITY, |level| level as f64 / LEVELS as f64)
    }

    /// For a v of that class, every class of u and every level of |ρ|.
    #[inline(always)]
    pub(super) fn beside(&self, class: u8) -> &[[u16; LEVELS]; CLASSES] {
        &self.needed[usize::from(class)]
    }

    /// The level of |ρ|.
    #[inline(always)]
    pub(super) fn level(rho: f64) -> usize {
        ((rho * LEVELS as f64) as usize).min(LEVELS - 1)
    }
}

fn class((low, length): (f64, f64), std: f64) -> usize {
    (((std.ln() - low) / length) as usize).min(CLASSES - 1)
}

/// For every k the largest √Σ_{j≥k} a_j² and √(Σ_{j≥k} j a_j²/q), relative to the square root of what is allowed; the last is
/// beyond all terms.
fn tails(points: &[&Point<'_>], powers: Powers, allowed: &Allowed) -> Vec<(f64, f64)> {
    let count = points.first().map_or(0, |point| point.1.len());
    let mut most = vec![(0.0_f64, 0.0_f64); count + 1];
    for (std, coefficients, apart) in points {
        let term = |degree: usize, a: f64| (a * a, degree as f64 * a * a / (std * std));
        let (square, steep) = allowed.of.unwrap_or((apart.square, apart.steep));
        let (square, steep) = (1.0 / (allowed.part * square), 1.0 / (allowed.part * steep));
        let terms = || {
            coefficients
                .iter()
                .enumerate()
                .map(|(k, a)| term(powers.degree(k), *a))
        };
        let sum = terms().fold(term(1, apart.first), |s, t| (s.0 + t.0, s.1 + t.1));
        let beyond = |all: f64, sum: f64| (all - sum).max(0.0) + ROUNDING * all;
        let mut value = beyond(apart.square, sum.0);
        let mut slope = beyond(apart.steep, sum.1);
        let mut raise = |k: usize, value: f64, slope: f64| {
            most[k].0 = most[k].0.max(value * square);
            most[k].1 = most[k].1.max(slope * steep);
        };
        raise(count, value, slope);
        for (k, a) in coefficients.iter().enumerate().rev() {
            let term = term(powers.degree(k), *a);
            (value, slope) = (value + term.0, slope + term.1);
            raise(k, value, slope);
        }
    }
    most.into_iter()
        .map(|(value, slope)| (value.sqrt(), slope.sqrt()))
        .collect()
}
