//! Interpolation by conditionally positive definite kernels: saddle-point systems.

use super::checks::{self, power_of_two, scaled_symmetric};
use super::cholesky::Cholesky;
use super::compensated::{Accumulator, dot};
use super::eigen::{SymmetricEigen, decompose};
use super::product::multiply;
use super::solve::{
    MAX_REFINEMENTS, SINGULAR, backward_error, infinity_norm, max_abs, not_positive,
    still_converging,
};
use crate::error::{Error, Result, non_negative};
use nalgebra::{DMatrix, DVector};

/// Columns of P, of norm between 1 and 2, are dependent where the pivoted QR leaves less than this times n: a
/// few roundings for each point.
const DEPENDENT: f64 = 8.0 * f64::EPSILON;

/// Eigenvalues this far below zero, times n and the largest one, are zeros in disguise.
const NOISE: f64 = f64::EPSILON;

/// The system [K+λI P; Pᵀ 0] [a; c] = [y; 0] for K conditionally positive definite on ker Pᵀ.
///
/// It is prepared once, at a cost O(n³), and then answers for any right-hand side y.
///
/// # Method
/// P = QR with pivoting gives Z, an orthonormal basis of ker Pᵀ; on it the system is
/// (ZᵀKZ + λI) u = Zᵀy, a = Zu, symmetric positive definite (H. Wendland, *Scattered Data
/// Approximation*, §8.5). [`SaddlePoint::solve`] factors it by Cholesky and refines (a, c) with
/// residuals of the whole system in twice the working precision; what needs functions of the
/// matrix, such as gradient flow, has its eigen-decomposition.
#[derive(Clone, Debug)]
pub struct SaddlePoint {
    /// K/scale, exactly symmetric.
    k: DMatrix<f64>,
    /// λ/scale.
    ridge: f64,
    /// A power of two.
    scale: f64,
    norm_k: f64,
    polynomials: Polynomials,
    basis: DMatrix<f64>,
    /// Of (ZᵀKZ + λI)/scale; `None` if not positive definite.
    factor: Option<Cholesky>,
    eigen: SymmetricEigen,
}

/// A solution of the saddle-point system and how far it can be trusted.
#[derive(Clone, Debug)]
pub struct SaddleSolution {
    /// a, the n coefficients of the kernel.
    pub a: DVector<f64>,
    /// c, the q coefficients of the columns of P.
    pub c: DVector<f64>,
    /// The 2-norm condition number of ZᵀKZ + λI (of K + λI where q = 0; 1 where n = q).
    pub condition: f64,
    /// The normwise backward error in the maximum norm, the larger of those of the two rows
    /// (K+λI)a + Pc = y and Pᵀa = 0, the columns of P scaled to norms between 1 and 2.
    pub backward_error: f64,
}

/// P = Q₁ R after its columns were scaled and permuted.
#[derive(Clone, Debug)]
struct Polynomials {
    /// The columns of P, scaled and permuted.
    p: DMatrix<f64>,
    /// Where each of these columns stood.
    order: Vec<usize>,
    /// What each of them was multiplied by.
    scales: Vec<f64>,
    q1: DMatrix<f64>,
    r: DMatrix<f64>,
    norm: f64,
}

impl SaddlePoint {
    /// Prepares the system. `p` is n × q (q = 0 columns: the plain positive definite system);
    /// `ridge` λ ≥ 0 is added to K's diagonal. Of `k` the lower triangle is read.
    ///
    /// Columns of P that are nearly dependent (monomials far from the origin) cost digits:
    /// centre and scale the points first.
    ///
    /// # Errors
    /// Shapes, numbers that are not finite, K not symmetric; [`Error::Undefined`] for P without
    /// full column rank (points not unisolvent).
    pub fn new(k: &DMatrix<f64>, p: &DMatrix<f64>, ridge: f64) -> Result<Self> {
        checks::symmetric("kernel matrix", k)?;
        let ridge = non_negative("ridge", ridge)?;
        let n = k.nrows();
        if p.nrows() != n {
            return Err(Error::shape(
                "polynomials",
                format!("{n} rows, the kernel matrix being {n} × {n}"),
                format!("{} × {}", p.nrows(), p.ncols()),
            ));
        }
        checks::finite("polynomials", p)?;
        let scale = power_of_two(k.amax().max(ridge));
        let ridge = ridge / scale;
        let k = scaled_symmetric(k, scale);

        let (polynomials, basis) = Polynomials::new(p)?;
        let mut reduced = if p.is_empty() {
            k.clone()
        } else {
            multiply(&basis.transpose(), &multiply(&k, &basis)?)?
        };
        reduced.fill_upper_triangle_with_lower_triangle();
        let eigen = reduced_eigen(&reduced, ridge, scale)?;
        for i in 0..reduced.nrows() {
            reduced[(i, i)] += ridge;
        }
        Ok(Self {
            norm_k: infinity_norm(&k) + ridge,
            k,
            ridge,
            scale,
            polynomials,
            basis,
            factor: Cholesky::new(reduced),
            eigen,
        })
    }

    /// The number n of data.
    pub fn len(&self) -> usize {
        self.k.nrows()
    }

    /// Always false: there is no empty system.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Z, n × (n−q): an orthonormal basis of ker Pᵀ.
    pub fn basis(&self) -> &DMatrix<f64> {
        &self.basis
    }

    /// The eigen-decomposition of the reduced matrix ZᵀKZ + λI (in coordinates of Z).
    ///
    /// Eigenvalues of ZᵀKZ that are below zero by no more than rounding are zero; one further
    /// below says that K is not conditionally positive definite, or not accurate enough.
    pub fn reduced_eigen(&self) -> &SymmetricEigen {
        &self.eigen
    }

    /// The 2-norm condition number of ZᵀKZ + λI (1 where n = q).
    pub fn condition(&self) -> f64 {
        self.eigen.condition()
    }

    /// Z g(ZᵀKZ + λI) Zᵀ y, by the eigen-decomposition: with g(λ) = (1 − e^{−λt})/λ the kernel's
    /// coefficients after gradient flow for the time t.
    ///
    /// # Errors
    /// The length of y, and numbers in it that are not finite.
    pub fn apply(&self, g: impl Fn(f64) -> f64, y: &DVector<f64>) -> Result<DVector<f64>> {
        checks::vector("targets", self.len(), y.as_slice())?;
        let reduced = self.eigen.apply(g, &self.basis.tr_mul(y))?;
        Ok(&self.basis * reduced)
    }

    /// c with P c ≈ `residual` in least squares: the polynomial's coefficients once
    /// residual = y − (K+λI)a is known (where a solves the system, the equality is exact).
    ///
    /// # Errors
    /// The length of the residual, and numbers in it that are not finite.
    pub fn polynomial(&self, residual: &DVector<f64>) -> Result<DVector<f64>> {
        checks::vector("residual", self.len(), residual.as_slice())?;
        let coefficients = self.polynomials.least_squares(residual);
        Ok(self.polynomials.in_given_order(&coefficients))
    }

    /// Solves the system for the targets y.
    ///
    /// # Accuracy
    /// While the condition number stays below 1e14 or so a and c are right to a few units in the
    /// last place of their largest entry, as the solution for the numbers in K and P as given.
    ///
    /// # Errors
    /// The length of y, and numbers in it that are not finite; [`Error::Singular`] where
    /// ZᵀKZ + λI is singular to working precision, [`Error::Undefined`] where it is not positive
    /// definite at all (a kernel that is none, or of a higher order than P has polynomials for).
    pub fn solve(&self, y: &DVector<f64>) -> Result<SaddleSolution> {
        checks::vector("targets", self.len(), y.as_slice())?;
        let factor = self.factor()?;
        let scale_y = power_of_two(y.amax());
        let y = y / scale_y;

        let mut a = DVector::zeros(self.len());
        let mut c = DVector::zeros(self.polynomials.count());
        let (mut upper, mut lower) = (y.clone(), c.clone());
        let mut previous = f64::INFINITY;
        // The first round, from (0, 0), is the plain solution.
        for _ in 0..=MAX_REFINEMENTS {
            let (step_a, step_c) = self.solve_once(factor, &upper, &lower);
            let size = step_a.amax();
            if !still_converging(size, previous) {
                break;
            }
            a += &step_a;
            c += &step_c;
            (upper, lower) = self.residuals(&y, &a, &c);
            if size <= 0.5 * f64::EPSILON * a.amax() {
                break;
            }
            previous = size;
        }
        let norm_p = self.polynomials.norm;
        let of_upper = backward_error(
            max_abs(upper.as_slice()),
            self.norm_k.max(norm_p),
            a.amax().max(c.amax()),
            y.amax(),
        );
        let of_lower = backward_error(max_abs(lower.as_slice()), norm_p, a.amax(), 0.0);
        let a = a * (scale_y / self.scale);
        let c = self.polynomials.in_given_order(&c) * scale_y;
        checks::vector("solution", a.len(), a.as_slice())?;
        checks::vector("solution", c.len(), c.as_slice())?;
        Ok(SaddleSolution {
            a,
            c,
            condition: self.condition(),
            backward_error: of_upper.max(of_lower),
        })
    }

    /// The leave-one-out residuals y_i − f^{(−i)}(x_i), f^{(−i)} solving the system without the
    /// i-th datum: a_i/C_ii, where C = Z(ZᵀKZ + λI)⁻¹Zᵀ is the upper left block of the inverse.
    ///
    /// Eliminating row i from the inverse of the bordered matrix gives it, with polynomials and
    /// ridge as without (S. Rippa, Adv. Comput. Math. 11 (1999), for q = 0).
    ///
    /// # Accuracy
    /// C_ii is right to some 1e−16·condition, relatively: for the cubic kernel on 300 even points
    /// (condition 8e8) the residuals differ from those of refitting by 8e−8 at most.
    ///
    /// # Errors
    /// As [`SaddlePoint::solve`]; [`Error::Undefined`] where the other points alone are not
    /// unisolvent.
    pub fn leave_one_out(&self, y: &DVector<f64>) -> Result<DVector<f64>> {
        let a = self.solve(y)?.a;
        let mut half = self.basis.transpose();
        for (i, row) in half.column_iter().enumerate() {
            if row.norm_squared() <= self.len() as f64 * DEPENDENT {
                return Err(Error::undefined(
                    "leave-one-out residuals",
                    format!(
                        "without point {i} (from 0) the others do not determine the polynomial \
                         (they are not unisolvent)"
                    ),
                ));
            }
        }
        self.factor()?.solve_lower(&mut half);
        let diagonal = half.column_iter().map(|column| column.norm_squared());
        let diagonal = DVector::from_iterator(self.len(), diagonal);
        Ok(a.zip_map(&diagonal, |a, c| (a * self.scale) / c))
    }

    fn factor(&self) -> Result<&Cholesky> {
        self.factor
            .as_ref()
            .filter(|_| self.condition() < SINGULAR)
            .ok_or_else(|| not_positive("interpolation system", &self.eigen.values, 1.0))
    }

    /// [K+λI P; Pᵀ 0] [a; c] = [upper; lower], without refinement.
    fn solve_once(
        &self,
        factor: &Cholesky,
        upper: &DVector<f64>,
        lower: &DVector<f64>,
    ) -> (DVector<f64>, DVector<f64>) {
        let times_k = |a: &DVector<f64>| &self.k * a + a * self.ridge;
        let outside = self.polynomials.least_norm(lower);
        let inside = upper - times_k(&outside);
        let n = self.basis.ncols();
        let mut inside = DMatrix::from_column_slice(n, 1, self.basis.tr_mul(&inside).as_slice());
        factor.solve(&mut inside);
        let a = outside + &self.basis * inside.column(0);
        let c = self.polynomials.least_squares(&(upper - times_k(&a)));
        (a, c)
    }

    /// y − (K+λI)a − Pc and −Pᵀa, each rounded once.
    fn residuals(
        &self,
        y: &DVector<f64>,
        a: &DVector<f64>,
        c: &DVector<f64>,
    ) -> (DVector<f64>, DVector<f64>) {
        let mut upper = Accumulator::new(y.as_slice());
        upper.subtract_product(&self.k, a.as_slice());
        upper.add(a.as_slice(), -self.ridge);
        upper.subtract_product(&self.polynomials.p, c.as_slice());
        let columns = self.polynomials.p.as_slice().chunks_exact(self.len());
        let lower = columns.map(|column| -dot(column, a.as_slice()));
        (
            DVector::from_vec(upper.finish()),
            DVector::from_iterator(self.polynomials.count(), lower),
        )
    }
}

/// Of scale · (reduced + ridge), the reduced matrix being positive semi-definite in theory.
fn reduced_eigen(reduced: &DMatrix<f64>, ridge: f64, scale: f64) -> Result<SymmetricEigen> {
    let n = reduced.nrows();
    let mut vectors = DMatrix::zeros(n, n);
    let mut values = decompose(reduced, Some(&mut vectors))?;
    let noise = NOISE * n as f64 * values.amax();
    values.apply(|value| {
        let true_value = if *value < 0.0 && *value >= -noise {
            0.0
        } else {
            *value
        };
        *value = (true_value + ridge) * scale;
    });
    checks::vector("eigenvalues", n, values.as_slice())?;
    Ok(SymmetricEigen { values, vectors })
}

impl Polynomials {
    /// The factors of P, and the basis of ker Pᵀ.
    fn new(given: &DMatrix<f64>) -> Result<(Self, DMatrix<f64>)> {
        let (n, q) = given.shape();
        if q == 0 {
            let none = Self {
                p: DMatrix::zeros(n, 0),
                order: Vec::new(),
                scales: Vec::new(),
                q1: DMatrix::zeros(n, 0),
                r: DMatrix::zeros(0, 0),
                norm: 0.0,
            };
            return Ok((none, DMatrix::identity(n, n)));
        }
        let not_unisolvent = |rank: usize| {
            Error::undefined(
                "interpolation system",
                format!(
                    "the {n} points are not unisolvent: of the {q} polynomials of the null space \
                     only {rank} are independent on them; use more points in general position"
                ),
            )
        };
        if n < q {
            return Err(not_unisolvent(n));
        }
        // Powers of two, so that P is not rounded; largest entries first, so that the norm cannot
        // overflow.
        let scales = given.column_iter().map(|column| {
            let inverse = 1.0 / power_of_two(column.amax());
            inverse / power_of_two((column * inverse).norm())
        });
        let scales: Vec<f64> = scales.collect();
        let mut normalised = given.clone();
        for (mut column, scale) in normalised.column_iter_mut().zip(&scales) {
            column *= *scale;
        }
        let mut order = nalgebra::RowDVector::from_iterator(q, 0..q);
        let factors = normalised.clone().col_piv_qr();
        factors.p().permute_columns(&mut order);
        let order: Vec<usize> = order.iter().copied().collect();
        let r = factors.r();
        let tolerance = DEPENDENT * n as f64 * r[(0, 0)].abs();
        let rank = (0..q).filter(|&i| r[(i, i)].abs() > tolerance).count();
        if rank < q {
            return Err(not_unisolvent(rank));
        }
        let mut rows = DMatrix::identity(n, n);
        factors.q_tr_mul(&mut rows);
        let q_full = rows.transpose();
        let p = normalised.select_columns(&order);
        let polynomials = Self {
            norm: infinity_norm(&p).max(infinity_norm(&p.transpose())),
            p,
            scales: order.iter().map(|&j| scales[j]).collect(),
            order,
            q1: q_full.columns(0, q).into_owned(),
            r,
        };
        Ok((polynomials, q_full.columns(q, n - q).into_owned()))
    }

    /// Their number q.
    fn count(&self) -> usize {
        self.order.len()
    }

    /// c, in the internal order and scale, with P c ≈ v.
    fn least_squares(&self, v: &DVector<f64>) -> DVector<f64> {
        let mut c = self.q1.tr_mul(v);
        // R has no zero on its diagonal, so the substitution cannot fail.
        self.r.solve_upper_triangular_mut(&mut c);
        c
    }

    /// The a of least norm with Pᵀ a = v.
    fn least_norm(&self, v: &DVector<f64>) -> DVector<f64> {
        let mut c = v.clone();
        self.r.tr_solve_upper_triangular_mut(&mut c);
        &self.q1 * c
    }

    fn in_given_order(&self, c: &DVector<f64>) -> DVector<f64> {
        let mut given = DVector::zeros(self.count());
        for ((&j, &scale), &c) in self.order.iter().zip(&self.scales).zip(c.iter()) {
            given[j] = c * scale;
        }
        given
    }
}
