//! Any kernel on any measure with finitely many atoms: data sets, and intervals through a quadrature rule.

use crate::data::Points;
use crate::error::{Error, Result, finite};
use crate::numerics::Estimate;
use crate::numerics::linalg::SymmetricEigen;
use crate::numerics::quadrature::gauss_legendre;
use crate::theory::kernel::{Kernel, cross, gram};
use nalgebra::{DMatrix, DVector};

use super::{Domain, Eigenspace, Spectrum};

/// The backward error of the eigen-decomposition, in units of 2⁻⁵² of the largest eigenvalue.
const ROUNDING: f64 = 8.0;

/// The eigenvalues and eigenfunctions of f ↦ Σ_i p_i K(·,x_i) f(x_i), that is of the kernel under the probability
/// measure with mass p_i at x_i.
#[derive(Debug)]
pub struct EmpiricalSpectrum<'a> {
    kernel: &'a dyn Kernel,
    points: Points,
    masses: Vec<f64>,
    spectrum: Spectrum,
    /// Columns: orthonormal eigenvectors of √p_i K √p_j, in the order of the eigenvalues.
    vectors: DMatrix<f64>,
}

impl<'a> EmpiricalSpectrum<'a> {
    /// Under the uniform probability on a data set: the eigenvalues of the Gram matrix over n.
    ///
    /// # Errors
    /// A kernel that is only conditionally positive definite; as [`gram`]; an eigen-decomposition that fails.
    pub fn of_points(kernel: &'a dyn Kernel, points: &Points) -> Result<Self> {
        let n = points.len();
        Self::under(kernel, points.clone(), vec![1.0 / n as f64; n])
    }

    /// Under the uniform probability on \[a, b\] by the Gauss–Legendre rule of n nodes (Nyström's method).
    ///
    /// # Accuracy
    /// The error of an eigenvalue contains its change from n/2 to n nodes: kernels with a kink on the diagonal
    /// converge like a power of n, smooth ones geometrically.
    ///
    /// # Errors
    /// a or b not finite, a ≥ b, fewer than 4 nodes; as [`EmpiricalSpectrum::of_points`].
    pub fn on_interval(kernel: &'a dyn Kernel, (a, b): (f64, f64), nodes: usize) -> Result<Self> {
        let width = finite("interval", b)? - finite("interval", a)?;
        if !(width > 0.0 && width.is_finite()) {
            let expected = "a < b of a finite length";
            let found = format!("[{a:e}, {b:e}]");
            return Err(Error::invalid("interval", expected, found));
        }
        if nodes < 4 {
            return Err(Error::invalid("nodes", "at least 4", nodes));
        }
        let by = |n: usize| {
            let rule = gauss_legendre(n);
            let at: Vec<f64> = rule
                .nodes
                .iter()
                .map(|x| a + 0.5 * width * (1.0 + x))
                .collect();
            let masses = rule.weights.iter().map(|w| 0.5 * w).collect();
            Self::under(kernel, Points::on_line(&at)?, masses)
        };
        let coarse = by(nodes / 2)?.spectrum;
        let mut answer = by(nodes)?;
        let fine = &answer.spectrum;
        let before = coarse.eigenspaces().iter().map(|s| s.eigenvalue.value);
        let before = before.chain(std::iter::repeat(0.0));
        let change = |(s, before): (&Eigenspace, f64)| (s.eigenvalue.value - before).abs();
        let changes: Vec<f64> = fine.eigenspaces().iter().zip(before).map(change).collect();
        let mut eigenspaces = fine.eigenspaces().to_vec();
        for (j, space) in eigenspaces.iter_mut().enumerate() {
            // Both may be wrong alike where the order of modes changes, but not at all indices around.
            let near = j.saturating_sub(2 + j / 4)..(j + 3 + j / 4).min(nodes);
            space.eigenvalue.error += changes[near].iter().copied().fold(0.0, f64::max);
        }
        let mut diagonal = fine.diagonal();
        diagonal.error += (diagonal.value - coarse.diagonal().value).abs();
        answer.spectrum = Spectrum::from_parts(fine.domain(), eigenspaces, diagonal);
        Ok(answer)
    }

    fn under(kernel: &'a dyn Kernel, points: Points, masses: Vec<f64>) -> Result<Self> {
        if kernel.order() > 0 {
            return Err(Error::undefined(
                "spectrum",
                format!(
                    "the kernel is positive definite only modulo polynomials of degree {}, so that its eigenvalues depend on \
                     how it is written; draw offsets from a law",
                    kernel.order() - 1
                ),
            ));
        }
        let gram = gram(kernel, &points)?;
        let n = points.len();
        let roots = DVector::from_iterator(n, masses.iter().map(|p| p.sqrt()));
        let weighted = gram.matrix.component_mul(&(&roots * roots.transpose()));
        let eigen = SymmetricEigen::new(&weighted)?;
        // An entry is off by at most gram.error, the matrix by that times Σ p_i.
        let total: f64 = masses.iter().sum();
        let error = ROUNDING * f64::EPSILON * eigen.values.amax() + gram.error * total;
        let own = eigen.values.iter().rev().enumerate();
        let own = own.map(|(degree, &value)| Eigenspace {
            degree,
            eigenvalue: Estimate::new(value, error),
            multiplicity: 1.0,
        });
        let trace = weighted.trace();
        let rounding = n as f64 * f64::EPSILON * trace.abs();
        let diagonal = Estimate::new(trace, gram.error * total + rounding);
        Ok(Self {
            spectrum: Spectrum::from_parts(Domain::Points { count: n }, own.collect(), diagonal),
            kernel,
            points,
            masses,
            vectors: DMatrix::from_fn(n, n, |i, j| eigen.vectors[(i, n - 1 - j)]),
        })
    }

    /// The eigenvalues, descending, each as one space. Those below their error are noise.
    pub fn spectrum(&self) -> &Spectrum {
        &self.spectrum
    }

    /// The points.
    pub fn points(&self) -> &Points {
        &self.points
    }

    /// The first `count` eigenfunctions at other points, one column each, of norm 1 under the measure:
    /// φ_j(x) = Σ_i √p_i K(x,x_i) u_ij/λ_j (Nyström). The sign is that of the decomposition.
    ///
    /// # Errors
    /// More eigenfunctions than points, or one whose eigenvalue is below its error; as
    /// [`cross`].
    pub fn eigenfunctions(&self, at: &Points, count: usize) -> Result<DMatrix<f64>> {
        let certain = |s: &&Eigenspace| s.eigenvalue.value > s.eigenvalue.error;
        let spaces = self.spectrum.eigenspaces();
        let known = spaces.iter().take_while(certain).count();
        if count > known {
            let expected = format!("at most {known} eigenfunctions, whose eigenvalues are certain");
            return Err(Error::invalid("count", expected, count));
        }
        let kernel = cross(self.kernel, at, &self.points)?.matrix;
        let mut weighted = self.vectors.columns(0, count).into_owned();
        for (mut row, p) in weighted.row_iter_mut().zip(&self.masses) {
            row *= p.sqrt();
        }
        let mut functions = kernel * weighted;
        for (mut column, space) in functions.column_iter_mut().zip(spaces) {
            column /= space.eigenvalue.value;
        }
        Ok(functions)
    }

    /// E[f φ_j] under the measure, for the values of a function at the points: its coefficients in the
    /// eigenfunctions.
    ///
    /// # Errors
    /// Not one value for each point.
    pub fn coefficients(&self, values: &DVector<f64>) -> Result<DVector<f64>> {
        if values.len() != self.points.len() {
            let expected = format!("{} numbers", self.points.len());
            return Err(Error::shape("values", expected, values.len()));
        }
        let roots = self.masses.iter().map(|p| p.sqrt());
        let weighted = values.component_mul(&DVector::from_iterator(values.len(), roots));
        Ok(self.vectors.tr_mul(&weighted))
    }
}
