//! The interpolant of a data set.

use super::Monomials;
use super::system::{Coefficients, System};
use crate::data::{Dataset, Points};
use crate::error::{Error, Result};
use crate::numerics::{Estimate, linalg::multiply};
use crate::theory::kernel::Kernel;
use nalgebra::{DMatrix, DVector};
use std::sync::Arc;

/// Rows of V shorter than √this × n are zero: without the point the others do not determine the
/// polynomials.
const NO_ROOM: f64 = 8.0 * f64::EPSILON;

/// The function that gradient descent finds in the kernel regime: of all functions through the
/// data, the one nearest to the initial function f₀ in the kernel's seminorm.
///
/// f*(x) = f₀(x) + Σ_i a_i K(x, x_i) + p(x), where (K + λI)a + p(X) = y − f₀(X); the polynomial p
/// has degree < q for a kernel that is conditionally positive definite of order q (then Σ a_i r(x_i)
/// = 0 for all such polynomials r) and is absent for a positive definite one. λ is the ridge.
///
/// Data that repeat a point are merged: with λ = 0 their targets must agree, with λ > 0 each of
/// them counts.
///
/// # Method
/// The null space of the polynomials is split off by an orthogonal basis (H. Wendland, *Scattered
/// Data Approximation*, §8.5); solutions are refined. A kernel that is a [`Split`] of
/// polynomials and a remainder is solved in these two parts, so that polynomials however large
/// swamp nothing.
///
/// [`Split`]: crate::theory::kernel::Split
#[derive(Clone, Debug)]
pub struct Interpolant {
    system: System,
    coefficients: Coefficients,
    /// y − f₀(X) of every datum.
    targets: DVector<f64>,
    /// The same, weighted, at the sites.
    gathered: DVector<f64>,
    from_zero: bool,
}

impl Interpolant {
    /// The interpolant (`ridge` = 0) or the ridge regression of a data set, from f₀ = 0.
    ///
    /// # Errors
    /// Points of another dimension than the kernel's, a ridge that is negative or not finite;
    /// [`Error::ConflictingPoints`] without a ridge; [`Error::Undefined`] for points not unisolvent
    /// for the null space; [`Error::Singular`] where no digit of the solution would be right.
    pub fn fit(kernel: Arc<dyn Kernel>, data: &Dataset, ridge: f64) -> Result<Self> {
        Self::solve(kernel, data, None, ridge)
    }

    /// The same from an initial function, of which the values f₀(X) at the data are given; its
    /// predictions are [`Interpolant::predict_from`].
    ///
    /// # Errors
    /// As [`Interpolant::fit`]; a wrong number of initial values, or one that is not finite.
    pub fn fit_from(
        kernel: Arc<dyn Kernel>,
        data: &Dataset,
        initial: &DVector<f64>,
        ridge: f64,
    ) -> Result<Self> {
        expect_initial(initial, data.len())?;
        Self::solve(kernel, data, Some(initial), ridge)
    }

    fn solve(
        kernel: Arc<dyn Kernel>,
        data: &Dataset,
        initial: Option<&DVector<f64>>,
        ridge: f64,
    ) -> Result<Self> {
        let system = System::new(kernel, data, ridge)?;
        let targets = initial.map_or_else(|| data.targets().clone(), |f| data.targets() - f);
        Self::from_system(system, targets, initial.is_none())
    }

    /// The solution for targets y − f₀(X), one per datum.
    pub(crate) fn from_system(
        system: System,
        targets: DVector<f64>,
        from_zero: bool,
    ) -> Result<Self> {
        if system.ridge == 0.0 {
            system.sites.expect_agreement(&targets)?;
        }
        let gathered = system.sites.gather(&targets);
        Ok(Self {
            coefficients: system.solve(&gathered)?,
            system,
            targets,
            gathered,
            from_zero,
        })
    }

    /// f* at new points.
    ///
    /// # Errors
    /// Points of another dimension; an interpolant that starts from f₀ ≠ 0, whose values at these
    /// points [`Interpolant::predict_from`] wants to know.
    pub fn predict(&self, points: &Points) -> Result<DVector<f64>> {
        self.expect_from_zero()?;
        self.change(points)
    }

    /// f* at new points, f₀ being given there.
    ///
    /// # Errors
    /// Points of another dimension; a wrong number of initial values, or one that is not finite.
    pub fn predict_from(&self, points: &Points, initial: &DVector<f64>) -> Result<DVector<f64>> {
        expect_initial(initial, points.len())?;
        Ok(self.change(points)? + initial)
    }

    /// [`Interpolant::predict`] with an error for each value.
    ///
    /// # Accuracy
    /// The error is what rounding and the kernel's own error, independent in every entry, do to
    /// the sum Σ a_i K(x, x_i) and, through the cardinal functions at x, to the coefficients: an
    /// estimate (a standard deviation, of bounds), not a rigorous bound.
    ///
    /// # Errors
    /// As [`Interpolant::predict`].
    pub fn predict_with_error(&self, points: &Points) -> Result<Vec<Estimate>> {
        let values = self.predict(points)?;
        let at = self.system.at(points)?;
        let functions = self.system.mode_functions(&at)?;
        let size = self.coefficients.a.norm();
        let epsilon = self.system.uncertainty();
        let rounding = 2.0 * f64::EPSILON * self.gathered.amax();
        let estimates = values.iter().enumerate().map(|(i, &value)| {
            let modes = functions.row(i).into_iter().zip(self.system.values.iter());
            let reach: f64 = modes.map(|(g, mu)| (g / mu).powi(2)).sum();
            let error = size * (at.entry_error + epsilon * reach.sqrt());
            Estimate::new(value, error + rounding * (1.0 + reach.sqrt()))
        });
        Ok(estimates.collect())
    }

    fn change(&self, points: &Points) -> Result<DVector<f64>> {
        let at = self.system.at(points)?;
        let Coefficients { a, c, .. } = &self.coefficients;
        let a = DMatrix::from_column_slice(a.len(), 1, a.as_slice());
        Ok(multiply(&at.cross, &a)?.column(0) + at.polynomials * c)
    }

    /// The distinct points of the data: the centres of the kernel, in order of first appearance.
    pub fn points(&self) -> &Points {
        &self.system.sites.points
    }

    /// The coefficients a of the kernel at [`Interpolant::points`].
    pub fn coefficients(&self) -> DVector<f64> {
        self.coefficients.a.component_mul(&self.system.sites.weight)
    }

    /// The polynomial: its basis, adapted to the data, and its coefficients in it. For a
    /// [`Split`](crate::theory::kernel::Split) kernel, the part of the function that its polynomial part contributes.
    pub fn polynomial(&self) -> (&Monomials, &DVector<f64>) {
        (&self.system.monomials, &self.coefficients.c)
    }

    /// aᵀKa, the squared seminorm of f* − f₀.
    pub fn seminorm_squared(&self) -> f64 {
        self.coefficients.seminorm_squared
    }

    /// The 2-norm condition number of K + λI (of all data, repeated ones included), or of its
    /// restriction to the complement of the polynomials.
    pub fn condition(&self) -> f64 {
        self.system.condition()
    }

    /// The normwise backward error of the solution: the least relative change of the system
    /// that it solves exactly.
    pub fn backward_error(&self) -> f64 {
        self.coefficients.backward_error
    }

    /// The relative error to be expected of the *coefficients*: condition × (2⁻⁵³ + backward error).
    /// Predictions are usually much better ([`Interpolant::predict_with_error`]).
    pub fn coefficient_error(&self) -> f64 {
        self.condition() * (0.5 * f64::EPSILON + self.backward_error())
    }

    /// The leave-one-out residuals y_i − f^{(−i)}(x_i) of every datum, f^{(−i)} being fitted to the
    /// others: a_i/[(K+λI)⁻¹]_ii (S. Rippa, Adv. Comput. Math. 11 (1999); with polynomials, the
    /// corresponding block of the saddle-point inverse). Where a point is repeated, the others of
    /// its data stay: without a ridge such a residual is 0.
    ///
    /// # Errors
    /// [`Error::Undefined`] where the other points are not unisolvent for the polynomials.
    pub fn leave_one_out(&self) -> Result<DVector<f64>> {
        let Self { system, .. } = self;
        let diagonal = system.inverse_diagonal();
        let fitted = &self.gathered - &self.coefficients.a * system.ridge;
        let mut answer = DVector::zeros(self.targets.len());
        for (i, &site) in system.sites.of.iter().enumerate() {
            let weight = system.sites.weight[site];
            let m = system.sites.multiplicity(site);
            answer[i] = if m > 1.0 {
                // The influence of one of m targets on the value at their point is h/m.
                let h = 1.0 - system.ridge * diagonal[site];
                (self.targets[i] - fitted[site] / weight) / (1.0 - h / m)
            } else {
                let room = system.vectors.row(site).norm_squared();
                if room <= NO_ROOM * system.vectors.nrows() as f64 {
                    return Err(Error::undefined(
                        "leave-one-out residuals",
                        format!(
                            "without point {i} (from 0) the others are not unisolvent for the \
                             polynomials of the null space"
                        ),
                    ));
                }
                self.coefficients.a[site] / diagonal[site]
            };
        }
        Ok(answer)
    }

    fn expect_from_zero(&self) -> Result<()> {
        if self.from_zero {
            Ok(())
        } else {
            Err(missing_initial())
        }
    }
}

/// The error of a prediction that needs f₀ at the points and was not given it.
pub(crate) fn missing_initial() -> Error {
    Error::invalid(
        "initial values",
        "f₀ at the points of prediction, the fit having started from f₀ ≠ 0",
        "none",
    )
}

/// One finite initial value for each of `n` points.
pub(crate) fn expect_initial(initial: &DVector<f64>, n: usize) -> Result<()> {
    if initial.len() != n {
        return Err(Error::shape(
            "initial values",
            format!("one for each of {n} points"),
            initial.len(),
        ));
    }
    match initial.iter().position(|f| !f.is_finite()) {
        None => Ok(()),
        Some(at) => Err(Error::NotFinite {
            argument: "initial values".into(),
            position: format!("value {at} (from 0)"),
            found: initial[at],
        }),
    }
}
