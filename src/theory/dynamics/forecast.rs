//! Predictions at fixed points for any time.

use super::train::finite;
use super::{Dynamics, Time};
use crate::data::Points;
use crate::error::Result;
use crate::numerics::Estimate;
use nalgebra::{DMatrix, DVector};

/// f_t at fixed points, ready for any t: a matrix times a vector each time.
#[derive(Clone, Debug)]
pub struct Forecast<'a> {
    dynamics: &'a Dynamics,
    /// What each mode spreads over the points.
    functions: DMatrix<f64>,
    /// f₀ and what is learned at once.
    base: DVector<f64>,
    entry_error: f64,
}

impl<'a> Forecast<'a> {
    pub(super) fn new(
        dynamics: &'a Dynamics,
        points: &Points,
        initial: DVector<f64>,
    ) -> Result<Self> {
        let at = dynamics.system.at(points)?;
        let immediate = if dynamics.system.has_null_space() {
            dynamics.system.immediate(&at, &dynamics.outside)
        } else {
            DVector::zeros(points.len())
        };
        Ok(Self {
            functions: dynamics.system.mode_functions(&at)?,
            base: initial + immediate,
            entry_error: at.entry_error,
            dynamics,
        })
    }

    /// f_t at the points.
    ///
    /// # Errors
    /// As [`Dynamics::training`].
    pub fn predict(&self, time: Time) -> Result<DVector<f64>> {
        let gained = self.dynamics.gained(time)?;
        finite(&self.functions * gained + &self.base)
    }

    /// f_t at the points, with errors.
    ///
    /// # Accuracy
    /// What independent errors in the entries of Θ, rounding and the kernel's own, do to first
    /// order: an estimate, not a rigorous bound. For gradient flow |φ\[μ,ν\]| ≤ φ(μ)φ(ν)
    /// bounds the divided differences that carry a change of Θ on to the coefficients; for
    /// discrete steps the slope of φ takes the place of φ² where it is larger.
    ///
    /// # Errors
    /// As [`Dynamics::training`].
    pub fn predict_with_error(&self, time: Time) -> Result<Vec<Estimate>> {
        /// Relative step of the difference quotient for φ′: only its size is wanted.
        const STEP: f64 = 1e-6;
        let values = self.predict(time)?;
        let Dynamics {
            system,
            projections,
            ..
        } = self.dynamics;
        let size = self.dynamics.gained(time)?.norm();
        // √max(φ², |φ′|) of every mode.
        let reach = system.values.map(|mu| {
            let here = time.gained(mu);
            let slope = (time.gained(mu * (1.0 + STEP)) - here) / (STEP * mu);
            let steep = slope.abs().sqrt().max(here.abs());
            if steep.is_finite() { steep } else { here }
        });
        let moved = reach.component_mul(projections).norm();
        // What the error of a mode's own rate does to its coefficient.
        let own = DVector::from_fn(reach.len(), |j, _| {
            let of_rate = system.resolution.max(f64::EPSILON * system.values[j]);
            2.0 * of_rate * reach[j] * projections[j]
        });
        let uncertainty = system.uncertainty();
        let rounding = 2.0 * f64::EPSILON * self.dynamics.residual_size();
        let estimates = values.iter().enumerate().map(|(i, &value)| {
            let row = self.functions.row(i).transpose().component_mul(&reach);
            let spread = row.norm();
            let kernel = self.entry_error * size
                + uncertainty * moved * spread
                + row.component_mul(&own).norm();
            let base = 2.0 * f64::EPSILON * (self.base[i].abs() + value.abs());
            Estimate::new(value, kernel + base + rounding * (1.0 + spread))
        });
        Ok(estimates.collect())
    }
}
