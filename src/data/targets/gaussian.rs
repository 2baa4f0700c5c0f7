//! Gaussians.

use super::frame::dot;
use super::{HyperplaneIntegral, RadialProfile, Target, TargetRadon, TargetSpectrum};
use crate::error::{Error, Result, positive};
use crate::numerics::Estimate;
use std::f64::consts::TAU;

/// e^{−‖x−c‖²/(2w²)} on R^d; f̂(k) = (2π)^{d/2} w^d e^{−w²‖k‖²/2} e^{−ik·c}.
#[derive(Clone, Debug, PartialEq)]
pub struct Gaussian {
    width: f64,
    centre: Vec<f64>,
}

impl Gaussian {
    /// Around the origin of R^d.
    ///
    /// # Errors
    /// A width that is not > 0, d = 0.
    pub fn new(dim: usize, width: f64) -> Result<Self> {
        Self::centred(width, vec![0.0; dim])
    }

    /// Around a point.
    ///
    /// # Errors
    /// A width that is not > 0, a centre without coordinates or with one that is not finite.
    pub fn centred(width: f64, centre: Vec<f64>) -> Result<Self> {
        let width = positive("target gaussian: width", width)?;
        if centre.is_empty() {
            return Err(Error::invalid("dim", "at least 1", 0));
        }
        if let Some(found) = centre.iter().find(|c| !c.is_finite()) {
            return Err(Error::invalid(
                "target gaussian: centre",
                "finite numbers",
                found,
            ));
        }
        Ok(Self { width, centre })
    }
}

impl Target for Gaussian {
    fn name(&self) -> String {
        let mut name = format!("gaussian:width={}", self.width);
        if self.centre.iter().any(|&c| c != 0.0) {
            let centre: Vec<String> = self.centre.iter().map(f64::to_string).collect();
            name += &format!(",centre={}", centre.join("/"));
        }
        name
    }

    fn dim(&self) -> usize {
        self.centre.len()
    }

    fn value(&self, x: &[f64]) -> f64 {
        if x.len() != self.dim() {
            return f64::NAN;
        }
        let offsets = x.iter().zip(&self.centre).map(|(x, c)| x - c);
        let r = offsets.fold(0.0, |r: f64, x| r.hypot(x)) / self.width;
        (-0.5 * r * r).exp()
    }

    fn spectrum(&self) -> TargetSpectrum<'_> {
        TargetSpectrum::Radial {
            centre: &self.centre,
            profile: self,
            constant: 0.0,
        }
    }

    fn radon(&self) -> TargetRadon<'_> {
        TargetRadon::Function(self)
    }
}

impl HyperplaneIntegral for Gaussian {
    /// (2π)^{(d−1)/2} w^{d−1} e^{−(γ−⟨ξ,c⟩)²/(2w²)}.
    fn at(&self, direction: &[f64], offset: f64) -> Estimate {
        let n = (self.dim() - 1) as f64;
        let shift = dot(direction, &self.centre);
        let size: f64 = self.centre.iter().map(|c| c.abs()).sum();
        let u = (offset - shift) / self.width;
        let value = (TAU.sqrt() * self.width).powf(n) * (-0.5 * u * u).exp();
        let lost = self.dim() as f64 * f64::EPSILON * size / self.width;
        let relative = f64::EPSILON * (4.0 + 2.0 * n + 2.0 * u * u) + lost * u.abs();
        // Far out what has vanished is below the smallest double.
        Estimate::new(value, (relative * value).max(f64::MIN_POSITIVE))
    }
}

impl RadialProfile for Gaussian {
    fn at(&self, r: f64) -> Estimate {
        let ln = self.ln_modulus(r);
        // The exponential turns the absolute error of its argument into a relative one.
        let relative = 4.0 * f64::EPSILON * (1.0 + self.prefactor_ln().abs() + ln.abs());
        let value = ln.exp();
        Estimate::new(value, (relative * value).max(f64::MIN_POSITIVE))
    }

    fn ln_modulus(&self, r: f64) -> f64 {
        let product = self.width * r;
        self.prefactor_ln() - 0.5 * product * product
    }
}

impl Gaussian {
    fn prefactor_ln(&self) -> f64 {
        self.centre.len() as f64 * (0.5 * TAU.ln() + self.width.ln())
    }
}
