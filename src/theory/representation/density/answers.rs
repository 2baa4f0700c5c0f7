//! What a density answers once it is known.

use super::RepresentingDensity;
use crate::error::{Error, Result, finite};
use crate::model::Activation;
use crate::numerics::Estimate;
use crate::theory::radon::Direction;
use crate::theory::representation::domain::{EDGE, expect_ray};
use crate::theory::representation::{Energy, Polynomial, energy, waves};
use num_complex::Complex64;

impl RepresentingDensity<'_> {
    fn check(&self, x: &[f64]) -> Result<()> {
        if x.len() != self.dim {
            return Err(Error::shape(
                "point",
                format!("{} coordinates", self.dim),
                x.len(),
            ));
        }
        for c in x {
            finite("point", *c)?;
        }
        let norm = x.iter().fold(0.0, |r: f64, c| r.hypot(*c));
        if norm > self.radius * EDGE {
            return Err(Error::invalid(
                "point",
                format!("‖x‖ ≤ {}", self.radius),
                norm,
            ));
        }
        Ok(())
    }

    /// α(ξ,γ).
    ///
    /// # Errors
    /// A direction of another dimension; an offset that is not finite, or so far out that the rule in frequency does not resolve it.
    pub fn at(&self, direction: &Direction, offset: f64) -> Result<Estimate> {
        expect_ray(direction, self.dim, offset, self.reach)?;
        Ok(Estimate::new(
            self.value(direction, offset)?,
            self.density_error,
        ))
    }

    pub(in crate::theory::representation) fn value(
        &self,
        direction: &Direction,
        offset: f64,
    ) -> Result<f64> {
        let h = self.slices.along(direction)?;
        Ok(self.wave(&waves::product(&h, &self.inverse), offset))
    }

    /// α along one direction at many offsets.
    pub(in crate::theory::representation) fn row(
        &self,
        direction: &Direction,
        offsets: &[f64],
    ) -> Result<Vec<f64>> {
        let h = self.slices.along(direction)?;
        let density = waves::product(&h, &self.inverse);
        Ok(offsets.iter().map(|u| self.wave(&density, *u)).collect())
    }

    /// h_m(ξ,u), the filtered Radon transform of what is represented: f_m(x) = E_ξ h_m(ξ,⟨ξ,x⟩) (a constant at infinity apart).
    ///
    /// # Errors
    /// As [`RepresentingDensity::at`].
    pub fn filtered(&self, direction: &Direction, offset: f64) -> Result<Estimate> {
        expect_ray(direction, self.dim, offset, self.reach)?;
        let h = self.slices.along(direction)?;
        let kept: Vec<Complex64> = h.iter().zip(&self.kept).map(|(h, m)| h * *m).collect();
        Ok(Estimate::new(self.wave(&kept, offset), self.function_error))
    }

    /// f_m(x), the function that α represents: f itself without regularisation.
    ///
    /// # Errors
    /// A point of another dimension, or beyond the radius.
    pub fn represented(&self, x: &[f64]) -> Result<Estimate> {
        self.check(x)?;
        let constant = self.constant;
        Ok(match self.slices.mean(&self.kept, x) {
            Some(mean) => Estimate::new(mean + constant, self.function_error),
            None => {
                let mean = self.average(x, |ray, u| self.wave(&ray.function, u));
                Estimate::new(mean + constant, self.function_error + self.residue)
            }
        })
    }

    /// E_ξ∫αφ dγ + P at x, by quadrature: f_m(x) again, from the neurons.
    ///
    /// # Errors
    /// As [`RepresentingDensity::represented`].
    pub fn reconstruct(&self, x: &[f64]) -> Result<Estimate> {
        self.check(x)?;
        let value = self.average(x, |ray, u| self.ridge(ray, u));
        let slope = self
            .activation
            .value(2.0 * self.scale * self.reach)
            .abs()
            .max(self.activation.value(-2.0 * self.scale * self.reach).abs());
        let lost = self.density_error * 2.0 * self.reach * slope;
        Ok(Estimate::new(
            value + self.polynomial.at(x),
            lost + self.function_error + self.residue,
        ))
    }

    /// P: what offsets beyond [`RepresentingDensity::reach`] and the null space contribute on the ball.
    pub fn polynomial(&self) -> &Polynomial {
        &self.polynomial
    }

    /// The part of f that is represented and the part that is lost.
    ///
    /// # Errors
    /// As the transform.
    pub fn energy(&self) -> Result<Option<Energy>> {
        energy::of(self)
    }

    /// Ω, beyond which α̂ is 0 or below rounding.
    pub fn band(&self) -> f64 {
        self.band
    }

    /// L: offsets of neurons that bend on the ball.
    pub fn reach(&self) -> f64 {
        self.reach
    }

    /// R.
    pub fn radius(&self) -> f64 {
        self.radius
    }

    /// s.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// d.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// φ.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }

    /// A bound on how far E_ξ∫αφ + P is from f_m on the ball: directions, and tails of φ that are no polynomial yet.
    pub fn residue(&self) -> f64 {
        self.residue
    }

    /// Whether α does not depend on the direction.
    pub(in crate::theory::representation) fn isotropic(&self) -> bool {
        self.heights.is_some()
    }
}
