//! Mehler's series on whole rows of pairs.

use super::DualActivation;
use super::expansion::Expansion;
use super::hermite::{HermiteGrid, HermiteSeries};
use super::rows::{RowPairs, STRIP, Strip, strips};
use crate::model::Activation;
use crate::model::activation::{Family, Parity};
use crate::numerics::parallel;
use std::f64::consts::PI;

/// The most terms: for all correlations, or, with kinks or poles nearby, for those of some reach.
const MOST_TERMS: usize = 512;
/// Fewer where φ has kinks and they have no closed form: each costs a quadrature at every node.
const KINKED_TERMS: usize = 256;
/// Where the terms do not even reach this |ρ|, the pairs are left to be computed one by one.
const LEAST_REACH: f64 = 0.5;
/// Numbers of intervals between the Chebyshev nodes in √q at which the coefficients are computed; others are
/// interpolated.
const INTERVALS: [usize; 5] = [16, 32, 64, 128, 256];
/// What interpolation may lose, relative to the largest √E[φ²].
const INTERPOLATED: f64 = 3e-14;
/// What the series may leave out, relative to √(E[φ(u)²]E[φ(v)²]).
const LEFT_OUT: f64 = 1e-11;
/// Into how many intervals |ρ| is divided: small correlations need few terms.
const LEVELS: usize = 64;
/// Into how many the standard deviations are: so do small variances.
const CLASSES: usize = 6;
/// Pairs that go through the series together, with as many terms as the largest |ρ| of them asks: fewer would
/// wait for one another's results, more would take more terms.
const LANES: usize = 16;

type Lanes = [f64; LANES];
type Enough = [[[u16; LEVELS]; CLASSES]; CLASSES];

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
        self != Self::EvenAndFirst
            || odd.fold(0.0, |m: f64, a| m.max(a.abs())) <= INTERPOLATED * size
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
    /// (E[φ(u)²], E[φ′(u)²]) of every u and v.
    squares: (Vec<(f64, f64)>, Vec<(f64, f64)>),
    /// An even number.
    count: usize,
    powers: Powers,
    /// √E[φ²] and √E[φ′²] at the largest variance.
    sizes: (f64, f64),
    /// How many pairs of powers are enough for the classes of u and v and |ρ| ≤ 1/LEVELS, 2/LEVELS, …, 1.
    enough: Enough,
    /// The highest class of every block of u, and that of every v.
    classes: (Vec<u8>, Vec<u8>),
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
            HermiteSeries::terms_leaving(activation, high, LEFT_OUT)
                .map_or(MOST_TERMS, |needed| needed.min(MOST_TERMS))
        } else if matches!(activation.family(), Family::PiecewisePolynomial(_)) {
            MOST_TERMS
        } else {
            KINKED_TERMS
        };
        let table = Table::new(dual, (low.sqrt(), high.sqrt()), terms)?;
        let count = table.count;
        // Σ a_n² is short of E[φ²] where φ has kinks: that is taken from the table, too.
        let at_all = |q: &[f64]| {
            let mut all = parallel::map(q.to_vec(), |q| table.at(q.sqrt()));
            let mut last = || all.iter_mut().filter_map(Vec::pop).collect::<Vec<_>>();
            let (steep, squares, first) = (last(), last(), last());
            let squares: Vec<(f64, f64)> = squares.into_iter().zip(steep).collect();
            (all, first, squares)
        };
        let (of_rows, first_of_rows, squares_of_rows) = at_all(rows);
        let (of_columns, first_of_columns, squares_of_columns) = if rows == columns {
            (
                of_rows.clone(),
                first_of_rows.clone(),
                squares_of_rows.clone(),
            )
        } else {
            at_all(columns)
        };
        let whole = rows.len().next_multiple_of(STRIP);
        let mut lanes = vec![[0.0; LANES]; count * whole / LANES];
        for (i, coefficients) in of_rows.into_iter().enumerate() {
            let block = &mut lanes[i / LANES * count..];
            for (lanes, a) in block.iter_mut().zip(coefficients) {
                lanes[i % LANES] = a;
            }
        }
        let mut enough = table.enough(derivatives);
        let worst = &enough[CLASSES - 1][CLASSES - 1];
        let reach = match worst.iter().position(|&needed| usize::from(needed) > count) {
            None => f64::INFINITY,
            Some(level) => level as f64 / LEVELS as f64,
        };
        if reach < LEAST_REACH {
            return None;
        }
        for needed in enough.as_flattened_mut().as_flattened_mut() {
            *needed = needed.div_ceil(2).min(count as u16 / 2);
        }
        let class = |q: &f64| table.class(q.sqrt()) as u8;
        let of_block = |block: &[f64]| block.iter().map(class).fold(0, u8::max);
        let mut of_blocks: Vec<u8> = rows.chunks(LANES).map(of_block).collect();
        of_blocks.resize(whole / LANES, 0);
        Some(Self {
            rows: lanes,
            columns: of_columns.concat(),
            first: (strips(&first_of_rows, 0.0), first_of_columns),
            squares: (squares_of_rows, squares_of_columns),
            count,
            powers: table.powers,
            sizes: table.sizes,
            reach,
            enough,
            classes: (of_blocks, columns.iter().map(class).collect()),
        })
    }

    /// Beyond this |ρ| the terms are too few.
    pub(crate) fn reach(&self) -> f64 {
        self.reach
    }

    /// E[φ(u)²] and E[φ′(u)²] of one of the u or v.
    pub(crate) fn of_equals(&self, at: usize, of_columns: bool) -> (f64, f64) {
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
        let enough = &self.enough[usize::from(self.classes.1[p.column])];
        let (values, slopes) = (
            nngp.as_chunks_mut::<LANES>().0,
            derivative.as_chunks_mut::<LANES>().0,
        );
        let blocks = p
            .rho
            .as_chunks::<LANES>()
            .0
            .iter()
            .zip(values.iter_mut().zip(slopes));
        for (k, (rho, (value, slope))) in blocks.enumerate() {
            let largest = largest(rho);
            let level = ((largest * LEVELS as f64) as usize).min(LEVELS - 1);
            let block = p.strip * (STRIP / LANES) + k;
            let kept = usize::from(enough[usize::from(self.classes.0[block])][level]);
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

/// max |ρ|, by halves: a chain of comparisons takes longer than the series.
#[inline(always)]
fn largest(rho: &Lanes) -> f64 {
    let mut sizes = rho.map(f64::abs);
    let mut half = LANES / 2;
    while half > 0 {
        for l in 0..half {
            if sizes[l + half] > sizes[l] {
                sizes[l] = sizes[l + half];
            }
        }
        half /= 2;
    }
    sizes[0]
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
    let (mut values, mut slopes) = ([[0.0_f64; LANES]; 2], [[0.0_f64; LANES]; 2]);
    for (rows, columns) in rows.iter().zip(columns).rev() {
        for half in 0..2 {
            for l in 0..LANES {
                slopes[half][l] = slopes[half][l].mul_add(square[l], values[half][l]);
                values[half][l] = values[half][l].mul_add(square[l], rows[half][l] * columns[half]);
            }
        }
    }
    let (mut value, mut slope) = ([0.0_f64; LANES], [0.0_f64; LANES]);
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
    coefficients: Vec<Exact>,
    powers: Powers,
    /// Of coefficients, without the three numbers at their end.
    count: usize,
    sizes: (f64, f64),
}

/// The coefficients that are kept, an even number, with a₁ where it is kept apart, E[φ²] and E[φ′²] at their
/// end.
type Exact = Vec<f64>;

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

impl Table {
    /// The smallest number of nodes whose interpolant is right halfway between them; `None` if none is.
    fn new(dual: &DualActivation, (low, high): (f64, f64), terms: usize) -> Option<Self> {
        let activation = dual.activation();
        let source = Source::new(activation, high, terms)?;
        let (coefficients, (value, slope)) = source.all(high)?;
        let sizes = (value.sqrt(), slope.sqrt());
        let powers = Powers::of(activation.parity(), &coefficients, sizes.0);
        let exactly = |stds: Vec<f64>| -> Option<Vec<Exact>> {
            let all = parallel::map(stds, |std| source.kept(std, powers));
            all.into_iter().collect()
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
                worst <= INTERPOLATED * sizes.0
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
    fn class(&self, std: f64) -> usize {
        let (Some(low), Some(high)) = (self.nodes.first(), self.nodes.last()) else {
            return CLASSES - 1;
        };
        let part = (std - low) / (high - low).max(f64::MIN_POSITIVE);
        ((part * CLASSES as f64) as usize).min(CLASSES - 1)
    }

    /// How many powers leave at most [`LEFT_OUT`] of the sizes for |ρ| up to each level, more than there are if
    /// none do: by Cauchy and Schwarz the terms from n on are at most ρⁿ √(Σ_{k≥n} a_k(q₁₁)² Σ_{k≥n} a_k(q₂₂)²), and
    /// with k a_k²/q and ρⁿ⁻¹ in the derivative. A class has the largest sums of the nodes up to the first beyond it.
    fn enough(&self, derivatives: bool) -> Enough {
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
    fn at(&self, std: f64) -> Vec<f64> {
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
            crate::numerics::axpy(part, coefficients, &mut sum);
        }
        for a in &mut sum {
            *a /= total;
        }
        sum
    }
}
