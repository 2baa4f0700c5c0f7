//! The linear system that interpolation and training share, decomposed once.

use super::sites::Sites;
use super::{Monomials, finite_part::FinitePart};
use crate::data::{Dataset, Points};
use crate::error::{Error, Result, non_negative};
use crate::numerics::Estimate;
use crate::numerics::linalg::{SaddlePoint, multiply};
use crate::theory::kernel::{Kernel, Pairs, cross, gram};
use nalgebra::{DMatrix, DVector};
use std::sync::Arc;

/// Entries of a Gram matrix are taken to be rounded by this much, relative to the largest.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// Everything that depends on kernel, points and ridge, but not on targets.
///
/// In *weighted* coordinates, where site k carries √m_k for its m_k data, the matrix is
/// Θ = K̃ + P D Pᵀ, D infinite for a conditionally positive definite kernel (its null space is
/// learned at once). Θ + λI = V diag(μ) Vᵀ on what is learned at finite rates.
#[derive(Clone, Debug)]
pub(crate) struct System {
    pub sites: Sites,
    /// K̃: the kernel, or its remainder beside the polynomials.
    kernel: Arc<dyn Kernel>,
    /// K̃ of the sites, weighted.
    gram: DMatrix<f64>,
    /// A bound on the error of an entry of the Gram matrix, rounding included.
    entry_error: f64,
    pub monomials: Monomials,
    /// The monomials at the sites, weighted (no column where the kernel has no polynomials).
    p: DMatrix<f64>,
    /// P⁺.
    pinv: DMatrix<f64>,
    saddle: SaddlePoint,
    finite: Option<FinitePart>,
    pub ridge: f64,
    /// μ, ascending.
    pub values: DVector<f64>,
    /// V.
    pub vectors: DMatrix<f64>,
    /// Eigenvalues below this are noise.
    pub resolution: f64,
}

/// Coefficients in weighted coordinates.
#[derive(Clone, Debug)]
pub(crate) struct Coefficients {
    /// Of the kernel at the sites.
    pub a: DVector<f64>,
    /// Of the monomials.
    pub c: DVector<f64>,
    /// aᵀΘa.
    pub seminorm_squared: f64,
    pub backward_error: f64,
}

/// What predictions at given points need.
#[derive(Clone, Debug)]
pub(crate) struct AtPoints {
    /// K̃(x, sites), weighted, a row per point.
    pub cross: DMatrix<f64>,
    /// The monomials at the points.
    pub polynomials: DMatrix<f64>,
    /// A bound on the error of an entry of `cross`.
    pub entry_error: f64,
}

/// The remainder of a split kernel, which alone would answer outside the domain of the whole.
#[derive(Debug)]
struct Confined {
    whole: Arc<dyn Kernel>,
    remainder: Arc<dyn Kernel>,
}

impl Kernel for Confined {
    fn dim(&self) -> Option<usize> {
        self.remainder.dim()
    }
    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        self.remainder.evaluate(x, y)
    }
    fn order(&self) -> usize {
        self.remainder.order()
    }
    fn pairs<'a>(&'a self, rows: &'a Points, columns: &'a Points) -> Result<Box<dyn Pairs + 'a>> {
        self.whole.pairs(rows, columns)?;
        self.remainder.pairs(rows, columns)
    }
}

impl System {
    pub fn new(kernel: Arc<dyn Kernel>, data: &Dataset, ridge: f64) -> Result<Self> {
        non_negative("ridge", ridge)?;
        let sites = Sites::new(data)?;
        let order = kernel.order();
        let Some(split) = kernel.split().filter(|split| split.order > 0) else {
            return Self::assemble(kernel, order, None, sites, ridge);
        };
        let remainder = Arc::new(Confined {
            whole: Arc::clone(&kernel),
            remainder: split.remainder,
        });
        let parts = (split.order, Some(&split.polynomial));
        match Self::assemble(remainder, parts.0, parts.1, sites.clone(), ridge) {
            // Too few points, or on a line, for the polynomials, or a remainder so smooth that it is singular to working
            // precision: the sum is still positive definite, and training for a finite time is answered by it.
            Err(Error::Undefined { .. } | Error::Singular { .. }) if order == 0 => {
                Self::assemble(kernel, 0, None, sites, ridge)
            }
            answer => answer,
        }
    }

    /// `weights`: D in monomials about the origin; `None` is infinite.
    fn assemble(
        kernel: Arc<dyn Kernel>,
        order: usize,
        weights: Option<&DMatrix<f64>>,
        sites: Sites,
        ridge: f64,
    ) -> Result<Self> {
        let computed = gram(kernel.as_ref(), &sites.points)?;
        let (mut gram, w) = (computed.matrix, &sites.weight);
        let largest = gram.amax();
        for (j, mut column) in gram.column_iter_mut().enumerate() {
            column.component_mul_assign(w);
            column *= w[j];
        }
        let monomials = Monomials::new(sites.points.dim(), order)?.adapted(&sites.points)?;
        let mut p = monomials.matrix(&sites.points)?;
        for mut column in p.column_iter_mut() {
            column.component_mul_assign(w);
        }
        let saddle = SaddlePoint::new(&gram, &p, ridge)?;
        let qr = p.clone().qr();
        let mut pinv = qr.q().transpose();
        if !p.is_empty() && !qr.r().solve_upper_triangular_mut(&mut pinv) {
            return Err(Error::undefined(
                "interpolation system",
                "the points are not unisolvent for the polynomials of the null space",
            ));
        }
        let (values, vectors, resolution, finite) = match weights {
            None => {
                let eigen = saddle.reduced_eigen();
                let vectors = if p.is_empty() {
                    eigen.vectors.clone()
                } else {
                    multiply(saddle.basis(), &eigen.vectors)?
                };
                (
                    eigen.values.clone(),
                    vectors,
                    f64::EPSILON * largest_of(&eigen.values),
                    None,
                )
            }
            Some(weights) => {
                let basis = monomials.from_origin();
                if weights.shape() != basis.shape() {
                    return Err(Error::shape(
                        "polynomial part of the kernel",
                        format!("{0} × {0}", basis.nrows()),
                        format!("{} × {}", weights.nrows(), weights.ncols()),
                    ));
                }
                let weights = basis.tr_mul(weights) * &basis;
                let finite = FinitePart::new(weights, &saddle, &gram, &pinv, ridge)?;
                let graded = finite.eigen(&gram, &p, &monomials.degrees())?;
                let values = graded.eigen.values.map(|value| value + ridge);
                (
                    values,
                    graded.eigen.vectors,
                    graded.resolution,
                    Some(finite),
                )
            }
        };
        let mut system = Self {
            entry_error: computed.error.max(ROUNDING * largest),
            sites,
            kernel,
            gram,
            monomials,
            p,
            pinv,
            saddle,
            finite,
            ridge,
            values,
            vectors,
            resolution,
        };
        system.expect_definite()?;
        // Below the ridge there is only rounding.
        system.values.apply(|mu| *mu = mu.max(ridge));
        Ok(system)
    }

    /// Eigenvalues below zero by more than their uncertainty contradict definiteness.
    fn expect_definite(&self) -> Result<()> {
        let n = self.gram.nrows() as f64;
        let smallest = self.values.iter().copied().fold(f64::INFINITY, f64::min) - self.ridge;
        let largest = self.gram.amax() * n;
        let noise = n * self.entry_error * self.sites.weight.amax().powi(2) + ROUNDING * largest;
        if smallest < -noise {
            return Err(Error::undefined(
                "kernel",
                format!(
                    "it is not (conditionally) positive definite of order {} on these points: \
                     eigenvalue {smallest:.3e}, of which rounding explains {noise:.1e}",
                    self.monomials.order()
                ),
            ));
        }
        Ok(())
    }

    /// The 2-norm condition number of Θ + λI (of its restriction to the complement of the
    /// polynomials where these are free; 1 where nothing else is left).
    pub fn condition(&self) -> f64 {
        let repeated = self.sites.of.len() > self.sites.weight.len();
        let extra = repeated.then_some(self.ridge);
        let all = || self.values.iter().copied().chain(extra);
        let largest = largest_of(&self.values);
        let smallest = all().fold(f64::INFINITY, f64::min);
        match largest {
            0.0 => 1.0,
            _ if smallest <= 0.0 => f64::INFINITY,
            _ => largest / smallest,
        }
    }

    /// The interpolant of weighted targets.
    pub fn solve(&self, y: &DVector<f64>) -> Result<Coefficients> {
        let (solution, moments) = match &self.finite {
            None => (self.saddle.solve(y)?, None),
            Some(finite) => {
                let (solution, moments) = finite.solve(&self.saddle, y)?;
                (solution, Some(moments))
            }
        };
        let (a, c) = (solution.a, solution.c);
        let rest = y - &a * self.ridge - &self.p * &c;
        let seminorm_squared = a.dot(&rest) + moments.map_or(0.0, |g| g.dot(&c));
        Ok(Coefficients {
            a,
            c,
            seminorm_squared,
            backward_error: solution.backward_error,
        })
    }

    /// Whether polynomials are free (learned at once).
    pub fn has_null_space(&self) -> bool {
        self.finite.is_none() && !self.p.is_empty()
    }

    /// The diagonal of V diag(1/μ) Vᵀ.
    pub fn inverse_diagonal(&self) -> DVector<f64> {
        let entries = self.vectors.row_iter().map(|row| {
            let terms = row.into_iter().zip(self.values.iter());
            terms.map(|(v, mu)| v * v / mu).sum()
        });
        DVector::from_iterator(self.vectors.nrows(), entries)
    }

    /// Kernel and monomials between new points and the sites.
    pub fn at(&self, points: &Points) -> Result<AtPoints> {
        points.expect_dim("points", self.sites.points.dim())?;
        let computed = cross(self.kernel.as_ref(), points, &self.sites.points)?;
        let mut cross = computed.matrix;
        let largest = cross.amax();
        for (j, mut column) in cross.column_iter_mut().enumerate() {
            column *= self.sites.weight[j];
        }
        Ok(AtPoints {
            cross,
            polynomials: self.monomials.matrix(points)?,
            entry_error: computed.error.max(ROUNDING * largest),
        })
    }

    /// The functions that the modes spread over new points, one row per point: f(x) gains
    /// G_j(x) for each unit of a along v_j.
    pub fn mode_functions(&self, at: &AtPoints) -> Result<DMatrix<f64>> {
        let direct = multiply(&at.cross, &self.vectors)?;
        if self.p.is_empty() {
            return Ok(direct);
        }
        let mut projected = &self.pinv * multiply(&self.gram, &self.vectors)?;
        if self.finite.is_some() {
            let mut wanted = &self.pinv * &self.vectors;
            for (j, mut column) in wanted.column_iter_mut().enumerate() {
                column *= self.values[j] - self.ridge;
            }
            projected -= wanted;
        }
        Ok(direct - &at.polynomials * projected)
    }

    /// A row of the polynomial that is learned at once, per new point: P⁺ applied to the part of
    /// the weighted targets outside the modes.
    pub fn immediate(&self, at: &AtPoints, outside: &DVector<f64>) -> DVector<f64> {
        &at.polynomials * (&self.pinv * outside)
    }

    /// The uncertainty of an entry of K̃, weights included.
    pub fn uncertainty(&self) -> f64 {
        let heaviest = self.sites.weight.amax();
        self.entry_error * heaviest * heaviest
    }
}

fn largest_of(values: &DVector<f64>) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}
