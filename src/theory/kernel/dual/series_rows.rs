//! Mehler's series on whole rows of pairs.

use super::hermite::HermiteSeries;
use super::rows::RowPairs;
use super::{Covariance, DualActivation};
use crate::model::activation::Parity;
use crate::numerics::special::Correlation;
use crate::numerics::{WideLoop, parallel, wide};
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

/// Hermite coefficients a_n of every pre-activation of two sets: E[φ(u)φ(v)] = Σ a_n(q₁₁)a_n(q₂₂)ρⁿ and, by
/// Price's theorem, E[φ′(u)φ′(v)] = Σ n a_n(q₁₁)a_n(q₂₂)ρⁿ⁻¹/√(q₁₁q₂₂).
///
/// For odd and even φ only every other coefficient is kept.
#[derive(Debug)]
pub(crate) struct SeriesRows {
    /// The coefficients of every block of u: one after another the powers, of as many u as there are lanes.
    rows: Vec<Lanes>,
    /// The coefficients of each v, one after another.
    columns: Vec<f64>,
    /// E[φ(u)²] of every u and v.
    squares: (Vec<f64>, Vec<f64>),
    powers: usize,
    parity: Parity,
    /// √E[φ²] and √E[φ′²] at the largest variance.
    sizes: (f64, f64),
    /// How many powers are enough for |ρ| ≤ 1/LEVELS, 2/LEVELS, …, 1.
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
        let parity = activation.parity();
        let table = Table::new(dual, (low.sqrt(), high.sqrt()), terms, parity)?;
        let powers = table.powers;
        // Σ a_n² is short of E[φ²] where φ has kinks: that is taken from the table, too.
        let mut squares = (Vec::new(), Vec::new());
        let at_all = |q: &[f64], squares: &mut Vec<f64>| {
            let mut all = parallel::map(q.to_vec(), |q| table.at(q.sqrt()));
            squares.extend(all.iter_mut().filter_map(Vec::pop));
            all
        };
        let columns = at_all(columns, &mut squares.1).concat();
        let mut of_rows = vec![[0.0; LANES]; powers * rows.len().div_ceil(LANES)];
        for (i, coefficients) in at_all(rows, &mut squares.0).into_iter().enumerate() {
            let block = &mut of_rows[i / LANES * powers..];
            for (lanes, a) in block.iter_mut().zip(coefficients) {
                lanes[i % LANES] = a;
            }
        }
        let enough = table.enough(derivatives);
        Some(Self {
            rows: of_rows,
            columns,
            squares,
            powers,
            parity,
            sizes: table.sizes,
            reach: match enough.iter().position(|powers| *powers > table.powers) {
                None => f64::INFINITY,
                Some(level) => level as f64 / LEVELS as f64,
            },
            enough: enough.map(|needed| needed.min(powers)),
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
            false => std::f64::consts::SQRT_2 * self.powers as f64,
        };
        let steep = 2.0 * LEFT_OUT + 4.0 * INTERPOLATED * carried + 8.0 * correlation;
        (relative * value * value, steep * slope * slope)
    }

    pub(crate) fn fill(&self, pairs: &RowPairs<'_>, nngp: &mut [f64], derivative: &mut [f64]) {
        wide(Rows {
            series: self,
            column: &self.columns[pairs.column * self.powers..][..self.powers],
            pairs,
            nngp,
            derivative,
        });
    }
}

struct Rows<'a> {
    series: &'a SeriesRows,
    column: &'a [f64],
    pairs: &'a RowPairs<'a>,
    nngp: &'a mut [f64],
    derivative: &'a mut [f64],
}

type Lanes = [f64; LANES];

impl WideLoop for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let p = self.pairs;
        let powers = self.column.len();
        let (mut at, mut done) = (p.rows.start, 0);
        while at < p.rows.end {
            let (block, lane) = (at / LANES, at % LANES);
            let count = (LANES - lane).min(p.rows.end - at);
            let mut rho = [0.0; LANES];
            rho[lane..lane + count].copy_from_slice(&p.rho[done..done + count]);
            let largest = rho.iter().fold(0.0, |m: f64, r| m.max(r.abs()));
            let level = ((largest * LEVELS as f64) as usize).min(LEVELS - 1);
            let kept = self.series.enough[level];
            let rows = &self.series.rows[block * powers..][..kept];
            let (value, slope) = horner(rows, &self.column[..kept], self.series.parity, &rho);
            let outputs = self.nngp[done..done + count]
                .iter_mut()
                .zip(&mut self.derivative[done..done + count]);
            for ((l, (nngp, derivative)), std) in (lane..).zip(outputs).zip(&p.stds[done..]) {
                *nngp = value[l];
                *derivative = slope[l] / (std * p.std);
            }
            at += count;
            done += count;
        }
    }
}

/// Horner's scheme and its derivative, from the highest power down.
#[inline(always)]
fn horner(rows: &[Lanes], column: &[f64], parity: Parity, rho: &Lanes) -> (Lanes, Lanes) {
    let mut x = *rho;
    if parity != Parity::None {
        for x in &mut x {
            *x *= *x;
        }
    }
    let (mut value, mut slope): (Lanes, Lanes) = ([0.0; LANES], [0.0; LANES]);
    for (numbers, &c) in rows.iter().zip(column).rev() {
        for l in 0..LANES {
            slope[l] = slope[l].mul_add(x[l], value[l]);
            value[l] = value[l].mul_add(x[l], numbers[l] * c);
        }
    }
    // In ρ: ρP(ρ²) has the derivative P + 2ρ²P′, and P(ρ²) 2ρP′.
    for l in 0..LANES {
        match parity {
            Parity::None => {}
            Parity::Odd => {
                slope[l] = (2.0 * x[l]).mul_add(slope[l], value[l]);
                value[l] *= rho[l];
            }
            Parity::Even => slope[l] *= 2.0 * rho[l],
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
    parity: Parity,
    powers: usize,
    sizes: (f64, f64),
}

/// The coefficients that are not 0 by parity with E[φ²] at their end; E[φ²] and E[φ′²].
type Exact = (Vec<f64>, (f64, f64));

fn exact(dual: &DualActivation, std: f64, terms: usize, parity: Parity) -> Option<Exact> {
    let variance = std * std;
    let all = dual.hermite_coefficients(variance, terms).ok()?;
    let all = all.into_iter().map(|a| a.value);
    let mut kept: Vec<f64> = match parity {
        Parity::None => all.collect(),
        Parity::Even => all.step_by(2).collect(),
        Parity::Odd => all.skip(1).step_by(2).collect(),
    };
    let same = Covariance::new(variance, variance, Correlation::from_one_minus(0.0)).ok()?;
    let squares = dual.evaluate(&same);
    kept.push(squares.nngp.value);
    Some((kept, (squares.nngp.value, squares.derivative.value)))
}

impl Table {
    /// The smallest number of nodes whose interpolant is right halfway between them; `None` if none is.
    fn new(
        dual: &DualActivation,
        (low, high): (f64, f64),
        terms: usize,
        parity: Parity,
    ) -> Option<Self> {
        let exact = |std: f64| exact(dual, std, terms, parity);
        let exactly = |stds: Vec<f64>| -> Option<Vec<Exact>> {
            parallel::map(stds, exact).into_iter().collect()
        };
        let (value, slope) = exact(high)?.1;
        let sizes = (value.sqrt(), slope.sqrt());
        let table = |nodes: Vec<f64>, exact: Vec<Exact>| {
            let (coefficients, squares): (Vec<_>, _) = exact.into_iter().unzip();
            let ends = [0, nodes.len() - 1];
            let weight = |k: usize| {
                let sign = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
                if ends.contains(&k) { 0.5 * sign } else { sign }
            };
            let powers = coefficients.iter().map(Vec::len).max()?.checked_sub(1)?;
            Some(Self {
                weights: (0..nodes.len()).map(weight).collect(),
                nodes,
                coefficients,
                squares,
                parity,
                powers,
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

    fn degree(&self, power: usize) -> usize {
        match self.parity {
            Parity::None => power,
            Parity::Even => 2 * power,
            Parity::Odd => 2 * power + 1,
        }
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
        let mut left = vec![(0.0_f64, 0.0_f64); self.powers + 1];
        let nodes = self.nodes.iter().zip(&self.coefficients).zip(&self.squares);
        for ((node, coefficients), (square, steep)) in nodes {
            let terms = coefficients
                .iter()
                .take(self.powers)
                .enumerate()
                .map(|(k, a)| {
                    let value = a * a;
                    (value, self.degree(k) as f64 * value / (node * node))
                });
            let terms: Vec<(f64, f64)> = terms.chain([(0.0, 0.0)]).collect();
            let sum = terms.iter().fold((0.0, 0.0), |s, t| (s.0 + t.0, s.1 + t.1));
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
                let power = rho.powi(self.degree(k) as i32);
                left[k].0 * power > 1.0 || (derivatives && left[k].1 * power > rho)
            };
            (0..=self.powers)
                .rfind(|&k| matters(k))
                .map_or(1, |k| k + 1)
        })
    }

    /// The coefficients at one standard deviation, and E[φ²].
    fn at(&self, std: f64) -> Vec<f64> {
        let mut sum = vec![0.0; self.powers + 1];
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
