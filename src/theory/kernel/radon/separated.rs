//! G(u, v) in few functions of one projection.

use super::chebyshev::{point, transform, transformation};
use super::rule::Rule;
use crate::error::Result;
use crate::numerics::dot;
use crate::numerics::linalg::SymmetricEigen;
use nalgebra::DMatrix;

/// Numbers of Chebyshev points that are tried for a projection.
const SIZES: [usize; 14] = [
    12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024,
];
/// What the last four coefficients of a section may add up to, relative to the sum of moduli.
const RESOLVED: f64 = 4e-15;
/// What functions of one projection may be left out, relative to the largest G.
const NEGLIGIBLE: f64 = 1e-17;
/// What a product that underflows may have lost.
const UNDERFLOW: f64 = 1e-322;
/// Products that a table may take, some seconds.
const WORK: f64 = 2e10;
/// Where more points do no better, or in places between them, the rest is the noise of ψ, whose argument is rounded, if it is at most this.
const NOISE: f64 = 2e-13;
/// Irregular, so that no symmetry hides an error.
const GRID: [f64; 9] = [-1.0, -0.83, -0.57, -0.31, 0.03, 0.29, 0.61, 0.87, 1.0];

/// G(u, v) = Σ_k ± f_k(u) f_k(v) for |u|, |v| ≤ `radius`, f_k polynomials, as far as ±ξ see it: f_k even or odd.
#[derive(Clone, Debug)]
pub(crate) struct Separated {
    pub(super) radius: f64,
    pub(super) degree: usize,
    pub(super) even: Functions,
    pub(super) odd: Functions,
    /// A bound on what the table, its interpolation and what was left out are off.
    pub(super) error: f64,
}

/// What did not suffice, with the relative size of what was left.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    /// The rules disagree: narrower panels may help.
    Rule(f64),
    /// No size of table resolves G.
    Table(f64),
}

/// Functions of one parity: a column of coefficients each, in the Chebyshev polynomials of that parity.
#[derive(Clone, Debug)]
pub(super) struct Functions {
    coefficients: DMatrix<f64>,
    /// So many come with +, the others with −.
    positive: usize,
}

impl Separated {
    /// # Errors
    /// Where no size of table suffices, or the rules disagree.
    pub(crate) fn new(
        fine: &Rule,
        coarse: &Rule,
        radius: f64,
        agreement: f64,
    ) -> std::result::Result<Self, Failure> {
        let grid = GRID.map(|t| radius * t);
        let (table, moduli) = fine.table(&grid, &grid);
        let size = table.amax();
        let difference = (&table - coarse.table(&grid, &grid).0).amax();
        let agree = difference <= agreement * size + 4.0 * f64::EPSILON * moduli;
        if !agree {
            return Err(Failure::Rule(difference / size));
        }
        let (mut reached, mut least) = (f64::INFINITY, 0);
        for n in SIZES {
            if n < least {
                continue;
            }
            if (n * n) as f64 * fine.size() as f64 > WORK {
                break;
            }
            let places: Vec<f64> = (0..n).map(|i| radius * point(i, n)).collect();
            let sections = [0, 4, 6, 8].map(|i| grid[i]);
            let (values, moduli) = fine.table(&places, &sections);
            let last = values.column_iter().map(|column| {
                let coefficients = transform(column.as_slice());
                coefficients
                    .iter()
                    .rev()
                    .take(4)
                    .map(|c| c.abs())
                    .sum::<f64>()
            });
            // The rounding of the sum has no limit of resolution.
            let before = reached;
            reached = last.fold(0.0, f64::max) / size.max(moduli);
            let stalled = reached <= NOISE && reached > 0.25 * before;
            let enough = if stalled { reached } else { RESOLVED };
            // Coefficients that fall as they did so far need more points than this.
            least = match reached {
                r if r < 1e-2 => (0.6 * n as f64 * RESOLVED.ln() / r.ln()) as usize,
                _ => 2 * n,
            };
            if size == 0.0 || reached <= enough {
                // A ridge between the points of the table is in none of the sections.
                let (found, off) =
                    Self::of_table(fine, radius, &places, 2.0 * difference, (&grid, &table))?;
                reached = off / size.max(moduli);
                if size == 0.0 || reached <= NOISE {
                    return Ok(found);
                }
            }
        }
        Err(Failure::Table(reached))
    }

    /// From a table at these places, and how far it is off in others.
    fn of_table(
        fine: &Rule,
        radius: f64,
        places: &[f64],
        disagreement: f64,
        (others, there): (&[f64], &DMatrix<f64>),
    ) -> std::result::Result<(Self, f64), Failure> {
        let n = places.len();
        let (table, moduli) = fine.table(places, places);
        let transform = transformation(n);
        let whole = &transform * table * transform.transpose();
        let chebyshev = DMatrix::from_fn(n, others.len(), |j, i| {
            (j as f64 * (others[i] / radius).clamp(-1.0, 1.0).acos()).cos()
        });
        let off = (chebyshev.tr_mul(&whole) * &chebyshev - there).amax();
        let last: f64 = whole.rows(n - 4, 4).iter().map(|c| c.abs()).sum();
        let mut error = disagreement
            + 2.0 * off
            + fine.lost
            + 4.0 * last
            + 16.0 * f64::EPSILON * moduli
            + UNDERFLOW * (1.0 + fine.mass());
        let mut of = |parity: usize| {
            let count = (n + 1 - parity) / 2;
            let block = DMatrix::from_fn(count, count, |i, j| {
                let (i, j) = (2 * i + parity, 2 * j + parity);
                0.5 * (whole[(i, j)] + whole[(j, i)])
            });
            let (functions, left) = Functions::new(&block, NEGLIGIBLE * moduli)
                .map_err(|_| Failure::Table(f64::INFINITY))?;
            error += left;
            Ok::<_, Failure>(functions)
        };
        let (even, odd) = (of(0)?, of(1)?);
        let found = Self {
            radius,
            degree: n,
            even,
            odd,
            error,
        };
        Ok((found, off))
    }
}

impl Functions {
    /// Of a symmetric matrix of coefficients; what they leave out.
    fn new(block: &DMatrix<f64>, negligible: f64) -> Result<(Self, f64)> {
        let eigen = SymmetricEigen::new(block)?;
        let mut kept: Vec<(f64, Vec<f64>)> = Vec::new();
        let mut left = 0.0;
        for (value, vector) in eigen.values.iter().zip(eigen.vectors.column_iter()) {
            // |T_j| ≤ 1.
            let most = vector.iter().map(|c| c.abs()).sum::<f64>().powi(2) * value.abs();
            if most <= negligible {
                left += most;
            } else {
                let root = value.abs().sqrt();
                kept.push((*value, vector.iter().map(|c| root * c).collect()));
            }
        }
        kept.sort_by_key(|(value, _)| *value < 0.0);
        let positive = kept.iter().filter(|(value, _)| *value >= 0.0).count();
        let coefficients = DMatrix::from_fn(block.nrows(), kept.len(), |i, k| kept[k].1[i]);
        let functions = Self {
            coefficients,
            positive,
        };
        Ok((functions, left))
    }

    pub(super) fn count(&self) -> usize {
        self.coefficients.ncols()
    }

    /// All at x ∈ [−1, 1], where T_j(x) = `chebyshev`.
    pub(super) fn at(&self, chebyshev: &[f64], out: &mut [f64]) {
        for (slot, column) in out.iter_mut().zip(self.coefficients.column_iter()) {
            *slot = dot(column.as_slice(), chebyshev);
        }
    }

    /// Σ ± a_k b_k.
    pub(super) fn pair(&self, a: &[f64], b: &[f64]) -> f64 {
        let n = self.positive;
        dot(&a[..n], &b[..n]) - dot(&a[n..], &b[n..])
    }
}
