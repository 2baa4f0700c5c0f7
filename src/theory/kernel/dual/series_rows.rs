//! Mehler's series on whole rows of pairs.

use super::hermite::HermiteSeries;
use super::rows::{RowPairs, STRIP, Strip, strips};
use super::{Covariance, DualActivation};
use crate::model::activation::Parity;
use crate::numerics::parallel;
use crate::numerics::special::Correlation;
use std::f64::consts::PI;

/// The most terms with which a series is faster than the pairs one by one.
const MOST_TERMS: usize = 512;
/// Terms for φ with kinks, whose series converge for |ρ| < 1 only.
const KINKED_TERMS: usize = 256;
/// Numbers of intervals between the Chebyshev nodes in √q at which the coefficients are computed; others are
/// interpolated.
const INTERVALS: [usize; 4] = [16, 32, 64, 128];
/// What interpolation may lose, relative to the largest √E[φ²].
const INTERPOLATED: f64 = 3e-14;
/// What the series may leave out, relative to √(E[φ(u)²]E[φ(v)²]).
const LEFT_OUT: f64 = 1e-11;
/// Into how many intervals |ρ| is divided: small correlations need few terms.
const LEVELS: usize = 64;
/// Pairs that go through the series together.
const LANES: usize = 8;

type Lanes = [f64; LANES];

/// Which Hermite coefficients are not 0.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Powers {
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
        self != Self::EvenAndFirst || odd.fold(0.0, |m: f64, a| m.max(a.abs())) <= INTERPOLATED * size
    }

    /// The degree of the k-th kept.
    fn degree(self, k: usize) -> usize {
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

/// Hermite coefficients a_n of every pre-activation of two sets: E[φ(u)φ(v)] = Σ a_n(q₁₁)a_n(q₂₂)ρⁿ and, by
/// Price's theorem, E[φ′(u)φ′(v)] = Σ n a_n(q₁₁)a_n(q₂₂)ρⁿ⁻¹/√(q₁₁q₂₂).
#[derive(Debug)]
pub(crate) struct SeriesRows {
    /// The coefficients of every block of u: one after another the powers, of as many u as there are lanes.
    rows: Vec<Lanes>,
    /// The coefficients of each v, one after another.
    columns: Vec<f64>,
    /// a₁ of every u and v, where it is kept apart; else 0.
    first: (Vec<Strip>, Vec<f64>),
    /// E[φ(u)²] of every u and v.
    squares: (Vec<f64>, Vec<f64>),
    /// An even number.
    count: usize,
    powers: Powers,
    /// √E[φ²] and √E[φ′²] at the largest variance.
    sizes: (f64, f64),
    /// How many pairs of powers are enough for |ρ| ≤ 1/LEVELS, 2/LEVELS, …, 1.
    enough: [usize; LEVELS],
    /// Beyond this |ρ| there are too few.
    reach: f64,
}

impl SeriesRows {
    /// `derivatives`: whether E[φ′φ′] is wanted, which steps do not have here.
    pub(crate) fn new(
        dual: &DualActivation,
        rows: &[f64],
        columns: &[f64],
        derivatives: bool,
    ) -> Option<Self> {
        let activation = dual.activation();
        let kinks = activation.kinks();
        if derivatives && kinks.iter().any(|kink| kink.order == 0) {
            return None;
        }
        let all = || rows.iter().chain(columns).copied();
        let (low, high) = (
            all().fold(f64::INFINITY, f64::min),
            all().fold(0.0, f64::max),
        );
        let terms = if kinks.is_empty() {
            HermiteSeries::terms_leaving(activation, high, LEFT_OUT)?
        } else {
            KINKED_TERMS
        };
        if terms > MOST_TERMS {
            return None;
        }
        let table = Table::new(dual, (low.sqrt(), high.sqrt()), terms)?;
        let count = table.count;
        // Σ a_n² is short of E[φ²] where φ has kinks: that is taken from the table, too.
        let at_all = |q: &[f64]| {
            let mut all = parallel::map(q.to_vec(), |q| table.at(q.sqrt()));
            let mut last = || all.iter_mut().filter_map(Vec::pop).collect::<Vec<_>>();
            let (squares, first) = (last(), last());
            (all, first, squares)
        };
        let (of_rows, first_of_rows, squares_of_rows) = at_all(rows);
        let (of_columns, first_of_columns, squares_of_columns) = at_all(columns);
        let whole = rows.len().next_multiple_of(STRIP);
        let mut lanes = vec![[0.0; LANES]; count * whole / LANES];
        for (i, coefficients) in of_rows.into_iter().enumerate() {
            let block = &mut lanes[i / LANES * count..];
            for (lanes, a) in block.iter_mut().zip(coefficients) {
                lanes[i % LANES] = a;
            }
        }
        let enough = table.enough(derivatives);
        Some(Self {
            rows: lanes,
            columns: of_columns.concat(),
            first: (strips(&first_of_rows, 0.0), first_of_columns),
            squares: (squares_of_rows, squares_of_columns),
            count,
            powers: table.powers,
            sizes: table.sizes,
            reach: match enough.iter().position(|needed| *needed > count) {
                None => f64::INFINITY,
                Some(level) => level as f64 / LEVELS as f64,
            },
            enough: enough.map(|needed| needed.min(count).div_ceil(2)),
        })
    }

    /// Beyond this |ρ| the terms are too few.
    pub(crate) fn reach(&self) -> f64 {
        self.reach
    }

    /// E[φ(u)²] of one of the u or v.
    pub(crate) fn square(&self, at: usize, of_columns: bool) -> f64 {
        if of_columns {
            self.squares.1[at]
        } else {
            self.squares.0[at]
        }
    }

    /// E[φ²] and E[φ′²] at the largest variance.
    pub(crate) fn squares(&self) -> (f64, f64) {
        (self.sizes.0.powi(2), self.sizes.1.powi(2))
    }

    /// Bounds on both errors, for correlations right to `correlation`.
    pub(crate) fn errors(&self, correlation: f64) -> (f64, f64) {
        let (value, slope) = self.sizes;
        let relative = 2.0 * LEFT_OUT + 4.0 * INTERPOLATED + correlation;
        // Errors δ of the coefficients carry δ√(Σ n ρ²ⁿ) into the derivative, Σ n over 2·powers at most.
        let carried = match self.reach < 1.0 {
            true => 1.0 / (1.0 - self.reach * self.reach),
            false => std::f64::consts::SQRT_2 * self.count as f64,
        };
        let steep = 2.0 * LEFT_OUT + 4.0 * INTERPOLATED * carried + 8.0 * correlation;
        (relative * value * value, steep * slope * slope)
    }

    #[inline(always)]
    pub(crate) fn fill(&self, p: &RowPairs<'_>, nngp: &mut Strip, derivative: &mut Strip) {
        let column = &self.columns[p.column * self.count..][..self.count];
        let columns = column.as_chunks::<2>().0;
        let (first, of_column) = (&self.first.0[p.strip], self.first.1[p.column]);
        let (values, slopes) = (nngp.as_chunks_mut::<LANES>().0, derivative.as_chunks_mut::<LANES>().0);
        let blocks = p.rho.as_chunks::<LANES>().0.iter().zip(values.iter_mut().zip(slopes));
        for (k, (rho, (value, slope))) in blocks.enumerate() {
            let largest = rho.iter().fold(0.0, |m: f64, r| m.max(r.abs()));
            let level = ((largest * LEVELS as f64) as usize).min(LEVELS - 1);
            let kept = self.enough[level];
            let block = p.strip * (STRIP / LANES) + k;
            let rows = self.rows[block * self.count..].as_chunks::<2>().0;
            (*value, *slope) = horner(&rows[..kept], &columns[..kept], self.powers, rho);
        }
        for l in 0..STRIP {
            let line = first[l] * of_column;
            nngp[l] += line * p.rho[l];
            derivative[l] = (derivative[l] + line) * (p.inverses[l] * p.inverse);
        }
    }
}

/// P = E(x²) + xO(x²) and P′ by Horner's scheme and its derivative, E and O side by side, from the highest
/// power down.
#[inline(always)]
fn horner(
    rows: &[[Lanes; 2]],
    columns: &[[f64; 2]],
    powers: Powers,
    rho: &Lanes,
) -> (Lanes, Lanes) {
    let mut x = *rho;
    if powers != Powers::All {
        for x in &mut x {
            *x *= *x;
        }
    }
    let mut square = x;
    for x in &mut square {
        *x *= *x;
    }
    let (mut values, mut slopes): ([Lanes; 2], [Lanes; 2]) = Default::default();
    for (rows, columns) in rows.iter().zip(columns).rev() {
        for half in 0..2 {
            for l in 0..LANES {
                slopes[half][l] = slopes[half][l].mul_add(square[l], values[half][l]);
                values[half][l] = values[half][l].mul_add(square[l], rows[half][l] * columns[half]);
            }
        }
    }
    let (mut value, mut slope): (Lanes, Lanes) = Default::default();
    for l in 0..LANES {
        let steep = slopes[1][l].mul_add(x[l], slopes[0][l]);
        value[l] = values[1][l].mul_add(x[l], values[0][l]);
        slope[l] = (2.0 * x[l]).mul_add(steep, values[1][l]);
    }
    // In ρ: ρP(ρ²) has the derivative P + 2ρ²P′, and P(ρ²) 2ρP′.
    for l in 0..LANES {
        match powers {
            Powers::All => {}
            Powers::Odd => {
                slope[l] = (2.0 * x[l]).mul_add(slope[l], value[l]);
                value[l] *= rho[l];
            }
            Powers::Even | Powers::EvenAndFirst => slope[l] *= 2.0 * rho[l],
        }
    }
    (value, slope)
}

/// Hermite coefficients as functions of the standard deviation: the polynomials through their values at
/// Chebyshev nodes.
struct Table {
    nodes: Vec<f64>,
    /// Barycentric weights.
    weights: Vec<f64>,
    coefficients: Vec<Vec<f64>>,
    /// E[φ²] and E[φ′²] at every node.
    squares: Vec<(f64, f64)>,
    powers: Powers,
    /// Without a₁ and E[φ²] at their end.
    count: usize,
    sizes: (f64, f64),
}

/// The coefficients that are kept, an even number, with a₁ where it is kept apart and E[φ²] at their end; E[φ²]
/// and E[φ′²].
type Exact = (Vec<f64>, (f64, f64));

/// All coefficients, E[φ²] and E[φ′²].
fn all(dual: &DualActivation, std: f64, terms: usize) -> Option<Exact> {
    let variance = std * std;
    let all = dual.hermite_coefficients(variance, terms).ok()?;
    let same = Covariance::new(variance, variance, Correlation::from_one_minus(0.0)).ok()?;
    let squares = dual.evaluate(&same);
    let squares = (squares.nngp.value, squares.derivative.value);
    Some((all.into_iter().map(|a| a.value).collect(), squares))
}

fn exact(dual: &DualActivation, std: f64, terms: usize, powers: Powers) -> Option<Exact> {
    let (all, squares) = all(dual, std, terms)?;
    if !powers.hold(&all, squares.0.sqrt()) {
        return None;
    }
    let first = match powers {
        Powers::EvenAndFirst => all.get(1).copied().unwrap_or(0.0),
        _ => 0.0,
    };
    let mut kept = powers.select(&all);
    kept.resize(kept.len().next_multiple_of(2), 0.0);
    kept.extend([first, squares.0]);
    Some((kept, squares))
}

impl Table {
    /// The smallest number of nodes whose interpolant is right halfway between them; `None` if none is.
    fn new(
        dual: &DualActivation,
        (low, high): (f64, f64),
        terms: usize,
    ) -> Option<Self> {
        let (coefficients, (value, slope)) = all(dual, high, terms)?;
        let sizes = (value.sqrt(), slope.sqrt());
        let powers = Powers::of(dual.activation().parity(), &coefficients, sizes.0);
        let exact = |std: f64| exact(dual, std, terms, powers);
        let exactly = |stds: Vec<f64>| -> Option<Vec<Exact>> {
            parallel::map(stds, exact).into_iter().collect()
        };
        let table = |nodes: Vec<f64>, exact: Vec<Exact>| {
            let (coefficients, squares): (Vec<_>, _) = exact.into_iter().unzip();
            let ends = [0, nodes.len() - 1];
            let weight = |k: usize| {
                let sign = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
                if ends.contains(&k) { 0.5 * sign } else { sign }
            };
            let count = coefficients.iter().map(Vec::len).max()?.checked_sub(2)?;
            Some(Self {
                weights: (0..nodes.len()).map(weight).collect(),
                nodes,
                coefficients,
                squares,
                powers,
                count,
                sizes,
            })
        };
        if high - low <= 1e-12 * high {
            return table(vec![high], exactly(vec![high])?);
        }
        // Chebyshev's extrema: those of half as many intervals are among them.
        let place = |k: usize, of: usize| {
            0.5 * (low + high) - 0.5 * (high - low) * (PI * k as f64 / of as f64).cos()
        };
        let mut values = exactly((0..=INTERVALS[0]).map(|k| place(k, INTERVALS[0])).collect())?;
        for count in INTERVALS {
            let nodes = (0..=count).map(|k| place(k, count)).collect();
            let found = table(nodes, values.clone())?;
            let between: Vec<f64> = (0..count).map(|k| place(2 * k + 1, 2 * count)).collect();
            let checks = exactly(between.clone())?;
            let right = |(std, exact): (&f64, &Exact)| {
                let pairs = found.at(*std).into_iter().zip(&exact.0);
                let worst = pairs.fold(0.0, |worst: f64, (a, b)| worst.max((a - b).abs()));
                worst <= INTERPOLATED * sizes.0.max(value)
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

    /// How many powers leave at most [`LEFT_OUT`] of the sizes for |ρ| up to each level, more than there are if
    /// none do: by Cauchy and Schwarz the terms from n on are at most ρⁿ Σ_{k≥n} a_k², and
    /// ρⁿ⁻¹ Σ_{k≥n} k a_k²/q in the derivative, at the worst of the nodes.
    fn enough(&self, derivatives: bool) -> [usize; LEVELS] {
        /// Rounding of a sum of squares.
        const ROUNDING: f64 = 1e-14;
        let allowed = (
            LEFT_OUT * self.sizes.0.powi(2),
            LEFT_OUT * self.sizes.1.powi(2),
        );
        // Of φ and of φ′, relative to what is allowed; the last is beyond all terms.
        let mut left = vec![(0.0_f64, 0.0_f64); self.count + 1];
        let nodes = self.nodes.iter().zip(&self.coefficients).zip(&self.squares);
        for ((node, coefficients), (square, steep)) in nodes {
            let term = |degree: usize, a: f64| (a * a, degree as f64 * a * a / (node * node));
            let kept = coefficients.iter().take(self.count).enumerate();
            let terms = kept.map(|(k, a)| term(self.powers.degree(k), *a));
            let terms: Vec<(f64, f64)> = terms.chain([(0.0, 0.0)]).collect();
            let apart = term(1, coefficients.get(self.count).copied().unwrap_or(0.0));
            let sum = terms.iter().fold(apart, |s, t| (s.0 + t.0, s.1 + t.1));
            let mut value = (square - sum.0).max(0.0) + ROUNDING * square;
            let mut slope = (steep - sum.1).max(0.0) + ROUNDING * steep;
            for (left, term) in left.iter_mut().zip(&terms).rev() {
                value += term.0;
                slope += term.1;
                *left = (left.0.max(value / allowed.0), left.1.max(slope / allowed.1));
            }
        }
        std::array::from_fn(|level| {
            let rho = (level + 1) as f64 / LEVELS as f64;
            let matters = |k: usize| {
                let power = rho.powi(self.powers.degree(k) as i32);
                left[k].0 * power > 1.0 || (derivatives && left[k].1 * power > rho)
            };
            (0..=self.count)
                .rfind(|&k| matters(k))
                .map_or(1, |k| k + 1)
        })
    }

    /// The coefficients at one standard deviation, and E[φ²].
    fn at(&self, std: f64) -> Vec<f64> {
        let mut sum = vec![0.0; self.count + 2];
        let mut total = 0.0;
        for ((node, weight), coefficients) in
            self.nodes.iter().zip(&self.weights).zip(&self.coefficients)
        {
            if std == *node {
                sum.fill(0.0);
                sum[..coefficients.len()].copy_from_slice(coefficients);
                return sum;
            }
            let part = weight / (std - node);
            total += part;
            crate::numerics::axpy(part, coefficients, &mut sum);
        }
        for a in &mut sum {
            *a /= total;
        }
        sum
    }
}
