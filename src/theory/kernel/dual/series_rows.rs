//! Mehler's series on whole rows of pairs.

use super::hermite::HermiteSeries;
use super::rows::RowPairs;
use crate::model::{Activation, activation::Parity};
use crate::numerics::{WideLoop, wide};
use std::f64::consts::PI;

/// The most terms with which a series is faster than the pairs one by one.
const MOST_TERMS: usize = 512;
/// Numbers of Chebyshev nodes in √q at which the coefficients are computed; others are interpolated.
const NODES: [usize; 3] = [16, 32, 64];
/// What interpolation may lose, relative to the largest √E[φ²].
const INTERPOLATED: f64 = 2e-14;
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
    powers: usize,
    parity: Parity,
    /// √E[φ²] and √E[φ′²] at the largest variance.
    sizes: (f64, f64),
    /// How many powers are enough for |ρ| ≤ 1/LEVELS, 2/LEVELS, …, 1.
    enough: [usize; LEVELS],
}

impl SeriesRows {
    pub(crate) fn new(activation: &Activation, rows: &[f64], columns: &[f64]) -> Option<Self> {
        let all = || rows.iter().chain(columns).copied();
        let (low, high) = (
            all().fold(f64::INFINITY, f64::min),
            all().fold(0.0, f64::max),
        );
        let terms = HermiteSeries::terms_leaving(activation, high, LEFT_OUT)?;
        if terms > MOST_TERMS {
            return None;
        }
        let parity = activation.parity();
        let table = Table::new(activation, (low.sqrt(), high.sqrt()), terms, parity)?;
        let powers = table.powers;
        let of_columns: Vec<f64> = columns.iter().flat_map(|q| table.at(q.sqrt())).collect();
        let mut of_rows = vec![[0.0; LANES]; powers * rows.len().div_ceil(LANES)];
        for (i, q) in rows.iter().enumerate() {
            let block = &mut of_rows[i / LANES * powers..];
            for (lanes, a) in block.iter_mut().zip(table.at(q.sqrt())) {
                lanes[i % LANES] = a;
            }
        }
        Some(Self {
            rows: of_rows,
            columns: of_columns,
            powers,
            parity,
            sizes: table.sizes,
            enough: table.enough(parity),
        })
    }

    /// E[φ(u)²] of one of the u or v.
    pub(crate) fn square(&self, at: usize, of_columns: bool) -> f64 {
        if of_columns {
            let own = &self.columns[at * self.powers..][..self.powers];
            own.iter().map(|a| a * a).sum()
        } else {
            let block = &self.rows[at / LANES * self.powers..][..self.powers];
            block.iter().map(|lanes| lanes[at % LANES].powi(2)).sum()
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
        // Interpolated coefficients carry their error n times into the derivative.
        let steep =
            2.0 * LEFT_OUT + 4.0 * INTERPOLATED * (2 * self.powers) as f64 + 8.0 * correlation;
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
    powers: usize,
    sizes: (f64, f64),
}

impl Table {
    /// The smallest number of nodes whose interpolant is right halfway between them; `None` if none is.
    fn new(
        activation: &Activation,
        (low, high): (f64, f64),
        terms: usize,
        parity: Parity,
    ) -> Option<Self> {
        let exact = |std: f64| -> Option<(Vec<f64>, (f64, f64))> {
            let series = HermiteSeries::new(activation, std * std, Some(terms))?;
            let kept = series.coefficients().iter().copied().take(terms);
            let kept = match parity {
                Parity::None => kept.collect(),
                Parity::Even => kept.step_by(2).collect(),
                Parity::Odd => kept.skip(1).step_by(2).collect(),
            };
            Some((kept, series.sizes()))
        };
        let sizes = exact(high)?.1;
        let counts = if high - low <= 1e-12 * high {
            &[1][..]
        } else {
            &NODES[..]
        };
        for &count in counts {
            let place =
                |k: f64| 0.5 * (low + high) - 0.5 * (high - low) * (PI * k / count as f64).cos();
            let nodes: Vec<f64> = (0..count).map(|k| place(k as f64 + 0.5)).collect();
            let weights = (0..count).map(|k| {
                let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
                sign * (PI * (k as f64 + 0.5) / count as f64).sin()
            });
            let coefficients = nodes.iter().map(|s| Some(exact(*s)?.0));
            let coefficients = coefficients.collect::<Option<Vec<_>>>()?;
            let powers = coefficients.iter().map(Vec::len).max()?;
            let table = Self {
                nodes,
                weights: weights.collect(),
                coefficients,
                powers,
                sizes,
            };
            let halfway = (0..=count).map(|k| place(k as f64));
            let right = |std: f64| {
                let (exact, found) = (exact(std)?.0, table.at(std));
                let gap = |k: usize| exact.get(k).copied().unwrap_or(0.0) - found[k];
                let worst = (0..powers).fold(0.0, |worst: f64, k| worst.max(gap(k).abs()));
                Some(worst <= INTERPOLATED * sizes.0)
            };
            if count == 1
                || halfway
                    .map(right)
                    .collect::<Option<Vec<_>>>()?
                    .iter()
                    .all(|ok| *ok)
            {
                return Some(table);
            }
        }
        None
    }

    /// How many powers leave at most [`LEFT_OUT`] of the sizes for |ρ| up to each level: by Cauchy and Schwarz the
    /// terms from n on are at most ρⁿ Σ_{k≥n} a_k², and ρⁿ⁻¹ Σ_{k≥n} k a_k²/q in the derivative, at the worst
    /// of the nodes.
    fn enough(&self, parity: Parity) -> [usize; LEVELS] {
        let degree = |k: usize| match parity {
            Parity::None => k,
            Parity::Even => 2 * k,
            Parity::Odd => 2 * k + 1,
        };
        // Of φ and of φ′, relative to what is allowed.
        let mut left = vec![(0.0_f64, 0.0_f64); self.powers];
        let allowed = (
            LEFT_OUT * self.sizes.0.powi(2),
            LEFT_OUT * self.sizes.1.powi(2),
        );
        for (node, coefficients) in self.nodes.iter().zip(&self.coefficients) {
            let (mut value, mut slope) = (0.0, 0.0);
            for (k, a) in coefficients.iter().enumerate().rev() {
                value += a * a / allowed.0;
                slope += degree(k) as f64 * a * a / (node * node * allowed.1);
                left[k] = (left[k].0.max(value), left[k].1.max(slope));
            }
        }
        std::array::from_fn(|level| {
            let rho = (level + 1) as f64 / LEVELS as f64;
            let matters = |k: usize| {
                let power = rho.powi(degree(k) as i32);
                left[k].0 * power > 1.0 || left[k].1 * power > rho
            };
            (0..self.powers).rfind(|&k| matters(k)).map_or(1, |k| k + 1)
        })
    }

    /// The coefficients at one standard deviation.
    fn at(&self, std: f64) -> Vec<f64> {
        let mut sum = vec![0.0; self.powers];
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
