//! Mehler's series on whole rows of pairs.

use super::DualActivation;
use super::coefficient_table::{
    CLASSES, CoefficientTable, Enough, INTERPOLATED, LEFT_OUT, LEVELS, Powers,
};
use super::hermite::HermiteSeries;
use super::rows::{RowPairs, STRIP, Strip, strips};
use crate::model::activation::Family;
use crate::numerics::parallel;

/// The most terms: for all correlations, or, with kinks or poles nearby, for those of some reach.
const MOST_TERMS: usize = 512;
/// Fewer where φ has kinks and they have no closed form: each costs a quadrature at every node.
const KINKED_TERMS: usize = 256;
/// Where the terms do not even reach this |ρ|, the pairs are left to be computed one by one.
const LEAST_REACH: f64 = 0.5;
/// Pairs that go through the series together, with as many terms as the largest |ρ| of them asks: fewer would
/// wait for one another's results, more would take more terms.
const LANES: usize = 16;

type Lanes = [f64; LANES];
type Squares = Vec<(f64, f64)>;

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
    squares: (Squares, Squares),
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
        let table = CoefficientTable::new(activation, (low.sqrt(), high.sqrt()), terms)?;
        let count = table.count;
        // Coefficients one point after another. Σ a_n² is short of E[φ²] where φ has kinks: that is taken from the
        // table, too.
        let at_all = |q: &[f64]| {
            let mut found = vec![0.0; count * q.len()];
            let points = found.chunks_exact_mut(count).zip(q).collect();
            let apart = parallel::map(points, |(out, q): (&mut [f64], &f64)| {
                let all = table.at(q.sqrt());
                let (kept, apart) = all.split_at(count);
                out.copy_from_slice(kept);
                [apart[0], apart[1], apart[2]]
            });
            let first = apart.iter().map(|apart| apart[0]).collect::<Vec<_>>();
            let squares: Squares = apart.iter().map(|apart| (apart[1], apart[2])).collect();
            (found, first, squares)
        };
        let (of_rows, first_of_rows, squares_of_rows) = at_all(rows);
        let whole = rows.len().next_multiple_of(STRIP);
        let mut lanes = vec![[0.0; LANES]; count * whole / LANES];
        for (i, coefficients) in of_rows.chunks_exact(count).enumerate() {
            let block = &mut lanes[i / LANES * count..];
            for (lanes, a) in block.iter_mut().zip(coefficients) {
                lanes[i % LANES] = *a;
            }
        }
        let (of_columns, first_of_columns, squares_of_columns) = if rows == columns {
            (of_rows, first_of_rows.clone(), squares_of_rows.clone())
        } else {
            drop(of_rows);
            at_all(columns)
        };
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
            columns: of_columns,
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
