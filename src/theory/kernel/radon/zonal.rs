//! Averages over the sphere of G(⟨ξ,x⟩, ⟨ξ,x′⟩), G smooth: few functions of one projection, expanded by Funk and Hecke.

use super::chebyshev::{point, transform, transformation};
use super::rule::Rule;
use super::sphere::Wedge;
use crate::error::Result;
use crate::numerics::linalg::SymmetricEigen;
use crate::numerics::quadrature::gauss_gegenbauer;
use crate::numerics::{Estimate, dot};
use nalgebra::DMatrix;

/// Numbers of Chebyshev points that are tried for a projection.
const SIZES: [usize; 14] = [
    12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024,
];
/// What the last four coefficients of a section may add up to, relative to the sum of moduli.
const RESOLVED: f64 = 4e-15;
/// The part of the mean square that may be left out by the expansion over directions.
const TAIL: f64 = 1e-14;
/// What functions of one projection may be left out, relative to the largest G.
const NEGLIGIBLE: f64 = 1e-17;
/// What a product that underflows may have lost.
const UNDERFLOW: f64 = 1e-322;
/// Products that a table may take, some seconds.
const WORK: f64 = 2e10;
/// Where more points do no better, the rest is the noise of ψ, whose argument is rounded, if it is at most this.
const NOISE: f64 = 2e-13;
/// Irregular, so that no symmetry hides an error.
const GRID: [f64; 9] = [-1.0, -0.83, -0.57, -0.31, 0.03, 0.29, 0.61, 0.87, 1.0];
/// Beyond so many standard deviations nothing is left of the law of ξ₁ in many dimensions.
const ACROSS: f64 = 9.5;

/// G(u, v) = Σ_k ± f_k(u) f_k(v) for |u|, |v| ≤ `radius`, f_k polynomials, as far as ±ξ see it: f_k even or odd.
#[derive(Clone, Debug)]
pub(crate) struct Separated {
    radius: f64,
    degree: usize,
    even: Functions,
    odd: Functions,
    /// A bound on what the table, its interpolation and what was left out are off.
    error: f64,
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
struct Functions {
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
                if size == 0.0 || reached <= 25.0 * enough {
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

    fn count(&self) -> usize {
        self.coefficients.ncols()
    }

    /// All at x ∈ [−1, 1], where T_j(x) = `chebyshev`.
    fn at(&self, chebyshev: &[f64], out: &mut [f64]) {
        for (slot, column) in out.iter_mut().zip(self.coefficients.column_iter()) {
            *slot = dot(column.as_slice(), chebyshev);
        }
    }

    /// Σ ± a_k b_k.
    fn pair(&self, a: &[f64], b: &[f64]) -> f64 {
        let n = self.positive;
        dot(&a[..n], &b[..n]) - dot(&a[n..], &b[n..])
    }
}

/// E_ξ G(⟨ξ,x⟩, ⟨ξ,x′⟩), or with the factor ⟨ξ,x⟩⟨ξ,x′⟩.
///
/// f(r t) = Σ_l c_l(r) p_l(t) with p_l the polynomials orthonormal under the law of t = ξ₁ gives
/// Σ_l c_l(r) c_l(r′) p_l(τ)/p_l(1) for an angle arccos τ between the points (Funk and Hecke's formula),
/// in every dimension; what is left out after some degrees is bounded through Parseval's identity.
#[derive(Clone, Debug)]
pub(crate) struct ZonalExpansion {
    dim: usize,
    separated: Separated,
    projected: bool,
    /// t ≥ 0 with twice its probability, and p_l(t) times that for l < degrees.
    angles: Vec<(f64, f64, Vec<f64>)>,
    degrees: usize,
}

/// One point's coefficients, degree by degree: the even functions for even degrees, the odd ones for odd degrees (the other way
/// round if projected).
#[derive(Clone, Debug)]
pub(crate) struct ZonalPoint {
    coefficients: Vec<f64>,
    norm: f64,
    tail: f64,
}

/// The part of |ξ₁| ≤ 1 that carries its law in so many dimensions.
pub(crate) fn share(dim: usize) -> f64 {
    if dim > 3 {
        (ACROSS / ((dim - 3) as f64).sqrt()).min(1.0)
    } else {
        1.0
    }
}

impl ZonalPoint {
    /// The root of the mean square of all functions.
    pub(crate) fn norm(&self) -> f64 {
        self.norm
    }
}

impl ZonalExpansion {
    /// For points of norm ≤ radius/share(d).
    ///
    /// # Errors
    /// What is left of the mean square where that is too much.
    pub(crate) fn new(
        dim: usize,
        separated: Separated,
        projected: bool,
    ) -> std::result::Result<Self, f64> {
        let mut left = f64::INFINITY;
        // With the law's ends cut off, f is no polynomial on the whole of [−1, 1].
        let growths: &[usize] = if share(dim) < 1.0 { &[1, 2, 4] } else { &[1] };
        for growth in growths {
            let mut expansion = Self::to_degree(dim, separated.clone(), projected, *growth);
            let (kept, rest) = expansion.degrees_needed(expansion.separated.radius / share(dim));
            if rest <= 10.0 * TAIL {
                expansion.degrees = kept;
                return Ok(expansion);
            }
            left = rest;
        }
        Err(left)
    }

    /// With so many times the degrees of the functions.
    fn to_degree(dim: usize, separated: Separated, projected: bool, growth: usize) -> Self {
        // A polynomial of degree < n times one of degree ≤ n, exactly.
        let size = if share(dim) < 1.0 {
            (1 + growth) * separated.degree
        } else {
            separated.degree + 1
        };
        let degrees = if dim == 1 {
            2
        } else {
            growth * separated.degree + usize::from(projected)
        };
        let rule: Vec<(f64, f64)> = if dim == 1 {
            vec![(1.0, 1.0)]
        } else {
            let rule = gauss_gegenbauer(size, 0.5 * dim as f64 - 1.0);
            let mass: f64 = rule.weights.iter().sum();
            let pairs = rule.nodes.iter().zip(&rule.weights);
            let twice = |t: f64| if t == 0.0 { 1.0 } else { 2.0 };
            // Gauss's nodes are symmetric to rounding.
            let right = pairs.skip(size / 2).map(|(t, w)| match (size % 2, *t) {
                (1, t) if t.abs() < 1e-12 => (0.0, w / mass),
                (_, t) => (t, twice(t) * w / mass),
            });
            right.filter(|(t, _)| *t <= share(dim)).collect()
        };
        let angles = rule
            .into_iter()
            .map(|(t, w)| {
                let basis = orthonormal(dim, degrees, t);
                (t, w, basis.into_iter().map(|p| w * p).collect())
            })
            .collect();
        Self {
            dim,
            separated,
            projected,
            angles,
            degrees,
        }
    }

    /// The functions that degree l sees.
    fn functions(&self, l: usize) -> &Functions {
        if l.is_multiple_of(2) == self.projected {
            &self.separated.odd
        } else {
            &self.separated.even
        }
    }

    /// How many degrees hold all but [`TAIL`] of the mean square at the largest norm, and what they leave.
    fn degrees_needed(&self, norm: f64) -> (usize, f64) {
        let point = self.point_at(norm);
        let total = point.norm * point.norm;
        if total == 0.0 {
            return (1, 0.0);
        }
        let mut left = total;
        let mut rest = point.coefficients.as_slice();
        for l in 0..self.degrees {
            let (row, others) = rest.split_at(self.functions(l).count());
            rest = others;
            left -= row.iter().map(|c| c * c).sum::<f64>();
            if left <= TAIL * total {
                return (l + 1, left.max(0.0) / total);
            }
        }
        (self.degrees, left / total)
    }

    pub(crate) fn point(&self, x: &[f64]) -> ZonalPoint {
        self.point_at(x.iter().map(|x| x * x).sum::<f64>().sqrt())
    }

    fn point_at(&self, r: f64) -> ZonalPoint {
        let (even, odd) = (&self.separated.even, &self.separated.odd);
        let n = self.separated.degree;
        let (mut evens, mut odds) = (vec![0.0; n.div_ceil(2)], vec![0.0; n / 2]);
        let (mut f, mut g) = (vec![0.0; even.count()], vec![0.0; odd.count()]);
        let total: usize = (0..self.degrees).map(|l| self.functions(l).count()).sum();
        let mut coefficients = vec![0.0; total];
        let mut squares = 0.0;
        for (t, probability, basis) in &self.angles {
            let u = r * t;
            let x = (u / self.separated.radius).min(1.0);
            let (mut before, mut now) = (x, 1.0);
            for j in 0..n {
                match j % 2 {
                    0 => evens[j / 2] = now,
                    _ => odds[j / 2] = now,
                }
                (before, now) = (now, 2.0 * x * now - before);
            }
            even.at(&evens, &mut f);
            odd.at(&odds, &mut g);
            if self.projected {
                f.iter_mut().chain(&mut g).for_each(|f| *f *= u);
            }
            squares += probability * f.iter().chain(&g).map(|f| f * f).sum::<f64>();
            let mut rest = coefficients.as_mut_slice();
            for (l, p) in basis.iter().enumerate().take(self.degrees) {
                let values = if l.is_multiple_of(2) == self.projected {
                    &g
                } else {
                    &f
                };
                let (row, others) = rest.split_at_mut(values.len());
                rest = others;
                for (c, f) in row.iter_mut().zip(values) {
                    *c += p * f;
                }
            }
        }
        let kept: f64 = coefficients.iter().map(|c| c * c).sum();
        ZonalPoint {
            coefficients,
            norm: squares.sqrt(),
            tail: ((squares - kept).max(0.0) + 4e-15 * squares).sqrt(),
        }
    }

    /// Of two points, prepared.
    pub(crate) fn pair(&self, wedge: &Wedge, one: &ZonalPoint, two: &ZonalPoint) -> Estimate {
        let (mut a, mut b) = (one.coefficients.as_slice(), two.coefficients.as_slice());
        // P_l(τ) = p_l(τ)/p_l(1) by its own recurrence.
        let (mut before, mut now) = (0.0, 1.0);
        let mut value = 0.0;
        for l in 0..self.degrees {
            let functions = self.functions(l);
            let ((first, left), (second, right)) =
                (a.split_at(functions.count()), b.split_at(functions.count()));
            (a, b) = (left, right);
            value += now * functions.pair(first, second);
            (before, now) = (now, zonal_next(self.dim, l, wedge.cos, now, before));
        }
        let gain = if self.projected {
            wedge.r * wedge.s
        } else {
            1.0
        };
        let error = one.tail * two.tail + gain * self.separated.error + 1e-14 * one.norm * two.norm;
        Estimate::new(value, error)
    }
}

/// (l+d−2) P_{l+1} = (2l+d−2) t P_l − l P_{l−1}, with P_1 = t.
fn zonal_next(dim: usize, l: usize, t: f64, now: f64, before: f64) -> f64 {
    if l == 0 {
        return t;
    }
    let (l, d) = (l as f64, dim as f64);
    ((2.0 * l + d - 2.0) * t * now - l * before) / (l + d - 2.0)
}

/// p_l(t), l < degrees: √N(d,l) P_l(t), N(d,l) the dimension of the spherical harmonics of degree l, which may leave the doubles:
/// t p_l = a_{l+1} p_{l+1} + a_l p_{l−1}, a_l² = l(l+d−3)/((2l+d−2)(2l+d−4)).
fn orthonormal(dim: usize, degrees: usize, t: f64) -> Vec<f64> {
    let d = dim as f64;
    let (mut before, mut now, mut a) = (0.0, 1.0, 0.0);
    let mut out = Vec::with_capacity(degrees);
    for l in 1..=degrees {
        out.push(now);
        let n = l as f64;
        let next = match l {
            1 => 1.0 / d.sqrt(),
            _ => f64::sqrt(n * (n + d - 3.0) / ((2.0 * n + d - 2.0) * (2.0 * n + d - 4.0))),
        };
        (before, now) = (now, (t * now - a * before) / next);
        a = next;
    }
    out
}
