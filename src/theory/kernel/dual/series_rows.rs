//! Mehler's series on whole rows of pairs.

use super::coefficients::{Apart, Coefficients, Powers};
use super::enough::{Allowed, Enough, Point};
use super::hermite::LANES as TOGETHER;
use super::rows::{RowPairs, STRIP, Strip, strips};
use super::{DualActivation, Method};
use crate::numerics::parallel;

/// Where the terms do not even reach this |ρ|, the pairs are left to be computed one by one.
const LEAST_REACH: f64 = 0.5;
/// Pairs that go through the series together, with as many terms as the largest |ρ| of them asks: fewer would
/// wait for one another's results, more would take more terms.
const LANES: usize = 16;

type Lanes = [f64; LANES];

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
    /// What else is known of every u and v.
    apart: (Vec<Apart>, Vec<Apart>),
    /// An even number.
    count: usize,
    powers: Powers,
    bounds: Bounds,
    /// How many pairs of powers are enough.
    enough: Enough,
    /// The highest class of every block of u, and that of every v.
    classes: (Vec<u8>, Vec<u8>),
    /// Beyond this |ρ| there are too few.
    reach: f64,
}

/// Bounds on the errors of E[φφ] and of E[φ′φ′].
#[derive(Clone, Copy, Debug)]
struct Bounds {
    /// The largest E[φ²] and E[φ′²], if the others are relative to these and not to each pair's own.
    largest: Option<(f64, f64)>,
    /// What interpolation, rounded coefficients and the rest of the series lose.
    lost: (f64, f64),
    /// The derivatives in ρ.
    steep: (f64, f64),
}

/// One set of pre-activations.
#[derive(Clone)]
struct Set {
    stds: Vec<f64>,
    /// Point after point.
    coefficients: Vec<f64>,
    apart: Vec<Apart>,
    count: usize,
}

impl Set {
    fn new(of: &Coefficients<'_>, variances: &[f64]) -> Option<Self> {
        let stds: Vec<f64> = variances.iter().map(|q| q.sqrt()).collect();
        let count = of
            .at_each(&stds[..1.min(stds.len())])?
            .first()?
            .split()
            .0
            .len();
        let mut coefficients = vec![0.0; count * stds.len()];
        // Straight to their place: all of them once are as much memory as wanted.
        let strips = coefficients.chunks_mut(count * TOGETHER);
        let strips = strips.zip(stds.chunks(TOGETHER)).collect();
        let apart = parallel::map(strips, |(out, stds): (&mut [f64], &[f64])| {
            let all = of.at_each(stds)?;
            let each = all.iter().zip(out.chunks_exact_mut(count));
            let apart = each.map(|(kept, out)| {
                let (values, apart) = kept.split();
                out.copy_from_slice(values);
                apart
            });
            Some(apart.collect::<Vec<_>>())
        });
        let apart = apart.into_iter().collect::<Option<Vec<_>>>()?.concat();
        Some(Self {
            stds,
            coefficients,
            apart,
            count,
        })
    }

    fn points(&self) -> impl Iterator<Item = Point<'_>> {
        let coefficients = self.coefficients.chunks_exact(self.count);
        let points = self.stds.iter().zip(coefficients).zip(&self.apart);
        points.map(|((std, coefficients), apart)| (*std, coefficients, *apart))
    }

    fn first(&self) -> Vec<f64> {
        self.apart.iter().map(|apart| apart.first).collect()
    }
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
        let all = || rows.iter().chain(columns).map(|q| q.sqrt());
        let range = (
            all().fold(f64::INFINITY, f64::min),
            all().fold(0.0, f64::max),
        );
        let closed = !matches!(dual.method, Method::Series(_) | Method::Direct(_));
        let coefficients = Coefficients::new(activation, range, closed)?;
        let powers = coefficients.powers();
        let of_rows = Set::new(&coefficients, rows)?;
        let of_columns = match rows == columns {
            true => None,
            false => Some(Set::new(&coefficients, columns)?),
        };
        let count = of_rows.count;
        let points: Vec<Point<'_>> = of_rows
            .points()
            .chain(of_columns.iter().flat_map(Set::points))
            .collect();
        let largest =
            |of: fn(&Apart) -> f64| points.iter().map(|point| of(&point.2)).fold(0.0, f64::max);
        let squares = (largest(|apart| apart.square), largest(|apart| apart.steep));
        let (own, part) = coefficients.left_out();
        let allowed = Allowed {
            part,
            of: (!own).then_some(squares),
            derivatives,
        };
        let enough = Enough::new(&points, powers, &allowed);
        let reach = enough.reach(count);
        if reach < LEAST_REACH {
            return None;
        }
        let bounds = Bounds::new(&points, powers, &allowed, reach);
        let whole = rows.len().next_multiple_of(STRIP);
        let mut lanes = vec![[0.0; LANES]; count * whole / LANES];
        for (i, coefficients) in of_rows.coefficients.chunks_exact(count).enumerate() {
            let block = &mut lanes[i / LANES * count..];
            for (lanes, a) in block.iter_mut().zip(coefficients) {
                lanes[i % LANES] = *a;
            }
        }
        let class = |std: &f64| enough.class(*std);
        let of_block = |block: &[f64]| block.iter().map(class).fold(0, u8::max);
        let mut of_blocks: Vec<u8> = of_rows.stds.chunks(LANES).map(of_block).collect();
        of_blocks.resize(whole / LANES, 0);
        let first = strips(&of_rows.first(), 0.0);
        let apart = of_rows.apart.clone();
        let of_columns = of_columns.unwrap_or(of_rows);
        Some(Self {
            rows: lanes,
            first: (first, of_columns.first()),
            classes: (of_blocks, of_columns.stds.iter().map(class).collect()),
            columns: of_columns.coefficients,
            apart: (apart, of_columns.apart),
            count,
            powers,
            bounds,
            enough,
            reach,
        })
    }

    /// Beyond this |ρ| the terms are too few.
    pub(crate) fn reach(&self) -> f64 {
        self.reach
    }

    /// E[φ(u)²] and E[φ′(u)²] of one of the u or v.
    pub(crate) fn of_equals(&self, at: usize, of_columns: bool) -> (f64, f64) {
        let apart = if of_columns {
            &self.apart.1
        } else {
            &self.apart.0
        };
        (apart[at].square, apart[at].steep)
    }

    /// What one of the u or v makes of both errors, for correlations right to `correlation` and as many roundings.
    pub(crate) fn errors(
        &self,
        at: usize,
        of_columns: bool,
        (rounding, correlation): (f64, f64),
    ) -> (f64, f64) {
        let squares = self
            .bounds
            .largest
            .unwrap_or_else(|| self.of_equals(at, of_columns));
        let relative = self.bounds.relative(rounding, correlation);
        (squares.0 * relative.0, squares.1 * relative.1)
    }

    /// The first relative to √(E[φ(u)²]E[φ(v)²]), where that is known.
    pub(crate) fn relative_error(&self, rounding: f64, correlation: f64) -> Option<f64> {
        let relative = self.bounds.relative(rounding, correlation);
        self.bounds.largest.is_none().then_some(relative.0)
    }

    #[inline(always)]
    pub(crate) fn fill(&self, p: &RowPairs<'_>, nngp: &mut Strip, derivative: &mut Strip) {
        let column = &self.columns[p.column * self.count..][..self.count];
        let columns = column.as_chunks::<2>().0;
        let (first, of_column) = (&self.first.0[p.strip], self.first.1[p.column]);
        let enough = self.enough.beside(self.classes.1[p.column]);
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
            let level = Enough::level(largest(rho));
            let block = p.strip * (STRIP / LANES) + k;
            let needed = enough[usize::from(self.classes.0[block])][level];
            let kept = usize::from(needed).min(self.count).div_ceil(2);
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

impl Bounds {
    /// `rounding` is that of the last operations; Horner's scheme rounds a term once or twice for every degree.
    fn relative(&self, rounding: f64, correlation: f64) -> (f64, f64) {
        let each = 3.0 * f64::EPSILON + correlation;
        let of = |lost: f64, steep: f64| lost + rounding + each * steep;
        (of(self.lost.0, self.steep.0), of(self.lost.1, self.steep.1))
    }

    /// Cauchy and Schwarz: what is relative to √(E[φ(u)²]E[φ(v)²]) in a pair is at most the larger of what it is for u and for v.
    fn new(points: &[Point<'_>], powers: Powers, allowed: &Allowed, reach: f64) -> Self {
        let r = reach.min(1.0);
        let all = points.iter().map(|(std, coefficients, apart)| {
            let (square, steep) = allowed.of.unwrap_or((apart.square, apart.steep));
            // Σ n a_n² r^{n−1} and Σ n(n−1) a_n² r^{n−2}, by Horner's scheme.
            let x = if powers == Powers::All { r } else { r * r };
            let (mut first, mut second) = (0.0, 0.0);
            for (k, a) in coefficients.iter().enumerate().rev() {
                let n = powers.degree(k) as f64;
                first = first * x + n * a * a;
                second = second * x + n * (n - 1.0) * a * a;
            }
            // These are up to r and r² times less.
            let slope = (apart.first * apart.first + first / r) / square;
            let bend = second / (r * r * std * std * steep);
            let lost = (
                apart.errors.0 / square.sqrt(),
                apart.errors.1 / steep.sqrt(),
            );
            (lost, (slope, bend))
        });
        let larger = |m: (f64, f64), x: (f64, f64)| (m.0.max(x.0), m.1.max(x.1));
        let zero = (0.0, 0.0);
        let (lost, steep) = all.fold((zero, zero), |m, x| (larger(m.0, x.0), larger(m.1, x.1)));
        // What interpolated coefficients say is left out is right to some parts in a hundred.
        let with_rest = |lost: f64| 2.0 * lost + 1.1 * allowed.part;
        Self {
            largest: allowed.of,
            lost: (with_rest(lost.0), with_rest(lost.1)),
            steep,
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
