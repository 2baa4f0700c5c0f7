//! Hermite coefficients at any variance of a range: interpolated from those at some, with how many of them a
//! pair needs.

use super::expansion::Expansion;
use super::hermite::HermiteGrid;
use crate::model::Activation;
use crate::model::activation::Parity;
use crate::numerics::{axpy, parallel};
use std::f64::consts::PI;

/// Numbers of intervals between the Chebyshev nodes in √q at which the coefficients are computed; others are
/// interpolated.
const INTERVALS: [usize; 5] = [16, 32, 64, 128, 256];
/// What interpolation may lose, relative to the largest √E[φ²].
pub(super) const INTERPOLATED: f64 = 3e-14;
/// What the series may leave out, relative to √(E[φ(u)²]E[φ(v)²]).
pub(super) const LEFT_OUT: f64 = 1e-11;
/// Into how many intervals |ρ| is divided: small correlations need few terms.
pub(super) const LEVELS: usize = 64;
/// Into how many the standard deviations are: so do small variances.
pub(super) const CLASSES: usize = 6;

/// How many powers are enough for two classes and |ρ| ≤ 1/LEVELS, 2/LEVELS, …, 1.
pub(super) type Enough = [[[u16; LEVELS]; CLASSES]; CLASSES];

/// Which Hermite coefficients are not 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Powers {
    All,
    Odd,
    Even,
    /// The even ones and a₁: an even function and a line, such as GELU, SiLU and softplus.
    EvenAndFirst,
}

impl Powers {
    /// From the parity of the activation and all its coefficients at one variance.
    fn of(parity: Parity, coefficients: &[f64], size: f64) -> Self {
        match parity {
            Parity::Odd => Self::Odd,
            Parity::Even => Self::Even,
            Parity::None if Self::EvenAndFirst.hold(coefficients, size) => Self::EvenAndFirst,
            Parity::None => Self::All,
        }
    }

    /// Whether all other coefficients are rounding, of which products alone are left out.
    fn hold(self, coefficients: &[f64], size: f64) -> bool {
        let odd = coefficients.iter().skip(3).step_by(2);
        self != Self::EvenAndFirst
            || odd.fold(0.0, |m: f64, a| m.max(a.abs())) <= INTERPOLATED * size
    }

    /// The degree of the k-th kept.
    pub(super) fn degree(self, k: usize) -> usize {
        match self {
            Self::All => k,
            Self::Odd => 2 * k + 1,
            Self::Even | Self::EvenAndFirst => 2 * k,
        }
    }

    /// Those kept, a₁ of [`Self::EvenAndFirst`] apart.
    fn select(self, coefficients: &[f64]) -> Vec<f64> {
        let all = coefficients.iter().copied();
        match self {
            Self::All => all.collect(),
            Self::Odd => all.skip(1).step_by(2).collect(),
            Self::Even | Self::EvenAndFirst => all.step_by(2).collect(),
        }
    }
}

/// Hermite coefficients as functions of the standard deviation: the polynomials through their values at
/// Chebyshev nodes.
pub(super) struct CoefficientTable {
    nodes: Vec<f64>,
    /// Barycentric weights.
    weights: Vec<f64>,
    coefficients: Vec<Exact>,
    pub(super) powers: Powers,
    /// Of coefficients, without the three numbers at their end.
    pub(super) count: usize,
    /// √E[φ²] and √E[φ′²] at the largest variance, to which errors are relative.
    pub(super) sizes: (f64, f64),
}

/// The coefficients that are kept, an even number, with a₁ where it is kept apart, E[φ²] and E[φ′²] at their
/// end.
pub(super) type Exact = Vec<f64>;

/// Where coefficients come from.
struct Source<'a> {
    activation: &'a Activation,
    /// For activations without kinks.
    grid: Option<HermiteGrid>,
    terms: usize,
    /// √E[φ²] at the largest variance.
    size: f64,
}

impl<'a> Source<'a> {
    fn new(activation: &'a Activation, largest: f64, terms: usize) -> Option<Self> {
        let grid = match activation.kinks().is_empty() {
            true => Some(HermiteGrid::new(activation, largest * largest, terms)?),
            false => None,
        };
        let mut source = Self {
            activation,
            grid,
            terms,
            size: f64::INFINITY,
        };
        source.size = source.all(largest)?.1.0.sqrt();
        Some(source)
    }

    /// All coefficients; E[φ²] and E[φ′²].
    fn all(&self, std: f64) -> Option<(Vec<f64>, (f64, f64))> {
        if let Some(grid) = &self.grid {
            return Some(grid.at(self.activation, std));
        }
        let found = Expansion::new(self.activation, std * std, self.terms);
        let right = found.error <= INTERPOLATED * self.size;
        right.then_some((found.coefficients, (found.square, found.steep)))
    }

    fn kept(&self, std: f64, powers: Powers) -> Option<Exact> {
        let (all, squares) = self.all(std)?;
        if !powers.hold(&all, self.size) {
            return None;
        }
        let first = match powers {
            Powers::EvenAndFirst => all.get(1).copied().unwrap_or(0.0),
            _ => 0.0,
        };
        let mut kept = powers.select(&all);
        kept.resize(kept.len().next_multiple_of(2), 0.0);
        kept.extend([first, squares.0, squares.1]);
        Some(kept)
    }
}

impl CoefficientTable {
    /// The smallest number of nodes whose interpolant is right halfway between them; `None` if none is.
    pub(super) fn new(
        activation: &Activation,
        (low, high): (f64, f64),
        terms: usize,
    ) -> Option<Self> {
        let source = Source::new(activation, high, terms)?;
        let powers = Powers::of(activation.parity(), &source.all(high)?.0, source.size);
        let exactly = |stds: Vec<f64>| -> Option<Vec<Exact>> {
            let all = parallel::map(stds, |std| source.kept(std, powers));
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
        let mut values = exactly(nodes.clone())?;
        let &[.., value, slope] = values.last()?.as_slice() else {
            return None;
        };
        let table = |nodes: Vec<f64>, coefficients: Vec<Exact>| {
            let ends = [0, nodes.len() - 1];
            let weight = |k: usize| {
                let sign = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
                if ends.contains(&k) { 0.5 * sign } else { sign }
            };
            let count = coefficients.first()?.len().checked_sub(3)?;
            Some(Self {
                weights: (0..nodes.len()).map(weight).collect(),
                nodes,
                coefficients,
                powers,
                count,
                sizes: (value.sqrt(), slope.sqrt()),
            })
        };
        if one {
            return table(nodes, values);
        }
        for intervals in INTERVALS {
            let nodes = (0..=intervals).map(|k| place(k, intervals)).collect();
            let found = table(nodes, values.clone())?;
            let count = found.count;
            let middle = |k: usize| place(2 * k + 1, 2 * intervals);
            let between: Vec<f64> = (0..intervals).map(middle).collect();
            let checks = exactly(between.clone())?;
            let right = |(std, exact): (&f64, &Exact)| {
                let found = found.at(*std);
                let gap = |k: usize| (found[k] - exact[k]).abs();
                let worst = (0..=count).fold(0.0, |worst: f64, k| worst.max(gap(k)));
                worst <= INTERPOLATED * value.sqrt()
                    && gap(count + 1) <= INTERPOLATED * value
                    && gap(count + 2) <= INTERPOLATED * slope
            };
            if between.iter().zip(&checks).all(right) {
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

    /// Which of so many equal intervals a standard deviation lies in.
    pub(super) fn class(&self, std: f64) -> usize {
        let (Some(low), Some(high)) = (self.nodes.first(), self.nodes.last()) else {
            return CLASSES - 1;
        };
        let part = (std - low) / (high - low).max(f64::MIN_POSITIVE);
        ((part * CLASSES as f64) as usize).min(CLASSES - 1)
    }

    /// How many powers leave at most [`LEFT_OUT`] of the sizes for |ρ| up to each level, more than there are if
    /// none do: by Cauchy and Schwarz the terms from n on are at most ρⁿ √(Σ_{k≥n} a_k(q₁₁)² Σ_{k≥n} a_k(q₂₂)²), and
    /// with k a_k²/q and ρⁿ⁻¹ in the derivative. A class has the largest sums of the nodes up to the first beyond it.
    pub(super) fn enough(&self, derivatives: bool) -> Enough {
        /// Rounding of a sum of squares.
        const ROUNDING: f64 = 1e-14;
        let allowed = (
            LEFT_OUT * self.sizes.0.powi(2),
            LEFT_OUT * self.sizes.1.powi(2),
        );
        // Roots of what is left of φ and of φ′, relative to what is allowed; the last is beyond all terms.
        let mut left = vec![vec![(0.0_f64, 0.0_f64); self.count + 1]; CLASSES];
        let mut lowest = 0;
        for (node, exact) in self.nodes.iter().zip(&self.coefficients) {
            let (coefficients, apart) = exact.split_at(self.count);
            let &[first, square, steep] = apart else {
                continue;
            };
            let term = |degree: usize, a: f64| (a * a, degree as f64 * a * a / (node * node));
            let kept = coefficients.iter().enumerate();
            let terms = kept.map(|(k, a)| term(self.powers.degree(k), *a));
            let terms: Vec<(f64, f64)> = terms.chain([(0.0, 0.0)]).collect();
            let sum = terms
                .iter()
                .fold(term(1, first), |s, t| (s.0 + t.0, s.1 + t.1));
            let mut value = (square - sum.0).max(0.0) + ROUNDING * square;
            let mut slope = (steep - sum.1).max(0.0) + ROUNDING * steep;
            for (k, term) in terms.iter().enumerate().rev() {
                value += term.0;
                slope += term.1;
                let roots = ((value / allowed.0).sqrt(), (slope / allowed.1).sqrt());
                for left in &mut left[lowest..] {
                    left[k] = (left[k].0.max(roots.0), left[k].1.max(roots.1));
                }
            }
            lowest = self.class(*node);
        }
        let needed = |one: &[(f64, f64)], two: &[(f64, f64)], level: usize| {
            let rho = (level + 1) as f64 / LEVELS as f64;
            let matters = |k: usize| {
                let power = rho.powi(self.powers.degree(k) as i32);
                one[k].0 * two[k].0 * power > 1.0
                    || (derivatives && one[k].1 * two[k].1 * power > rho)
            };
            let last = (0..=self.count).rfind(|&k| matters(k));
            last.map_or(1, |k| k as u16 + 1)
        };
        std::array::from_fn(|a| {
            std::array::from_fn(|b| std::array::from_fn(|level| needed(&left[a], &left[b], level)))
        })
    }

    /// The coefficients at one standard deviation, with the three numbers at their end.
    pub(super) fn at(&self, std: f64) -> Exact {
        let mut sum = vec![0.0; self.count + 3];
        let mut total = 0.0;
        for ((node, weight), coefficients) in
            self.nodes.iter().zip(&self.weights).zip(&self.coefficients)
        {
            if std == *node {
                return coefficients.clone();
            }
            let part = weight / (std - node);
            total += part;
            axpy(part, coefficients, &mut sum);
        }
        for a in &mut sum {
            *a /= total;
        }
        sum
    }
}
