//! Training predicted in closed form, at any time from one decomposition.

use super::{Forecast, Time};
use crate::data::{Dataset, Points};
use crate::error::{Error, Result};
use crate::theory::interpolant::{Interpolant, System, expect_initial, missing_initial};
use crate::theory::kernel::Kernel;
use nalgebra::DVector;
use std::sync::Arc;

/// The course of training in the kernel regime.
///
/// Gradient descent on ½Σ(f−y)² + ½λ‖θ−θ₀‖² with the tangent kernel Θ (which carries the learning
/// rates of the parameter groups) moves the function by f_t(x) = f₀(x) + Θ(x,X) φ(Θ+λI, t)(y − f₀(X)),
/// φ(μ,t) = (1 − e^{−μt})/μ for gradient flow, (1 − (1−ημ)^T)/μ after T steps of rate η, 1/μ in the
/// limit (Jacot et al., arXiv 1806.07572; Lee et al., arXiv 1902.06720, eqs. 10–11). λ is weight decay
/// towards the start.
///
/// For a conditionally positive definite kernel of order q, the polynomials of degree < q are
/// learned at once (the limit of kernels in which they have ever larger weight): at every time, that
/// of 0 included, they take their least-squares values beside the rest.
///
/// Repeated points count as often as they are there, and may have different targets.
///
/// Early stopping is nearly a ridge: on a mode of eigenvalue μ gradient flow has learned the
/// fraction 1 − e^{−μt} after the time t, ridge regression with λ = 1/t the fraction μt/(1 + μt);
/// they agree to first order in μt, both tend to 1, and never differ by more than 0.204.
#[derive(Clone, Debug)]
pub struct Dynamics {
    pub(super) system: System,
    /// Vᵀ(y − f₀(X)), weighted.
    pub(super) projections: DVector<f64>,
    /// The part of y − f₀(X) that is learned at once, weighted.
    pub(super) outside: DVector<f64>,
    targets: DVector<f64>,
    initial: Option<DVector<f64>>,
    /// ½Σ(y − mean)² among the data of the same point: no function does better.
    floor: f64,
}

impl Dynamics {
    /// Training from the initial function 0. `ridge` is λ.
    ///
    /// # Errors
    /// Points of another dimension than the kernel's, a ridge that is negative or not finite,
    /// [`Error::Undefined`] for points not unisolvent for the null space or a kernel that is not
    /// (conditionally) positive definite on them.
    pub fn new(kernel: Arc<dyn Kernel>, data: &Dataset, ridge: f64) -> Result<Self> {
        Self::start(kernel, data, None, ridge)
    }

    /// Training from an initial function, of which the values f₀(X) at the data are given.
    ///
    /// # Errors
    /// As [`Dynamics::new`]; a wrong number of initial values, or one that is not finite.
    pub fn from_initial(
        kernel: Arc<dyn Kernel>,
        data: &Dataset,
        initial: &DVector<f64>,
        ridge: f64,
    ) -> Result<Self> {
        expect_initial(initial, data.len())?;
        Self::start(kernel, data, Some(initial.clone()), ridge)
    }

    fn start(
        kernel: Arc<dyn Kernel>,
        data: &Dataset,
        initial: Option<DVector<f64>>,
        ridge: f64,
    ) -> Result<Self> {
        let system = System::new(kernel, data, ridge)?;
        let targets = match &initial {
            None => data.targets().clone(),
            Some(initial) => data.targets() - initial,
        };
        let gathered = system.sites.gather(&targets);
        let spread = &targets - system.sites.scatter(&gathered);
        let projections = system.vectors.tr_mul(&gathered);
        let outside = if system.has_null_space() {
            &gathered - &system.vectors * &projections
        } else {
            DVector::zeros(gathered.len())
        };
        Ok(Self {
            floor: 0.5 * spread.norm_squared(),
            system,
            projections,
            outside,
            targets,
            initial,
        })
    }

    /// The interpolant that training tends to, from the same decomposition; with `ridge` > 0 the
    /// ridge regression.
    ///
    /// # Errors
    /// As [`Interpolant::fit`](crate::theory::interpolant::Interpolant::fit).
    pub fn interpolant(&self) -> Result<Interpolant> {
        Interpolant::from_system(
            self.system.clone(),
            self.targets.clone(),
            self.initial.is_none(),
        )
    }

    /// The rates μ (eigenvalues of Θ + λI, ascending) at which the modes are learned; a mode is learned after a
    /// time of about 1/μ. Free polynomials are not among them.
    pub fn rates(&self) -> &DVector<f64> {
        &self.system.values
    }

    /// The part of y − f₀(X) in every mode, in the order of [`Dynamics::rates`] (of data that repeat
    /// a point, in the inner product that counts each).
    pub fn projections(&self) -> &DVector<f64> {
        &self.projections
    }

    /// 2/μ_max: gradient descent diverges at larger rates (with momentum β, at (1+β) times this).
    /// Infinite where nothing is learned at a finite rate.
    pub fn stable_rate(&self) -> f64 {
        2.0 / self.system.values.iter().copied().fold(0.0, f64::max)
    }

    /// The 2-norm condition number of Θ + λI (of its restriction to the complement of the free
    /// polynomials): the ratio of the longest to the shortest learning time.
    pub fn condition(&self) -> f64 {
        self.system.condition()
    }

    /// f_t at the data.
    ///
    /// # Errors
    /// An impossible time; a limit that is not determined to working precision
    /// ([`Error::Singular`]); steps so large that the numbers overflow.
    pub fn training(&self, time: Time) -> Result<DVector<f64>> {
        let gained = self.gained(time)?;
        let learned = self.system.values.map(|mu| mu - self.system.ridge);
        let modes = gained.component_mul(&learned);
        let change = &self.system.vectors * modes + &self.outside;
        let change = self.system.sites.scatter(&change);
        finite(match &self.initial {
            None => change,
            Some(initial) => change + initial,
        })
    }

    /// What predicts f_t at new points for any t; initial function 0.
    ///
    /// # Errors
    /// Points of another dimension; training that started from f₀ ≠ 0 ([`Dynamics::at_from`]).
    pub fn at(&self, points: &Points) -> Result<Forecast<'_>> {
        if self.initial.is_some() {
            return Err(missing_initial());
        }
        Forecast::new(self, points, DVector::zeros(points.len()))
    }

    /// What predicts f_t at new points for any t, f₀ being given there.
    ///
    /// # Errors
    /// Points of another dimension; a wrong number of initial values, or one that is not finite.
    pub fn at_from(&self, points: &Points, initial: &DVector<f64>) -> Result<Forecast<'_>> {
        expect_initial(initial, points.len())?;
        Forecast::new(self, points, initial.clone())
    }

    /// ½Σ(f_t−y)² over the data.
    ///
    /// # Errors
    /// As [`Dynamics::training`].
    pub fn loss(&self, time: Time) -> Result<f64> {
        self.expect(time)?;
        let ridge = self.system.ridge;
        let modes = self.projections.zip_map(&self.system.values, |c, mu| {
            let decayed = if ridge > 0.0 {
                ridge * time.gained(mu)
            } else {
                0.0
            };
            c * (time.remaining(mu) + decayed)
        });
        finite_number(self.floor + 0.5 * modes.norm_squared())
    }

    /// The loss at many times.
    ///
    /// # Errors
    /// As [`Dynamics::training`].
    pub fn loss_curve(&self, times: &[Time]) -> Result<Vec<f64>> {
        times.iter().map(|&time| self.loss(time)).collect()
    }

    /// ‖θ_t − θ₀‖² = aᵀΘa (with learning rates ε_g: Σ_g ‖Δθ_g‖²/ε_g): how far the parameters have moved, in the limit
    /// (y−f₀)ᵀΘ⁻¹(y−f₀). The cost of free polynomials is nothing.
    ///
    /// # Errors
    /// As [`Dynamics::training`].
    pub fn cost(&self, time: Time) -> Result<f64> {
        let gained = self.gained(time)?;
        let terms = gained.iter().zip(self.system.values.iter());
        finite_number(terms.map(|(a, mu)| a * a * (mu - self.system.ridge)).sum())
    }

    /// The effective degrees of freedom, the trace of y ↦ f_t(X): free polynomials count as one each.
    ///
    /// # Errors
    /// As [`Dynamics::training`].
    pub fn degrees_of_freedom(&self, time: Time) -> Result<f64> {
        self.expect(time)?;
        let values = &self.system.values;
        let modes = values
            .iter()
            .map(|&mu| (mu - self.system.ridge) * time.gained(mu));
        let free = if self.system.has_null_space() {
            self.system.monomials.len()
        } else {
            0
        };
        finite_number(free as f64 + modes.sum::<f64>())
    }

    /// The coefficients of the modes.
    pub(super) fn gained(&self, time: Time) -> Result<DVector<f64>> {
        self.expect(time)?;
        let values = &self.system.values;
        Ok(self.projections.zip_map(
            values,
            |c, mu| if c == 0.0 { 0.0 } else { c * time.gained(mu) },
        ))
    }

    /// A possible time; for the limit, rates that are all > 0 beyond rounding.
    pub(super) fn expect(&self, time: Time) -> Result<()> {
        if time.validated()? == Time::Limit {
            let values = self.system.values.iter().copied();
            let smallest = values.fold(f64::INFINITY, f64::min);
            if smallest <= self.system.resolution {
                return Err(Error::Singular {
                    what: "limit of training".into(),
                    condition: self.condition(),
                    hint: "some modes are never learned: ask for a finite time, add a ridge, or \
                           use fewer or better separated points"
                        .into(),
                });
            }
        }
        Ok(())
    }

    /// y − f₀(X).
    pub(super) fn residual_size(&self) -> f64 {
        self.targets.amax()
    }
}

fn diverged() -> Error {
    Error::undefined(
        "training",
        "the numbers overflow: the learning rate is above the stable rate 2/μ_max, or the time is \
         too long",
    )
}

pub(super) fn finite(values: DVector<f64>) -> Result<DVector<f64>> {
    if values.iter().all(|f| f.is_finite()) {
        Ok(values)
    } else {
        Err(diverged())
    }
}

fn finite_number(value: f64) -> Result<f64> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(diverged())
    }
}
